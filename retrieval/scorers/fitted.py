"""The collection's scorer as it is kept: what a version holds, how one is written by a fit and read back memory-mapped; fits in memory."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.ease import EaseScorer, Solution, default_penalty, ease_weights
from retrieval.scorers.edlae import (
    AdaptiveScorer,
    Level,
    LevelChoice,
    bytes_to_fit,
    fitted_levels,
    models_of,
    penalty_unit,
    solutions,
)
from retrieval.scorers.levels import choose_levels
from retrieval.scorers.like_counts import LikeCounts
from retrieval.scorers.training import Training, likes_of_members
from retrieval.scorers.versions import Versions, write_array, write_text
from vouch.types import Interaction

LOG = logging.getLogger(__name__)

RECORD = "scorer.json"
FORMAT = "edlae/3"
"""What is kept changes with this: a version of another format is not read, and the scorer is fitted anew."""
MOST_MODELS = ((4_000, 5), (8_000, 4), (12_000, 3))
"""Up to how many items how many matrices: an inverse takes 1, 8 and 25 seconds there on two cores (it grows with their cube)."""


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

    `version`: the digest of the file's interactions; `number`: the version in its folder, 0 outside of one.
    """

    version: str
    like_counts: LikeCounts
    model: CollaborativeModel | None
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands in a version beside its arrays. `version` and `said`: of the store when it was read; `made`: "fit" or "update".

    `likes`: item_id -> people; `models`: (penalty, dropout), the penalties in units of `unit`; `changed`: how many items' columns
    updates have changed since the last fit.
    """

    format: str
    version: str
    said: int
    made: str
    at: float
    seconds: float
    likes: Mapping[str, int]
    item_ids: Sequence[str] = ()
    scorer: str = ""
    unit: float = 0.0
    models: Sequence[tuple[float, float]] = ()
    levels: Sequence[Mapping[str, Any]] = ()
    chosen: Sequence[Mapping[str, Any]] = ()
    validation_people: int = 0
    bytes_to_fit: int = 0
    changed: int = 0

    @property
    def choices(self) -> tuple[LevelChoice, ...]:
        """How the levels were chosen."""
        return tuple(LevelChoice(**choice) for choice in self.chosen)


def fit_scorer(
    store: LearnedFrom, catalogue: Catalogue, folder: Path, *, choices: Sequence[LevelChoice] | None = None
) -> Fitted:
    """Fits adaptive EDLAE on the members' likes and puts it in use as a new version; then reads it back memory-mapped.

    `choices` None: the levels that validation people choose. Raises HomeBusy where another process goes on writing.
    """
    versions = Versions(folder)
    with versions.writing():
        return write_fit(store, catalogue, versions, choices=choices)


def write_fit(
    store: LearnedFrom, catalogue: Catalogue, versions: Versions, *, choices: Sequence[LevelChoice] | None = None
) -> Fitted:
    """As `fit_scorer`, inside `versions.writing`. Each matrix of weights is written before the next one is made."""
    began = time.monotonic()
    told: dict[str, Any] = {"version": store.interactions_version(), "said": store.opinions_said(), "made": "fit"}
    liked = likes_of_members(store.interactions(), catalogue)
    training = Training.of(catalogue, liked)

    def write(made: Path) -> None:
        if training is not None:
            told.update(_write_model(made, training, choices))
        write_record(made, likes=people_counted(catalogue, liked), began=began, told=told)

    return read_version(versions, versions.add(write), catalogue)


def write_record(made: Path, *, likes: Mapping[str, int], began: float, told: Mapping[str, Any]) -> None:
    """The record of a version that is being made since `began` (monotonic seconds)."""
    seconds = round(time.monotonic() - began, 2)
    record = Record(format=FORMAT, at=time.time(), seconds=seconds, likes=likes, **told)
    write_text(made / RECORD, json.dumps(asdict(record), ensure_ascii=False))


def write_solution(made: Path, place: int, solution: Solution) -> None:
    """One model of a version."""
    write_array(made / f"weights-{place}.npy", solution.weights)
    write_array(made / f"diagonal-{place}.npy", solution.diagonal)


def write_training(made: Path, training: Training) -> None:
    """What the version was fitted on, for updates to start from."""
    from scipy.sparse import save_npz

    save_npz(made / "likes.npz", training.likes, compressed=False)
    write_text(made / "people.json", json.dumps(training.user_ids, ensure_ascii=False))


def read_training(folder: Path, record: Record) -> Training:
    """What a version was fitted on."""
    from scipy.sparse import load_npz

    people = json.loads((folder / "people.json").read_text("utf-8"))
    return Training(load_npz(folder / "likes.npz"), tuple(record.item_ids), tuple(people))


def read_solution(folder: Path, place: int) -> Solution:
    """One model of a version, its weights memory-mapped."""
    return Solution(np.load(folder / f"weights-{place}.npy", mmap_mode="r"), np.load(folder / f"diagonal-{place}.npy"))


def read_record(folder: Path) -> Record | None:
    """The record of a version; None where there is none of this format."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return None
    return Record(**record)


def load_scorer(folder: Path, catalogue: Catalogue, *, version: str | None = None) -> Fitted | None:
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
            return read_version(versions, pointer.number, catalogue)
        except FileNotFoundError:
            if path.is_dir():  # else it was in use until just now, and another one is
                return None
    return None


def read_version(versions: Versions, number: int, catalogue: Catalogue) -> Fitted:
    """One version, the weights memory-mapped. Raises FileNotFoundError where it is not whole."""
    folder = versions.path(number)
    record = read_record(folder)
    if record is None:
        raise FileNotFoundError(folder / RECORD)
    counts = LikeCounts.from_mapping(catalogue, record.likes)
    if not record.models:
        return Fitted(version=record.version, like_counts=counts, model=None, number=number)
    scorer = AdaptiveScorer(
        [np.load(folder / f"weights-{place}.npy", mmap_mode="r") for place in range(len(record.models))],
        levels=[Level(**level) for level in record.levels],
        log_popularity=np.log1p(np.array([record.likes.get(i, 0) for i in record.item_ids], dtype=np.float32)),
        scorer_id=record.scorer,
    )
    model = CollaborativeModel(scorer, tuple(record.item_ids), catalogue, version=record.version)
    return Fitted(version=record.version, like_counts=counts, model=model, number=number)


def fit_adaptive(
    interactions: Iterable[Interaction], catalogue: Catalogue, *, choices: Sequence[LevelChoice] | None = None
) -> CollaborativeModel | None:
    """Adaptive EDLAE in memory; None where fewer than two people like at least two items each. `choices` as `fit_scorer`."""
    training = Training.of(catalogue, interactions)
    if training is None:
        return None
    kept: list[Solution] = []
    levels, _, _ = _fit(training, choices, lambda _, solution: kept.append(solution))
    weights = [solution.weights for solution in kept]
    scorer = AdaptiveScorer(weights, levels=levels, log_popularity=training.log_popularity, scorer_id=scorer_id(levels))
    return CollaborativeModel(scorer, training.item_ids, catalogue)


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


def _write_model(made: Path, training: Training, choices: Sequence[LevelChoice] | None) -> dict[str, Any]:
    levels, people, chosen = _fit(training, choices, lambda place, solution: write_solution(made, place, solution))
    write_training(made, training)
    return {
        "item_ids": training.item_ids,
        "scorer": scorer_id(levels),
        "unit": penalty_unit(training.likes),
        "models": models_of(chosen),
        "levels": [asdict(level) for level in levels],
        "chosen": [asdict(choice) for choice in chosen],
        "validation_people": people,
        "bytes_to_fit": bytes_to_fit(len(training.item_ids)),
    }


def _fit(
    training: Training, choices: Sequence[LevelChoice] | None, keep: Callable[[int, Solution], None]
) -> tuple[tuple[Level, ...], int, Sequence[LevelChoice]]:
    """The levels, on how many validation people they rest, and how they were chosen; the models go to `keep` one by one."""
    n = len(training.item_ids)
    LOG.info("fitting %d items, %d likes: %.2f GB of memory", n, training.likes.nnz, bytes_to_fit(n) / 1e9)
    people = 0
    if choices is None:
        most = next((models for items, models in MOST_MODELS if n <= items), MOST_MODELS[-1][1])
        choices, people = choose_levels(training.likes, most_models=most)
    models = solutions(training.likes, models_of(choices), unit=penalty_unit(training.likes))
    return levels_of(choices, models, training, keep), people, choices


def people_counted(catalogue: Catalogue, liked: Iterable[Interaction]) -> dict[str, int]:
    """item_id -> how many like it, of the items that anybody likes."""
    counts = LikeCounts.of(catalogue, liked).counts
    return {i: int(n) for i, n in zip(catalogue.item_ids, counts, strict=True) if n}
