"""Adaptive EDLAE: several closed-form item-item models, each denoised for people of whom so much is known, and popularity as a named part.

    affinity(j) = c * (sum over the likes i of w_i B[i, j]  +  a * (sum of w_i) * log(1 + people who like j))

B, a and c are those of the level that fits the number of likes known; c makes the affinity an estimate (least squares) of how likely
j is another like. Somebody with one like is best told what is liked together
with it (a large penalty and dropout leave little but co-occurrence), somebody with fifty what remains once popularity is
explained away. One fixed model does well by one of the two. The formula is linear in the likes, so it can be taken apart exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.scorers.ease import Solution, gram_matrix, solve

Weights = NDArray[np.float32]

CALIBRATED = 300
"""How many people a level's scale is measured on."""


@dataclass(frozen=True, kw_only=True)
class LevelChoice:
    """How people with `least` likes or more are served, up to the next level.

    `penalty`: lambda in units of the square root of the number of all likes, so that it carries over to larger collections;
    `dropout` in [0, 1); `popularity`: the part of log popularity, in units of the usual spread of a row of weights.
    """

    least: float
    penalty: float
    dropout: float
    popularity: float

    @property
    def model(self) -> tuple[float, float]:
        """What the weights depend on: penalty and dropout."""
        return self.penalty, self.dropout


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level as fitted: from `least` likes on, the weights of that number; `scale` (c), and `popularity` (a c) for each like."""

    least: float
    weights: int
    popularity: float
    scale: float


class AdaptiveScorer:
    """Item-item weights of several levels; a `Scorer`.

    Args:
        solutions: the models of the levels; row i of a model's weights is what a like of item i adds to every item.
        levels: by `least`, rising; the first one also serves those below it.
        log_popularity: float32, shape (n_items,), log(1 + people who like it).
    """

    def __init__(
        self,
        solutions: Sequence[Solution],
        *,
        levels: Sequence[Level],
        log_popularity: NDArray[np.float32],
        scorer_id: str = "edlae",
    ) -> None:
        self.weights = tuple(solution.weights for solution in solutions)
        self.levels = tuple(levels)
        self._precision = np.sqrt(solutions[self.levels[-1].weights].diagonal)
        self.log_popularity = log_popularity
        self.scorer_id = scorer_id
        self.n_items = len(log_popularity)
        self._usual_rows: dict[int, NDArray[np.float32]] = {}

    def affinity(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        """The formula above, shape (n_items,); NaN throughout where there are no likes: nothing follows from nothing."""
        if not likes:
            return np.full(self.n_items, np.nan, dtype=np.float32)
        level = self.level(likes)
        given = np.fromiter(likes.values(), np.float32, len(likes)) * np.float32(level.scale)
        affinity = given @ self.weights[level.weights][list(likes)]
        if level.popularity:
            affinity = affinity + np.float32(level.popularity * _total(likes)) * self.log_popularity
        return np.asarray(affinity, dtype=np.float32)

    def contributions(self, likes: Mapping[int, float], item_index: int) -> Mapping[int, float]:
        """Each like's weight times its row's entry less what a like of any item would give, times the level's scale."""
        level = self.level(likes)
        weights, usual = self.weights[level.weights], self._usual(level)[item_index]
        return {
            i: level.scale * weight * (float(weights[i, item_index]) - float(usual)) if i != item_index else 0.0
            for i, weight in likes.items()
        }

    def popularity_part(self, likes: Mapping[int, float], item_index: int) -> float:
        """The second term of the formula, and what likes of any items would have given; 0 without likes."""
        level = self.level(likes)
        by_any = level.scale * float(self._usual(level)[item_index]) * (_total(likes) - likes.get(item_index, 0.0))
        return level.popularity * _total(likes) * float(self.log_popularity[item_index]) + by_any

    def _usual(self, level: Level) -> NDArray[np.float32]:
        """What a like of any item gives to every item: the mean of the rows, each by how many like it, shape (n_items,).

        Co-occurrence says of the most popular items that they go with everything. That is popularity, and is to be called so. The
        last level has explained popularity away: there it is 0.
        """
        if level == self.levels[-1]:
            return np.zeros(self.n_items, dtype=np.float32)
        if level.weights not in self._usual_rows:
            people = np.expm1(self.log_popularity)
            share = people / max(float(people.sum()), 1.0)
            self._usual_rows[level.weights] = np.asarray(share @ self.weights[level.weights], dtype=np.float32)
        return self._usual_rows[level.weights]

    def company(self, item_index: int) -> NDArray[np.float32]:
        """The partial correlation of the item's likes with every item's at the last level, in [-1, 1], shape (n_items,); 0 with itself.

        The row of weights foretells likes, and so leans on what many like; the correlation is what two items have to do with each other
        once all the others are known, in both directions alike: -P_ij / sqrt(P_ii P_jj), which is B_ij sqrt(P_jj / P_ii).
        """
        row = self.weights[self.levels[-1].weights][item_index]
        return np.asarray(row * (self._precision / self._precision[item_index]), dtype=np.float32)

    def level(self, likes: Mapping[int, float]) -> Level:
        """The level of somebody with these likes."""
        known = effective_number(likes.values())
        fitting = [level for level in self.levels if level.least <= known + 1e-6]
        return fitting[-1] if fitting else self.levels[0]


def effective_number(weights: Any) -> float:
    """How many equal likes these weights are worth (Kish 1965): (sum |w|)^2 / sum w^2; 0 for none.

    >>> effective_number([1.0, 1.0, 1.0])
    3.0
    >>> round(effective_number([1.0] + [0.05] * 10), 2)
    2.2
    """
    given = np.abs(np.fromiter(weights, np.float64))
    squares = float((given**2).sum())
    return float(given.sum()) ** 2 / squares if squares else 0.0


def models_of(choices: Sequence[LevelChoice]) -> tuple[tuple[float, float], ...]:
    """The different (penalty, dropout) of the levels, in their order: one matrix of weights each."""
    return tuple(dict.fromkeys(choice.model for choice in choices))


def fit_models(likes: Any, models: Sequence[tuple[float, float]]) -> Iterator[Weights]:
    """The weights of `solutions`."""
    return (solution.weights for solution in solutions(likes, models, unit=penalty_unit(likes)))


def solutions(likes: Any, models: Sequence[tuple[float, float]], *, unit: float) -> Iterator[Solution]:
    """What each (penalty, dropout) gives, one at a time; beside it only the Gram matrix is held (4 n^2 bytes each).

    Args:
        likes: scipy sparse matrix X, shape (n_people, n_items).
        unit: what the penalties are multiplied with.
    """
    gram = gram_matrix(likes)
    for place, (penalty, dropout) in enumerate(models, start=1):
        own = gram if place == len(models) else gram.copy(order="F")
        yield solve(own, penalty=penalty * unit, dropout=dropout)


def penalty_unit(likes: Any) -> float:
    """The square root of the number of likes."""
    return float(np.sqrt(likes.nnz))


def bytes_to_fit(n_items: int) -> int:
    """The memory that `fit_models` needs at its peak, in bytes: the Gram matrix and one matrix of weights, float32."""
    return 2 * 4 * n_items * n_items


def spread(weights: Weights, log_popularity: NDArray[np.float32]) -> float:
    """What one like usually moves: the mean deviation of the rows of the more liked third, in units of log popularity's."""
    usual = np.argsort(-log_popularity, kind="stable")[: max(1, len(weights) // 3)]
    deviation = float(log_popularity.std())
    return float(np.mean([weights[i].std() for i in usual])) / deviation if deviation > 0 else 0.0


def fitted_levels(
    choices: Sequence[LevelChoice], place: int, weights: Weights, *, likes: Any, log_popularity: NDArray[np.float32]
) -> list[Level]:
    """The levels that use the weights of the model at `place` of `models_of`, measured on the likes that they were fitted on."""
    usual = spread(weights, log_popularity)
    levels = []
    for choice in choices:
        if choice.model == models_of(choices)[place]:
            per_like = choice.popularity * usual
            scale = _scale(weights, per_like * log_popularity, likes=likes, number=math.ceil(choice.least))
            levels.append(Level(least=choice.least, weights=place, popularity=scale * per_like, scale=scale))
    return levels


def _scale(weights: Weights, by_popularity: NDArray[np.float32], *, likes: Any, number: int) -> float:
    """The factor that brings scores from `number` random likes nearest to the other likes (least squares); 1 where nobody has more."""
    rng = np.random.default_rng(0)
    able = np.flatnonzero(np.diff(likes.indptr) > number)
    agreement = size = 0.0
    for person in rng.permutation(able)[:CALIBRATED]:
        own = rng.permutation(likes[person].indices)
        known, others = own[:number], own[number:]
        scores = weights[known].sum(axis=0) + number * by_popularity
        scores[known] = 0.0
        agreement += float(scores[others].sum())
        size += float(scores @ scores)
    return agreement / size if agreement > 0 else 1.0


def _total(likes: Mapping[int, float]) -> float:
    return float(sum(likes.values()))
