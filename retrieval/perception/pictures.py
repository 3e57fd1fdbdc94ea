"""The one place that opens pictures: any file to an upright RGB picture, or UnreadableMedia. Knows nothing of what is in them.

A large picture is decoded alone and made smaller before anything else is done with it: its memory is that of its pixels, once.
"""

from __future__ import annotations

import math
import struct
import threading
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from vouch.errors import UnreadableMedia

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 250_000_000
LARGE_PIXELS = 24_000_000
"""More than a good camera's picture."""
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow's readers raise on files that are cut off or not what their first bytes say."""
STRIP = 64
"""Rows of the small picture that are made at a time."""
ORIENTATION = 0x0112
"""The tag of EXIF that says which way is up."""

_one_large_picture = threading.Lock()


def open_picture(path: Path, *, short_side_px: int = 520) -> Image:
    """The picture, upright (EXIF), RGB, transparent parts over white; the first frame where there are several.

    Args:
        path: the file.
        short_side_px: how fine it needs to be; a JPEG is decoded at 1/2, 1/4 or 1/8, never below this, and a large picture of any kind
            is made smaller by a whole number.

    Raises:
        UnreadableMedia: no such file, not a picture, cut off, or more than 250 megapixels.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # half-broken files that open all the same
    if not path.is_file():
        raise UnreadableMedia(str(path), "there is no such file")
    try:
        with Image.open(path) as picture:
            width_px, height_px = picture.size
        if width_px * height_px > MAX_PIXELS:
            raise UnreadableMedia(str(path), too_large(width_px, height_px))
        # A function of its own, because its end frees a large picture's pixels before the next one is let in.
        with _one_large_picture if width_px * height_px > LARGE_PIXELS else nullcontext():
            return _opened(path, short_side_px)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as failure:
        raise UnreadableMedia(str(path), too_large(0, 0)) from failure
    except BROKEN as failure:
        raise UnreadableMedia(str(path), f"cannot be read as a picture ({failure})") from failure


def _opened(path: Path, short_side_px: int) -> Image:
    from PIL import Image

    with Image.open(path) as picture:
        large = picture.width * picture.height > LARGE_PIXELS
        picture.draft("RGB", (short_side_px, short_side_px))  # only JPEG's reader does anything here
        picture.load()
        return over_white(made_smaller(picture, short_side_px) if large else picture)


def made_smaller(picture: Image, short_side_px: int) -> Image:
    """A loaded picture divided by a whole number, so that few pixels are left but not fewer than are needed on its short side.

    A very long one gets fewer, so that it becomes small at all.
    """
    needless = min(picture.size) // short_side_px
    by = max(needless, math.ceil(math.sqrt(picture.width * picture.height / LARGE_PIXELS)))
    if by <= 1:
        return picture
    orientation = picture.getexif().get(ORIENTATION)
    small = _divided(picture, by)
    if picture.mode.startswith("I;16"):
        small = small.convert("I;16")
    if orientation is not None:
        small.getexif()[ORIENTATION] = orientation
    return small


def _divided(picture: Image, by: int) -> Image:
    """The means of squares of pixels, strip by strip: Pillow would convert the whole picture before it divides it."""
    from PIL import Image

    strips = []
    for top in range(0, picture.height, STRIP * by):
        strip = picture.crop((0, top, picture.width, min(top + STRIP * by, picture.height)))
        strips.append(_divisible(strip).reduce(by))
    small = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    small.info = dict(picture.info)
    for number, strip in enumerate(strips):
        small.paste(strip, (0, number * STRIP))
    return small


def _divisible(picture: Image) -> Image:
    """The picture in a mode of which a mean can be taken."""
    if picture.mode == "P":
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode.startswith("I;16"):
        return picture.convert("I")
    return picture.convert("L") if picture.mode == "1" else picture


def over_white(picture: Image) -> Image:
    """The picture turned upright, as RGB, what is transparent over white; 16-bit and float greys are scaled to 8 bits."""
    import numpy as np
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith(("I", "F")):
        grey = np.nan_to_num(np.asarray(upright, np.float64))
        low, high = (0.0, 65535.0) if upright.mode.startswith("I;16") else (float(grey.min()), float(grey.max()))
        scaled = (grey - low) / max(high - low, 1e-9) * 255
        return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    seen = upright.convert("RGBA")
    paper = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(paper, seen).convert("RGB")


def too_large(width_px: int, height_px: int) -> str:
    """Why a picture is refused."""
    size = f"{width_px} x {height_px} pixels" if width_px else "the picture"
    return f"{size}: more than the {MAX_PIXELS // 1_000_000} megapixels that are opened; save it smaller"
