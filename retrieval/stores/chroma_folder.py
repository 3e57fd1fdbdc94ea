"""One folder that embedded Chroma keeps: made from the copy, checked byte by byte before it is opened, and never mended.

Chroma 1.5.9, embedded, crashes the process on damaged HNSW files (a Rust panic, SIGBUS), so nothing is opened that is not exactly what was
left behind. Tried out: opening writes to its SQLite file, loading a small collection writes its HNSW files anew, queries and closing write
nothing. So the marker with the files' digests is written after all collections are loaded, and again after every opening; a folder
without its marker, or with another byte than it says, was damaged or broken off, and is made again in seconds.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.stores.vector_file import SPACES, Copy, Rows, VectorFile, file_digest
from vouch.errors import SourceFailed
from vouch.ports import Vectors
from vouch.types import Space

MARKER = "chroma.json"

_ROWS_AT_A_TIME = 5000
"""Chroma takes 5,461 at the most."""


@dataclass(frozen=True, kw_only=True)
class Marker:
    """What a sound folder was when it was left: `identity` and `copy` name the copy that it holds (see `Copy.identity`)."""

    generation: str
    copy: str
    identity: str
    chromadb: str
    files: Mapping[str, str]


class OpenedChroma:
    """A Chroma folder that this process holds open. Everything but `close` raises SourceFailed where Chroma fails."""

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        import chromadb
        from chromadb.config import Settings

        # A .env in the working folder is not ours to obey, and nothing is reported to anyone.
        settings = Settings(_env_file=None, anonymized_telemetry=False, chroma_otel_collection_endpoint="")
        self.folder = folder
        with _translated():
            self._client = chromadb.PersistentClient(path=str(folder), settings=settings)
            if make:
                configuration = {"hnsw": {"space": "cosine", "ef_construction": 100, "max_neighbors": 16}}
                for space in SPACES:
                    self._client.create_collection(space, configuration=configuration, embedding_function=None)
            self._collections: dict[Space, Any] = {
                space: self._client.get_collection(space, embedding_function=None) for space in SPACES
            }

    def propose(self, space: Space, vector: Vectors, count: int) -> Sequence[str]:
        """The passage_ids that HNSW takes for the nearest ones."""
        with _translated():
            found = self._collections[space].query(query_embeddings=[vector], n_results=count, include=[])
        return [str(passage_id) for passage_id in found["ids"][0]]

    def put(self, space: Space, file: VectorFile, rows: Rows) -> None:
        """Adds these rows, or replaces their vectors."""
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            some = rows[start : start + _ROWS_AT_A_TIME]
            ids = [file.passage_ids[row] for row in some.tolist()]
            with _translated():
                self._collections[space].upsert(ids=ids, embeddings=np.asarray(file.vectors[some]))

    def remove(self, space: Space, passage_ids: Sequence[str]) -> None:
        """Removes these passages."""
        for start in range(0, len(passage_ids), _ROWS_AT_A_TIME):
            with _translated():
                self._collections[space].delete(ids=list(passage_ids[start : start + _ROWS_AT_A_TIME]))

    def holds(self, copy: Copy) -> bool:
        """Whether each space counts as many passages as the copy and finds one of them; loads every collection."""
        for space, file in copy.spaces.items():
            with _translated():
                count = self._collections[space].count()
            if count != len(file.passage_ids):
                return False
            if file.passage_ids and not self.propose(space, np.asarray(file.vectors[0]), 1):
                return False
        return True

    def close(self) -> None:
        """Lets go of the folder; another `OpenedChroma` may open it in this process."""
        self._client.close()


def build(folder: Path, copy: Copy) -> OpenedChroma:
    """A new Chroma folder that holds the copy, open."""
    folder.mkdir(parents=True)
    chroma = OpenedChroma(folder, make=True)
    for space, file in copy.spaces.items():
        chroma.put(space, file, np.arange(len(file.passage_ids)))
    return chroma


def apply_changes(chroma: OpenedChroma, old: Copy, new: Copy) -> None:
    """Makes a folder that holds `old` hold `new`."""
    for space, (gone, rows) in changes(old, new).items():
        chroma.remove(space, gone)
        chroma.put(space, new.spaces[space], rows)


def changes(old: Copy, new: Copy) -> Mapping[Space, tuple[Sequence[str], Rows]]:
    """By space: the passage_ids that are gone, and the rows of `new` that are new or have another vector."""
    return {space: _changes(old.spaces[space], new.spaces[space]) for space in SPACES}


def read_marker(home: Path) -> Marker | None:
    """The marker, where it is there, of this Chroma, and true of every byte in its folder; else None."""
    try:
        marker = Marker(**json.loads((home / MARKER).read_text(encoding="utf-8")))
        sound = marker.chromadb == version("chromadb") and marker.files == digests(home / marker.generation)
    except (OSError, ValueError, TypeError):
        return None
    return marker if sound else None


def write_marker(home: Path, marker: Marker) -> None:
    """Puts the marker in its place, all at once."""
    made = home / f"{MARKER}.part"
    with made.open("w", encoding="utf-8") as file:
        json.dump(asdict(marker), file)
        file.flush()
        os.fsync(file.fileno())
    made.replace(home / MARKER)


def remove_marker(home: Path) -> None:
    """What is in the folder from now on is not to be trusted."""
    (home / MARKER).unlink(missing_ok=True)


def new_generation(home: Path) -> str:
    """The name of a folder that is not there yet, so that nothing of an old one is ever met again."""
    numbers = [int(n) for p in home.glob("chroma-*") if (n := p.name.removeprefix("chroma-")).isdigit()]
    return f"chroma-{max(numbers, default=0) + 1}"


def remove_other_generations(home: Path, kept: str) -> None:
    """Removes every Chroma folder but one."""
    for folder in home.glob("chroma-*"):
        if folder.name != kept:
            shutil.rmtree(folder)


def digests(folder: Path) -> dict[str, str]:
    """Every file in the folder, by its path there, to the digest of its bytes."""
    return {
        path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }


@contextmanager
def _translated() -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise SourceFailed("chroma", str(error)) from error


def _changes(old: VectorFile, new: VectorFile) -> tuple[Sequence[str], Rows]:
    gone = [passage_id for passage_id in old.passage_ids if passage_id not in new.row_of]
    before = np.array([old.row_of.get(passage_id, -1) for passage_id in new.passage_ids], dtype=np.intp)
    changed = before < 0
    for start in range(0, len(before), _ROWS_AT_A_TIME):
        rows = np.flatnonzero(before[start : start + _ROWS_AT_A_TIME] >= 0) + start
        if len(rows):
            changed[rows] = np.any(new.vectors[rows] != old.vectors[before[rows]], axis=1)
    return gone, np.flatnonzero(changed)
