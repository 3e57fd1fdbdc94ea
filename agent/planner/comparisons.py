"""How many items are wanted, and comparisons with what was shown: “three more”, “shorter”, “less expensive”."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from agent.planner.conditions import Reading
from agent.planner.lexicon import Lexicon, Topic
from agent.planner.spoken_numbers import COUNT, YEAR, amount_of
from agent.planner.words import LEAD, word_set
from vouch.types import FilterOp

_CHANGE = re.compile(
    r"(?<!not )(?<!nothing )(?:(?:much|a bit|a little|bit|even|slightly|far|way|a lot|somewhat|rather|maybe"
    r"|little) )?(?P<word>shorter|briefer|longer|lengthier|cheaper|pricier|more expensive"
    r"|less expensive|less costly|less pricey"
    r"|more affordable|older|earlier|newer|more recent|more modern|less old|less"
    r" long|not (?:so|as|that|quite as|quite so) long|not (?:so|as|that) expensive"
    r"|thinner|thicker|quicker|too long|too short|too old|too new|too recent|too expensive|too pricey)(?= |$)"
    rf"(?! than (?:the year )?{YEAR}(?: |$))"
)
_CHANGES: dict[str, tuple[tuple[Topic, ...], FilterOp]] = {
    "shorter": (("minutes", "pages"), "<"),
    "longer": (("minutes", "pages"), ">"),
    "cheaper": (("price",), "<"),
    "pricier": (("price",), ">"),
    "older": (("year",), "<"),
    "newer": (("year",), ">"),
}
_SAME_CHANGE = {
    "briefer": "shorter",
    "quicker": "shorter",
    "thinner": "shorter",
    "less long": "shorter",
    "lengthier": "longer",
    "thicker": "longer",
    "more expensive": "pricier",
    "less expensive": "cheaper",
    "less costly": "cheaper",
    "less pricey": "cheaper",
    "more affordable": "cheaper",
    "too long": "shorter",
    "too short": "longer",
    "too expensive": "cheaper",
    "too pricey": "cheaper",
    "too old": "newer",
    "too new": "older",
    "too recent": "older",
    "earlier": "older",
    "more recent": "newer",
    "more modern": "newer",
    "less old": "newer",
}
_SAME_LENGTH = re.compile(
    r"(?:(?:of|with|and|about|roughly|around) )*(?:the |that |a )?(?:same|similar) (?:length|duration|running time|runtime)(?= |$)"
    r"|(?:just |about )?(?:as|equally) long(?! as (?:it|i|there|you|we)\b)(?= |$)"
)
_COUNT = re.compile(rf"(?P<n>{COUNT})(?: of the best)?(?= \w)")
_COUNT_ALONE = re.compile(
    rf"^{LEAD}(?:give me|show me|name|list|recommend|suggest|just|only|make (?:it|that|them))(?: me)? (?:just |only )?"
    rf"(?P<n>{COUNT})(?: please| of them)?$"
)
_BEHIND_COUNTED = word_set(
    "from of with by in or and to about for under over before after that which than as on at want wants need needs is are has have who i we they would like"
)
_AT_MOST = re.compile(
    r"(?:up to|at most|no more than|not more than|max|maximum|a maximum of) "
    rf"(?P<n>{COUNT}) (?:(?P<of>of (?:them|these|those))|(?P<noun>\w+))(?= |$)"
)
_PEOPLE = word_set("kids children boys girls adults men women people friends teenagers grandchildren toddlers")
_WORKS = word_set("films film movies movie books book songs stories ones things games series shows")
_LISTED = word_set("recommendations suggestions ideas results titles")


@dataclass(frozen=True, kw_only=True)
class Change:
    """A comparison with what was shown: “shorter”, “same length”. `op` is "<", ">" or "=" (about as much) on the first of `attributes` that applies."""

    word: str
    attributes: tuple[str, ...]
    op: FilterOp


def read_most(reading: Reading, lexicon: Lexicon) -> int | None:
    """How many items are wanted where it is said as a bound (“at most five films”), which must be read before other bounds."""
    for start, end, match in reading.matches(_AT_MOST):
        if match["of"] or match["noun"] in lexicon.work_nouns | _LISTED:
            reading.claim(start, end - (0 if match["of"] else 1))
            return _count(match)
    return None


def read_count(reading: Reading, lexicon: Lexicon) -> int | None:
    """How many items are wanted, from 1 to 12; None where nothing is said of it. Read when amounts are: “2 hour films” are not two."""
    if re.search(r"\b(?:just|only) one(?: please| of them)?$", reading.message.folded):
        return 1
    for start, end, match in reading.matches(_COUNT_ALONE):
        reading.claim(start, end)
        return _count(match)
    for start, end, match in reading.matches(_COUNT):
        behind = _described(reading, end)
        if behind[:1] and behind[0] in _PEOPLE and not any(word in _LISTED | _WORKS for word in behind):
            reading.claim(start, start + 1)  # “for three kids between 4 and 11”
            continue
        if any(word in lexicon.work_nouns | _LISTED | {"more"} for word in behind):
            reading.claim(start, start + 1)
            return _count(match)
    return None


def _described(reading: Reading, place: int) -> list[str]:
    """The words behind a number that it may count, up to the next small word: “90s comedies” are not ninety, ten of them are “10 90s comedies”."""
    words = [reading.message.at(p) for p in range(place, place + 5) if reading.message.at(p)]
    if words[:1] and words[0] in {"s", "th", "st", "nd", "rd"}:
        return []
    return list(itertools.takewhile(lambda word: word not in _BEHIND_COUNTED, words))


def _count(match: re.Match[str]) -> int:
    return max(1, min(int(amount_of(match["n"])), 12))


def read_changes(reading: Reading, lexicon: Lexicon) -> tuple[Change, ...]:
    """The comparisons; what the catalogue does not record is named as unknown."""
    found = []
    for start, end, match in reading.matches(_CHANGE):
        word = match["word"]
        word = (
            "shorter"
            if word.endswith(" long")
            else "cheaper"
            if word.startswith("not")
            else _SAME_CHANGE.get(word, word)
        )
        topics, op = _CHANGES[word]
        names = tuple(a.name for topic in topics for a in lexicon.about(topic))
        if names:
            found.append(Change(word=word, attributes=names, op=op))
        else:
            reading.unknown.append(
                {"shorter": "length", "longer": "length", "older": "year", "newer": "year"}.get(word, "price")
            )
        reading.claim(start, end)
    for start, end, _ in reading.matches(_SAME_LENGTH):
        names = tuple(a.name for topic in ("minutes", "pages") for a in lexicon.about(topic))
        if names:
            found.append(Change(word="same length", attributes=names, op="="))
            reading.claim(start, end)
    return tuple(found)
