"""What recommenders named to seekers who spoke alike: the tuning dialogues, weighted by how near their seekers' words are.

Words count by tf-idf (Salton and Buckley 1988; scikit-learn's), nearness is the cosine. It knows words only as they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from eval.dialogues import Dialogue
from retrieval.catalogue import Catalogue

FEWEST, MOST = 2, 0.3
"""Words that fewer dialogues hold, or a larger share of them, tell nothing."""
_WORD = r"[a-z']{3,}"


class AlikeSeekers:
    """Fitted on dialogues; a dialogue never counts for itself."""

    def __init__(self, films: Catalogue, dialogues: Iterable[Dialogue]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        known = tuple(dialogues)
        self._own = {d.dialogue_id: row for row, d in enumerate(known)}
        self._words = TfidfVectorizer(token_pattern=_WORD, min_df=FEWEST, max_df=MOST, sublinear_tf=True)
        self._texts = self._words.fit_transform(" ".join(m.text for m in d.messages if m.seeker) for d in known)
        self._named = np.zeros((len(known), len(films.items)), dtype=np.float32)
        for row, dialogue in enumerate(known):
            self._named[row, list(recommended(dialogue, films.index_of))] = 1

    def told(self, said: str, dialogue_id: str) -> NDArray[np.float32]:
        """For each film the summed nearness of the dialogues whose recommenders named it, in [0, 1]; zeros where no word is known."""
        near = (self._texts @ self._words.transform([said]).T).toarray().ravel().astype(np.float32)
        if dialogue_id in self._own:
            near[self._own[dialogue_id]] = 0
        scores = near @ self._named
        top = float(scores.max(initial=0.0))
        return np.asarray(scores / top if top > 0 else scores, dtype=np.float32)


def recommended(dialogue: Dialogue, index_of: Mapping[str, int]) -> frozenset[int]:
    """The films that the recommender named, as places in the catalogue."""
    return frozenset(index_of[i] for m in dialogue.messages if not m.seeker for i in m.films)
