"""Quotation marks: what stands in them is a title, the person's own words, or verbatim in a passage of the item spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from agent.checks.reading import MASK, QUOTE, Finding, Reading
from agent.checks.sentences import split
from retrieval.titles import fold

_MARKS = '“”"'
CLOSE = 0.7
"""A quote so like to a stretch of a passage (difflib's ratio over words) is put right: the stretch as it stands takes its place."""
_LEAST_WORDS = 4
_OTHER = re.compile(r"\b(?:that one|the other|the latter)\b", re.IGNORECASE)


def quoted(text: str) -> tuple[re.Match[str], ...]:
    """The quotations of a text."""
    return tuple(QUOTE.finditer(text))


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
        # “ONE is shorter than OTHER, but it is long: “...”” still speaks of the first, “that one brings “...”” of the other.
        meant = reading.told[-1 if _OTHER.search(reading.clause(match.start())) else 0].item if reading.told else None
        if len(reading.told) > 1 and meant is not None and verbatim(said, meant.texts):
            continue
        own = (reading.evidence.message, reading.evidence.wished, *reading.evidence.avoided)
        if verbatim(said, own) and (not owners or _echoes(reading, match.start())):
            continue
        right = _stretch(said, owners[0].texts) if len(owners) == 1 else None
        fix = f"“{right}”" if right else None
        findings.append(Finding(start=match.start(), end=match.end(), why=f"nobody wrote “{said}”", fix=fix))
    return findings


def _stretch(said: str, texts: Sequence[str]) -> str | None:
    """The stretch of a sentence that was meant by a quote with some words changed; None where none is close."""
    words = said.split()
    if len(words) < _LEAST_WORDS:
        return None
    found: list[tuple[float, str]] = []
    for own in (sentence.split() for text in texts for sentence in split(text)):
        folded = [fold(word) for word in own]
        blocks = SequenceMatcher(None, [fold(word) for word in words], folded, autojunk=False).get_matching_blocks()
        matched = [block for block in blocks if block.size]
        if matched:
            start = max(matched[0].b - matched[0].a, 0)
            end = min(matched[-1].b + matched[-1].size + len(words) - matched[-1].a - matched[-1].size, len(own))
            same = 2 * sum(block.size for block in matched) / (len(words) + end - start)
            found.append((same, " ".join(own[start:end]).strip(" ,;:")))
    best, stretch = max(found, default=(0.0, ""))
    return stretch if best >= CLOSE and not re.search('[“”"]', stretch) else None


def _values(item: object) -> tuple[str, ...]:
    facts = getattr(item, "facts", ())
    return tuple(value for fact in facts for value in fact.values)


def _echoes(reading: Reading, place: int) -> bool:
    """Whether the words before a quote say that the person asked it."""
    return bool(
        re.search(r"\b(?:you (?:asked|said|wanted|want|wrote)|your|for|to|asked)\b[^,;]*$", reading.text[:place])
    )
