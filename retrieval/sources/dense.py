"""Items whose passages mean what the query says, by the vectors of one space: texts, or what is seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from retrieval.sources.query_vectors import QueryVectors
from retrieval.words import subject_of, words
from vouch.ports import PassageIndex
from vouch.types import Candidate, Hit, Passage, Query, Space

FLOORS: dict[Space, float] = {"text": 0.2, "seen": 0.2}
"""Below this cosine a passage is no answer (MiniLM; the figures stand at `proposals.plausible_cosine`)."""

SCRAP = 8
"""With at most so many words, what is read in a picture is a sign or a label, and says little of what is seen."""
LITERALLY = 1 / 3
"""The share of a query's words that stand in a passage which answers only by its words."""

PASSAGES_AN_ITEM = 4
"""How many passages are fetched for each item wanted, or as many as an item has at most; an item may have many that fit."""


class DenseSource:
    """The best passage speaks for its item; one source a space, because cosines of two spaces do not compare, ranks do."""

    def __init__(
        self,
        index: PassageIndex,
        vectors: QueryVectors,
        *,
        space: Space = "text",
        floor: float | None = None,
        passages: Sequence[Passage] = (),
    ) -> None:
        """`passages`: what is in the index, where it is known: some answer only a query which shares words with them (`literal_words`)."""
        self.name: str = "dense" if space == "text" else space
        self._index = index
        self._vectors = vectors
        self._space: Space = space
        self._floor = FLOORS[space] if floor is None else floor
        self._literal = literal_words(passages) if space == "text" else {}
        most = max(Counter(p.item_id for p in passages if p.space == space).values(), default=PASSAGES_AN_ITEM)
        self._passages_an_item = min(most, PASSAGES_AN_ITEM)

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items of the passages nearest to the query's text, among pictures to its picture; () without a text. Raises SourceFailed."""
        if not query.text.strip() or allowed == frozenset() or not self._index.count(self._space):
            return ()
        picture = self._vectors.of_pictures(query) if self._space == "seen" else None
        vector = self._vectors.of(subject_of(query.text)) if picture is None else picture
        hits = self._index.search(vector, self._passages_an_item * k, self._space, allowed)
        asked = frozenset(words(query.text))
        near = [hit for hit in hits if hit.similarity >= self._floor and self._answers(hit, asked)]
        return self._candidates(near, k)

    def _answers(self, hit: Hit, asked: frozenset[str]) -> bool:
        told = self._literal.get(hit.passage_id)
        return told is None or len(told & asked) >= max(1, LITERALLY * len(asked))

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


def literal_words(passages: Sequence[Passage]) -> Mapping[str, frozenset[str]]:
    """The words of the passages that answer no query by their vectors alone.

    Those that name a picture's colours: to a vector all colours are near, orange would answer yellow. And a few words read in a picture:
    to a vector “Baked! Lays” answers every cake. A small model's captions have no words here: they are made of the picture's vector,
    which answers itself; asking both would count it twice, and put the pictures that have a caption before those that fit better.
    """
    literal = {p.passage_id: frozenset(words(p.text)) for p in passages if p.channel == "colours" or _is_scrap(p)}
    return literal | {p.passage_id: frozenset() for p in passages if p.by_small_model}


def _is_scrap(passage: Passage) -> bool:
    return passage.channel == "ocr" and len(passage.text.split()) <= SCRAP
