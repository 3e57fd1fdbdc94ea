"""What a lent affinity is worth in a list, learned on people and items of the collection that take no part in the fit meanwhile.

A tenth of the items are taken for new: nobody likes them. Of each validation person a fifth of the likes is to be found, the old
ones among them by what is fitted to the other people, the new ones by lent columns. Which share of what is to be found
the best new ones meet, and which share the old ones at the places that they would take, is regressed on what is known before.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.scorers.edlae import AdaptiveScorer, LevelChoice, effective_number, fit_models, fitted_levels, models_of
from retrieval.scorers.lending import Borrowers, Exchange, Lending, centred
from retrieval.scorers.levels import ABLE, LEAST_PEOPLE, MOST_ITEMS

LOG = logging.getLogger(__name__)

PLACES = 0.05
"""The share of the places that new items have on the whole: one in twenty, given where it meets most and costs least."""
MOST_PEOPLE = 1_200
DRAWS = 2
"""How often the likes of each are split into what is known and what is to be found."""
NEW = 0.1
LISTED = 20
FEWEST = 0.01
"""The rule is not followed for people of whom less is known than of this share of the people it was learned from."""
LEAST_MET = 40
"""So many new items must have been found for a rule to be learned from it."""


@dataclass(frozen=True)
class _Trials:
    """One row a person and place, from the last place of the list on: the best new item goes there, the next one before it."""

    number: NDArray[np.float64]
    lent: NDArray[np.float64]
    own: NDArray[np.float64]
    gained: NDArray[np.float64]
    lost: NDArray[np.float64]


def choose_exchange(
    likes: Any, vectors: NDArray[np.float32], choices: Sequence[LevelChoice], *, told: int = 0, seed: int = 0
) -> Exchange | None:
    """The exchange for a collection; None where there are too few people, items or finds to learn one.

    Args:
        likes: scipy sparse matrix, shape (n_people, n_items).
        vectors: of the items, shape (n_items, dimensions + told), 0 for no vector; `told` as `Lending.learned`.
    """
    counts = np.asarray((likes > 0).sum(0)).ravel()
    items = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    near, rows = likes.tocsr()[:, items], vectors[items]
    able = np.flatnonzero(np.diff(near.indptr) >= ABLE)
    n = min(MOST_PEOPLE, len(able) // 4)
    known = np.flatnonzero(np.linalg.norm(rows, axis=1) > 0)
    if n < LEAST_PEOPLE or int(NEW * len(known)) <= LISTED:
        return None
    rng = np.random.default_rng(seed)
    people = np.sort(rng.choice(able, size=n, replace=False))
    new = np.sort(rng.choice(known, size=int(NEW * len(known)), replace=False))
    trials = _trials(near, rows, people=people, new=new, choices=choices, told=told, rng=rng)
    found = _regressed(trials)
    LOG.info("the worth of new items by %d validation people and %d items: %s", n, len(new), found)
    return found


def _trials(
    likes: Any,
    vectors: NDArray[np.float32],
    *,
    people: NDArray[np.int64],
    new: NDArray[np.int64],
    choices: Sequence[LevelChoice],
    told: int,
    rng: np.random.Generator,
) -> _Trials:
    from scipy.sparse import diags

    old = np.ones(likes.shape[1], dtype=np.float32)
    old[new] = 0
    training = (likes[np.setdiff1d(np.arange(likes.shape[0]), people)] @ diags(old)).tocsr().astype(np.float32)
    training.eliminate_zeros()
    borrowers = _borrowers(training, vectors, new, choices, told=told)
    found = [
        _trial(likes[person].indices, borrowers, new=new, old=old > 0, rng=rng)
        for person in np.repeat(people, DRAWS).tolist()
    ]
    there = [one for one in found if one]
    nothing: tuple[NDArray[np.float64], ...] = (np.zeros(0),) * 5
    return _Trials(*(np.concatenate(column) for column in zip(nothing, *there, strict=True)))


def _borrowers(
    training: Any, vectors: NDArray[np.float32], new: NDArray[np.int64], choices: Sequence[LevelChoice], *, told: int
) -> Borrowers:
    """The new items as they are with a scorer of the old ones."""
    popularity = np.log1p(np.asarray((training > 0).sum(0)).ravel()).astype(np.float32)
    weights = list(fit_models(training, models_of(choices)))
    levels = [
        level
        for place, own in enumerate(weights)
        for level in fitted_levels(choices, place, own, likes=training, log_popularity=popularity)
    ]
    scorer = AdaptiveScorer(weights, levels=sorted(levels, key=lambda level: level.least), log_popularity=popularity)
    taught = vectors.copy()
    taught[new] = 0
    lending = Lending.learned(taught, weights, popularity, told=told)
    nothing = np.full(len(new), -1, dtype=np.int64)
    rows = centred(vectors, lending.centre)[new]
    return Borrowers(lending, scorer, new, nothing, np.zeros(len(new), dtype=np.float32), rows)


def _trial(
    liked: NDArray[np.int32],
    borrowers: Borrowers,
    *,
    new: NDArray[np.int64],
    old: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], ...]:
    """The columns of `_Trials` for one person, a fifth of whose likes is to be found; () where too little is known for the last level.

    Affinities of two levels do not compare well enough to be regressed together.
    """
    shuffled = rng.permutation(liked)
    held, known = np.split(shuffled, [max(1, len(shuffled) // 5)])
    likes = dict.fromkeys(known[old[known]].tolist(), 1.0)
    if not likes or borrowers.scorer.level(likes) != borrowers.scorer.levels[-1]:
        return ()
    relevant, out = np.zeros(len(old), dtype=bool), np.zeros(len(old), dtype=bool)
    relevant[held], out[known] = True, True
    affinity = np.where(out | ~old, -np.inf, borrowers.scorer.affinity(likes)).astype(np.float32)
    lent = np.where(out[new], -np.inf, borrowers.lent(likes)).astype(np.float32)
    last, best = _best(affinity)[::-1], _best(lent)
    met_old, met_new = relevant & old, relevant & ~old
    return (
        np.full(LISTED, np.log(effective_number(likes.values()))),
        lent[best].astype(np.float64),
        affinity[last].astype(np.float64),
        met_new[new[best]] / max(min(LISTED, int(met_new.sum())), 1),
        met_old[last] / max(min(LISTED, int(met_old.sum())), 1),
    )


def _best(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    best = np.argpartition(-scores, LISTED)[:LISTED]
    return np.asarray(best[np.argsort(-scores[best], kind="stable")], dtype=np.int64)


def _regressed(trials: _Trials) -> Exchange | None:
    usable = (trials.lent > 0) & (trials.own > 0)
    if np.count_nonzero(trials.gained[usable]) < LEAST_MET:
        return None
    n = trials.number[usable]
    gain, by_lent = _poisson(n, np.log(trials.lent[usable]), trials.gained[usable])
    loss, by_own = _poisson(n, np.log(trials.own[usable]), trials.lost[usable])
    difference = np.full(len(usable), -np.inf)
    difference[usable] = by_lent - by_own
    price, least = np.quantile(difference, 1 - PLACES), np.exp(np.quantile(trials.number, FEWEST))
    return Exchange(gain=gain, loss=loss, price=float(price), least=float(least))


def _poisson(
    n: NDArray[np.float64], s: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[tuple[float, float, float, float, float], NDArray[np.float64]]:
    """The coefficients of (1, n, n^2, s, n s), and the log of the share that they let expect."""
    from sklearn.linear_model import PoissonRegressor

    features = np.stack([n, n * n, s, n * s], axis=1)
    model = PoissonRegressor(alpha=1e-4, max_iter=1000, solver="newton-cholesky").fit(features, share)
    first, second, third, fourth = (float(value) for value in model.coef_)
    return (float(model.intercept_), first, second, third, fourth), features @ model.coef_ + model.intercept_
