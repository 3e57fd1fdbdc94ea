"""A fitted scorer with the item ids of its rows: likes by id go in, affinities in the catalogue's order come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from vouch.ports import Scorer


@dataclass(frozen=True, eq=False)
class CollaborativeModel:
    """`item_ids` are the scorer's rows; items of the catalogue that are not among them have no opinion (NaN)."""

    scorer: Scorer
    item_ids: Sequence[str]
    catalogue: Catalogue
    version: str = ""
    _rows: dict[str, int] = field(init=False, repr=False)
    _places: NDArray[np.int64] = field(init=False, repr=False)
    _known: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        known = [(row, i) for row, i in enumerate(self.item_ids) if i in self.catalogue.index_of]
        object.__setattr__(self, "_rows", {item_id: row for row, item_id in known})
        object.__setattr__(self, "_known", np.array([row for row, _ in known], dtype=np.int64))
        places = np.array([self.catalogue.index_of[i] for _, i in known], dtype=np.int64)
        object.__setattr__(self, "_places", places)

    def knows(self, item_id: str) -> bool:
        """Whether the item takes part in the model."""
        return item_id in self._rows

    def affinity(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """item_id -> weight of what is liked to the affinity of every item, shape (n_items of the catalogue,); NaN: no opinion."""
        affinity = np.full(len(self.catalogue.items), np.nan, dtype=np.float32)
        likes = self._likes(weights)
        if likes:
            affinity[self._places] = self.scorer.affinity(likes)[self._known]
        return affinity

    def contributions(self, weights: Mapping[str, float], item_id: str) -> dict[str, float]:
        """What each liked item adds to the affinity of one; with `popularity_part` they sum to it. Empty where there is no opinion."""
        row = self._rows.get(item_id)
        likes = self._likes(weights)
        if row is None or not likes:
            return {}
        return {self.item_ids[i]: value for i, value in self.scorer.contributions(likes, row).items()}

    def popularity_part(self, weights: Mapping[str, float], item_id: str) -> float:
        """What the popularity of an item adds to its affinity; 0 where there is no opinion."""
        row = self._rows.get(item_id)
        likes = self._likes(weights)
        return self.scorer.popularity_part(likes, row) if row is not None and likes else 0.0

    def company(self, item_id: str) -> NDArray[np.float32]:
        """What a like of that item adds to every item for somebody well known, shape as `affinity`; 0 where nothing is known."""
        company = np.zeros(len(self.catalogue.items), dtype=np.float32)
        row = self._rows.get(item_id)
        if row is not None:
            company[self._places] = self.scorer.company(row)[self._known]
        return company

    def _likes(self, weights: Mapping[str, float]) -> dict[int, float]:
        return {self._rows[i]: w for i, w in weights.items() if i in self._rows and w != 0}
