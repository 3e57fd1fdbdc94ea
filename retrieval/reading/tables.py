"""A file to a table of raw cells, whatever its format. Cells are the file's own strings; what they mean is found out elsewhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from retrieval.reading.findings import Trouble
from vouch.errors import UnreadableCatalogue

Cell = str | tuple[str, ...]
"""A value as text ("" where the file has none), or a list of texts. Numbers and truth values of JSON and Parquet are texts too."""

FORMATS = "Vouch reads CSV, TSV, JSON, JSONL and Parquet."
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")  # no database and no terminal takes these
_NAMING_KEYS = ("name", "title", "label", "value", "text", "path", "url")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns of equal length. `row_numbers` are the 1-based data rows of the file that the cells come from."""

    columns: Mapping[str, tuple[Cell, ...]]
    row_numbers: tuple[int, ...]
    troubles: tuple[Trouble, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    header: bool = True


def read_table(path: Path) -> Table:
    """The table in the file; its format is told by its content first, then by its name.

    Raises:
        UnreadableCatalogue: there is no such file, or it holds no table.
    """
    data = read_bytes(path)
    suffix = path.suffix.lower()
    if data[:4] == b"PAR1":
        from retrieval.reading.parquet_tables import parquet_table

        return parquet_table(path, data)
    refuse_known_binaries(path, data)
    from retrieval.reading.decoding import decode

    text, encoding = decode(data)
    if not text.strip():
        raise UnreadableCatalogue(f"“{path.name}” is empty.")
    if suffix in {".json", ".jsonl", ".ndjson"} or (
        text.lstrip()[:1] in "[{" and suffix not in {".csv", ".tsv", ".dat"}
    ):
        from retrieval.reading.json_tables import json_table

        return json_table(path.name, text, encoding=encoding)
    from retrieval.reading.delimited_tables import delimited_table

    return delimited_table(path.name, text, encoding=encoding)


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        UnreadableCatalogue: there is no such file, or it cannot be opened.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableCatalogue(f"There is no file “{path}”.") from None
    except (OSError, ValueError) as error:
        raise UnreadableCatalogue(f"“{path}” cannot be opened: {error}.") from error


def refuse_known_binaries(path: Path, data: bytes) -> None:
    """Say what to do with a file that people try although Vouch cannot read it.

    Raises:
        UnreadableCatalogue: it is a workbook, an archive or a database.
    """
    if data[:2] == b"PK":
        raise UnreadableCatalogue(
            f"“{path.name}” is an Excel workbook or a ZIP archive. Save the sheet as CSV, or unpack it."
        )
    if data[:2] == b"\x1f\x8b":
        raise UnreadableCatalogue(f"“{path.name}” is compressed. Unpack it first: gunzip -k '{path.name}'")
    if data[:15] == b"SQLite format 3" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableCatalogue(
            f"“{path.name}” is a database or an old Excel file. Export the table as CSV. {FORMATS}"
        )


def cell_of(value: object) -> Cell:
    """A JSON or Parquet value as a cell.

    >>> cell_of(1), cell_of(True), cell_of(None), cell_of(["a", 2]), cell_of([{"id": 28, "name": "Action"}])
    ('1', 'true', '', ('a', '2'), ('Action',))
    """
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(text for text in map(_text_of, value) if text.strip())
    return _text_of(value)


def records_to_columns(records: Iterable[Mapping[str, object]]) -> dict[str, tuple[Cell, ...]]:
    """Records with any keys to columns of equal length, in order of first sight; an object within an object is taken apart once."""
    rows = [_flat(record) for record in records]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: tuple(row.get(name, "") for row in rows) for name in names}


def _flat(record: Mapping[str, object]) -> dict[str, Cell]:
    flat: dict[str, Cell] = {}
    for key, value in record.items():
        name = storable(str(key))
        if isinstance(value, Mapping):
            flat.update({f"{name}.{storable(str(inner))}": cell_of(v) for inner, v in value.items()})
        else:
            flat[name] = cell_of(value)
    return flat


def storable(text: str) -> str:
    """The text without lone surrogates and NUL, which JSON can spell but nothing can store."""
    return _UNSTORABLE.sub("\ufffd", text)


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return storable(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    if isinstance(value, Mapping):
        keys = (*_NAMING_KEYS, *value)
        named = next((value[key] for key in keys if isinstance(value.get(key), str) and value[key]), None)
        return storable(named if named is not None else repr(dict(value)))
    if isinstance(value, bytes):
        return storable(value.decode("utf-8", errors="replace"))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    try:
        return storable(str(value))
    except ValueError:  # an integer of more than 4,300 digits
        return ""
