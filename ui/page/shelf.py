"""The items behind the page and where their pictures and sounds lie. Files are found by item and number, never by a client's path."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from vouch.types import Item, MediaKind, Schema

COVER_WIDTH_PX = 320
"""Covers are sent this wide; they show at most 120 CSS pixels wide, on dense screens too."""
SMALL_FILE_BYTES = 60_000
MOST_PIXELS = 250_000_000


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A picture's address on this server with its size, so that nothing moves while it loads."""

    url: str
    width_px: int
    height_px: int


class Shelf:
    """Items by id, their schema, and the folder in which their media lie."""

    def __init__(
        self,
        items: Mapping[str, Item],
        *,
        schema: Schema | Callable[[], Schema] | None,
        media_dir: Path,
        simulated: bool = False,
    ) -> None:
        """`simulated`: the likes in the collection are of invented people, and are called that. `schema` may be asked for anew each time:
        an ingest beside an open page can change it."""
        self.items = items
        self._schema = schema
        self.simulated = simulated
        self._folder = media_dir.resolve()

    def called_simulated(self) -> Shelf:
        """The same items, with all likes called simulated."""
        return Shelf(self.items, schema=self._schema, media_dir=self._folder, simulated=True)

    @property
    def schema(self) -> Schema | None:
        """The items' schema as it is now."""
        return self._schema() if callable(self._schema) else self._schema

    def file(self, item_id: str, n: int) -> Path | None:
        """The n-th media file of an item (from 0); None where there is no such item, number or file inside the folder."""
        item = self.items.get(item_id)
        if item is None or not 0 <= n < len(item.media):
            return None
        path = (self._folder / item.media[n].path).resolve()
        return path if path.is_relative_to(self._folder) and path.is_file() else None

    def cover(self, item: Item) -> Cover | None:
        """The item's first picture that can be opened, or None."""
        for n, media in enumerate(item.media):
            if media.kind == "picture" and (path := self.file(item.item_id, n)) and (size := picture_size(path)):
                return Cover(url=f"{media_url(item.item_id, n)}?cover", width_px=size[0], height_px=size[1])
        return None

    def first(self, item: Item, kind: MediaKind) -> str | None:
        """The address of the item's first file of a kind, or None."""
        numbers = (n for n, media in enumerate(item.media) if media.kind == kind)
        return next((media_url(item.item_id, n) for n in numbers if self.file(item.item_id, n)), None)

    def url(self, item_id: str, path: str) -> str | None:
        """The address of the media file that a passage speaks of, or None where the item does not have it."""
        item = self.items.get(item_id)
        media = item.media if item else ()
        numbers = (n for n, one in enumerate(media) if one.path == path)
        return next((media_url(item_id, n) for n in numbers if self.file(item_id, n)), None)


def media_url(item_id: str, n: int) -> str:
    """The address of an item's n-th media file."""
    return f"/media/{quote(item_id, safe='')}/{n}"


@lru_cache(maxsize=20_000)
def picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels as it is to be shown (turned as its EXIF says), or None where it is no readable picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            width, height = picture.size
            turned = picture.getexif().get(0x0112, 1) >= 5
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError):
        return None
    return (height, width) if turned else (width, height)


@lru_cache(maxsize=256)
def small_picture(path: Path, changed_at: float) -> bytes | None:
    """The picture as WebP, at most 320 pixels wide; None where the file is small enough to be sent as it is.

    `changed_at`, the file's own time, makes a changed file a new entry of the cache.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if path.stat().st_size <= SMALL_FILE_BYTES:
        return None
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (2 * COVER_WIDTH_PX, 2 * COVER_WIDTH_PX))
            shown = ImageOps.exif_transpose(picture).convert("RGBA" if picture.has_transparency_data else "RGB")
            shown.thumbnail((COVER_WIDTH_PX, 2 * COVER_WIDTH_PX))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError):
        return None
    out = io.BytesIO()
    shown.save(out, "WEBP", quality=82)
    return out.getvalue()
