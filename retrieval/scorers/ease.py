"""EASE and EDLAE: closed-form item-item models (Steck 2019, “Embarrassingly Shallow Autoencoders for Sparse Data”; Steck 2020,
“Autoencoders that don't overfit towards the Identity”). One fixed model here, the adaptive one in `edlae`. Knows no item ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Solution:
    """One model: `weights` B, float32, shape (n_items, n_items), and the `diagonal` of the inverse P, float32, shape (n_items,)."""

    weights: NDArray[np.float32]
    diagonal: NDArray[np.float32]


class EaseScorer:
    """Item-item weights; a `Scorer`.

    Args:
        weights: float32, shape (n_items, n_items), C order, diagonal 0; row i is what a like of item i adds to every item.
    """

    def __init__(self, weights: NDArray[np.float32], *, scorer_id: str = "ease") -> None:
        self.weights = weights
        self.scorer_id = scorer_id
        self.n_items = len(weights)

    def affinity(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        """likes @ weights, shape (n_items,); NaN throughout where there are no likes: nothing follows from nothing."""
        if not likes:
            return np.full(self.n_items, np.nan, dtype=np.float32)
        rows = self.weights[list(likes)]
        return np.asarray(np.fromiter(likes.values(), np.float32, len(likes)) @ rows, dtype=np.float32)

    def contributions(self, likes: Mapping[int, float], item_index: int) -> Mapping[int, float]:
        """Each like's weight times its row's entry; they sum to the affinity."""
        return {i: weight * float(self.weights[i, item_index]) for i, weight in likes.items()}

    def popularity_part(self, likes: Mapping[int, float], item_index: int) -> float:
        """0: popularity has no part in this model."""
        return 0.0

    def company(self, item_index: int) -> NDArray[np.float32]:
        """The item's row of weights, shape (n_items,)."""
        return np.asarray(self.weights[item_index], dtype=np.float32)


def ease_weights(likes: Any, *, penalty: float, dropout: float = 0.0) -> NDArray[np.float32]:
    """The weights of one model from the likes; see `solve`.

    Args:
        likes: scipy sparse matrix X, shape (n_people, n_items), the weights of likes (mostly 1).
        penalty: lambda, > 0; larger leans more on plain co-occurrence.
        dropout: the share of the likes that is dropped in training, in [0, 1); 0: EASE.

    Returns:
        float32, shape (n_items, n_items); memory is that array and little more (4 n^2 bytes).
    """
    return solve(gram_matrix(likes), penalty=penalty, dropout=dropout).weights


def solve(gram: NDArray[np.float32], *, penalty: float, dropout: float) -> Solution:
    """B = I - P / diag(P), P = (X'X + Lambda)^-1, diagonal 0 (Steck 2019, eq. 8; Lambda = lambda + p / (1 - p) diag(X'X), Steck 2020, eq. 5).

    Args:
        gram: X'X, shape (n_items, n_items), float32, Fortran order. It is worked on in place and becomes the result.
    """
    from scipy.linalg import lapack

    n = len(gram)
    gram[np.diag_indices(n)] += np.float32(penalty) + np.float32(dropout / (1 - dropout)) * np.diag(gram)
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError(f"The Gram matrix with penalty {penalty:g} is not positive definite ({failed}).")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    _mirror(inverse)
    # The array is symmetric and in Fortran order, so its transpose is the same numbers in C order.
    weights: NDArray[np.float32] = inverse.T
    diagonal = np.diag(weights).copy()
    weights /= -diagonal
    weights[np.diag_indices(n)] = 0.0
    return Solution(weights, diagonal)


def default_penalty(n_likes: int) -> float:
    """Lambda for a collection with that many likes: 0.75 times their square root.

    By validation people: 100 to 165 were best for 30,000 likes (MovieLens latest-small), 500 for 450,000 (MovieLens 1M);
    half or double of it costs a per cent or two.
    """
    return float(np.clip(0.75 * np.sqrt(n_likes), 20.0, 1000.0))


def gram_matrix(likes: Any) -> NDArray[np.float32]:
    """X'X as a dense array in Fortran order, filled block by block so that no second one is ever held."""
    columns = likes.tocsc().astype(np.float32)
    rows = columns.T.tocsr()
    n = columns.shape[1]
    gram = np.empty((n, n), dtype=np.float32, order="F")
    for start in range(0, n, BLOCK):
        gram[:, start : start + BLOCK] = (rows @ columns[:, start : start + BLOCK]).toarray()
    return gram


def _mirror(lower: NDArray[np.float32]) -> None:
    """Copies the lower triangle onto the upper one, in place, block by block."""
    n = len(lower)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        square = lower[start:stop, start:stop]
        square[:] = np.tril(square) + np.tril(square, -1).T
        lower[start:stop, stop:] = lower[stop:, start:stop].T


def likes_matrix(pairs: Sequence[tuple[int, int, float]], *, n_people: int, n_items: int) -> Any:
    """(person, item, weight) triples to the sparse matrix X; of a pair that is there twice the larger weight counts."""
    from scipy.sparse import csr_matrix

    merged: dict[tuple[int, int], float] = {}
    for person, item, weight in pairs:
        merged[person, item] = max(weight, merged.get((person, item), 0.0))
    if not merged:
        return csr_matrix((n_people, n_items), dtype=np.float32)
    rows, columns = np.array(list(merged), dtype=np.int64).T
    values = np.fromiter(merged.values(), np.float32, len(merged))
    return csr_matrix((values, (rows, columns)), shape=(n_people, n_items))
