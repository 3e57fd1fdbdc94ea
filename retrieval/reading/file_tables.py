"""A file to a table, whatever its format: told by its content first, then by its name."""

from __future__ import annotations

from pathlib import Path

from retrieval.reading.decoding import decode
from retrieval.reading.delimited_tables import delimited_table
from retrieval.reading.json_tables import json_table
from retrieval.reading.parquet_tables import parquet_table
from retrieval.reading.tables import Table
from vouch.errors import UnreadableCatalogue

FORMATS = "Vouch reads CSV, TSV, JSON, JSONL and Parquet."


def read_table(path: Path) -> Table:
    """The table in the file; its format is told by its content first, then by its name.

    Raises:
        UnreadableCatalogue: there is no such file, or it holds no table.
    """
    data = read_bytes(path)
    suffix = path.suffix.lower()
    if data[:4] == b"PAR1":
        return parquet_table(path, data)
    refuse_known_binaries(path, data)
    text, encoding = decode(data)
    if not text.strip():
        raise UnreadableCatalogue(f"“{path.name}” is empty.")
    if suffix in {".json", ".jsonl", ".ndjson"} or (
        text.lstrip()[:1] in "[{" and suffix not in {".csv", ".tsv", ".dat"}
    ):
        return json_table(path.name, text, encoding=encoding)
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
