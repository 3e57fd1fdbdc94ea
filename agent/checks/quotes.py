"""Quotation marks: what stands in them is a title, the person's own words, or verbatim in a passage of the item spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.checks.reading import MASK, Finding, Reading
from agent.checks.words import overlap
from retrieval.titles import fold

_QUOTE = re.compile(r"“([^“”]*)”|\"([^\"]*)\"|(?<!\w)[‘']([^‘’']{12,})[’'](?!\w)")
_MARKS = '“”"'
CLOSE = 0.9
"""A quote that shares so much of its words with the passage may stand without its marks; it is then checked like any claim."""


def quoted(text: str) -> tuple[re.Match[str], ...]:
    """The quotations of a text."""
    return tuple(_QUOTE.finditer(text))


def inner(match: re.Match[str]) -> str:
    """What stands between the marks."""
    return next((group for group in match.groups() if group is not None), "")


def verbatim(said: str, texts: Sequence[str]) -> bool:
    """Whether the words stand so in one of the texts; an ellipsis may stand for what was left out."""
    parts = [fold(part) for part in re.split(r"…|\.\.\.", said)]
    parts = [part for part in parts if part]
    return any(_in_order(parts, fold(text)) for text in texts)


def _in_order(parts: Sequence[str], text: str) -> bool:
    place, padded = 0, f" {text} "
    for part in parts:
        found = padded.find(f" {part} ", place)
        if found < 0:
            return False
        place = found + len(part) + 1
    return bool(parts)


def check_quotes(reading: Reading) -> Sequence[Finding]:
    """Quotes that nobody wrote, or that were written of another item."""
    text = reading.text
    if text.count("“") != text.count("”") or text.count('"') % 2:
        return [Finding(start=0, end=len(text), why="a quotation mark stands alone")]
    findings = []
    for match in quoted(text):
        said = inner(match)
        if reading.masked[match.start() : match.end()].strip(_MARKS + MASK + " .,!?'‘’") == "":
            continue
        owners = reading.owners(match.start())
        if owners and all(verbatim(said, (*item.texts, *_values(item))) for item in owners):
            continue
        own = (reading.evidence.message, reading.evidence.wished, *reading.evidence.avoided)
        if verbatim(said, own) and (not owners or _echoes(reading, match.start())):
            continue
        close = (
            len(said.split()) > 2 and all(overlap(said, item.texts) >= CLOSE for item in owners) if owners else False
        )
        fix = said if close else None
        findings.append(Finding(start=match.start(), end=match.end(), why=f"nobody wrote “{said}”", fix=fix))
    return findings


def _values(item: object) -> tuple[str, ...]:
    facts = getattr(item, "facts", ())
    return tuple(value for fact in facts for value in fact.values)


def _echoes(reading: Reading, place: int) -> bool:
    """Whether the words before a quote say that the person asked it."""
    return bool(
        re.search(r"\b(?:you (?:asked|said|wanted|want|wrote)|your|for|to|asked)\b[^,;]*$", reading.text[:place])
    )
