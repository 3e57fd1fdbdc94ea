"""What a lent affinity is worth in a list, learned on people and items of the collection that take no part in the fit meanwhile.

A tenth of the items are taken for new, several times: nobody likes them. Of each validation person a fifth of the likes is to be found, the
old ones among them by what is fitted to the other people, the new ones by lent columns. Which share of what is to be found
the best new ones meet, and which share the old ones at the places that they would take, is regressed on what is known before.
What a person has met of new items nobody knows: it may be among the best new ones, and meets nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.scorers.ease import Solution
from retrieval.scorers.edlae import AdaptiveScorer, LevelChoice, fitted_levels, models_of, penalty_unit, solutions
from retrieval.scorers.lending import Borrowers, Coefficients, Exchange, Lending, centred
from retrieval.scorers.levels import ABLE

LOG = logging.getLogger(__name__)

PLACES = 0.05
"""The share of the places that new items have on the whole: one in twenty, given where it meets most and costs least."""
LEAST_PEOPLE, MOST_PEOPLE = 300, 1_200
"""Of validation people. What fewer teach is worse than fixed places: by `python -m eval ranking --validation --parts new_items warm_items`
what the 140 of ml-100k teach finds .119 of the new ones and costs the old ones .056; two fixed places find .071 and cost .023.
"""
MOST_ITEMS = 4_000
"""The most liked ones. Of less liked items new ones are made, too: among much liked ones alone a lent affinity is worth more than it is."""
DRAWS = 2
"""How often other people and other items are drawn: which few of the new items are much liked decides much."""
NEW = 0.1
LISTED = 20
FEWEST = 0.01
"""The rule is not followed for people of whom less is known than of this share of the people it was learned from."""
LEAST_MET = 40
"""So many new items must have been found for a rule to be learned from it."""


@dataclass(frozen=True)
class _Trial:
    """One person, from the last place of the list on: the best new item goes there, the next one before it. Each of shape (LISTED,).

    `number`: log of how many likes are known; `lent` and `own`: the affinities; `gained` and `lost`: the shares of what is to be found.
    """

    number: NDArray[np.float64]
    lent: NDArray[np.float64]
    own: NDArray[np.float64]
    gained: NDArray[np.float64]
    lost: NDArray[np.float64]


def choose_exchange(
    likes: Any,
    vectors: NDArray[np.float32],
    choices: Sequence[LevelChoice],
    *,
    evidence: Any = None,
    told: int = 0,
    seed: int = 0,
) -> Exchange | None:
    """The exchange for a collection; None where there are too few people, items or finds to learn one.

    Args:
        likes: scipy sparse matrix, shape (n_people, n_items).
        vectors: of the items, shape (n_items, dimensions + told), 0 for no vector; `told` as `Lending.learned`.
        evidence: what models are fitted on and what is not listed, as `Training.evidence`; None: the likes.
    """
    counts = np.asarray((likes > 0).sum(0)).ravel()
    items = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    near, rows = likes.tocsr()[:, items], vectors[items]
    met = near if evidence is None else evidence.tocsr()[:, items]
    able = np.flatnonzero(np.diff(near.indptr) >= ABLE)
    n = min(MOST_PEOPLE, len(able) // 4)
    known = np.flatnonzero(np.linalg.norm(rows, axis=1) > 0)
    if n < LEAST_PEOPLE or int(NEW * len(known)) <= LISTED:
        return None
    rng = np.random.default_rng(seed)
    trials: list[_Trial] = []
    for _ in range(DRAWS):
        people = np.sort(rng.choice(able, size=n, replace=False))
        new = np.sort(rng.choice(known, size=int(NEW * len(known)), replace=False))
        trials += _trials(near, met, rows, people=people, new=new, choices=choices, told=told, rng=rng)
    found = _regressed(trials)
    LOG.info("the worth of new items by %d trials: %s", len(trials), found)
    return found


def _trials(
    likes: Any,
    met: Any,
    vectors: NDArray[np.float32],
    *,
    people: NDArray[np.int64],
    new: NDArray[np.int64],
    choices: Sequence[LevelChoice],
    told: int,
    rng: np.random.Generator,
) -> list[_Trial]:
    """Those of one draw. One matrix of weights is held at a time, for the people whom it serves."""
    from scipy.sparse import diags

    old = np.ones(likes.shape[1], dtype=np.float32)
    old[new] = 0
    others = np.setdiff1d(np.arange(likes.shape[0]), people)
    training, fitted = ((matrix[others] @ diags(old)).tocsr().astype(np.float32) for matrix in (likes, met))
    training.eliminate_zeros()
    fitted.eliminate_zeros()
    shuffled = [rng.permutation(likes[person].indices) for person in people.tolist()]
    cuts = [max(1, len(own) // 5) for own in shuffled]
    held = [own[:cut] for own, cut in zip(shuffled, cuts, strict=True)]
    known = [own[cut:] for own, cut in zip(shuffled, cuts, strict=True)]
    serving = [_serving(choices, int(np.count_nonzero(old[own]))) for own in known]
    found = []
    for place, solution in enumerate(solutions(fitted, models_of(choices), unit=penalty_unit(training))):
        borrowers = _borrowers(training, vectors, new, place, solution, choices=choices, told=told)
        own = [n for n, model in enumerate(serving) if model == place]
        found += [_trial(held[n], known[n], met[people[n]].indices, borrowers, new=new, old=old > 0) for n in own]
    return found


def _serving(choices: Sequence[LevelChoice], number: int) -> int:
    """The place in `models_of` of the model that serves somebody with so many likes; -1 without likes."""
    fitting = [choice for choice in choices if choice.least <= number] or choices[:1]
    return models_of(choices).index(fitting[-1].model) if number else -1


def _borrowers(
    training: Any,
    vectors: NDArray[np.float32],
    new: NDArray[np.int64],
    place: int,
    solution: Solution,
    *,
    choices: Sequence[LevelChoice],
    told: int,
) -> Borrowers:
    """The new items as they are with a scorer of the old ones, of the levels of one model."""
    popularity = np.log1p(np.asarray((training > 0).sum(0)).ravel()).astype(np.float32)
    levels = fitted_levels(choices, place, solution.weights, likes=training, log_popularity=popularity)
    own = [replace(level, weights=0) for level in sorted(levels, key=lambda level: level.least)]
    scorer = AdaptiveScorer((solution,), levels=own, log_popularity=popularity)
    taught = vectors.copy()
    taught[new] = 0
    lending = Lending.learned(taught, (solution.weights,), popularity, told=told)
    nothing = np.full(len(new), -1, dtype=np.int64)
    rows = centred(vectors, lending.centre)[new]
    return Borrowers(lending, scorer, new, nothing, np.zeros(len(new), dtype=np.float32), rows)


def _trial(
    held: NDArray[np.int32],
    known: NDArray[np.int32],
    met: NDArray[np.int32],
    borrowers: Borrowers,
    *,
    new: NDArray[np.int64],
    old: NDArray[np.bool_],
) -> _Trial:
    """One person, of whose likes those in `held` are to be found; of the others the old ones are known. What else was `met` is not listed."""
    likes = dict.fromkeys(known[old[known]].tolist(), 1.0)
    relevant, out = np.zeros(len(old), dtype=bool), np.zeros(len(old), dtype=bool)
    out[met] = True
    relevant[held], out[held] = True, False
    affinity = np.where(out | ~old, -np.inf, borrowers.scorer.affinity(likes)).astype(np.float32)
    lent = borrowers.lent(likes)
    last, best = _best(affinity)[::-1], _best(lent)
    met_old, met_new = relevant & old, relevant & ~old
    return _Trial(
        number=np.full(LISTED, np.log(len(likes))),
        lent=lent[best].astype(np.float64),
        own=affinity[last].astype(np.float64),
        gained=met_new[new[best]] / max(min(LISTED, int(met_new.sum())), 1),
        lost=met_old[last] / max(min(LISTED, int(met_old.sum())), 1),
    )


def _best(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    best = np.argpartition(-scores, LISTED)[:LISTED]
    return np.asarray(best[np.argsort(-scores[best], kind="stable")], dtype=np.int64)


def _regressed(trials: Sequence[_Trial]) -> Exchange | None:
    if not trials:
        return None
    number, lent, own, gained, lost = (np.concatenate([getattr(t, f.name) for t in trials]) for f in fields(_Trial))
    usable = (lent > 0) & (own > 0)
    if np.count_nonzero(gained[usable]) < LEAST_MET:
        return None
    gain, by_lent = _poisson(number[usable], np.log(lent[usable]), gained[usable])
    loss, by_own = _poisson(number[usable], np.log(own[usable]), lost[usable])
    difference = np.full(len(usable), -np.inf)
    difference[usable] = by_lent - by_own
    price, least = np.quantile(difference, 1 - PLACES), np.exp(np.quantile(number, FEWEST))
    return Exchange(gain=gain, loss=loss, price=float(price), least=float(least))


def _poisson(
    n: NDArray[np.float64], s: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[Coefficients, NDArray[np.float64]]:
    """The coefficients of (1, n, n^2, s, n s), and the log of the share that they let expect."""
    from sklearn.linear_model import PoissonRegressor

    features = np.stack([n, n * n, s, n * s], axis=1)
    model = PoissonRegressor(alpha=1e-4, max_iter=1000, solver="newton-cholesky").fit(features, share)
    first, second, third, fourth = (float(value) for value in model.coef_)
    return (float(model.intercept_), first, second, third, fourth), features @ model.coef_ + model.intercept_
