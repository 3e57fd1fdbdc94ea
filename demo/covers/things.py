"""Motifs of things: eyes, hats, candles, books, roses."""

from __future__ import annotations

import itertools
import math
from random import Random

from demo.covers.canvas import Canvas, around, mix, smooth
from demo.covers.nature import halo
from demo.covers.palettes import Palette


def eye(c: Canvas, rng: Random, p: Palette) -> None:
    """One wide eye, its iris a lens."""
    c.gradient(p.sky, mix(p.sky, p.mid, 0.5))
    centre, wide = (c.width / 2, c.height * 0.48), c.width * 0.44
    lid = smooth(
        [
            (centre[0] - wide, centre[1]),
            (centre[0] - wide * 0.45, centre[1] - wide * 0.56),
            (centre[0] + wide * 0.3, centre[1] - wide * 0.6),
            (centre[0] + wide, centre[1]),
        ]
    )
    under = smooth(
        [
            (centre[0] + wide, centre[1]),
            (centre[0] + wide * 0.3, centre[1] + wide * 0.5),
            (centre[0] - wide * 0.45, centre[1] + wide * 0.46),
            (centre[0] - wide, centre[1]),
        ]
    )
    for lash in range(11):
        spot = lid[6 + lash * 3 if 6 + lash * 3 < len(lid) else -1]
        c.line([spot, around(spot, wide * 0.28, -0.13 + 0.026 * lash)], 4, p.ink)
    c.polygon([*lid, *under], p.paper)
    count = rng.choice((20, 26))
    c.disc(centre, wide * 0.48, p.deep)
    c.disc(centre, wide * 0.44, p.accent)
    for ray in range(count):
        c.line(
            [around(centre, wide * 0.22, ray / count), around(centre, wide * 0.42, ray / count)],
            2.4,
            mix(p.accent, p.ink, 0.5),
        )
    c.disc(centre, wide * 0.21, p.ink)
    c.disc((centre[0] - wide * 0.1, centre[1] - wide * 0.1), wide * 0.07, p.paper)
    c.line(lid, 7, p.ink)
    c.line(under, 3, p.ink)


def hat(c: Canvas, rng: Random, p: Palette) -> None:
    """A bowler and a cane, and the shadow they throw."""
    c.gradient(p.pale, mix(p.pale, p.sky, 0.6))
    centre = (c.width * 0.5, c.height * 0.45)
    c.disc(centre, c.width * 0.42, p.accent)
    s = c.width / 360
    x, y = centre[0], centre[1] + 20 * s
    crown = smooth(
        [
            (x - 84 * s, y),
            (x - 88 * s, y - 62 * s),
            (x - 48 * s, y - 112 * s),
            (x + 48 * s, y - 112 * s),
            (x + 88 * s, y - 62 * s),
            (x + 84 * s, y),
        ]
    )
    c.polygon(crown, p.ink)
    c.polygon(
        smooth(
            [
                (x - 140 * s, y - 14 * s),
                (x - 80 * s, y + 6 * s),
                (x + 80 * s, y + 6 * s),
                (x + 140 * s, y - 14 * s),
                (x + 100 * s, y + 26 * s),
                (x, y + 34 * s),
                (x - 100 * s, y + 26 * s),
                (x - 140 * s, y - 14 * s),
            ]
        ),
        p.ink,
    )
    c.polygon(
        [(x - 85 * s, y - 22 * s), (x + 85 * s, y - 22 * s), (x + 84 * s, y + 2 * s), (x - 84 * s, y + 2 * s)],
        mix(p.ink, p.mid, 0.7),
    )
    c.polygon(
        smooth(
            [
                (x - 34 * s, y + 70 * s),
                (x, y + 60 * s),
                (x + 34 * s, y + 70 * s),
                (x + 26 * s, y + 90 * s),
                (x, y + 80 * s),
                (x - 26 * s, y + 90 * s),
                (x - 34 * s, y + 70 * s),
            ]
        ),
        p.ink,
    )
    lean = rng.choice((-1, 1))
    top = (x + lean * 96 * s, c.height * 0.64)
    c.line(
        smooth(
            [
                (top[0] - lean * 34 * s, top[1] + 26 * s),
                (top[0] - lean * 26 * s, top[1] - 10 * s),
                (top[0], top[1] + 8 * s),
                (x + lean * 128 * s, c.height * 0.97),
            ]
        ),
        8 * s,
        p.deep,
    )


def spiral(c: Canvas, rng: Random, p: Palette) -> None:
    """A hypnotist's spiral."""
    c.gradient(p.deep, p.deep)
    centre = (c.width * rng.uniform(0.42, 0.58), c.height * rng.uniform(0.42, 0.55))
    arms, turns, reach = rng.choice((3, 4, 5)), rng.uniform(1.2, 2.0), c.height * 0.85
    for arm in range(arms):
        edges = []
        for side in (0.0, 0.5):
            edges.append(
                [around(centre, reach * (t / 60) ** 1.25, (arm + side) / arms + turns * t / 60) for t in range(61)]
            )
        c.polygon([*edges[0], *reversed(edges[1])], (p.pale, p.accent, p.mid)[arm % 3])
    c.disc(centre, c.width * 0.05, p.ink)
    c.disc(centre, c.width * 0.022, p.paper)


def cards(c: Canvas, rng: Random, p: Palette) -> None:
    """A fan of playing cards."""
    c.gradient(mix(p.mid, p.deep, 0.3), p.deep)
    foot = (c.width * 0.5, c.height * 0.98)
    for number in range(5):
        angle = -0.13 + 0.065 * number
        centre = around(foot, c.height * 0.52, angle)
        corners = []
        for dx, dy in ((-62, -95), (62, -95), (62, 95), (-62, 95)):
            turn = math.tau * angle
            corners.append(
                (
                    centre[0] + dx * math.cos(turn) - dy * math.sin(turn),
                    centre[1] + dx * math.sin(turn) + dy * math.cos(turn),
                )
            )
        c.polygon(corners, p.ink)
        inner = [(centre[0] + (x - centre[0]) * 0.97, centre[1] + (y - centre[1]) * 0.98) for x, y in corners]
        c.polygon(inner, p.paper)
        tone = p.accent if number % 2 else p.ink
        spot, size = around(foot, c.height * 0.55, angle), rng.uniform(24, 30)
        c.polygon(
            [
                (spot[0], spot[1] - size * 1.4),
                (spot[0] + size, spot[1]),
                (spot[0], spot[1] + size * 1.4),
                (spot[0] - size, spot[1]),
            ],
            tone,
        )


def beetle(c: Canvas, rng: Random, p: Palette) -> None:
    """An insect pinned to a sheet."""
    c.gradient(p.pale, mix(p.pale, p.sky, 0.5))
    x, y, s = c.width / 2, c.height * 0.5, c.width / 360 * rng.uniform(0.95, 1.1)
    for side in (-1, 1):
        for leg, (rise, reach) in enumerate(((-70, 118), (0, 132), (70, 122))):
            knee = (x + side * reach * 0.7 * s, y + (rise - 26 + 18 * leg) * s)
            c.line(
                [(x + side * 40 * s, y + rise * 0.7 * s), knee, (x + side * reach * s, y + (rise + 40) * s)],
                7 * s,
                p.ink,
            )
        c.line(
            smooth(
                [(x + side * 12 * s, y - 128 * s), (x + side * 40 * s, y - 172 * s), (x + side * 78 * s, y - 180 * s)]
            ),
            4 * s,
            p.ink,
        )
    c.ellipse((x, y - 112 * s), 34 * s, 28 * s, fill=p.ink)
    c.ellipse((x, y - 66 * s), 62 * s, 42 * s, fill=p.deep)
    c.ellipse((x, y + 36 * s), 84 * s, 116 * s, fill=p.accent)
    c.line([(x, y - 74 * s), (x, y + 150 * s)], 4 * s, p.ink)
    for side in (-1, 1):
        for spot in range(4):
            c.disc((x + side * (40 - 5 * abs(spot - 1)) * s, y + (-24 + 44 * spot) * s), (13 - 2 * spot) * s, p.ink)


def candle(c: Canvas, rng: Random, p: Palette) -> None:
    """A candle and its widening light."""
    c.gradient(p.ink, p.deep)
    flame = (c.width * 0.5, c.height * 0.36)
    for ring in range(7, 0, -1):
        c.disc(flame, c.width * 0.085 * ring, mix(p.deep, p.accent, 0.62 * (8 - ring) / 8))
    c.polygon(
        smooth(
            [
                (flame[0], flame[1] - 62),
                (flame[0] + 20, flame[1] - 8),
                (flame[0] + 14, flame[1] + 22),
                (flame[0], flame[1] + 32),
                (flame[0] - 14, flame[1] + 22),
                (flame[0] - 20, flame[1] - 8),
                (flame[0], flame[1] - 62),
            ]
        ),
        p.paper,
    )
    c.line([(flame[0], flame[1] + 24), (flame[0], flame[1] + 44)], 3, p.ink)
    c.rectangle(flame[0] - 30, flame[1] + 42, flame[0] + 30, c.height * 0.86, fill=p.pale)
    for drip in range(4):
        x = flame[0] - 24 + 16 * drip
        c.line([(x, flame[1] + 46), (x, flame[1] + rng.uniform(60, 130))], 11, mix(p.pale, p.paper, 0.6))
    c.ellipse((flame[0], c.height * 0.87), c.width * 0.3, 16, fill=p.mid)
    c.ring((flame[0] + c.width * 0.3, c.height * 0.85), 20, 7, p.mid)


def book(c: Canvas, rng: Random, p: Palette) -> None:
    """An open book that lets things fly out."""
    c.gradient(p.sky, mix(p.sky, p.pale, 0.6))
    x, y = c.width / 2, c.height * 0.78
    for number in range(26):
        t = number / 26
        spot = around((x, y), c.height * (0.12 + 0.6 * t), rng.uniform(-0.14, 0.14))
        size = 4 + 9 * t * rng.random()
        tone = rng.choice((p.accent, p.paper, p.deep))
        c.polygon([around(spot, size, turn / 4 + 0.1 * number) for turn in range(4)], tone)
    for side in (-1, 1):
        for leaf in range(3):
            lift = 10 * leaf
            page = smooth(
                [
                    (x, y - 4),
                    (x + side * 50, y - 34 - lift),
                    (x + side * 110, y - 30 - lift),
                    (x + side * 150, y - 12 - lift),
                ]
            )
            c.polygon(
                [*page, (x + side * 150, y + 46), (x + side * 100, y + 34), (x + side * 50, y + 34), (x, y + 56)],
                mix(p.paper, p.mid, 0.3 - 0.15 * leaf),
            )
        for row in range(5):
            c.line([(x + side * 24, y - 18 + 11 * row), (x + side * 128, y - 24 + 11 * row)], 1.6, p.mid)
    c.line([(x, y - 4), (x, y + 56)], 3, p.deep)


def glass(c: Canvas, rng: Random, p: Palette) -> None:
    """A fingerprint under a magnifying glass."""
    c.gradient(mix(p.pale, p.sky, 0.3), p.pale)
    centre, radius = (c.width * 0.46, c.height * 0.4), c.width * 0.33
    grip = around(centre, radius * 2.05, 0.375)
    c.line([around(centre, radius, 0.375), grip], 24, p.ink)
    c.line([around(centre, radius * 1.25, 0.375), grip], 14, p.accent)
    c.disc(centre, radius * 1.1, p.ink)
    c.disc(centre, radius, p.paper)
    for loop in range(1, 12):
        reach = radius * 0.078 * loop
        trace = [
            around(
                (centre[0], centre[1] + reach * 0.2),
                reach * (1 + 0.13 * math.cos(math.tau * 2 * t / 60 + loop / 5)),
                t / 60,
            )
            for t in range(61)
        ]
        skip = rng.randrange(60)
        kept = [spot for t, spot in enumerate(trace) if (t - skip) % 60 > 6]
        for a, b in itertools.pairwise(kept):
            if math.dist(a, b) < radius * 0.15 and math.dist(a, centre) < radius * 0.95:
                c.line([a, b], 4, p.deep)


def whale(c: Canvas, rng: Random, p: Palette) -> None:
    """A tail above the sea."""
    c.gradient(p.sky, p.pale)
    halo(c, (c.width * rng.choice((0.25, 0.75)), c.height * 0.2), c.width * 0.09, p)
    x, y, s = c.width / 2, c.height * 0.7, c.width / 360
    for side in (-1, 1):
        fluke = smooth(
            [
                (x, y),
                (x, y - 120 * s),
                (x + side * 34 * s, y - 162 * s),
                (x + side * 100 * s, y - 200 * s),
                (x + side * 150 * s, y - 196 * s),
            ]
        )
        back = smooth(
            [
                (x + side * 150 * s, y - 196 * s),
                (x + side * 110 * s, y - 140 * s),
                (x + side * 52 * s, y - 60 * s),
                (x + side * 48 * s, y + 30 * s),
            ]
        )
        c.polygon([*fluke, *back, (x, y + 30 * s)], p.deep)
    for row in range(6):
        top = c.height * (0.7 + 0.055 * row)
        crest = [(float(a), top + 7 * math.sin(a / 21 + 2.1 * row)) for a in range(0, round(c.width) + 7, 6)]
        c.polygon([*crest, (c.width + 7, c.height), (0, c.height)], mix(p.mid, p.ink, row / 7))


def heart_rose(c: Canvas, rng: Random, p: Palette) -> None:
    """One rose on a long stem."""
    c.gradient(p.pale, mix(p.pale, p.sky, 0.7))
    x, y = c.width * 0.5, c.height * 0.34
    stem = smooth([(x, y), (x + rng.uniform(-24, 24), c.height * 0.66), (x + rng.uniform(-40, 40), c.height * 1.01)])
    c.line(stem, 8, p.deep)
    for share, side in ((0.5, -1), (0.66, 1), (0.8, -1)):
        at = stem[int(share * (len(stem) - 1))]
        tip = (at[0] + side * 96, at[1] - 46)
        c.polygon(
            [*smooth([at, (at[0] + side * 40, at[1] - 54), tip]), *smooth([tip, (at[0] + side * 66, at[1] + 4), at])],
            mix(p.deep, p.mid, 0.4),
        )
    for layer in range(7):
        radius = c.width * (0.25 - 0.033 * layer)
        for petal in range(5):
            spot = around((x, y), radius * 0.55, petal / 5 + 0.11 * layer)
            c.disc(spot, radius * 0.62, mix(p.accent, p.ink if layer % 2 else p.paper, 0.12 + 0.05 * layer))


MOTIFS = {
    "eye": eye, "hat": hat, "spiral": spiral,     "cards": cards, "beetle": beetle, "candle": candle, "book": book, "glass": glass,
    "whale": whale, "rose": heart_rose, }  # fmt: skip
