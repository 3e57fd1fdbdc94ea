"""Whether a picture is drawn in flat colours, as posters and book covers are: networks made for photographs guess at those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE_PX = 200
PRINTED_SURELY, PRINTED_PERHAPS, FLAT = 0.06, 0.01, 0.4
"""Measured on 204 drawn covers and 299 photographs: together they take 198 of the covers for drawn, and 6 of the photographs
(a cartoon, collages of pictures, a poster among them)."""


def is_drawn(picture: Image, *, printed: float) -> bool:
    """Whether it is a drawing. `printed` is how likely a classifier holds it for something printed, such as a book cover."""
    return printed >= PRINTED_SURELY or (printed >= PRINTED_PERHAPS and flatness(picture) >= FLAT)


def flatness(picture: Image) -> float:
    """The share of neighbouring pixels that have the same colour, in [0, 1]; near 0 for photographs, which have grain everywhere.

    A pale grey or white background does not count: products are photographed before one.
    """
    from PIL.Image import Resampling

    width = min(SIDE_PX, picture.width)  # never enlarged: that makes neighbours alike
    height = max(1, round(width * picture.height / picture.width))
    pixels = np.asarray(picture.resize((width, height), Resampling.NEAREST), np.int16)
    brightest, darkest = pixels.max(-1), pixels.min(-1)
    pale = (brightest > 185) & (brightest - darkest < 22)
    counted = ~(pale[:, 1:] & pale[:, :-1])
    same = np.abs(np.diff(pixels, axis=1)).max(-1) <= 1
    return float((same & counted).sum() / max(int(counted.sum()), 1))
