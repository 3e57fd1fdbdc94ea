"""Text in pictures is read line by line, without a download and without a word on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from retrieval.perception.rapidocr_reader import RapidOcrReader
from vouch.errors import UnreadableMedia

READER = RapidOcrReader()


def test_lines_are_read_from_top_to_bottom(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    poster = Image.new("RGB", (640, 480), "navy")
    draw = ImageDraw.Draw(poster)
    draw.text((40, 60), "GRAND CONCERT", fill="white", font_size=56)
    draw.text((40, 320), "Saturday at 7", fill="yellow", font_size=48)
    poster.save(tmp_path / "poster.png")
    (read,) = READER.perceive(tmp_path / "poster.png")
    assert read.channel == "ocr"
    assert read.text.replace(" ", "").lower().split("\n") == ["grandconcert", "saturdayat7"]
    assert capfd.readouterr() == ("", "")


def test_a_picture_without_text_says_nothing(tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((300, 200)).save(tmp_path / "grey.png")
    assert READER.perceive(tmp_path / "grey.png") == ()


def test_a_broken_picture_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"broken")
    with pytest.raises(UnreadableMedia):
        READER.perceive(tmp_path / "a.png")


def test_a_reader_says_who_it_is() -> None:
    assert READER.takes == {"picture"}
    assert READER.made_by.endswith(":pp-ocrv6-small/ocr-1")
