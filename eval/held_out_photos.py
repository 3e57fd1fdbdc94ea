"""What was chosen on photos held out of training, measured on them again: `python -m eval perception --validation`.

Nothing here is a figure of a test: these photos chose the least fit with which a caption is said (`seeing_captioner`), how a cosine with a
picture is read as one with a text (`stand_ins`), and what texts and pictures weigh where some items have only one of them (`ranking.IN_BOTH`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from eval.perception import (
    PerceptionRow,
    PerceptionTable,
    Say,
    Tier,
    captioned,
    home_of,
    lines,
    measured,
    place,
    recalls,
    unpacked,
)
from retrieval.build import Collection
from vouch.ports import Vectors

HELD_OUT = 150
DATA = "coco-photos, held out of training"
MIXES: Mapping[str, Callable[[int], tuple[bool, bool]]] = MappingProxyType(
    {
        "all pictures, every second a text": lambda i: (True, i % 2 == 0),
        "half pictures, half texts": lambda i: (i % 2 == 1, i % 2 == 0),
        "a third both, pictures, texts each": lambda i: (i % 3 != 2, i % 3 != 1),
        "a tenth pictures, the others texts": lambda i: (i % 10 == 0, i % 10 != 0),
        "a tenth texts, the others pictures": lambda i: (i % 10 != 0, i % 10 == 0),
    }
)
"""Whether the item of a photo has its picture, and whether one of its captions as a text."""


def held_out_of(splits: Sequence[str], captions: Sequence[int], seed: int = 0) -> list[int]:
    """The numbers of the photos that training holds out, of those outside the test split that five people captioned, in order.

    Args:
        splits: "test" or another name for each photo.
        captions: how many each has.
        seed: that of the training.
    """
    well_told = [
        i for i, (name, count) in enumerate(zip(splits, captions, strict=True)) if name != "test" and count >= 5
    ]
    draw = np.random.default_rng(seed)
    return sorted(map(int, draw.choice(well_told, min(HELD_OUT, len(well_told) // 3), replace=False)))


def held_out_photos(folder: Path) -> list[dict[str, Any]]:
    """Those of a folder like coco-photos: photo, split and captions of each."""
    rows = lines(folder / "captions.jsonl")
    return [rows[i] for i in held_out_of([one["split"] for one in rows], [len(one["captions"]) for one in rows])]


def held_out_table(data: Path, tier: Tier, *, say: Say) -> PerceptionTable:
    """Captions, and which item people's captions find where some items have a text, some a picture, some both."""
    folder = data / "coco-photos"
    if not folder.is_dir():
        return PerceptionTable(rows=(), missing=(f"coco-photos is not in {data}, so nothing was measured on it.",))
    photos = held_out_photos(folder)
    names, captions = [one["photo"] for one in photos], [one["captions"][:5] for one in photos]
    with tempfile.TemporaryDirectory() as scratch:
        media, homes = Path(scratch, "photos"), Path(scratch, "homes")
        homes.mkdir()
        files = unpacked(folder, names, media)
        say("captioning the photos")
        rows = [captioned(files, captions, tier, say, data=DATA)]
        for what, has in MIXES.items():
            say(f"looking for photos: {what}")
            texts = {name: own[0] for i, (name, own) in enumerate(zip(names, captions, strict=True)) if has(i)[1]}
            unseen = frozenset(name for i, name in enumerate(names) if not has(i)[0])
            ids, home = home_of(homes, media, names, tier, say, texts=texts, unseen=unseen)
            places = [place(home, text, own) for own, group in zip(ids, captions, strict=True) for text in group[1:]]
            home.index.close()
            rows.append(measured(what, DATA, tier.makers("efficientnet"), len(places), recalls(places)))
        say("comparing cosines")
        ids, home = home_of(homes, media, names, tier, say)
        rows.append(_cosines(home, ids, captions))
        home.index.close()
    return PerceptionTable(rows=tuple(rows), missing=())


def _cosines(home: Collection, ids: Sequence[str], captions: Sequence[Sequence[str]]) -> PerceptionRow:
    """The line by which a cosine with a picture is read as one with a text: where two logistic regressions say that it fits equally well."""
    passages, vectors = home.store.passages_and_vectors()
    row_of = {passage.item_id: row for row, passage in enumerate(passages) if passage.space == "seen"}
    seen = [i for i, own in enumerate(ids) if own in row_of]
    told = [home.embedder.embed(group) for group in captions]
    by_text = _logit([own[1:] for own in told], np.stack([own[0] for own in told]), list(range(len(told))))
    by_picture = _logit(told, vectors[[row_of[ids[i]] for i in seen]], seen)
    figures = dict(zip(("slope", "shift"), line_between(by_text, by_picture), strict=True))
    return measured("a cosine with a picture as one with a text", DATA, home.embedder.embedder_id, len(seen), figures)


def line_between(by_text: tuple[float, float], by_picture: tuple[float, float]) -> tuple[float, float]:
    """Slope and shift of the cosine with a text at which the log-odds are those of a cosine with a picture; each weight and constant.

    >>> line_between((20.0, -10.0), (10.0, -7.0))
    (0.5, 0.15)
    """
    return by_picture[0] / by_text[0], (by_picture[1] - by_text[1]) / by_text[0]


def _logit(asked: Sequence[Vectors], answers: Vectors, whose: Sequence[int]) -> tuple[float, float]:
    """Weight and constant of the log-odds that a question belongs to an answer, by their cosine.

    Args:
        asked: the questions of each photo, rows of length 1.
        answers: the answers, rows of length 1.
        whose: the photo of each answer.
    """
    from sklearn.linear_model import LogisticRegression

    cosines = np.concatenate(asked) @ answers.T
    owner = np.repeat(np.arange(len(asked)), [len(own) for own in asked])
    fitted = LogisticRegression(C=np.inf).fit(cosines.reshape(-1, 1), (owner[:, None] == np.array(whose)).ravel())
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
