"""Interactions to what a scorer is fitted on: the matrix of likes, with the person of each row and the item of each column. Knows no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.ease import likes_matrix
from retrieval.scorers.like_counts import LikeCounts
from retrieval.tastes import LIKES
from vouch.types import Interaction

MOST_ITEMS = 12_000
"""The most items that take part: 12,000 need 1.2 GB while they are fitted; beyond, the most liked ones do."""

EVERY_ITEM = 2**31
"""As many items as there are."""
STRANGER = "stranger:"
"""What the user_id of somebody without a name begins with."""


@dataclass(frozen=True)
class Training:
    """`likes`: scipy sparse matrix, shape (n_people, n_items); `item_ids`: its columns; `user_ids`: its rows."""

    likes: Any
    item_ids: tuple[str, ...]
    user_ids: tuple[str, ...]

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        interactions: Iterable[Interaction],
        *,
        keep: Iterable[str] = (),
        most_items: int = MOST_ITEMS,
    ) -> Training | None:
        """From the likes that hold among the interactions; None where fewer than two people like at least two items each.

        Only items with a like take part, at most `most_items`, the most liked; and those of `keep`, liked or not.
        """
        liked = likes_that_hold(i for i in interactions if i.item_id in catalogue.index_of)
        counts = LikeCounts.of(catalogue, liked).counts
        kept = {catalogue.index_of[item_id] for item_id in keep if item_id in catalogue.index_of}
        best = {index for index in np.argsort(-counts, kind="stable")[:most_items].tolist() if counts[index] > 0}
        item_ids = tuple(catalogue.item_ids[index] for index in sorted(best | kept))
        columns = {item_id: column for column, item_id in enumerate(item_ids)}
        people: dict[str, int] = {}
        pairs = [
            (people.setdefault(i.user_id, len(people)), columns[i.item_id], i.weight)
            for i in liked
            if i.item_id in columns
        ]
        likes = likes_matrix(pairs, n_people=len(people), n_items=len(item_ids))
        if len(people) < 2 or int((np.diff(likes.indptr) > 1).sum()) < 2:
            return None
        return cls(likes, item_ids, tuple(people))

    @property
    def log_popularity(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """log(1 + people who like it) of each column, shape (n_items,)."""
        counts = np.asarray((self.likes > 0).sum(axis=0)).ravel()
        return np.asarray(np.log1p(counts), dtype=np.float32)

    def likes_among(self, user_ids: tuple[str, ...], item_ids: tuple[str, ...]) -> Any:
        """The same likes as a matrix of these people and items, which hold all of ours; shape (len(user_ids), len(item_ids))."""
        from scipy.sparse import csr_matrix

        rows, columns = places_of(self.user_ids, user_ids), places_of(self.item_ids, item_ids)
        own = self.likes.tocoo()
        return csr_matrix((own.data, (rows[own.row], columns[own.col])), shape=(len(user_ids), len(item_ids)))


def likes_that_hold(interactions: Iterable[Interaction]) -> list[Interaction]:
    """One like a person and item: of their likes, purchases and dislikes of it the latest holds (the later row at the same time).

    In the order in which the pairs are first met.
    """
    latest: dict[tuple[str, str], Interaction] = {}
    for interaction in interactions:
        if interaction.kind in LIKES or interaction.kind == "dislike":
            pair = interaction.user_id, interaction.item_id
            before = latest.setdefault(pair, interaction)
            if interaction.at >= before.at:
                latest[pair] = interaction
    return [interaction for interaction in latest.values() if interaction.kind in LIKES]


def likes_of_members(interactions: Iterable[Interaction], catalogue: Catalogue) -> list[Interaction]:
    """The likes that hold of items of the catalogue. Strangers have no part: what they click is forgotten with them."""
    return likes_that_hold(
        i for i in interactions if i.item_id in catalogue.by_id and not i.user_id.startswith(STRANGER)
    )


def people_met(interactions: Iterable[Interaction], catalogue: Catalogue) -> dict[str, int]:
    """item_id -> how many named people did anything with it, of the items with which anybody did."""
    pairs = {(i.user_id, i.item_id) for i in interactions if not i.user_id.startswith(STRANGER)}
    counts: dict[str, int] = {}
    for _, item_id in pairs:
        if item_id in catalogue.by_id:
            counts[item_id] = counts.get(item_id, 0) + 1
    return counts


def places_of(ids: Iterable[str], among: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where each id stands among others that hold them all, shape (len(ids),)."""
    place: Mapping[str, int] = {one: n for n, one in enumerate(among)}
    return np.array([place[one] for one in ids], dtype=np.int64)
