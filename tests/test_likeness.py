"""How alike two items are: rare values that both have, and what their passages say."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.item_vectors import ItemVectors
from retrieval.likeness import Likeness
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import small_catalogue, small_content

CATALOGUE = small_catalogue()
VECTORS = small_content(CATALOGUE, HashEmbedder()).item_vectors


@pytest.mark.parametrize("vectors", [None, VECTORS])
def test_likeness_of_many_pairs_at_once_is_that_of_each_pair(vectors: ItemVectors | None) -> None:
    likeness = Likeness(CATALOGUE, vectors)
    ids = CATALOGUE.item_ids
    each = np.array([[likeness(a, b) for b in ids] for a in ids])
    different = ~np.eye(len(ids), dtype=bool)
    assert likeness.between(ids)[different] == pytest.approx(each[different], abs=1e-6)
    assert len(np.unique(each[different].round(6))) > 2


def test_a_rare_value_shared_says_more_than_a_common_one() -> None:
    likeness = Likeness(CATALOGUE)
    assert likeness("general", "jr") > likeness("general", "nosferatu") >= 0
