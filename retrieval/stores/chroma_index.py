"""The passage index: Chroma proposes, the copy of the vectors decides.

SQLite is the record; the copy (`vector_file`) and Chroma (`chroma_folder`) are made from it and made again whenever they are
missing, stale or damaged. One process at a time holds the home's lock: it alone writes, and opens Chroma. All others answer from the copy.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout

from retrieval.stores import chroma_folder, vector_file
from retrieval.stores.chroma_folder import Marker, OpenedChroma
from retrieval.stores.sql_catalogue import SqlCatalogue
from retrieval.stores.vector_file import Copy
from vouch.errors import HomeBusy, SourceFailed
from vouch.ports import Vectors
from vouch.types import Hit, Passage, Space

LOCK = "writer.lock"

_COPY = "vectors-"

_BUSY = "Another process is using {folder} and may be writing to it. Stop it (the page, `vouch mcp`), then try again."

_log = logging.getLogger(__name__)

_PROPOSED = 4
"""HNSW is asked for four times as many as are wanted: what it misses is then far down the list."""

EXACT_UP_TO = 10_000
"""Passages in a space up to which the exact product is quicker than HNSW (.3 ms against 2 ms here), and misses nothing."""

_CHANGED_IN_PLACE = 0.2
"""More than this part changed: a new folder is quicker, and HNSW has no deleted points to walk around."""


class ChromaIndex:
    """A PassageIndex on disk, one a home. Searches may come from any thread; `sync` and `close` only while nobody searches."""

    tier: str
    """What answers: for the line that names each part's tier."""

    def __init__(self, folder: Path, *, catalogue: SqlCatalogue, lock: FileLock | None, exact_up_to: int) -> None:
        """Use `open`. `lock` is held, or None where another process holds it."""
        self._folder = folder
        self._catalogue = catalogue
        self._lock = lock
        self._exact_up_to = exact_up_to
        self._copy: Copy | None = None
        self._chroma: OpenedChroma | None = None
        self._proposing = threading.Lock()
        self.tier = "not opened yet"

    @classmethod
    def open(
        cls, folder: Path, *, catalogue: SqlCatalogue, for_writing: bool = False, exact_up_to: int = EXACT_UP_TO
    ) -> Self:
        """The index in this folder, checked; what is missing, stale or damaged is made again from the catalogue first.

        Where another process holds the lock, it answers from the copy alone, with the same results. `for_writing` opens nothing
        until `sync` or the first search, and raises HomeBusy where the lock is held.
        """
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            if for_writing:
                raise HomeBusy(_BUSY.format(folder=folder)) from error
        held = lock if lock.is_locked else None
        index = cls(folder, catalogue=catalogue, lock=held, exact_up_to=exact_up_to)
        try:
            if not for_writing:
                index._opened_copy()
        except BaseException:
            index.close()
            raise
        return index

    def successor(self) -> Self:
        """The index of what the record holds by now, with the lock if it can be had. This one answers on, from its copy alone.

        Searches of this one may be under way. Raises IndexMismatch where the record does not fit together at the moment.
        """
        if self._lock is None:
            return type(self).open(self._folder, catalogue=self._catalogue, exact_up_to=self._exact_up_to)
        index = type(self)(self._folder, catalogue=self._catalogue, lock=self._lock, exact_up_to=self._exact_up_to)
        with self._proposing:
            index._chroma, self._chroma, self._lock = self._chroma, None, None
        try:
            index._opened_copy()
        except BaseException:
            index.close()
            raise
        return index

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Makes the index hold exactly these passages; killed at any point, the next open makes it again. Raises HomeBusy."""
        if self._lock is None:
            raise HomeBusy(_BUSY.format(folder=self._folder))
        name = self._copy_name()
        self._adopt(name, vector_file.write_copy(self._folder / name, passages, vectors))

    def search(self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None) -> tuple[Hit, ...]:
        """The k most similar passages of a space, best first, ties by passage_id; only of `item_ids` where given (exact then)."""
        file = self._opened_copy().spaces[space]
        if item_ids is not None:
            return file.best(vector, k, file.rows_of(item_ids))
        if self._chroma is None or len(file.passage_ids) <= max(self._exact_up_to, _PROPOSED * k):
            return file.best(vector, k)
        try:
            with self._proposing:
                if self._chroma is None:
                    return file.best(vector, k)
                proposed = self._chroma.propose(space, vector, _PROPOSED * k)
        except SourceFailed as error:
            self._do_without_chroma(error)
            return file.best(vector, k)
        rows = sorted(file.row_of[passage_id] for passage_id in proposed if passage_id in file.row_of)
        hits = file.best(vector, len(rows), np.array(rows, dtype=np.intp))
        # Equal to the very last of what was proposed: there may be more of its like (one text at many items), and all must be seen.
        complete = len(hits) > k and hits[-1].similarity < hits[k - 1].similarity
        return hits[:k] if complete else file.best(vector, k)

    def count(self, space: Space) -> int:
        """How many passages the space holds."""
        return len(self._opened_copy().spaces[space].passage_ids)

    def close(self) -> None:
        """Lets go of Chroma and of the lock: another process may write now."""
        if self._chroma is not None:
            self._chroma.close()
        self._chroma = self._copy = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        """Itself; closed at the end."""
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Closes it."""
        self.close()

    def _copy_name(self) -> str:
        return f"{_COPY}{self._catalogue.version()}"

    def _opened_copy(self) -> Copy:
        if self._copy is None:
            name = self._copy_name()
            found = vector_file.open_copy(self._folder / name)
            return self._adopt(name, self._made_copy(name) if found is None else found)
        return self._copy

    def _made_copy(self, name: str) -> Copy:
        passages, vectors = self._catalogue.passages_and_vectors()
        if self._lock is None:
            return vector_file.in_memory(passages, vectors)
        return vector_file.write_copy(self._folder / name, passages, vectors)

    def _adopt(self, name: str, copy: Copy) -> Copy:
        """From here on `copy` answers, and Chroma where this process may open it holds the same."""
        self._copy = copy
        if self._lock is None:
            self.tier = "exact copy (another process holds the index)"
            return copy
        try:
            self._chroma = self._updated_chroma(name, copy) or self._rebuilt_chroma(name, copy)
            self.tier = f"chroma {version('chromadb')}"
        except SourceFailed as error:
            self._do_without_chroma(error)
        for folder in self._folder.glob(f"{_COPY}*"):
            if folder.name != name:
                shutil.rmtree(folder)
        return copy

    def _updated_chroma(self, name: str, copy: Copy) -> OpenedChroma | None:
        """What is on disk, holding `copy` now; None where it is missing, damaged, or too far from it."""
        marker = chroma_folder.read_marker(self._folder)
        if marker is None:
            return None
        old = copy if marker.identity == copy.identity else vector_file.open_copy(self._folder / marker.copy)
        if old is None or old.identity != marker.identity or _far(old, copy):
            return None
        chroma_folder.remove_marker(self._folder)
        chroma = self._chroma or OpenedChroma(self._folder / marker.generation)
        if old is not copy:
            chroma_folder.apply_changes(chroma, old, copy)
        if not chroma.holds(copy):
            chroma.close()
            return None
        self._leave_marker(name, copy, chroma)
        return chroma

    def _rebuilt_chroma(self, name: str, copy: Copy) -> OpenedChroma:
        if self._chroma is not None:
            self._chroma.close()
            self._chroma = None
        chroma_folder.remove_marker(self._folder)
        chroma = chroma_folder.build(self._folder / chroma_folder.new_generation(self._folder), copy)
        if not chroma.holds(copy):
            raise SourceFailed("chroma", "does not find what was just put into it")
        self._leave_marker(name, copy, chroma)
        chroma_folder.remove_other_generations(self._folder, chroma.folder.name)
        return chroma

    def _leave_marker(self, name: str, copy: Copy, chroma: OpenedChroma) -> None:
        chroma_folder.write_marker(
            self._folder,
            Marker(
                generation=chroma.folder.name,
                copy=name,
                identity=copy.identity,
                chromadb=version("chromadb"),
                files=chroma_folder.digests(chroma.folder),
            ),
        )

    def _do_without_chroma(self, error: SourceFailed) -> None:
        _log.warning("Chroma is left out: %s", error)
        chroma_folder.remove_marker(self._folder)
        self._chroma = None
        self.tier = f"exact copy ({error})"


def _far(old: Copy, new: Copy) -> bool:
    changes = chroma_folder.changes(old, new).values()
    changed = sum(len(gone) + len(rows) for gone, rows in changes)
    return changed > _CHANGED_IN_PLACE * sum(len(file.passage_ids) for file in old.spaces.values())
