"""Comma-, semicolon-, tab-, pipe- and "::"-separated text to a table: finds out the delimiter, the quoting and whether there is a header.

Does not repair: a row with too many or too few fields is left out and reported.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from retrieval.reading.findings import Trouble, shortened
from retrieval.reading.names import id_tier, looks_like_header
from retrieval.reading.tables import Table
from vouch.errors import UnreadableCatalogue

DELIMITERS = (",", "\t", ";", "|", "::")
_SAMPLE_LINES = 300
_STANDIN = "\x1f"  # for "::", which the csv module cannot split by: the unit separator, made for this
_EXCEL_HINT = re.compile(r"sep=([,;|:\t])\s*$")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the text is cut into fields. `delimiter` None: one column, each line a value.

    `spaced`: blanks follow the delimiter; `trailing`: most rows end with a delimiter too many.
    """

    delimiter: str | None
    quoted: bool = True
    escape: str | None = None
    spaced: bool = False
    header: bool = True
    width: int = 1
    trailing: bool = False


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row: its fields, or why it has none; `line` is the 1-based line it starts at."""

    line: int
    fields: tuple[str, ...]
    why: str = ""


def delimited_table(name: str, text: str, *, encoding: str) -> Table:
    """The rows of the text as a table.

    Raises:
        UnreadableCatalogue: there is a header and nothing below it.
    """
    lines, delimiter = text_lines(text)
    layout = find_layout(lines, prefer="\t" if name.lower().endswith(".tsv") else delimiter)
    records = read_records(lines, layout)
    header = next(records, None) if layout.header else None
    names = column_names(header.fields if header else (), width=layout.width)
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    troubles: list[Trouble] = []
    for row, record in enumerate(records, start=1):
        if record.why:
            value = shortened(",".join(record.fields))
            troubles.append(Trouble(row=row, column=None, value=value, why=record.why, skipped=True))
        else:
            rows.append(record.fields)
            numbers.append(row)
    if not rows:
        raise UnreadableCatalogue(f"“{name}” has no usable rows below its first line ({', '.join(names[:12])}).")
    return Table(
        columns=dict(zip(names, zip(*rows, strict=True), strict=True)),
        row_numbers=tuple(numbers),
        troubles=tuple(troubles),
        encoding=encoding,
        delimiter=layout.delimiter,
        header=layout.header,
    )


def text_lines(text: str) -> tuple[list[str], str | None]:
    """The lines with their ends, and the delimiter that Excel's first line "sep=;" names, if it is there."""
    lines = list(io.StringIO(text, newline=""))
    hint = _EXCEL_HINT.match(lines[0]) if lines else None
    return (lines[1:], hint.group(1)) if hint else (lines, None)


def find_layout(lines: Sequence[str], *, prefer: str | None = None) -> Layout:
    """The delimiter and quoting under which most rows have as many fields as the first; among equals the one with more fields."""
    sample = [line for line in islice(lines, _SAMPLE_LINES) if line.strip()]
    first = sample[0] if sample else ""
    escaped = any('\\"' in line and '\\""' not in line for line in sample)
    best, best_score = Layout(delimiter=None), (0.0, 0)
    for delimiter in dict.fromkeys((*DELIMITERS, prefer or ",")):
        if delimiter not in first:
            continue
        for plain, layout in enumerate(_layouts(delimiter)):
            records = [tuple(fields) for _, fields in _split(sample, layout)]
            width, share = _width(records)
            # A later way of quoting has to be clearly better; a hint of the name is worth a little.
            liking = 0.1 * (delimiter == prefer) + (0.04 if layout.escape and escaped else 0.0) - 0.02 * (plain > 0)
            score = (round(share + liking, 3), width)
            if width > 1 and score > best_score:
                header = looks_like_header(records[0], records[1:50])
                trailing = _has_trailing(records)
                best, best_score = replace(layout, width=width, header=header, trailing=trailing), score
    if best.delimiter is None:
        return Layout(
            delimiter=None, header=looks_like_header((first.strip(),), [(line.strip(),) for line in sample[1:50]])
        )
    return best


def _layouts(delimiter: str) -> tuple[Layout, ...]:
    """The ways of quoting, the usual one first."""
    return (
        Layout(delimiter=delimiter),
        Layout(delimiter=delimiter, spaced=True),
        Layout(delimiter=delimiter, escape="\\"),
        Layout(delimiter=delimiter, quoted=False),
    )


def _width(records: Sequence[tuple[str, ...]]) -> tuple[int, float]:
    """How many fields a row has, and the share of rows that have as many. Empty fields at the end don't count against a row."""
    first = len(records[0])
    trailing = _has_trailing(records)
    counts = Counter(len(_cut(record, first, trailing=trailing)) for record in records)
    named = records[0] and id_tier(records[0][0]) is None
    if named and len(records) > 2 and counts[first] < 2 and counts[first + 1] > 0.8 * (len(records) - 1):
        return first + 1, counts[first + 1] / len(records)  # R writes row names without a name above them
    return first, counts[first] / len(records)


def _has_trailing(records: Sequence[tuple[str, ...]]) -> bool:
    """Whether rows end with empty fields that the first row lacks. In a single row that would be a slip, not the file's way."""
    first = len(records[0])
    return sum(1 for r in records[1:] if len(r) > first and not any(r[first:])) > 0.8 * (len(records) - 1)


def _cut(fields: tuple[str, ...], width: int, *, trailing: bool) -> tuple[str, ...]:
    return fields[:width] if trailing and len(fields) > width and not any(fields[width:]) else fields


def read_records(lines: Sequence[str], layout: Layout) -> Iterator[Record]:
    """The records in order, blank lines left out. One that a stray quote made swallow its neighbours costs only its first line."""
    start = 0
    first = True
    while start < len(lines):
        restart = len(lines)
        for (begin, end), fields in _split(lines, layout, start=start):
            record = _judged(lines, layout, span=(begin, end), fields=fields, first=first)
            if record is None:
                continue
            first = False
            yield record
            if record.why and end - begin > 1:
                restart = begin + 1
                break
        start = restart


def _judged(
    lines: Sequence[str], layout: Layout, *, span: tuple[int, int], fields: Sequence[str], first: bool
) -> Record | None:
    begin, end = span
    width = layout.width
    if not fields or (width > 1 and not any(f.strip() for f in fields)):
        return None
    cut = _cut(tuple(fields), width, trailing=layout.trailing)
    if first and layout.header and len(cut) == width - 1:
        cut = ("", *cut)
    if end - begin > 1 and end == len(lines) and sum(line.count('"') for line in lines[begin:end]) % 2:
        return Record(
            line=begin + 1, fields=(lines[begin].strip(),), why=f"line {begin + 1}: a quote is opened and never closed"
        )
    if len(cut) != width:
        why = f"line {begin + 1} has {len(cut)} fields instead of {width}"
        return Record(line=begin + 1, fields=cut, why=why)
    return Record(line=begin + 1, fields=cut)


def _split(lines: Sequence[str], layout: Layout, *, start: int = 0) -> Iterator[tuple[tuple[int, int], Sequence[str]]]:
    """((first line, line after), fields) of each record from line `start` on."""
    if layout.delimiter is None:
        yield from (((i, i + 1), [lines[i].strip("\r\n")]) for i in range(start, len(lines)) if lines[i].strip())
        return
    double = layout.delimiter == "::"
    source = (lines[i].replace("::", _STANDIN) if double else lines[i] for i in range(start, len(lines)))
    reader = csv.reader(
        source,
        delimiter=_STANDIN if double else layout.delimiter,
        quoting=csv.QUOTE_MINIMAL if layout.quoted and not double else csv.QUOTE_NONE,
        escapechar=layout.escape,
        skipinitialspace=layout.spaced,
    )
    begin = start
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field beyond 131,072 characters: a quote that was never closed
            yield (begin, len(lines)), [lines[begin]]
            return
        end = start + reader.line_num
        yield (begin, end), fields
        begin = end


def column_names(header: Sequence[str], *, width: int) -> list[str]:
    """The header's names, stripped and made different; column_1, column_2 ... where there are none.

    >>> column_names(["id", "name", "name", ""], width=4)
    ['id', 'name', 'name (2)', 'column_4']
    """
    names: list[str] = []
    for index in range(width):
        name = header[index].strip() if index < len(header) else ""
        name = name or f"column_{index + 1}"
        unique, count = name, 2
        while unique in names:
            unique, count = f"{name} ({count})", count + 1
        names.append(unique)
    return names
