"""How alike two items are, by content and by the rarest attribute value that they share."""

from __future__ import annotations

import math
from functools import cached_property

from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors


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

    @cached_property
    def _values(self) -> dict[str, frozenset[tuple[str, str]]]:
        names = [a.name for a in self._catalogue.schema.attributes if a.type in {"category", "list"}]
        values: dict[str, frozenset[tuple[str, str]]] = {}
        for item in self._catalogue.items:
            found = ((name, item.attributes.get(name)) for name in names)
            values[item.item_id] = frozenset(
                (name, word) for name, value in found for word in _words(value) if value is not None
            )
        return values

    @cached_property
    def _rarity(self) -> dict[tuple[str, str], float]:
        """log(n / count) / log(n): 1 for a value of one item, 0 for a value of all."""
        counts: dict[tuple[str, str], int] = {}
        for values in self._values.values():
            for value in values:
                counts[value] = counts.get(value, 0) + 1
        n = max(len(self._values), 2)
        return {value: math.log(n / count) / math.log(n) for value, count in counts.items()}


def _words(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
