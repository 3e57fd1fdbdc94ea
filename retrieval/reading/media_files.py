"""Which files belong to an item: those that a column names, and those named after its id. Nothing is opened, and nothing outside the folder is named.

A value in a catalogue is untrusted: absolute paths, "..", web addresses and links that lead out of the folder are refused.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from retrieval.reading.tables import Cell
from vouch.types import Media, MediaKind

_EXTENSIONS: Mapping[MediaKind, str] = {
    "picture": "jpg jpeg png webp gif bmp tif tiff avif jfif",
    "sound": "wav mp3 flac ogg oga opus m4a aac aif aiff wma",
    "video": "mp4 m4v mkv webm mov avi mpg mpeg ogv",
}
KINDS: Mapping[str, MediaKind] = {f".{e}": kind for kind, text in _EXTENSIONS.items() for e in text.split()}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|//|www\.|data:", re.IGNORECASE)
_LONGEST = 400
_CUTS = ("|", ";", ", ", ",")


def kind_of(path: str) -> MediaKind | None:
    """The kind that the file's extension says, or None.

    >>> kind_of("covers/17.WEBP"), kind_of("notes.txt")
    ('picture', None)
    """
    return KINDS.get(path[path.rfind(".") :].lower()) if "." in path[1:] else None


def is_link(text: str) -> bool:
    """Whether the text is a web address.

    >>> is_link("https://example.org/a.jpg"), is_link("a.jpg")
    (True, False)
    """
    return bool(_URL.match(text.strip()))


def names_of(cell: Cell) -> tuple[str, ...]:
    """The file names in a cell: a list's entries, or "a.jpg|b.jpg" cut where each piece is a media file's name."""
    if isinstance(cell, tuple):
        return cell
    text = cell.strip()
    for cut in _CUTS if looks_like_media(text[-_LONGEST:]) else ():
        pieces = tuple(p.strip() for p in text.split(cut) if p.strip())
        if len(pieces) > 1 and all(looks_like_media(p) for p in pieces):
            return pieces
    return (text,) if text else ()


def looks_like_media(text: str) -> bool:
    """Whether the text is a path or an address with a picture's, a sound's or a video's extension."""
    text = text.strip()
    if not 0 < len(text) <= _LONGEST or "\n" in text:
        return False
    return kind_of(text.split("?")[0] if is_link(text) else text) is not None


def refusal(name: str) -> str | None:
    """Why a value can't be taken as the path of a file within the media folder, or None."""
    path = name.strip().replace("\\", "/")
    if is_link(path):
        return "a web address; Vouch opens files of the media folder only"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "an absolute path; paths are relative to the media folder"
    if ".." in path.split("/"):
        return "the path leads out of the media folder"
    if len(path) > _LONGEST or not path.isprintable() or kind_of(path) is None:
        return "not a picture, sound or video that Vouch knows by its extension"
    return None


class MediaFolder:
    """The pictures, sounds and videos of one folder. Hidden files and linked folders are left out.

    `thorough`: look through the whole folder, so that another case or a missing part of the path does no harm; a folder that
    nobody named (the one that the catalogue lies in) is not looked through, it could be a home.
    """

    def __init__(self, folder: Path, *, thorough: bool) -> None:
        self._root = folder.resolve()
        self._thorough = thorough

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(sorted(_walk(self._root), key=_natural)) if self._thorough else ()

    @cached_property
    def _by_ending(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            parts = path.casefold().split("/")
            for start in range(len(parts)):
                found["/".join(parts[start:])].append(path)
        return found

    def find(self, name: str) -> Media | str:
        """The file that a value names, or why there is none. Also found: another case, and "covers/17.jpg" when covers is the folder."""
        why = refusal(name)
        if why is not None:
            return why
        path = str(PurePosixPath(name.strip().replace("\\", "/")))
        if _is_within(self._root, path):
            return _media(path)
        parts = path.casefold().split("/")
        endings = (self._by_ending.get("/".join(parts[start:]), ()) for start in range(len(parts)))
        found = next((paths for paths in endings if paths), ())
        if len(found) == 1:
            return _media(found[0])
        return "several files have that name" if found else "no such file in the media folder"

    def named_after(self, item_ids: Collection[str]) -> dict[str, tuple[Media, ...]]:
        """The files named after each id: 17.webp, 17-2.jpg, 17_3.mp3, in any folder; or all in a folder that bears the id."""
        exact = set(item_ids)
        folded = {item_id.casefold(): item_id for item_id in item_ids}
        by_folder = self._is_one_folder_an_item(exact)
        found: dict[str, list[Media]] = defaultdict(list)
        for path in self._paths:
            pure = PurePosixPath(path)
            names = [pure.parent.name] if by_folder else [pure.stem, *_without_number(pure.stem), pure.parent.name]
            owner = next(
                (n if n in exact else folded[n.casefold()] for n in names if n in exact or n.casefold() in folded), None
            )
            if owner:
                found[owner].append(_media(path))
        return {item_id: tuple(media) for item_id, media in found.items()}

    def _is_one_folder_an_item(self, item_ids: Collection[str]) -> bool:
        """17/1.jpg, 17/2.jpg, 18/1.jpg: the folders bear the ids, and the names within come again."""
        pures = [PurePosixPath(path) for path in self._paths]
        inside = [p for p in pures if p.parent.name in item_ids]
        return (
            len(inside) > 1
            and len(inside) == len(pures)
            and len({p.stem for p in pures}) < len({str(p) for p in pures})
        )


def _without_number(stem: str) -> Iterable[str]:
    """The stem without a number behind a dash, underscore, dot, space or in brackets: 17-2, 17_02, 17 (3)."""
    match = re.fullmatch(r"(.+?)(?:[-_. ]+\d{1,3}|\s*\(\d{1,3}\))", stem)
    return (match[1],) if match else ()


def _is_within(root: Path, path: str) -> bool:
    """Whether the file is there, and really in the folder: a link may lead elsewhere."""
    try:
        return (root / path).is_file() and (root / path).resolve().is_relative_to(root)
    except OSError:
        return False


def _media(path: str) -> Media:
    return Media(path=path, kind=KINDS[path[path.rfind(".") :].lower()])


def _walk(root: Path) -> Iterable[str]:
    for directory, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.startswith(".") or kind_of(name) is None:
                continue
            path = Path(directory, name)
            relative = path.relative_to(root).as_posix()
            if relative.isprintable() and not (path.is_symlink() and not _is_within(root, relative)):
                yield relative


def _natural(path: str) -> list[tuple[int, int, str]]:
    """17.jpg, then 17-2.jpg, then 17-10.jpg."""
    pure = PurePosixPath(path)
    parts = [p for p in re.split(r"(\d+)", str(pure.with_suffix(""))) if p]
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts]
