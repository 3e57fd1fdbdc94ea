"""JSON and JSON Lines to a table. Does not know what the fields mean."""

from __future__ import annotations

import json
from collections.abc import Mapping

from retrieval.reading.findings import Trouble, shortened
from retrieval.reading.tables import Table, records_to_columns
from vouch.errors import UnreadableCatalogue


def json_table(name: str, text: str, *, encoding: str) -> Table:
    """The records of a JSON list, of an object that holds a list (or objects by id), or of JSON Lines.

    Raises:
        UnreadableCatalogue: it is no JSON, or holds no records.
    """
    by_line = name.lower().endswith((".jsonl", ".ndjson"))
    lines = [line for line in text.split("\n") if line.strip()] if by_line else []
    if any(_is_object(line) for line in lines):
        return _table(name, [_record_of(line) for line in lines], encoding=encoding)
    try:
        whole = json.loads(text)
    except RecursionError:
        raise UnreadableCatalogue(f"“{name}” is nested too deeply to be a catalogue.") from None
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if text.lstrip().startswith("{") and any(_is_object(line) for line in lines):
            return _table(name, [_record_of(line) for line in lines], encoding=encoding)
        raise UnreadableCatalogue(f"“{name}” is not JSON: {error}.") from error
    return _table(name, _records(name, whole), encoding=encoding)


def _is_object(line: str) -> bool:
    return isinstance(_record_of(line), Mapping)


def _record_of(line: str) -> object:
    """The object in the line, or a sentence saying what is wrong with it."""
    try:
        value = json.loads(line)
    except RecursionError:
        return "the line is nested too deeply"
    except ValueError as error:
        return f"the line is not JSON ({error})"
    return value if isinstance(value, Mapping) else "the line is not a JSON object"


def _records(name: str, whole: object) -> list[object]:
    if isinstance(whole, Mapping):
        found = _list_within(whole)
        if found is not None:
            return found
        if len(whole) > 1 and all(isinstance(value, Mapping) for value in whole.values()):
            return [{"id": key, **value} for key, value in whole.items()]
        return [whole]
    if isinstance(whole, list):
        if whole and all(isinstance(value, str) for value in whole):
            return [{"title": value} for value in whole]
        return [v if isinstance(v, Mapping) else "the entry is not a JSON object" for v in whole]
    raise UnreadableCatalogue(f"“{name}” holds a single value. A catalogue is a list of objects.")


def _list_within(whole: Mapping[str, object], depth: int = 2) -> list[object] | None:
    """The longest list of objects among the values, looked for two levels down."""
    lists = [v for v in whole.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)]
    if not lists and depth > 1:
        within = (_list_within(v, depth - 1) for v in whole.values() if isinstance(v, Mapping))
        lists = [found for found in within if found is not None]
    if not lists:
        return None
    longest = max(lists, key=len)
    return [v if isinstance(v, Mapping) else "the entry is not a JSON object" for v in longest]


def _table(name: str, records: list[object], *, encoding: str) -> Table:
    good = [(row, r) for row, r in enumerate(records, start=1) if isinstance(r, Mapping)]
    troubles = tuple(
        Trouble(row=row, column=None, value="", why=shortened(why, 160), skipped=True)
        for row, why in enumerate(records, start=1)
        if not isinstance(why, Mapping)
    )
    if not good:
        raise UnreadableCatalogue(
            f"“{name}” holds no JSON objects ({len(records)} entries). A catalogue is a list of objects."
        )
    return Table(
        columns=records_to_columns(record for _, record in good),
        row_numbers=tuple(row for row, _ in good),
        troubles=troubles,
        encoding=encoding,
    )
