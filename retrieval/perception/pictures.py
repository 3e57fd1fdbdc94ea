"""The one place that opens pictures: any file to an upright RGB picture, or UnreadableMedia. Knows nothing of what is in them."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from vouch.errors import UnreadableMedia

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 250_000_000
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow's readers raise on files that are cut off or not what their first bytes say."""


def open_picture(path: Path, *, short_side_px: int = 520) -> Image:
    """The picture, upright (EXIF), RGB, transparent parts over white; the first frame where there are several.

    Args:
        path: the file.
        short_side_px: how fine it needs to be; a large JPEG is decoded at 1/2, 1/4 or 1/8, never below this.

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
            picture.draft("RGB", (short_side_px, short_side_px))  # only JPEG's reader does anything here
            picture.load()
            return over_white(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as failure:
        raise UnreadableMedia(str(path), too_large(0, 0)) from failure
    except BROKEN as failure:
        raise UnreadableMedia(str(path), f"cannot be read as a picture ({failure})") from failure


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
