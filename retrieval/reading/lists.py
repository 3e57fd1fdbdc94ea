"""Cells that hold several short values: "Action|Comedy", "Crime, Drama", "['a', 'b']". Decides for a whole column, and how to cut."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.reading.names import LIST_NAMES, PERSON_NAMES
from retrieval.reading.tables import Cell, cell_of

_SEPARATORS = ("|", ";", "；", "、", "，", ", ", ",", " / ", "/", " · ", "\n")
_LONGEST_PIECE = 40
_LONGEST_LITERAL = 20_000


@dataclass(frozen=True, kw_only=True)
class Split:
    """Each cell's pieces, and how the cells were cut in a few words."""

    pieces: Mapping[Cell, tuple[str, ...]]
    why: str


def pieces_of(texts: Mapping[str, int], *, names: frozenset[str]) -> Split | None:
    """How the column's cells fall into pieces, or None where they hold one value each. `names`: the words of the column's name."""
    literal = _literals(texts)
    if literal is not None:
        return literal
    hinted = bool(names & LIST_NAMES)
    counts: dict[Cell, int] = dict(texts.items())
    total = sum(texts.values())
    for separator in _SEPARATORS:
        cells = sum(n for c, n in texts.items() if separator in c)
        if cells < (1 if hinted else max(1, 0.1 * total)):
            continue
        split: dict[Cell, tuple[str, ...]] = {
            c: tuple(dict.fromkeys(p.strip() for p in c.split(separator) if p.strip())) for c in texts
        }
        if _is_list(split, counts, separator=separator, names=names):
            vocabulary = {piece for pieces in split.values() for piece in pieces}
            shown = {"\n": "line breaks"}.get(separator, f"“{separator.strip() or separator}”")
            return Split(pieces=split, why=f"lists cut at {shown}; {len(vocabulary):,} different entries")
    return None


def _is_list(
    split: Mapping[Cell, tuple[str, ...]], counts: Mapping[Cell, int], *, separator: str, names: frozenset[str]
) -> bool:
    """Short pieces that come again and again are a list's; a name that says so needs less proof."""
    several = {c: pieces for c, pieces in split.items() if len(pieces) > 1}
    if not several:
        return False
    pieces = Counter[str]()
    for cell, parts in split.items():
        for part in parts:
            pieces[part] += counts[cell]
    long = sum(1 for p in pieces if len(p) > _LONGEST_PIECE or len(p.split()) > 5)
    if long > 0.1 * len(pieces):
        return False
    if separator == ", " and names & PERSON_NAMES and _inverted_names(split, counts):
        return False
    if separator == ", " and names & PERSON_NAMES and sum(1 for p in pieces if " " in p) > 0.7 * len(pieces):
        return True
    if names & LIST_NAMES or separator == "|":
        return True
    if separator in {"/", " / ", ",", " · "} and any(re.search(r"\d[,/]\d", str(c)) for c in several):
        return False
    repeated = 1 - len(pieces) / sum(pieces.values())
    return repeated >= (0.6 if separator == "/" else 0.4) and _recombined(several)


def _recombined(several: Mapping[Cell, tuple[str, ...]]) -> bool:
    """Whether pieces meet in different company: "Ski/boarding" alone is one value, "Drama/War" and "Drama/Comedy" are lists."""
    company: dict[str, set[str]] = {}
    for parts in several.values():
        for part in parts:
            company.setdefault(part, set()).update(p for p in parts if p != part)
    meeting = sum(1 for others in company.values() if len(others) > 1)
    return meeting >= 2 or 3 <= len(several) >= len(company)


def _inverted_names(split: Mapping[Cell, tuple[str, ...]], counts: Mapping[Cell, int]) -> bool:
    """ "Austen, Jane": exactly one comma nearly everywhere."""
    twos = sum(counts[c] for c, parts in split.items() if len(parts) == 2)
    return twos > 0.7 * sum(counts.values())


def _literals(counts: Mapping[str, int]) -> Split | None:
    """Lists spelt as JSON or Python do, objects by their names: '[{"id": 28, "name": "Action"}]'."""
    bracketed = sum(n for c, n in counts.items() if c.lstrip().startswith("[") and c.rstrip().endswith("]"))
    if bracketed < 0.8 * sum(counts.values()):
        return None
    split: dict[Cell, tuple[str, ...]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", SyntaxWarning
        )  # Python's own about "\\d" and the like in other people's strings
        for cell in counts:
            found = _literal(cell)
            if found is not None:
                split[cell] = found
    if sum(counts[c] for c in counts if c in split) < 0.8 * sum(counts.values()):
        return None
    vocabulary = {piece for pieces in split.values() for piece in pieces}
    return Split(pieces=split, why=f"lists in brackets; {len(vocabulary):,} different entries")


def _literal(cell: str) -> tuple[str, ...] | None:
    text = cell.strip()
    if len(text) > _LONGEST_LITERAL or not text.startswith("["):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            value = cell_of(parse(text))
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        return value if isinstance(value, tuple) else None
    return None
