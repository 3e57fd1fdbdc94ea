"""Draw a cover for every work of the demo collection: `python -m demo.make_covers [id ...]`.

Each cover depends on its work alone (id, title, creator, kind, moods and the motif named in works/motifs.json), so
a second run writes the same picture. 360 x 540 pixels, WebP.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import TypedDict

from PIL import Image, ImageDraw

from demo.covers import machines, nature, places, sounds, stages, things
from demo.covers.canvas import SCALE, Canvas, mix
from demo.covers.lettering import Lines, fit, letter
from demo.covers.palettes import Palette, palette_for

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 360, 540
Motif = Callable[[Canvas, Random, Palette], None]
MOTIFS: Mapping[str, Motif] = {
    **nature.MOTIFS,
    **places.MOTIFS,
    **stages.MOTIFS,
    **machines.MOTIFS,
    **things.MOTIFS,
    **sounds.MOTIFS,
}
USUAL_MOTIFS = {
    "film": ("curtain", "skyline", "rain_lamp", "circles", "sun_rays"),
    "book": ("book", "round_tree", "arches", "candle", "birds"),
    "music": ("staves", "piano", "violin", "weave", "circles"),
}


class Work(TypedDict):
    """What a cover needs to know of a work."""

    id: str
    title: str
    kind: str
    creator: str
    moods: list[str]


def read_works(folder: Path = FOLDER / "works") -> tuple[Work, ...]:
    """Read films, books and music, in this order."""
    works: list[Work] = []
    for name in ("films", "books", "music"):
        path = folder / f"{name}.jsonl"
        if path.exists():
            works.extend(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return tuple(works)


def seeded(work_id: str) -> Random:
    """A random source that depends on the id alone."""
    return Random(int.from_bytes(hashlib.sha256(work_id.encode()).digest()[:8], "big"))


def draw_cover(work: Work, motif: str | None) -> Image.Image:
    """Draw one cover.

    Args:
        work: Its words and moods.
        motif: A key of `MOTIFS`; None chooses one that suits the kind.
    """
    rng = seeded(work["id"])
    palette = palette_for(work["moods"], rng)
    paint = MOTIFS[motif or rng.choice(USUAL_MOTIFS[work["kind"]])]
    layouts = {
        "film": (_poster_below, _poster_above, _framed),
        "book": (_cloth, _window, _plate),
        "music": (_sleeve, _sleeve_right, _score),
    }
    return rng.choice(layouts[work["kind"]])(work, paint, palette, rng)


def _painted(paint: Motif, size: tuple[float, float], palette: Palette, rng: Random) -> Canvas:
    canvas = Canvas(*size, palette.sky)
    paint(canvas, rng, palette)
    return canvas


def _title(work: Work, face: str, *, width: float, largest: int, lines: int = 4) -> Lines:
    text = work["title"].upper() if face == "poster" else work["title"]
    return fit(text, face, width=width, sizes=(largest, 18), most_lines=lines)


def _creator(work: Work, face: str = "small", width: float = 310) -> Lines:
    return fit(work["creator"], face, width=width, sizes=(19, 13), most_lines=2)


def _poster_below(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """Picture to three edges, the title on a dark band below."""
    title, creator = _title(work, "poster", width=324, largest=46), _creator(work)
    band = title.height + creator.height + 44
    canvas = Canvas(WIDTH, HEIGHT, p.ink)
    canvas.paste(_painted(paint, (WIDTH, HEIGHT - band), p, rng), 0, 0)
    canvas.rectangle(0, HEIGHT - band, WIDTH, HEIGHT - band + 4, fill=p.accent)
    letter(canvas.image, title, (WIDTH / 2, HEIGHT - band + 18), fill=p.paper)
    letter(canvas.image, creator, (WIDTH / 2, HEIGHT - creator.height - 14), fill=mix(p.pale, p.paper, 0.3))
    return canvas.finished()


def _poster_above(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """The title on paper above, picture below, the creator on a strip at the foot."""
    title, creator = _title(work, "poster", width=324, largest=48), _creator(work)
    top, strip = title.height + 40, creator.height + 18
    canvas = Canvas(WIDTH, HEIGHT, p.paper)
    canvas.paste(_painted(paint, (WIDTH, HEIGHT - top - strip), p, rng), 0, top)
    letter(canvas.image, title, (18, 20), fill=p.ink, anchor="l")
    canvas.rectangle(0, HEIGHT - strip, WIDTH, HEIGHT, fill=p.accent)
    light = sum(p.accent) < 400
    letter(canvas.image, creator, (18, HEIGHT - strip + 8), fill=p.paper if light else p.ink, anchor="l")
    return canvas.finished()


def _framed(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """A picture with a paper margin, words beneath, like a lobby card."""
    title, creator = _title(work, "poster", width=300, largest=42), _creator(work, width=300)
    words = title.height + creator.height + 34
    canvas = Canvas(WIDTH, HEIGHT, p.paper)
    canvas.rectangle(15, 15, WIDTH - 15, HEIGHT - words - 7, fill=p.ink)
    canvas.paste(_painted(paint, (WIDTH - 36, HEIGHT - words - 28), p, rng), 18, 18)
    letter(canvas.image, title, (WIDTH / 2, HEIGHT - words + 4), fill=p.ink)
    letter(canvas.image, creator, (WIDTH / 2, HEIGHT - creator.height - 16), fill=mix(p.ink, p.mid, 0.35))
    return canvas.finished()


def _cloth(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """A cloth binding: a round picture between title and author, ruled all about."""
    ground, light = (p.deep, p.paper) if rng.random() < 0.6 else (p.paper, p.ink)
    title, creator = _title(work, "serif", width=290, largest=46, lines=3), _creator(work, "italic", width=280)
    canvas = Canvas(WIDTH, HEIGHT, ground)
    _rule(canvas, 12, 2.5, p)
    _rule(canvas, 19, 1.0, p)
    radius = min(142.0, (HEIGHT - title.height - creator.height - 120) / 2)
    middle = (34 + title.height + HEIGHT - 36 - creator.height) / 2
    mask = Image.new("L", (round(radius * 2 * SCALE), round(radius * 2 * SCALE)), 0)
    ImageDraw.Draw(mask).ellipse([0, 0, mask.width - 1, mask.height - 1], fill=255)
    canvas.disc((WIDTH / 2, middle), radius + 7, p.accent)
    canvas.disc((WIDTH / 2, middle), radius + 4, ground)
    canvas.paste(_painted(paint, (radius * 2, radius * 2), p, rng), WIDTH / 2 - radius, middle - radius, mask=mask)
    letter(canvas.image, title, (WIDTH / 2, 38), fill=light)
    letter(canvas.image, creator, (WIDTH / 2, HEIGHT - creator.height - 36), fill=light)
    return canvas.finished()


def _rule(canvas: Canvas, inset: float, width: float, p: Palette) -> None:
    right, low = WIDTH - inset, HEIGHT - inset
    canvas.line([(inset, inset), (right, inset), (right, low), (inset, low), (inset, inset)], width, p.accent)


def _window(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """An arched picture on paper, the title beneath it."""
    title, creator = _title(work, "serif", width=310, largest=46, lines=3), _creator(work, "italic")
    words = title.height + creator.height + 42
    high, wide = HEIGHT - words - 26, 284.0
    canvas = Canvas(WIDTH, HEIGHT, p.paper)
    mask = Image.new("L", (round(wide * SCALE), round(high * SCALE)), 0)
    pen = ImageDraw.Draw(mask)
    pen.ellipse([0, 0, mask.width - 1, mask.width - 1], fill=255)
    pen.rectangle([0, mask.width // 2, mask.width, mask.height], fill=255)
    left = (WIDTH - wide) / 2
    canvas.disc((WIDTH / 2, 26 + wide / 2), wide / 2 + 6, p.accent)
    canvas.rectangle(left - 6, 26 + wide / 2, left + wide + 6, 26 + high + 6, fill=p.accent)
    canvas.paste(_painted(paint, (wide, high), p, rng), left, 26, mask=mask)
    letter(canvas.image, title, (WIDTH / 2, HEIGHT - words + 14), fill=p.ink)
    letter(canvas.image, creator, (WIDTH / 2, HEIGHT - creator.height - 16), fill=mix(p.ink, p.mid, 0.3))
    return canvas.finished()


def _plate(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """A bold picture with a paper label that straddles its edge."""
    title, creator = _title(work, "serif", width=246, largest=40, lines=4), _creator(work, "italic", width=246)
    high = title.height + creator.height + 46
    canvas = Canvas(WIDTH, HEIGHT, p.accent if rng.random() < 0.5 else p.deep)
    cut, above = 26 + high * 0.6, rng.random() < 0.6
    canvas.paste(_painted(paint, (WIDTH, HEIGHT - cut), p, rng), 0, cut if above else 0)
    top = 26.0 if above else HEIGHT - high - 26
    canvas.rectangle(42, top, WIDTH - 42, top + high, fill=p.paper)
    canvas.line(
        [(48, top + 6), (WIDTH - 48, top + 6), (WIDTH - 48, top + high - 6), (48, top + high - 6), (48, top + 6)],
        1.4,
        p.accent,
    )
    letter(canvas.image, title, (WIDTH / 2, top + 16), fill=p.ink)
    letter(canvas.image, creator, (WIDTH / 2, top + high - creator.height - 16), fill=mix(p.ink, p.mid, 0.3))
    return canvas.finished()


def _sleeve(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """A record sleeve: a square picture at the foot, words above it on colour."""
    ground, light = (p.deep, p.paper) if rng.random() < 0.5 else (p.pale, p.ink)
    title, creator = _title(work, "round", width=324, largest=46, lines=3), _creator(work)
    canvas = Canvas(WIDTH, HEIGHT, ground)
    words = title.height + creator.height + 42
    canvas.paste(_painted(paint, (WIDTH, HEIGHT - words), p, rng), 0, words)
    letter(canvas.image, creator, (18, 16), fill=light, anchor="l")
    letter(canvas.image, title, (18, creator.height + 22), fill=light, anchor="l")
    return canvas.finished()


def _sleeve_right(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """A coloured spine at the left, the picture beside it, words on a plain foot."""
    title, creator = _title(work, "round", width=316, largest=42, lines=3), _creator(work)
    words = title.height + creator.height + 38
    canvas = Canvas(WIDTH, HEIGHT, p.paper)
    canvas.rectangle(0, 0, 26, HEIGHT - words, fill=p.accent)
    for line in range(5):
        canvas.rectangle(5 + line * 4, 0, 6 + line * 4, HEIGHT - words, fill=p.paper)
    canvas.paste(_painted(paint, (WIDTH - 30, HEIGHT - words), p, rng), 30, 0)
    letter(canvas.image, title, (20, HEIGHT - words + 12), fill=p.ink, anchor="l")
    letter(canvas.image, creator, (20, HEIGHT - creator.height - 14), fill=mix(p.ink, p.mid, 0.3), anchor="l")
    return canvas.finished()


def _score(work: Work, paint: Motif, p: Palette, rng: Random) -> Image.Image:
    """Printed sheet music: a ruled page with an engraving in the middle."""
    title, creator = _title(work, "serif", width=300, largest=44, lines=3), _creator(work, "italic", width=290)
    canvas = Canvas(WIDTH, HEIGHT, p.paper)
    _rule(canvas, 10, 2.2, p)
    _rule(canvas, 16, 0.9, p)
    top, foot = 34 + title.height + 12, HEIGHT - creator.height - 50
    canvas.rectangle(33, top - 3, WIDTH - 33, foot + 3, fill=p.ink)
    canvas.paste(_painted(paint, (WIDTH - 72, foot - top), p, rng), 36, top)
    letter(canvas.image, title, (WIDTH / 2, 30), fill=p.ink)
    letter(canvas.image, creator, (WIDTH / 2, HEIGHT - creator.height - 30), fill=mix(p.ink, p.mid, 0.3))
    return canvas.finished()


def main(ids: list[str]) -> None:
    """Draw the covers of all works, or of the named ones, and say what was made."""
    media = FOLDER / "media"
    media.mkdir(exist_ok=True)
    motifs = json.loads((FOLDER / "works" / "motifs.json").read_text(encoding="utf-8"))
    works = [work for work in read_works() if not ids or work["id"] in ids]
    total = 0
    for number, work in enumerate(works, 1):
        path = media / f"{work['id']}.webp"
        draw_cover(work, motifs.get(work["id"])).save(path, "WEBP", quality=84, method=6)
        total += path.stat().st_size
        if number % 20 == 0 or number == len(works):
            print(f"{number}/{len(works)} covers, {total / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
