"""New items: columns lent by what their content says, places where they pay, and their own likes taking over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.ease import likes_matrix
from retrieval.scorers.edlae import LevelChoice
from retrieval.scorers.exchange import LEAST_PEOPLE, choose_exchange
from retrieval.scorers.fitted import fit_adaptive, fit_scorer, load_scorer
from retrieval.scorers.lending import Exchange
from retrieval.scorers.training import Training
from retrieval.scorers.upkeep import update_scorer
from retrieval.sources.alike import AlikeSource
from retrieval.sources.collaborative import CollaborativeSource
from retrieval.tastes import NAMED
from tests.stand_ins_recommender import ListStore
from vouch.types import Interaction, Item, Preference, Query, Schema, Taste

N_ITEMS, N_NEW = 240, 8
"""The last eight items are new."""
CHOICES = (
    LevelChoice(least=1, penalty=5, dropout=0.9, popularity=0.1),
    LevelChoice(least=4, penalty=0.5, dropout=0.5, popularity=0.0),
)
CATALOGUE = Catalogue(
    items=tuple(Item(item_id=f"i{n}", title=f"Item {n}") for n in range(N_ITEMS + N_NEW)),
    schema=Schema(id_columns=("id",), title_column="title"),
)
WORTH = Exchange(gain=(0.0, 0.0, 0.0, 1.0, 0.0), loss=(0.0, 0.0, 0.0, 1.0, 0.0), price=-3.0)
"""A lent affinity is worth e^3 times its value."""


def two_worlds(people: int = 240) -> list[Interaction]:
    """Even people like even items, odd ones odd items, the first ones of each more often."""
    rng = np.random.default_rng(5)
    chance = np.linspace(3, 1, N_ITEMS // 2)
    return [
        Interaction(user_id=f"p{p}", item_id=f"i{2 * i + p % 2}", kind="like")
        for p in range(people)
        for i in rng.choice(N_ITEMS // 2, size=18, replace=False, p=chance / chance.sum()).tolist()
    ]


def vectors() -> ItemVectors:
    """The content says to which half an item belongs, and something of its own."""
    rows = np.random.default_rng(6).normal(0, 0.3, (len(CATALOGUE.items), 8)).astype(np.float32)
    rows[0::2, 0] += 1
    rows[1::2, 0] -= 1
    return ItemVectors(CATALOGUE, rows / np.linalg.norm(rows, axis=1, keepdims=True))


def fitted(exchange: Exchange | None = WORTH, more: list[Interaction] | None = None) -> CollaborativeModel:
    model = fit_adaptive([*two_worlds(), *(more or [])], CATALOGUE, item_vectors=vectors(), choices=CHOICES)
    assert model is not None
    assert model.borrowers is not None
    lending = model.borrowers.lending.with_exchange(exchange)
    return replace(model, borrowers=replace(model.borrowers, lending=lending))


EVEN = {f"i{n}": 1.0 for n in range(0, 12, 2)}
NEW = [f"i{n}" for n in range(N_ITEMS, N_ITEMS + N_NEW)]


def query(likes: dict[str, float]) -> Query:
    return Query(tastes=(Taste(user_id="p", liked=tuple(Preference(item_id=i, weight=w) for i, w in likes.items())),))


@pytest.fixture(scope="module")
def model() -> CollaborativeModel:
    return fitted()


def index(item_id: str) -> int:
    return CATALOGUE.index_of[item_id]


@pytest.mark.parametrize("likes", [{"i4": 1.0}, EVEN])
def test_a_new_item_gets_more_from_the_likes_that_its_content_goes_with(
    model: CollaborativeModel, likes: dict[str, float]
) -> None:
    affinity = model.affinity(likes)
    even, odd = affinity[[index(i) for i in NEW[0::2]]], affinity[[index(i) for i in NEW[1::2]]]
    assert even.min() > odd.max()
    assert not model.knows(NEW[0])


@pytest.mark.parametrize("likes", [{"i4": 1.0, "i9": 0.5}, EVEN])
@pytest.mark.parametrize("item", [NEW[0], NEW[3], "i3"])
def test_lent_affinities_can_be_taken_apart(model: CollaborativeModel, likes: dict[str, float], item: str) -> None:
    found = model.contributions(likes, item)
    assert found.keys() == likes.keys()
    total = sum(found.values()) + model.popularity_part(likes, item)
    assert total == pytest.approx(float(model.affinity(likes)[index(item)]), abs=1e-5)


def test_a_lent_affinity_stands_where_its_worth_is(model: CollaborativeModel) -> None:
    lent, standing = model.affinity(EVEN)[index(NEW[0])], model.standing(EVEN)[index(NEW[0])]
    assert standing == pytest.approx(np.exp(3) * lent, rel=1e-3)


def test_an_item_with_likes_of_its_own_stands_between_what_is_lent_and_its_own(model: CollaborativeModel) -> None:
    assert model.borrowers is not None
    position = model.borrowers.places.tolist().index(index("i0"))
    share = float(model.borrowers.own[position])
    assert 0.5 < share < 0.9
    own = replace(model, borrowers=None).affinity(EVEN)[index("i0")]
    lent = (model.affinity(EVEN)[index("i0")] - share * own) / (1 - share)
    assert model.standing(EVEN)[index("i0")] == pytest.approx(share * own + (1 - share) * np.exp(3) * lent, rel=1e-3)


def test_places_are_given_or_not(model: CollaborativeModel) -> None:
    def listed(source: CollaborativeSource) -> set[str]:
        return {c.item_id for c in source.propose(query(EVEN), 100, None)}

    assert listed(CollaborativeSource(model)) & set(NEW)
    assert not listed(CollaborativeSource(model, places=False)) & set(NEW)
    assert not listed(CollaborativeSource(fitted(None))) & set(NEW)


def test_among_new_items_alone_the_lent_affinity_ranks(model: CollaborativeModel) -> None:
    never = replace(WORTH, least=1000.0)
    for one in (model, fitted(never)):
        found = CollaborativeSource(one).propose(query(EVEN), 10, frozenset(NEW))
        assert [index(c.item_id) % 2 for c in found[:4]] == [0, 0, 0, 0]
    assert not {c.item_id for c in CollaborativeSource(fitted(never)).propose(query(EVEN), 100, None)} & set(NEW)
    own = replace(model, borrowers=None).affinity(EVEN)
    np.testing.assert_array_equal(fitted(never).standing(EVEN)[:N_ITEMS], own[:N_ITEMS])


def test_what_people_met_and_nobody_likes_is_not_new() -> None:
    seen = [Interaction(user_id="p1", item_id=NEW[0], kind="seen")]
    model = fitted(more=seen)
    assert np.isnan(model.affinity(EVEN)[index(NEW[0])])
    assert not np.isnan(model.affinity(EVEN)[index(NEW[2])])


def test_nothing_new_is_shown_to_people_of_whom_less_is_known_than_the_rule_knows_of() -> None:
    careful = replace(WORTH, least=3.0)
    lent = np.array([0.2], dtype=np.float32)
    assert np.isnan(careful.worth(2.9, lent)).all()
    assert careful.worth(3.0, lent)[0] > 0


@pytest.mark.parametrize("number", [1.0, 5.0, 60.0])
def test_a_lent_affinity_is_worth_the_own_one_that_is_the_price_behind(number: float) -> None:
    exchange = Exchange(gain=(0.1, 0.2, 0.3, 0.8, 0.1), loss=(0.2, -0.1, 0.1, 1.2, -0.2), price=0.5)
    n = np.log(number)
    (worth,) = exchange.worth(number, np.array([0.3], dtype=np.float32))
    features = [np.array([1, n, n * n, s, n * s]) for s in (np.log(0.3), np.log(worth))]
    assert features[0] @ exchange.gain - features[1] @ exchange.loss == pytest.approx(exchange.price, abs=1e-4)


def test_somebody_for_whom_more_would_be_worth_less_gets_no_new_items() -> None:
    backwards = Exchange(gain=(0.0, 0.0, 0.0, -1.0, 0.0), loss=WORTH.loss, price=0.0)
    assert np.isnan(backwards.worth(3, np.array([0.2, 0.5], dtype=np.float32))).all()


def test_the_worth_is_learned_where_content_says_who_likes_what() -> None:
    training = Training.of(CATALOGUE, two_worlds(people=1200))
    assert training is not None
    rows = vectors().vectors[[index(i) for i in training.item_ids]]
    learned = choose_exchange(training.likes, rows, CHOICES)
    assert learned is not None
    assert learned == choose_exchange(training.likes, rows, CHOICES)
    assert learned.least == pytest.approx(11, abs=1)
    more = learned.gain[3] + learned.gain[4] * np.log(14)
    assert more > 0  # the more is lent, the more often it is liked


def test_people_of_every_level_teach_it() -> None:
    training = Training.of(CATALOGUE, two_worlds(people=1200))
    assert training is not None
    rows = vectors().vectors[[index(i) for i in training.item_ids]]
    far = (*CHOICES, replace(CHOICES[-1], least=1000.0))
    assert choose_exchange(training.likes, rows, far) is not None


def test_what_people_met_is_not_listed_while_the_worth_is_learned() -> None:
    training = Training.of(CATALOGUE, two_worlds(people=1200))
    assert training is not None
    rows = vectors().vectors[[index(i) for i in training.item_ids]]
    rng = np.random.default_rng(3)
    seen = likes_matrix(
        [(p, i, 0.01) for p in range(1200) for i in rng.choice(N_ITEMS, size=60, replace=False).tolist()],
        n_people=1200,
        n_items=N_ITEMS,
    )
    bare = choose_exchange(training.likes, rows, CHOICES, evidence=training.evidence)
    met = choose_exchange(training.likes, rows, CHOICES, evidence=training.evidence.maximum(seen))
    assert bare == choose_exchange(training.likes, rows, CHOICES)
    assert bare is not None
    assert met is not None
    assert met.price != pytest.approx(bare.price, abs=0.05)


def test_too_few_people_teach_no_worth() -> None:
    training = Training.of(CATALOGUE, two_worlds(people=4 * LEAST_PEOPLE - 1))
    assert training is not None
    rows = vectors().vectors[[index(i) for i in training.item_ids]]
    assert choose_exchange(training.likes, rows, CHOICES) is None


def test_lent_columns_are_read_back_and_stay_through_an_update(tmp_path: Path) -> None:
    store = ListStore(two_worlds())
    written = fit_scorer(store, CATALOGUE, tmp_path, item_vectors=vectors(), choices=CHOICES)
    read = load_scorer(tmp_path, CATALOGUE, item_vectors=vectors())
    bare = load_scorer(tmp_path, CATALOGUE)
    assert read is not None
    assert bare is not None
    assert written.model is not None
    assert read.model is not None
    assert bare.model is not None
    np.testing.assert_array_equal(read.model.standing(EVEN), written.model.standing(EVEN))
    assert np.isnan(bare.model.affinity(EVEN)[index(NEW[0])])
    store.add_interaction(Interaction(user_id="p0", item_id=NEW[2], kind="like", at=1.0, source="click"))
    updated = update_scorer(store, CATALOGUE, tmp_path, item_vectors=vectors()).model
    assert updated is not None
    before, after = (one.affinity(EVEN)[index(NEW[0])] for one in (read.model, updated))
    assert after == pytest.approx(float(before), rel=0.05)
    total: Any = sum(updated.contributions(EVEN, NEW[2]).values()) + updated.popularity_part(EVEN, NEW[2])
    assert total == pytest.approx(float(updated.affinity(EVEN)[index(NEW[2])]), abs=1e-5)


@pytest.mark.parametrize("n_items", [30, 200, 205])
def test_too_few_items_teach_no_worth(n_items: int) -> None:
    likes = likes_matrix(
        [(p, (p + 3 * i) % n_items, 1.0) for p in range(200) for i in range(9)], n_people=200, n_items=n_items
    )
    rows = np.random.default_rng(1).normal(size=(n_items, 4)).astype(np.float32)
    assert choose_exchange(likes, rows, CHOICES) is None


def test_content_goes_by_the_titles_that_were_named_and_by_all_likes_where_none_was() -> None:
    others = tuple(Preference(item_id=i, source="file") for i in EVEN)
    named = Preference(item_id="i1", source=NAMED)
    source = AlikeSource(vectors())
    found = source.propose(Query(tastes=(Taste(user_id="p", liked=(named, *others)),)), 10, None)
    assert {index(c.item_id) % 2 for c in found[:5]} == {1}
    found = source.propose(Query(tastes=(Taste(user_id="p", liked=others),)), 10, None)
    assert {index(c.item_id) % 2 for c in found[:5]} == {0}
