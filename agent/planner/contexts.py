"""Whether words speak of the work (“French films”, “from the nineties”) or of its story (“pilots in the forties”)."""

from __future__ import annotations

import re
from typing import Literal

from agent.planner.conditions import Reading
from agent.planner.lexicon import Lexicon
from agent.planner.words import Message, word_set

Context = Literal["work", "story", "loose"]
"""work: a filter. story: it stays in the query's text. loose: both are possible, so it is preferred and stays in the text."""

_OPENS = re.compile(
    r"(?:(?<!what )(?<!how )(?<!tell me )(?<!on )about(?! (?:\d|an? hour|half an"
    r"|two|three|it\b|that one|this))|(?:that is |thats |which is )?set (?:in|on"
    r"|at|during|around|against)|where(?! is| are)|in which"
    r"|who(?! (?:really )?(?:like|love|enjoy|adore)s?\b)(?! (?:directed|wrote|made"
    r"|composed|is|are|was))|whose|featuring|involving"
    r"|dealing with|deals with|based on|adapted from|taking place|takes place|happens"
    r"|happening"
    r"|(?:tells? |telling )?(?:the |a )?(?:story|stories|tale|tales) (?:of|about)"
    r"|concerning|full of|lots of|on the|with (?:a|an|the|some|lots of|many|two|three))(?="
    r" |$)"
)
_REOPENS = word_set(
    "but under below less fewer at over above more max maximum from by before after since not no nothing without "
    "only please preferably ideally something anything shorter longer cheaper between up made directed written "
    "starring"
)
_ALWAYS_END = word_set("but preferably ideally please under below")
_MEASURE = re.compile(
    r"(?:less|more|no more|no longer|not more|at most|at least|up to|shorter|longer|not longer|over|not too) (?:than )?"
    r"(?:long|short|\d|an? |one|two|three|half)"
)
_PERIOD = re.compile(
    r"from (?:the )?(?:early |late |mid )?(?:\d|twent|thirt|fort|fift|sixt|sevent|eight|ninet|nineteen|eighteen)"
)
"""What begins a bound on the work's length or year, which ends what is told of its story."""
_BEHIND_VALUE = word_set("and or but with about from in by that which of")
_BEFORE_FROM = word_set("only but and or is be are it not preferably ideally have got there")
_MADE = word_set(
    "made released produced shot filmed written published composed recorded printed directed painted created born"
)


def story_spans(reading: Reading, lexicon: Lexicon) -> tuple[tuple[int, int], ...]:
    """The word ranges that tell what happens in the work. Claimed words end a range."""
    message = reading.message
    spans: list[tuple[int, int]] = []
    for start, end, match in reading.matches(_OPENS):
        if match.group() == "on the" and message.at(start - 1) not in lexicon.work_nouns:
            continue
        if match.group().startswith("with ") and _names_someone(message, start + 1, lexicon):
            continue
        stop = end
        while stop < len(message.words) and not _ends(reading, stop, lexicon):
            stop += 1
        if stop > end and (not spans or start >= spans[-1][1]):
            spans.append((start, stop))
    return tuple(spans)


def _names_someone(message: Message, place: int, lexicon: Lexicon) -> bool:
    return any(
        lexicon.is_name(tuple(w.folded for w in message.words[place:end])) for end in range(place + 1, place + 5)
    )


def _ends(reading: Reading, place: int, lexicon: Lexicon) -> bool:
    message = reading.message
    word = message.words[place]
    if any(mark in word.stop for mark in ".;!?"):
        return True
    if "," in word.stop and word.folded in _REOPENS:
        return True
    if reading.claimed[place] is not None or word.folded in _ALWAYS_END:
        return True
    if word.folded == "by":
        return _names_someone(message, place + 1, lexicon)
    follows = " ".join(w.folded for w in message.words[place : place + 4])
    return bool(_MEASURE.match(follows) or _PERIOD.match(follows))


def in_story(start: int, spans: tuple[tuple[int, int], ...]) -> bool:
    """Whether a word lies in one of the ranges."""
    return any(low <= start < high for low, high in spans)


def work_noun_near(message: Message, end: int, lexicon: Lexicon, reach: int = 3) -> bool:
    """Whether one of the next words, with no stop before it, is what is recommended here (“French silent films”)."""
    for place in range(end, min(end + reach, len(message.words))):
        if message.words[place].stop or message.at(place) in _BEHIND_VALUE:
            return False
        if message.at(place) in lexicon.work_nouns:
            return True
    return False


def of_the_work(reading: Reading, start: int, lexicon: Lexicon) -> bool:
    """Whether “from X”, “of X” or “in X” before this word hangs on the work: “a film from X”, “made in X”, “from X instead”."""
    message = reading.message
    place = start - 1
    while place >= 0 and message.at(place) in {"the", "early", "late", "mid", "or", "and"}:
        place -= 1
    preposition, before = message.at(place), message.at(place - 1)
    if preposition in {"from", "by", "outta"}:
        work = before in lexicon.work_nouns | _MADE | _BEFORE_FROM
        return work or message.boundary(place) or reading.claimed[place - 1] is not None

    if preposition in {"in", "of", "during"}:
        return (
            before in _MADE
            or (before in lexicon.work_nouns and preposition != "during")
            or (place == 0 and preposition == "in")
        )
    return False
