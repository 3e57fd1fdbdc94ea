"""Pictures beside the captions that are said of them, to be read by people: `python -m eval perception --captions FOLDER`.

Whether a caption is right in its main thing no measure tells. Only what is said is drawn; how many were silent is counted.
"""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from eval.held_out_photos import held_out_photos
from eval.perception import PerceptionTable, Say, Tier, caption_by, captioner_of, lines, measured, told, unpacked
from retrieval.perception.pictures import open_picture

PHOTOS = 100
COVERS = Path(__file__).parent.parent / "demo" / "media"
COLUMNS, ROWS = 4, 3
CELL_PX, CAPTION_PX, GAP_PX, LETTER_PX, LETTERS = 300, 50, 10, 16, 34


def caption_sheets(
    data: Path, tier: Tier, out: Path, *, seed: int = 0, held_out: bool = False, say: Say
) -> PerceptionTable:
    """How many captions are said of each set of pictures; those are drawn into `out`, twelve a sheet, NAME-1.png and so on.

    Args:
        data: the folder of the data sets.
        tier: the models.
        out: a folder, made where it is not there; sheets of the same names are overwritten.
        seed: draws the photos of the test split.
        held_out: instead of all these, the photos held out of training.
        say: is told how far it is.
    """
    out.mkdir(parents=True, exist_ok=True)
    captioner = captioner_of(tier.perceivers)
    rows, missing = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for name, pictures in _sets(data, Path(scratch), seed, held_out).items():
            if not pictures:
                missing.append(f"{name}: there are no pictures in {data}, so none was captioned.")
                continue
            say(f"captioning {name}")
            captions = [(picture, caption_by(captioner, picture)) for picture in told(pictures, say)]
            said = [(picture, caption) for picture, caption in captions if caption]
            draw_sheets(said, out, name)
            rows.append(measured("captions said", name, captioner.made_by, len(pictures), {"said": len(said)}))
    return PerceptionTable(rows=tuple(rows), missing=tuple(missing))


def _sets(data: Path, scratch: Path, seed: int, held_out: bool) -> dict[str, list[Path]]:
    """The pictures of each set by its name; none where they are not here."""
    coco, photos = data / "coco-photos", []
    if coco.is_dir():
        photos = held_out_photos(coco) if held_out else _test_photos(coco, seed)
    files = unpacked(coco, [one["photo"] for one in photos], scratch) if photos else []
    if held_out:
        return {"held-out": files}
    shop = sorted((data / "eshop-catalog" / "pics").glob("*.webp"))
    return {"photos": files, "shop": shop, "covers": sorted(COVERS.glob("*.webp"))}


def _test_photos(folder: Path, seed: int) -> list[dict[str, Any]]:
    test = [one for one in lines(folder / "captions.jsonl") if one["split"] == "test"]
    return [test[i] for i in sorted(np.random.default_rng(seed).permutation(len(test))[:PHOTOS])]


def draw_sheets(said: Sequence[tuple[Path, str]], out: Path, name: str) -> list[Path]:
    """Writes the pictures with their captions below, numbered through, and gives the files of the sheets."""
    sheets: list[Path] = []
    font = ImageFont.load_default(LETTER_PX)
    for first in range(0, len(said), COLUMNS * ROWS):
        some = said[first : first + COLUMNS * ROWS]
        sheet = Image.new("RGB", (COLUMNS * CELL_PX, -(-len(some) // COLUMNS) * (CELL_PX + CAPTION_PX)), "white")
        for place, (path, caption) in enumerate(some):
            left, top = place % COLUMNS * CELL_PX, place // COLUMNS * (CELL_PX + CAPTION_PX)
            picture = ImageOps.contain(open_picture(path), (CELL_PX - GAP_PX, CELL_PX - GAP_PX))
            sheet.paste(picture, (left, top))
            words = textwrap.fill(f"{first + place + 1}. {caption}", LETTERS)
            ImageDraw.Draw(sheet).multiline_text((left, top + CELL_PX - GAP_PX), words, fill="black", font=font)
        sheets.append(out / f"{name}-{len(sheets) + 1}.png")
        sheet.save(sheets[-1])
    return sheets
