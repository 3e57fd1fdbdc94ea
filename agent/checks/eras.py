"""Decades and centuries in a sentence, against the years of the items that it speaks of."""

from __future__ import annotations

import re

from agent.checks.reading import Reading

_DECADE = re.compile(
    r"\b(?:(?P<century>1\d|20)(?P<ten>\d)0s|(?P<word>twenties|thirties|teens|nineties|eighties|seventies|sixties|fifties|forties))\b",
    re.IGNORECASE,
)
_CENTURY = re.compile(
    r"\b(?P<n>1\d|20|2\d)(?:th|st|nd|rd)[ -]century\b|\b(?P<w>nineteenth|twentieth|eighteenth|seventeenth)[ -]century\b",
    re.IGNORECASE,
)
_CENTURIES = {"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20}
_TENTHS = {"teens": 10, "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
    "eighties": 80, "nineties": 90}  # fmt: skip


def eras_of(text: str) -> list[re.Match[str]]:
    """The places where a decade or a century is named."""
    return [*_DECADE.finditer(text), *_CENTURY.finditer(text)]


def era_holds(era: re.Match[str], reading: Reading) -> bool:
    """Whether all items spoken of are of that time; where none is, whether the person named it."""
    owners = reading.owners(era.start())
    if not owners:
        return era.group().casefold() in reading.evidence.message.casefold()
    groups = era.groupdict()
    for item in owners:
        year = item.number("year")
        if any(era.group().casefold() in text.casefold() for text in item.texts):
            continue
        if year is None:
            return False
        if "n" in groups or "w" in groups:
            century = int(groups["n"]) if groups.get("n") else _CENTURIES[str(groups["w"]).casefold()]
            if int(year - 1) // 100 + 1 != century and int(year) // 100 + 1 != century:
                return False
        elif groups.get("word"):
            if int(year) % 100 // 10 * 10 != _TENTHS[str(groups["word"]).casefold()]:
                return False
        elif int(year) // 10 != int(f"{groups['century']}{groups['ten']}"):
            return False
    return True
