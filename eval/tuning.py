"""Settings by validation people, with optuna: the models that ours are compared with, and what each source weighs in the fusion.

`python -m eval ranking --data FOLDER --tune`, `python -m eval fusion --data FOLDER...`. The people who are tuned on are never those who are
reported: give these a problem that was split with `validation`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.rankers import ROWS, Models, Ranker, by_source
from eval.recorded import Tuned
from eval.splits import HeldOut, Split
from retrieval.catalogue import Catalogue
from retrieval.ranking import BESIDE, Weights
from retrieval.recommender import POOL
from retrieval.scorers.als import AlsChoice
from retrieval.scorers.alternatives import fit_als, fit_item_neighbours
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.fitted import fit_ease
from retrieval.sources.collaborative import CollaborativeSource
from vouch.types import Query

TRIALS = 40
OF_ONE_NUMBER = 0.3
"""The share of the trials that a model with one setting gets."""
PLACES = 20
HEAVIEST = 1.0
"""The most that a source weighs beside the leading one, which weighs 1."""
LEAST_GAIN = 0.002
"""By so much of its quality a source must better the list to weigh anything at all."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What the sources propose to some people. `ranks`: row -> rank of each item, shape (people, n_items), infinite: not proposed;
    `relevant`: shape (people, n_items)."""

    ranks: Mapping[str, NDArray[np.float32]]
    relevant: NDArray[np.bool_]

    def scores(self, weights: Weights) -> NDArray[np.float32]:
        """The sum of parts of each item, 0 for what nothing proposes, for a fusion with these weights of rows; shape (people, n_items)."""
        scores = np.zeros(self.relevant.shape, dtype=np.float32)
        led = np.zeros(self.relevant.shape, dtype=bool)
        for row in self.ranks.keys() & {*weights.by_source, *weights.first_few}:
            scores += weights.part(row, self.ranks[row])
            if row in weights.led_by:
                led |= np.isfinite(self.ranks[row])
        return np.where(led, scores, BESIDE * scores) if weights.led_by else scores

    def lists(self, weights: Weights, k: int) -> NDArray[np.int64]:
        """The first k items of each list, -1 where nothing more is proposed; shape (people, k)."""
        scores = self.scores(weights)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.where(np.take_along_axis(scores, best, 1) > 0, best, -1)

    def quality(self, weights: Weights) -> float:
        """The mean over people of recall@20 (divided by min(20, relevant)) and nDCG@20, halved, for a fusion with these weights of rows."""
        return quality(self.scores(weights), self.relevant)


def weights_of_rows(weights: Weights) -> Weights:
    """The same weights by the row of the table in place of the source."""
    by_source, first_few = (
        {ROWS.get(source, source): weight for source, weight in told.items()}
        for told in (weights.by_source, weights.first_few)
    )
    return Weights(by_source, first_few, frozenset(ROWS.get(source, source) for source in weights.led_by))


def quality(scores: NDArray[np.float32], relevant: NDArray[np.bool_]) -> float:
    """Half of recall@20 and nDCG@20 of the items ordered by their scores; what has none counts for nothing.

    >>> round(quality(np.array([[3, 2, 0, 1]], dtype=np.float32), np.array([[True, False, True, False]])), 3)
    0.557
    """
    places = min(PLACES, scores.shape[1] - 1)
    best = np.argpartition(-scores, places, axis=1)[:, :places]
    own = np.take_along_axis(scores, best, 1)
    order = np.argsort(-own, axis=1, kind="stable")
    best, own = np.take_along_axis(best, order, 1), np.take_along_axis(own, order, 1)
    hits = np.take_along_axis(relevant, best, 1) & (own > 0)
    possible = np.minimum(places, relevant.sum(axis=1))
    discount = 1 / np.log2(np.arange(2, places + 2))
    ndcg = (hits * discount).sum(axis=1) / np.cumsum(discount)[possible - 1]
    return float(np.mean(hits.sum(axis=1) / possible + ndcg) / 2)


def pool_of(models: Models, people: Sequence[HeldOut]) -> Pool:
    """What the sources of the whole propose to people."""
    index_of, n = models.catalogue.index_of, len(models.catalogue.items)
    everything = frozenset(models.catalogue.item_ids)
    ranks = {row: np.full((len(people), n), np.inf, dtype=np.float32) for row in models.sources}
    relevant = np.zeros((len(people), n), dtype=bool)
    for place, person in enumerate(people):
        relevant[place, [index_of[i] for i in person.relevant]] = True
        query = Query(tastes=(person.taste,))
        for row, source in models.sources.items():
            found = source.propose(query, POOL, everything - person.out)
            ranks[row][place, [index_of[c.item_id] for c in found]] = [rank for c in found for rank in c.ranks.values()]
    return Pool(ranks=ranks, relevant=relevant)


def fusion_weights(
    pools: Sequence[Pool], *, leading: str, seed: int, trials: int = TRIALS
) -> tuple[dict[str, float], float]:
    """What the sources weigh beside the leading one, and by what share that betters it alone, the mean over the pools of several data sets.

    What the leading one does not propose stands behind what it does.

    A source that betters nothing by `LEAST_GAIN` weighs 0: of two lists that are as good the one of fewer parts is taken.
    """
    rows = sorted(set.intersection(*(set(pool.ranks) for pool in pools)) - {leading})
    alone = [pool.quality(Weights({leading: 1.0})) for pool in pools]

    def gain(weights: Mapping[str, float]) -> float:
        told = Weights({leading: 1.0, **weights}, led_by=frozenset({leading}))
        return float(np.mean([pool.quality(told) / base - 1 for pool, base in zip(pools, alone, strict=True)]))

    def objective(trial: Any) -> float:
        return gain({row: trial.suggest_float(row, 0.0, HEAVIEST) for row in rows})

    study = _study(seed)
    for weight in (0.0, 0.05, 0.2):
        study.enqueue_trial(dict.fromkeys(rows, weight))
    study.optimize(objective, n_trials=trials)
    best = {row: round(float(weight), 2) for row, weight in study.best_params.items()}
    for row in sorted(rows, key=lambda r: best[r]):
        without = best | {row: 0.0}
        if gain(without) > gain(best) - LEAST_GAIN:
            best = without
    return {row: weight for row, weight in best.items() if weight}, gain(best)


def baselines(
    catalogue: Catalogue, split: Split, *, seed: int, trials: int = TRIALS, say: Callable[[str], None] = lambda _: None
) -> Tuned:
    """The settings of EASE, item neighbours and ALS that serve a split's validation people best, all their likes known."""

    def worth(model: CollaborativeModel | None) -> float:
        return 0.0 if model is None else _quality_of(by_source(CollaborativeSource(model), catalogue), split, catalogue)

    def ease(trial: Any) -> float:
        penalty = trial.suggest_float("penalty", 10, 2000, log=True)
        return worth(fit_ease(split.training, catalogue, penalty=penalty))

    def neighbours(trial: Any) -> float:
        kind = trial.suggest_categorical("kind", ["cosine", "bm25"])
        k = trial.suggest_int("k", 20, 500, log=True)
        return worth(fit_item_neighbours(split.training, catalogue, kind=kind, k=k))

    def als(trial: Any) -> float:
        return worth(fit_als(split.training, catalogue, choice=_als_of(trial.suggest_int, trial.suggest_float)))

    best = []
    for objective, share in ((ease, OF_ONE_NUMBER), (neighbours, 1.0), (als, 1.0)):
        study, n = _study(seed), math.ceil(share * trials)
        say(f"{n} settings of {objective.__name__}")
        study.optimize(objective, n_trials=n)
        best.append(study.best_params)
    penalty, near, factors = best
    return Tuned(
        ease_penalty=round(penalty["penalty"]),
        neighbours=near["k"],
        neighbours_kind=near["kind"],
        als=AlsChoice(
            factors=factors["factors"],
            regularization=float(f"{factors['regularization']:.2g}"),
            alpha=float(f"{factors['alpha']:.2g}"),
        ),
    )


def _als_of(integer: Callable[..., int], number: Callable[..., float]) -> AlsChoice:
    return AlsChoice(
        factors=integer("factors", 16, 256, log=True),
        regularization=number("regularization", 0.001, 100, log=True),
        alpha=number("alpha", 0.5, 50, log=True),
    )


def _quality_of(ranker: Ranker, split: Split, catalogue: Catalogue) -> float:
    """As `quality`, of what a model lists for the people of a split."""
    scores = np.zeros((len(split.people), len(catalogue.items)), dtype=np.float32)
    relevant = np.zeros(scores.shape, dtype=bool)
    for row, person in enumerate(split.people):
        ranked = ranker(person)
        scores[row, ranked] = np.arange(len(ranked), 0, -1)
        relevant[row, [catalogue.index_of[i] for i in person.relevant]] = True
    return quality(scores, relevant)


def _study(seed: int) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
