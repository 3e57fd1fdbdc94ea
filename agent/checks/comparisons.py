"""Comparatives and superlatives: between items of the list they need numbers; without numbers they are nobody's to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.checks.claims import own_degrees
from agent.checks.reading import Finding, Reading
from agent.checks.words import Word, forms, known, words_of
from agent.evidence import ItemEvidence
from agent.planner.lexicon import Topic

Measure = tuple[tuple[Topic, ...], int]
"""Which number, and whether the word asks for the greater (1) or the smaller (-1)."""
_LENGTH: tuple[Topic, ...] = ("minutes", "pages")
_MEASURES: dict[str, Measure] = {
    "longer": (_LENGTH, 1), "longest": (_LENGTH, 1), "shorter": (_LENGTH, -1), "shortest": (_LENGTH, -1), "briefer": (_LENGTH, -1),
    "briefest": (_LENGTH, -1), "quickest": (_LENGTH, -1), "quicker": (_LENGTH, -1), "older": (("year",), -1), "oldest": (("year",), -1),
    "earlier": (("year",), -1), "earliest": (("year",), -1), "newer": (("year",), 1), "newest": (("year",), 1), "later": (("year",), 1),
    "latest": (("year",), 1), "cheaper": (("price",), -1), "cheapest": (("price",), -1),
}  # fmt: skip
_OF_RANK = re.compile(
    r"\b(?:best|closest|nearest|strongest|top)\s+(?:match|fit|place to start|starting point|start|choice|pick|bet|suggestion"
    r"|recommendation|of the (?:list|lot|bunch|matches)|to (?:what you|your|\x00))",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(?:more|(?<!for the )most|less|least)\s+(?P<word>popular|recent|liked|[a-z-]+)\b", re.IGNORECASE)
_TALK = {"more", "less", "better", "larger", "smaller", "bigger", "later", "earlier", "latest", "closer", "nearer"}


def check_comparisons(reading: Reading) -> Sequence[Finding]:
    """Comparisons that the numbers deny, or that nothing measures."""
    findings = []
    for word in words_of(reading.masked):
        if word.low in known("superlative"):
            holds = _superlative_holds(word, reading)
        else:
            holds = word.low not in known("comparative") or _comparative_holds(word, reading)
        if not holds:
            findings.append(_wrong(word))
    for match in _MORE.finditer(reading.masked):
        word = Word(match["word"], match.start("word"), match.end("word"))
        if not _more_holds(match, word, reading):
            findings.append(Finding(start=match.start(), end=match.end(), why=f"nothing measures “{match.group()}”"))
    return findings


def _wrong(word: Word) -> Finding:
    return Finding(start=word.start, end=word.end, why=f"“{word.text}” does not hold")


def _superlative_holds(word: Word, reading: Reading) -> bool:
    owners = reading.owners(word.start)
    if not owners or _said(word, owners):
        return bool(owners) or forms(word.text) <= reading.asked
    for match in _OF_RANK.finditer(reading.masked):
        if match.start() <= word.start < match.end():
            return len(owners) == 1 and owners[0].handle == 1
    if word.low not in _MEASURES or len(owners) != 1:
        return False
    second = bool(re.search(r"\bsecond[- ]$", reading.masked[: word.start]))
    return not second and _extreme(
        owners[0],
        [i for i in _peers(reading, owners[0], word.start) if i is not owners[0]],
        _MEASURES[word.low],
        strict=False,
    )


def _peers(reading: Reading, item: ItemEvidence, place: int) -> list[ItemEvidence]:
    """The items that a superlative is over: those of the list, or those of a kind where the kind is named ("the shortest book")."""
    if len(reading.told) > 1 and re.search(r"\bof the (?:two|pair)\b", reading.masked):
        return [m.item for m in reading.told if m.item is not None]
    named = re.match(r"\W*(\w+)", reading.masked[place:].split(" ", 1)[-1])
    noun = forms(named.group(1)) if named else frozenset()
    kinds = {i.handle: frozenset(f for value in i.of("kind") for f in forms(value)) for i in reading.evidence.items}
    if noun & kinds.get(item.handle, frozenset()):
        return [i for i in reading.evidence.items if noun & kinds[i.handle]]
    return list(reading.evidence.items)


def _comparative_holds(word: Word, reading: Reading) -> bool:
    owners = reading.owners(word.start)
    if word.low in {"more", "less"}:
        return True
    after = reading.masked[word.end :]
    than = re.match(r"[^,;.]{0,40}?\bthan\b", after)
    phrase = re.match(r"\s+than(?:\s+\w+){1,2}", after)
    if phrase and owners and all(_has(word.text + phrase.group(), item) for item in owners):
        return True
    if not owners or (not than and len(reading.evidence.items) > 0 and _said(word, owners)):
        return bool(owners) or word.low in _TALK | {"longer", "shorter", "funnier", "lighter", "darker"}
    if _said(word, owners) and not than:
        return True
    measure = _MEASURES.get(word.low)
    if word.low in {"larger", "smaller", "bigger"} and re.match(r"\s+(?:share|part|half|portion|slice)", after):
        return True
    if (
        word.low in {"later", "earlier", "closer", "nearer"}
        and not than
        and not re.search(r"\b(?:is|are|the)\s+$", reading.masked[: word.start])
    ):
        return True
    if re.match(
        r"\s+than\s+(?:an?|one|half|two|\d|[a-z]+)\s*[\w-]*\s*(?:minutes?|hours?|pages?|\d)", after
    ) or re.match(r"\s+than\s+\d", after):
        return True
    if measure is None or len(owners) != 1:
        return False
    if not than and len(reading.told) == 1:  # “OTHER is shorter”: than one that was told of before
        return any(_extreme(owners[0], [i], measure, strict=True) for i in reading.evidence.items if i is not owners[0])
    others = [m.item for m in reading.told if m.item is not None and m.item is not owners[0]]
    topic = [item for item in reading.topic if item is not owners[0]]
    rest = bool(re.search(r"\b(?:the (?:rest|others)|all the others|anything else|any of the)\b", after))
    against = [i for i in reading.evidence.items if i is not owners[0]] if rest else others or topic
    return bool(against) and _extreme(owners[0], against, measure, strict=True)


def _more_holds(match: re.Match[str], word: Word, reading: Reading) -> bool:
    low, owners = word.low, reading.owners(match.start())
    most = match.group().casefold().startswith(("most", "least"))
    if (
        low
        in known("function")
        | {"of", "than", "like", "details", "likely", "ideas", "suggestions", "options", "about", "widely"}
        or not owners
        or match.start() in own_degrees(reading)
    ):
        return True
    if any(match.group().casefold() in text.casefold() for item in owners for text in item.texts) and len(owners) == 1:
        return True
    sign = -1 if match.group().casefold().startswith("le") else 1
    if low in {"popular", "liked"}:
        return len(owners) == 1 and _most_liked(owners[0], reading, sign)
    if low == "recent":
        peers = (
            [i for i in reading.evidence.items if i is not owners[0]]
            if most
            else [m.item for m in reading.told if m.item and m.item is not owners[0]]
        )
        return len(owners) == 1 and _extreme(owners[0], peers, (("year",), sign), strict=False)
    if low in known("soft") and not most:
        return "than" not in reading.masked[match.end() :]
    return low in {"match", "fit"}


def _most_liked(item: ItemEvidence, reading: Reading, sign: int) -> bool:
    counts = [i.popularity.people for i in reading.evidence.items if i.popularity is not None]
    if item.popularity is None or len(counts) < len(reading.evidence.items):
        return False
    own = item.popularity.people
    named = [m.item for m in reading.told if m.item is not None and m.item is not item and m.item.popularity]
    if named and "than" in reading.masked:
        return all((own - m.popularity.people) * sign > 0 for m in named if m.popularity)
    return own == (max(counts) if sign > 0 else min(counts))


def _extreme(item: ItemEvidence, others: Sequence[ItemEvidence], measure: Measure, *, strict: bool) -> bool:
    """Whether an item has the greatest or smallest number among all; those without the number are not compared."""
    topics, sign = measure
    better: Callable[[float, float], bool] = (
        (lambda a, b: (a - b) * sign > 0) if strict else (lambda a, b: (a - b) * sign >= 0)
    )
    for topic in topics:
        own = item.number(topic)
        if own is None:
            continue
        known_others = [n for other in others if (n := other.number(topic)) is not None]
        return (
            (len(known_others) == len(others) or not strict)
            and bool(known_others)
            and all(better(own, n) for n in known_others)
        )
    return False


def _has(phrase: str, item: ItemEvidence) -> bool:
    """Whether a passage has the very phrase."""
    return any(phrase.casefold() in text.casefold() for text in item.texts)


def _said(word: Word, owners: Sequence[ItemEvidence]) -> bool:
    """Whether a passage of every owner has the very word."""
    return all(
        any(re.search(rf"\b{re.escape(word.low)}\b", text, re.IGNORECASE) for text in item.texts) for item in owners
    )
