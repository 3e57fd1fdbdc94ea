"""What EfficientNet-Lite2 sees in a picture as a vector among text vectors: a linear map, learned from photos with captions.

Ridge regression of the captions' mean MiniLM vector on the features (scripts/train_seeing.py; the training record stands beside the
weights). It knows everyday photos; of anything else it makes the nearest everyday photo.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.efficientnet_eye import Look
from vouch.ports import Vectors
from vouch.weights import weight_digest, weights_path

ROOT_WEIGHT = 8.0
"""What the square roots of the class probabilities are multiplied with, so that they count beside the pooled features."""

COMMON_SHARE = 1.0
"""How much of what all captions have in common is added back to a picture's vector, so that an ordinary query finds it."""


class SeeingMap:
    """Loaded by the first call; calls may come from several threads.

    Args:
        weights: gives the path of the weights; by default the project's own.
    """

    def __init__(self, weights: Callable[[], Path] | None = None) -> None:
        self.name = f"seeing-map:{weight_digest('seeing-map')[:8]}"
        self._weights = weights or partial(weights_path, "seeing-map")
        self._loading = threading.Lock()
        self._parts: dict[str, Vectors] = {}

    def vector(self, seen: Look) -> Vectors:
        """Shape (384,): where an ordinary query would look for the picture, `direction` and what all captions have in common."""
        vector: Vectors = self.direction(seen) + COMMON_SHARE * self.common
        return vector

    def direction(self, seen: Look) -> Vectors:
        """Shape (384,), length 1: how the captions that people would write differ from the mean of all captions."""
        mapped = self.standard(seen) @ self._loaded()["matrix"]
        direction: Vectors = (mapped / max(float(np.linalg.norm(mapped)), 1e-12)).astype(np.float32)
        return direction

    def standard(self, seen: Look) -> Vectors:
        """Shape (2280,): the features, each with mean 0 and spread 1 over the photos learned from; the pooled ones come first."""
        parts = self._loaded()
        standard: Vectors = (features(seen.pooled, seen.probabilities) - parts["middle"]) / parts["spread"]
        return standard

    @property
    def common(self) -> Vectors:
        """Shape (384,): the mean of all captions."""
        return self._loaded()["common"]

    def _loaded(self) -> dict[str, Vectors]:
        from safetensors.numpy import load_file

        with self._loading:
            if not self._parts:
                self._parts = {name: part.astype(np.float32) for name, part in load_file(self._weights()).items()}
            return self._parts


def features(pooled: NDArray[np.float32], probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is mapped, shape (..., 2280): of the pooled features (..., 1280) and the class probabilities (..., 1000)."""
    joined: NDArray[np.float32] = np.concatenate([pooled, ROOT_WEIGHT * np.sqrt(probabilities)], -1)
    return joined
