"""The words of a query as a vector, made once for all sources that need it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from vouch.errors import ModelFailed, SourceFailed
from vouch.ports import Embedder, LabelEmbedder, Vectors
from vouch.types import Query


class QueryVectors:
    """Embeds texts and remembers the last ones; with `labels` also the pictures that people ask with."""

    def __init__(self, embedder: Embedder, *, labels: LabelEmbedder | None = None, remembered: int = 512) -> None:
        self._embedder = embedder
        self._labels = labels
        self._one = lru_cache(maxsize=remembered)(self._embed)

    def of(self, text: str) -> Vectors:
        """Shape (dimensions,), length 1. Raises SourceFailed where the embedder fails."""
        return self._one(text)

    def of_all(self, texts: tuple[str, ...]) -> Vectors:
        """Shape (len(texts), dimensions); embedded together and remembered together."""
        return self._one(texts)

    def of_pictures(self, query: Query) -> Vectors | None:
        """The mean of the pictures that a query asks with, length 1; None where it asks with none. Raises SourceFailed."""
        seen = [one for media in query.media for one in media.perceived if one.labels]
        if not seen or self._labels is None:
            return None
        try:
            vectors = self._labels.embed_labels([one.labels for one in seen], [one.vector for one in seen])
        except ModelFailed as failure:
            raise SourceFailed("pictures to vectors", str(failure)) from failure
        mean = vectors.mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)

    def _embed(self, text: str | tuple[str, ...]) -> Vectors:
        try:
            vectors = self._embedder.embed([text] if isinstance(text, str) else list(text))
        except ModelFailed as failure:
            raise SourceFailed("words to vectors", str(failure)) from failure
        return np.asarray(vectors[0] if isinstance(text, str) else vectors, dtype=np.float32)
