"""Motifs for music and for shapes without a subject."""

from __future__ import annotations

import math
from random import Random

from demo.covers.canvas import Canvas, Point, around, mix, smooth
from demo.covers.palettes import Palette


def staves(c: Canvas, rng: Random, p: Palette) -> None:
    """Two staves that wave like ribbons, with notes on them."""
    c.gradient(p.pale, mix(p.pale, p.sky, 0.6))
    for row, base in enumerate((0.3, 0.68)):
        phase, rise = rng.uniform(0, math.tau), c.height * rng.uniform(0.05, 0.11)
        ribbon = [
            [
                (float(x), c.height * base + 15 * line + rise * math.sin(x / 95 + phase))
                for x in range(0, round(c.width) + 5, 4)
            ]
            for line in range(5)
        ]
        c.polygon([*ribbon[0], *reversed(ribbon[4])], mix(p.pale, p.accent if row else p.mid, 0.35))
        for line in ribbon:
            c.line(line, 1.8, p.deep)
        for note in range(6):
            at = ribbon[0][6 + note * 14]
            place = rng.randrange(0, 8)
            _note(c, (at[0], at[1] + 7.5 * place), (place < 4, rng.random() < 0.4), p)


def _note(c: Canvas, head: Point, style: tuple[bool, bool], p: Palette) -> None:
    x, y = head
    down, flag = style
    side, end = (-9.0, y + 52) if down else (9.0, y - 52)
    c.ellipse(head, 11, 8, fill=p.ink)
    c.line([(x + side, y), (x + side, end)], 3, p.ink)
    if flag:
        c.line(
            smooth([(x + side, end), (x + side + 12, (end * 2 + y) / 3), (x + side + 11, (end + y) / 2)]), 4, p.accent
        )


def piano(c: Canvas, rng: Random, p: Palette) -> None:
    """Keys in a slow curve, some of them pressed."""
    c.gradient(p.sky, p.deep)
    centre, inner, outer = (c.width * rng.choice((-0.25, 1.25)), c.height * 1.1), c.height * 0.62, c.height * 1.12
    for wash in range(4):
        c.disc(centre, outer + 26 * (4 - wash), mix(p.sky, p.mid, 0.2 * wash))
    count = 30
    for key in range(count):
        edges = [key / count * 0.5 - 0.25, (key + 0.92) / count * 0.5 - 0.25]
        shape = [
            around(centre, outer, edges[0]),
            around(centre, outer, edges[1]),
            around(centre, inner, edges[1]),
            around(centre, inner, edges[0]),
        ]
        c.polygon(shape, p.accent if rng.random() < 0.1 else p.paper)
    for key in range(count):
        if key % 7 not in (2, 6):
            edges = [(key + 0.66) / count * 0.5 - 0.25, (key + 1.26) / count * 0.5 - 0.25]
            shape = [
                around(centre, outer, edges[0]),
                around(centre, outer, edges[1]),
                around(centre, (inner + outer) / 2 - 18, edges[1]),
                around(centre, (inner + outer) / 2 - 18, edges[0]),
            ]
            c.polygon(shape, p.ink)


def violin(c: Canvas, rng: Random, p: Palette) -> None:
    """A violin's body from close by: strings, bridge, f-holes."""
    c.gradient(p.sky, p.pale)
    x, y, s = c.width * 0.5, c.height * 0.58, c.width / 360
    outline = [
        (0, -186),
        (40, -188),
        (88, -164),
        (106, -118),
        (92, -72),
        (64, -44),
        (60, 6),
        (92, 32),
        (126, 82),
        (122, 142),
        (76, 186),
        (0, 194),
    ]
    right = smooth([(x + a * s, y + b * s) for a, b in outline])
    body = [*right, *[(2 * x - a, b) for a, b in reversed(right)]]
    c.polygon([(a + 9, b + 9) for a, b in body], mix(p.sky, p.deep, 0.5))
    c.polygon(body, p.accent)
    c.polygon([(x + (a - x) * 0.93, y + (b - y) * 0.95) for a, b in body], mix(p.accent, p.paper, 0.18))
    for side in (-1, 1):
        hole = smooth(
            [
                (x + side * 44 * s, y - 26 * s),
                (x + side * 34 * s, y - 4 * s),
                (x + side * 50 * s, y + 34 * s),
                (x + side * 42 * s, y + 62 * s),
            ]
        )
        c.line(hole, 6, p.ink)
        for end in (hole[0], hole[-1]):
            c.disc(end, 6, p.ink)
    c.polygon([(x - 17 * s, -2), (x + 17 * s, -2), (x + 22 * s, y - 50 * s), (x - 22 * s, y - 50 * s)], p.ink)
    c.polygon(
        [(x - 26 * s, y + 96 * s), (x + 26 * s, y + 96 * s), (x + 12 * s, y + 190 * s), (x - 12 * s, y + 190 * s)],
        p.ink,
    )
    c.polygon(
        [(x - 40 * s, y + 40 * s), (x + 40 * s, y + 40 * s), (x + 34 * s, y + 24 * s), (x - 34 * s, y + 24 * s)], p.deep
    )
    lean = rng.uniform(-0.04, 0.04)
    for string in (-3, -1, 1, 3):
        c.line([(x + string * 4 * s, 0), (x + string * 7 * s, y + 98 * s)], 1.4, p.paper)
    c.line([(0, y + c.height * (0.02 + lean)), (c.width, y - c.height * (0.12 + lean))], 5, p.deep)


def organ(c: Canvas, rng: Random, p: Palette) -> None:
    """Organ pipes that rise and fall."""
    c.gradient(p.deep, mix(p.deep, p.sky, 0.6))
    c.disc((c.width / 2, c.height * 0.2), c.width * 0.19, mix(p.deep, p.accent, 0.55))
    for spoke in range(12):
        c.line(
            [(c.width / 2, c.height * 0.2), around((c.width / 2, c.height * 0.2), c.width * 0.19, spoke / 12)],
            4,
            p.deep,
        )
    c.ring((c.width / 2, c.height * 0.2), c.width * 0.2, 7, p.pale)
    count = rng.choice((11, 13))
    for pipe in range(count):
        wide = c.width / count
        t = abs(pipe - count // 2) / (count // 2)
        top = c.height * (0.42 - 0.2 * t + 0.04 * math.sin(pipe * 2.0))
        left = pipe * wide
        c.rectangle(left + 2, top, left + wide - 2, c.height * 0.9, fill=mix(p.accent, p.deep, 0.2 + 0.15 * (pipe % 2)))
        c.rectangle(left + wide * 0.24, top, left + wide * 0.42, c.height * 0.9, fill=mix(p.accent, p.paper, 0.55))
        c.ellipse((left + wide / 2, top), wide / 2 - 2, 5, fill=p.ink)
        mouth = c.height * (0.74 - 0.08 * t)
        c.polygon([(left + 4, mouth), (left + wide - 4, mouth), (left + wide / 2, mouth - 26)], p.ink)
    c.rectangle(0, c.height * 0.88, c.width, c.height, fill=p.ink)


def weave(c: Canvas, rng: Random, p: Palette) -> None:
    """Voices as bars that follow each other, as in a canon."""
    c.gradient(p.paper, p.pale)
    tune, height = [], 0
    for _ in range(14):
        height = max(-3, min(3, height + rng.choice((-2, -1, 1, 2))))
        tune.append((height, rng.choice((1, 1, 2, 3))))
    for voice, tone in enumerate((p.accent, p.mid, p.deep, p.sky)):
        x = c.width * (0.04 + 0.16 * voice)
        for step, length in tune:
            y = c.height * (0.17 + 0.22 * voice) + 14 * step
            c.rectangle(x, y, x + 22 * length - 4, y + 19, fill=tone)
            x += 22 * length
            if x > c.width:
                break


def trumpet(c: Canvas, rng: Random, p: Palette) -> None:
    """A bell that sends out rings."""
    c.gradient(p.deep, mix(p.deep, p.sky, 0.6))
    bell = (c.width * rng.uniform(0.44, 0.56), c.height * 0.42)
    for ray in range(24):
        edges = [around(bell, c.height, (ray + share) / 24) for share in (0.0, 0.5)]
        c.polygon([bell, *edges], mix(p.deep, p.mid, 0.7))
    tail = (c.width * 0.84, c.height * 1.02)
    c.line([bell, tail], 46, mix(p.accent, p.ink, 0.4))
    c.line([(bell[0] - 8, bell[1]), (tail[0] - 10, tail[1])], 10, p.paper)
    for number, tone in enumerate(
        (p.accent, mix(p.accent, p.paper, 0.45), p.accent, mix(p.accent, p.ink, 0.45), p.ink)
    ):
        c.disc(bell, c.width * (0.34 - 0.055 * number), tone)
    for number in range(3):
        at = (
            bell[0] + (tail[0] - bell[0]) * (0.6 + 0.1 * number),
            bell[1] + (tail[1] - bell[1]) * (0.6 + 0.1 * number),
        )
        c.line([at, (at[0] + 40, at[1] - 30)], 11, p.pale)
        c.disc((at[0] + 42, at[1] - 32), 9, p.accent)


def planets(c: Canvas, rng: Random, p: Palette) -> None:
    """Orbits and the bodies on them."""
    c.gradient(p.deep, mix(p.deep, p.sky, 0.7))
    for _ in range(50):
        c.disc((c.width * rng.random(), c.height * rng.random()), rng.uniform(0.6, 1.8), p.pale)
    centre = (c.width * rng.choice((0.12, 0.88)), c.height * 0.86)
    for orbit in range(1, 8):
        radius = c.width * 0.17 * orbit
        c.ring(centre, radius, 1.2, mix(p.sky, p.pale, 0.5))
        side = 1 if centre[0] < c.width / 2 else -1
        spot = around(centre, radius, side * rng.uniform(0.02, 0.2))
        size = c.width * rng.uniform(0.02, 0.055)
        c.disc(spot, size, (p.mid, p.accent, p.pale, p.paper)[orbit % 4])
        if orbit == 5:
            c.ellipse(spot, size * 2, size * 0.36, fill=p.pale)
            c.disc((spot[0], spot[1] - size * 0.25), size * 0.85, p.accent)
    c.disc(centre, c.width * 0.12, p.accent)
    c.disc(centre, c.width * 0.09, mix(p.accent, p.paper, 0.5))


def syncopation(c: Canvas, rng: Random, p: Palette) -> None:
    """Blocks that step out of line, as ragtime does."""
    c.gradient(p.paper, p.paper)
    size = c.width / 6
    rows = int(c.height / size) + 1
    for row in range(rows):
        for column in range(6):
            x, y = column * size, row * size
            c.rectangle(x, y, x + size, y + size, fill=rng.choice((p.pale, p.paper, p.sky, p.deep, p.mid)))
            shape = rng.randrange(4)
            tone = rng.choice((p.accent, p.ink, p.pale))
            if shape == 0:
                c.disc((x + size / 2, y + size / 2), size * 0.34, tone)
            elif shape == 1:
                c.polygon([(x, y), (x + size, y), (x, y + size)], tone)
            elif shape == 2:
                c.rectangle(x + size * 0.5, y, x + size, y + size, fill=tone)


def circles(c: Canvas, rng: Random, p: Palette) -> None:
    """Discs that overlap, a composition without a subject."""
    c.gradient(p.pale, p.pale)
    c.line([(0, c.height * rng.uniform(0.7, 0.95)), (c.width, c.height * rng.uniform(0.05, 0.4))], 12, p.deep)
    for tone in (p.sky, p.mid, p.accent, p.deep, p.paper, p.accent, p.ink):
        centre = (c.width * rng.uniform(0.15, 0.85), c.height * rng.uniform(0.15, 0.85))
        radius = c.width * rng.uniform(0.06, 0.26)
        c.disc(centre, radius, tone)
        if rng.random() < 0.6:
            c.ring(centre, radius * 1.25, 3, p.ink)
    for _ in range(3):
        start = (c.width * rng.random(), c.height * rng.random())
        c.line([start, around(start, c.height * rng.uniform(0.3, 0.7), rng.random())], rng.uniform(2, 6), p.ink)


def ripples(c: Canvas, rng: Random, p: Palette) -> None:
    """Moonlight broken on water."""
    c.gradient(mix(p.deep, p.sky, 0.4), p.sky)
    x, horizon = c.width * rng.uniform(0.36, 0.64), c.height * 0.46
    for ring in (2.0, 1.6, 1.25):
        c.disc((x, horizon * 0.55), c.width * 0.13 * ring, mix(mix(p.deep, p.sky, 0.6), p.pale, 0.5 / ring))
    c.disc((x, horizon * 0.55), c.width * 0.13, p.paper)
    c.rectangle(0, horizon, c.width, c.height, fill=p.deep)
    for row in range(24):
        y = horizon + 6 + row**1.18 * c.height * 0.0125
        half = c.width * (0.05 + 0.011 * row) * rng.uniform(0.6, 1.3)
        shift = rng.uniform(-16, 16)
        c.line([(x - half + shift, y), (x + half + shift, y)], 1.4 + row * 0.14, mix(p.pale, p.mid, row / 34))
        if rng.random() < 0.7:
            far = c.width * rng.random()
            c.line([(far, y), (far + rng.uniform(20, 60), y)], 1.4, p.mid)


def mask(c: Canvas, rng: Random, p: Palette) -> None:
    """A carnival mask with ribbons."""
    c.gradient(p.sky, mix(p.sky, p.deep, 0.5))
    x, y, s = c.width / 2, c.height * 0.46, c.width / 360
    for side in (-1, 1):
        for ribbon in range(2):
            end = c.height * rng.uniform(0.86, 0.98)
            c.line(
                smooth(
                    [
                        (x + side * 118 * s, y),
                        (x + side * (150 - 40 * ribbon) * s, y + 90 * s),
                        (x + side * (104 + 44 * ribbon) * s, y + 150 * s),
                        (x + side * 130 * s, end),
                    ]
                ),
                11,
                p.accent if ribbon else p.pale,
            )
    half = smooth(
        [
            (x, y - 34 * s),
            (x + 46 * s, y - 66 * s),
            (x + 128 * s, y - 76 * s),
            (x + 142 * s, y - 6 * s),
            (x + 92 * s, y + 58 * s),
            (x + 36 * s, y + 50 * s),
            (x, y + 14 * s),
        ]
    )
    c.polygon([*half, *[(2 * x - a, b) for a, b in reversed(half)]], p.paper)
    c.polygon([*half, (x, y)], mix(p.accent, p.paper, 0.1))
    for side in (-1, 1):
        c.polygon(
            smooth(
                [
                    (x + side * 30 * s, y),
                    (x + side * 66 * s, y - 32 * s),
                    (x + side * 106 * s, y - 20 * s),
                    (x + side * 72 * s, y + 20 * s),
                    (x + side * 30 * s, y),
                ]
            ),
            p.ink,
        )
    for feather in range(9):
        tip = around((x, y - 40 * s), c.height * rng.uniform(0.3, 0.38), -0.12 + 0.03 * feather)
        c.line([(x, y - 40 * s), tip], 9, (p.accent, p.pale, p.deep)[feather % 3])
    c.disc((x, y - 42 * s), 15 * s, p.accent)
    c.disc((x, y - 42 * s), 8 * s, p.paper)


MOTIFS = {
    "staves": staves, "piano": piano, "violin": violin, "organ": organ, "weave": weave, "trumpet": trumpet, "planets": planets,
    "syncopation": syncopation, "circles": circles, "ripples": ripples, "mask": mask,
}  # fmt: skip
