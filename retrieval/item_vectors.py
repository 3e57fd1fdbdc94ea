"""One vector an item, the mean of its passages': what "alike" means for content, diversity and dislikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from vouch.ports import Vectors
from vouch.types import Channel, Passage

_TOLD, _SEEN, _TITLE = 0, 1, 2
_NAMES_ONLY: frozenset[Channel] = frozenset({"title", "ocr", "colours"})
"""Channels that do not say what an item is like: two covers in brown are not two works that are alike."""
FEW = 8
"""Up to this fraction of all rows it is quicker to gather them first."""


@dataclass(frozen=True, eq=False)
class ItemVectors:
    """`vectors`: float32, shape (n_items, dimensions), rows of length 1, or 0 for an item without passages."""

    catalogue: Catalogue
    vectors: NDArray[np.float32]

    @classmethod
    def from_passages(cls, catalogue: Catalogue, passages: Sequence[Passage], vectors: Vectors) -> ItemVectors:
        """The mean over what is told of an item; where nothing is told over what is seen, else its name (title, words on the cover)."""
        means = np.zeros((len(catalogue.items), vectors.shape[-1]), dtype=np.float32)
        known = [(row, p) for row, p in enumerate(passages) if p.item_id in catalogue.index_of]
        rows = np.array([row for row, _ in known], dtype=np.int64)
        items = np.array([catalogue.index_of[p.item_id] for _, p in known], dtype=np.int64)
        kinds = np.array([_kind(p) for _, p in known], dtype=np.int64)
        best = np.full(len(catalogue.items), _TITLE, dtype=np.int64)
        np.minimum.at(best, items, kinds)
        chosen = kinds == best[items]
        np.add.at(means, items[chosen], vectors[rows[chosen]])
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return cls(catalogue, np.divide(means, lengths, out=means, where=lengths > 0))

    @classmethod
    def of_pictures(cls, catalogue: Catalogue, passages: Sequence[Passage], vectors: Vectors) -> ItemVectors | None:
        """The mean over what is seen of an item; None where nothing is seen of any."""
        seen = [row for row, p in enumerate(passages) if p.space == "seen"]
        return cls.from_passages(catalogue, [passages[row] for row in seen], vectors[seen]) if seen else None

    @classmethod
    def of_sounds(cls, catalogue: Catalogue, passages: Sequence[Passage], vectors: Vectors) -> ItemVectors | None:
        """The mean over what was measured of an item's sounds, in words; None where nothing was of any."""
        heard = [row for row, p in enumerate(passages) if p.channel == "sound"]
        return cls.from_passages(catalogue, [passages[row] for row in heard], vectors[heard]) if heard else None

    def centred(self) -> ItemVectors:
        """The same less the mean of all, rows of length 1 again: what all items have in common no longer makes them alike."""
        known = np.any(self.vectors != 0, axis=1, keepdims=True)
        mean = self.vectors.sum(axis=0) / max(int(known.sum()), 1)
        moved = np.where(known, self.vectors - mean, np.float32(0))
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return ItemVectors(self.catalogue, np.divide(moved, lengths, out=moved, where=lengths > 0))

    def of(self, item_id: str) -> NDArray[np.float32]:
        """The vector of one item."""
        vector: NDArray[np.float32] = self.vectors[self.catalogue.index_of[item_id]]
        return vector

    def similarities(
        self, weights: Mapping[str, float], *, among: NDArray[np.intp] | None = None
    ) -> NDArray[np.float32]:
        """Each item's weighted mean cosine with some items, shape (n_items,); linear, so each one's part can be told.

        0 where an item has no vector. `among`: item indexes; where they are few the others are not looked at, and are 0 too.
        """
        known = {i: w for i, w in weights.items() if i in self.catalogue.index_of}
        total = sum(abs(w) for w in known.values()) or 1.0
        mean = np.zeros(self.vectors.shape[1], dtype=np.float32)
        for item_id, weight in known.items():
            mean += np.float32(weight / total) * self.of(item_id)
        if among is None or FEW * len(among) > len(self.vectors):
            return np.asarray(self.vectors @ mean, dtype=np.float32)
        found = np.zeros(len(self.vectors), dtype=np.float32)
        found[among] = self.vectors[among] @ mean
        return found

    def contributions(self, weights: Mapping[str, float], item_id: str) -> dict[str, float]:
        """What each of some items adds to `similarities` of one; they sum to it."""
        known = {i: w for i, w in weights.items() if i in self.catalogue.index_of}
        total = sum(abs(w) for w in known.values()) or 1.0
        own = self.of(item_id)
        return {i: float(w / total * (self.of(i) @ own)) for i, w in known.items()}


def _kind(passage: Passage) -> int:
    if passage.channel in _NAMES_ONLY:
        return _TITLE
    return _SEEN if passage.space == "seen" or passage.channel == "caption" else _TOLD
