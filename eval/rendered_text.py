"""Pictures with words on them, drawn with a fixed seed: many sizes and colours, plain, shaded and grainy grounds, a little turned."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vouch.types import Perceived

TEXTS = (
    "Grand Concert Tonight",
    "Open daily from nine to five",
    "Handle with care",
    "Fresh bread and coffee",
    "Platform 4 to Edinburgh",
    "Winter sale 30 percent off",
    "Waterproof hiking boots",
    "The lighthouse keeper",
    "Please mind the step",
    "Volume three: the voyage home",
    "Caution wet floor",
    "Museum of natural history",
    "Made from recycled cotton",
    "Summer reading list",
    "Gate closes ten minutes before departure",
    "Jazz at the old harbour",
    "No entry beyond this point",
    "Best before March 2027",
    "Twelve songs for piano",
    "Lost and found office",
)
SIZES_PX = (22, 34, 52)
WIDTH_PX, HEIGHT_PX, MOST_DEGREES = 1000, 300, 4


def draw_texts(folder: Path, texts: Sequence[str] = TEXTS, *, seed: int = 0) -> list[tuple[Path, str]]:
    """Writes a picture for every text in every size; each file with its text."""
    draw = random.Random(seed)
    drawn = []
    for i, text in enumerate(texts):
        for size in SIZES_PX:
            path = folder / f"{i}-{size}.png"
            _picture(text, size, draw).save(path)
            drawn.append((path, text))
    return drawn


def words_found(text: str, read: Sequence[Perceived]) -> float:
    """The share of the text's words that were read; blanks between words do not count.

    >>> words_found("Handle with care", [Perceived(channel="ocr", text="HANDLEWITH cake")])
    0.6666666666666666
    """
    told = _plain(" ".join(one.text for one in read))
    words = text.split()
    return sum(_plain(word) in told for word in words) / len(words)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _picture(text: str, size_px: int, draw: random.Random) -> Image.Image:
    dark, light = ([draw.randint(low, high) for _ in range(3)] for low, high in ((0, 80), (175, 255)))
    ground, ink = (dark, light) if draw.random() < 0.5 else (light, dark)
    shade = np.linspace(0, draw.choice((0, 40)), WIDTH_PX)[None, :, None]
    grain = np.random.default_rng(draw.randrange(2**32)).normal(0, draw.choice((0, 8)), (HEIGHT_PX, WIDTH_PX, 1))
    pixels = np.clip(np.array(ground) + (shade if ground is dark else -shade) + grain, 0, 255).astype(np.uint8)
    picture = Image.fromarray(pixels)
    ImageDraw.Draw(picture).text((30, 110), text, fill=tuple(ink), font=ImageFont.load_default(size_px))
    angle = draw.uniform(-MOST_DEGREES, MOST_DEGREES)
    return picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=tuple(ground))
