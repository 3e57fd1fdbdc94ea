"""A table of raw cells. Cells are the file's own strings; what they mean is found out elsewhere. Knows no format."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from retrieval.reading.findings import Trouble

Cell = str | tuple[str, ...]
"""A value as text ("" where the file has none), or a list of texts. Numbers and truth values of JSON and Parquet are texts too."""

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
