"""Motifs of people together: a stage, a crowd, a dance, a fair."""

from __future__ import annotations

import math
from random import Random

from demo.covers.canvas import Canvas, Point, around, mix, smooth
from demo.covers.palettes import Palette
from demo.covers.places import figure


def curtain(c: Canvas, rng: Random, p: Palette) -> None:
    """A stage with drawn curtains and a spotlight."""
    c.gradient(p.ink, mix(p.deep, p.sky, 0.3))
    c.polygon(
        [(c.width * 0.5, -20), (c.width * 0.22, c.height * 0.86), (c.width * 0.78, c.height * 0.86)],
        mix(p.deep, p.pale, 0.35),
    )
    c.rectangle(0, c.height * 0.82, c.width, c.height, fill=mix(p.deep, p.mid, 0.7))
    c.ellipse((c.width * 0.5, c.height * 0.88), c.width * 0.27, c.height * 0.045, fill=p.pale)
    figure(c, (c.width * 0.5, c.height * 0.89), c.height * 0.3, p.ink)
    folds = rng.choice((5, 6))
    for side in (0, 1):
        for fold in range(folds):
            reach = c.width * (0.36 - 0.36 * fold / folds)
            lower = reach * 0.62
            edge = smooth(
                [(reach, 0), (reach * 0.95, c.height * 0.45), (lower, c.height * 0.66), (lower * 1.15, c.height * 0.93)]
            )
            tone = p.accent if fold % 2 else mix(p.accent, p.ink, 0.35)
            c.polygon([(c.width - x if side else x, y) for x, y in [(0.0, 0.0), *edge, (0.0, c.height * 0.93)]], tone)
    for scallop in range(6):
        c.disc((c.width * (scallop + 0.5) / 6, 0), c.width / 11, mix(p.accent, p.ink, 0.15 + 0.2 * (scallop % 2)))


def fairground(c: Canvas, rng: Random, p: Palette) -> None:
    """A Ferris wheel with flags."""
    c.gradient(p.sky, p.pale)
    centre, radius = (c.width * 0.5, c.height * 0.42), c.width * 0.36
    count = rng.choice((10, 12, 14))
    c.polygon([centre, (c.width * 0.3, c.height * 0.93), (c.width * 0.37, c.height * 0.93)], p.deep)
    c.polygon([centre, (c.width * 0.7, c.height * 0.93), (c.width * 0.63, c.height * 0.93)], p.deep)
    for ring in (radius, radius * 0.84, radius * 0.2):
        c.ring((centre[0], centre[1]), ring, 4, p.deep)
    for spoke in range(count):
        end = around(centre, radius, spoke / count)
        c.line([centre, end], 2, p.deep)
        c.disc((end[0], end[1] + 10), 14, (p.accent, p.mid, p.paper)[spoke % 3])
        c.rectangle(end[0] - 14, end[1] + 8, end[0] + 14, end[1] + 13, fill=p.deep)
    c.rectangle(0, c.height * 0.92, c.width, c.height, fill=p.deep)
    for tent in range(3):
        x = c.width * (0.1 + 0.4 * tent)
        for stripe in range(6):
            left = x - 54 + 18 * stripe
            c.polygon(
                [(x, c.height * 0.8), (left, c.height * 0.93), (left + 18, c.height * 0.93)],
                p.accent if stripe % 2 else p.paper,
            )


def crowd(c: Canvas, rng: Random, p: Palette) -> None:
    """Row upon row of heads, one of another colour."""
    c.gradient(p.pale, p.sky)
    chosen = (rng.randrange(3, 6), rng.randrange(2, 5))
    for row in range(9):
        size = c.width * (0.035 + 0.0065 * row)
        count = int(c.width / (size * 2.3)) + 2
        for seat in range(count):
            x, y = (seat + (row % 2) / 2) * size * 2.3, c.height * (0.24 + 0.09 * row)
            tone = p.accent if (row, seat) == chosen else mix(p.mid, p.ink, row / 9 + rng.uniform(-0.1, 0.1))
            c.ellipse((x, y + size * 2.2), size * 1.25, size * 1.5, fill=mix(tone, p.ink, 0.25))
            c.disc((x, y), size * 0.75, tone)


def ballroom(c: Canvas, rng: Random, p: Palette) -> None:
    """A chequered floor, a chandelier and a couple who waltz."""
    c.gradient(mix(p.mid, p.pale, 0.4), p.pale)
    horizon = c.height * 0.62
    for row in range(8):
        near, far = (
            horizon + (c.height - horizon) * ((row + 1) / 8) ** 1.7,
            horizon + (c.height - horizon) * (row / 8) ** 1.7,
        )
        for tile in range(-8, 9):
            shape = [
                _floor(c, tile, far, horizon),
                _floor(c, tile + 1, far, horizon),
                _floor(c, tile + 1, near, horizon),
                _floor(c, tile, near, horizon),
            ]
            c.polygon(shape, p.deep if (row + tile) % 2 else p.paper)
    c.line([(c.width / 2, 0), (c.width / 2, c.height * 0.1)], 2, p.deep)
    for ring in range(3):
        for lamp in range(9):
            angle = math.tau * lamp / 9 + rng.random() * 0.01
            c.disc(
                (
                    c.width / 2 + c.width * (0.07 + 0.06 * ring) * math.cos(angle),
                    c.height * (0.12 + 0.05 * ring) + 8 * math.sin(angle),
                ),
                5,
                p.accent,
            )
    for x, tone in ((c.width * 0.46, p.ink), (c.width * 0.56, p.accent)):
        figure(c, (x, c.height * 0.84), c.height * 0.36, tone)
    c.line(
        [(c.width * 0.45, c.height * 0.6), (c.width * 0.34, c.height * 0.52), (c.width * 0.57, c.height * 0.6)],
        5,
        p.ink,
    )


def _floor(c: Canvas, tile: int, y: float, horizon: float) -> Point:
    depth = 0.3 + 0.7 * (y - horizon) / (c.height - horizon)
    return c.width / 2 + tile * c.width * 0.2 * depth, y


MOTIFS = {"curtain": curtain, "crowd": crowd, "ballroom": ballroom, "fairground": fairground}
