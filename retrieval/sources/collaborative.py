"""Items that people with the same likes also like, by the fitted scorer's fold-in."""

from __future__ import annotations

import numpy as np

from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.sources.top_items import top_items
from retrieval.tastes import like_weights
from vouch.types import Candidate, Query

BESIDE_LIKE_ITEM = 0.5
"""What all likes together weigh beside the one item that a query asks for more of."""


class CollaborativeSource:
    """The likes of the query's tastes, folded in: nothing is fitted for a new like to count."""

    name = "collaborative"

    def __init__(self, model: CollaborativeModel) -> None:
        self._model = model

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items of the highest positive affinity; () where no liked item is in the model."""
        affinity = self._model.affinity(query_likes(query))
        positive = np.where(affinity > 0, affinity, np.nan)
        return top_items(self._model.catalogue, positive, k, allowed=allowed, name=self.name)


def query_likes(query: Query) -> dict[str, float]:
    """item_id -> weight of what counts as liked in a query: the tastes' likes, averaged over several people.

    With `like_item` that item weighs 1 and all other likes together a half: the list is about it, in the person's way.
    """
    likes = like_weights(query.tastes)
    if query.like_item is None:
        return likes
    total = sum(likes.values())
    scaled = {i: BESIDE_LIKE_ITEM * w / total for i, w in likes.items() if i != query.like_item}
    return scaled | {query.like_item: 1.0}
