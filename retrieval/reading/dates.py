"""Dates as people write them, to ISO 8601 days. Knows English month names; a column's order of day and month is judged elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = {
    **{name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)},
    **{name[:3]: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)},
    "sept": 9,
}
_CLOCK = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp][Mm])?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_CLOCK}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})[-/.](\d{{4}}|\d{{2}}){_CLOCK}")
_DAY_MONTH = re.compile(
    rf"(?:[A-Za-z]{{3,9}},?\s+)?(\d{{1,2}})(?:st|nd|rd|th)?[-\s.]+([A-Za-z]{{3,9}})\.?[-\s,]+(\d{{4}}|\d{{2}}){_CLOCK}"
)
_MONTH_DAY = re.compile(
    rf"(?:[A-Za-z]{{3,9}},\s+)?([A-Za-z]{{3,9}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_CLOCK}"
)
_MONTH_YEAR = re.compile(r"([A-Za-z]{3,9})\.?,?\s+(\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_LONGEST = 48


def parse_date(text: str, *, day_first: bool = False, numbers: bool = False) -> str | None:
    """The day as ISO 8601 ("1999-03" where only the month is known), or None.

    `numbers`: also 19990331 and seconds since 1970, which are dates only where the column's name says so.

    >>> parse_date("September 9, 2019"), parse_date("01-Jan-1995"), parse_date("03/04/2020", day_first=True), parse_date("1995")
    ('2019-09-09', '1995-01-01', '2020-04-03', None)
    """
    text = text.strip()
    if not 6 <= len(text) <= _LONGEST:
        return None
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        by_day = day_first or match[2] == "."
        return _day(match[4], match[3], match[1]) if by_day else _day(match[4], match[1], match[3])
    if match := _DAY_MONTH.fullmatch(text):
        return _day(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _day(match[3], _month(match[1]), match[2])
    if match := _MONTH_YEAR.fullmatch(text):
        return _of_month(match[2], _month(match[1]))
    if match := _YEAR_MONTH.fullmatch(text):
        return _of_month(match[1], match[2])
    return _from_number(text) if numbers else None


def order_of(text: str) -> str | None:
    """What 31/12/2019 says of its order: "day first", "month first", or None where it could be either.

    >>> order_of("31/12/2019"), order_of("12/31/2019"), order_of("01/02/2019")
    ('day first', 'month first', None)
    """
    match = _YEAR_LAST.fullmatch(text.strip())
    if match is None or match[2] == ".":
        return None
    if int(match[1]) > 12:
        return "day first"
    return "month first" if int(match[3]) > 12 else None


def parse_timestamp(number: float) -> float | None:
    """Seconds since 1970 from seconds, milliseconds, microseconds or nanoseconds; None where it is none of them (before 1973, after 2100)."""
    for factor in (1.0, 1e3, 1e6, 1e9):
        if 1e8 <= number / factor <= 4.1e9:
            return number / factor
    return None


def _from_number(text: str) -> str | None:
    if match := _COMPACT.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if re.fullmatch(r"\d{9,19}(?:\.\d+)?", text):
        seconds = parse_timestamp(float(text))
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else None
    return None


def _month(name: str) -> str:
    return str(_MONTHS.get(name.lower(), 0))


def _of_month(year: str, month: str) -> str | None:
    day = _day(year, month, "1")
    return day[:7] if day else None


def _day(year: str, month: str, day: str) -> str | None:
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) > 40 else 2000)
    try:
        return date(full, int(month), int(day)).isoformat()
    except ValueError:
        return None
