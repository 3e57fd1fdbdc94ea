"""What evidence may stand for: a colour its own name, a guess nothing beside a better text, a few named titles their own company."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from retrieval.catalogue import Catalogue
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import Fitted, fit_ease
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources import collaborative
from retrieval.sources.collaborative import CompanySource
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from vouch.ports import Vectors
from vouch.types import Attribute, Channel, CitedPassage, Filter, Item, Passage, Preference, Query, Schema, Space, Taste


class OneDirectionEmbedder:
    """Finds every text as near as can be to every other: only words can tell them apart."""

    embedder_id = "one-direction"
    dimensions = 4

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.tile(np.array([1, 0, 0, 0], dtype=np.float32), (len(texts), 1))


def passage(item_id: str, channel: Channel, text: str, *, space: Space = "text") -> Passage:
    return Passage(
        passage_id=f"{item_id}:{channel}", item_id=item_id, channel=channel, text=text, made_by="m", space=space
    )


def recommender(*passages: Passage) -> Recommender:
    ids = dict.fromkeys(p.item_id for p in passages)
    items = tuple(Item(item_id=i, title=f"Thing {i}") for i in ids)
    catalogue = Catalogue(items=items, schema=Schema(id_columns=("id",), title_column="title"), passages=passages)
    content = small_content(catalogue, OneDirectionEmbedder())
    return Recommender(catalogue=catalogue, store=ListStore(), content=content)


def cited(made: Recommender, text: str, item_id: str) -> list[str]:
    reasons = made.explain(item_id, Query(text=text)).reasons
    return [r.passage.channel for r in reasons if isinstance(r, CitedPassage)]


def test_orange_does_not_answer_yellow() -> None:
    made = recommender(passage("a", "colours", "yellow and brown"), passage("b", "colours", "orange and dark red"))
    parts = {r.item.item_id: r.parts for r in made.recommend(Query(text="yellow")).recommendations}
    assert "dense" in parts["a"]
    assert "dense" not in parts.get("b", {})


def test_colours_are_cited_only_by_their_name() -> None:
    made = recommender(
        passage("a", "colours", "yellow and brown"), passage("a", "description", "A rope to climb with.")
    )
    assert "colours" not in cited(made, "rope", "a")
    assert "colours" in cited(made, "yellow", "a")
    named = recommender(passage("yellow", "colours", "orange and dark red"))  # found by its title, “Thing yellow”
    assert cited(named, "yellow", "yellow") == []


def test_a_guess_is_cited_only_where_nothing_better_is_told() -> None:
    guess = passage("a", "tags", "perhaps electric ray 12 %", space="seen")
    alone = recommender(guess)
    beside = recommender(guess, passage("a", "description", "A rocket flies to the moon."))
    assert cited(alone, "moon", "a") == ["tags"]
    assert cited(beside, "moon", "a") == ["description"]


def test_the_facts_are_cited_only_where_there_is_no_text() -> None:
    facts = passage("a", "title", "Thing a (kind: rope)")
    assert cited(recommender(facts), "rope", "a") == ["title"]
    assert cited(recommender(facts, passage("a", "description", "A rope.")), "rope", "a") == ["description"]


def company(catalogue: Catalogue) -> CompanySource:
    model = fit_ease(two_camps(), catalogue, penalty=1.0)
    fitted = Fitted(version="", like_counts=LikeCounts.of(catalogue, two_camps()), model=model)
    if fitted.model is None:
        raise TypeError("the two camps are enough for a model")
    return CompanySource(fitted.model)


def test_company_speaks_for_few_likes_and_is_silent_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = small_catalogue()
    source = company(catalogue)

    def likes(*item_ids: str) -> Query:
        return Query(tastes=(Taste(user_id="s", liked=tuple(Preference(item_id=i) for i in item_ids)),))

    assert source.propose(likes(catalogue.item_ids[0]), 3, None)
    assert source.propose(likes(), 3, None) == ()
    assert source.propose(likes("nobody knows this"), 3, None) == ()
    two = likes(*catalogue.item_ids[:2])
    assert source.propose(two, 3, None)
    monkeypatch.setattr(collaborative, "FEW_LIKES", 1)
    assert source.propose(two, 3, None) == ()


def test_company_of_an_item_that_is_asked_for_leaves_the_other_likes_aside() -> None:
    catalogue = small_catalogue()
    source = company(catalogue)
    first, other = "nosferatu", "general"
    taste = Taste(user_id="s", liked=(Preference(item_id=other),))
    alone = source.propose(Query(like_item=first), 5, None)
    assert [c.scores for c in source.propose(Query(like_item=first, tastes=(taste,)), 5, None)] == [
        c.scores for c in alone
    ]


class AnglesEmbedder:
    """“cos .4 ...” lies at that cosine from every text that names none."""

    embedder_id = "angles"
    dimensions = 2

    def embed(self, texts: Sequence[str]) -> Vectors:
        cosines = [float(text.split()[1]) if text.startswith("cos ") else 1.0 for text in texts]
        return np.array([[c, (1.0 - c * c) ** 0.5] for c in cosines], dtype=np.float32)


def test_how_near_is_near_enough_goes_by_how_many_were_looked_through() -> None:
    cosines = {f"far{n}": 0.0 for n in range(100)} | {"drama": 0.4, "comedy": 0.26}
    items = tuple(
        Item(item_id=i, title=f"Thing {i}", attributes={"genre": i if i in {"drama", "comedy"} else "other"})
        for i in cosines
    )
    values = (("other", 100), ("drama", 1), ("comedy", 1))
    genre = Attribute(name="genre", type="category", column="genre", values=values, present=len(items))
    catalogue = Catalogue(
        items=items,
        schema=Schema(id_columns=("id",), title_column="title", attributes=(genre,)),
        passages=tuple(passage(i, "description", f"cos {c} {i}.") for i, c in cosines.items()),
    )
    made = Recommender(catalogue=catalogue, store=ListStore(), content=small_content(catalogue, AnglesEmbedder()))
    funny = (Filter(attribute="genre", op="=", value="comedy"),)
    within = made.recommend(Query(text="something", filters=funny))
    assert [note.kind for note in within.notes] == []
    assert "dense" in within.recommendations[0].parts
    others = made.recommend(Query(text="something", filters=(Filter(attribute="genre", op="=", value="other"),)))
    assert "not_filterable" in {note.kind for note in others.notes}
