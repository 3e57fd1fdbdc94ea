"""Recommendation turns by their vectors: films whose plots are near to what was said, and films that were named where the like was said.

Knows the tuning dialogues' turns; a dialogue never counts for itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.dialogues import RecTurn
from retrieval.catalogue import Catalogue
from vouch.ports import Embedder

Scores = NDArray[np.float32]
LETTERS_SAID, LETTERS_TOLD = 300, 400
"""So many letters of what was said last, and of a film's title, genres and plot, are embedded."""
SHARPNESS = 10.0
"""A turn whose cosine is less by 1 / SHARPNESS counts 1 / e as much."""
_BATCH = 256


class ContextVectors:
    """`prepare` embeds turns in batches before they are scored."""

    def __init__(self, films: Catalogue, known: Sequence[RecTurn], embedder: Embedder) -> None:
        self._embedder = embedder
        plots = {passage.item_id: passage.text for passage in films.passages}
        told = [
            ". ".join([item.title, " ".join(_values(item.attributes.get("genre"))), plots.get(item.item_id, "")])
            for item in films.items
        ]
        self._plots = self._embed([text[:LETTERS_TOLD] for text in told])
        self._said: dict[str, Scores] = {}
        self.prepare(known)
        self._known = np.stack([self._said[turn.said] for turn in known])
        self._dialogues = np.array([turn.dialogue.dialogue_id for turn in known])
        self._named = np.zeros((len(known), len(films.items)), dtype=np.float32)
        for row, turn in enumerate(known):
            self._named[row, [films.index_of[i] for i in turn.relevant]] = 1

    def prepare(self, turns: Sequence[RecTurn]) -> None:
        """Embeds what was said in these turns."""
        new = [said for said in dict.fromkeys(turn.said for turn in turns) if said not in self._said]
        self._said |= zip(new, self._embed([said[-LETTERS_SAID:] or "." for said in new]), strict=True)

    def plots(self, turn: RecTurn) -> Scores:
        """The cosine of each film's title, genres and plot to what was said, at least 0. Shape (items,)."""
        self.prepare([turn])
        return np.asarray(np.maximum(self._plots @ self._said[turn.said], 0), dtype=np.float32)

    def near(self, turn: RecTurn) -> Scores:
        """What was named next in other dialogues, by how near their words were: sum of exp(SHARPNESS (cosine - 1)), in [0, 1]."""
        self.prepare([turn])
        weights = np.exp(SHARPNESS * (self._known @ self._said[turn.said] - 1))
        weights[self._dialogues == turn.dialogue.dialogue_id] = 0
        scores = weights @ self._named
        top = float(scores.max(initial=0.0))
        return np.asarray(scores / top if top > 0 else scores, dtype=np.float32)

    def _embed(self, texts: Sequence[str]) -> Scores:
        if not texts:
            return np.zeros((0, self._embedder.dimensions), dtype=np.float32)
        parts = [self._embedder.embed(texts[n : n + _BATCH]) for n in range(0, len(texts), _BATCH)]
        return np.concatenate(parts).astype(np.float32)


def _values(given: object) -> tuple[str, ...]:
    return given if isinstance(given, tuple) else ()
