"""How far what goes with one like is brought forward: `python -m eval few_likes --data FOLDER...`, on validation people.

The rule, written down before the measurement was run: of the strengths that `STRENGTHS` names the greatest is taken with which one like still
beats popularity beyond doubt. In each data set the lower bound of the 95 % interval of the paired difference to popularity's lists is above 0,
of recall@20 and of nDCG@10. It is written by hand into `retrieval/ranking.py` (`FIRST_FEW_STRENGTH`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.fusion import fitted_models
from eval.metrics import mean_with_interval, recall_at, standard
from eval.ranking import DRAWS, Problem
from eval.splits import with_likes_known
from eval.tuning import PLACES, Pool, pool_of, weights_of_rows
from retrieval.ranking import Weights, weights_of_likes

STRENGTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
METRICS = ("recall@20", "ndcg@10")
Values = Mapping[str, Mapping[str, float]]
"""Metric -> user_id -> value."""


@dataclass(frozen=True, kw_only=True)
class StrengthRow:
    """One strength in one data set. `metrics`: the mean; `over_popularity`: the mean paired difference with its 95 % interval."""

    data: str
    strength: float
    metrics: dict[str, float]
    over_popularity: dict[str, tuple[float, float, float]]

    @property
    def beyond_doubt(self) -> bool:
        """Whether both intervals are above 0."""
        return all(low > 0 for _, low, _ in self.over_popularity.values())


@dataclass(frozen=True, kw_only=True)
class FewLikesTable:
    """One row a data set and strength, and the strength that the rule takes; None: not even 0 passes."""

    likes: int
    rows: tuple[StrengthRow, ...]
    taken: float | None


def few_likes_table(problems: Sequence[Problem], *, seed: int, likes: int = 1, draws: int = DRAWS) -> FewLikesTable:
    """Measures each strength with so many likes known, the mean of several draws of them. Give validation people."""
    rows = [row for problem in problems for row in _rows_of(problem, seed=seed, likes=likes, draws=draws)]
    return FewLikesTable(likes=likes, rows=tuple(rows), taken=strength_by_rule(rows))


def strength_by_rule(rows: Sequence[StrengthRow]) -> float | None:
    """The greatest strength that is beyond doubt in every data set; None where there is none."""
    return max(
        (s for s in STRENGTHS if all(row.beyond_doubt for row in rows if row.strength == s)),
        default=None,
    )


def _rows_of(problem: Problem, *, seed: int, likes: int, draws: int) -> list[StrengthRow]:
    models = fitted_models(problem)
    told = {s: weights_of_rows(weights_of_likes(False, likes, strength=s)) for s in STRENGTHS}
    popularity: list[Values] = []
    found: dict[float, list[Values]] = {s: [] for s in STRENGTHS}
    for draw in range(draws):
        problem.say(f"{problem.data}: draw {draw + 1} of {draws}")
        people = with_likes_known(problem.split.people, likes, seed=seed + draw)
        pool = pool_of(models, people)
        users = [person.taste.user_id for person in people]
        popularity.append(_values(pool, Weights({"popularity": 1.0}), users))
        for strength, weights in told.items():
            found[strength].append(_values(pool, weights, users))
    return [
        StrengthRow(
            data=problem.data,
            strength=strength,
            metrics={name: mean_with_interval([own[name] for own in values], seed=seed)[0] for name in METRICS},
            over_popularity={
                name: mean_with_interval(
                    [
                        {user: value - base[name][user] for user, value in own[name].items()}
                        for own, base in zip(values, popularity, strict=True)
                    ],
                    seed=seed,
                )
                for name in METRICS
            },
        )
        for strength, values in found.items()
    ]


def _values(pool: Pool, weights: Weights, users: Sequence[str]) -> Values:
    lists = pool.lists(weights, PLACES)
    relevant = [set(row.nonzero()[0].tolist()) for row in pool.relevant]
    values = {"recall@20": recall_at(PLACES, lists, relevant), **standard(lists, relevant)}
    return {name: dict(zip(users, values[name].tolist(), strict=True)) for name in METRICS}
