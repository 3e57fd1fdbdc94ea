"""What is seen in a photograph, as ImageNet labels with probabilities by EfficientNet-Lite2: tags, never called a caption.

It knows a thousand everyday things and animals; of people, scenes and drawings it knows nothing, and says nothing of drawings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.drawings import is_drawn
from retrieval.perception.imagenet import imagenet_words
from retrieval.perception.pictures import open_picture
from vouch.errors import ModelFailed
from vouch.types import MediaKind, Perceived
from vouch.weights import weight_digest

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE_PX = 260
TOP = 20
SURE, UNSURE, NAMED_WITH_IT = 0.25, 0.08, 0.05
"""A best label below UNSURE is not said at all, below SURE only with “perhaps”; others are named from NAMED_WITH_IT on.
Looked at on 40 photos and 101 product pictures: from .35 on nearly every first label was right, from .10 to .25 about half, below
.08 none. Unsure ones are not left out, because all 20 labels together still find the picture: on 576 photos, for those with a best
label of .06, the picture was among the tenth most similar to its captions 84 times in 100."""

PRINTED = ("envelope", "website", "ring binder", "dust jacket", "comic book", "menu")
"""What the network sees in flat drawings: a sign that its other labels are guesses."""


class EfficientNetCaptioner:
    """Labels for photographs; the network is loaded by the first picture; calls may come from several threads.

    Args:
        weights: gives the path of the state dict.
        threads: torch's threads, for the whole process; 0 leaves them as they are.
    """

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(self, weights: Callable[[], Path], *, threads: int = 0) -> None:
        self.made_by = f"efficientnet-lite2:{weight_digest('efficientnet-lite2')[:8]}/tags-1"
        self._weights = weights
        self._threads = threads
        self._loading = threading.Lock()
        self._network: Any = None

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """One Perceived of channel "tags" with the 20 best labels, or none for drawings and where nothing is likely enough.

        Raises UnreadableMedia, ModelFailed, and ModelUnavailable where the weights are not here.
        """
        opened = open_picture(picture, short_side_px=2 * SIDE_PX)
        probabilities = self._probabilities(opened)
        names = tuple(imagenet_words())
        labels = tuple((names[i], round(float(probabilities[i]), 4)) for i in np.argsort(-probabilities)[:TOP])
        printed = sum(float(probabilities[names.index(name)]) for name in PRINTED)
        text = "" if is_drawn(opened, printed=printed) else tags_text(labels)
        return (Perceived(channel="tags", text=text, labels=labels),) if text else ()

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)

    def _probabilities(self, picture: Image) -> NDArray[np.float32]:
        """Shape (1000,): the mean over four views of the picture."""
        import torch

        network = self._loaded()
        pixels = np.stack([np.asarray(view, np.float32) for view in four_views(picture)])
        try:
            with torch.inference_mode():
                scores = network(torch.from_numpy((pixels - 127) / 128).permute(0, 3, 1, 2))
                mean: NDArray[np.float32] = torch.softmax(scores, -1).mean(0).numpy()
        except RuntimeError as failure:
            raise ModelFailed(f"EfficientNet-Lite2 could not look at a picture: {failure}") from failure
        return mean

    def _loaded(self) -> Any:
        with self._loading:
            if self._network is None:
                self._network = load(self._weights(), threads=self._threads)
            return self._network


def load(path: Path, *, threads: int) -> Any:
    """The network, ready to run."""
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    if threads:
        torch.set_num_threads(threads)
    network = EfficientNet.from_name("efficientnet-lite2")
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


def four_views(picture: Image) -> list[Image]:
    """The whole picture squeezed to a square, and the square crops at its start, middle and end, each 260 pixels wide."""
    from PIL.Image import Resampling

    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    boxes = [
        (0, 0, width, height),
        (0, 0, side, side),
        (left, top, left + side, top + side),
        (width - side, height - side, width, height),
    ]
    return [picture.resize((SIDE_PX, SIDE_PX), Resampling.BICUBIC, box=box) for box in boxes]


def tags_text(labels: tuple[tuple[str, float], ...]) -> str:
    """The likely labels in words, at most four; empty where the best is too unlikely.

    >>> tags_text((("tabby cat", 0.62), ("tiger cat", 0.2), ("sink", 0.01)))
    'tabby cat 62 %, tiger cat 20 %'
    >>> tags_text((("desk", 0.12), ("notebook computer", 0.1)))
    'perhaps desk 12 %, notebook computer 10 %'
    >>> tags_text((("carton", 0.05),))
    ''
    """
    if not labels or labels[0][1] < UNSURE:
        return ""
    named = ", ".join(f"{name} {p:.0%}".replace("%", " %") for name, p in labels[:4] if p >= NAMED_WITH_IT)
    return named if labels[0][1] >= SURE else f"perhaps {named}"
