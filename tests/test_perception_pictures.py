"""Pictures of any kind come out upright, RGB and over white; what is no picture is UnreadableMedia; their colours are named."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from retrieval.perception import pictures
from retrieval.perception.drawings import flatness, is_drawn
from retrieval.perception.pictures import open_picture
from retrieval.perception.pillow_colours import PillowColours, colours_text
from tests.test_bad_media import bomb
from vouch.errors import UnreadableMedia

RED, BLUE = (210, 30, 35), (30, 80, 200)


def saved(path: Path, picture: Image.Image, **how: object) -> Path:
    picture.save(path, **how)  # type: ignore[arg-type]
    return path


def halves(mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, 80 x 40 pixels."""
    picture = Image.new("RGB", (80, 40), RED)
    picture.paste(BLUE, (40, 0, 80, 40))
    return picture.convert(mode)


def near(picture: Image.Image, xy: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = picture.getpixel(xy)
    return isinstance(pixel, tuple) and bool(np.abs(np.subtract(pixel, colour)).max() < 40)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.bmp", "a.tiff"])
def test_common_kinds_are_opened(tmp_path: Path, name: str) -> None:
    picture = open_picture(saved(tmp_path / name, halves()))
    assert (picture.mode, picture.size) == ("RGB", (80, 40))
    assert near(picture, (10, 20), RED)
    assert near(picture, (70, 20), BLUE)


@pytest.mark.parametrize(("mode", "name"), [("P", "a.png"), ("CMYK", "a.jpg"), ("RGBA", "a.png"), ("RGBA", "a.webp")])
def test_other_colour_modes_come_out_rgb(tmp_path: Path, mode: str, name: str) -> None:
    picture = open_picture(saved(tmp_path / name, halves(mode)))
    assert picture.mode == "RGB"
    assert near(picture, (10, 20), RED)


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large begins at .3 megapixels, and nobody wants it finer than 100 pixels."""
    monkeypatch.setattr(pictures, "LARGE_PIXELS", 300_000)
    monkeypatch.setattr(pictures, "FINE_PX", 100)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    ("mode", "name"),
    [
        *((mode, "a.png") for mode in ("RGB", "RGBA", "P", "L", "1", "LA", "I;16")),
        ("CMYK", "a.tiff"),
        ("RGBA", "a.webp"),
        ("RGB", "a.webp"),
        ("RGB", "a.avif"),
    ],
)
def test_a_large_picture_is_made_smaller_in_every_mode(tmp_path: Path, mode: str, name: str) -> None:
    two = Image.new("L", (800, 400), 255)
    two.paste(0, (400, 0, 800, 400))
    whole = Image.fromarray(np.asarray(two, np.uint16) * 257) if mode == "I;16" else two.convert("RGB").convert(mode)
    path = saved(tmp_path / name, whole)
    picture = open_picture(path, short_side_px=100)
    assert (picture.mode, picture.size) == ("RGB", (200, 100))
    assert near(picture, (20, 50), (255, 255, 255))
    assert near(picture, (180, 50), (0, 0, 0))


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tiff", "a.webp"])
def test_a_large_photo_taken_sideways_is_turned_upright(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / name, halves().resize((800, 400)), exif=exif)
    picture = open_picture(path, short_side_px=100)
    assert picture.size == (100, 200)
    assert near(picture, (50, 20), RED)


def test_a_very_long_picture_becomes_small_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.png", Image.new("RGB", (4000, 100), RED))
    monkeypatch.setattr(pictures, "LARGE_PIXELS", 100_000)
    assert open_picture(path, short_side_px=100).size == (2000, 50)


@pytest.mark.usefixtures("small_limits")
def test_a_large_picture_is_decoded_once_for_all_who_look_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[Path] = []
    opened = pictures._opened

    def noting(path: Path, short_side_px: int) -> Image.Image:
        decoded.append(path)
        return opened(path, short_side_px)

    monkeypatch.setattr(pictures, "_opened", noting)
    path = saved(tmp_path / "a.png", halves().resize((800, 400)))
    first = open_picture(path, short_side_px=80)
    first.thumbnail((10, 10))  # what one does with it is not seen by the next
    assert open_picture(path, short_side_px=100).size == (200, 100)
    assert decoded == [path]
    saved(path, halves().resize((1600, 400)))
    assert open_picture(path, short_side_px=100).size == (400, 100)
    assert decoded == [path, path]


def test_a_picture_that_is_a_little_too_large_is_refused_without_a_warning_beside(tmp_path: Path) -> None:
    bomb(tmp_path / "a.png", 17_000)
    with warnings.catch_warnings(record=True) as warned, pytest.raises(UnreadableMedia, match="17000 x 17000 pixels"):
        open_picture(tmp_path / "a.png")
    assert warned == []


def test_a_progressive_jpeg_whose_header_says_no_samples_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", halves(), progressive=True)
    raw = bytearray(path.read_bytes())
    first = raw.index(b"\xff\xc2") + 10  # behind the frame's marker, length, precision, size and number of components
    for component in range(3):
        raw[first + 3 * component + 1] = 0
    path.write_bytes(raw)
    with pytest.raises(UnreadableMedia):
        open_picture(path)


@pytest.mark.parametrize(
    ("mode", "subsampling", "samples_a_pixel"),
    [("L", 0, 1), ("RGB", "4:2:0", 1.5), ("RGB", "4:2:2", 2), ("RGB", "4:4:4", 3), ("CMYK", 0, 4)],
)
def test_of_a_progressive_jpeg_whose_samples_would_take_too_much_an_eighth_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, subsampling: str | int, samples_a_pixel: float
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = halves().resize((800, 400)).convert(mode)
    plain, progressive = (
        saved(tmp_path / f"{how}.jpg", picture, progressive=how, subsampling=subsampling, exif=exif)
        for how in (False, True)
    )
    monkeypatch.setattr(pictures, "PROGRESSIVE_BYTES", 2 * 800 * 400 * samples_a_pixel)
    assert open_picture(progressive).size == (400, 800)
    monkeypatch.setattr(pictures, "PROGRESSIVE_BYTES", 2 * 800 * 400 * samples_a_pixel - 1)
    assert open_picture(plain).size == (400, 800)
    small = open_picture(progressive)
    assert small.size == (50, 100)
    assert mode == "L" or (near(small, (20, 20), RED) and near(small, (20, 80), BLUE))
    assert open_picture(progressive, short_side_px=10).size == (10, 20)


def test_a_photo_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    picture = open_picture(saved(tmp_path / "a.jpg", halves(), exif=exif))
    assert picture.size == (40, 80)
    assert near(picture, (20, 10), RED)
    assert near(picture, (20, 70), BLUE)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    path = tmp_path / "a.png"
    if mode == "P":
        Image.new("P", (20, 20), 0).save(path, transparency=0)
    else:
        clear.convert(mode).save(path)
    assert open_picture(path).getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bit_greys_keep_their_shades(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(8, 0)
    picture = np.asarray(open_picture(saved(tmp_path / "a.png", Image.fromarray(ramp))))
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert 120 <= picture[0, 128, 0] <= 136
    assert picture[0, -1].tolist() == [255, 255, 255]


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    path = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert near(open_picture(path), (5, 5), RED)


def test_a_large_jpeg_is_decoded_small_and_keeps_its_shape(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.new("RGB", (4000, 2000), RED))
    assert open_picture(path, short_side_px=250).size == (500, 250)
    assert min(open_picture(path, short_side_px=520).size) >= 520


def test_a_picture_of_400_megapixels_is_refused(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "a.png").write_bytes(png + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    with pytest.raises(UnreadableMedia, match="250 megapixels"):
        open_picture(tmp_path / "a.png")


def test_a_text_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("not a picture", encoding="utf-8")
    with pytest.raises(UnreadableMedia, match="cannot be read as a picture"):
        open_picture(tmp_path / "a.jpg")


@given(
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
)
def test_a_spoilt_file_is_a_picture_or_unreadable(
    tmp_path_factory: pytest.TempPathFactory, kind: str, cut: float, changes: list[tuple[float, int]]
) -> None:
    buffer = io.BytesIO()
    halves().save(buffer, kind)
    content = bytearray(buffer.getvalue())
    for where, value in changes:
        content[int(where * (len(content) - 1))] = value
    path = tmp_path_factory.getbasetemp() / "spoilt"
    path.write_bytes(content[: int(cut * len(content)) + 1])
    with suppress(UnreadableMedia):  # the other allowed end
        assert open_picture(path).mode == "RGB"


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((200, 25, 30), "red"),
        ((20, 35, 90), "dark blue"),
        ((250, 250, 250), "white"),
        ((10, 10, 10), "black"),
        ((240, 215, 30), "yellow"),
        ((130, 130, 130), "grey"),
        ((60, 140, 60), "green"),
        ((110, 70, 35), "brown"),
        ((240, 165, 185), "pink"),
        ((110, 45, 160), "purple"),
    ],
)
def test_a_plain_colour_has_its_everyday_name(colour: tuple[int, int, int], name: str) -> None:
    assert colours_text(Image.new("RGB", (50, 50), colour)) == name


def test_the_largest_colour_comes_first(tmp_path: Path) -> None:
    picture = Image.new("RGB", (100, 100), (20, 35, 90))
    picture.paste((240, 128, 33), (0, 0, 100, 25))
    (seen,) = PillowColours().perceive(saved(tmp_path / "a.png", picture))
    assert (seen.channel, seen.text) == ("colours", "mostly dark blue with orange")


def test_a_white_background_is_named_last() -> None:
    picture = Image.new("RGB", (100, 100), "white")
    picture.paste((200, 25, 30), (30, 30, 70, 70))
    assert colours_text(picture) == "red, on white"


def grainy(picture: Image.Image) -> Image.Image:
    """The picture with the grain of a photograph."""
    grain = np.random.default_rng(1).normal(0, 6, (picture.height, picture.width, 3))
    return Image.fromarray(np.clip(np.asarray(picture, np.float64) + grain, 0, 255).astype(np.uint8))


def test_flat_colours_are_a_drawing_where_something_printed_is_likely() -> None:
    assert flatness(halves()) > 0.9
    assert is_drawn(halves(), printed=0.02)
    assert not is_drawn(halves(), printed=0.001)
    assert flatness(grainy(halves())) < 0.2
    assert not is_drawn(grainy(halves()), printed=0.02)
    assert is_drawn(grainy(halves()), printed=0.3)


def test_a_pale_background_does_not_make_a_drawing() -> None:
    product = Image.new("RGB", (200, 200), (240, 240, 242))
    product.paste(grainy(Image.new("RGB", (60, 60), RED)), (70, 70))
    assert flatness(product) < 0.2
