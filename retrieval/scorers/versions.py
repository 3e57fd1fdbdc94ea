"""Numbered versions of a fitted scorer in one folder, with a pointer to the one that is in use.

    scorer/current.json       {"number": 3, "held_against": null}
    scorer/3/scorer.json ...  one version, written whole under another name and then renamed
    scorer/writer.lock        held by the one process that writes

Readers need no lock: the pointer is replaced all at once, and a version never changes. What a killed writer leaves is removed by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from vouch.errors import HomeBusy

KEPT = 3
"""How many versions stay: the one in use, and the last ones before it to go back to."""
PATIENCE_S = 900.0
"""How long one process waits for another one's fit."""

_POINTER, _LOCK = "current.json", "writer.lock"
_OLD_FILES = ("scorer.json", "ease-*.npy", "edlae-*.npy")
"""What a folder held before there were versions."""


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """Which version is in use. `held_against`: it was gone back to while the file's interactions had this digest; until these change
    nothing newer takes its place by itself. None: nobody went back.
    """

    number: int
    held_against: str | None = None


@dataclass(frozen=True)
class Versions:
    """The versions in `folder`."""

    folder: Path

    def current(self) -> Pointer | None:
        """Which one is in use; None where none is."""
        try:
            pointer = Pointer(**json.loads((self.folder / _POINTER).read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return pointer if self.path(pointer.number).is_dir() else None

    def numbers(self) -> tuple[int, ...]:
        """The versions that are there, rising."""
        return tuple(sorted(int(path.name) for path in self.folder.glob("[0-9]*") if path.name.isdigit()))

    def path(self, number: int) -> Path:
        """The folder of one version."""
        return self.folder / str(number)

    @contextmanager
    def writing(self, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """For one process at a time. Raises HomeBusy where another one writes for longer than `patience_s`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / _LOCK, timeout=patience_s)
        try:
            lock.acquire()
        except Timeout:
            raise HomeBusy(
                f"Another process is fitting the scorer in {self.folder}. Try again when it is done."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def add(self, write: Callable[[Path], None]) -> int:
        """A new version that `write` fills, put in use once it is whole; its number. Only inside `writing`."""
        for broken_off in self.folder.glob("*.part"):
            shutil.rmtree(broken_off) if broken_off.is_dir() else broken_off.unlink()
        number = max(self.numbers(), default=0) + 1
        made = self.folder / f"{number}.part"
        made.mkdir()
        write(made)
        made.rename(self.path(number))
        self.use(Pointer(number=number))
        self._tidy()
        return number

    def use(self, pointer: Pointer) -> None:
        """Points to another version, all at once."""
        write_text(self.folder / _POINTER, json.dumps(asdict(pointer)))

    def _tidy(self) -> None:
        for number in self.numbers()[:-KEPT]:
            shutil.rmtree(self.path(number))
        for pattern in _OLD_FILES:
            for old in self.folder.glob(pattern):
                old.unlink(missing_ok=True)


def write_array(path: Path, array: NDArray[np.generic]) -> None:
    """Writes an array that is on the disk when this returns."""
    with path.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Writes a text in the place of what is there, all at once."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
