"""Stand-ins for the recommender's neighbours: a store in memory and an index that looks at every passage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from vouch.errors import SourceFailed
from vouch.ports import Vectors
from vouch.types import Candidate, Hit, Interaction, Passage, Query, Space


class ListStore:
    """Interactions in a list."""

    def __init__(self, interactions: Iterable[Interaction] = ()) -> None:
        self.rows = list(interactions)

    def interactions(self, user_id: str | None = None) -> tuple[Interaction, ...]:
        """One person's, or everybody's."""
        return tuple(i for i in self.rows if user_id is None or i.user_id == user_id)

    def interactions_version(self) -> str:
        """A digest of all that came from the file."""
        return hashlib.sha256(repr([i for i in self.rows if i.source == "file"]).encode()).hexdigest()

    def add_interaction(self, interaction: Interaction) -> None:
        """At the end of the list."""
        self.rows.append(interaction)

    def remove_interactions(self, user_id: str, item_id: str | None = None) -> None:
        """All but those of the file."""
        self.rows = [
            i
            for i in self.rows
            if i.user_id != user_id or i.source == "file" or (item_id is not None and i.item_id != item_id)
        ]

    def people(self) -> tuple[tuple[str, int], ...]:
        """In order of first mention."""
        counts: dict[str, int] = {}
        for i in self.rows:
            counts[i.user_id] = counts.get(i.user_id, 0) + 1
        return tuple(counts.items())


class ExactIndex:
    """A PassageIndex that compares with every passage."""

    def __init__(self) -> None:
        self._passages: tuple[Passage, ...] = ()
        self._vectors: Vectors = np.zeros((0, 1), dtype=np.float32)

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Holds exactly these."""
        self._passages, self._vectors = tuple(passages), vectors
        self._space_of = np.array([p.space for p in self._passages])
        self._rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self._passages):
            self._rows.setdefault(passage.item_id, []).append(row)

    def search(
        self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None
    ) -> tuple[Hit, ...]:
        """Exact, rounded to 1e-5, ties by passage_id."""
        rows = np.flatnonzero(self._space_of == space) if item_ids is None else self._of(item_ids, space)
        similarities = np.round(self._vectors[rows] @ vector, 5)
        order = np.argsort(-similarities, kind="stable")[: k + 50]
        hits = [
            Hit(
                passage_id=self._passages[rows[i]].passage_id,
                item_id=self._passages[rows[i]].item_id,
                similarity=float(similarities[i]),
            )
            for i in order
        ]
        return tuple(sorted(hits, key=lambda hit: (-hit.similarity, hit.passage_id))[:k])

    def count(self, space: Space) -> int:
        """How many passages of a space there are."""
        return sum(p.space == space for p in self._passages)

    def _of(self, item_ids: Iterable[str], space: Space) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        rows = [row for i in item_ids for row in self._rows.get(i, ()) if self._passages[row].space == space]
        return np.array(rows, dtype=np.int64)


class FailingSource:
    """A source that never has an answer."""

    name = "failing"

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """Raises SourceFailed."""
        raise SourceFailed(self.name, "it was made to fail")
