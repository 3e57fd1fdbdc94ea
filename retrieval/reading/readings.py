"""The values of one column, read as one type: numbers, quantities, dates, truth values, lists, prose or categories.

Judges by all distinct values, not by a sample. Does not know the other columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from retrieval.reading import dates, quantities
from retrieval.reading.lists import pieces_of
from retrieval.reading.names import DATE_NAMES, DURATION_NAMES, TEXT_NAMES, YEAR_NAMES, id_tier, snake_case, words_of
from retrieval.reading.tables import Cell
from vouch.types import AttributeType, AttributeValue

_MISSING = frozenset({"", "n/a", "null", "nan", "\\n", "-", "--", "—", "#n/a", "<na>", "(no genres listed)"})
_ALSO_MISSING = frozenset({"na", "none", "?", "unknown", "tba", "tbd"})
"""Missing among numbers, dates and truth values; elsewhere they may be words."""

_TRUTHS = (("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("1", "0"), ("ja", "nein"), ("oui", "non"))
_TRUTHS_WITH_BITS = {"1.0": True, "0.0": False}
_YEAR = re.compile(r"\(?(\d{4})(?:\.0)?年?\)?(?:\s*[-–]\s*(?:\d{4}|present)?)?", re.IGNORECASE)
_UNITS_IN_NAMES = frozenset(
    {
        "ms",
        "min",
        "h",
        "s",
        "g",
        "kg",
        "mg",
        "lb",
        "oz",
        "mm",
        "cm",
        "km",
        "ml",
        "pages",
        "bpm",
        "kcal",
        "GB",
        "MB",
        "kWh",
    }
)
"""Votes, ratings or points at the end of a name say what is counted, not in what."""
_LEADING_ZERO = re.compile(r"0\d+")
_BRACKETED_UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$")
_COMMA_DECIMAL = re.compile(r"^\D{0,4}\d+(?:\.\d{3})*,(?:\d{1,2}|\d{4,})\D{0,12}$")
_DOT_DECIMAL = re.compile(r"^\D{0,4}\d+(?:,\d{3})*\.(?:\d{1,2}|\d{4,})\D{0,12}$")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One attribute that a column gives. `values`: what each raw cell becomes; a cell that is not there does not fit.

    `suffix` tells it from the column's other attributes ("min", "seasons"), "" where it is the only one.
    """

    type: AttributeType
    values: Mapping[Cell, AttributeValue]
    why: str
    unit: str | None = None
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column with its distinct, present cells and how often each occurs."""

    name: str
    counts: Mapping[Cell, int]
    rows: int
    words: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, name: str, cells: Iterable[Cell], *, rows: int) -> Column:
        """The column without its missing cells."""
        counts = Counter(cells)
        return cls(
            name=name, counts={c: n for c, n in counts.items() if not is_missing(c)}, rows=rows, words=words_of(name)
        )

    @property
    def present(self) -> int:
        """How many rows have a value."""
        return sum(self.counts.values())

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """What `read_column` makes of it, worked out once."""
        return read_column(self)

    @cached_property
    def texts(self) -> dict[str, int]:
        """The cells that are plain text, with their counts."""
        return {c: n for c, n in self.counts.items() if isinstance(c, str)}

    @property
    def distinct_share(self) -> float:
        """Distinct values by present ones: 1 where none occurs twice."""
        return len(self.counts) / self.present if self.present else 0.0


def is_missing(cell: Cell) -> bool:
    """Whether the cell says that there is no value: empty, N/A, null, NaN, \\N, a dash.

    >>> is_missing("N/A"), is_missing(()), is_missing("0")
    (True, True, False)
    """
    return (
        not cell
        or (isinstance(cell, str) and len(cell) < 40 and cell.strip().lower() in _MISSING)
        or not any(map(str.strip, cell))
    )


def is_absent(cell: Cell, of_type: AttributeType) -> bool:
    """Whether the cell is missing without a trouble in a column of that type (“unknown” is no number, and no mistake)."""
    if is_missing(cell):
        return True
    plain = of_type in {"number", "date", "boolean"}
    return plain and isinstance(cell, str) and cell.strip().lower() in _ALSO_MISSING


def read_column(column: Column) -> tuple[Reading, ...]:
    """The column as one attribute, or as one a unit where it holds two units. Never empty for a column with a value."""
    for attempt in (_lists, _booleans, _years, _durations, _dates, _quantities, _text):
        readings = attempt(column)
        if readings:
            return readings
    split = pieces_of(column.texts, names=column.words)
    if split is not None:
        return (Reading(type="list", values={**split.pieces}, why=split.why),)
    return (_categories(column),)


def fits(found: Mapping[Cell, object], column: Column, *, share: float = 0.8) -> bool:
    """Whether enough of the column's values are of a kind: the share given, or all but one of at least three."""
    usual = {c: n for c, n in column.counts.items() if not (isinstance(c, str) and c.strip().lower() in _ALSO_MISSING)}
    total, good = sum(usual.values()), sum(n for c, n in usual.items() if c in found)
    return good > 0 and (good >= share * total or (good >= 2 and total - good == 1))


def _lists(column: Column) -> tuple[Reading, ...]:
    lists = {c: c for c in column.counts if isinstance(c, tuple)}
    if not lists or sum(column.counts[c] for c in lists) < 0.5 * column.present:
        return ()
    pieces = Counter(piece for c in lists for piece in c)
    if pieces and sum(_word_count(p) for p in pieces) >= 5 * len(pieces):
        return (Reading(type="text", values={c: _joined(c) for c in column.counts}, why="lists of sentences"),)
    values: dict[Cell, AttributeValue] = {c: _stripped(c if isinstance(c, tuple) else (c,)) for c in column.counts}
    return (Reading(type="list", values=values, why=f"lists; {len(pieces):,} different entries"),)


def _joined(cell: Cell) -> str:
    return "\n".join(cell) if isinstance(cell, tuple) else cell


def _stripped(cell: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.strip() for piece in cell if piece.strip()))


def _booleans(column: Column) -> tuple[Reading, ...]:
    seen = {c.strip().lower() for c in column.texts}
    for true, false in _TRUTHS:
        if seen <= {true, false} and (len(seen) == 2 or true in {"true", "yes"}):
            values: dict[Cell, AttributeValue] = {c: c.strip().lower() == true for c in column.texts}
            return (Reading(type="boolean", values=values, why=f"only {true} and {false}"),) if values else ()
    return ()


def _years(column: Column) -> tuple[Reading, ...]:
    if not column.words & YEAR_NAMES:
        return ()
    matches = {c: _YEAR.fullmatch(c.strip()) for c in column.texts}
    values: dict[Cell, AttributeValue] = {c: float(m[1]) for c, m in matches.items() if m}
    return (Reading(type="number", values=values, why="years"),) if fits(values, column) else ()


def _durations(column: Column) -> tuple[Reading, ...]:
    """Lengths in hours and minutes; "3:45" only where the name speaks of time."""
    texts = column.texts
    if not any(quantities.is_composed(c) for c in texts):
        return ()
    if any(":" in c for c in texts) and not column.words & DURATION_NAMES:
        return ()
    found = {c: quantities.parse_minutes(c) for c in texts}
    values: dict[Cell, AttributeValue] = {c: minutes for c, minutes in found.items() if minutes is not None}
    if any(c not in values and quantities.parse_quantity(c) for c in texts):
        return ()  # also other units: each becomes an attribute
    return (Reading(type="number", values=values, why="lengths of time", unit="min"),) if fits(values, column) else ()


def _quantities(column: Column) -> tuple[Reading, ...]:
    texts = column.texts
    if any(_LEADING_ZERO.fullmatch(c) for c in texts) or id_tier(column.name) is not None:
        return ()  # 0071 is a code
    comma = any(_COMMA_DECIMAL.match(c) for c in texts) and not any(_DOT_DECIMAL.match(c) for c in texts)
    found: dict[Cell, tuple[float, str]] = {
        c: q for c in texts if (q := quantities.parse_quantity(c, comma=comma) or _composed_minutes(c)) is not None
    }
    units = Counter[str]()
    for cell, (_, unit) in found.items():
        units[unit] += column.counts[cell]
    named = [
        unit
        for unit, n in units.most_common()
        if unit and (quantities.is_known_unit(unit) or n >= 0.2 * column.present > 0.4)
    ]
    found = {c: q for c, q in found.items() if not q[1] or q[1] in named}
    if not fits(found, column):
        return ()
    groups = _by_dimension(named)
    if len(groups) > 3 or (len(groups) > 1 and any(not quantities.is_known_unit(u) for u in named)):
        return ()
    if len(groups) <= 1:
        return (_single(column, found, unit=groups[0] if groups else _unit_of_name(column.name), comma=comma),)
    return tuple(_one_of_several(found, unit=unit, units=groups) for unit in groups)


def _composed_minutes(text: str) -> tuple[float, str] | None:
    minutes = quantities.parse_minutes(text) if "h" in text.lower() and quantities.is_composed(text) else None
    return None if minutes is None else (minutes, "min")


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) and abs(number) < 1e15 else f"{number:,.6g}"


def _by_dimension(units: list[str]) -> list[str]:
    """One unit a dimension, the commonest: grams and kilograms are not two attributes."""
    kept: list[str] = []
    for unit in units:
        if all(quantities.conversion(unit, other) is None for other in kept):
            kept.append(unit)
    return kept


def _single(column: Column, found: Mapping[Cell, tuple[float, str]], *, unit: str | None, comma: bool) -> Reading:
    values: dict[Cell, AttributeValue] = {}
    for cell, (number, own) in found.items():
        factor = quantities.conversion(own, unit) if own and unit else 1.0
        values[cell] = round(number * (factor or 1.0), 9)
    numbers = [v for v in values.values() if isinstance(v, float)]
    why = f"numbers from {_shown(min(numbers))} to {_shown(max(numbers))}{f' {unit}' if unit else ''}"
    return Reading(type="number", values=values, why=f"{why}, with a decimal comma" if comma else why, unit=unit)


def _one_of_several(found: Mapping[Cell, tuple[float, str]], *, unit: str, units: list[str]) -> Reading:
    values: dict[Cell, AttributeValue] = {}
    for cell, (number, own) in found.items():
        factor = quantities.conversion(own, unit) if own else None
        if factor is not None:
            values[cell] = round(number * factor, 9)
    suffix = quantities.CURRENCIES.get(unit, "percent" if unit == "%" else snake_case(unit))
    return Reading(
        type="number",
        values=values,
        why=f"numbers in {' or '.join(units)}: one attribute a unit",
        unit=unit,
        suffix=suffix,
    )


def _unit_of_name(name: str) -> str | None:
    """The unit that the column's name gives: "Runtime (min)", "weight_kg", "minutes"."""
    bracket = _BRACKETED_UNIT.search(name)
    if bracket:
        inner = bracket[1].strip()
        return inner if inner in quantities.CURRENCIES else quantities.UNITS.get(inner.lower())
    words = snake_case(name).split("_")
    unit = quantities.UNITS.get(words[-1])
    return unit if unit in _UNITS_IN_NAMES and len(words[-1]) > 1 else None


def _dates(column: Column) -> tuple[Reading, ...]:
    texts = column.texts
    orders = Counter(order for c in texts if (order := dates.order_of(c)))
    day_first = orders["day first"] > orders["month first"]
    named = bool(column.words & DATE_NAMES) or column.name.lower().endswith("_at")
    found = {c: dates.parse_date(c, day_first=day_first, numbers=named) for c in texts}
    values: dict[Cell, AttributeValue] = {c: iso for c, iso in found.items() if iso is not None}
    if not fits(values, column):
        return ()
    why = f"dates, {'day' if day_first else 'month'} first" if orders else "dates"
    return (Reading(type="date", values=values, why=why),)


def _text(column: Column) -> tuple[Reading, ...]:
    if column.present == 0:
        return ()
    words = sum(_word_count(_joined(c)) * n for c, n in column.counts.items()) / column.present
    hinted = bool(column.words & TEXT_NAMES)
    if words >= (3 if hinted else 10) and column.distinct_share > (0.3 if hinted else 0.5):
        return (as_text(column, why=f"prose, {words:.0f} words on average"),)
    return ()


def _word_count(text: str) -> int:
    """Words, or a sixth of the characters where there are more of those: Chinese and Japanese put no blanks between words."""
    return max(len(text.split()), len(text) // 6)


def as_text(column: Column, *, why: str) -> Reading:
    """The column as prose, whatever it holds."""
    return Reading(type="text", values={c: _joined(c) for c in column.counts}, why=why)


def _categories(column: Column) -> Reading:
    to_value: Callable[[Cell], str] = lambda c: ", ".join(c) if isinstance(c, tuple) else c.strip()  # noqa: E731
    values: dict[Cell, AttributeValue] = {c: to_value(c) for c in column.counts}
    if any(c == "NA" for c in column.counts) and not all(re.fullmatch("[A-Z]{2}", str(c)) for c in column.counts):
        values = {c: v for c, v in values.items() if c != "NA"}
    count = len(set(values.values()))
    return Reading(
        type="category", values=values, why="one value only" if count == 1 else f"{count:,} different values"
    )
