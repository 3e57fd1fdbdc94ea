"""A catalogue file to a Schema and Items: format, encoding, delimiter, columns and types are found out, and every guess is told.

Reads; does not perceive, embed or store. Knows of media only where the files lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from retrieval.reading.column_map import wishes_from
from retrieval.reading.columns import AttributePlan, Plan, guess_columns
from retrieval.reading.file_tables import read_table
from retrieval.reading.findings import ColumnGuess, Role, Trouble
from retrieval.reading.media_files import MediaFolder
from retrieval.reading.rows import items_of
from vouch.errors import InputError, UnreadableCatalogue
from vouch.types import Attribute, AttributeValue, Item, Schema

__all__ = ["CatalogueFile", "ColumnGuess", "Role", "Trouble", "read_catalogue"]

_NO_WISHES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class CatalogueFile:
    """What a catalogue file holds, how it was read, and what could not be used.

    `media_dir` is the folder that the items' media paths are relative to: the one given, else the file's own where a column names
    files, else None. `delimiter` is None for JSON and Parquet.
    """

    schema: Schema
    items: tuple[Item, ...]
    guesses: tuple[ColumnGuess, ...]
    troubles: tuple[Trouble, ...]
    encoding: str
    delimiter: str | None
    media_dir: Path | None = None


def read_catalogue(
    path: Path, *, media_dir: Path | None = None, column_map: Mapping[str, str] = _NO_WISHES
) -> CatalogueFile:
    """The catalogue in a CSV, TSV, JSON, JSONL or Parquet file.

    `media_dir` holds the files that a column names, or files named after the ids (17.webp, 17-2.jpg). `column_map` overrides guesses:
    id, title, text, media, ignore or an attribute's name -> column.

    Raises:
        UnreadableCatalogue: there is no such file, or no catalogue in it.
        InputError: `media_dir` is no folder, or `column_map` names a column that is not there.
    """
    if media_dir is not None and not media_dir.is_dir():
        raise InputError(f"There is no media folder “{media_dir}”.")
    table = read_table(path)
    plan = guess_columns(table, wishes_from(column_map, tuple(table.columns)))
    base = media_dir or (path.parent if plan.media_columns else None)
    folder = MediaFolder(base, thorough=media_dir is not None) if base else None
    items, troubles = items_of(table, plan, folder=folder)
    if not items:
        why = troubles[0].why if troubles else "it has no rows"
        raise UnreadableCatalogue(f"“{path.name}” holds no usable item (row 1: {why}).")
    guesses = plan.guesses
    if media_dir is not None and folder is not None:
        items, found = _with_files_of_ids(items, plan, folder)
        guesses = (*guesses, *found)
    ordered = sorted((*table.troubles, *troubles), key=lambda trouble: trouble.row)
    return CatalogueFile(
        schema=_schema(plan, items),
        items=items,
        guesses=guesses,
        troubles=tuple(ordered),
        encoding=table.encoding,
        delimiter=table.delimiter,
        media_dir=base,
    )


def _with_files_of_ids(
    items: tuple[Item, ...], plan: Plan, folder: MediaFolder
) -> tuple[tuple[Item, ...], tuple[ColumnGuess, ...]]:
    """The items with the files that bear their ids, and what to say of it. A file that rows name is theirs, whatever number it bears."""
    if plan.id_column is None:
        return items, ()
    of_rows = {media for item in items for media in item.media}
    bearing = folder.named_after([item.item_id for item in items])
    free = {i: tuple(one for one in media if one not in of_rows) for i, media in bearing.items()}
    named = {i: media for i, media in free.items() if media}
    if not named:
        return items, ()
    more = [replace(i, media=tuple(dict.fromkeys((*i.media, *named.get(i.item_id, ()))))) for i in items]
    example = next(iter(named.values()))[0].path
    why = f"files in the media folder bear the ids: {len(named):,} of {len(items):,} items have some"
    return tuple(more), (ColumnGuess(column=plan.id_column, role="media", example=example, why=why),)


def _schema(plan: Plan, items: tuple[Item, ...]) -> Schema:
    return Schema(
        id_columns=plan.id_columns,
        title_column=plan.title_column,
        text_columns=plan.text_columns,
        media_columns=plan.media_columns,
        attributes=tuple(
            _attribute(a, [i.attributes[a.name] for i in items if a.name in i.attributes]) for a in plan.attributes
        ),
    )


def _attribute(plan: AttributePlan, values: list[AttributeValue]) -> Attribute:
    plain = Attribute(
        name=plan.name, type=plan.type, column=", ".join(plan.columns), unit=plan.unit, present=len(values)
    )
    if plan.type == "number":
        numbers = [v for v in values if isinstance(v, float)]
        return replace(plain, minimum=min(numbers, default=None), maximum=max(numbers, default=None))
    if plan.type == "date":
        days = [str(v) for v in values]
        return replace(plain, first=min(days, default=None), last=max(days, default=None))
    if plan.type == "text":
        return plain
    return replace(plain, values=_counted(values))


def _counted(values: Iterable[AttributeValue]) -> tuple[tuple[str, int], ...]:
    """(value, how many items), most frequent first, then by name."""
    counts = Counter[str]()
    for value in values:
        counts.update(
            value if isinstance(value, tuple) else [str(value).lower() if isinstance(value, bool) else str(value)]
        )
    return tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
