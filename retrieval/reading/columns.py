"""Which column is what: id, title, media, attributes. Guesses by values first and names second, and says why; never asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from retrieval.reading import media_files
from retrieval.reading.column_map import Wishes
from retrieval.reading.findings import ColumnGuess, shortened
from retrieval.reading.names import (
    CODE,
    PERSON_NAMES,
    YEAR_NAMES,
    id_tier,
    numbered_groups,
    plural,
    snake_case,
    title_tier,
    unique_name,
    words_of,
)
from retrieval.reading.readings import Column, Reading, as_text
from retrieval.reading.tables import Cell, Table
from retrieval.reading.titles import years_in
from vouch.errors import UnreadableCatalogue
from vouch.types import AttributeType, AttributeValue


@dataclass(frozen=True, kw_only=True)
class AttributePlan:
    """One attribute: the columns it is read from (several only for numbered ones) and what each raw cell becomes."""

    name: str
    type: AttributeType
    unit: str | None
    columns: tuple[str, ...]
    values: Mapping[Cell, AttributeValue]
    from_title: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How rows become items. `id_column` None: a digest of `id_columns`. `title_from_media`: the title is made from the file's name."""

    id_column: str | None
    id_columns: tuple[str, ...]
    title_column: str
    title_from_media: bool
    text_columns: tuple[str, ...]
    media_columns: tuple[str, ...]
    attributes: tuple[AttributePlan, ...]
    guesses: tuple[ColumnGuess, ...]


def guess_columns(table: Table, wishes: Wishes) -> Plan:
    """The plan for the table; `wishes` override.

    Raises:
        UnreadableCatalogue: no column can serve as a title, nor as anything to make one from.
    """
    rows = len(table.row_numbers)
    columns = {name: Column.of(name, cells, rows=rows) for name, cells in table.columns.items()}
    guesses: dict[str, ColumnGuess] = {}
    ignored = _ignored(columns, wishes)
    guesses.update(ignored)
    media = _media(columns, wishes, taken=guesses)
    guesses.update(media)
    id_guess = _id(columns, wishes, taken=guesses)
    if id_guess:
        guesses[id_guess.column] = id_guess
    title = _title(columns, wishes, taken=guesses)
    if title and guesses.get(title.column, title).role == "title":
        guesses[title.column] = title
    if title is None:
        raise UnreadableCatalogue(
            f"No column can serve as the title. There are: {', '.join(list(columns)[:20])}. Name one with --map title=COLUMN."
        )
    attributes, attribute_guesses = _attributes(columns, wishes, taken=guesses)
    guesses.update(attribute_guesses)
    ordered = [guesses[name] for name in columns if name in guesses]
    year = _year_from_title(columns[title.column], attributes) if title.role == "title" else None
    if year:
        attributes.append(year[0])
        ordered.append(year[1])
    id_columns = (id_guess.column,) if id_guess else _identifying(title, media, attributes)
    return Plan(
        id_column=id_guess.column if id_guess else None,
        id_columns=id_columns,
        title_column=title.column,
        title_from_media=title.role == "media",
        text_columns=tuple(a.columns[0] for a in attributes if a.type == "text"),
        media_columns=tuple(media),
        attributes=tuple(attributes),
        guesses=tuple(ordered),
    )


def _guess(column: Column, role: str, why: str) -> ColumnGuess:
    example = shortened(next(iter(column.counts), ""))
    return ColumnGuess(column=column.name, role=role, example=example, why=why)  # type: ignore[arg-type]


def _ignored(columns: Mapping[str, Column], wishes: Wishes) -> dict[str, ColumnGuess]:
    found = {}
    for name, column in columns.items():
        if name in wishes.ignored:
            found[name] = _guess(column, "ignored", "you said so")
        elif wishes.names(name):
            continue
        elif not column.counts:
            found[name] = _guess(column, "ignored", "no value in any row")
        elif _are_row_numbers(column):
            found[name] = _guess(column, "ignored", "only counts the rows")
        elif _are_links(column):
            found[name] = _guess(column, "ignored", "web addresses, which Vouch never opens")
    return found


def _are_row_numbers(column: Column) -> bool:
    """The nameless first column that pandas writes."""
    if not column.name.startswith(("Unnamed: ", "column_1")) or column.rows < 2 or len(column.counts) != column.rows:
        return False
    return list(column.counts) == [str(n) for n in range(column.rows)]


def _are_links(column: Column) -> bool:
    return all(all(media_files.is_link(n) for n in ((c,) if isinstance(c, str) else c)) for c in column.counts)


def _media(
    columns: Mapping[str, Column], wishes: Wishes, *, taken: Mapping[str, ColumnGuess]
) -> dict[str, ColumnGuess]:
    found = {}
    for name, column in columns.items():
        if name in wishes.media:
            found[name] = _guess(column, "media", "you said so")
        elif name in taken or wishes.names(name) or title_tier(name) == 0:
            continue  # a column that is called “title” holds titles, even “0.jpg”
        else:
            named = {c: media_files.names_of(c) for c in column.counts}
            files = sum(
                column.counts[c]
                for c, names in named.items()
                if names and all(map(media_files.looks_like_media, names))
            )
            if files >= 0.8 * column.present or (files >= 2 and column.present - files == 1):
                kinds = sorted({kind for names in named.values() for n in names if (kind := media_files.kind_of(n))})
                found[name] = _guess(column, "media", f"names of {' and '.join(kinds) or 'media'} files")
    return found


def _id(columns: Mapping[str, Column], wishes: Wishes, *, taken: Mapping[str, ColumnGuess]) -> ColumnGuess | None:
    if wishes.id:
        return _guess(columns[wishes.id], "id", "you said so")
    candidates = []
    for position, (name, column) in enumerate(columns.items()):
        tier = id_tier(name)
        if tier is None or name in taken or wishes.names(name) or column.present < 0.5 * column.rows:
            continue
        repeats = column.present - len(column.counts)
        allowed = 0.5 * column.present if tier == 0 else (max(1, 0.1 * column.present) if tier == 1 else 0)
        if repeats <= allowed and all(isinstance(c, str) and len(c) < 200 for c in column.counts):
            candidates.append((repeats > 0, tier, position, name))
    if not candidates:
        return _nameless_id(columns, taken=taken)
    name = min(candidates)[3]
    unique = len(columns[name].counts) == columns[name].present
    return _guess(columns[name], "id", "the name says so, and no value comes twice" if unique else "the name says so")


def _nameless_id(columns: Mapping[str, Column], *, taken: Mapping[str, ColumnGuess]) -> ColumnGuess | None:
    """The first column, where every value is a different code: numbers in a file without a header, 0071, A-17, B00X4."""
    first = next(iter(columns.values()))
    if first.name in taken or title_tier(first.name) is not None or len(first.counts) < max(2, first.rows):
        return None
    if first.name == "column_1" and all(isinstance(c, str) and c.isdecimal() for c in first.counts):
        return _guess(first, "id", "the file has no header, and the first column's numbers never come twice")
    codes = sum(1 for c in first.texts if CODE.fullmatch(c.strip()))
    if codes == len(first.counts):
        return _guess(first, "id", "the first column, and every value is a different code")
    return None


def _title(columns: Mapping[str, Column], wishes: Wishes, *, taken: Mapping[str, ColumnGuess]) -> ColumnGuess | None:
    if wishes.title:
        return _guess(columns[wishes.title], "title", "you said so")
    free = [c for c in columns.values() if c.name not in taken and not wishes.names(c.name) and c.texts]
    named = [(c.distinct_share < 0.3, tier, c) for c in free if (tier := title_tier(c.name)) is not None]
    if named:
        column = min(named, key=lambda entry: entry[:2])[2]
        return _guess(column, "title", "the name says so")
    media = next((guess for guess in taken.values() if guess.role == "media"), None)
    likely = [c for c in free if _could_be_title(c)]
    if likely and (media is None or max(c.distinct_share for c in likely) > 0.9):
        column = max(likely, key=lambda c: round(c.distinct_share, 1))
        return _guess(column, "title", "short texts that hardly ever repeat")
    if media:
        return media
    return next((replace(guess, role="title") for guess in taken.values() if guess.role == "id"), None)


def _could_be_title(column: Column) -> bool:
    """Short words, mostly different, no numbers, no prose."""
    texts = column.texts
    if column.present < 0.5 * column.rows or not texts or id_tier(column.name) is not None:
        return False
    reading = column.readings[0]
    short = sum(1 for c in texts if 0 < len(c) <= 100 and len(c.split()) <= 15)
    return reading.type == "category" and column.distinct_share > 0.5 and short >= 0.9 * len(column.counts)


def _attributes(
    columns: Mapping[str, Column], wishes: Wishes, *, taken: Mapping[str, ColumnGuess]
) -> tuple[list[AttributePlan], dict[str, ColumnGuess]]:
    free = {name: column for name, column in columns.items() if name not in taken}
    guesses: dict[str, ColumnGuess] = {}
    plans: list[AttributePlan] = []
    readings = {name: column.readings for name, column in free.items()}
    grouped = _groups(readings, wishes)
    for name, column in free.items():
        used = {plan.name for plan in plans}
        if name in guesses:
            continue
        if name in grouped:
            stem, members = grouped[name]
            plan = _list_of_columns(unique_name(plural(snake_case(stem)), used), members, readings)
            plans.append(plan)
            why = f"{members[0]} to {members[-1]} together are one list"
            guesses.update({m: replace(_described(free[m], plan), why=why) for m in members})
        elif name in wishes.text:
            plan = _plan(unique_name(snake_case(name), used), name, as_text(column, why="you said so"))
            plans.append(plan)
            guesses[name] = replace(_described(column, plan), why="you said so")
        elif _is_another_id(column) and not wishes.names(name):
            guesses[name] = _guess(column, "ignored", "another identifier: it says nothing of what the thing is like")
        else:
            made, guess = _from_readings(column, readings[name], wish=wishes.attributes.get(name), used=used)
            plans.extend(made)
            guesses[name] = guess
    return plans, guesses


def _is_another_id(column: Column) -> bool:
    return id_tier(column.name) is not None and column.present > 2 and len(column.counts) == column.present


def _groups(readings: Mapping[str, tuple[Reading, ...]], wishes: Wishes) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each member of a run of numbered columns of short words: what they share, and all members."""
    words = [n for n, found in readings.items() if found[0].type in {"category", "list"} and not wishes.names(n)]
    return {member: (stem, members) for stem, members in numbered_groups(words).items() for member in members}


def _list_of_columns(name: str, members: tuple[str, ...], readings: Mapping[str, tuple[Reading, ...]]) -> AttributePlan:
    values: dict[Cell, AttributeValue] = {}
    for member in members:
        for cell, value in readings[member][0].values.items():
            values[cell] = value if isinstance(value, tuple) else (str(value),)
    return AttributePlan(name=name, type="list", unit=None, columns=members, values=values)


def _plan(name: str, column: str, reading: Reading) -> AttributePlan:
    return AttributePlan(name=name, type=reading.type, unit=reading.unit, columns=(column,), values=reading.values)


def _from_readings(
    column: Column, readings: tuple[Reading, ...], *, wish: str | None, used: set[str]
) -> tuple[list[AttributePlan], ColumnGuess]:
    name = wish or snake_case(column.name)
    plans: list[AttributePlan] = []
    for reading in readings:
        own = unique_name(f"{name}_{reading.suffix}" if reading.suffix else name, used | {p.name for p in plans})
        plans.append(_plan(own, column.name, reading))
    guess = replace(_described(column, plans[0]), why=readings[0].why)
    if len(plans) > 1:
        names, units = ", ".join(p.name for p in plans), ", ".join(p.unit or "" for p in plans)
        guess = replace(guess, attribute=names, unit=units)
    return plans, guess


def _described(column: Column, plan: AttributePlan) -> ColumnGuess:
    guess = _guess(column, "text" if plan.type == "text" else "attribute", "")
    return replace(guess, attribute=plan.name, type=plan.type, unit=plan.unit)


def _year_from_title(title: Column, attributes: list[AttributePlan]) -> tuple[AttributePlan, ColumnGuess] | None:
    """“Alien (1979)” in most rows, and no column of years: an attribute of its own."""
    if any(words_of(a.name) & YEAR_NAMES and a.type == "number" for a in attributes):
        return None
    values = years_in(title.texts)
    if sum(title.counts[c] for c in values) < 0.6 * title.present:
        return None
    name = unique_name("year", {a.name for a in attributes})
    plan = AttributePlan(name=name, type="number", unit=None, columns=(title.name,), values=values, from_title=True)
    guess = ColumnGuess(
        column=title.name,
        role="attribute",
        attribute=name,
        type="number",
        example=shortened(next(iter(values))),
        why="the year in brackets at the end of the titles; the titles stay as they are",
    )
    return plan, guess


def _identifying(
    title: ColumnGuess, media: Mapping[str, ColumnGuess], attributes: list[AttributePlan]
) -> tuple[str, ...]:
    """What tells one thing from another where the file has no ids: title, file, year, who made it. Not price or text: those change."""
    made_by = [
        a.columns[0]
        for a in attributes
        if not a.from_title
        and (
            (words_of(a.name) & YEAR_NAMES and a.type == "number")
            or (words_of(a.name) & (PERSON_NAMES | {"brand"}) and id_tier(a.name) is None)
        )
    ]
    return tuple(dict.fromkeys((title.column, *list(media)[:1], *made_by)))
