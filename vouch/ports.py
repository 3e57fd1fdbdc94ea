"""The seams. Each port has one contract in tests/contracts/ that stand-ins and real adapters pass. Knows no library but numpy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vouch.errors import InputError, ModelFailed
from vouch.types import Candidate, Hit, MediaKind, Passage, Perceived, Query, Space

Vectors = NDArray[np.float32]


class Captioner(Protocol):
    """Says what is seen in a picture."""

    made_by: str
    """Model and prompt digest: a cache key, and what a passage carries."""

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """What is seen, without times; empty where nothing is certain enough. Raises UnreadableMedia, ModelFailed."""
        ...


class Transcriber(Protocol):
    """Says what is spoken in a sound, or in a video's sound track."""

    made_by: str

    def transcribe(self, sound: Path) -> tuple[Perceived, ...]:
        """Passages in order with `start_s` < `end_s`; empty for silence. Raises UnreadableMedia, ModelFailed."""
        ...


class Embedder(Protocol):
    """Texts to vectors."""

    embedder_id: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32, rows of length 1. The same text gives the same row in any batch, to 1e-5."""
        ...


class LabelEmbedder(Protocol):
    """Labels with probabilities, and what a map made of a picture, to the vector of what is seen, comparable in rank with an
    Embedder's query vectors."""

    embedder_id: str
    dimensions: int

    def embed_labels(
        self, labels: Sequence[Sequence[tuple[str, float]]], mapped: Sequence[Sequence[float]] | None = None
    ) -> Vectors:
        """Shape (len(labels), dimensions), float32, rows of length 1; `mapped`: a vector a picture, empty where there is none."""
        ...


class PassageIndex(Protocol):
    """Passages' vectors, found by cosine. The one query path to passages."""

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Makes the index hold exactly these passages; `vectors` has one row a passage. Safe to be killed: the next open notices."""
        ...

    def search(self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None) -> tuple[Hit, ...]:
        """The k most similar passages of a space, best first, ties by passage_id; only of `item_ids` where given (exact then)."""
        ...

    def count(self, space: Space) -> int:
        """How many passages the space holds."""
        ...


class Scorer(Protocol):
    """A collaborative-filtering model over item indexes 0 .. n_items-1."""

    scorer_id: str
    n_items: int

    def affinity(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        """Fold-in: a stranger's weighted likes (item_index -> weight) to the affinity of every item, shape (n_items,). NaN: no opinion."""
        ...

    def contributions(self, likes: Mapping[int, float], item_index: int) -> Mapping[int, float]:
        """What each like adds to the affinity of one item; with `popularity_part` they sum to it to 1e-5."""
        ...

    def popularity_part(self, likes: Mapping[int, float], item_index: int) -> float:
        """What the item's popularity adds to its affinity beside the likes; 0 where it has no part, and without likes."""
        ...

    def company(self, item_index: int) -> NDArray[np.float32]:
        """How much every item goes with this one once popularity is left out, shape (n_items,); 0 with itself."""
        ...


class CandidateSource(Protocol):
    """One way to propose items."""

    name: str

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """At most k items, best first, only of `allowed` where given, each with this source's own rank and score.

        Empty where the source has nothing to say (no text, no likes). Raises SourceFailed.
        """
        ...


class Perceiver(Protocol):
    """A captioner, transcriber or reader seen by the ingest: which files it takes, and what it makes of one."""

    made_by: str
    takes: frozenset[MediaKind]

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """What the file says; empty where it says nothing. Raises UnreadableMedia, ModelFailed."""
        ...


@runtime_checkable
class BatchPerceiver(Perceiver, Protocol):
    """A Perceiver whose model is quicker with several files at once."""

    batch: int
    """How many files it likes at a time."""

    def perceive_batch(self, paths: Sequence[Path]) -> list[tuple[Perceived, ...] | InputError | ModelFailed]:
        """What `perceive` returns or raises for each path, in order; errors stand in their file's place. Raises only SetupError."""
        ...
