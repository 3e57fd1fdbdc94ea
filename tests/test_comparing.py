"""Why an item is not listed, and the change that would list it; two items beside each other."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import filters
from retrieval.funnel import funnel
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import Fitted, fit_adaptive
from retrieval.scorers.like_counts import LikeCounts
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from vouch.answers import WhyNot
from vouch.errors import BadFilter, UnknownItem
from vouch.types import Filter, Preference, Query, Taste

CATALOGUE = small_catalogue()
RECOMMENDER = Recommender(
    catalogue=CATALOGUE,
    store=ListStore(two_camps()),
    fitted=Fitted(
        version="", like_counts=LikeCounts.of(CATALOGUE, two_camps()), model=fit_adaptive(two_camps(), CATALOGUE)
    ),
    content=small_content(CATALOGUE, HashEmbedder()),
)
IDS = sorted(CATALOGUE.by_id)
WRITTEN = ("kind=film", "kind=book|music", "year<=1900", "year>1905", "genres!=horror", "published>=1924", "title~the")


def wanted(*written: str) -> tuple[Filter, ...]:
    return tuple(filters.parse(CATALOGUE.schema, text) for text in written)


def preferences(*item_ids: str) -> tuple[Preference, ...]:
    return tuple(Preference(item_id=i) for i in item_ids)


def with_changes(query: Query, told: WhyNot) -> Query:
    """The query with the changes made that would admit the item."""
    changed = {change.filter: change.instead for change in told.changes}
    kept = [changed.get(one, one) for one in query.filters]
    return replace(query, filters=tuple(one for one in kept if one is not None))


def queries() -> st.SearchStrategy[Query]:
    people = st.builds(
        Taste,
        user_id=st.just("s"),
        liked=st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(lambda ids: preferences(*ids)),
        hidden=st.lists(st.sampled_from(IDS), max_size=1).map(lambda ids: preferences(*ids)),
    )
    return st.builds(
        Query,
        text=st.sampled_from(("", "vampire", "a ship at sea")),
        tastes=st.tuples(people),
        filters=st.lists(st.sampled_from(WRITTEN), max_size=3, unique=True).map(lambda written: wanted(*written)),
        exclude=st.lists(st.sampled_from(IDS), max_size=1).map(tuple),
        k=st.integers(1, 3),
    )


@settings(max_examples=100, deadline=None)
@given(query=queries(), item_id=st.sampled_from(IDS))
def test_the_answer_holds_and_the_change_that_is_named_works(query: Query, item_id: str) -> None:
    told = RECOMMENDER.why_not(item_id, query)
    shown = [r.item.item_id for r in RECOMMENDER.recommend(query).recommendations]
    assert (told.stopped_by is None) == (item_id in shown)
    assert 1 <= told.rank <= told.of + 1
    if told.stopped_by is None:
        assert told.place is not None
        assert shown[told.place - 1] == item_id
    if told.stopped_by == "outranked":
        longer = RECOMMENDER.recommend(replace(query, k=told.k or told.rank)).recommendations
        assert (item_id in {r.item.item_id for r in longer}) == (told.k is not None)
    met = {i for taste in query.tastes for i in taste.out} | set(query.exclude)
    allowed = funnel(CATALOGUE, query, with_changes(query, told).filters).allowed
    assert (item_id in allowed) == (item_id not in met)
    assert all(change.count == len(allowed) for change in told.changes)
    assert [one.filter for one in told.failed] == [change.filter for change in told.changes]


def test_a_range_is_widened_to_the_items_own_value() -> None:
    told = RECOMMENDER.why_not("general", Query(filters=wanted("year<=1923")))
    assert told.stopped_by == "filter"
    assert [(one.filter.attribute, one.value) for one in told.failed] == [("year", 1926.0)]
    assert told.changes[0].instead == Filter(attribute="year", op="<=", value=1926.0)


def test_what_cannot_be_widened_is_left_out_and_every_failed_filter_is_told() -> None:
    query = Query(filters=wanted("kind=book", "published>=1900", "genres=horror"))
    told = RECOMMENDER.why_not("moonlight", query)
    assert [one.filter.attribute for one in told.failed] == ["kind", "published", "genres"]
    assert [change.instead for change in told.changes] == [
        None,
        Filter(attribute="published", op=">=", value="1801-01-01"),
        None,
    ]


def test_an_item_without_a_value_has_its_filter_left_out() -> None:
    told = RECOMMENDER.why_not("print", Query(filters=wanted("year<=1900")))
    assert told.failed[0].value is None
    assert told.changes[0].instead is None


@pytest.mark.parametrize(
    ("obstacle", "person"),
    [
        ("liked", Taste(user_id="s", liked=preferences("whale"), seen=preferences("whale"))),
        ("disliked", Taste(user_id="s", disliked=preferences("whale"), seen=preferences("whale"))),
        ("hidden", Taste(user_id="s", hidden=preferences("whale"), liked=preferences("whale"))),
        ("seen", Taste(user_id="s", seen=preferences("whale"))),
    ],
)
def test_what_the_person_thinks_of_it_is_told(obstacle: str, person: Taste) -> None:
    assert RECOMMENDER.why_not("whale", Query(tastes=(person,))).stopped_by == obstacle


def test_what_was_shown_or_asked_about_is_told() -> None:
    assert RECOMMENDER.why_not("whale", Query(exclude=("whale",))).stopped_by == "shown"
    assert RECOMMENDER.why_not("whale", Query(like_item="whale")).stopped_by == "shown"


def test_what_others_beat_is_told_with_the_part_that_made_the_difference() -> None:
    query = Query(text="funny tricks of a projectionist", k=1)
    told = RECOMMENDER.why_not("general", query)
    assert (told.stopped_by, told.changes) == ("outranked", ())
    assert told.rank > 1
    assert told.behind > 0
    assert told.part in {"dense", "lexical"}
    assert told.k is not None
    assert told.k > 1


@pytest.mark.parametrize(("held", "told"), [({4}, 4), ({60}, 60), (set(), None)])
def test_a_length_is_told_only_where_a_list_so_long_holds_it(
    held: set[int], told: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A longer list need not hold what a shorter one does: where too few answer the words, what fits the likes is ranked too."""
    query = Query(text="funny tricks of a projectionist", k=1)
    everything = RECOMMENDER.rank(replace(query, k=len(IDS)))
    (beaten,) = (one for one in everything if one.item_id == "general")
    ahead = tuple(one for one in everything if one is not beaten)[:3]
    monkeypatch.setattr(Recommender, "rank", lambda _, q: (*ahead, beaten) if q.k in held else ahead[: q.k])
    monkeypatch.setattr(Recommender, "_placed", lambda *_: (4, len(IDS), beaten))
    assert RECOMMENDER.why_not("general", query).k == told


def test_what_is_listed_is_told_with_its_place() -> None:
    told = RECOMMENDER.why_not("nosferatu", Query())
    assert (told.stopped_by, told.place, told.rank, told.of) == (None, 1, 1, len(IDS))


def test_unknown_items_and_filters_are_refused() -> None:
    with pytest.raises(UnknownItem):
        RECOMMENDER.why_not("Nosferatu", Query())
    with pytest.raises(UnknownItem):
        RECOMMENDER.compare("nosferatu", "Dracula", Query())
    with pytest.raises(BadFilter):
        RECOMMENDER.why_not("dracula", Query(filters=(Filter(attribute="mood", op="=", value="sad"),)))


def test_the_parts_of_a_comparison_sum_to_the_difference_of_the_scores() -> None:
    query = Query(text="vampire", tastes=(Taste(user_id="s", liked=preferences("whale")),))
    found = RECOMMENDER.compare("nosferatu", "general", query)
    assert math.fsum(found.parts.values()) == pytest.approx(found.one.score - found.other.score)
    assert found.one.score > found.other.score
    assert found.one == RECOMMENDER.explain("nosferatu", query)


def test_a_comparison_has_what_both_share_and_what_only_one_has() -> None:
    found = RECOMMENDER.compare("general", "jr", Query())
    by_name = {one.attribute: one for one in found.attributes}
    assert by_name["creator"].shared == ("Buster Keaton",)
    assert by_name["genres"].shared == ("comedy",)
    assert (by_name["year"].one, by_name["year"].other, by_name["year"].shared) == (1926.0, 1924.0, ())
    assert found.likeness > RECOMMENDER.compare("general", "moonlight", Query()).likeness
    bare = RECOMMENDER.compare("general", "print", Query())
    assert {one.attribute: one.other for one in bare.attributes}["creator"] is None
