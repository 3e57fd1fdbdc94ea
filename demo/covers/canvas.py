"""A small drawing surface: flat shapes in final pixels, drawn three times as large and shrunk once at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

SCALE = 3


def colour(text: str) -> Colour:
    """Read `1b2a41` as (27, 42, 65)."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Go from `first` (share 0) to `second` (share 1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """Lead a Catmull-Rom curve through the points."""
    ends = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append((_spline((a[0], b[0], c[0], d[0]), t), _spline((a[1], b[1], c[1], d[1]), t)))
    return [*curve, points[-1]]


def _spline(values: tuple[float, float, float, float], t: float) -> float:
    a, b, c, d = values
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def around(centre: Point, radius: float, angle: float) -> Point:
    """A point on a circle; the angle in turns, 0 at the top, clockwise."""
    return centre[0] + radius * math.sin(math.tau * angle), centre[1] - radius * math.cos(math.tau * angle)


class Canvas:
    """Flat shapes on a ground; x to the right, y down, in pixels of the finished cover."""

    def __init__(self, width: float, height: float, ground: Colour) -> None:
        self.width = width
        self.height = height
        self._image = Image.new("RGB", (round(width * SCALE), round(height * SCALE)), ground)
        self._draw = ImageDraw.Draw(self._image)

    @property
    def image(self) -> Image.Image:
        """The picture at the large scale."""
        return self._image

    def gradient(self, top: Colour, bottom: Colour) -> None:
        """Fill everything from top to bottom."""
        rows = self._image.height
        for row in range(rows):
            self._draw.line([(0, row), (self._image.width, row)], fill=mix(top, bottom, row / rows))

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a closed shape."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def rectangle(self, left: float, top: float, right: float, bottom: float, *, fill: Colour) -> None:
        """Fill an upright rectangle."""
        if right > left and bottom > top:
            self._draw.rectangle([left * SCALE, top * SCALE, right * SCALE, bottom * SCALE], fill=fill)

    def disc(self, centre: Point, radius: float, fill: Colour) -> None:
        """Fill a circle."""
        self.ellipse(centre, radius, radius, fill=fill)

    def ellipse(self, centre: Point, across: float, down: float, *, fill: Colour) -> None:
        """Fill an ellipse with half-axes `across` and `down`."""
        x, y = centre
        box = [(x - across) * SCALE, (y - down) * SCALE, (x + across) * SCALE, (y + down) * SCALE]
        self._draw.ellipse(box, fill=fill)

    def ring(self, centre: Point, radius: float, width: float, fill: Colour) -> None:
        """Draw a circle's outline."""
        x, y = centre
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self._draw.ellipse(box, outline=fill, width=max(1, round(width * SCALE)))

    def line(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """Draw a line with round joints and ends."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=fill, width=max(1, round(width * SCALE)), joint="curve")
        if width > 1:
            for point in (points[0], points[-1]):
                self.disc(point, width / 2 - 0.2, fill)

    def paste(self, other: Canvas, left: float, top: float, *, mask: Image.Image | None = None) -> None:
        """Put another canvas on this one, through a mask of the other's size if there is one."""
        self._image.paste(other.image, (round(left * SCALE), round(top * SCALE)), mask)

    def finished(self) -> Image.Image:
        """The picture at its final size."""
        size = (round(self.width), round(self.height))
        return self._image.resize(size, Image.Resampling.LANCZOS)
