"""Motifs of machines: engines, clocks, ships, aeroplanes."""

from __future__ import annotations

import math
from random import Random

from demo.covers.canvas import Canvas, Point, around, mix, smooth
from demo.covers.nature import ridge
from demo.covers.palettes import Palette


def gears(c: Canvas, rng: Random, p: Palette) -> None:
    """Toothed wheels that mesh."""
    c.gradient(p.sky, mix(p.sky, p.deep, 0.5))
    spots = ((0.3, 0.3, 0.27), (0.74, 0.52, 0.22), (0.34, 0.78, 0.24), (0.84, 0.14, 0.16), (0.86, 0.9, 0.18))
    for number, (x, y, r) in enumerate(spots):
        tone = (p.deep, p.accent, p.mid, p.pale, p.ink)[(number + rng.randrange(2)) % 5]
        _gear(c, (c.width * x, c.height * y), c.width * r, (tone, p.sky), rng.random())


def _gear(
    c: Canvas, centre: Point, radius: float, tones: tuple[tuple[int, int, int], tuple[int, int, int]], turn: float
) -> None:
    teeth = max(10, int(radius / 6))
    outline: list[Point] = []
    for tooth in range(teeth):
        for share, reach in ((0.0, 0.86), (0.15, 1.0), (0.45, 1.0), (0.6, 0.86)):
            outline.append(around(centre, radius * reach, turn + (tooth + share) / teeth))
    c.polygon(outline, tones[0])
    c.disc(centre, radius * 0.6, tones[1])
    for spoke in range(5):
        c.line([centre, around(centre, radius * 0.68, turn + spoke / 5)], radius * 0.13, tones[0])
    c.disc(centre, radius * 0.2, tones[0])
    c.disc(centre, radius * 0.08, tones[1])


def locomotive(c: Canvas, rng: Random, p: Palette) -> None:
    """A steam engine head on, rails running out of the picture."""
    c.gradient(p.sky, p.pale)
    for _ in range(16):
        t = rng.random()
        spot = (c.width * (0.5 + rng.uniform(-0.34, 0.4) * t), c.height * (0.3 - 0.28 * t))
        c.disc(spot, c.width * (0.05 + 0.09 * t), mix(p.paper, p.sky, rng.random() * 0.5))
    c.polygon(ridge(c, c.height * 0.7, c.height * 0.08, rng), p.mid)
    c.rectangle(0, c.height * 0.78, c.width, c.height, fill=mix(p.mid, p.deep, 0.6))
    for sleeper in range(5):
        y = c.height * (0.84 + 0.038 * sleeper)
        half = c.width * (0.28 + 0.05 * sleeper)
        c.rectangle(c.width / 2 - half, y, c.width / 2 + half, y + 6, fill=p.pale)
    for side in (-1, 1):
        c.line([(c.width * (0.5 + 0.2 * side), c.height * 0.8), (c.width * (0.5 + 0.33 * side), c.height)], 7, p.ink)
    x, y, r = c.width / 2, c.height * 0.56, c.width * 0.22
    c.polygon([(x - 20, y - r), (x + 20, y - r), (x + 30, y - r * 1.75), (x - 30, y - r * 1.75)], p.ink)
    c.rectangle(x - r * 1.15, y + r * 0.5, x + r * 1.15, y + r * 1.1, fill=p.accent)
    c.disc((x, y), r, p.ink)
    c.ring((x, y), r * 0.86, 4, p.accent)
    c.disc((x, y - r * 0.2), r * 0.3, p.paper)
    c.ring((x, y - r * 0.2), r * 0.3, 5, mix(p.accent, p.ink, 0.3))
    for bar in range(-4, 5):
        c.line([(x + bar * r * 0.12, y + r * 1.1), (x + bar * r * 0.28, y + r * 1.75)], 6, p.ink)


def clock(c: Canvas, rng: Random, p: Palette) -> None:
    """A great clock face over roofs."""
    c.gradient(p.sky, mix(p.sky, p.pale, 0.7))
    centre, radius = (c.width * 0.5, c.height * 0.44), c.width * 0.38
    c.disc(centre, radius * 1.1, p.deep)
    c.disc(centre, radius, p.paper)
    c.ring(centre, radius * 0.9, 2, p.deep)
    for mark in range(60):
        start = 0.78 if mark % 5 == 0 else 0.85
        c.line(
            [around(centre, radius * start, mark / 60), around(centre, radius * 0.88, mark / 60)],
            5 if mark % 5 == 0 else 1,
            p.deep,
        )
    hour, minute = rng.randrange(12) + rng.random(), rng.random()
    for angle, reach, wide in ((hour / 12, 0.5, 0.055), (minute, 0.76, 0.04)):
        tail = around(centre, radius * 0.14, angle + 0.5)
        side = (around(centre, radius * wide, angle + 0.25), around(centre, radius * wide, angle - 0.25))
        c.polygon([tail, side[0], around(centre, radius * reach, angle), side[1]], p.accent if reach > 0.6 else p.ink)
    c.disc(centre, radius * 0.07, p.ink)
    left = 0.0
    while left < c.width:
        wide = rng.uniform(30, 64)
        c.polygon(
            [
                (left, c.height),
                (left, c.height * 0.9),
                (left + wide / 2, c.height * rng.uniform(0.82, 0.88)),
                (left + wide, c.height * 0.9),
                (left + wide, c.height),
            ],
            p.deep,
        )
        left += wide


def moon_rocket(c: Canvas, rng: Random, p: Palette) -> None:
    """A large moon and the rocket on its way."""
    c.gradient(p.deep, mix(p.sky, p.deep, 0.4))
    for _ in range(60):
        c.disc((c.width * rng.random(), c.height * rng.random()), rng.uniform(0.7, 2), p.pale)
    moon, radius = (c.width * 0.62, c.height * 0.36), c.width * 0.31
    c.disc(moon, radius, p.pale)
    for _ in range(9):
        spot = around(moon, radius * 0.8 * math.sqrt(rng.random()), rng.random())
        c.disc(spot, radius * rng.uniform(0.05, 0.15), mix(p.pale, p.mid, 0.28))
    start = (c.width * 0.16, c.height * 1.0)
    path = smooth([start, (c.width * 0.2, c.height * 0.8), (c.width * 0.34, c.height * 0.62)])
    for number, spot in enumerate(path[::2]):
        c.disc(spot, 20 - number * 1.1, mix(p.accent, p.paper, number / 14))
    tip, tail = (c.width * 0.47, c.height * 0.5), (c.width * 0.33, c.height * 0.64)
    wide = 17.0
    dx, dy = (tip[1] - tail[1]) / 180 * wide, (tail[0] - tip[0]) / 180 * wide
    across = (-dx * 2, -dy * 2)
    c.polygon(
        [
            (tail[0] + across[0] * 2, tail[1] + across[1] * 2),
            (tail[0] - across[0] * 2, tail[1] - across[1] * 2),
            ((tail[0] + tip[0]) / 2, (tail[1] + tip[1]) / 2),
        ],
        p.accent,
    )
    body = [
        (tail[0] + across[0], tail[1] + across[1]),
        ((tail[0] + 2 * tip[0]) / 3 + across[0], (tail[1] + 2 * tip[1]) / 3 + across[1]),
        tip,
    ]
    back = [
        ((tail[0] + 2 * tip[0]) / 3 - across[0], (tail[1] + 2 * tip[1]) / 3 - across[1]),
        (tail[0] - across[0], tail[1] - across[1]),
    ]
    c.polygon([*body, *back], p.paper)


def steamship(c: Canvas, rng: Random, p: Palette) -> None:
    """A liner seen from the water."""
    c.gradient(p.sky, p.pale)
    c.disc((c.width * 0.78, c.height * 0.2), c.width * 0.1, p.accent)
    bow = c.width * rng.uniform(0.5, 0.6)
    for funnel in range(3):
        x, top = c.width * (0.22 + 0.17 * funnel), c.height * (0.3 - 0.02 * funnel)
        for puff in range(5):
            c.disc((x - 14 * puff, top - 14 * puff), 11 + 5 * puff, mix(p.paper, p.sky, 0.15 * puff))
        c.polygon([(x - 14, c.height * 0.52), (x - 10, top), (x + 20, top), (x + 20, c.height * 0.52)], p.accent)
        c.rectangle(x - 11, top, x + 20, top + 16, fill=p.ink)
    c.polygon(
        [(0, c.height * 0.5), (bow + 70, c.height * 0.5), (bow + 76, c.height * 0.58), (0, c.height * 0.58)], p.paper
    )
    for port in range(9):
        c.disc((18 + port * 28, c.height * 0.54), 4.5, p.deep)
    c.polygon(
        [(0, c.height * 0.58), (c.width * 0.95, c.height * 0.56), (bow + 60, c.height * 0.86), (0, c.height * 0.86)],
        p.deep,
    )
    c.polygon(
        [
            (0, c.height * 0.61),
            (c.width * 0.925, c.height * 0.592),
            (c.width * 0.915, c.height * 0.605),
            (0, c.height * 0.625),
        ],
        p.paper,
    )
    for row in range(5):
        y = c.height * (0.8 + 0.05 * row)
        crest = [(float(x), y + 6 * math.sin(x / 24 + row * 2)) for x in range(0, round(c.width) + 7, 6)]
        c.polygon([*crest, (c.width + 7, c.height), (0, c.height)], mix(p.mid, p.deep, row / 5))


def biplanes(c: Canvas, rng: Random, p: Palette) -> None:
    """Biplanes among clouds."""
    c.gradient(p.sky, p.pale)
    for _ in range(7):
        x, y = c.width * rng.random(), c.height * rng.uniform(0.2, 0.95)
        for puff in range(5):
            c.ellipse((x + 24 * (puff - 2), y - 9 * (2 - abs(puff - 2))), 26, 17, fill=mix(p.paper, p.sky, 0.25))
    for x, y, s, tone in ((0.56, 0.36, 1.5, p.accent), (0.28, 0.68, 0.8, p.deep), (0.78, 0.76, 0.55, p.deep)):
        _biplane(c, (c.width * x, c.height * y), s * c.width / 360, (tone, p.ink))


def _biplane(c: Canvas, at: Point, s: float, tones: tuple[tuple[int, int, int], tuple[int, int, int]]) -> None:
    x, y = at
    for dy, half in ((-24, 88), (14, 78)):
        c.polygon(
            [
                (x - half * s, y + (dy - 10) * s),
                (x + half * s, y + (dy - 24) * s),
                (x + half * s, y + (dy - 15) * s),
                (x - half * s, y + dy * s),
            ],
            tones[0],
        )
    for side in (-58, -30, 30, 58):
        c.line([(x + side * s, y - 28 * s), (x + side * s * 0.9, y + 8 * s)], 2.2 * s, tones[1])
    c.ellipse((x, y - 6 * s), 17 * s, 19 * s, fill=tones[1])
    c.line([(x - 34 * s, y - 20 * s), (x + 34 * s, y + 8 * s)], 4 * s, tones[1])
    c.disc((x, y - 6 * s), 6 * s, tones[0])
    for side in (-1, 1):
        c.line([(x + side * 8 * s, y + 10 * s), (x + side * 24 * s, y + 36 * s)], 3 * s, tones[1])
        c.ellipse((x + side * 25 * s, y + 38 * s), 6 * s, 9 * s, fill=tones[1])


def windmill(c: Canvas, rng: Random, p: Palette) -> None:
    """A windmill on the plain."""
    c.gradient(p.sky, p.pale)
    c.disc((c.width * 0.24, c.height * 0.26), c.width * 0.12, p.accent)
    c.polygon(ridge(c, c.height * 0.8, c.height * 0.08, rng), p.mid)
    hub = (c.width * 0.56, c.height * 0.4)
    c.polygon(
        [(hub[0] - 34, hub[1]), (hub[0] + 34, hub[1]), (hub[0] + 62, c.height * 0.9), (hub[0] - 62, c.height * 0.9)],
        p.paper,
    )
    c.polygon([(hub[0] - 40, hub[1] + 2), (hub[0], hub[1] - 46), (hub[0] + 40, hub[1] + 2)], p.deep)
    c.rectangle(hub[0] - 12, c.height * 0.78, hub[0] + 12, c.height * 0.9, fill=p.deep)
    turn = rng.uniform(0.03, 0.2)
    for sail in range(4):
        angle = turn + sail / 4
        tip = around(hub, c.width * 0.4, angle)
        c.line([hub, tip], 4, p.ink)
        near = around(hub, c.width * 0.1, angle)
        side = around((0, 0), 26, angle + 0.25)
        c.polygon(
            [near, tip, (tip[0] + side[0], tip[1] + side[1]), (near[0] + side[0], near[1] + side[1])],
            mix(p.accent, p.paper, 0.25),
        )
    c.disc(hub, 7, p.ink)
    c.polygon(ridge(c, c.height * 0.95, c.height * 0.07, rng), p.deep)


MOTIFS = {
    "gears": gears,
    "locomotive": locomotive,
    "clock": clock,
    "moon_rocket": moon_rocket,
    "steamship": steamship,
    "biplanes": biplanes,
    "windmill": windmill,
}
