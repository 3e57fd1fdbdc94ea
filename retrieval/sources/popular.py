"""Items that most people like: what is left to say when nothing is known."""

from __future__ import annotations

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
        """The most liked items, whatever is asked."""
        return top_items(self._catalogue, self._counts, k, allowed=allowed, name=self.name)
