"""The demo's prints: real photographs that scikit-image and scikit-learn carry, copied into a media folder at setup.

Run `python -m demo.copy_prints FOLDER`. They are not kept in the repository; demo/CREDITS.md says whose they are. A photograph of at
most 640 pixels a side is copied byte for byte, so that what perception made of it, shipped under its digest, holds with any version of
Pillow; a larger one is scaled to 640 and written as JPEG.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from vouch.errors import InputError, MissingExtra

LONGEST_SIDE_PX = 640
JPEG_QUALITY = 88


@dataclass(frozen=True, kw_only=True)
class Print:
    """One photograph: the catalogue's number and where the package keeps the file (`source` is relative to the package's folder)."""

    number: int
    package: str
    source: str

    @property
    def item_id(self) -> str:
        """The catalogue's id, which is also the file's stem."""
        return f"print-{self.number}"

    @property
    def title(self) -> str:
        """A number and no more: nothing in words says what is seen."""
        return f"Print {self.number}"


SOURCES = (
    ("skimage", "data/coffee.png"),
    ("sklearn", "datasets/images/china.jpg"),
    ("skimage", "data/chelsea.png"),
    ("skimage", "data/rocket.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("skimage", "data/coins.png"),
    ("skimage", "data/astronaut.png"),
    ("skimage", "data/clock_motion.png"),
    ("skimage", "data/camera.png"),
    ("skimage", "data/hubble_deep_field.jpg"),
)
PRINTS = tuple(Print(number=n, package=package, source=source) for n, (package, source) in enumerate(SOURCES, start=1))


def source_path(photograph: Print) -> Path:
    """Where the installed package keeps the photograph.

    Raises:
        MissingExtra: if the package, or this file of it, is not installed.
    """
    spec = find_spec(photograph.package)
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / photograph.source
        if path.is_file():
            return path
    distribution = {"skimage": "scikit-image", "sklearn": "scikit-learn"}[photograph.package]
    raise MissingExtra(f"{distribution} (with {photograph.source})", f"pip install {distribution}")


def copy_prints(folder: Path) -> tuple[Path, ...]:
    """Copy every photograph into `folder` (made if need be) as print-1.png and so on; the paths written, in the order of PRINTS."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(copy_print(photograph, folder) for photograph in PRINTS)


def copy_print(photograph: Print, folder: Path) -> Path:
    """Copy one photograph, scaled down if a side is longer than 640 pixels; the path written."""
    from PIL import Image

    source = source_path(photograph)
    with Image.open(source) as picture:
        if max(picture.size) <= LONGEST_SIDE_PX:
            target = folder / f"{photograph.item_id}{source.suffix}"
            shutil.copyfile(source, target)
            return target
        small = picture.convert("RGB")
        small.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        target = folder / f"{photograph.item_id}.jpg"
        small.save(target, "JPEG", quality=JPEG_QUALITY)
        return target


def main(arguments: Sequence[str] | None = None) -> None:
    """Copy the prints into the one folder that is named."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        raise InputError("Name one folder: python -m demo.copy_prints FOLDER")
    copy_prints(Path(given[0]))


if __name__ == "__main__":
    main()
