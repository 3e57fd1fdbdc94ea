"""How many items are wanted, and comparisons with what was shown: “three more”, “shorter”, “less expensive”."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.planner.conditions import Reading
from agent.planner.lexicon import Lexicon, Topic
from agent.planner.spoken_numbers import YEAR
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
_COUNT = re.compile(
    r"(?:top |give me |show me |list |name |just |only |recommend |find me )?(?P<n>\d{1,2}"
    r"|two|three|four|five|six|seven|eight|nine|ten|twelve) (?:(?:more|other|different"
    r"|good|great|nice|of the best|best|short|long|funny|sad|scary|\w+) )?(?P<noun>\w+)(?="
    r" |$)"
)
_COUNT_ALONE = re.compile(
    r"^(?:(?:ok|please|just|only) )*(?:give me|show me|name|list|recommend|suggest|just|only)(?: me)? (?:just |only )?(?P<n>\d{1,2}"
    r"|two|three|four|five|six|seven|eight|nine|ten|twelve)(?: please| of them)?$"
)
_AT_MOST = re.compile(
    r"(?:up to|at most|no more than|not more than|max|maximum|a maximum of) (?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten"
    r"|twelve) (?:(?P<of>of (?:them|these|those))|(?P<noun>\w+))(?= |$)"
)
LISTED = frozenset({"recommendations", "suggestions", "ideas", "results", "titles"})
_COUNT_WORDS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A comparison with what was shown: “shorter”, “same length”. `op` is "<", ">" or "=" (about as much) on the first of `attributes` that applies."""

    word: str
    attributes: tuple[str, ...]
    op: FilterOp


def read_count(reading: Reading, lexicon: Lexicon) -> int | None:
    """How many items are wanted, at most 12; None where nothing is said of it."""
    if re.search(r"\b(?:just|only) one(?: please| of them)?$", reading.message.folded):
        return 1
    for start, end, match in reading.matches(_AT_MOST):
        counted = match["of"] or match["noun"] in lexicon.work_nouns | LISTED
        if counted and reading.free(start, end):
            reading.claim(start, end - (0 if match["of"] else 1))
            return max(1, min(_COUNT_WORDS.get(match["n"]) or int(match["n"]), 12))
    for start, end, match in reading.matches(_COUNT_ALONE):
        reading.claim(start, end)
        return max(1, min(_COUNT_WORDS.get(match["n"]) or int(match["n"]), 12))
    for start, _, match in reading.matches(_COUNT):
        if match["noun"] in lexicon.work_nouns or match["noun"] in {
            "recommendations",
            "suggestions",
            "more",
            "ideas",
        }:
            place = next(p for p in range(start, start + 4) if reading.message.at(p) == match["n"])
            reading.claim(place, place + 1)
            return max(1, min(_COUNT_WORDS.get(match["n"]) or int(match["n"]), 12))
    return None


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
