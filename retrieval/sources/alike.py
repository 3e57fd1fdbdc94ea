"""Items whose content is like that of what is liked: all there is for new items and for collections without people."""

from __future__ import annotations

import numpy as np

from retrieval.item_vectors import ItemVectors
from retrieval.sources.collaborative import content_likes
from retrieval.sources.top_items import allowed_places, top_items
from vouch.types import Candidate, Query


class AlikeSource:
    """The mean cosine with the liked items, or with the one item that a query asks for more of.

    Args:
        item_vectors: of what is told of the items (`alike`), of how their pictures look (`looks_alike`) or their sounds are
            (`sounds_alike`): one source a kind, because cosines of two kinds do not compare, ranks do. An item without a vector is not proposed.
    """

    def __init__(self, item_vectors: ItemVectors, *, name: str = "alike") -> None:
        self.name = name
        self._items = item_vectors

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items most alike; () where nothing is liked that has a vector."""
        likes = content_likes(query)
        if not likes:
            return ()
        places = None if allowed is None else allowed_places(self._items.catalogue, allowed)
        similarities = self._items.similarities(likes, among=places)
        return top_items(
            self._items.catalogue,
            np.where(similarities > 0, similarities, np.nan),
            k,
            allowed=allowed,
            name=self.name,
        )
