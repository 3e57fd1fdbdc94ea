"""Sets of items that remember their mask: the same to every reader as the ids alone."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from retrieval.item_sets import ItemSet, ids_of, mask_of_ids
from retrieval.stores.vector_file import VectorFile
from tests.stand_ins_recommender import small_catalogue
from tests.stand_ins_stores import random_vectors

CATALOGUE = small_catalogue()
IDS = CATALOGUE.item_ids


def every_pair() -> list[ItemSet]:
    return [ids_of(CATALOGUE, mask_of_ids(CATALOGUE, pair)) for pair in combinations(IDS, 2)]


def test_a_set_equals_its_ids_and_gives_back_its_mask() -> None:
    for pair, items in zip(combinations(IDS, 2), every_pair(), strict=True):
        assert items == frozenset(pair)
        assert mask_of_ids(CATALOGUE, items) is items.mask


def test_what_is_made_of_a_set_has_a_mask_of_its_own() -> None:
    items = ids_of(CATALOGUE, mask_of_ids(CATALOGUE, IDS[:3]))
    assert np.flatnonzero(mask_of_ids(CATALOGUE, items & {IDS[1]})).tolist() == [1]
    assert np.flatnonzero(mask_of_ids(CATALOGUE, items | {IDS[5]})).tolist() == [0, 1, 2, 5]


def test_a_mask_speaks_for_its_own_catalogue_only() -> None:
    other = small_catalogue()
    assert mask_of_ids(other, ids_of(CATALOGUE, mask_of_ids(CATALOGUE, IDS[:2]))).sum() == 2
    turned = type(other)(items=other.items[::-1], schema=other.schema)
    mask = mask_of_ids(turned, ids_of(CATALOGUE, mask_of_ids(CATALOGUE, IDS[:1])))
    assert np.flatnonzero(mask).tolist() == [len(IDS) - 1]


def test_a_vector_file_finds_the_same_rows_by_ids_and_by_mask() -> None:
    owners = ["of no catalogue", *IDS[::-1], *IDS[:3], "of no catalogue"]
    file = VectorFile(
        random_vectors(len(owners)), passage_ids=[f"p{i:02}" for i in range(len(owners))], item_ids=owners
    )
    for items in every_pair():
        expected = [row for row, owner in enumerate(owners) if owner in items]
        assert file.rows_of(items).tolist() == file.rows_of(sorted(items)).tolist() == expected
    assert file.rows_of(()).tolist() == file.rows_of(["unknown"]).tolist() == []
