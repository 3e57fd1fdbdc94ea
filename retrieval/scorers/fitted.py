"""Fits the collection's scorer and keeps it in a folder: float32 weights, memory-mapped when read, and what they were made from."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.ease import EaseScorer, default_penalty, ease_weights, likes_matrix
from retrieval.scorers.like_counts import LikeCounts
from retrieval.tastes import LIKES
from vouch.types import Interaction

RECORD = "scorer.json"
MOST_ITEMS = 12_000
"""The most items that take part: 12,000 need 0.6 GB and a minute; beyond, the most liked ones do."""


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


def fit_scorer(store: FileInteractions, catalogue: Catalogue, folder: Path, *, penalty: float | None = None) -> Fitted:
    """Fits EASE on the file's likes and writes it to the folder, all or nothing; then reads it back memory-mapped.

    Only items with a like take part, at most `MOST_ITEMS`, the most liked. `penalty` None: `default_penalty`.
    """
    began = time.monotonic()
    version = store.interactions_version()
    liked = [i for i in store.interactions() if i.source == "file" and i.kind in LIKES and i.item_id in catalogue.by_id]
    counts = LikeCounts.of(catalogue, liked)
    model = fit_ease(liked, catalogue, penalty=penalty)
    folder.mkdir(parents=True, exist_ok=True)
    record: dict[str, object] = {
        "version": version,
        "likes": {i: int(n) for i, n in zip(catalogue.item_ids, counts.counts, strict=True) if n},
        "weights": None,
    }
    if model is not None and isinstance(model.scorer, EaseScorer):
        name = f"ease-{version[:16]}.npy"
        _write_array(folder / name, model.scorer.weights)
        record |= {"weights": name, "item_ids": list(model.item_ids), "scorer": model.scorer.scorer_id}
    record["seconds"] = round(time.monotonic() - began, 2)
    _write_text(folder / RECORD, json.dumps(record, ensure_ascii=False))
    for old in folder.glob("ease-*.npy"):
        if old.name != record["weights"]:
            old.unlink(missing_ok=True)
    return load_scorer(folder, catalogue) or Fitted(version=version, like_counts=counts, model=model)


def load_scorer(folder: Path, catalogue: Catalogue, *, version: str | None = None) -> Fitted | None:
    """What the folder holds, the weights memory-mapped; None where it holds nothing, or not that version."""
    record = _read_record(folder / RECORD)
    if record is None or (version is not None and record["version"] != version):
        return None
    made_from = str(record["version"])
    likes = record["likes"]
    counts = LikeCounts.from_mapping(catalogue, likes if isinstance(likes, Mapping) else {})
    if not record["weights"]:
        return Fitted(version=made_from, like_counts=counts, model=None)
    path = folder / str(record["weights"])
    item_ids = record["item_ids"]
    if not path.exists() or not isinstance(item_ids, list):
        return None
    scorer = EaseScorer(np.load(path, mmap_mode="r"), scorer_id=str(record["scorer"]))
    model = CollaborativeModel(scorer, tuple(map(str, item_ids)), catalogue, version=made_from)
    return Fitted(version=made_from, like_counts=counts, model=model)


def fit_ease(
    interactions: Iterable[Interaction], catalogue: Catalogue, *, penalty: float | None = None
) -> CollaborativeModel | None:
    """EASE on the likes among the interactions; None where fewer than two people like at least two items each."""
    liked = [i for i in interactions if i.kind in LIKES and i.item_id in catalogue.index_of]
    counts = LikeCounts.of(catalogue, liked).counts
    chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_ITEMS].tolist())
    item_ids = tuple(catalogue.item_ids[index] for index in chosen if counts[index] > 0)
    rows = {item_id: row for row, item_id in enumerate(item_ids)}
    people: dict[str, int] = {}
    pairs = [(people.setdefault(i.user_id, len(people)), rows[i.item_id], i.weight) for i in liked if i.item_id in rows]
    matrix = likes_matrix(pairs, n_people=len(people), n_items=len(item_ids))
    if len(people) < 2 or int((np.diff(matrix.indptr) > 1).sum()) < 2:
        return None
    penalty = default_penalty(matrix.nnz) if penalty is None else penalty
    weights = ease_weights(matrix, penalty=penalty)
    return CollaborativeModel(EaseScorer(weights, scorer_id=f"ease/{penalty:g}"), item_ids, catalogue)


def _read_record(path: Path) -> dict[str, object] | None:
    try:
        record = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) and {"version", "likes", "weights"} <= record.keys() else None


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
