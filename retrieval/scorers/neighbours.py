"""Sparse item-item models: implicit's neighbours (cosine, BM25), and what is liked next after what. Know no item ids.

A neighbour model sums over the likes what each says of its K nearest items. Transitions know the order: row i is how often somebody
who liked i went on to like j, the next ones less the further off they are.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Likeness = Literal["cosine", "bm25"]

NEIGHBOURS = 200
"""Neighbours an item, as in the figures to compare with."""
STEPS = 3
"""How many likes on a transition is counted; the second one a half, the third one a third."""
DAMPING = 5.0
"""So many transitions are added to what is counted from an item: what few people show says little."""


class SparseScorer:
    """Sparse item-item weights; a `Scorer`.

    Args:
        weights: scipy sparse matrix, shape (n_items, n_items); row i is what a like of item i adds to other items. Its diagonal is dropped.
    """

    def __init__(self, weights: Any, *, scorer_id: str) -> None:
        self.weights = weights.tocsr().astype(np.float32)
        self.weights.setdiag(0.0)
        self.weights.eliminate_zeros()
        self.scorer_id = scorer_id
        self.n_items = self.weights.shape[0]

    def affinity(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        """likes @ weights, shape (n_items,); NaN throughout where there are no likes."""
        if not likes:
            return np.full(self.n_items, np.nan, dtype=np.float32)
        affinity = np.zeros(self.n_items, dtype=np.float32)
        for i, weight in likes.items():
            columns, values = self._row(i)
            affinity[columns] += np.float32(weight) * values
        return affinity

    def contributions(self, likes: Mapping[int, float], item_index: int) -> Mapping[int, float]:
        """Each like's weight times its row's entry; they sum to the affinity."""
        return {i: weight * float(self.weights[i, item_index]) for i, weight in likes.items()}

    def popularity_part(self, likes: Mapping[int, float], item_index: int) -> float:
        """0: popularity has no part of its own in this model."""
        return 0.0

    def company(self, item_index: int) -> NDArray[np.float32]:
        """The item's row of weights, shape (n_items,)."""
        return self.affinity({item_index: 1.0})

    def _row(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        start, stop = self.weights.indptr[index : index + 2]
        return self.weights.indices[start:stop], self.weights.data[start:stop]


def neighbour_weights(likes: Any, kind: Likeness, *, k: int = NEIGHBOURS) -> Any:
    """Each item's k nearest by the people who like it, by implicit; scipy sparse, shape (n_items, n_items).

    Args:
        likes: scipy sparse matrix, shape (n_people, n_items).
    """
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
    from implicit.utils import ParameterWarning

    model = (CosineRecommender if kind == "cosine" else BM25Recommender)(K=min(k, likes.shape[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)  # of a matrix that it makes itself
        model.fit(likes.tocsr().astype(np.float64), show_progress=False)
    return model.similarity


def transition_weights(histories: Iterable[Sequence[tuple[int, float]]], *, n_items: int) -> Any:
    """How often j is liked soon after i, over how often anything is liked after i, damped; scipy sparse, shape (n_items, n_items).

    Args:
        histories: each person's likes as (item_index, seconds), in any order. What was liked at the same second has no order.
    """
    from scipy.sparse import coo_matrix, diags

    pairs: list[tuple[int, int, float]] = []
    for history in histories:
        ordered = sorted(history, key=lambda like: like[1])
        for step in range(1, STEPS + 1):
            pairs += [
                (before, after, 1 / step)
                for (before, then), (after, later) in zip(ordered, ordered[step:], strict=False)
                if later > then and before != after
            ]
    rows, columns, values = zip(*pairs, strict=True) if pairs else ((), (), ())
    counted = coo_matrix(
        (np.array(values, dtype=np.float32), (np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64))),
        shape=(n_items, n_items),
    ).tocsr()
    left = np.asarray(counted.sum(axis=1)).ravel()
    return diags(1 / (left + DAMPING)) @ counted
