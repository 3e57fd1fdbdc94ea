"""Parquet to a table, by pyarrow. Whole numbers that a tool stored as floats because of gaps become whole again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from retrieval.reading.tables import Table, records_to_columns
from vouch.errors import UnreadableCatalogue

_EXACT = 2.0**53


def parquet_table(path: Path, data: bytes) -> Table:
    """The whole file as a table.

    Raises:
        UnreadableCatalogue: pyarrow cannot read it.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        arrow = pyarrow.parquet.read_table(io.BytesIO(data))
        columns: dict[str, list[object]] = {
            str(name): _whole(arrow.column(index).to_pylist()) for index, name in enumerate(arrow.column_names)
        }
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise UnreadableCatalogue(f"“{path.name}” is not a Parquet file that can be read: {error}.") from error
    records: list[Mapping[str, object]] = [
        dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
    ]
    if not records:
        raise UnreadableCatalogue(f"“{path.name}” has no rows.")
    return Table(columns=records_to_columns(records), row_numbers=tuple(range(1, len(records) + 1)), encoding="parquet")


def _whole(values: list[object]) -> list[object]:
    floats = [v for v in values if isinstance(v, float) and v == v]
    if not floats or any(abs(v) > _EXACT or v != int(v) for v in floats):
        return values
    return [int(v) if isinstance(v, float) and v == v else v for v in values]
