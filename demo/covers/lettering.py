"""Words on covers: the fonts, and how a title is broken into lines that fit."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from demo.covers.canvas import SCALE, Colour

# Fonts that packages of the environment carry: Gradio's (Montserrat, Quicksand: SIL Open Font License) and
# Matplotlib's (STIX: SIL Open Font License; DejaVu: Bitstream Vera licence).
FACES = {
    "poster": ("gradio", "templates/frontend/static/fonts/Montserrat/Montserrat-Bold.woff2"),
    "small": ("gradio", "templates/frontend/static/fonts/SourceSansPro/SourceSansPro-Regular.woff2"),
    "round": ("gradio", "templates/frontend/static/fonts/Quicksand/Quicksand-Bold.woff2"),
    "serif": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneralBol.ttf"),
    "italic": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneralItalic.ttf"),
}


@dataclass(frozen=True)
class Lines:
    """A text set in one face and size, broken into lines."""

    lines: tuple[str, ...]
    face: str
    size: int

    @property
    def height(self) -> float:
        """Height of the whole block in pixels."""
        return len(self.lines) * self.size * 1.12


def _font_path(face: str) -> Path:
    package, path = FACES[face]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"The covers are lettered with a font that the package {package} carries. Install it first.")
    return Path(spec.origin).parent / path


def _font(face: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_font_path(face)), round(size * SCALE))


def _width(text: str, font: ImageFont.FreeTypeFont) -> float:
    return font.getlength(text) / SCALE


def fit(text: str, face: str, *, width: float, sizes: tuple[int, int], most_lines: int) -> Lines:
    """Set a text as large as it fits, with lines of similar length.

    Args:
        text: The title.
        face: A key of `FACES`.
        width: Room in pixels.
        sizes: The largest and the smallest size in pixels.
        most_lines: No more lines than this.
    """
    for size in range(sizes[0], sizes[1] - 1, -1):
        font = _font(face, size)
        for count in range(1, most_lines + 1):
            lines = _balanced(text.split(), count, font)
            if lines and max(_width(line, font) for line in lines) <= width:
                return Lines(lines, face, size)
    lines = _balanced(text.split(), most_lines, _font(face, sizes[1])) or (text,)
    return Lines(lines, face, sizes[1])


def _balanced(words: list[str], count: int, font: ImageFont.FreeTypeFont) -> tuple[str, ...]:
    """Break words into `count` lines so that the longest is as short as can be; () if there are too few words."""
    if count > len(words):
        return ()
    if count == 1:
        return (" ".join(words),)
    best: tuple[float, tuple[str, ...]] = (float("inf"), ())
    for cut in range(1, len(words) - count + 2):
        rest = _balanced(words[cut:], count - 1, font)
        lines = (" ".join(words[:cut]), *rest)
        longest = max(_width(line, font) for line in lines)
        if longest < best[0]:
            best = (longest, lines)
    return best[1]


def letter(image: Image.Image, block: Lines, at: tuple[float, float], *, fill: Colour, anchor: str = "m") -> None:
    """Write a block; `at` is the middle (anchor m) or left (anchor l) of its upper edge, in pixels."""
    draw, font = ImageDraw.Draw(image), _font(block.face, block.size)
    for number, line in enumerate(block.lines):
        y = at[1] + (number + 0.56) * block.size * 1.12
        draw.text((at[0] * SCALE, y * SCALE), line, font=font, fill=fill, anchor=f"{anchor}m")
