"""The collection's scorer as it is kept: what a version holds, how one is written by a fit and read back memory-mapped; fits in memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors
from retrieval.scorers.als import AlsChoice, AlsScorer, als_factors
from retrieval.scorers.choosing import MOST_MODELS, choose_scorer
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.ease import EaseScorer, Solution, default_penalty, ease_weights
from retrieval.scorers.edlae import (
    AdaptiveScorer,
    Level,
    LevelChoice,
    Weights,
    fitted_levels,
    models_of,
    penalty_unit,
    solutions,
)
from retrieval.scorers.exchange import choose_exchange
from retrieval.scorers.lending import Borrowers, Exchange, Lending, vectors_of
from retrieval.scorers.levels import choose_levels
from retrieval.scorers.like_counts import LikeCounts, aged_counts, choose_half_life
from retrieval.scorers.records import (
    FORMAT,
    RECORD,
    Record,
    read_lending,
    read_record,
    read_solution,
    write_lending,
    write_record,
    write_solution,
    write_training,
)
from retrieval.scorers.told import Vocabulary
from retrieval.scorers.training import EVERY_ITEM, Training, likes_that_hold, members, people_met
from retrieval.scorers.versions import Versions, write_array
from vouch.types import Interaction

LOG = logging.getLogger(__name__)

ALS = AlsChoice()
FACTORS = "factors.npy"


class LearnedFrom(Protocol):
    """The part of the record that is fitted."""

    def interactions(self, user_id: str | None = None) -> Iterable[Interaction]:
        """All interactions."""
        ...

    def interactions_version(self) -> str:
        """A digest that changes with the file's interactions."""
        ...

    def opinions_said(self) -> int:
        """How many likes, purchases and dislikes the members have clicked or said."""
        ...


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What was learned from everybody: how many like what, and the model (None where too little is known for one).

    `version`: the digest of the file's interactions; `number`: the version in its folder, 0 outside of one;
    `told`: which scorer it is, and why.
    """

    version: str
    like_counts: LikeCounts
    model: CollaborativeModel | None
    number: int = 0
    told: str = ""


def fit_scorer(
    store: LearnedFrom,
    catalogue: Catalogue,
    folder: Path,
    *,
    item_vectors: ItemVectors | None = None,
    choices: Sequence[LevelChoice] | None = None,
) -> Fitted:
    """Fits adaptive EDLAE on the members' likes and puts it in use as a new version; then reads it back memory-mapped.

    `item_vectors` None: new items borrow nothing. `choices` None: the levels that validation people choose. Raises HomeBusy where
    another process goes on writing.
    """
    versions = Versions(folder)
    with versions.writing():
        return write_fit(store, catalogue, versions, item_vectors=item_vectors, choices=choices)


def write_fit(
    store: LearnedFrom,
    catalogue: Catalogue,
    versions: Versions,
    *,
    item_vectors: ItemVectors | None = None,
    choices: Sequence[LevelChoice] | None = None,
) -> Fitted:
    """As `fit_scorer`, inside `versions.writing`. Each matrix of weights is written before the next one is made."""
    began = time.monotonic()
    told: dict[str, Any] = {"version": store.interactions_version(), "said": store.opinions_said(), "made": "fit"}
    interactions = members(store.interactions(), catalogue)
    liked = likes_that_hold(interactions)
    training = Training.of(catalogue, interactions, most_items=EVERY_ITEM)
    told |= counted(catalogue, interactions, liked, half_life_days=choose_half_life(liked))

    def write(made: Path) -> None:
        if training is not None:
            told.update(_write_chosen(made, training, choices, item_vectors))
        write_record(made, began=began, told=told)

    return read_version(versions, versions.add(write), catalogue, item_vectors=item_vectors)


def load_scorer(
    folder: Path, catalogue: Catalogue, *, version: str | None = None, item_vectors: ItemVectors | None = None
) -> Fitted | None:
    """The version in use; None where there is none, or none of that digest of the file's interactions.

    A version that was gone back to is in use whatever its digest, as long as the file's is what it was then.
    """
    versions = Versions(folder)
    while (pointer := versions.current()) is not None:
        path = versions.path(pointer.number)
        record = read_record(path)
        fits = record is not None and (version is None or version in (record.version, pointer.held_against))
        if not fits:
            return None
        try:
            return read_version(versions, pointer.number, catalogue, item_vectors=item_vectors)
        except FileNotFoundError:
            if path.is_dir():  # else it was in use until just now, and another one is
                return None
    return None


def read_version(
    versions: Versions, number: int, catalogue: Catalogue, *, item_vectors: ItemVectors | None = None
) -> Fitted:
    """One version, the weights memory-mapped. Raises FileNotFoundError where it is not whole."""
    folder = versions.path(number)
    record = read_record(folder)
    if record is None:
        raise FileNotFoundError(folder / RECORD)
    counts = LikeCounts.from_mapping(catalogue, record.likes)
    counts = counts if record.recent is None else counts.aged(catalogue, record.recent)
    model = _read_model(folder, record, catalogue, item_vectors)
    return Fitted(
        version=record.version, like_counts=counts, model=model, number=number, told=record.chooser or "popularity"
    )


def _read_model(
    folder: Path, record: Record, catalogue: Catalogue, item_vectors: ItemVectors | None
) -> CollaborativeModel | None:
    item_ids = tuple(record.item_ids)
    if record.als is not None:
        als = AlsChoice(**record.als)
        factors = np.load(folder / FACTORS)
        fitted = AlsScorer(factors, regularization=als.regularization, alpha=als.alpha, scorer_id=record.scorer)
        return CollaborativeModel(fitted, item_ids, catalogue, version=record.version)
    if not record.models:
        return None
    scorer = AdaptiveScorer(
        [read_solution(folder, place) for place in range(len(record.models))],
        levels=[Level(**level) for level in record.levels],
        log_popularity=np.log1p(np.array([record.likes.get(i, 0) for i in item_ids], dtype=np.float32)),
        scorer_id=record.scorer,
    )
    lending = read_lending(folder, record)
    borrowers = _borrowers(lending, scorer, item_ids, item_vectors=item_vectors, met=record.met)
    return CollaborativeModel(scorer, item_ids, catalogue, version=record.version, borrowers=borrowers)


def fit_adaptive(
    interactions: Iterable[Interaction],
    catalogue: Catalogue,
    *,
    item_vectors: ItemVectors | None = None,
    choices: Sequence[LevelChoice] | None = None,
) -> CollaborativeModel | None:
    """Adaptive EDLAE in memory; None where fewer than two people like at least two items each. The rest as `fit_scorer`."""
    interactions = tuple(interactions)
    training = Training.of(catalogue, interactions)
    if training is None:
        return None
    kept: list[Solution] = []
    levels, _, chosen = _fit(training, choices, lambda _, solution: kept.append(solution))
    scorer = AdaptiveScorer(kept, levels=levels, log_popularity=training.log_popularity, scorer_id=scorer_id(levels))
    weights = [solution.weights for solution in kept]
    lending = None if item_vectors is None else _lending(training, weights, chosen, item_vectors)
    met = people_met(interactions, catalogue)
    borrowers = _borrowers(lending, scorer, training.item_ids, item_vectors=item_vectors, met=met)
    return CollaborativeModel(scorer, training.item_ids, catalogue, borrowers=borrowers)


def fit_ease(
    interactions: Iterable[Interaction], catalogue: Catalogue, *, penalty: float | None = None
) -> CollaborativeModel | None:
    """One fixed EASE, for comparison; None as `fit_adaptive`. `penalty` None: `default_penalty`."""
    training = Training.of(catalogue, interactions)
    if training is None:
        return None
    penalty = default_penalty(training.likes.nnz) if penalty is None else penalty
    scorer = EaseScorer(ease_weights(training.likes, penalty=penalty), scorer_id=f"ease/{penalty:g}")
    return CollaborativeModel(scorer, training.item_ids, catalogue)


def levels_of(
    choices: Sequence[LevelChoice],
    models: Iterator[Solution],
    training: Training,
    keep: Callable[[int, Solution], None],
) -> tuple[Level, ...]:
    """The levels by `least`, measured on the training; each model goes to `keep` before the next one is made."""
    levels: list[Level] = []
    popularity = training.log_popularity
    for place, solution in enumerate(models):
        levels += fitted_levels(choices, place, solution.weights, likes=training.likes, log_popularity=popularity)
        keep(place, solution)
    return tuple(sorted(levels, key=lambda level: level.least))


def scorer_id(levels: Sequence[Level]) -> str:
    """The format and from how many likes on each level serves."""
    return f"{FORMAT}/{'-'.join(f'{level.least:g}' for level in levels)}"


def _lending(
    training: Training, weights: Sequence[Weights], choices: Sequence[LevelChoice], item_vectors: ItemVectors
) -> Lending | None:
    """What is lent to new items; None where no item has a vector."""
    index_of = item_vectors.catalogue.index_of
    rows = [index_of[item_id] for item_id in training.item_ids]
    if not item_vectors.vectors[rows].any():
        return None
    vocabulary = Vocabulary.learned(item_vectors.catalogue, training.item_ids)
    vectors, told = vectors_of(item_vectors, vocabulary)[rows], vocabulary.size
    lending = Lending.learned(vectors, weights, training.log_popularity, told=told).with_vocabulary(vocabulary)
    found = choose_exchange(training.likes, vectors, choices, evidence=training.evidence, told=told)
    return lending.with_exchange(found)


def _borrowers(
    lending: Lending | None,
    scorer: AdaptiveScorer,
    item_ids: Sequence[str],
    *,
    item_vectors: ItemVectors | None,
    met: Mapping[str, int],
) -> Borrowers | None:
    if lending is None or item_vectors is None:
        return None
    every = item_vectors.catalogue.item_ids
    row_of = {item_id: row for row, item_id in enumerate(item_ids)}
    return Borrowers.among(
        lending,
        scorer,
        rows=np.array([row_of.get(item_id, -1) for item_id in every], dtype=np.int64),
        met=np.array([met.get(item_id, 0) for item_id in every], dtype=np.int64),
        vectors=lending.vectors_of(item_vectors),
    )


def _write_chosen(
    made: Path, training: Training, choices: Sequence[LevelChoice] | None, item_vectors: ItemVectors | None
) -> dict[str, Any]:
    """Fits what suits the size and the memory; the memory is told before."""
    n_people, n_items = training.likes.shape
    chosen = choose_scorer(n_items, n_people=n_people, n_likes=training.likes.nnz, factors=ALS.factors)
    LOG.info("%d people, %d likes: %s", n_people, training.likes.nnz, chosen.told)
    told = {"chooser": chosen.told, "bytes_to_fit": chosen.bytes_to_fit}
    if chosen.kind == "edlae":
        return _write_model(made, training, choices, item_vectors) | told
    write_array(made / FACTORS, als_factors(training.likes, ALS))
    return told | {"item_ids": training.item_ids, "als": asdict(ALS), "scorer": f"als/{ALS.factors}"}


def _write_model(
    made: Path, training: Training, choices: Sequence[LevelChoice] | None, item_vectors: ItemVectors | None
) -> dict[str, Any]:
    levels, people, chosen = _fit(training, choices, lambda place, solution: write_solution(made, place, solution))
    write_training(made, training)
    exchange: Exchange | None = None
    if item_vectors is not None:
        weights = [read_solution(made, place).weights for place in range(len(models_of(chosen)))]
        lending = _lending(training, weights, chosen, item_vectors)
        if lending is not None:
            write_lending(made, lending)
            exchange = lending.exchange
    return {
        "exchange": None if exchange is None else asdict(exchange),
        "item_ids": training.item_ids,
        "scorer": scorer_id(levels),
        "unit": penalty_unit(training.likes),
        "models": models_of(chosen),
        "levels": [asdict(level) for level in levels],
        "chosen": [asdict(choice) for choice in chosen],
        "validation_people": people,
    }


def _fit(
    training: Training, choices: Sequence[LevelChoice] | None, keep: Callable[[int, Solution], None]
) -> tuple[tuple[Level, ...], int, Sequence[LevelChoice]]:
    """The levels, on how many validation people they rest, and how they were chosen; the models go to `keep` one by one."""
    people = 0
    if choices is None:
        n_items = len(training.item_ids)
        most = next((models for items, models in MOST_MODELS if n_items <= items), MOST_MODELS[-1][1])
        choices, people = choose_levels(training.likes, most_models=most)
    models = solutions(training.evidence, models_of(choices), unit=penalty_unit(training.likes))
    return levels_of(choices, models, training, keep), people, choices


def counted(
    catalogue: Catalogue,
    interactions: Sequence[Interaction],
    liked: Sequence[Interaction],
    *,
    half_life_days: float | None,
) -> dict[str, Any]:
    """The parts of a record that are counted; `liked`: the likes among the interactions that hold."""
    counts = LikeCounts.of(catalogue, liked).counts
    return {
        "likes": {i: int(n) for i, n in zip(catalogue.item_ids, counts, strict=True) if n},
        "met": people_met(interactions, catalogue),
        "half_life_days": half_life_days,
        "recent": None if half_life_days is None else aged_counts(liked, half_life_days),
    }
