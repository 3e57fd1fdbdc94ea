"""An eighth of a progressive JPEG is what libjpeg makes of the whole at that size; a file that does not hold it is refused."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

from retrieval.perception import pictures
from retrieval.perception.pictures import open_picture
from retrieval.perception.progressive_jpeg import eighth
from tests.test_memory import write_progressive
from vouch.errors import UnreadableMedia

PHOTO = Image.fromarray(astronaut()).resize((203, 157))
"""Neither side is a whole number of blocks, nor of two."""


def jpeg(mode: str = "RGB", **how: object) -> bytes:
    buffer = io.BytesIO()
    PHOTO.convert(mode).save(buffer, "JPEG", progressive=True, **how)
    return buffer.getvalue()


def ours(path: Path, content: bytes) -> Image.Image:
    path.write_bytes(content)
    with Image.open(path) as header:
        return eighth(path, header)


def libjpegs(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as whole:
        whole.draft(None, (whole.width // 8, whole.height // 8))
        whole.load()
        return whole


def apart(one: Image.Image, other: Image.Image) -> NDArray[np.int64]:
    """How far the values of two pictures of one kind and size are apart."""
    assert (one.mode, one.size) == (other.mode, other.size)
    return np.abs(np.asarray(one, np.int64) - np.asarray(other, np.int64))


@pytest.mark.parametrize("how", [{}, {"quality": 98}, {"quality": 5}, {"restart_marker_blocks": 3}, {"optimize": True}])
@pytest.mark.parametrize(("mode", "most"), [("L", 0), ("RGB", 1), ("CMYK", 0)])
def test_an_eighth_is_libjpegs(tmp_path: Path, mode: str, most: int, how: dict[str, object]) -> None:
    content = jpeg(mode, subsampling=0, **how)
    assert apart(ours(tmp_path / "a.jpg", content), libjpegs(content)).max() <= most


@pytest.mark.parametrize("subsampling", ["4:2:2", "4:2:0"])
def test_coarse_colours_are_at_their_places(tmp_path: Path, subsampling: str) -> None:
    content = jpeg(subsampling=subsampling, restart_marker_rows=1)
    mine, whole = ours(tmp_path / "a.jpg", content), libjpegs(content)
    assert apart(mine.convert("L"), whole.convert("L")).mean() < 1
    assert apart(mine, whole).mean() < 5  # libjpeg has more of the colours: its eighth of them is a fourth


def test_components_that_are_red_green_and_blue_are_not_turned_into_them(tmp_path: Path) -> None:
    content = jpeg(keep_rgb=True, subsampling=0)
    assert apart(ours(tmp_path / "a.jpg", content), libjpegs(content)).max() == 0
    named = re.sub(rb"\xff\xee\x00\x0eAdobe.{7}", b"", content, flags=re.DOTALL)  # their names alone say so
    assert len(named) < len(content)
    assert apart(ours(tmp_path / "a.jpg", named), libjpegs(named)).max() == 0


def test_in_a_jfif_file_names_say_nothing(tmp_path: Path) -> None:
    def named(segment: re.Match[bytes]) -> bytes:
        """The header of a scan with the components' names in place of their numbers."""
        raw = bytearray(segment[0])
        for place in range(5, len(raw) - 3, 2):
            raw[place] = b"RGB"[raw[place] - 1]
        return bytes(raw)

    content = jpeg(subsampling=0)
    frame = content.index(b"\xff\xc2") + 10
    for number in range(3):
        content = content[: frame + 3 * number] + b"RGB"[number : number + 1] + content[frame + 3 * number + 1 :]
    content = re.sub(rb"\xff\xda\x00(?:\x0c.{9}|\x08.{5})", named, content, flags=re.DOTALL)
    assert apart(libjpegs(content), libjpegs(jpeg(subsampling=0))).max() == 0, "libjpeg does not know the names"
    assert apart(ours(tmp_path / "a.jpg", content), libjpegs(content)).max() <= 1


def test_inks_kept_as_brightness_and_colours_are_inks(tmp_path: Path) -> None:
    content = bytearray(jpeg("CMYK"))
    content[content.index(b"Adobe") + 11] = 2  # YCCK
    assert apart(ours(tmp_path / "a.jpg", bytes(content)), libjpegs(bytes(content))).max() <= 1


def with_scans_of_their_own(planes: Sequence[Image.Image], factors: Sequence[int]) -> bytes:
    """A progressive JPEG made of three grey ones: the scans of each follow those of the one before."""
    greys = []
    for plane in planes:
        buffer = io.BytesIO()
        plane.save(buffer, "JPEG", progressive=True)
        greys.append(buffer.getvalue())
    frame = greys[0].index(b"\xff\xc2")
    said = greys[0][frame + 4 : frame + 9] + b"\3" + b"".join(bytes([n, factors[n] * 17, 0]) for n in range(3))
    scans = b""
    for number, grey in enumerate(greys):
        rest = grey[grey.index(b"\xff\xc2") + 13 : -2]
        scans += rest.replace(b"\xff\xda\x00\x08\x01\x01", bytes([0xFF, 0xDA, 0, 8, 1, number]))
    return greys[0][:frame] + b"\xff\xc2" + (2 + len(said)).to_bytes(2) + said + scans + b"\xff\xd9"


@pytest.mark.parametrize("coarser", [1, 2])
def test_components_may_come_in_scans_of_their_own(tmp_path: Path, coarser: int) -> None:
    bright, blue, red = PHOTO.convert("YCbCr").split()
    size = (-(-PHOTO.width // coarser), -(-PHOTO.height // coarser))
    content = with_scans_of_their_own([bright, blue.resize(size), red.resize(size)], [coarser, 1, 1])
    mine, whole = ours(tmp_path / "a.jpg", content), libjpegs(content)
    assert apart(whole, libjpegs(jpeg(subsampling=0))).mean() < 5, (
        "libjpeg does not know the file that was put together"
    )
    assert apart(mine, whole).mean() < (0.5 if coarser == 1 else 5)


def test_the_flat_pictures_of_the_memory_test_are_what_they_say(tmp_path: Path) -> None:
    for components, mode in ((3, "RGB"), (4, "CMYK")):
        write_progressive(tmp_path / "a.jpg", 203, 157, components)
        content = (tmp_path / "a.jpg").read_bytes()
        assert ours(tmp_path / "a.jpg", content).mode == mode
        assert apart(ours(tmp_path / "a.jpg", content), libjpegs(content)).max() == 0


SCAN = rb"\xff\xda\x00."
CODED = jpeg(subsampling=0)
STARTS = [found.start() for found in re.finditer(SCAN, CODED, re.DOTALL)]
TABLE = CODED.index(b"\xff\xc4") + 4
ENDS = [*STARTS[1:], len(CODED)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (CODED[: len(CODED) // 2], "cut off"),
        (CODED[: STARTS[0] + 40] + b"\xff\xd9", "cut off or broken"),
        (CODED[: STARTS[-4]] + b"\xff\xd9", "scans are missing"),
        (CODED[: STARTS[0]] + CODED[ENDS[0] :], "out of order"),
        (CODED.replace(b"\xff\xc2", b"\xff\xca"), "arithmetic"),
        (CODED.replace(b"\xff\xda\x00\x0c\x03\x01\x00\x02", b"\xff\xda\x00\x0c\x03\x01\x00\x01"), "one twice"),
        (CODED[:TABLE] + b"\3" + CODED[TABLE + 1 :], "cut off or broken"),
    ],
)
def test_a_file_that_does_not_hold_it_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ours(tmp_path / "a.jpg", content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.sampled_from(["L", "RGB", "CMYK"]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
)
def test_a_spoilt_file_is_a_picture_or_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, cut: float, changes: list[tuple[float, int]]
) -> None:
    monkeypatch.setattr(pictures, "PROGRESSIVE_BYTES", 0)
    content = bytearray(jpeg(mode, restart_marker_blocks=5))
    for where, value in changes:
        content[int(where * (len(content) - 1))] = value
    (tmp_path / "a.jpg").write_bytes(content[: int(cut * len(content)) + 1])
    with suppress(UnreadableMedia):  # the other allowed end
        assert open_picture(tmp_path / "a.jpg").mode == "RGB"
