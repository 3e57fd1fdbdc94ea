"""A catalogue where some items have a text, some a picture and some both: each is found by what it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from retrieval import ranking
from retrieval.catalogue import Catalogue
from retrieval.proposals import Proposer
from retrieval.stand_ins import SHIFT, SLOPE, Sides, with_stand_ins
from tests.stand_ins_stores import passage
from vouch.types import AskedMedia, Candidate, Channel, Item, Passage, Query, Schema

ALL = frozenset("abcd")
SIDES = Sides(seen=frozenset("s"), told=frozenset("t"))


class Finds:
    """A source that proposes the same items whatever is asked."""

    def __init__(self, name: str, cosines: Mapping[str, float]) -> None:
        self.name = name
        self._cosines = sorted(cosines.items(), key=lambda one: -one[1])

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(item_id=item_id, ranks={self.name: rank}, scores={self.name: cosine})
            for rank, (item_id, cosine) in enumerate(self._cosines, start=1)
        )


def titled(passage_id: str, item_id: str, channel: Channel = "title") -> Passage:
    return replace(passage(passage_id, item_id), channel=channel)


def proposer(told: Mapping[str, float], seen: Mapping[str, float]) -> Proposer:
    """A catalogue of items with the texts and the pictures that are named, all with a title."""
    passages = [titled(f"{i} title", i) for i in ALL]
    passages += [passage(f"{i} told", i) for i in told]
    passages += [passage(f"{i} seen", i, space="seen") for i in seen]
    items = tuple(Item(item_id=i, title=i) for i in sorted(ALL))
    schema = Schema(id_columns=("id",), title_column="title")
    return Proposer(
        Catalogue(items=items, schema=schema, passages=tuple(passages)), (Finds("dense", told), Finds("seen", seen))
    )


def order(made: Proposer, query: Query) -> list[str]:
    """The items as the sources of words alone rank them."""
    found = made.propose(query, ALL, pool=10)
    weights = ranking.source_weights(found.by_source, text=found.matched, like_item=False, covered=found.covered)
    return [one.item_id for one in ranking.fuse(ranking.merge(found.by_source), weights)]


TOLD = proposer({"b": 0.6}, {})


@pytest.mark.parametrize("right", ["seen", "told"])
def test_what_has_only_a_picture_or_only_a_text_and_fits_best_comes_before_what_has_both(right: str) -> None:
    half = {"b": 0.45, "c": 0.44}
    told, seen = ({**half, "a": 0.7}, half) if right == "told" else (half, {**half, "a": 0.7})
    assert order(proposer(told, seen), Query(text="a dog on a sofa"))[0] == "a"


def test_where_both_fit_alike_having_only_one_is_no_gain_either() -> None:
    assert order(proposer({"b": 0.6, "c": 0.3}, {"b": 0.68, "a": 0.6}), Query(text="a dog"))[0] == "b"


def test_a_picture_that_is_asked_with_has_no_stand_ins() -> None:
    asked = Query(text="a dog", media=(AskedMedia(handle="a.png", kind="picture"),))
    found = proposer({"b": 0.45}, {"a": 0.7}).propose(asked, ALL, pool=10)
    assert [c.item_id for c in found.by_source["dense"]] == ["b"]


def test_the_parts_say_what_stood_in() -> None:
    found = proposer({"b": 0.45}, {"a": 0.7}).propose(Query(text="a dog"), ALL, pool=10)
    merged = {c.item_id: dict(c.ranks) for c in ranking.merge(found.by_source)}
    assert merged == {"a": {"seen": 1, "by_picture": 1}, "b": {"dense": 2, "by_text": 2}}


def test_literal_words_keep_their_say_where_every_item_stands_in_both_lists() -> None:
    told, mixed = (
        made.propose(Query(text="a dog"), ALL, pool=10).by_source for made in (TOLD, proposer({"b": 0.6}, {"a": 0.6}))
    )
    alone, both = (ranking.source_weights(found, text=True, like_item=False).by_source for found in (told, mixed))
    assert both["dense"] + both["by_text"] == alone["dense"] == 1.0
    assert both["lexical"] == alone["lexical"]


def test_a_title_that_fits_better_than_the_picture_counts_itself() -> None:
    told = (Candidate(item_id="s", ranks={"dense": 1}, scores={"dense": 0.8}, passages=("title",)),)
    seen = (Candidate(item_id="s", ranks={"seen": 1}, scores={"seen": 0.5}),)
    assert with_stand_ins({"dense": told, "seen": seen}, SIDES)["dense"] == told
    weak = (Candidate(item_id="s", ranks={"dense": 1}, scores={"dense": 0.3}),)
    (stands,) = with_stand_ins({"dense": weak, "seen": seen}, SIDES)["dense"]
    assert stands.ranks == {"by_picture": 1}
    assert stands.scores["dense"] == pytest.approx(SLOPE * 0.5 + SHIFT)


def test_where_one_side_proposes_nothing_nobody_stands_in() -> None:
    told = (Candidate(item_id="t", ranks={"dense": 1}, scores={"dense": 0.8}),)
    seen = (Candidate(item_id="s", ranks={"seen": 1}, scores={"seen": 0.5}),)
    for found in ({"dense": told, "seen": ()}, {"dense": (), "seen": seen}, {"dense": told}):
        assert with_stand_ins(found, SIDES) == found


def test_where_nobody_has_a_text_or_nobody_a_picture_nobody_stands_in() -> None:
    seen, told = passage("p", "a", space="seen"), passage("q", "b")
    channels: tuple[Channel, ...] = ("title", "colours", "ocr")
    little = [titled("r", "a", channel) for channel in channels]
    little.append(replace(titled("s", "a", "caption"), made_by="vouch-seeing:1"))
    assert Sides.of([seen, *little]) == Sides.of([told, *little]) == Sides()
    assert Sides.of([seen, told, *little]) == Sides(seen=frozenset("a"), told=frozenset("b"))
