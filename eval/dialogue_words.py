"""What recommenders named to seekers who spoke alike: the tuning dialogues, weighted by how near their seekers' words are.

Words count by tf-idf (Salton and Buckley 1988), nearness is the cosine. It knows words only as they are written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.dialogues import Dialogue
from retrieval.catalogue import Catalogue

FEWEST, MOST = 2, 0.3
"""Words that fewer dialogues hold, or a larger share of them, tell nothing."""
_WORD = re.compile(r"[a-z']{3,}")


class AlikeSeekers:
    """Fitted on dialogues; a dialogue never counts for itself."""

    def __init__(self, films: Catalogue, dialogues: Iterable[Dialogue]) -> None:
        known = tuple(dialogues)
        self._own = {d.dialogue_id: row for row, d in enumerate(known)}
        texts = [_words(" ".join(m.text for m in d.messages if m.seeker)) for d in known]
        counts = Counter(word for text in texts for word in set(text))
        kept = [word for word, count in counts.items() if FEWEST <= count <= MOST * len(texts)]
        self._place = {word: n for n, word in enumerate(kept)}
        self._weight = np.array([np.log(len(texts) / counts[word]) for word in kept])
        self._texts = self._rows(texts)
        self._named = np.zeros((len(known), len(films.items)), dtype=np.float32)
        for row, dialogue in enumerate(known):
            self._named[row, list(recommended(dialogue, films.index_of))] = 1

    def told(self, said: str, dialogue_id: str) -> NDArray[np.float32]:
        """For each film the summed nearness of the dialogues whose recommenders named it, in [0, 1]; zeros where no word is known."""
        near = np.asarray((self._rows([_words(said)]) @ self._texts.T).todense(), dtype=np.float32).ravel()
        if dialogue_id in self._own:
            near[self._own[dialogue_id]] = 0
        scores = near @ self._named
        top = float(scores.max(initial=0.0))
        return np.asarray(scores / top if top > 0 else scores, dtype=np.float32)

    def _rows(self, texts: Sequence[Sequence[str]]) -> Any:
        """Shape (texts, words): tf-idf rows of length 1, sparse."""
        from scipy.sparse import csr_matrix

        found = [
            (row, self._place[w], n)
            for row, text in enumerate(texts)
            for w, n in Counter(text).items()
            if w in self._place
        ]
        rows, places, times = (
            (np.array(part) for part in zip(*found, strict=True)) if found else (np.zeros(0, dtype=int),) * 3
        )
        values = (1 + np.log(np.maximum(times, 1))) * self._weight[places]
        lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(texts)))
        return csr_matrix((values / lengths[rows], (rows, places)), shape=(len(texts), len(self._place)))


def recommended(dialogue: Dialogue, index_of: Mapping[str, int]) -> frozenset[int]:
    """The films that the recommender named, as places in the catalogue."""
    return frozenset(index_of[i] for m in dialogue.messages if not m.seeker for i in m.films)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
