"""What each source weighs in the whole, by how many likes are known: `python -m eval fusion --data FOLDER...`.

Found on validation people of several data sets together, so that no one collection's habits are taken for everybody's; written by hand
into `retrieval/ranking.py` (`BY_LIKES`). Diversity comes after the fusion and is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eval.rankers import Models, fit_models
from eval.ranking import Problem
from eval.splits import HeldOut, with_likes_known
from eval.tuning import TRIALS, fusion_weights, pool_of

NUMBERS = (1, 2, 3, 5, 10, 0)
"""How many likes are known; 0: all."""
LISTS = 600
"""About how many lists a number is looked at with: the fewer the people, the more often each is drawn."""


@dataclass(frozen=True, kw_only=True)
class FusionRow:
    """`likes` None: all known. `alone`: the quality of `cf` alone in each data set; `gain`: by what share the weights better it, the mean."""

    likes: int | None
    weights: dict[str, float]
    gain: float
    alone: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class FusionTable:
    """One row a number of likes known."""

    data: tuple[str, ...]
    rows: tuple[FusionRow, ...]


def fusion_table(problems: Sequence[Problem], *, seed: int, trials: int = TRIALS) -> FusionTable:
    """The weights that serve the people of these problems best. Give validation people."""
    fitted = [_fitted(problem) for problem in problems]
    rows = []
    for likes in NUMBERS:
        pools = []
        for problem, models in zip(problems, fitted, strict=True):
            problem.say(f"{problem.data}: {likes or 'all'} likes known")
            pools.append(pool_of(models, _drawn(problem.split.people, likes, seed=seed)))
        weights, gain = fusion_weights(pools, seed=seed, trials=trials)
        alone = tuple(pool.quality({"cf": 1.0}) for pool in pools)
        rows.append(FusionRow(likes=likes or None, weights=weights, gain=gain, alone=alone))
    return FusionTable(data=tuple(problem.data for problem in problems), rows=tuple(rows))


def _fitted(problem: Problem) -> Models:
    problem.say(f"{problem.data}: fitting")
    tuned = replace(problem.tuned, levels=problem.levels)
    training = problem.split.training
    return fit_models(problem.catalogue, training, content=problem.content, tuned=tuned, seed=problem.seed)


def _drawn(people: Sequence[HeldOut], likes: int, *, seed: int) -> Sequence[HeldOut]:
    if not likes:
        return people
    draws = max(1, round(LISTS / len(people)))
    return [one for draw in range(draws) for one in with_likes_known(people, likes, seed=seed + draw)]
