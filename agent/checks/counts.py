"""How many of something a sentence names (“five families”): a passage of the item must say the same number of the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.checks.numbers import SPELT
from agent.checks.reading import Finding, Reading
from agent.checks.words import forms, is_free, words_of
from agent.evidence import ItemEvidence

_NUMBERS = [word for word, value in SPELT.items() if 2 <= value <= 20]
_UNITS = "minutes?|hours?|pages?|years?|members?|people"
_COUNT = re.compile(
    rf"\b(?P<n>{'|'.join(_NUMBERS)}|\d{{1,3}})[ -](?!(?:and|or|to|of|in|is|are|was|were|{_UNITS})\b)"
    r"(?P<rest>(?:[^\W\d_]+[ -])?[^\W\d_]+)",
    re.IGNORECASE,
)
_BACK = 3
"""A number stands at most so many words before what it counts."""


def check_counts(reading: Reading) -> Sequence[Finding]:
    """Numbers of things that the passages name, and count otherwise or not at all."""
    findings = []
    for match in _COUNT.finditer(reading.unquoted):
        owners = reading.owners(match.start())
        things = [w for w in words_of(match["rest"]) if not is_free(w)]
        for item in owners:
            counted = [_counts_of(forms(w.text), item) for w in things]
            known = [c for c in counted if c is not None]
            if known and not any(_value(match["n"]) in numbers for numbers in known):
                why = f"{item.title} has no {match.group()}"
                findings.append(Finding(start=match.start(), end=match.end(), why=why))
                break
    return findings


def _counts_of(thing: frozenset[str], item: ItemEvidence) -> frozenset[int] | None:
    """The numbers that stand before a thing in an item's passages; None where they do not name it."""
    found: set[int] = set()
    named = False
    for text in item.texts:
        words = re.findall(r"[^\W_]+", text)
        for place, word in enumerate(words):
            if forms(word) & thing:
                named = True
                found |= {n for w in words[max(place - _BACK, 0) : place] if (n := _value(w)) is not None}
    return frozenset(found) if named else None


def _value(word: str) -> int | None:
    low = word.casefold()
    if low.isdigit():
        return int(low)
    return SPELT.get(low)
