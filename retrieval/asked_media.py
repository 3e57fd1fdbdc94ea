"""Files that people ask with (“something like this”): kept under a handle, perceived by the same ports as the catalogue's, once.

A handle is made from the content, and only what was kept here can be asked for: no path comes from a message or a browser.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.perception.cache import PerceptionCache, content_digest
from retrieval.reading.media_files import KINDS, kind_of
from vouch.errors import InputError, ModelFailed, SetupError, UnreadableMedia
from vouch.ports import Perceiver
from vouch.types import AskedMedia, Channel, MediaKind, Perceived

LARGEST_BYTES = 40_000_000
KEPT_S = 30 * 24 * 3600.0
"""How long an asked file is kept after it was asked with last."""
WORDS = 60
"""So many words of what a file says go into the query."""
WRITING = 8
"""More words than these read in a picture are a page, and say little of what it looks like."""
_HANDLE = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{1,5}")
_SPOKEN: tuple[Channel, ...] = ("caption", "transcript", "sound", "ocr")
"""Channels whose text says what a file is like; where there is none, the labels of what is seen do."""


@dataclass(frozen=True)
class AskedFiles:
    """The folder of asked files, and who perceives them. Safe for several threads: files are written at one stroke."""

    folder: Path
    perceivers: Sequence[Perceiver]
    cache: PerceptionCache
    clock: Callable[[], float] = time.time

    def keep(self, content: bytes, name: str) -> str:
        """Keeps a file and returns its handle; the same content has the same one. `name` only tells the kind.

        Raises:
            InputError: it is empty, too large, or of no kind that is perceived.
        """
        if kind_of(name) is None:
            known = ", ".join(sorted(ending.lstrip(".") for ending in KINDS))
            raise InputError(f"“{Path(name).name[:80]}” is no picture, sound or video that is known here: {known}.")
        if not content or len(content) > LARGEST_BYTES:
            raise InputError(f"A file to ask with has 1 to {LARGEST_BYTES // 1_000_000} million bytes.")
        handle = f"{hashlib.sha256(content).hexdigest()[:32]}{name[name.rfind('.') :].lower()}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._forget_old()
        path = self.folder / handle
        partial = path.with_suffix(f".{time.monotonic_ns()}.part")
        partial.write_bytes(content)
        partial.replace(path)
        return handle

    def path(self, handle: str) -> Path:
        """The kept file of a handle. Raises InputError where there is none."""
        path = self.folder / handle if _HANDLE.fullmatch(handle) else None
        if path is None or path.is_symlink() or not path.is_file():
            raise InputError("That picture or sound is not here any more. Please attach it again.")
        return path

    def asked(self, handle: str) -> AskedMedia:
        """A kept file as a query's: all that is perceived of it.

        Raises:
            InputError: there is no such file (also UnreadableMedia: nobody could read it).
            ModelFailed: no model could perceive it.
        """
        path = self.path(handle)
        kind = KINDS[path.suffix]
        return AskedMedia(handle=handle, kind=kind, perceived=self._perceived(path, self._takers(kind)))

    def spoken(self, content: bytes, name: str) -> str:
        """What is said in a recorded question; "" where nothing is. Nothing is kept. Raises as `keep` and `asked`."""
        handle = self.keep(content, name)
        path = self.path(handle)
        hears = [p for p in self._takers(KINDS[path.suffix]) if hasattr(p, "transcribe")]
        try:
            told = self._perceived(path, hears)
        finally:
            path.unlink(missing_ok=True)
        return " ".join(one.text.strip() for one in told if one.channel == "transcript").strip()

    def _takers(self, kind: MediaKind) -> list[Perceiver]:
        return [p for p in self.perceivers if kind in p.takes and not p.made_by.startswith("sidecar")]

    def _perceived(self, path: Path, perceivers: Sequence[Perceiver]) -> tuple[Perceived, ...]:
        digest = content_digest(path)
        found: list[Perceived] = []
        failures: list[UnreadableMedia | ModelFailed | SetupError] = []
        for perceiver in perceivers:
            known = self.cache.get(digest, perceiver.made_by)
            try:
                told = perceiver.perceive(path) if known is None else known
            except (
                UnreadableMedia,
                ModelFailed,
                SetupError,
            ) as failure:  # one whose model was not pulled leaves it to the others
                failures.append(failure)
                continue
            if known is None:
                self.cache.put(digest, perceiver.made_by, told)
            found += told
        if failures and not found:
            why = failures[0].why if isinstance(failures[0], UnreadableMedia) else str(failures[0])
            raise UnreadableMedia("The file to ask with", why)
        return tuple(found)

    def _forget_old(self) -> None:
        for path in self.folder.iterdir():
            try:
                if path.stat().st_mtime < self.clock() - KEPT_S:
                    path.unlink()
            except OSError:  # another process has removed it
                continue


def words_of(media: AskedMedia) -> str:
    """What a file says and shows, in at most sixty words: its caption, speech, measures and writing; else its surest labels."""
    told = [
        one.text
        for channel in _SPOKEN
        for one in media.perceived
        if one.channel == channel and one.text.strip() and (channel != "ocr" or len(one.text.split()) <= WRITING)
    ]
    if not any(one.channel in {"caption", "transcript", "sound"} for one in media.perceived):
        labels = [label for one in media.perceived for label, _ in one.labels[:2]]
        told = [*labels, *told]
    return " ".join(" ".join(dict.fromkeys(told)).split()[:WORDS])
