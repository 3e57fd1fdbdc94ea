"""Choices that were learned from labelled messages (scripts/train_planner.py): linear models over hashed features, a few kilobytes.

Multinomial logistic regression; a feature's name is hashed to its row (Weinberger et al. 2009), so that the file holds no words. What a
vector says is in the space of one embedder; with another, that choice is not made and the rules decide alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROWS = 4096
"""So many rows for the names of features."""
WEIGHTS = Path(__file__).parent / "learned.npz"
Row = NDArray[np.float32]


def row_of(features: Mapping[str, float], vectors: Sequence[Row] = ()) -> Row:
    """Shape (ROWS + the lengths of the vectors,): hashed features, then the vectors.

    >>> row_of({"a": 1.0, "b": 0.5}).sum(), row_of({}, [np.ones(3, dtype=np.float32)]).shape
    (np.float32(1.5), (4099,))
    """
    row = np.zeros(ROWS, dtype=np.float32)
    for name, value in features.items():
        row[zlib.crc32(name.encode()) % ROWS] += value
    return np.concatenate([row, *vectors])


@dataclass(frozen=True)
class Choice:
    """A model that chooses among `classes`. `weights`: shape (features, classes). `embedder_id`: whose vectors it takes, "" for none."""

    classes: tuple[str, ...]
    weights: Row
    embedder_id: str = ""

    def probabilities(self, features: Mapping[str, float], vectors: Sequence[Row] = ()) -> dict[str, float]:
        """The probability of each class; together 1."""
        scores = row_of(features, vectors) @ self.weights
        odds = np.exp(scores - scores.max())
        return dict(zip(self.classes, (odds / odds.sum()).tolist(), strict=True))


@cache
def read_choices(path: Path = WEIGHTS) -> dict[str, Choice]:
    """The choices of a file by name: "acts", "named", "at_hand"."""
    with np.load(path, allow_pickle=False) as file:
        names = sorted(key.removesuffix("/weights") for key in file if key.endswith("/weights"))
        return {
            name: Choice(
                classes=tuple(str(c) for c in file[f"{name}/classes"]),
                weights=file[f"{name}/weights"].astype(np.float32),
                embedder_id=str(file[f"{name}/embedder"]),
            )
            for name in names
        }
