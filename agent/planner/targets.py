"""A message with what was said before it as one text in which the items are marked that it may judge, for a model that reads such texts.

The titles themselves are left out, so that nothing is learned of particular films; words that are a title by chance (“it was good”) stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.ledger import AtHand
from agent.planner.heard import Heard
from agent.planner.titles import TitleMention
from retrieval.catalogue import Catalogue

MARKS = TARGET, PERSON, REPLY, EARLIER, MESSAGE = tuple(map(chr, range(0xE000, 0xE005)))
"""Characters for private use: an item, who speaks, that an item was named too long ago to be found, and where the message begins."""
_MARK = re.compile(f"[{''.join(MARKS)}]")
_DATED = re.compile(r"\s*\(\d{4}\)")
_TURNS = 2
_WORDS = {"before that": 16, "said": 28, "reply": 40, "message": 64}
"""So many words of each are read, the last ones of what came before."""


@dataclass(frozen=True)
class Reading:
    """Probabilities. `roles`: of each TARGET in order that the message does not judge it, likes it, dislikes it; shape (targets, 3), less
    those that a long text is not read up to. `acts`: that the message does each of `speech_acts.ACTS`, shape (5,)."""

    roles: NDArray[np.float32]
    acts: NDArray[np.float32]


class MarkedReader(Protocol):
    """Reads whether a message judges what is marked in it (target-dependent sentiment classification, Jiang et al. 2011), and what it does."""

    def read(self, text: str) -> Reading:
        """What a marked text says. Raises ModelFailed, and ModelUnavailable where the weights are not here."""
        ...


@dataclass(frozen=True)
class Targets:
    """What a message may judge. `named`: the titles in it; `at_hand`: the items spoken of before that it does not name; `text`: the marked
    text, with for each TARGET in it, in `order`, its number among the named and, behind them, those at hand."""

    named: tuple[TitleMention, ...]
    at_hand: tuple[AtHand, ...]
    text: str
    order: tuple[int, ...]

    def item_ids(self, number: int) -> tuple[str, ...]:
        """The items of the so many-th target."""
        count = len(self.named)
        return self.named[number].item_ids if number < count else (self.at_hand[number - count].item_id,)


def targets_of(heard: Heard, catalogue: Catalogue) -> Targets:
    """The targets of a message, marked."""
    named = tuple(m for m in heard.slots.mentions if m.item_ids and not pointing(heard, m))
    ids = {i for m in named for i in m.item_ids}
    at_hand = tuple(item for item in heard.ledger.at_hand if item.item_id not in ids)
    words = heard.message.words
    spans = [(words[m.start].start, words[m.end - 1].end, n, m.end - m.start == 1) for n, m in enumerate(named)]
    message, order = _marked(heard.raw, spans)
    by_id = catalogue.by_id
    known = [by_id[a.item_id].title if a.item_id in by_id else "" for a in at_hand]
    left = {n: _bare(title) for n, title in enumerate(known, len(named))}
    text = MESSAGE + " ".join(message.split()[: _WORDS["message"]])
    order = order[: text.count(TARGET)]
    for ago, turn in enumerate(reversed(heard.ledger.turns[-_TURNS:])):
        for who, said, most in ((REPLY, turn.text, "reply"), (PERSON, turn.said, "said")):
            marked, found = _marked(said, _places(said, left))
            left = {n: title for n, title in left.items() if n not in found}
            text = f"{who}{_last(marked, _WORDS['before that' if ago else most])}{text}"
            order = found + order
    return Targets(named, at_hand, f"{TARGET}{EARLIER}" * len(left) + text, (*left, *order))


def pointing(heard: Heard, mention: TitleMention) -> bool:
    """Whether a mention is only a pronoun."""
    return any(r.start == mention.start and r.pronoun for r in heard.references)


def _bare(title: str) -> str:
    return _DATED.sub("", title).casefold()


def _places(said: str, titles: dict[int, str]) -> list[tuple[int, int, int, bool]]:
    """Where each title is named last, none within another."""
    low, spans = said.casefold(), list[tuple[int, int, int, bool]]()
    if len(low) != len(said):
        return spans
    for number, title in titles.items():
        at = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(title)}(?!\w)", low)] if title else []
        free = [(s, e) for s, e in at if all(e <= start or end <= s for start, end, *_ in spans)]
        spans += [(*free[-1], number, False)] if free else []
    return spans


def _marked(said: str, spans: Sequence[tuple[int, int, int, bool]]) -> tuple[str, list[int]]:
    """The text with a mark in place of each span and of a year behind it, or before it where the words stay; and the spans' numbers."""
    parts, order, place = list[str](), list[int](), 0
    for start, end, number, stays in sorted(spans):
        if start < place:
            continue
        parts += [_MARK.sub(" ", said[place:start]), TARGET, _MARK.sub(" ", said[start:end]) if stays else ""]
        order.append(number)
        dated = _DATED.match(said, end)
        place = dated.end() if dated else end
    return "".join([*parts, _MARK.sub(" ", said[place:])]), order


def _last(marked: str, most: int) -> str:
    """The last words, from the first mark on where that stands before them."""
    words = marked.split()
    first = next((n for n, word in enumerate(words) if TARGET in word), len(words))
    return " ".join(words[max(0, min(len(words) - most, first - 4)) :])
