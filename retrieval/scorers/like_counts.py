"""How many people like each item: the plainest model, and the first baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.tastes import LIKES
from vouch.types import Interaction


@dataclass(frozen=True, eq=False)
class LikeCounts:
    """`counts`: people who like each item, in the catalogue's order, shape (n_items,)."""

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, catalogue: Catalogue, interactions: Iterable[Interaction]) -> LikeCounts:
        """Counted from interactions, one a person and item."""
        pairs = {(i.user_id, i.item_id) for i in interactions if i.kind in LIKES}
        return cls.from_mapping(catalogue, _count(item_id for _, item_id in pairs))

    @classmethod
    def from_mapping(cls, catalogue: Catalogue, counts: Mapping[str, int]) -> LikeCounts:
        """From item_id -> people; items that are not there have none."""
        return cls(np.array([counts.get(item_id, 0) for item_id in catalogue.item_ids], dtype=np.int64))

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The place of each item among all, from 1; equal counts share the better place."""
        descending = np.sort(self.counts)[::-1]
        return np.searchsorted(-descending, -self.counts, side="left") + 1

    @property
    def known(self) -> bool:
        """Whether anybody likes anything."""
        return bool(self.counts.any())


def _count(item_ids: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item_id in item_ids:
        counts[item_id] = counts.get(item_id, 0) + 1
    return counts
