"""What each source weighs in the whole, by how many likes are known, and where titles are named: `python -m eval fusion --data FOLDER...`.

Found on validation people of several data sets together, so that no one collection's habits are taken for everybody's; written by hand
into `retrieval/ranking.py` (`BY_LIKES`, `FIRST_FEW`, `BY_NAMED`; how strong `FIRST_FEW` is says `few_likes`). Diversity comes after the fusion
and is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean

from eval.rankers import Models, fit_models
from eval.ranking import Problem
from eval.splits import HeldOut, with_likes_known, with_named_alone, with_titles_named
from eval.tuning import TRIALS, Pool, fusion_weights, pool_of, weights_of_rows
from retrieval.list_terms import MANY_LIKES
from retrieval.ranking import Weights, weights_of_likes

NUMBERS = (1, 2, 3, 5, 10, 0)
"""How many likes are known; 0: all."""
KIND = "genres"
"""The attribute that says what kind of thing a film is: titles of one kind are named beside likes of others, or alone."""
NAMED = (1, 2)
"""How many titles are named."""
LEADING = "cf"
LISTS = 600
"""About how many lists a number is looked at with: the fewer the people, the more often each is drawn."""


@dataclass(frozen=True, kw_only=True)
class FusionRow:
    """`known`: how many likes are, or what is named; `leading`: the source that weighs 1.

    `alone`: its quality alone in each data set; `gain`: by what share the weights better it, the mean; `written`: the weights in use, and by
    what share they better it.
    """

    known: str
    leading: str
    weights: dict[str, float]
    gain: float
    alone: tuple[float, ...]
    written: float


@dataclass(frozen=True, kw_only=True)
class FusionTable:
    """One row a number of likes known, and one a number of titles that are named."""

    data: tuple[str, ...]
    rows: tuple[FusionRow, ...]


def fusion_table(problems: Sequence[Problem], *, seed: int, trials: int = TRIALS) -> FusionTable:
    """The weights that serve the people of these problems best. Give validation people."""
    fitted = [fitted_models(problem) for problem in problems]
    rows = []
    for titles, number in [*((False, n) for n in NUMBERS), *((True, n) for n in NAMED)]:
        known = f"{number} named" if titles else str(number or "all")
        written = weights_of_rows(weights_of_likes(titles, number or MANY_LIKES))
        pools = []
        for problem, models in zip(problems, fitted, strict=True):
            people = (_naming if titles else _drawn)(problem, number, seed=seed)
            problem.say(f"{problem.data}, {known}: {len(people)} lists")
            if people:
                pools.append(pool_of(models, people))
        if pools:
            rows.append(_row(pools, known, written, seed=seed, trials=trials))
    return FusionTable(data=tuple(problem.data for problem in problems), rows=tuple(rows))


def _row(pools: Sequence[Pool], known: str, written: Weights, *, seed: int, trials: int) -> FusionRow:
    weights, gain = fusion_weights(pools, leading=LEADING, seed=seed, trials=trials)
    alone = tuple(pool.quality(Weights({LEADING: 1.0})) for pool in pools)
    told = [pool.quality(written) for pool in pools]
    return FusionRow(
        known=known,
        leading=LEADING,
        weights=weights,
        gain=gain,
        alone=alone,
        written=mean(one / base - 1 for one, base in zip(told, alone, strict=True)),
    )


def _naming(problem: Problem, titles: int, *, seed: int) -> Sequence[HeldOut]:
    """Who names so many titles, as members beside their other likes and as strangers."""
    told = ((item.item_id, item.attributes.get(KIND, ())) for item in problem.catalogue.items)
    kinds = {item_id: frozenset(value) for item_id, value in told if isinstance(value, tuple)}
    people = problem.split.people
    draws = range(max(1, round(LISTS / len(people))))
    found = [one for draw in draws for one in with_titles_named(people, kinds, titles=titles, seed=seed + draw)]
    return [*found, *with_named_alone(found)]


def fitted_models(problem: Problem) -> Models:
    """All models of a problem's training, with the levels that its own validation people choose."""
    problem.say(f"{problem.data}: fitting")
    tuned = replace(problem.tuned, levels=problem.levels)
    training = problem.split.training
    return fit_models(problem.catalogue, training, content=problem.content, tuned=tuned, seed=problem.seed)


def _drawn(problem: Problem, likes: int, *, seed: int) -> Sequence[HeldOut]:
    people = problem.split.people
    if not likes:
        return people
    draws = max(1, round(LISTS / len(people)))
    return [one for draw in range(draws) for one in with_likes_known(people, likes, seed=seed + draw)]
