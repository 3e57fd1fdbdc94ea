"""The words of a query as a vector, made once for all sources that need it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from vouch.errors import ModelFailed, SourceFailed
from vouch.ports import Embedder, Vectors


class QueryVectors:
    """Embeds texts and remembers the last ones."""

    def __init__(self, embedder: Embedder, *, remembered: int = 512) -> None:
        self._embedder = embedder
        self._one = lru_cache(maxsize=remembered)(self._embed)

    def of(self, text: str) -> Vectors:
        """Shape (dimensions,), length 1. Raises SourceFailed where the embedder fails."""
        return self._one(text)

    def of_all(self, texts: tuple[str, ...]) -> Vectors:
        """Shape (len(texts), dimensions); embedded together and remembered together."""
        return self._one(texts)

    def _embed(self, text: str | tuple[str, ...]) -> Vectors:
        try:
            vectors = self._embedder.embed([text] if isinstance(text, str) else list(text))
        except ModelFailed as failure:
            raise SourceFailed("words to vectors", str(failure)) from failure
        return np.asarray(vectors[0] if isinstance(text, str) else vectors, dtype=np.float32)
