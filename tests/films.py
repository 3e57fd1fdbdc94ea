"""Films and sounds that tests make: with known scenes, with and without a sound track, turned, cut off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = (160, 96)
FPS = 8
RATE_HZ = 16_000


def make_film(
    path: Path, scenes: Sequence[tuple[Image.Image, float]], sound: NDArray[np.float32] | None = None
) -> Path:
    """Writes a film of still scenes, (picture, seconds) each, with a mono sound track where samples at 16 kHz are given."""
    with av.open(str(path), "w") as container:
        moving = container.add_stream("mpeg4", rate=FPS)
        moving.width, moving.height, moving.pix_fmt = *SIZE, "yuv420p"
        heard = container.add_stream("aac", rate=RATE_HZ, layout="mono") if sound is not None else None
        for picture, seconds in scenes:
            pixels = np.asarray(picture.convert("RGB").resize(SIZE))
            for _ in range(round(seconds * FPS)):
                container.mux(moving.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(moving.encode())
        if heard is not None and sound is not None:
            frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="fltp", layout="mono")
            frame.sample_rate = RATE_HZ
            container.mux(heard.encode(frame))
            container.mux(heard.encode())
    return path


def plain(colour: str) -> Image.Image:
    """A picture of one colour."""
    return Image.new("RGB", SIZE, colour)
