"""The copy: every passage's vector in one memory-mapped file a space, for exact products. Knows no database and no index.

A copy is a folder named after the version of the catalogue that it was made from; it is written beside its place and then renamed,
so that it is there whole or not at all. Any number of processes map it at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.item_sets import ItemSet
from vouch.errors import IndexMismatch
from vouch.ports import Vectors
from vouch.types import Hit, Passage, Space

SPACES: tuple[Space, ...] = ("text", "seen")

Rows = NDArray[np.intp]

_FORMAT = 1
_ROWS_AT_A_TIME = 8192
_SETS_REMEMBERED = 8
_SLACK = 3e-5
"""More than float32 products can be off by: what lies this close to the k-th best is scored again in float64."""


class VectorFile:
    """One space: vectors of length 1, shape (n, d), with the passages and items that they belong to.

    Rows stand in the order of passage_id, so that a lower row wins a tie.
    """

    def __init__(self, vectors: Vectors, *, passage_ids: Sequence[str], item_ids: Sequence[str]) -> None:
        self.vectors = vectors
        self.passage_ids = passage_ids
        self.item_ids = item_ids
        self._rows_of_set: dict[frozenset[str], Rows] = {}
        self._places: tuple[Catalogue | None, Rows] = (None, np.zeros(0, dtype=np.intp))
        """The last catalogue asked about, and the item_index of each row in it; -1 where it has no such item."""

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """passage_id to row."""
        return {passage_id: row for row, passage_id in enumerate(self.passage_ids)}

    @cached_property
    def _item_numbers(self) -> tuple[Mapping[str, int], NDArray[np.int32]]:
        """A number an item, and the number of each row's item."""
        numbers: dict[str, int] = {}
        rows = np.fromiter((numbers.setdefault(i, len(numbers)) for i in self.item_ids), np.int32, len(self.item_ids))
        return numbers, rows

    @cached_property
    def _rows_by_item(self) -> tuple[Rows, Rows]:
        """All rows, those of one item together; where those of each item number start, and the end."""
        numbers, of_row = self._item_numbers
        together = np.argsort(of_row, kind="stable")
        return together, np.searchsorted(of_row[together], np.arange(len(numbers) + 1))

    def rows_of(self, item_ids: Iterable[str]) -> Rows:
        """The rows of these items' passages, ascending; unknown items have none. The last few frozensets asked for are remembered."""
        if not isinstance(item_ids, frozenset):
            return self._find_rows(item_ids)
        rows = self._rows_of_set.get(item_ids)
        if rows is None:
            rows = self._masked_rows(item_ids) if isinstance(item_ids, ItemSet) else self._find_rows(item_ids)
            if len(self._rows_of_set) >= _SETS_REMEMBERED:
                self._rows_of_set.clear()
            self._rows_of_set[item_ids] = rows
        return rows

    def _find_rows(self, item_ids: Iterable[str]) -> Rows:
        numbers, _ = self._item_numbers
        together, starts = self._rows_by_item
        known = {numbers[i] for i in item_ids if i in numbers}
        return np.sort(np.concatenate([together[:0], *(together[starts[n] : starts[n + 1]] for n in known)]))

    def _masked_rows(self, items: ItemSet) -> Rows:
        catalogue, places = self._places
        if catalogue is not items.catalogue:
            index_of = items.catalogue.index_of
            places = np.array([index_of.get(i, -1) for i in self.item_ids], dtype=np.intp)
            self._places = (items.catalogue, places)
        return np.flatnonzero(np.append(items.mask, False)[places])

    def best(self, vector: Vectors, k: int, rows: Rows | None = None) -> tuple[Hit, ...]:
        """The k most similar rows, of `rows` (ascending) where given: cosine rounded to 1e-5, best first, ties by passage_id."""
        count = len(self.passage_ids) if rows is None else len(rows)
        if not count or k < 1:
            return ()
        query = unit_rows(np.asarray(vector, dtype=np.float32).reshape(-1))
        close = self._products(query, rows)
        floor = np.partition(close, count - k)[count - k] - _SLACK if count > k else -np.inf
        near = np.flatnonzero(close >= floor)
        chosen = near if rows is None else rows[near]
        exact = np.round(self.vectors[chosen].astype(np.float64) @ query.astype(np.float64), 5)
        order = np.argsort(-exact, kind="stable")[:k]
        return tuple(
            Hit(passage_id=self.passage_ids[row], item_id=self.item_ids[row], similarity=float(similarity))
            for row, similarity in zip(chosen[order].tolist(), exact[order].tolist(), strict=True)
        )

    def _products(self, query: Vectors, rows: Rows | None) -> Vectors:
        # Gathering rows costs more than multiplying them: where a third or more is wanted, all are multiplied.
        if rows is None:
            return np.asarray(self.vectors @ query)
        if 3 * len(rows) > len(self.passage_ids):
            return np.asarray((self.vectors @ query)[rows])
        return np.asarray(self.vectors[rows] @ query)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The copy: every space, and an `identity` that is the same for the same passages, items and vectors."""

    spaces: Mapping[Space, VectorFile]
    identity: str


def unit_rows(vectors: Vectors) -> Vectors:
    """The rows at length 1, float32; rows of zeros stay."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def in_memory(passages: Sequence[Passage], vectors: Vectors) -> Copy:
    """The copy of these passages, held in memory and written nowhere."""
    spaces = {space: _in_memory(passages, vectors, rows) for space, rows in _rows_by_space(passages).items()}
    return Copy(spaces=spaces, identity="in memory")


def write_copy(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> Copy:
    """Writes a copy that is there whole or not at all, in the place of what is in this folder, and opens it."""
    made = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    digests: dict[str, str] = {}
    for space, rows in _rows_by_space(passages).items():
        digests[f"{space}.npy"] = _write_vectors(made / f"{space}.npy", vectors, rows)
        names = [[passages[row].passage_id for row in rows], [passages[row].item_id for row in rows]]
        text = json.dumps(names).encode()
        (made / f"{space}.json").write_bytes(text)
        digests[f"{space}.json"] = hashlib.sha256(text).hexdigest()
    (made / "digests.json").write_text(json.dumps({"format": _FORMAT, "digests": digests}), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    made.rename(folder)
    written = open_copy(folder)
    if written is None:
        raise IndexMismatch(
            f"{folder} does not keep what is written to it.", "free some space, then `vouch ingest` again"
        )
    return written


def open_copy(folder: Path) -> Copy | None:
    """The copy in this folder, memory-mapped; None where there is none or where any byte of it is not what was written."""
    try:
        written = json.loads((folder / "digests.json").read_text(encoding="utf-8"))
        if written["format"] != _FORMAT or any(
            file_digest(folder / name) != expected for name, expected in written["digests"].items()
        ):
            return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    identity = hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()
    return Copy(spaces={space: _open_space(folder, space) for space in SPACES}, identity=identity)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows_by_space(passages: Sequence[Passage]) -> dict[Space, list[int]]:
    rows: dict[Space, list[int]] = {space: [] for space in SPACES}
    for row, passage in enumerate(passages):
        rows[passage.space].append(row)
    return {space: sorted(found, key=lambda r: passages[r].passage_id) for space, found in rows.items()}


def _in_memory(passages: Sequence[Passage], vectors: Vectors, rows: Sequence[int]) -> VectorFile:
    return VectorFile(
        unit_rows(vectors[rows]),
        passage_ids=[passages[row].passage_id for row in rows],
        item_ids=[passages[row].item_id for row in rows],
    )


def _write_vectors(path: Path, vectors: Vectors, rows: Sequence[int]) -> str:
    # Through a file handle, a piece at a time: neither the whole space nor its mapping is held beside `vectors`.
    with path.open("wb") as file:
        shape = (len(rows), vectors.shape[1])
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            file.write(unit_rows(vectors[rows[start : start + _ROWS_AT_A_TIME]]).astype("<f4", copy=False).tobytes())
    return file_digest(path)


def _open_space(folder: Path, space: Space) -> VectorFile:
    passage_ids, item_ids = json.loads((folder / f"{space}.json").read_bytes())
    # An empty file cannot be mapped.
    vectors: Vectors = np.load(folder / f"{space}.npy", mmap_mode="r" if passage_ids else None)
    return VectorFile(np.asarray(vectors), passage_ids=passage_ids, item_ids=item_ids)
