"""A short caption of a photograph by our own small model: said only where it is sure enough, and never of drawings.

Trained by scripts/train_seeing.py on captions of COCO (the training record stands beside the weights). It knows everyday photos; of
anything else it tells stories, so it also knows what photos it has learned from, and is silent on what is unlike them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.perception.caption_decoder import Written, build_decoder, to_text, write
from retrieval.perception.efficientnet_eye import EfficientNetEye, Look
from retrieval.perception.seeing_map import SeeingMap
from vouch.errors import ModelFailed
from vouch.ports import Embedder, Vectors
from vouch.types import MediaKind, Perceived
from vouch.weights import weight_digest, weights_path

FITTING, FAMILIAR = 0.78, 0.35
"""The least fit and likeness with which a caption is said. Chosen on 150 photos held out from training: of the 31 captions that they leave there
(`python -m eval perception --validation --captions FOLDER` draws them), 1 is wrong in the main thing, 7 in a number, a colour or a detail."""
NEAREST = 3
FITTING_COUNTS = 4.0
"""What the fit weighs beside the mean log-probability of a word in choosing among the likeliest captions, chosen on the same photos, where
CIDEr-D is .851 with it (the training record)."""


@dataclass(frozen=True)
class Caption:
    """What the model would say.

    `fitting`: the cosine of its vector with what is seen, the mean of all captions taken away; `familiar`: how like the photos learned
    from the picture is, the mean cosine with the three nearest of their middles. Both in [-1, 1].
    """

    text: str
    fitting: float
    familiar: float

    @property
    def sure(self) -> bool:
        """Whether it is worth saying."""
        return bool(self.text) and self.fitting >= FITTING and self.familiar >= FAMILIAR


class SeeingCaptioner:
    """Captions for everyday photographs; loaded by the first one; calls may come from several threads.

    Args:
        eye: looks at the pictures.
        seeing: maps what is seen to where captions lie.
        embedder: tells whether a caption lies there too; the one that the map was learned with.
        weights: gives the path of the decoder's weights; by default the project's own.
        always: captions what it is not sure of, too, and drawings: for measuring.
    """

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(
        self,
        eye: EfficientNetEye,
        seeing: SeeingMap,
        *,
        embedder: Embedder,
        weights: Callable[[], Path] | None = None,
        always: bool = False,
    ) -> None:
        self.made_by = f"vouch-seeing:{weight_digest('vouch-seeing')[:8]}+{seeing.name}/caption-2"
        self._eye = eye
        self._seeing = seeing
        self._embedder = embedder
        self._weights = weights or partial(weights_path, "vouch-seeing")
        self._always = always
        self._loading = threading.Lock()
        self._loaded: _Model | None = None

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """One Perceived of channel "caption", or none for drawings and where the model is not sure enough.

        Raises UnreadableMedia, ModelFailed, and ModelUnavailable where the weights are not here.
        """
        seen = self._eye.look(picture)
        if seen.drawn and not self._always:
            return ()
        said = self.describe(seen)
        return (Perceived(channel="caption", text=said.text),) if said.sure or self._always else ()

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)

    def describe(self, seen: Look) -> Caption:
        """The caption that fits best among the likeliest, sure or not. Raises ModelFailed."""
        model, direction = self._model(), self._seeing.direction(seen)
        try:
            (written,) = write(model.decoder, direction[None])
        except RuntimeError as failure:
            raise ModelFailed(f"the small captioning model failed: {failure}") from failure
        texts = [to_text(one.words, model.vocabulary) for one in written]
        best, fitting = choose(written, self._embedder.embed(texts) - self._seeing.common, direction)
        pooled = self._seeing.standard(seen)[: len(seen.pooled)]
        near = np.sort(model.middles @ pooled)[-NEAREST:].mean() / max(float(np.linalg.norm(pooled)), 1e-12)
        return Caption(texts[best], fitting=fitting, familiar=float(near))

    def _model(self) -> _Model:
        with self._loading:
            if self._loaded is None:
                self._loaded = load(self._weights())
            return self._loaded


def choose(written: Sequence[Written], told: Vectors, direction: Vectors) -> tuple[int, float]:
    """Which of the captions says best what is seen, and how well it fits.

    Args:
        written: the captions.
        told: their vectors, less the mean of all captions, shape (n, 384).
        direction: what is seen, of length 1.
    """
    fitting = told @ direction / np.maximum(np.linalg.norm(told, axis=1), 1e-12)
    likely = [float(np.mean(one.log_probabilities)) for one in written]
    best = int(np.argmax(likely + FITTING_COUNTS * fitting))
    return best, float(fitting[best])


@dataclass(frozen=True, eq=False)
class _Model:
    """`vocabulary` by word number; `middles`: of groups of photos learned from, shape (groups, 1280), rows of length 1."""

    decoder: Any
    vocabulary: tuple[str, ...]
    middles: Vectors


def load(path: Path) -> _Model:
    """The decoder, ready to run, with what belongs to it."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        names: list[str] = list(file.keys())
        tensors = {name: file.get_tensor(name).float() for name in names}
        vocabulary = ("", "", *file.metadata()["words"].split())
    middles = tensors.pop("middles").numpy()
    decoder = build_decoder(len(vocabulary))
    decoder.load_state_dict(tensors)
    return _Model(decoder.requires_grad_(False).eval(), vocabulary, middles)
