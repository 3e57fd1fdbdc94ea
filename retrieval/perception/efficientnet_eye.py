"""One look at a picture by EfficientNet-Lite2 (Tan and Le 2019; Google's Lite variant), shared by all who say what is seen."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.drawings import is_drawn
from retrieval.perception.imagenet import imagenet_words
from retrieval.perception.pictures import open_picture
from vouch.errors import ModelFailed
from vouch.weights import keep_libraries_offline

if TYPE_CHECKING:
    from PIL.Image import Image

Floats = NDArray[np.float32]

SIDE_PX = 260
REMEMBERED = 64
"""How many pictures' looks are kept, for whoever asks next about the same file: more than an ingest has under way."""

PRINTED = ("envelope", "website", "ring binder", "dust jacket", "comic book", "menu")
"""What the network sees in flat drawings: a sign that its other labels are guesses."""


@dataclass(frozen=True, eq=False)
class Look:
    """Means over the views: pooled features (1280,) and the probabilities of ImageNet's classes (1000,). `drawn`: not a photograph."""

    pooled: Floats
    probabilities: Floats
    drawn: bool


class EfficientNetEye:
    """Looks at photographs; the network is loaded by the first picture; calls may come from several threads.

    Args:
        weights: gives the path of the state dict.
        threads: torch's threads, for the whole process; 0 leaves them as they are.
    """

    def __init__(self, weights: Callable[[], Path], *, threads: int = 0) -> None:
        self._weights = weights
        self._threads = threads
        self._loading = threading.Lock()
        self._network: Any = None
        self._remembering = threading.Lock()
        self._looks: OrderedDict[tuple[str, int, int], Future[Look]] = OrderedDict()

    def look(self, picture: Path) -> Look:
        """What is seen in the whole picture and three crops of it.

        Raises UnreadableMedia, ModelFailed, and ModelUnavailable where the weights are not here.
        """
        key = _file_facts(picture)
        if key is None:
            return self._look(picture)
        with self._remembering:
            known = self._looks.get(key)
            if known is None:
                looking = self._looks[key] = Future[Look]()
                while len(self._looks) > REMEMBERED:
                    self._looks.popitem(last=False)
        if known is not None:
            return known.result()  # waits for whoever is looking at it now
        try:
            looking.set_result(self._look(picture))
        except BaseException as failure:
            with self._remembering:
                self._looks.pop(key, None)
            looking.set_exception(failure)
            raise
        return looking.result()

    def _look(self, picture: Path) -> Look:
        opened = open_picture(picture, short_side_px=2 * SIDE_PX)
        pooled, probabilities = (rows.mean(0) for rows in look(self._loaded(), four_views(opened)))
        names = tuple(imagenet_words())
        printed = sum(float(probabilities[names.index(name)]) for name in PRINTED)
        return Look(pooled, probabilities, is_drawn(opened, printed=printed))

    def _loaded(self) -> Any:
        with self._loading:
            if self._network is None:
                self._network = load(self._weights(), threads=self._threads)
            return self._network


def _file_facts(path: Path) -> tuple[str, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None  # who opens it says what is wrong
    return str(path), stat.st_size, stat.st_mtime_ns


def load(path: Path, *, threads: int) -> Any:
    """The network, ready to run."""
    keep_libraries_offline()
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    if threads:
        torch.set_num_threads(threads)
    network = EfficientNet.from_name("efficientnet-lite2")
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


def look(network: Any, views: Sequence[Image]) -> tuple[Floats, Floats]:
    """Pooled features (n, 1280) and class probabilities (n, 1000) of n views of 260 x 260 pixels. Raises ModelFailed."""
    import torch

    pixels = np.stack([np.asarray(view, np.float32) for view in views])
    try:
        with torch.inference_mode():
            pooled = network.extract_features(torch.from_numpy((pixels - 127) / 128).permute(0, 3, 1, 2)).mean((2, 3))
            return pooled.numpy(), torch.softmax(network._fc(pooled), -1).numpy()
    except RuntimeError as failure:
        raise ModelFailed(f"EfficientNet-Lite2 could not look at a picture: {failure}") from failure


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
