"""Items that people with the same likes also like, by the fitted scorer's fold-in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.sources.top_items import top_items
from retrieval.tastes import FEW_LIKES, named_likes, recent_like_weights
from vouch.types import Candidate, Query

BESIDE_LIKE_ITEM = 0.5
"""What all likes together weigh beside the one item that a query asks for more of."""


class CollaborativeSource:
    """The likes of the query's tastes, folded in: nothing is fitted for a new like to count.

    `places`: new items stand among the others where validation says that a place for them pays with this person.
    """

    name = "collaborative"

    def __init__(self, model: CollaborativeModel, *, places: bool = True) -> None:
        self._model = model
        self._places = places

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items of the highest positive affinity, lent ones at their worth; () where no liked item is in the model.

        Where none of the allowed items has a standing (all are new, and this is somebody to whom none is shown among others), the lent
        affinities rank them.
        """
        likes = query_likes(query)
        standing = self._model.standing(likes, places=self._places)
        ranked = self._top(standing, k, allowed)
        return ranked or (self._top(self._model.affinity(likes), k, allowed) if self._places else ())

    def _top(self, affinity: NDArray[np.float32], k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        positive = np.where(affinity > 0, affinity, np.nan)
        return top_items(self._model.catalogue, positive, k, allowed=allowed, name=self.name)


class CompanySource:
    """What goes with just these few items once popularity is explained away: who names Toy Story hears of Toy Story 2 first.

    The collaborative source is right more often about somebody of whom one or two likes are known, because it leans on popularity;
    who names a title has chosen it, and asks for its like. With many likes known the two say the same, and this one is silent.
    """

    name = "company"

    def __init__(self, model: CollaborativeModel) -> None:
        self._model = model

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items of the highest positive company; of `like_item` alone where there is one, else of what was named, where something was.

        () without likes or with many.
        """
        likes = {query.like_item: 1.0} if query.like_item else named_likes(query.tastes) or query_likes(query)
        known = {i: weight for i, weight in likes.items() if weight > 0 and self._model.knows(i)}
        if not known or len(known) > FEW_LIKES:
            return ()
        company = np.sum([weight * self._model.company(i) for i, weight in known.items()], axis=0)
        return top_items(
            self._model.catalogue, np.where(company > 0, company, np.nan), k, allowed=allowed, name=self.name
        )


def content_likes(query: Query) -> dict[str, float]:
    """What content is to be like: the titles that were named, where some were, else all likes.

    Who names titles asks for things like these, and not like whatever else they like; that the others are theirs the collaborative source knows.
    """
    return (not query.like_item and named_likes(query.tastes)) or query_likes(query)


def query_likes(query: Query) -> dict[str, float]:
    """item_id -> weight of what counts as liked in a query: the tastes' likes, the latest most, averaged over several people.

    With `like_item` that item weighs 1 and all other likes together a half: the list is about it, in the person's way.
    """
    likes = recent_like_weights(query.tastes)
    if query.like_item is None:
        return likes
    total = sum(likes.values())
    scaled = {i: BESIDE_LIKE_ITEM * w / total for i, w in likes.items() if i != query.like_item}
    return scaled | {query.like_item: 1.0}
