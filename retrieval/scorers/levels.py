"""Which levels of adaptive EDLAE suit a collection: tried on validation people of its own, who take no part in what is tried.

Of each validation person a fifth of the likes is to be found; of the rest 1, 2, 3, 5 or 10 at random are known (all of the rest are
kept from the list), or all, for those who have many. For each number the settings are compared by the mean of recall@20 and
nDCG@20; the numbers beside it count a little too, because a hundred people are few. It is done on the most liked items: that is
quick, and lambda carries over in units of the square root of the number of likes.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.scorers.edlae import LevelChoice, fit_models, spread

LOG = logging.getLogger(__name__)

DEFAULT = (
    LevelChoice(least=1, penalty=40, dropout=0.9, popularity=0.1),
    LevelChoice(least=4, penalty=1.5, dropout=0.9, popularity=0.1),
    LevelChoice(least=15, penalty=0.5, dropout=0.7, popularity=0.0),
)
"""What MovieLens 100k, 1M and latest-small have in common."""

MODELS = ((1000, 0.9), (40, 0.9), (7, 0.9), (1.5, 0.9), (0.5, 0.9), (1, 0.8), (0.3, 0.8), (1, 0.5), (0.3, 0.5))
"""The (penalty, dropout) that are tried."""
POPULARITY = (0.0, 0.05, 0.1, 0.2)
NUMBERS = (1, 2, 3, 5, 10, 20, 40, 80)
AS_THEY_ARE = 20
"""From this number on people are taken with all that is known of them: who has said twenty things has said what they have to say."""
ABLE = 8
"""A validation person has as many likes."""
LEAST_PEOPLE, MOST_PEOPLE = 40, 300
"""Of validation people: with fewer the default levels are taken."""
LEAST_IN_GROUP = 25
MOST_ITEMS = 2_500
LISTS = 300
"""About how many are looked at for each number: the fewer the people, the more often each is drawn."""
LISTED = 20

Score = NDArray[np.float64]
Setting = tuple[float, float, float]
"""Penalty, dropout, part of popularity."""


@dataclass(frozen=True)
class _Group:
    """Validation people with that many likes known: the fold-in, and what may not be listed and what is to be found, as masks."""

    number: int
    known: Any
    out: NDArray[np.bool_]
    relevant: NDArray[np.bool_]


def choose_levels(likes: Any, *, most_models: int, seed: int = 0) -> tuple[tuple[LevelChoice, ...], int]:
    """The levels for a collection, at most `most_models` different matrices, and on how many validation people they rest.

    Args:
        likes: scipy sparse matrix, shape (n_people, n_items).

    Returns:
        `DEFAULT` (three matrices) and 0 where there are too few people with enough likes.
    """
    counts = np.asarray((likes > 0).sum(0)).ravel()
    items = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    near = likes.tocsr()[:, items]
    able = np.flatnonzero(np.diff(near.indptr) >= ABLE)
    n = min(MOST_PEOPLE, len(able) // 4)
    if n < LEAST_PEOPLE or len(items) <= LISTED:
        return DEFAULT, 0
    rng = np.random.default_rng(seed)
    validation = np.sort(rng.choice(able, size=n, replace=False))
    groups = _groups(near[validation], rng)
    scores = _tried(near[np.setdiff1d(np.arange(near.shape[0]), validation)], groups)
    numbers = [group.number for group in groups]
    choices = _levels(_smoothed(scores), numbers, most_models=most_models)
    LOG.info("levels of EDLAE by %d validation people on %d items: %s", n, len(items), choices)
    return choices, n


def _groups(people: Any, rng: np.random.Generator) -> list[_Group]:
    """One group a number, smallest first; none from a number on that too few people have."""
    found = []
    split = [rng.permutation(people[row].indices) for row in range(people.shape[0])]
    held = [max(1, len(own) // 5) for own in split]
    rest = [own[h:] for own, h in zip(split, held, strict=True)]
    size = people.shape[1]
    for number in NUMBERS:
        drawn = number < AS_THEY_ARE
        rows = [row for row, own in enumerate(rest) if (len(own) >= number if drawn else _about(len(own), number))]
        if len(rows) < LEAST_IN_GROUP:
            continue
        rows = rows * (max(1, LISTS // len(rows)) if drawn else 1)
        known = _rows([rng.choice(rest[r], number, replace=False) if drawn else rest[r] for r in rows], size)
        out = _rows([rest[r] for r in rows], size).toarray() > 0
        relevant = _rows([split[r][: held[r]] for r in rows], size).toarray() > 0
        found.append(_Group(number, known, out, relevant))
    return found


def _about(known: int, number: int) -> bool:
    """Whether a number of NUMBERS stands for that many likes: the last one for all above it too."""
    return number <= known * math.sqrt(2) and (known < number * math.sqrt(2) or number == NUMBERS[-1])


def _rows(items: Sequence[NDArray[np.int64]], n_items: int) -> Any:
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum([len(own) for own in items])])
    columns = np.concatenate(items)
    return csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(items), n_items))


def _tried(training: Any, groups: Sequence[_Group]) -> Mapping[Setting, Score]:
    """How good each setting is for each group."""
    log_popularity = np.log1p(np.asarray((training > 0).sum(0)).ravel()).astype(np.float32)
    found: dict[Setting, Score] = {}
    for model, weights in zip(MODELS, fit_models(training, MODELS), strict=True):
        usual = spread(weights, log_popularity)
        by_likes = [np.asarray(group.known @ weights) for group in groups]
        for share in POPULARITY:
            values = []
            for group, scores in zip(groups, by_likes, strict=True):
                number = np.asarray(group.known.sum(1), dtype=np.float32)
                values.append(_quality(scores + share * usual * number * log_popularity, group))
            found[(*model, share)] = np.array(values)
    return found


def _quality(scores: NDArray[np.float32], group: _Group) -> float:
    """The mean over people of recall@20 (divided by min(20, relevant)) and nDCG@20, halved."""
    scores = np.where(group.out, -np.inf, scores)
    best = np.argpartition(-scores, LISTED, axis=1)[:, :LISTED]
    order = np.take_along_axis(scores, best, 1).argsort(axis=1)[:, ::-1]
    hits = np.take_along_axis(group.relevant, np.take_along_axis(best, order, 1), 1)
    possible = np.minimum(LISTED, group.relevant.sum(axis=1))
    discount = 1 / np.log2(np.arange(2, LISTED + 2))
    ndcg = (hits * discount).sum(axis=1) / np.cumsum(discount)[possible - 1]
    return float(np.mean(hits.sum(axis=1) / possible + ndcg) / 2)


def _smoothed(scores: Mapping[Setting, Score]) -> dict[Setting, Score]:
    """Each number's score relative to the best there, averaged with the numbers beside it (1 : 2 : 1)."""
    best = np.max(list(scores.values()), axis=0)
    smoothed = {}
    for setting, values in scores.items():
        relative = np.pad(values / np.maximum(best, 1e-9), 1, mode="edge")
        smoothed[setting] = (relative[:-2] + 2 * relative[1:-1] + relative[2:]) / 4
    return smoothed


def _levels(scores: Mapping[Setting, Score], numbers: Sequence[int], *, most_models: int) -> tuple[LevelChoice, ...]:
    """The best setting for each number, with at most so many different models; between two numbers their geometric mean decides."""
    by_model: dict[tuple[float, float], Score] = {}
    for (penalty, dropout, _), values in scores.items():
        model = penalty, dropout
        by_model[model] = np.maximum(by_model.get(model, values), values)
    chosen = max(
        itertools.combinations(by_model, min(most_models, len(by_model))),
        key=lambda models: float(np.max([by_model[m] for m in models], axis=0).sum()),
    )
    levels: list[LevelChoice] = []
    for place, number in enumerate(numbers):
        penalty, dropout, share = max(
            (s for s in scores if s[:2] in chosen), key=lambda setting: float(scores[setting][place])
        )
        least = 1.0 if place == 0 else round(math.sqrt(number * numbers[place - 1]), 2)
        level = LevelChoice(least=least, penalty=penalty, dropout=dropout, popularity=share)
        if not levels or (level.model, share) != (levels[-1].model, levels[-1].popularity):
            levels.append(level)
    return tuple(levels)
