"""What the models that see and hear make of public data: `python -m eval perception`.

Pictures are searched through the ordinary `recommend` of a home that is ingested for this, with titles that say nothing. What is not
measured: how pictures outside these sets fare, and whether a caption that shares words with people's is true.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from eval.cider import cider_d
from eval.rendered_text import draw_texts, words_found
from retrieval.build import Collection
from retrieval.catalogue_file import CatalogueFile
from retrieval.ingest import Progress
from retrieval.interactions_file import InteractionsFile
from vouch.errors import MissingExtra
from vouch.ports import Perceiver
from vouch.types import Perceived, Query

Say = Callable[[str], None]
T = TypeVar("T")

FIRST = (1, 5)
TELLING_S = 10.0
CAPTIONS = "caption-"
"""What stands in `made_by` of every captioner, whatever its model: the version of its captions or the digest of its prompt comes behind."""


@dataclass(frozen=True, kw_only=True)
class PerceptionRow:
    """One measurement: what, on which data, by which models, over how many, and the figures by name."""

    what: str
    data: str
    model: str
    count: int
    figures: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class PerceptionTable:
    """All rows; `missing`: a sentence for each data set that is not here."""

    rows: tuple[PerceptionRow, ...]
    missing: tuple[str, ...]


class Watcher:
    """Is told how an ingest goes, and says every ten seconds how far it is."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._told = time.monotonic()

    def catalogue(self, file: CatalogueFile) -> None:
        """Nothing."""

    def interactions(self, file: InteractionsFile) -> None:
        """Nothing."""

    def step(self, step: Progress) -> None:
        """How many items are done."""
        if time.monotonic() - self._told > TELLING_S:
            self._told = time.monotonic()
            self._say(f"{step.done} of {step.total}")

    def say(self, message: str) -> None:
        """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The models that are measured. `unsilenced`: the same, but they also say what they are not sure of; `opened`: ingests a catalogue
    with its media into a home, and is told to whom to say how far that is."""

    perceivers: Sequence[Perceiver]
    unsilenced: Sequence[Perceiver]
    opened: Callable[[Path, Path, Path, Say], Collection]

    def makers(self, *others: str) -> str:
        """The names, with their digests, of who captions pictures, and of those of pictures' perceivers whose names begin so."""
        looking = (p for p in self.perceivers if "picture" in p.takes)
        return ", ".join(p.made_by for p in looking if CAPTIONS in p.made_by or p.made_by.startswith(others))


def quiet(_: str) -> None:
    pass


def perception_table(data: Path, tier: Tier, *, say: Say = quiet) -> PerceptionTable:
    """Every measurement whose data lie in `data`, in a fixed order; `say` hears what is being measured, and how far it is."""
    rows: list[PerceptionRow] = []
    missing: list[str] = []
    for folder, measure in MEASURES.items():
        if (data / folder).is_dir():
            say(f"measuring on {folder}")
            rows += measure(data / folder, tier, say)
        else:
            missing.append(f"{folder} is not in {data}, so nothing was measured on it.")
    say("measuring on pictures drawn here")
    return PerceptionTable(rows=(*rows, rendered(tier)), missing=tuple(missing))


def told(files: Sequence[T], say: Say) -> Iterator[T]:
    """The files one by one; every ten seconds it is said how far it is."""
    before = time.monotonic()
    for done, file in enumerate(files):
        if time.monotonic() - before > TELLING_S:
            before = time.monotonic()
            say(f"{done} of {len(files)}")
        yield file


def speech(folder: Path, tier: Tier, say: Say) -> list[PerceptionRow]:
    """Word error over all clips, with Whisper's text normaliser on both sides. Raises MissingExtra."""
    try:
        import jiwer

        normal = importlib.import_module("whisper.normalizers").EnglishTextNormalizer()
    except ImportError as failure:
        raise MissingExtra("jiwer or openai-whisper", 'pip install -c constraints.txt -e ".[dev,whisper]"') from failure
    hears = next(p for p in tier.perceivers if "sound" in p.takes and not p.made_by.startswith("sidecar"))
    clips = lines(folder / "manifest.jsonl")
    said = [normal(clip["text"]) for clip in clips]
    started = time.monotonic()
    heard = [normal(_transcript(hears.perceive(folder / clip["path"]))) for clip in told(clips, say)]
    part = (time.monotonic() - started) / sum(clip["seconds"] for clip in clips)
    figures = {"word error": float(jiwer.wer(said, heard)), "part of real time": part}
    return [measured("speech", "speech", hears.made_by, len(clips), figures)]


def _transcript(heard: Sequence[Perceived]) -> str:
    return " ".join(one.text for one in heard if one.channel == "transcript")


def rendered(tier: Tier) -> PerceptionRow:
    """The share of words that are read in pictures drawn for this, with a fixed seed."""
    reads = next(p for p in tier.perceivers if p.made_by.startswith("rapidocr"))
    with tempfile.TemporaryDirectory() as scratch:
        drawn = draw_texts(Path(scratch))
        found = [words_found(text, reads.perceive(path)) for path, text in drawn]
    return measured("text in pictures", "drawn here", reads.made_by, len(drawn), {"words found": float(np.mean(found))})


def photos(folder: Path, tier: Tier, say: Say) -> list[PerceptionRow]:
    """Which photo people's captions find by `recommend`, and which captions lie nearest to a photo's vector; and which photo they find where
    every second item has one of its captions for a text, by the other captions."""
    rows = lines(folder / "manifest.jsonl")
    captions = [photo["captions"][:5] for photo in rows]
    with tempfile.TemporaryDirectory() as scratch:
        ids, home = home_of(Path(scratch), folder, [photo["path"] for photo in rows], tier, say)
        places = [place(home, text, own) for own, group in zip(ids, captions, strict=True) for text in group]
        nearest = _nearest_captions(home, ids, captions)
        home.index.close()
        texts = {photo["path"]: group[0] for photo, group in list(zip(rows, captions, strict=True))[::2]}
        _, home = home_of(Path(scratch), folder, [photo["path"] for photo in rows], tier, say, texts=texts)
        mixed = [place(home, text, own) for own, group in zip(ids, captions, strict=True) for text in group[1:]]
        home.index.close()
    model = tier.makers("efficientnet")
    return [
        measured("caption -> photo", "photos", model, len(places), recalls(places)),
        measured("caption -> photo, half with a text", "photos", model, len(mixed), recalls(mixed)),
        measured("photo -> caption (vectors)", "photos", model, len(nearest), recalls(nearest)),
    ]


def shop(folder: Path, tier: Tier, say: Say) -> list[PerceptionRow]:
    """Which picture a product's name finds, with all text of the catalogue left out."""
    raw = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
    products = raw if isinstance(raw, list) else next(value for value in raw.values() if isinstance(value, list))
    with tempfile.TemporaryDirectory() as scratch:
        paths = [f"{product['Id']}.webp" for product in products]
        ids, home = home_of(Path(scratch), folder / "pics", paths, tier, say)
        places = [place(home, product["Name"], own) for own, product in zip(ids, products, strict=True)]
        home.index.close()
    model = tier.makers("efficientnet", "rapidocr")
    return [measured("product name -> picture", "eshop-catalog", model, len(places), recalls(places))]


def captions(folder: Path, tier: Tier, say: Say) -> list[PerceptionRow]:
    """How the photos of the test split are captioned."""
    rows = [one for one in lines(folder / "captions.jsonl") if one["split"] == "test"]
    with tempfile.TemporaryDirectory() as scratch:
        files = unpacked(folder, [one["photo"] for one in rows], Path(scratch))
        return [captioned(files, [one["captions"] for one in rows], tier, say, data="coco-photos, test split")]


def unpacked(folder: Path, photos: Sequence[str], scratch: Path) -> list[Path]:
    """These photos of a folder like coco-photos, as files."""
    with zipfile.ZipFile(folder / "photos.zip") as archive:
        return [Path(archive.extract(photo, scratch)) for photo in photos]


def captioned(
    files: Sequence[Path], peoples: Sequence[Sequence[str]], tier: Tier, say: Say, *, data: str
) -> PerceptionRow:
    """CIDEr-D of a caption for every photo by people's, sure or not, and how many are sure enough to be shown."""
    always, surely = captioner_of(tier.unsilenced), captioner_of(tier.perceivers)
    caption_by(always, files[0])  # loads the model
    said, shown, seconds = [], np.zeros(len(files), bool), 0.0
    for i, file in enumerate(told(files, say)):
        started = time.monotonic()
        said.append(caption_by(always, file))
        seconds += (time.monotonic() - started) / len(files)
        shown[i] = bool(caption_by(surely, file))
    each = np.array(cider_d(said, [captions[:5] for captions in peoples]))
    figures = {"CIDEr-D": float(each.mean()), "seconds a picture": seconds, "shown": float(shown.mean())}
    if shown.any():
        figures["CIDEr-D of those shown"] = float(each[shown].mean())
    return measured("captions", data, always.made_by, len(files), figures)


MEASURES: Mapping[str, Callable[[Path, Tier, Say], list[PerceptionRow]]] = {
    "speech": speech,
    "photos": photos,
    "eshop-catalog": shop,
    "coco-photos": captions,
}


def captioner_of(perceivers: Sequence[Perceiver]) -> Perceiver:
    """Who captions pictures."""
    return next(p for p in perceivers if "picture" in p.takes and CAPTIONS in p.made_by)


def caption_by(perceiver: Perceiver, picture: Path) -> str:
    """What it says; empty where it says nothing."""
    return " ".join(one.text for one in perceiver.perceive(picture) if one.channel == "caption")


def measured(what: str, data: str, model: str, count: int, figures: Mapping[str, float]) -> PerceptionRow:
    """A measurement, its figures to four places."""
    rounded = {name: round(value, 4) for name, value in figures.items()}
    return PerceptionRow(what=what, data=data, model=model, count=count, figures=rounded)


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file with one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def home_of(
    scratch: Path,
    media: Path,
    pictures: Sequence[str],
    tier: Tier,
    say: Say,
    *,
    texts: Mapping[str, str] = MappingProxyType({}),
    unseen: frozenset[str] = frozenset(),
) -> tuple[Sequence[str], Collection]:
    """A home of these pictures, one an item, and the items' ids; `texts`: what is told of some pictures; `unseen`: items without their picture.
    Ids and titles say nothing: a number would be near to “five dogs”, and an ingest gives item 7 the file 7.webp, whatever picture its row names."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    catalogue = folder / "catalogue.jsonl"
    ids = [hashlib.sha256(picture.encode()).hexdigest()[:8] for picture in pictures]
    rows = [
        {"id": own, "title": own}
        | ({"image": picture} if picture not in unseen else {})
        | ({"description": texts[picture]} if picture in texts else {})
        for own, picture in zip(ids, pictures, strict=True)
    ]
    catalogue.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return ids, tier.opened(catalogue, media, folder / "home", say)


def place(home: Collection, text: str, item_id: str) -> int | None:
    """The place of the item in the list for these words, from 1; None: it is not among the first five."""
    found = home.recommender.recommend(Query(text=text, k=max(FIRST))).recommendations
    return next((one.rank for one in found if one.item.item_id == item_id), None)


def _nearest_captions(home: Collection, ids: Sequence[str], captions: Sequence[Sequence[str]]) -> list[int | None]:
    """For each photo the place of the best of its own captions among all, by the vectors of what is seen."""
    passages, vectors = home.store.passages_and_vectors()
    row_of = {p.item_id: row for row, p in enumerate(passages) if p.space == "seen"}
    of_captions = home.embedder.embed([text for group in captions for text in group])
    owner = np.array([i for i, group in enumerate(captions) for _ in group])
    places: list[int | None] = []
    for i, own in enumerate(ids):
        row = row_of.get(own)
        ranked = owner[np.argsort(-(of_captions @ vectors[row]))] if row is not None else np.array([])
        places.append(int(np.flatnonzero(ranked == i)[0]) + 1 if row is not None else None)
    return places


def recalls(places: Sequence[int | None]) -> dict[str, float]:
    """The share of questions whose answer stands among the first k.

    >>> recalls([1, 3, None, 1])
    {'recall@1': 0.5, 'recall@5': 0.75}
    """
    return {f"recall@{k}": sum(p is not None and p <= k for p in places) / max(len(places), 1) for k in FIRST}
