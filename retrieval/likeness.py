"""How alike two items are, by content and by the rarest attribute value that they share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors

Value = tuple[str, str]
"""An attribute and one of its values."""


class Likeness:
    """For diversity and for dislikes. Sharing a rare value (a creator) makes two items alike, sharing a common one hardly."""

    def __init__(self, catalogue: Catalogue, item_vectors: ItemVectors | None = None) -> None:
        self._catalogue = catalogue
        self._vectors = item_vectors

    def __call__(self, one: str, other: str) -> float:
        """In [0, 1]: the mean of the cosine (at least 0) and the rarity of the rarest shared value."""
        shared = self._values[one] & self._values[other]
        rarity = max((self._rarity[value] for value in shared), default=0.0)
        if self._vectors is None:
            return rarity
        cosine = float(self._vectors.of(one) @ self._vectors.of(other))
        return 0.5 * max(cosine, 0.0) + 0.5 * rarity

    def between(self, item_ids: Sequence[str]) -> NDArray[np.float64]:
        """The same for each two different items of some, shape (n, n); the diagonal says nothing."""
        rarity = np.zeros((len(item_ids), len(item_ids)))
        for value, places in self._sharing(item_ids).items():
            block = np.ix_(places, places)
            rarity[block] = np.maximum(rarity[block], self._rarity[value])
        if self._vectors is None:
            return rarity
        rows = self._vectors.vectors[[self._catalogue.index_of[i] for i in item_ids]]
        return np.asarray(0.5 * np.maximum(rows @ rows.T, 0.0) + 0.5 * rarity, dtype=np.float64)

    def _sharing(self, item_ids: Sequence[str]) -> dict[Value, list[int]]:
        """Each value that several of the items have, and their places."""
        places: dict[Value, list[int]] = {}
        for place, item_id in enumerate(item_ids):
            for value in self._values[item_id]:
                places.setdefault(value, []).append(place)
        return {value: found for value, found in places.items() if len(found) > 1}

    @cached_property
    def _values(self) -> dict[str, frozenset[Value]]:
        return values_of_items(self._catalogue)

    @cached_property
    def _rarity(self) -> dict[Value, float]:
        return rarities(self._values.values())


def values_of_items(catalogue: Catalogue) -> dict[str, frozenset[Value]]:
    """item_id -> (attribute, value) of its categories and lists."""
    names = [a.name for a in catalogue.schema.attributes if a.type in {"category", "list"}]
    return {
        item.item_id: frozenset((name, word) for name in names for word in _words(item.attributes.get(name)))
        for item in catalogue.items
    }


def rarities(values: Collection[frozenset[Value]]) -> dict[Value, float]:
    """log(n / count) / log(n) of each value of n items: 1 for a value of one item, 0 for a value of all."""
    counts = Counter(value for own in values for value in own)
    n = max(len(values), 2)
    return {value: math.log(n / count) / math.log(n) for value, count in counts.items()}


def _words(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
