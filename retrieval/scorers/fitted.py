"""Fits the collection's scorer and keeps it in a folder: float32 weights, memory-mapped when read, and what they were made from."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.ease import EaseScorer, default_penalty, ease_weights
from retrieval.scorers.edlae import (
    AdaptiveScorer,
    Level,
    LevelChoice,
    Weights,
    bytes_to_fit,
    fit_models,
    fitted_levels,
    models_of,
)
from retrieval.scorers.levels import choose_levels
from retrieval.scorers.like_counts import LikeCounts
from retrieval.scorers.training import Training
from retrieval.tastes import LIKES
from vouch.types import Interaction

LOG = logging.getLogger(__name__)

RECORD = "scorer.json"
FORMAT = "edlae/2"
"""What is kept changes with this: a folder of another format is fitted anew."""
MOST_MODELS = ((4_000, 5), (8_000, 4), (12_000, 3))
"""Up to how many items how many matrices: an inverse takes 1, 8 and 25 seconds there on two cores (it grows with their cube)."""


class FileInteractions(Protocol):
    """The part of the record that is fitted."""

    def interactions(self, user_id: str | None = None) -> Iterable[Interaction]:
        """All interactions."""
        ...

    def interactions_version(self) -> str:
        """A digest that changes with the file's interactions."""
        ...


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What was learned from everybody: how many like what, and the model (None where too little is known for one)."""

    version: str
    like_counts: LikeCounts
    model: CollaborativeModel | None


def fit_scorer(
    store: FileInteractions, catalogue: Catalogue, folder: Path, *, choices: Sequence[LevelChoice] | None = None
) -> Fitted:
    """Fits adaptive EDLAE on the file's likes and writes it to the folder, all or nothing; then reads it back memory-mapped.

    Each matrix of weights is written before the next one is made. `choices` None: the levels that validation people choose.
    """
    began = time.monotonic()
    version = store.interactions_version()
    liked = [i for i in store.interactions() if i.source == "file" and i.kind in LIKES and i.item_id in catalogue.by_id]
    counts = LikeCounts.of(catalogue, liked)
    folder.mkdir(parents=True, exist_ok=True)
    record: dict[str, object] = {
        "format": FORMAT,
        "version": version,
        "likes": {i: int(n) for i, n in zip(catalogue.item_ids, counts.counts, strict=True) if n},
        "weights": [],
    }
    names: list[str] = []

    def keep(weights: Weights) -> None:
        names.append(f"edlae-{version[:16]}-{len(names)}.npy")
        _write_array(folder / names[-1], weights)

    training = Training.of(catalogue, liked)
    if training is not None:
        levels, people, chosen = _fit(training, choices, keep)
        record |= {"weights": names, "item_ids": list(training.item_ids), "scorer": _scorer_id(levels)}
        record |= {"levels": [asdict(level) for level in levels], "chosen": [asdict(choice) for choice in chosen]}
        record |= {"validation_people": people, "bytes_to_fit": bytes_to_fit(len(training.item_ids))}
    record["seconds"] = round(time.monotonic() - began, 2)
    _write_text(folder / RECORD, json.dumps(record, ensure_ascii=False))
    for old in (*folder.glob("ease-*.npy"), *folder.glob("edlae-*.npy")):
        if old.name not in names:
            old.unlink(missing_ok=True)
    return load_scorer(folder, catalogue) or Fitted(version=version, like_counts=counts, model=None)


def load_scorer(folder: Path, catalogue: Catalogue, *, version: str | None = None) -> Fitted | None:
    """What the folder holds, the weights memory-mapped; None where it holds nothing, or not that version, or an older format."""
    record = _read_record(folder / RECORD)
    if record is None or (version is not None and record["version"] != version):
        return None
    made_from = str(record["version"])
    counts = LikeCounts.from_mapping(catalogue, record["likes"])
    if not record["weights"]:
        return Fitted(version=made_from, like_counts=counts, model=None)
    paths = [folder / str(name) for name in record["weights"]]
    if not all(path.exists() for path in paths):
        return None
    item_ids = tuple(map(str, record["item_ids"]))
    likes: Mapping[str, int] = record["likes"]
    scorer = AdaptiveScorer(
        [np.load(path, mmap_mode="r") for path in paths],
        levels=[Level(**level) for level in record["levels"]],
        log_popularity=np.log1p(np.array([likes.get(i, 0) for i in item_ids], dtype=np.float32)),
        scorer_id=str(record["scorer"]),
    )
    return Fitted(
        version=made_from,
        like_counts=counts,
        model=CollaborativeModel(scorer, item_ids, catalogue, version=made_from),
    )


def fit_adaptive(
    interactions: Iterable[Interaction], catalogue: Catalogue, *, choices: Sequence[LevelChoice] | None = None
) -> CollaborativeModel | None:
    """Adaptive EDLAE in memory; None where fewer than two people like at least two items each. `choices` as `fit_scorer`."""
    training = Training.of(catalogue, interactions)
    if training is None:
        return None
    weights: list[Weights] = []
    levels, _, _ = _fit(training, choices, weights.append)
    scorer = AdaptiveScorer(
        weights, levels=levels, log_popularity=training.log_popularity, scorer_id=_scorer_id(levels)
    )
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


def _fit(
    training: Training, choices: Sequence[LevelChoice] | None, keep: Callable[[Weights], None]
) -> tuple[tuple[Level, ...], int, Sequence[LevelChoice]]:
    """The levels, on how many validation people they rest, and how they were chosen; the weights go to `keep` one by one."""
    n = len(training.item_ids)
    LOG.info("fitting %d items, %d likes: %.2f GB of memory", n, training.likes.nnz, bytes_to_fit(n) / 1e9)
    people = 0
    if choices is None:
        most = next((models for items, models in MOST_MODELS if n <= items), MOST_MODELS[-1][1])
        choices, people = choose_levels(training.likes, most_models=most)
    levels: list[Level] = []
    popularity = training.log_popularity
    for place, weights in enumerate(fit_models(training.likes, models_of(choices))):
        levels += fitted_levels(choices, place, weights, likes=training.likes, log_popularity=popularity)
        keep(weights)
    return tuple(sorted(levels, key=lambda level: level.least)), people, choices


def _scorer_id(levels: Sequence[Level]) -> str:
    return f"{FORMAT}/{'-'.join(f'{level.least:g}' for level in levels)}"


def _read_record(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def _write_array(path: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _write_text(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)
