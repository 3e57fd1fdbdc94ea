"""The one place that opens pictures: any file to an upright RGB picture, or UnreadableMedia. Knows nothing of what is in them.

A large picture is decoded alone and made smaller before anything else is done with it: its memory is that of its pixels, once.
"""

from __future__ import annotations

import ctypes
import math
import struct
import sys
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.perception.progressive_jpeg import eighth
from vouch.errors import UnreadableMedia

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 250_000_000
LARGE_PIXELS = 24_000_000
"""More than a good camera's picture."""
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow's readers raise on files that are cut off or not what their first bytes say."""
STRIP_PIXELS = 4_000_000
"""How many pixels of a large picture are made smaller at a time."""
BLOCK_BYTES = 64 << 20
"""In what pieces Pillow asks for memory. The C library keeps pieces below 32 MB when they are freed, for each thread on its own, until they are
asked back (`give_back_memory`); larger ones go back to the system at once, while others still look at what was made of the picture."""
ORIENTATION = 0x0112
"""The tag of EXIF that says which way is up."""
THIRSTY = frozenset({"WEBP", "AVIF"})
"""Formats of which Pillow's readers take 9 to 15 bytes a pixel, FFmpeg's 4 to 5."""
PROGRESSIVE_BYTES = 600_000_000
"""libjpeg holds a progressive JPEG whole before any of it can be made smaller, two bytes a sample: one of 200 megapixels with coarse colours
(4:2:0, as cameras write it), or of 100 with fine ones (4:4:4), takes so much. Of a larger one an eighth is read, `progressive_jpeg`; where it
is very long, that is fewer pixels on the short side than were asked for."""

FINE_PX = 1000
"""How fine a large picture is kept for whoever asks next about the same file: as fine as the finest of those who look at pictures want it."""

_one_large_picture = threading.Lock()
_last_large: dict[tuple[str, int, int, int], Image] = {}
"""At most one, made smaller: decoding is what takes long."""


def open_picture(path: Path, *, short_side_px: int = 520) -> Image:
    """The picture, upright (EXIF), RGB, transparent parts over white; the first frame where there are several.

    Args:
        path: the file.
        short_side_px: how fine it needs to be; a JPEG is decoded at 1/2, 1/4 or 1/8, never below this, and a large picture of any kind
            is made smaller by a whole number.

    Raises:
        UnreadableMedia: no such file, not a picture, cut off, or more than 250 megapixels.
    """
    from PIL import Image, _imaging

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    _imaging.set_block_size(BLOCK_BYTES)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # half-broken files that open all the same
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # such a picture is refused here
    if not path.is_file():
        raise UnreadableMedia(str(path), "there is no such file")
    try:
        with Image.open(path) as picture:
            width_px, height_px = picture.size
        if width_px * height_px > MAX_PIXELS:
            raise UnreadableMedia(str(path), too_large(width_px, height_px))
        if width_px * height_px > LARGE_PIXELS:
            return _opened_large(path, max(short_side_px, FINE_PX))
        return _opened(path, short_side_px)
    except Image.DecompressionBombError as failure:
        raise UnreadableMedia(str(path), too_large(0, 0)) from failure
    except BROKEN as failure:
        raise UnreadableMedia(str(path), f"cannot be read as a picture ({failure})") from failure


def _opened_large(path: Path, short_side_px: int) -> Image:
    """One at a time: `_opened` is a function of its own, because its end frees the pixels before the next picture is let in."""
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns, short_side_px)
    with _one_large_picture:
        if key not in _last_large:
            _last_large.clear()
            give_back_memory()
            _last_large[key] = _opened(path, short_side_px)
        return _last_large[key].copy()


def give_back_memory() -> None:
    """Hands back to the system what has been freed in small pieces, which the C library keeps for each thread: above all what the models took."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl's has no such function, and keeps less
            ctypes.CDLL(None).malloc_trim(0)


def _opened(path: Path, short_side_px: int) -> Image:
    from PIL import Image

    with Image.open(path) as picture:
        large = picture.width * picture.height > LARGE_PIXELS
        if large and picture.format in THIRSTY:
            orientation = picture.getexif().get(ORIENTATION)
            return over_white(_turned(_by_ffmpeg(path, _divisor(picture.size, short_side_px)), orientation))
        if "progressive" in picture.info and _coefficient_bytes(picture) > PROGRESSIVE_BYTES:
            coarse = _turned(eighth(path, picture), picture.getexif().get(ORIENTATION))
            return over_white(made_smaller(coarse, short_side_px))
        picture.draft("RGB", (short_side_px, short_side_px))  # only JPEG's reader does anything here
        picture.load()
        return over_white(made_smaller(picture, short_side_px) if large else picture)


def _coefficient_bytes(picture: Any) -> float:
    """What libjpeg holds of a progressive JPEG: two bytes a sample, of each component as finely as its header says (ITU T.81, B.2.2)."""
    fineness: list[int] = [across * down for _, across, down, _ in picture.layer]
    pixels: int = picture.width * picture.height
    return 2 * pixels * sum(fineness) / max(1, *fineness)  # a broken header may say 0


def made_smaller(picture: Image, short_side_px: int) -> Image:
    """A loaded picture divided by a whole number, so that few pixels are left but not fewer than are needed on its short side.

    A very long one gets fewer, so that it becomes small at all.
    """
    by = _divisor(picture.size, short_side_px)
    if by <= 1:
        return picture
    orientation = picture.getexif().get(ORIENTATION)
    small = _divided(picture, by)
    return _turned(small.convert("I;16") if picture.mode.startswith("I;16") else small, orientation)


def _divisor(size: tuple[int, int], short_side_px: int) -> int:
    return max(min(size) // short_side_px, math.ceil(math.sqrt(size[0] * size[1] / LARGE_PIXELS)))


def _turned(picture: Image, orientation: int | None) -> Image:
    """The picture with a note of which way is up."""
    if orientation is not None:
        picture.getexif()[ORIENTATION] = orientation
    return picture


def _by_ffmpeg(path: Path, by: int) -> Image:
    """The first frame, divided by a whole number. Raises UnreadableMedia."""
    import av
    from PIL import Image

    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
            width, height = max(1, frame.width // by), max(1, frame.height // by)
            small = frame.reformat(width=width, height=height, format="rgba", interpolation="AREA")
            return Image.fromarray(small.to_ndarray())
    except (av.FFmpegError, StopIteration, IndexError) as failure:
        raise UnreadableMedia(str(path), f"cannot be read as a picture ({failure})") from failure


def _divided(picture: Image, by: int) -> Image:
    """The means of squares of pixels, strip by strip: Pillow would convert the whole picture before it divides it."""
    from PIL import Image

    rows = max(1, STRIP_PIXELS // (by * picture.width))
    strips = []
    for top in range(0, picture.height, rows * by):
        strip = picture.crop((0, top, picture.width, min(top + rows * by, picture.height)))
        strips.append(_divisible(strip).reduce(by))
    small = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    small.info = dict(picture.info)
    for number, strip in enumerate(strips):
        small.paste(strip, (0, number * rows))
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
