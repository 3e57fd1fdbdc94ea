"""The vectors of a data set's texts, made once and kept by what they were made of: what `dense` and new items go by.

Nothing is asked of these data sets in words, so there is no index of passages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.recommender import Content
from vouch.ports import Embedder, Vectors
from vouch.types import Hit, Passage, Space


def content_of(catalogue: Catalogue, embedder: Embedder, folder: Path) -> Content:
    """The content of a catalogue by its passages; their vectors are read from the folder, or made and written there."""
    texts = [passage.text for passage in catalogue.passages]
    digest = hashlib.sha256("\x1f".join([embedder.embedder_id, *texts]).encode()).hexdigest()
    path = folder / f"vectors-{digest[:16]}.npy"
    if path.exists():
        rows: Vectors = np.load(path)
    else:
        rows = embedder.embed(texts)
        folder.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".part").open("wb") as file:
            np.save(file, rows)
        path.with_suffix(".part").replace(path)
    return Content.of(catalogue, index=NoIndex(), embedder=embedder, passages=catalogue.passages, rows=rows)


class NoIndex:
    """A PassageIndex that holds nothing."""

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Keeps nothing."""

    def search(self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None) -> tuple[Hit, ...]:
        """Nothing."""
        return ()

    def count(self, space: Space) -> int:
        """0."""
        return 0
