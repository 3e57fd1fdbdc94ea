"""What attributes say of an item in numbers, and that new items are lent columns by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors
from retrieval.scorers.fitted import fit_scorer, load_scorer
from retrieval.scorers.told import VALUES, WEIGHT, Vocabulary
from tests.stand_ins_recommender import ListStore
from tests.test_new_items import CATALOGUE as BARE
from tests.test_new_items import CHOICES, EVEN, N_ITEMS, NEW, index, two_worlds
from vouch.types import Attribute, AttributeValue, Item, Schema

SCHEMA = Schema(
    id_columns=("id",),
    title_column="title",
    attributes=(
        Attribute(name="half", type="category", column="half"),
        Attribute(name="names", type="list", column="names"),
        Attribute(name="year", type="number", column="year"),
        Attribute(name="seen", type="date", column="seen"),
        Attribute(name="plot", type="text", column="plot"),
    ),
)


def told(n: int) -> Mapping[str, AttributeValue]:
    return {"half": "even" if n % 2 == 0 else "odd", "names": ("x", f"only {n}"), "year": 1900.0 + n, "plot": "words"}


CATALOGUE = Catalogue(
    items=tuple(replace(item, attributes=told(n)) for n, item in enumerate(BARE.items)), schema=SCHEMA
)
VOCABULARY = Vocabulary.learned(CATALOGUE, [f"i{n}" for n in range(N_ITEMS)])


def row(**attributes: AttributeValue) -> list[float]:
    found: list[float] = VOCABULARY.rows([Item(item_id="new", title="New", attributes=attributes)])[0].round(4).tolist()
    return found


def test_values_that_several_but_not_all_items_have_count() -> None:
    assert [(name, word) for name, word, _ in VOCABULARY.words] == [("half", "even"), ("half", "odd")]
    assert all(weight == pytest.approx(math.log(2)) for _, _, weight in VOCABULARY.words)
    assert set(VOCABULARY.knots) == {"year"}


def test_each_attribute_has_the_same_length_and_what_is_not_known_has_none() -> None:
    length = math.sqrt(WEIGHT)
    rows = VOCABULARY.rows(CATALOGUE.items)
    assert np.linalg.norm(rows[:, :2], axis=1) == pytest.approx(length)
    assert np.linalg.norm(rows[:, 2:], axis=1) == pytest.approx(length)
    assert not any(row(half="neither", names=("x",), year="soon", plot="even"))
    assert row(half="odd")[:2] == [0.0, pytest.approx(length, abs=1e-3)]


def test_numbers_are_near_where_they_are_near() -> None:
    one, near, far = (np.array(row(year=year)) for year in (1900.0, 1910.0, 2139.0))
    assert one @ near > 0.5 * (one @ one)
    assert one @ far == 0


def test_the_most_frequent_values_are_kept() -> None:
    items = tuple(
        Item(item_id=f"i{n}", title=f"{n}", attributes={"names": tuple(f"v{v}" for v in range(400) if n * v % 7 < 3)})
        for n in range(40)
    )
    many = Catalogue(items=items, schema=SCHEMA)
    assert Vocabulary.learned(many, [item.item_id for item in items]).size == VALUES


def test_a_new_item_is_known_by_its_attributes_where_its_text_says_nothing(tmp_path: Path) -> None:
    mute = np.zeros((len(CATALOGUE.items), 4), dtype=np.float32)
    mute[:, 0] = 1.0
    store = ListStore(two_worlds())
    vectors = ItemVectors(CATALOGUE, mute)
    written = fit_scorer(store, CATALOGUE, tmp_path, item_vectors=vectors, choices=CHOICES).model
    assert written is not None
    affinity = written.affinity(EVEN)
    even, odd = ([affinity[index(i)] for i in NEW[start::2]] for start in (0, 1))
    assert min(even) > max(odd)
    read = load_scorer(tmp_path, CATALOGUE, item_vectors=vectors)
    assert read is not None
    assert read.model is not None
    np.testing.assert_array_equal(read.model.affinity(EVEN), affinity)
    found = written.contributions(EVEN, NEW[0])
    total = sum(found.values()) + written.popularity_part(EVEN, NEW[0])
    assert total == pytest.approx(float(affinity[index(NEW[0])]), abs=1e-5)
