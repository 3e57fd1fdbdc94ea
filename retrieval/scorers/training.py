"""Interactions to what a scorer is fitted on: the matrix of likes, with the item of each column. Knows no model."""

from __future__ import annotations

from collections.abc import Iterable
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


@dataclass(frozen=True)
class Training:
    """`likes`: scipy sparse matrix, shape (n_people, n_items); `item_ids`: its columns."""

    likes: Any
    item_ids: tuple[str, ...]

    @classmethod
    def of(cls, catalogue: Catalogue, interactions: Iterable[Interaction]) -> Training | None:
        """From the likes among the interactions; None where fewer than two people like at least two items each.

        Only items with a like take part, at most `MOST_ITEMS`, the most liked.
        """
        liked = [i for i in interactions if i.kind in LIKES and i.item_id in catalogue.index_of]
        counts = LikeCounts.of(catalogue, liked).counts
        chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_ITEMS].tolist())
        item_ids = tuple(catalogue.item_ids[index] for index in chosen if counts[index] > 0)
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
        return cls(likes, item_ids)

    @property
    def log_popularity(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """log(1 + people who like it) of each column, shape (n_items,)."""
        counts = np.asarray((self.likes > 0).sum(axis=0)).ravel()
        return np.asarray(np.log1p(counts), dtype=np.float32)
