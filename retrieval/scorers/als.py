"""Matrix factorisation R = u . p for implicit feedback (Hu, Koren, Volinsky 2008), fitted by implicit's ALS, for collections of any size.

A person's factors follow from their likes alone: with confidence c_i = alpha w_i of a like and 0 of everything else

    u = A^-1 sum_i c_i y_i,    A = Y'Y + lambda I + sum_i (c_i - 1) y_i y_i'

so the affinity y_j . u is a sum over the likes, c_i y_j' A^-1 y_i each (their section 5). A dislike has weight < 0: as in implicit its
preference is 0 with confidence |c|. Factors are not comparable from fit to fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class AlsChoice:
    """How factors are fitted: their number, lambda, alpha (the confidence of a like of weight 1), sweeps, and the seed of the start."""

    factors: int = 64
    regularization: float = 0.05
    alpha: float = 1.0
    iterations: int = 15
    seed: int = 1


class AlsScorer:
    """Item factors; a `Scorer`.

    Args:
        item_factors: float32, shape (n_items, n_factors).
        regularization: lambda that they were fitted with.
        alpha: the confidence of a like of weight 1.
    """

    def __init__(
        self, item_factors: NDArray[np.float32], *, regularization: float, alpha: float, scorer_id: str = "als"
    ) -> None:
        self.item_factors = item_factors
        self.regularization = regularization
        self.alpha = alpha
        self.scorer_id = scorer_id
        self.n_items, self.n_factors = item_factors.shape
        self._usual = (item_factors.T @ item_factors).astype(np.float64) + regularization * np.eye(self.n_factors)

    def affinity(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        """y_j . u, shape (n_items,), less what a liked item says of itself; NaN throughout where there are no likes."""
        if not likes:
            return np.full(self.n_items, np.nan, dtype=np.float32)
        shares = self._shares(likes)
        affinity = self.item_factors @ shares.sum(axis=0).astype(np.float32)
        for (i, _), share in zip(likes.items(), shares, strict=True):
            affinity[i] -= self.item_factors[i] @ share.astype(np.float32)
        return np.asarray(affinity, dtype=np.float32)

    def contributions(self, likes: Mapping[int, float], item_index: int) -> Mapping[int, float]:
        """c_i y_j' A^-1 y_i of each like i, 0 of the item itself and of dislikes (they are in A); they sum to the affinity."""
        own = self.item_factors[item_index].astype(np.float64)
        shares = self._shares(likes) @ own if likes else ()
        return {i: float(share) if i != item_index else 0.0 for i, share in zip(likes, shares, strict=True)}

    def popularity_part(self, likes: Mapping[int, float], item_index: int) -> float:
        """0: popularity has no part of its own in this model."""
        return 0.0

    def company(self, item_index: int) -> NDArray[np.float32]:
        """The affinity of somebody with this one like, shape (n_items,)."""
        return self.affinity({item_index: 1.0})

    def user_factors(self, likes: Mapping[int, float]) -> NDArray[np.float64]:
        """u, shape (n_factors,): exactly what implicit's `recalculate_user` gives; zeros without likes."""
        return np.asarray(self._shares(likes).sum(axis=0), dtype=np.float64) if likes else np.zeros(self.n_factors)

    def _shares(self, likes: Mapping[int, float]) -> NDArray[np.float64]:
        """A^-1 c_i y_i of each like, shape (len(likes), n_factors)."""
        confidence = self.alpha * np.fromiter(likes.values(), np.float64, len(likes))
        factors = self.item_factors[list(likes)].astype(np.float64)
        system = self._usual + (factors.T * (np.abs(confidence) - 1)) @ factors
        return np.asarray(np.linalg.solve(system, (factors.T * np.maximum(confidence, 0))).T, dtype=np.float64)


def predicted(user_factors: NDArray[np.floating], item_factors: NDArray[np.floating]) -> float:
    """R = u . p of one person and one item.

    >>> round(predicted(np.array([0.8, 0.2, 0.4, 0.6]), np.array([0.4, 0.6, 0.3, 0.2])), 2)
    0.68
    """
    return float(user_factors @ item_factors)


def als_factors(likes: Any, choice: AlsChoice) -> NDArray[np.float32]:
    """The item factors, float32, shape (n_items, n_factors); memory is the factors of people and items, and the likes.

    Args:
        likes: scipy sparse matrix, shape (n_people, n_items), the weights of likes.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):  # implicit runs its own threads, and warns about BLAS's
        from implicit.cpu.als import AlternatingLeastSquares

        model = AlternatingLeastSquares(
            factors=choice.factors,
            regularization=choice.regularization,
            alpha=choice.alpha,
            iterations=choice.iterations,
            random_state=choice.seed,
        )
        model.fit(likes.tocsr(), show_progress=False)
    return np.ascontiguousarray(model.item_factors, dtype=np.float32)
