"""Items that most people like: what is left to say when nothing is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.top_items import top_items
from vouch.types import Candidate, Query


class PopularSource:
    """By the number of people who like an item, the recent ones first where likes age; where nobody likes anything, the catalogue's own order."""

    name = "popular"

    def __init__(self, catalogue: Catalogue, like_counts: LikeCounts) -> None:
        self._catalogue = catalogue
        self._counts = like_counts.strengths

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The most liked items, whatever is asked; where nobody likes anything, words are answered with all in the same place."""
        found = top_items(self._catalogue, self._counts, k, allowed=allowed, name=self.name)
        if query.text.strip() and not np.any(self._counts):
            # The catalogue's own order is no evidence: it would move items past others that fit the words better.
            return tuple(replace(one, ranks={self.name: 1}) for one in found)
        return found
