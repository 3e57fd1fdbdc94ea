"""One attribute of all items, laid out so that a condition on it is one pass over an array. Knows no schema.

A missing value meets no condition, negative ones included.
"""

from __future__ import annotations

import calendar
import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.titles import fold
from vouch.types import Attribute, AttributeValue, FilterOp, Item

Mask = NDArray[np.bool_]

_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class Column(Protocol):
    """The values of one attribute, in the order of the items."""

    def meets(self, op: FilterOp, value: AttributeValue) -> Mask:
        """Which items meet the condition, shape (n_items,)."""
        ...


def days_of(date: str) -> tuple[float, float]:
    """The first and last day of an ISO date, month ("1925-03") or year ("1925") as ordinals; NaN where it is none.

    >>> first, last = days_of("1925")
    >>> last - first
    364.0
    """
    found = _DATE.match(date.strip())
    if not found:
        return math.nan, math.nan
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = datetime.date(year or 1, month or 1, day or 1)
        end_month = month or 12
        last = datetime.date(year or 1, end_month, day or calendar.monthrange(year or 1, end_month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return math.nan, math.nan
    return float(first.toordinal()), float(last.toordinal())


@dataclass(frozen=True)
class RangeColumn:
    """Numbers, or dates as ordinal days. `values`: float64, NaN where missing."""

    values: NDArray[np.float64]
    dates: bool = False

    def meets(self, op: FilterOp, value: AttributeValue) -> Mask:
        """Comparisons; a partial date such as “1925” stands for the whole year. NaN compares false with everything."""
        wanted = value if isinstance(value, tuple) else (value,)
        if op in {"any_of", "none_of", "all_of"}:
            hit = np.any([self._equal(v) for v in wanted], axis=0) if wanted else np.zeros(len(self.values), bool)
            return ~hit & ~np.isnan(self.values) if op == "none_of" else hit
        low, high = self.bounds(value)
        x = self.values
        if op == "!=":
            return ~self._equal(value) & ~np.isnan(x)
        tests = {"<": x < low, "<=": x <= high, ">": x > high, ">=": x >= low}
        return tests[op] if op in tests else self._equal(value)

    def bounds(self, value: AttributeValue) -> tuple[float, float]:
        """The lowest and highest number that the value stands for."""
        if self.dates:
            return days_of(str(value))
        number = float(value) if not isinstance(value, tuple) else math.nan
        return number, number

    def _equal(self, value: AttributeValue) -> Mask:
        low, high = self.bounds(value)
        return (self.values >= low) & (self.values <= high)


@dataclass(frozen=True)
class WordsColumn:
    """Categories, lists and booleans: one mask a value. `values` are those of each item, () where missing."""

    values: tuple[tuple[str, ...], ...]
    masks: dict[str, Mask]
    present: Mask

    def meets(self, op: FilterOp, value: AttributeValue) -> Mask:
        """Equality and sets of values, without regard to case and accents."""
        wanted = value if isinstance(value, tuple) else (_word(value),)
        if op == "contains":
            return self._containing(fold(wanted[0]) if wanted else "")
        none = np.zeros(len(self.values), bool)
        hits = [self.masks.get(fold(v), none) for v in wanted] or [none]
        if op == "all_of":
            met: Mask = np.all(hits, axis=0)
        else:
            met = np.any(hits, axis=0)
        return ~met & self.present if op in {"!=", "none_of"} else met

    def _containing(self, part: str) -> Mask:
        hits = [mask for word, mask in self.masks.items() if part in word]
        return np.any(hits, axis=0) if hits else np.zeros(len(self.values), bool)


@dataclass(frozen=True)
class TextColumn:
    """Longer texts, folded; None where missing."""

    values: tuple[str | None, ...]

    def meets(self, op: FilterOp, value: AttributeValue) -> Mask:
        """Whether the text contains, equals or (the negative ones) does not equal the words."""
        wanted = tuple(fold(v) for v in value) if isinstance(value, tuple) else (fold(_word(value)),)
        match op:
            case "contains":
                met = [v is not None and all(w in v for w in wanted) for v in self.values]
            case "!=" | "none_of":
                met = [v is not None and v not in wanted for v in self.values]
            case _:
                met = [v is not None and v in wanted for v in self.values]
        return np.array(met, dtype=bool)


def column_of(items: Sequence[Item], attribute: Attribute) -> Column:
    """The column of one attribute; “title” is the items' title unless an attribute bears that name."""
    name = attribute.name
    found = [item.attributes.get(name) for item in items]
    if attribute.type == "number":
        return RangeColumn(np.array([_number(v) for v in found], dtype=np.float64))
    if attribute.type == "date":
        return RangeColumn(
            np.array([math.nan if v is None else days_of(str(v))[0] for v in found], dtype=np.float64), dates=True
        )
    if attribute.type == "text":
        return TextColumn(tuple(None if v is None else fold(_word(v)) for v in found))
    return _words_column([() if v is None else v if isinstance(v, tuple) else (_word(v),) for v in found])


def title_column(items: Sequence[Item]) -> Column:
    """The items' titles as a column of texts."""
    return TextColumn(tuple(fold(item.title) for item in items))


def _words_column(values: list[tuple[str, ...]]) -> WordsColumn:
    masks: dict[str, Mask] = {}
    for index, words in enumerate(values):
        for word in words:
            masks.setdefault(fold(word), np.zeros(len(values), bool))[index] = True
    return WordsColumn(tuple(values), masks, np.array([bool(v) for v in values], dtype=bool))


def _number(value: AttributeValue | None) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _word(value: AttributeValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, tuple) else str(value)
