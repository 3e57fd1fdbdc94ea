"""The passages that speak for an item, with the sentence that fits best. Cosines come from the index, the one query path."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.sources.dense import FLOORS
from retrieval.sources.lexical import GUESSED
from retrieval.sources.query_vectors import QueryVectors
from retrieval.words import words
from vouch.errors import SourceFailed
from vouch.ports import PassageIndex, Vectors
from vouch.types import Channel, CitedPassage, Hit, Passage, Space

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[”\"'’)]*|\n+|$)")
WORD_COUNTS = 0.2
"""What it adds to a cosine when all words of the query stand in the passage."""
COSTS: dict[Channel, float] = {"title": 0.1, "ocr": 0.1, "colours": 0.1}
"""These are cited only if nothing else speaks as well: they are short, so their cosines are high, and they say little."""
WHOLE: frozenset[Channel] = frozenset({*COSTS, "tags", "sound"})
"""Lists of words, not sentences: cited as a whole."""


class Citations:
    """Finds passages of one item for words; remembers the vectors of sentences."""

    def __init__(self, catalogue: Catalogue, index: PassageIndex, vectors: QueryVectors) -> None:
        self._catalogue = catalogue
        self._index = index
        self._vectors = vectors

    def for_words(
        self, item_id: str, text: str, *, spaces: Sequence[Space], limit: int = 2
    ) -> tuple[CitedPassage, ...]:
        """At most `limit` passages a space, best first; none below the source's floor unless it shares a word."""
        asked = frozenset(words(text))
        try:
            vector = self._vectors.of(text)
            worth = [
                (self._worth(passage, hit, asked), space, passage, hit)
                for space in spaces
                for passage, hit in self._near(item_id, vector, space)
                if self._tells(passage, asked)
            ]
            kept = [(w, p, hit) for w, space, p, hit in worth if hit.similarity >= FLOORS[space] or w > hit.similarity]
            kept.sort(key=lambda one: (-one[0], one[1].passage_id))
            telling = kept[:1] + [one for one in kept[1:] if one[1].channel not in COSTS]
            return tuple(self._cite(passage, hit, vector, asked) for _, passage, hit in telling[:limit])
        except SourceFailed:
            return ()  # the source itself has said so already

    def for_item(self, item_id: str, vector: Vectors) -> tuple[CitedPassage, ...]:
        """The passage that is nearest to another item's vector; titles do not count."""
        try:
            told = [(p, hit) for p, hit in self._near(item_id, vector, "text") if p.channel not in COSTS]
            return tuple(self._cite(passage, hit, vector, frozenset()) for passage, hit in told[:1])
        except SourceFailed:
            return ()

    def _near(self, item_id: str, vector: Vectors, space: Space) -> list[tuple[Passage, Hit]]:
        hits = self._index.search(vector, 3, space, (item_id,))
        found = [(self._catalogue.passage(hit.passage_id), hit) for hit in hits]
        return [(passage, hit) for passage, hit in found if passage is not None]

    def _tells(self, passage: Passage, asked: frozenset[str]) -> bool:
        """Colours are cited where one of them is asked for; the line of facts, and what the small model only guesses to see, only
        where there is no better text."""
        if passage.channel == "colours":
            return bool(asked & frozenset(words(passage.text)))
        guessed = passage.channel == "tags" and passage.text.startswith(GUESSED)
        others = self._catalogue.passages_of(passage.item_id)
        told = any(p.channel not in COSTS and p.channel != "tags" for p in others)
        return not told or (passage.channel != "title" and not guessed)

    def _worth(self, passage: Passage, hit: Hit, asked: frozenset[str]) -> float:
        shared = len(asked & frozenset(words(passage.text))) / len(asked) if asked else 0.0
        return hit.similarity + WORD_COUNTS * shared - COSTS.get(passage.channel, 0.0)

    def _cite(self, passage: Passage, hit: Hit, vector: Vectors, asked: frozenset[str]) -> CitedPassage:
        spans = ((0, len(passage.text)),) if passage.channel in WHOLE else sentences(passage.text)
        best = self._best_sentence([passage.text[a:b] for a, b in spans], vector, asked)
        return CitedPassage(passage=passage, similarity=hit.similarity, span=spans[best])

    def _best_sentence(self, texts: Sequence[str], vector: Vectors, asked: frozenset[str]) -> int:
        """The sentence with most of the words, the longer ones counting more; without any shared word the nearest by its vector.

        Embedding the sentences of a whole list takes longer than all the rest, so it is done only where it must be.
        """
        if len(texts) == 1:
            return 0
        shared = [sum(len(word) for word in asked & frozenset(words(text))) for text in texts]
        if any(shared):
            return max(range(len(texts)), key=lambda i: (shared[i], -i))
        return int(np.argmax(self._vectors.of_all(tuple(texts)) @ vector))


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """The [start, end) of each sentence, without the blanks around it; the whole text where there is none.

    >>> text = "It rains. A ship! "
    >>> [text[a:b] for a, b in sentences(text)]
    ['It rains.', 'A ship!']
    """
    spans = []
    for found in _SENTENCE.finditer(text):
        start = found.start() + len(found.group()) - len(found.group().lstrip())
        end = start + len(found.group().strip())
        if end > start:
            spans.append((start, end))
    return tuple(spans) or ((0, len(text)),)
