"""Motifs out of doors: woods, water, weather, hills."""

from __future__ import annotations

import math
from random import Random

from demo.covers.canvas import Canvas, Point, around, mix, smooth
from demo.covers.palettes import Palette


def halo(c: Canvas, centre: Point, radius: float, p: Palette) -> None:
    """A moon or sun with three flat rings of light."""
    for ring in (3, 2, 1):
        c.disc(centre, radius * (1 + 0.32 * ring), mix(p.sky, p.pale, 0.32 - 0.08 * ring))
    c.disc(centre, radius, p.pale)


def ridge(c: Canvas, base: float, height: float, rng: Random) -> list[Point]:
    """A hill line from edge to edge, closed below."""
    points = [(c.width * i / 6, base - height * rng.random()) for i in range(7)]
    return [*smooth(points), (c.width, c.height), (0, c.height)]


def _branch(c: Canvas, start: Point, reach: tuple[float, float], depth: int, rng: Random, p: Palette) -> None:
    length, angle = reach
    end = around(start, length, angle)
    c.line([start, end], max(1.0, length / 9), p.deep)
    if depth:
        for turn in (-0.09, 0.08) if rng.random() < 0.8 else (-0.11, 0.01, 0.1):
            again = (length * rng.uniform(0.62, 0.8), angle + turn * rng.uniform(0.6, 1.5))
            _branch(c, end, again, depth - 1, rng, p)


def moon_trees(c: Canvas, rng: Random, p: Palette) -> None:
    """Bare trees before a large moon."""
    c.gradient(mix(p.sky, p.deep, 0.35), mix(p.sky, p.pale, 0.3))
    halo(c, (c.width * rng.uniform(0.35, 0.65), c.height * 0.38), c.width * rng.uniform(0.16, 0.23), p)
    c.polygon(ridge(c, c.height * 0.86, c.height * 0.1, rng), p.mid)
    for side in (rng.uniform(0.08, 0.2), rng.uniform(0.78, 0.92)):
        trunk = (c.height * rng.uniform(0.2, 0.27), rng.uniform(-0.02, 0.02))
        _branch(c, (c.width * side, c.height * 0.97), trunk, 6, rng, p)
    c.polygon(ridge(c, c.height * 0.97, c.height * 0.06, rng), p.deep)


def waves(c: Canvas, rng: Random, p: Palette) -> None:
    """Bands of waves with a small sail."""
    c.gradient(p.pale, p.sky)
    c.disc((c.width * rng.uniform(0.25, 0.75), c.height * 0.3), c.width * 0.13, p.accent)
    boat_at = rng.uniform(0.3, 0.7)
    for row in range(7):
        top = c.height * (0.5 + 0.075 * row)
        if row == 1:
            _sail(c, (c.width * boat_at, top), c.width * 0.11, p)
        wide, phase = c.width / rng.uniform(2.2, 3.6), rng.uniform(0, math.tau)
        crest = [
            (float(x), top + c.height * 0.022 * math.sin(math.tau * x / wide + phase))
            for x in range(0, round(c.width) + 5, 4)
        ]
        c.polygon(
            [*crest, (c.width + 5, c.height), (0, c.height)],
            mix(p.mid, p.deep, row / 6) if row % 2 else mix(p.sky, p.deep, row / 7),
        )


def _sail(c: Canvas, at: Point, size: float, p: Palette) -> None:
    x, y = at
    c.polygon([(x, y - size * 2.1), (x, y - size * 0.2), (x + size, y - size * 0.2)], p.paper)
    c.polygon([(x - 3, y - size * 1.7), (x - 3, y - size * 0.2), (x - size * 0.7, y - size * 0.2)], p.accent)
    c.polygon(
        [
            (x - size, y - 4),
            (x + size * 1.2, y - 4),
            (x + size * 0.8, y + size * 0.4),
            (x - size * 0.7, y + size * 0.4),
        ],
        p.deep,
    )


def mountains(c: Canvas, rng: Random, p: Palette) -> None:
    """Snow-capped peaks one behind another."""
    c.gradient(mix(p.sky, p.pale, 0.2), p.pale)
    c.disc((c.width * rng.uniform(0.2, 0.8), c.height * 0.24), c.width * 0.11, p.accent)
    for row, tone in enumerate((mix(p.sky, p.mid, 0.6), p.mid, p.deep)):
        base = c.height * (0.72 + 0.16 * row)
        for _ in range(3):
            x, high = c.width * rng.uniform(0, 1), c.height * rng.uniform(0.28, 0.46)
            half = high * rng.uniform(0.55, 0.8)
            c.polygon([(x - half, base), (x, base - high), (x + half, base)], tone)
            cap = 0.3
            notch = [
                (x - half * cap, base - high * (1 - cap)),
                (x, base - high),
                (x + half * cap, base - high * (1 - cap)),
            ]
            c.polygon(
                [
                    *notch,
                    (x + half * 0.1, base - high * 0.64),
                    (x, base - high * 0.74),
                    (x - half * 0.14, base - high * 0.62),
                ],
                mix(p.paper, tone, 0.12 * row),
            )
        c.rectangle(0, base - 1, c.width, c.height, fill=tone)


def sun_rays(c: Canvas, rng: Random, p: Palette) -> None:
    """A sun that sends rays across the whole sky."""
    c.gradient(p.sky, p.sky)
    centre = (c.width * rng.uniform(0.3, 0.7), c.height * rng.uniform(0.55, 0.72))
    count = rng.choice((14, 18, 22))
    for ray in range(count):
        edges = [around(centre, c.height * 1.4, (ray + side) / count) for side in (0.0, 0.5)]
        c.polygon([centre, *edges], p.pale if ray % 2 else mix(p.sky, p.accent, 0.35))
    c.disc(centre, c.width * 0.24, p.accent)
    c.disc(centre, c.width * 0.19, mix(p.accent, p.paper, 0.35))
    c.polygon(ridge(c, c.height * 0.85, c.height * 0.12, rng), p.mid)
    c.polygon(ridge(c, c.height * 0.96, c.height * 0.1, rng), p.deep)


def snowfield(c: Canvas, rng: Random, p: Palette) -> None:
    """Firs in falling snow, one small light."""
    c.gradient(mix(p.deep, p.sky, 0.45), mix(p.sky, p.pale, 0.5))
    c.polygon(ridge(c, c.height * 0.72, c.height * 0.12, rng), mix(p.pale, p.sky, 0.35))
    for _ in range(9):
        x, y, size = c.width * rng.random(), c.height * rng.uniform(0.68, 0.9), c.height * rng.uniform(0.09, 0.17)
        for tier in range(3):
            top, half = y - size * (1 - 0.28 * tier), size * (0.16 + 0.1 * tier)
            c.polygon(
                [(x - half, top + size * 0.42), (x, top), (x + half, top + size * 0.42)],
                mix(p.deep, p.mid, rng.random() * 0.4),
            )
    c.polygon(ridge(c, c.height * 0.92, c.height * 0.06, rng), p.paper)
    c.rectangle(c.width * 0.5, c.height * 0.8, c.width * 0.5 + 14, c.height * 0.8 + 18, fill=p.accent)
    for _ in range(90):
        c.disc((c.width * rng.random(), c.height * rng.random()), rng.uniform(0.8, 2.6), p.paper)


def dunes(c: Canvas, rng: Random, p: Palette) -> None:
    """Sand, a low sun and a row of palms."""
    c.gradient(p.sky, p.pale)
    c.disc((c.width * rng.uniform(0.3, 0.7), c.height * 0.4), c.width * 0.2, p.accent)
    for row in range(4):
        tone = mix(p.pale, p.deep, 0.25 + 0.22 * row)
        c.polygon(ridge(c, c.height * (0.66 + 0.11 * row), c.height * 0.13, rng), tone)
        if row == 1:
            for spot in (0.14, 0.24, 0.72, 0.86):
                _palm(
                    c,
                    (c.width * (spot + rng.uniform(-0.04, 0.04)), c.height * 0.78),
                    c.height * rng.uniform(0.14, 0.22),
                    p,
                )


def _palm(c: Canvas, foot: Point, height: float, p: Palette) -> None:
    top = (foot[0] + height * 0.14, foot[1] - height)
    c.line(smooth([foot, (foot[0] + height * 0.03, foot[1] - height * 0.55), top]), 3.4, p.deep)
    for angle in (-0.32, -0.2, -0.07, 0.07, 0.2, 0.32):
        bend = around(top, height * 0.3, angle)
        tip = (around(top, height * 0.5, angle)[0], bend[1] + height * 0.14)
        c.line(smooth([top, bend, tip]), 3, p.deep)


def river(c: Canvas, rng: Random, p: Palette) -> None:
    """A river that winds from far hills to the near edge."""
    c.gradient(p.pale, mix(p.sky, p.pale, 0.4))
    c.disc((c.width * rng.uniform(0.2, 0.8), c.height * 0.2), c.width * 0.1, p.accent)
    c.polygon(ridge(c, c.height * 0.42, c.height * 0.14, rng), mix(p.sky, p.mid, 0.6))
    c.polygon(ridge(c, c.height * 0.46, c.height * 0.08, rng), p.mid)
    sway = rng.choice((-1, 1)) * rng.uniform(0.16, 0.22)
    left, right = [], []
    for step in range(41):
        t = step / 40
        middle = c.width * (0.5 + sway * math.sin(t * 7) * (0.3 + t))
        half = c.width * (0.012 + 0.2 * t**1.8)
        left.append((middle - half, c.height * (0.43 + 0.6 * t)))
        right.append((middle + half, c.height * (0.43 + 0.6 * t)))
    c.polygon([*left, *reversed(right)], p.paper)
    for share in (0.35, 0.62):
        inner = [(a[0] + (b[0] - a[0]) * share, a[1]) for a, b in zip(left, right, strict=True)]
        c.line(inner, 2, p.sky)
    for _ in range(12):
        x, y = c.width * rng.random(), c.height * rng.uniform(0.5, 0.95)
        c.ellipse((x, y), 9, 13, fill=p.deep)


def blossom(c: Canvas, rng: Random, p: Palette) -> None:
    """A flowering branch before a round moon."""
    c.gradient(p.sky, mix(p.sky, p.pale, 0.6))
    c.disc((c.width * 0.6, c.height * 0.38), c.width * 0.27, p.pale)
    points: list[Point] = [(0.0, c.height * rng.uniform(0.75, 0.9))]
    for step in range(1, 6):
        points.append((c.width * step / 5, points[0][1] - c.height * (0.13 * step + rng.uniform(-0.05, 0.05))))
    stem = smooth(points)
    c.line(stem, 9, p.deep)
    for _ in range(16):
        start = rng.choice(stem)
        end = around(start, c.width * rng.uniform(0.06, 0.2), rng.uniform(-0.2, 0.35))
        c.line([start, end], 3, p.deep)
        size = c.width * rng.uniform(0.025, 0.045)
        for petal in range(5):
            c.disc(around(end, size * 0.8, petal / 5), size * 0.7, p.accent if rng.random() < 0.6 else p.paper)
        c.disc(end, size * 0.4, p.deep)


def round_tree(c: Canvas, rng: Random, p: Palette) -> None:
    """One broad tree in leaf on a small hill."""
    c.gradient(mix(p.sky, p.pale, 0.5), p.pale)
    c.polygon(ridge(c, c.height * 0.88, c.height * 0.07, rng), p.mid)
    middle = c.width * rng.uniform(0.42, 0.58)
    c.polygon(
        [
            (middle - 16, c.height * 0.9),
            (middle - 7, c.height * 0.5),
            (middle + 7, c.height * 0.5),
            (middle + 16, c.height * 0.9),
        ],
        p.deep,
    )
    crown = (middle, c.height * 0.4)
    for lobe in range(9):
        c.disc(around(crown, c.width * 0.2, lobe / 9), c.width * rng.uniform(0.13, 0.17), mix(p.deep, p.mid, 0.35))
    c.disc(crown, c.width * 0.26, mix(p.deep, p.mid, 0.35))
    for _ in range(110):
        spot = around(crown, c.width * 0.31 * math.sqrt(rng.random()), rng.random())
        tone = rng.choice((p.deep, mix(p.deep, p.mid, 0.6), p.mid, mix(p.mid, p.pale, 0.4), p.accent))
        c.ellipse(spot, c.width * rng.uniform(0.014, 0.03), c.width * rng.uniform(0.01, 0.022), fill=tone)
    c.polygon(ridge(c, c.height * 0.97, c.height * 0.06, rng), p.deep)


def birds(c: Canvas, rng: Random, p: Palette) -> None:
    """A flock that rises over a plain."""
    c.gradient(p.sky, p.pale)
    c.disc((c.width * rng.uniform(0.3, 0.7), c.height * 0.72), c.width * 0.26, p.accent)
    for number in range(16):
        t = number / 15
        x = c.width * (0.1 + 0.8 * t) + rng.uniform(-22, 22)
        y = c.height * (0.62 - 0.45 * t) + rng.uniform(-34, 34)
        span = c.width * (0.035 + 0.05 * (1 - t))
        c.line(smooth([(x - span, y - span * 0.35), (x - span * 0.4, y - span * 0.5), (x, y)]), 3.2, p.deep)
        c.line(smooth([(x, y), (x + span * 0.4, y - span * 0.5), (x + span, y - span * 0.35)]), 3.2, p.deep)
    c.polygon(ridge(c, c.height * 0.93, c.height * 0.1, rng), p.deep)


def swan(c: Canvas, rng: Random, p: Palette) -> None:
    """A swan and its reflection."""
    c.gradient(mix(p.sky, p.deep, 0.5), p.sky)
    halo(c, (c.width * 0.7, c.height * 0.22), c.width * 0.12, p)
    c.rectangle(0, c.height * 0.64, c.width, c.height, fill=p.deep)
    x, y, s = c.width * rng.uniform(0.42, 0.52), c.height * 0.64, c.width / 360
    neck = smooth(
        [
            (x - 62 * s, y - 20 * s),
            (x - 92 * s, y - 60 * s),
            (x - 62 * s, y - 108 * s),
            (x - 72 * s, y - 150 * s),
            (x - 98 * s, y - 152 * s),
        ]
    )
    for mirrored in (False, True):
        tone = mix(p.deep, p.paper, 0.28) if mirrored else p.paper
        flip = [(a, 2 * y - b) if mirrored else (a, b) for a, b in neck]
        c.line(flip, 15 * s, tone)
        body = smooth(
            [
                (x - 84 * s, y),
                (x - 72 * s, y - 40 * s),
                (x - 10 * s, y - 66 * s),
                (x + 60 * s, y - 62 * s),
                (x + 112 * s, y - 84 * s),
                (x + 84 * s, y - 20 * s),
                (x + 40 * s, y),
            ]
        )
        c.polygon([(a, 2 * y - b) if mirrored else (a, b) for a, b in body], tone)
    c.polygon([(x - 102 * s, y - 158 * s), (x - 104 * s, y - 146 * s), (x - 130 * s, y - 144 * s)], p.accent)
    for row in range(7):
        at = c.height * (0.67 + 0.045 * row)
        start = c.width * rng.uniform(0.05, 0.5)
        c.line([(start, at), (start + c.width * rng.uniform(0.2, 0.45), at)], 1.6, p.mid)


def rain_lamp(c: Canvas, rng: Random, p: Palette) -> None:
    """A street lamp in fog and rain."""
    c.gradient(p.deep, mix(p.sky, p.mid, 0.4))
    lamp = (c.width * rng.uniform(0.34, 0.66), c.height * 0.3)
    for ring in range(6, 0, -1):
        c.disc(lamp, c.width * 0.075 * ring, mix(mix(p.deep, p.sky, 0.6), p.accent, (7 - ring) / 11))
    c.line([(lamp[0], lamp[1] + 20), (lamp[0], c.height)], 7, p.ink)
    c.polygon(
        [
            (lamp[0] - 18, lamp[1] - 24),
            (lamp[0] + 18, lamp[1] - 24),
            (lamp[0] + 12, lamp[1] + 22),
            (lamp[0] - 12, lamp[1] + 22),
        ],
        p.paper,
    )
    c.polygon([(lamp[0] - 24, lamp[1] - 24), (lamp[0], lamp[1] - 46), (lamp[0] + 24, lamp[1] - 24)], p.ink)
    for _ in range(70):
        x, y, drop = c.width * rng.random() * 1.1, c.height * rng.random(), rng.uniform(14, 34)
        c.line([(x, y), (x - drop * 0.3, y + drop)], 1.0, mix(p.sky, p.paper, 0.5))
    c.rectangle(0, c.height * 0.92, c.width, c.height, fill=p.ink)


def flames(c: Canvas, rng: Random, p: Palette) -> None:
    """Tongues of fire that climb."""
    c.gradient(p.deep, mix(p.sky, p.deep, 0.4))
    for row, tone in enumerate((mix(p.deep, p.accent, 0.45), p.mid, p.accent, p.pale)):
        for _ in range(6 - row):
            x = c.width * rng.uniform(0.12, 0.88)
            high, half = c.height * rng.uniform(0.5, 0.85) * (1 - 0.18 * row), c.width * 0.15 * (1 - 0.15 * row)
            lean = rng.uniform(-0.6, 0.6) * half
            shape = [
                (x - half, c.height * 1.02),
                (x - half * 0.9, c.height - high * 0.35),
                (x - half * 0.2 + lean, c.height - high * 0.7),
                (x + lean, c.height - high),
            ]
            back = [
                (x + half * 0.5 + lean, c.height - high * 0.62),
                (x + half, c.height - high * 0.3),
                (x + half, c.height * 1.02),
            ]
            c.polygon([*smooth(shape), *smooth(back)], tone)


def dinosaur(c: Canvas, rng: Random, p: Palette) -> None:
    """A long neck among ferns and a smoking mountain."""
    c.gradient(p.sky, p.pale)
    x, y, s = c.width * 0.5, c.height * 0.74, c.width / 360
    c.polygon(
        [
            (c.width * 0.5, c.height * 0.72),
            (c.width * 0.7, c.height * 0.4),
            (c.width * 0.77, c.height * 0.4),
            (c.width * 1.05, c.height * 0.72),
        ],
        mix(p.sky, p.mid, 0.55),
    )
    for puff in range(6):
        c.disc(
            (c.width * 0.735 + 12 * puff, c.height * 0.36 - 18 * puff),
            11 + 5 * puff,
            mix(p.accent, p.pale, 0.25 + 0.1 * puff),
        )
    c.polygon(ridge(c, c.height * 0.76, c.height * 0.07, rng), p.mid)
    back = [
        (-76, -196),
        (-92, -214),
        (-126, -214),
        (-144, -196),
        (-140, -184),
        (-104, -184),
        (-96, -120),
        (-70, -46),
        (-78, 20),
        (-72, 92),
        (-38, 92),
        (-34, 30),
        (30, 30),
        (36, 92),
        (70, 92),
        (68, 10),
        (110, 30),
        (172, 44),
        (120, 0),
        (74, -56),
        (10, -86),
        (-44, -84),
        (-66, -130),
        (-76, -196),
    ]
    c.polygon(smooth([(x + a * s, y + b * s * 0.92) for a, b in back], 6), p.deep)
    c.disc((x - 124 * s, y - 184 * s), 3.6 * s, p.paper)
    c.polygon(ridge(c, c.height * 0.99, c.height * 0.05, rng), p.ink)
    for _ in range(5):
        foot = (c.width * rng.random(), c.height * 0.99)
        for leaf in range(7):
            bend = around(foot, 40, -0.18 + 0.06 * leaf)
            c.line(smooth([foot, bend, (bend[0] + (bend[0] - foot[0]) * 0.8, bend[1] + 4)]), 4, p.ink)


MOTIFS = {
    "dinosaur": dinosaur,
    "moon_trees": moon_trees, "waves": waves, "mountains": mountains, "sun_rays": sun_rays, "snowfield": snowfield, "dunes": dunes,
    "river": river, "blossom": blossom, "round_tree": round_tree, "birds": birds, "swan": swan, "rain_lamp": rain_lamp, "flames": flames,
}  # fmt: skip
