"""A fitted scorer with the item ids of its rows: likes by id go in, affinities in the catalogue's order come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.scorers.lending import Borrowers
from vouch.ports import Scorer


@dataclass(frozen=True, eq=False)
class CollaborativeModel:
    """`item_ids` are the scorer's rows; items of the catalogue that are not among them have no opinion (NaN), unless they borrow one.

    The affinity of a borrower is `own` times its own and the rest lent; so are contributions and the part of popularity.
    """

    scorer: Scorer
    item_ids: Sequence[str]
    catalogue: Catalogue
    version: str = ""
    borrowers: Borrowers | None = None
    _rows: dict[str, int] = field(init=False, repr=False)
    _places: NDArray[np.int64] = field(init=False, repr=False)
    _known: NDArray[np.int64] = field(init=False, repr=False)
    _borrower_of: dict[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        known = [(row, i) for row, i in enumerate(self.item_ids) if i in self.catalogue.index_of]
        object.__setattr__(self, "_rows", {item_id: row for row, item_id in known})
        object.__setattr__(self, "_known", np.array([row for row, _ in known], dtype=np.int64))
        places = np.array([self.catalogue.index_of[i] for _, i in known], dtype=np.int64)
        object.__setattr__(self, "_places", places)
        borrowing = self.borrowers.places.tolist() if self.borrowers else ()
        object.__setattr__(self, "_borrower_of", {place: n for n, place in enumerate(borrowing)})

    def knows(self, item_id: str) -> bool:
        """Whether a like of the item says something: it takes part in the model with likes of its own."""
        return item_id in self._rows

    def affinity(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """item_id -> weight of what is liked to the affinity of every item, shape (n_items of the catalogue,); NaN: no opinion."""
        likes = self._likes(weights)
        affinity = self._own(likes)
        if self.borrowers is not None and likes:
            self._mix(affinity, self.borrowers.lent(likes))
        return affinity

    def standing(self, weights: Mapping[str, float], *, places: bool = True) -> NDArray[np.float32]:
        """What ranks the items: the affinity, with what a lent one is worth in its place; shape as `affinity`, NaN: not ranked.

        Without `places` a lent affinity is worth nothing, and items without likes of their own are not ranked.
        """
        likes = self._likes(weights)
        standing = self._own(likes)
        if self.borrowers is not None and likes:
            if places and self.borrowers.has_worth(likes):
                self._mix(standing, self.borrowers.worth(likes, self.borrowers.lent(likes)))
            if not places:
                standing[self.borrowers.places[self.borrowers.rows < 0]] = np.nan
        return standing

    def contributions(self, weights: Mapping[str, float], item_id: str) -> dict[str, float]:
        """What each liked item adds to the affinity of one; with `popularity_part` they sum to it. Empty where there is no opinion."""
        row = self._rows.get(item_id)
        likes = self._likes(weights)
        position, own = self._borrowed(item_id)
        if not likes or (row is None and position is None):
            return {}
        found = self.scorer.contributions(likes, row) if row is not None else dict.fromkeys(likes, 0.0)
        if position is not None and self.borrowers is not None:
            lent = self.borrowers.contributions(likes, position)
            found = {i: own * value + (1 - own) * lent[i] for i, value in found.items()}
        return {self.item_ids[i]: value for i, value in found.items()}

    def popularity_part(self, weights: Mapping[str, float], item_id: str) -> float:
        """What the popularity of an item adds to its affinity; 0 where there is no opinion."""
        row = self._rows.get(item_id)
        likes = self._likes(weights)
        position, own = self._borrowed(item_id)
        part = self.scorer.popularity_part(likes, row) if row is not None and likes else 0.0
        if position is not None and self.borrowers is not None and likes:
            part = own * part + (1 - own) * self.borrowers.popularity_part(likes, position)
        return part

    def company(self, item_id: str) -> NDArray[np.float32]:
        """What goes with that item and what its scorer calls that, shape as `affinity`; 0 where nothing is known."""
        company = np.zeros(len(self.catalogue.items), dtype=np.float32)
        row = self._rows.get(item_id)
        if row is not None:
            company[self._places] = self.scorer.company(row)[self._known]
        return company

    def _own(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        affinity = np.full(len(self.catalogue.items), np.nan, dtype=np.float32)
        if likes:
            affinity[self._places] = self.scorer.affinity(likes)[self._known]
        return affinity

    def _mix(self, own: NDArray[np.float32], lent: NDArray[np.float32]) -> None:
        """In place: own and lent by the borrowers' shares; where nothing is lent (NaN) the own stays."""
        if self.borrowers is None:
            return
        places, share = self.borrowers.places, self.borrowers.own
        there = np.where(self.borrowers.rows < 0, 0, own[places])
        mixed = share * there + (1 - share) * lent
        own[places] = np.where(np.isnan(lent), own[places], mixed)

    def _borrowed(self, item_id: str) -> tuple[int | None, float]:
        """Its position among the borrowers (None: it is none), and its own share."""
        place = self.catalogue.index_of.get(item_id, -1)
        position = self._borrower_of.get(place)
        if position is None or self.borrowers is None:
            return None, 1.0
        return position, float(self.borrowers.own[position])

    def _likes(self, weights: Mapping[str, float]) -> dict[int, float]:
        return {self._rows[i]: w for i, w in weights.items() if i in self._rows and w != 0}
