"""Items that use the query's very words, by BM25 over title, attributes and passages."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.sources.top_items import top_items
from retrieval.words import subject_of, words
from vouch.types import Candidate, Item, Passage, Query

TITLE_COUNTS = 2
"""How often the title's words are put in: a word of the title says more than one of a review."""

GUESSED = "perhaps "
"""What the tags begin with of which the small model is not sure: half of them are wrong."""


class LexicalSource:
    """BM25 (Lucene's variant, bm25s) with one document an item, laid out when it is made."""

    name = "lexical"

    def __init__(self, catalogue: Catalogue) -> None:
        import bm25s

        self._catalogue = catalogue
        documents = [document(item, catalogue.passages_of(item.item_id)) for item in catalogue.items]
        self._vocabulary = frozenset(word for document in documents for word in document)
        self._bm25: Any = None
        if self._vocabulary:
            self._bm25 = bm25s.BM25()
            self._bm25.index(documents, show_progress=False)

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items with the highest BM25 score for the query's text; () without a text, or where no word is known."""
        asked = [word for word in words(subject_of(query.text)) if word in self._vocabulary]
        if not asked:
            return ()
        scores = np.asarray(self._bm25.get_scores(asked), dtype=np.float32)
        return top_items(self._catalogue, np.where(scores > 0, scores, -np.inf), k, allowed=allowed, name=self.name)


def document(item: Item, passages: tuple[Passage, ...]) -> list[str]:
    """The words of one item: its title, its categories and lists, its passages.

    Not a small model's captions: only some pictures have one, and the words of a caption that is wrong in something would put it before
    a picture without one, whose vector fits better.
    """
    texts = [item.title] * TITLE_COUNTS
    for value in item.attributes.values():
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, tuple):
            texts.extend(value)
    told = (p for p in passages if p.channel != "title" and not p.by_small_model)
    texts.extend(p.text for p in told if not p.text.startswith(GUESSED))
    return [word for text in texts for word in words(text)]


def coverage(text: str, item: Item, passages: tuple[Passage, ...]) -> float:
    """The share of a text's different words that stand in the item's document, in [0, 1]."""
    asked = frozenset(words(subject_of(text)))
    return len(asked & frozenset(document(item, passages))) / len(asked) if asked else 0.0
