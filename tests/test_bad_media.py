"""Broken, strange and hostile media files: each gives its line in the report or is read as it should be, and nothing else is lost."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from retrieval.ingest import IngestParts, IngestReport, ingest
from retrieval.perception.faster_whisper_transcriber import FasterWhisperTranscriber
from retrieval.perception.librosa_sound import LibrosaSound
from retrieval.perception.pillow_colours import PillowColours
from retrieval.perception.pyav_video import FilmStills, SeenInFilm
from retrieval.perception.pyav_wholeness import Wholeness
from retrieval.reading.media_files import KINDS
from tests.films import make_film, plain
from tests.stand_ins_stores import catalogue_file, film, ingest_parts
from tests.test_perception_sound import arpeggio, save
from vouch.types import Media, Passage

pytestmark = pytest.mark.filterwarnings("ignore:builtin type .* has no __module__ attribute:DeprecationWarning")
"""SWIG's types in the library that carries the voice detector."""

RED, BLUE = (210, 30, 35), (30, 80, 200)


def never() -> Path:
    """Weights that nobody needs: no case has a voice in it."""
    raise AssertionError("a model was loaded although nobody speaks")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[IngestParts]:
    """An ingest with the real readers of the offline profile that need no weights."""
    (tmp_path / "media").mkdir()
    colours = PillowColours()
    perceivers = (
        colours,
        SeenInFilm(colours, FilmStills()),
        FasterWhisperTranscriber(never),
        LibrosaSound(),
        Wholeness(),
    )
    made = replace(ingest_parts(tmp_path / "home", media_dir=tmp_path / "media"), perceivers=perceivers)
    yield made
    made.catalogue.close()


def ingested(parts: IngestParts, name: str) -> tuple[IngestReport, list[Passage]]:
    """The report of three items, the second with this file, the third with a sound picture; what the second one's file says."""
    folder = parts.media_dir or Path()
    Image.new("RGB", (60, 40), BLUE).save(folder / "good.png")
    kind = KINDS[Path(name).suffix]
    items = [
        film(0),
        replace(film(1), media=(Media(path=name, kind=kind),)),
        replace(film(2), media=(Media(path="good.png", kind="picture"),)),
    ]
    report = ingest(catalogue_file(items), source=Path("films.csv"), parts=parts)
    passages = parts.catalogue.passages()
    assert [p.text for p in passages if p.media == "good.png"] == ["blue"], "the good file was lost"
    assert {p.item_id for p in passages} == {"f0", "f1", "f2"}, "an item was lost"
    return report, [p for p in passages if p.media == name]


def picture() -> Image.Image:
    """Red above, blue below, 60 x 80 pixels."""
    made = Image.new("RGB", (60, 80), RED)
    made.paste(BLUE, (0, 40, 60, 80))
    return made


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def zero_bytes(path: Path) -> None:
    path.write_bytes(b"")


def truncated_jpeg(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    truncated(path)


def mp3(path: Path) -> None:
    """20 seconds of a tune."""
    samples = (arpeggio(120, seconds=20) * 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16p", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


def truncated_mp3(path: Path) -> None:
    mp3(path)
    truncated(path)


def truncated_film(path: Path) -> None:
    make_film(path, [(plain("red"), 4)])
    truncated(path)


def text(path: Path) -> None:
    path.write_text("This is no picture and no sound.", encoding="utf-8")


def bomb(path: Path, side_px: int = 60_000) -> None:
    """A PNG of a few hundred bytes that says it has 3,600 megapixels."""
    Image.new("1", (8, 8)).save(path)
    raw = bytearray(path.read_bytes())
    raw[16:24] = side_px.to_bytes(4, "big") * 2
    raw[29:33] = _crc(raw[12:29])
    path.write_bytes(raw)


def _crc(chunk: bytes | bytearray) -> bytes:
    return zlib.crc32(chunk).to_bytes(4, "big")


Make = Callable[[Path], object]


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("a.jpg", zero_bytes, "cannot be read as a picture"),
        ("a.mp3", zero_bytes, "cannot be read as a sound"),
        ("a.mp4", zero_bytes, "cannot be read as a video"),
        ("a.jpg", truncated_jpeg, "truncated"),
        ("a.mp4", truncated_film, "cannot be read as a video"),
        ("a.jpg", text, "cannot be read as a picture"),
        ("a.ogg", text, "cannot be read as a sound"),
        ("a.mkv", text, "cannot be read as a video"),
        ("a.png", bomb, "250 megapixels"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_says_why(parts: IngestParts, name: str, make: Make, why: str) -> None:
    make((parts.media_dir or Path()) / name)
    report, passages = ingested(parts, name)
    assert [(t.row, t.value) for t in report.troubles] == [(2, name)]
    assert why in report.troubles[0].why
    assert (passages, report.files_left_out, report.complete) == ([], 1, False)


def test_of_a_truncated_mp3_is_heard_what_is_there_and_a_line_says_how_much(parts: IngestParts) -> None:
    truncated_mp3((parts.media_dir or Path()) / "a.mp3")
    report, passages = ingested(parts, "a.mp3")
    assert [t.why for t in report.troubles] == ["is cut off: 7 of 20 seconds are there, and were heard"]
    assert [p.text.split(",")[0] for p in passages] == ["medium-tempo music with a steady beat"]


def sixteen_bit(path: Path) -> None:
    Image.fromarray(np.asarray(picture().convert("L"), np.uint16) * 257).save(path)


def cmyk(path: Path) -> None:
    picture().convert("CMYK").save(path)


def see_through_palette(path: Path) -> None:
    """A red square in a palette, and all around it transparent."""
    made = Image.new("P", (60, 60), 0)
    made.putpalette([0, 0, 0, *RED])
    made.paste(1, (5, 5, 55, 55))
    made.save(path, transparency=0)


def animated(path: Path) -> None:
    """First red and blue, then green."""
    picture().save(path, save_all=True, append_images=[Image.new("RGB", (60, 80), "green")], duration=200)


def png_named_jpg(path: Path) -> None:
    picture().save(path, "PNG")


@pytest.mark.parametrize(
    ("name", "make", "colours"),
    [
        ("a.png", sixteen_bit, {"grey"}),
        ("a.jpg", cmyk, {"red", "blue"}),
        ("a.png", see_through_palette, {"red", "white"}),
        ("a.gif", animated, {"red", "blue"}),
        ("a.webp", animated, {"red", "blue"}),
        ("a.jpg", png_named_jpg, {"red", "blue"}),
    ],
)
def test_a_strange_picture_is_seen_as_people_see_it(
    parts: IngestParts, name: str, make: Make, colours: set[str]
) -> None:
    make((parts.media_dir or Path()) / name)
    report, passages = ingested(parts, name)
    assert (report.troubles, report.complete) == ((), True)
    assert colours <= set(passages[0].text.replace(",", "").replace("dark ", "").split())
    assert "green" not in passages[0].text


def silent_film(path: Path) -> None:
    make_film(path, [(plain("red"), 2), (plain("blue"), 2)])


def eight_channels(path: Path) -> None:
    save(path, arpeggio(150), channels=8)


def eight_kilohertz(path: Path) -> None:
    tune: NDArray[np.float32] = arpeggio(150)
    save(path, tune[::2], rate_hz=8_000)


def tune_without_words(path: Path) -> None:
    save(path, arpeggio(150))


@pytest.mark.parametrize(
    ("name", "make", "starts"),
    [
        ("a.mp4", silent_film, ["red", "blue"]),
        ("a.wav", tune_without_words, ["fast music with a steady beat"]),
        ("a.wav", eight_channels, ["fast music with a steady beat"]),
        ("a.wav", eight_kilohertz, ["fast music with a steady beat"]),
    ],
)
def test_a_strange_sound_or_film_is_heard_and_seen_and_no_words_are_made_up(
    parts: IngestParts, name: str, make: Make, starts: list[str]
) -> None:
    make((parts.media_dir or Path()) / name)
    report, passages = ingested(parts, name)
    assert (report.troubles, report.complete) == ((), True)
    assert [p.text.split(",")[0] for p in passages] == starts


@pytest.mark.parametrize("name", ["../outside.png", "link.png"])
def test_a_picture_outside_the_media_folder_is_not_opened(parts: IngestParts, name: str, tmp_path: Path) -> None:
    picture().save(tmp_path / "outside.png")
    (tmp_path / "media" / "link.png").symlink_to(tmp_path / "outside.png")
    report, passages = ingested(parts, name)
    assert [t.why for t in report.troubles] == ["the path leads out of the media folder"]
    assert passages == []
