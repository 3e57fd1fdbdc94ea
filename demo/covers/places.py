"""Motifs of built places: towns, stairs, stages, stations."""

from __future__ import annotations

from random import Random

from demo.covers.canvas import Canvas, Point, around, mix, smooth
from demo.covers.nature import halo, ridge
from demo.covers.palettes import Palette


def skyline(c: Canvas, rng: Random, p: Palette) -> None:
    """Towers by night with searchlights."""
    c.gradient(p.deep, mix(p.sky, p.pale, 0.15))
    for side in (0.2, 0.8):
        foot = (c.width * side, c.height * 0.8)
        angle = rng.uniform(-0.09, 0.09)
        c.polygon(
            [foot, around(foot, c.height, angle - 0.025), around(foot, c.height, angle + 0.025)],
            mix(p.sky, p.pale, 0.35),
        )
    for row, tone in enumerate((mix(p.sky, p.mid, 0.5), p.mid, p.ink)):
        x = -10.0
        while x < c.width:
            wide, high = rng.uniform(24, 58), c.height * rng.uniform(0.3, 0.78) * (1 - 0.24 * row)
            _tower(c, (x, wide, high), (tone, p.accent if row == 2 else p.pale), rng)
            x += wide + rng.uniform(0, 8)


def _tower(
    c: Canvas, shape: tuple[float, float, float], tones: tuple[tuple[int, int, int], tuple[int, int, int]], rng: Random
) -> None:
    x, wide, high = shape
    tone, light = tones
    c.rectangle(x, c.height - high, x + wide, c.height, fill=tone)
    style = rng.random()
    if style < 0.35:
        c.rectangle(x + wide * 0.2, c.height - high - 18, x + wide * 0.8, c.height - high, fill=tone)
        c.line([(x + wide / 2, c.height - high - 48), (x + wide / 2, c.height - high)], 2, tone)
    elif style < 0.55:
        c.polygon(
            [(x, c.height - high), (x + wide / 2, c.height - high - wide * 0.7), (x + wide, c.height - high)], tone
        )
    for line in range(int(high / 17)):
        for column in range(int(wide / 12)):
            if rng.random() < 0.4:
                left, top = x + 5 + column * 12, c.height - high + 9 + line * 17
                c.rectangle(left, top, left + 5, top + 8, fill=mix(tone, light, 0.85))


def crooked(c: Canvas, rng: Random, p: Palette) -> None:
    """A leaning street with windows like knives."""
    c.gradient(p.pale, p.sky)
    for _ in range(5):
        apex = (c.width * rng.random(), c.height * rng.uniform(0.0, 0.3))
        c.polygon(
            [apex, (c.width * rng.random(), c.height), (c.width * rng.random(), c.height)],
            mix(p.sky, p.mid, rng.random() * 0.6),
        )
    vanish = (c.width * rng.uniform(0.42, 0.58), c.height * 0.6)
    for side in (-1, 1):
        for house in range(4, 0, -1):
            near = vanish[0] + side * c.width * 0.17 * house
            far = vanish[0] + side * c.width * 0.17 * (house - 1)
            roof = vanish[1] - c.height * (0.1 + 0.11 * house) + rng.uniform(-24, 24)
            lean = side * rng.uniform(-26, 12)
            foot = vanish[1] + c.height * 0.1 * house
            walls = [
                (far, foot),
                (far + lean, roof + 50),
                ((far + near) / 2 + lean * 1.6, roof - 36),
                (near + lean, roof + 14),
                (near, foot + 30),
            ]
            c.polygon(walls, mix(p.ink, p.mid, 0.12 * house))
            centre = ((far + near) / 2 + lean, roof + c.height * 0.11)
            c.polygon(
                [
                    (centre[0] - 9, centre[1] + 22),
                    (centre[0] - 2, centre[1] - 26),
                    (centre[0] + 12, centre[1] - 12),
                    (centre[0] + 8, centre[1] + 26),
                ],
                p.accent,
            )
    c.polygon([vanish, (c.width * 0.06, c.height), (c.width * 0.94, c.height)], p.paper)
    c.polygon([(vanish[0], vanish[1] + 10), (c.width * 0.3, c.height), (c.width * 0.48, c.height)], p.ink)


def staircase(c: Canvas, rng: Random, p: Palette) -> None:
    """A long flight of steps and one small person."""
    c.gradient(p.sky, p.pale)
    steps = rng.choice((9, 11, 13))
    flip = rng.random() < 0.5
    for step in range(steps):
        left, top = c.width * step / steps, c.height * (0.92 - 0.72 * step / steps)
        tone = p.deep if step % 2 else mix(p.deep, p.mid, 0.45)
        edges = (c.width - left - c.width / steps, c.width - left) if flip else (left, left + c.width / steps)
        c.rectangle(edges[0] - 0.5, top, edges[1] + 0.5, c.height, fill=tone)
        c.rectangle(edges[0] - 0.5, top, edges[1] + 0.5, top + 4, fill=p.pale)
    at = rng.randrange(3, 6)
    x, y = c.width * (at + 0.5) / steps, c.height * (0.92 - 0.72 * at / steps)
    figure(c, (c.width - x if flip else x, y), c.height * 0.14, p.accent)
    c.disc((c.width * (0.78 if flip else 0.22), c.height * 0.2), c.width * 0.1, p.paper)


def figure(c: Canvas, foot: Point, height: float, tone: tuple[int, int, int]) -> None:
    """A standing person in a long coat, as a plain shape."""
    x, y = foot
    c.disc((x, y - height * 0.88), height * 0.11, tone)
    c.polygon(
        [
            (x - height * 0.1, y - height * 0.76),
            (x + height * 0.1, y - height * 0.76),
            (x + height * 0.19, y),
            (x - height * 0.19, y),
        ],
        tone,
    )


def arches(c: Canvas, rng: Random, p: Palette) -> None:
    """Arch within arch, a light at the end."""
    c.gradient(p.deep, p.deep)
    count = rng.choice((5, 6, 7))
    for number in range(count):
        t = number / count
        half, top = c.width * 0.5 * (1 - 0.86 * t), c.height * (0.05 + 0.4 * t)
        tone = mix(p.deep, p.mid, t * 1.1) if number % 2 else mix(p.sky, p.deep, 0.65 - 0.6 * t)
        c.disc((c.width / 2, top + half), half, tone)
        c.rectangle(c.width / 2 - half, top + half, c.width / 2 + half, c.height * (1 - 0.24 * t), fill=tone)
    half, top = c.width * 0.07, c.height * 0.45
    c.disc((c.width / 2, top + half), half, p.accent)
    c.rectangle(c.width / 2 - half, top + half, c.width / 2 + half, c.height * 0.77, fill=p.accent)
    c.polygon(
        [
            (c.width / 2 - half, c.height * 0.77),
            (c.width / 2 + half, c.height * 0.77),
            (c.width * 0.66, c.height),
            (c.width * 0.34, c.height),
        ],
        mix(p.deep, p.accent, 0.45),
    )
    figure(c, (c.width / 2, c.height * 0.82), c.height * 0.15, p.ink)


def house(c: Canvas, rng: Random, p: Palette) -> None:
    """A lone house with lit windows."""
    c.gradient(mix(p.sky, p.deep, 0.4), mix(p.sky, p.pale, 0.4))
    halo(c, (c.width * rng.choice((0.22, 0.78)), c.height * 0.22), c.width * 0.1, p)
    c.polygon(ridge(c, c.height * 0.82, c.height * 0.08, rng), p.mid)
    left, right, top, foot = c.width * 0.27, c.width * 0.73, c.height * 0.46, c.height * 0.86
    c.rectangle(left, top, right, foot, fill=p.deep)
    c.polygon([(left - 16, top + 4), (c.width * 0.5, top - c.height * 0.2), (right + 16, top + 4)], p.ink)
    tower = rng.choice((left - 20, right - 36))
    c.rectangle(tower, top - c.height * 0.12, tower + 56, foot, fill=p.ink)
    c.polygon(
        [(tower - 8, top - c.height * 0.12), (tower + 28, top - c.height * 0.28), (tower + 64, top - c.height * 0.12)],
        p.ink,
    )
    for row in range(2):
        for column in range(3):
            x, y = left + 22 + column * (right - left - 40) / 3, top + 22 + row * c.height * 0.16
            c.rectangle(x, y, x + 20, y + 34, fill=p.accent if rng.random() < 0.6 else mix(p.deep, p.mid, 0.5))
            c.line([(x + 10, y), (x + 10, y + 34)], 2, p.deep)
    c.polygon(
        [(c.width * 0.47, foot), (c.width * 0.53, foot), (c.width * 0.66, c.height), (c.width * 0.4, c.height)],
        mix(p.pale, p.mid, 0.4),
    )


def castle(c: Canvas, rng: Random, p: Palette) -> None:
    """A castle on a crag, with bats."""
    c.gradient(p.deep, mix(p.sky, p.pale, 0.35))
    halo(c, (c.width * 0.5, c.height * 0.34), c.width * 0.25, p)
    c.polygon(
        [
            (0, c.height),
            (c.width * 0.2, c.height * 0.84),
            (c.width * 0.3, c.height * 0.6),
            (c.width * 0.7, c.height * 0.58),
            (c.width * 0.82, c.height * 0.8),
            (c.width, c.height),
        ],
        p.ink,
    )
    for at, wide, high in ((0.33, 30, 0.24), (0.45, 44, 0.33), (0.6, 32, 0.2), (0.68, 22, 0.28)):
        x, top = c.width * at, c.height * (0.6 - high * rng.uniform(0.85, 1.1))
        c.rectangle(x - wide / 2, top, x + wide / 2, c.height * 0.64, fill=p.ink)
        c.polygon([(x - wide / 2 - 5, top), (x, top - wide * 1.3), (x + wide / 2 + 5, top)], p.ink)
        c.rectangle(x - 3, top + 14, x + 3, top + 26, fill=p.accent)
    for _ in range(5):
        x, y, s = c.width * rng.random(), c.height * rng.uniform(0.06, 0.4), rng.uniform(8, 15)
        c.polygon(
            [
                (x, y),
                (x - s, y - s * 0.6),
                (x - s * 2, y),
                (x - s, y - s * 0.1),
                (x, y + s * 0.6),
                (x + s, y - s * 0.1),
                (x + s * 2, y),
                (x + s, y - s * 0.6),
            ],
            p.ink,
        )


def domes(c: Canvas, rng: Random, p: Palette) -> None:
    """Domes, minarets and stars."""
    c.gradient(mix(p.sky, p.deep, 0.55), mix(p.sky, p.pale, 0.5))
    for _ in range(26):
        c.disc((c.width * rng.random(), c.height * 0.5 * rng.random()), rng.uniform(0.9, 2.2), p.paper)
    moon = (c.width * 0.76, c.height * 0.18)
    c.disc(moon, 30, p.paper)
    c.disc((moon[0] + 12, moon[1] - 7), 27, mix(p.sky, p.deep, 0.42))
    for row, tone in enumerate((p.mid, p.deep)):
        for number in range(3 + row):
            x = c.width * (number + 0.5 + rng.uniform(-0.15, 0.15)) / (3 + row)
            r, top = c.width * rng.uniform(0.08, 0.13), c.height * (0.52 + 0.16 * row + rng.uniform(-0.08, 0.05))
            onion = [
                (x - r * 0.9, top + r),
                (x - r * 1.15, top + r * 0.2),
                (x - r * 0.5, top - r * 0.65),
                (x, top - r * 1.5),
            ]
            c.polygon(
                [*smooth(onion), *[(2 * x - a, b) for a, b in reversed(smooth(onion))]],
                p.accent if (number + row) % 3 == 0 else tone,
            )
            c.rectangle(x - r * 0.9, top + r - 1, x + r * 0.9, c.height, fill=tone)
            c.line([(x, top - r * 2), (x, top - r)], 2, tone)
        for x in (c.width * rng.uniform(0.02, 0.2), c.width * rng.uniform(0.8, 0.98)):
            c.rectangle(x - 7, c.height * (0.4 + 0.14 * row), x + 7, c.height, fill=tone)
            c.polygon(
                [
                    (x - 9, c.height * (0.4 + 0.14 * row)),
                    (x, c.height * (0.31 + 0.14 * row)),
                    (x + 9, c.height * (0.4 + 0.14 * row)),
                ],
                tone,
            )


def bridge(c: Canvas, rng: Random, p: Palette) -> None:
    """A bridge over still water, its lamps doubled."""
    c.gradient(mix(p.sky, p.deep, 0.3), p.pale)
    water = c.height * 0.66
    halo(c, (c.width * rng.uniform(0.2, 0.8), c.height * 0.2), c.width * 0.09, p)
    c.polygon(ridge(c, c.height * 0.6, c.height * 0.12, rng), p.mid)
    c.rectangle(0, water, c.width, c.height, fill=mix(p.sky, p.deep, 0.55))
    c.rectangle(0, c.height * 0.47, c.width, water, fill=p.deep)
    for arch in range(3):
        x, half = c.width * (arch + 0.5) / 3, c.width * 0.13
        c.disc((x, water), half, mix(p.pale, p.mid, 0.5))
        c.rectangle(x - half, water, x + half, water + half, fill=mix(p.sky, p.deep, 0.55))
        lamp = c.width * arch / 3 + 8
        for y in (c.height * 0.38, 2 * water - c.height * 0.45):
            c.disc((lamp, y), 8, p.accent)
        c.line([(lamp, c.height * 0.39), (lamp, c.height * 0.48)], 3, p.deep)
    for row in range(8):
        start = c.width * rng.uniform(0, 0.7)
        c.line([(start, water + 14 + 15 * row), (start + rng.uniform(50, 120), water + 14 + 15 * row)], 1.6, p.pale)


def mesa(c: Canvas, rng: Random, p: Palette) -> None:
    """Table mountains, cactus and a rider's trail."""
    c.gradient(p.sky, p.pale)
    c.disc((c.width * rng.uniform(0.3, 0.7), c.height * 0.42), c.width * 0.17, p.accent)
    for at in (0.12, 0.6, 0.9):
        x, half, top = c.width * at, c.width * rng.uniform(0.09, 0.15), c.height * rng.uniform(0.36, 0.5)
        c.polygon(
            [
                (x - half, top),
                (x + half, top),
                (x + half * 1.15, top + 40),
                (x + half * 1.7, c.height * 0.72),
                (x - half * 1.7, c.height * 0.72),
                (x - half * 1.1, top + 46),
            ],
            p.mid,
        )
    c.polygon(ridge(c, c.height * 0.74, c.height * 0.05, rng), mix(p.mid, p.deep, 0.5))
    c.polygon(ridge(c, c.height * 0.93, c.height * 0.08, rng), p.deep)
    for x, high in ((c.width * 0.2, c.height * 0.26), (c.width * 0.82, c.height * 0.18)):
        foot = c.height * 0.94
        c.line([(x, foot), (x, foot - high)], high * 0.13, p.deep)
        for side in (-1, 1):
            elbow = foot - high * (0.42 + 0.1 * side)
            c.line(
                [(x, elbow), (x + side * high * 0.22, elbow), (x + side * high * 0.22, elbow - high * 0.28)],
                high * 0.09,
                p.deep,
            )


MOTIFS = {
    "skyline": skyline, "crooked": crooked, "staircase": staircase, "arches": arches, "house": house, "castle": castle,
    "domes": domes, "bridge": bridge, "mesa": mesa, }  # fmt: skip
