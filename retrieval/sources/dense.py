"""Items whose passages mean what the query says, by the vectors of one space: texts, or what is seen."""

from __future__ import annotations

from retrieval.sources.query_vectors import QueryVectors
from vouch.ports import PassageIndex
from vouch.types import Candidate, Hit, Query, Space

FLOORS: dict[Space, float] = {"text": 0.2, "seen": 0.3}
"""Below this cosine a passage is no answer (MiniLM; the figures stand at `proposals.plausible_cosine`)."""

PASSAGES_AN_ITEM = 4
"""How many passages are fetched for each item wanted; an item may have many that fit."""


class DenseSource:
    """The best passage speaks for its item; one source a space, because cosines of two spaces do not compare, ranks do."""

    def __init__(
        self, index: PassageIndex, vectors: QueryVectors, *, space: Space = "text", floor: float | None = None
    ) -> None:
        self.name: str = "dense" if space == "text" else space
        self._index = index
        self._vectors = vectors
        self._space: Space = space
        self._floor = FLOORS[space] if floor is None else floor

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items of the passages nearest to the query's text; () without a text. Raises SourceFailed."""
        if not query.text.strip() or allowed == frozenset() or not self._index.count(self._space):
            return ()
        hits = self._index.search(self._vectors.of(query.text), PASSAGES_AN_ITEM * k, self._space, allowed)
        return self._candidates([hit for hit in hits if hit.similarity >= self._floor], k)

    def _candidates(self, hits: list[Hit], k: int) -> tuple[Candidate, ...]:
        by_item: dict[str, list[Hit]] = {}
        for hit in hits:
            by_item.setdefault(hit.item_id, []).append(hit)
        return tuple(
            Candidate(
                item_id=item_id,
                ranks={self.name: rank},
                scores={self.name: group[0].similarity},
                passages=tuple(hit.passage_id for hit in group[:3]),
            )
            for rank, (item_id, group) in enumerate(list(by_item.items())[:k], start=1)
        )
