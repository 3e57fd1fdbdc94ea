"""A table and a plan to items and troubles. Bad rows are left out and reported, bad values are missing and reported."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from retrieval.reading.columns import AttributePlan, Plan
from retrieval.reading.findings import Trouble, shortened
from retrieval.reading.media_files import MediaFolder, names_of
from retrieval.reading.readings import is_absent, is_missing
from retrieval.reading.tables import Cell, Table
from retrieval.reading.titles import title_of_file
from vouch.types import AttributeValue, Item, Media

_NO_TITLE = frozenset({"", "N/A", "n/a", "null", "NULL", "nan", "NaN", "\\N"})
"""As tools write them; a film may well be called NAN or None."""
_DIGEST_LENGTH = 16


def items_of(table: Table, plan: Plan, *, folder: MediaFolder | None) -> tuple[tuple[Item, ...], tuple[Trouble, ...]]:
    """The items in the file's order, and what could not be used."""
    rows = _Rows(table, plan, folder)
    items = rows.items()
    return items, tuple(rows.troubles)


class _Rows:
    """One pass over the rows; collects troubles as it goes."""

    def __init__(self, table: Table, plan: Plan, folder: MediaFolder | None) -> None:
        self.table = table
        self.plan = plan
        self.folder = folder
        self.troubles: list[Trouble] = []
        self.ids = _row_ids(table, plan)
        self.titles = table.columns[plan.title_column]
        # What each value becomes is settled once a column: 10,000 rows share a few hundred values.
        self.misfits = [_misfits(table, column, plans) for column, plans in _by_column(plan.attributes).items()]

    def items(self) -> tuple[Item, ...]:
        items: list[Item] = []
        first_rows: dict[str, int] = {}
        for index, row in enumerate(self.table.row_numbers):
            item_id, title = self.ids[index], self._title(index)
            trouble = self._unusable(index, item_id, title, first_rows)
            if trouble:
                self.troubles.append(trouble)
                continue
            first_rows[item_id] = row
            self._report_misfits(index)
            media = self._media(index)
            items.append(Item(item_id=item_id, title=title, attributes=self._attributes(index), media=media))
        return tuple(items)

    def _title(self, index: int) -> str:
        cell = self.titles[index]
        if self.plan.title_from_media:
            names = names_of(cell)
            return title_of_file(names[0]) if names else ""
        return cell if isinstance(cell, str) else ", ".join(cell)

    def _unusable(self, index: int, item_id: str, title: str, first_rows: Mapping[str, int]) -> Trouble | None:
        row, plan = self.table.row_numbers[index], self.plan
        if item_id.strip() in _NO_TITLE:
            return Trouble(row=row, column=plan.id_column, value=shortened(item_id), why="no id", skipped=True)
        if title.strip() in _NO_TITLE:
            return Trouble(row=row, column=plan.title_column, value=shortened(title), why="no title", skipped=True)
        if item_id not in first_rows:
            return None
        first = first_rows[item_id]
        if plan.id_column is None:
            return Trouble(
                row=row, column=None, value=shortened(title), why=f"the same as row {first} in everything", skipped=True
            )
        why = f"row {first} has this id already"
        return Trouble(row=row, column=plan.id_column, value=shortened(item_id), why=why, skipped=True)

    def _attributes(self, index: int) -> dict[str, AttributeValue]:
        found: dict[str, AttributeValue] = {}
        for attribute in self.plan.attributes:
            cells = [self.table.columns[column][index] for column in attribute.columns]
            if len(cells) == 1:
                value = attribute.values.get(cells[0])
            else:
                lists = [attribute.values[c] for c in cells if c in attribute.values]
                value = tuple(dict.fromkeys(piece for pieces in lists if isinstance(pieces, tuple) for piece in pieces))
            if value is not None and value != () and value != "":
                found[attribute.name] = value
        return found

    def _report_misfits(self, index: int) -> None:
        for column, misfits, why in self.misfits:
            cell = self.table.columns[column][index]
            if cell in misfits:
                row = self.table.row_numbers[index]
                self.troubles.append(Trouble(row=row, column=column, value=shortened(cell), why=why, skipped=False))

    def _media(self, index: int) -> tuple[Media, ...]:
        found: dict[str, Media] = {}
        for column in self.plan.media_columns:
            cell = self.table.columns[column][index]
            for name in () if is_missing(cell) else names_of(cell):
                media = self.folder.find(name) if self.folder is not None else "there is no media folder"
                if isinstance(media, Media):
                    found[media.path] = media
                else:
                    row = self.table.row_numbers[index]
                    self.troubles.append(
                        Trouble(row=row, column=column, value=shortened(name), why=media, skipped=False)
                    )
        return tuple(found.values())


def _by_column(attributes: Sequence[AttributePlan]) -> dict[str, list[AttributePlan]]:
    found: dict[str, list[AttributePlan]] = {}
    for attribute in attributes:
        if not attribute.from_title:
            for column in attribute.columns:
                found.setdefault(column, []).append(attribute)
    return found


def _misfits(table: Table, column: str, plans: Sequence[AttributePlan]) -> tuple[str, frozenset[Cell], str]:
    """The column, its cells that became nothing although they say something, and why."""
    kind = plans[0].type
    cells = {c for c in set(table.columns[column]) if not any(c in p.values for p in plans) and not is_absent(c, kind)}
    units = " or ".join(p.unit for p in plans if p.unit)
    kinds = {
        "number": "a number",
        "date": "a date",
        "boolean": "a yes or no",
        "list": "a list",
        "text": "text",
        "category": "a value",
    }
    return (
        column,
        frozenset(cells),
        f"not {kinds[kind]}{f' in {units}' if units else ''}, as the column's other values are",
    )


def _row_ids(table: Table, plan: Plan) -> list[str]:
    """The file's ids, or digests of the identifying columns; rows that agree in those are told apart by everything they say."""
    if plan.id_column is not None:
        return [c if isinstance(c, str) else ", ".join(c) for c in table.columns[plan.id_column]]
    keys = [_digest(cells) for cells in zip(*(table.columns[name] for name in plan.id_columns), strict=True)]
    often = Counter(keys)
    names = sorted(table.columns)
    return [
        key if often[key] == 1 else _digest([table.columns[name][index] for name in names])
        for index, key in enumerate(keys)
    ]


def _digest(cells: Sequence[Cell]) -> str:
    canonical = json.dumps(cells, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGEST_LENGTH]
