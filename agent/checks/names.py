"""Names in a sentence: people, places, titles. Each must stand in the evidence of the item it stands with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.checks.quotes import quoted
from agent.checks.reading import MASK, Finding, Reading, held_stems
from agent.checks.words import Word, everyday, forms, known, stems_of, words_of
from agent.evidence import ItemEvidence
from retrieval.titles import fold

_BY = re.compile(
    r"\b(?:by|from|of|director|author|composer|writer|directed by|written by|composed by|creator)\s*$", re.IGNORECASE
)
_PLACED = re.compile(
    r"\b(?:set|plays?|playing|takes place|taking place|happens|happening|located) in (?:the )?$", re.IGNORECASE
)
_INSIDE = {"of", "de", "von", "van", "du", "la", "le", "and", "&", "the", "der", "den", "di", "da"}
_MAKES = re.compile(r"^\s*(?:direct|wrote|write|compos|made|makes|pen|shot|creat)", re.IGNORECASE)


def check_names(reading: Reading) -> Sequence[Finding]:
    """Names that the evidence of the item spoken of does not have."""
    findings = []
    for run in name_runs(reading):
        start, end = run[0].start, run[-1].end
        owners = reading.owners(start)
        names = [word for word in run if word.low not in _INSIDE]
        if owners and all(_holds(names, item, reading, (start, end)) for item in owners):
            continue
        asked = all(bool(forms(word.text) & reading.asked) for word in names)
        if asked and (not owners or re.search(r"\byou\b", reading.clause(start), re.IGNORECASE)):
            continue
        makers = stems_of(name for item in reading.evidence.items for name in item.of("people"))
        if not owners and all(bool(forms(word.text) & makers) for word in names):
            continue
        if reading.text[start:end].casefold() in {"ok", "i", "i'd", "i'm", "i'll", "i've"}:
            continue
        said = reading.text[start:end]
        fix = _right_person(reading, start, end, owners)
        findings.append(Finding(start=start, end=end, why=f"“{said}” is not in the evidence here", fix=fix))
    return findings


def name_runs(reading: Reading) -> tuple[tuple[Word, ...], ...]:
    """Runs of capitalised words outside titles and quotes."""
    spans = [(m.start(), m.end()) for m in quoted(reading.text)]
    words = [w for w in words_of(reading.masked) if not any(a <= w.start < b for a, b in spans)]
    runs: list[list[Word]] = []
    for place, word in enumerate(words):
        if not word.capital or word.low in {"i", "i'd", "i'm", "i'll", "i've"}:
            continue
        begins = not reading.masked[: word.start].strip(" “\"'*(") or re.search(
            r"[.!?:]\s*[“\"]?$", reading.masked[: word.start]
        )
        if begins and _ordinary(word, reading):
            continue
        previous = runs[-1][-1] if runs else None
        gap = reading.masked[previous.end : word.start] if previous else ""
        if previous and (re.fullmatch(r"[\s.\-]*|[\s.]*\b(?:of|de|von|van|du|la|le|der|di|da)\b\s*", gap)):
            runs[-1].append(word)
        else:
            runs.append([word])
        del place
    return tuple(tuple(run) for run in runs)


def _ordinary(word: Word, reading: Reading) -> bool:
    """Whether a word at the beginning is one because every sentence begins with a capital."""
    if word.low in everyday() or word.low in known("praise") | known("superlative") | known("comparative"):
        return True
    texts = " ".join(
        text for item in reading.evidence.items for text in (*item.texts, *(v for f in item.facts for v in f.values))
    )
    if re.search(rf"(?<![\w]){re.escape(word.low)}(?![\w])", texts):
        return True
    return not _looks_like_name(word, reading)


def _looks_like_name(word: Word, reading: Reading) -> bool:
    """A first word is taken for a name where another item's evidence, or what follows, makes it one."""
    after = reading.masked[word.end :]
    follows = re.match(
        r"(?:['’]s\b|,?\s+[A-Z]|\s*\(\d{4}\)|\s+(?:is|was|has|tells|follows|directed|wrote|stars)\b)", after
    )
    return bool(follows) and not word.low.endswith("ly")


def _holds(names: Sequence[Word], item: ItemEvidence, reading: Reading, span: tuple[int, int]) -> bool:
    if _PLACED.search(reading.masked[: span[0]]):  # where it is made is not where it plays
        told = stems_of((item.title, *item.texts))
        return all(bool(forms(word.text) & told) for word in names)
    values = tuple(value for fact in item.facts for value in fact.values)
    held = held_stems(item) | stems_of((*values, *(liked.title for liked in item.liked)))
    if all(bool(forms(word.text) & held) or _folded(word, item) for word in names):
        return not _credits(reading, span) or _made_by(names, item)
    return False


def _folded(word: Word, item: ItemEvidence) -> bool:
    return fold(word.low) in fold(" ".join((*item.texts, *(v for f in item.facts for v in f.values)))).split()


def _credits(reading: Reading, span: tuple[int, int]) -> bool:
    """Whether the words around a name say who made the item: "by X", "X wrote", "X's TITLE"."""
    before, after = reading.masked[: span[0]], reading.masked[span[1] :]
    possessive = reading.masked[span[0] : span[1]].endswith(("'s", "’s", "'", "’")) and after.lstrip()[:1] == MASK
    return bool(
        re.search(r"\b(?:by|directed by|written by|composed by)\s*$", before) or _MAKES.match(after) or possessive
    )


def _made_by(names: Sequence[Word], item: ItemEvidence) -> bool:
    """Whether the names are the maker's, where makers are known; “followed by Jekyll” of a passage is not meant."""
    makers = stems_of((*item.of("people"), *item.of("brand")))
    return not makers or all(bool(forms(word.text) & makers) for word in names)


def _right_person(reading: Reading, start: int, end: int, owners: Sequence[ItemEvidence]) -> str | None:
    """The maker of the one item, where the wrong name stands in a maker's place."""
    if len(owners) != 1:
        return None
    people = owners[0].of("people")
    before, after = reading.masked[:start], reading.masked[end:]
    possessive = re.match(r"['’]s?\s+" + MASK, after) or (re.match(r"['’]s?\s*" + MASK, after))
    placed = re.search(r"\b(?:by|director|author|composer)\s*$", before) or possessive or _MAKES.match(after)
    if re.search(r"\b(?:played|starring|scored|followed|inspired|influenced|filmed|adapted|narrated) by\s*$", before):
        return None
    words = reading.text[start:end]
    tail = re.search(r"['’]s?$", words)
    return people[0] + ("'s" if tail else "") if len(people) == 1 and placed else None
