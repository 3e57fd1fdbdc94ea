"""Whom a name means: an everyday word is nobody unless credited, and of several trades the one that the words speak of."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from agent.planner.conditions import Reading
from agent.planner.contexts import Context, in_story
from agent.planner.lexicon import Lexicon, Meaning
from agent.planner.words import Message
from prompts import common_words

_ACTING = re.compile(r"actors?|actress|cast|stars?|performers?")
_BY = frozenset(["by", "directed", "director", "written", "composed", "made"])
_CREDITED = _BY | {"starring", "featuring", "with", "actor", "actress", "stars"}


@dataclass(frozen=True)
class People:
    """The people of one catalogue. `usual`: words of several of its texts, which name nobody by themselves."""

    lexicon: Lexicon
    usual: Collection[str]

    def meant(self, message: Message, span: tuple[int, int], meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        """Without the people that a single everyday word does not name (“good”, “love”), unless one is credited: “with Love”."""
        start, end = span
        word = message.words[start]
        credited = message.at(start - 1) in _CREDITED
        everyday = bool({word.folded, word.folded.removesuffix("s")} & common_words()) and not (
            credited and word.capital
        )
        told = word.folded in self.usual and not (credited or word.capital)
        if end - start == 1 and (everyday or told):
            meanings = tuple(m for m in meanings if self.lexicon.topics[m.attribute] != "people")
        return self._of_trade(message, start, meanings)

    def _of_trade(self, message: Message, start: int, meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        """Of a person of several trades the one that the words speak of: “by” makers, “with” players, else where they are met most."""
        names = {m.attribute for m in meanings}
        if len(names) < 2 or any(self.lexicon.topics[name] != "people" for name in names):
            return meanings
        makes = bool({message.at(start - 1), message.at(start - 2)} & _BY)
        plays = message.at(start - 1) in _CREDITED and not makes
        wanted = {name for name in names if bool(_ACTING.search(name)) == plays} if makes or plays else names
        kept = [m for m in meanings if m.attribute in (wanted or names)]
        most = max(kept, key=self._count)
        return tuple(m for m in kept if m.attribute == most.attribute)

    def _count(self, meaning: Meaning) -> int:
        attribute = self.lexicon.schema.attribute(meaning.attribute)
        return dict(attribute.values).get(meaning.value, 0) if attribute else 0


def person_context(reading: Reading, span: tuple[int, int], story: tuple[tuple[int, int], ...]) -> Context:
    """Whether a person made the work, is told of in it, or both is possible."""
    message, (start, end) = reading.message, span
    if message.at(start - 1) in {"by", "from", "starring", "directed", "of"} or message.at(start - 2) in {
        "by",
        "made",
        "written",
        "directed",
    }:
        return "work"
    if message.at(start - 1) in {"with", "starring"} and start - 2 in reading.titled:
        return "story"  # “X with Bela Lugosi” says which film is meant
    if in_story(start, story) and message.at(start - 1) != "with":
        return "story"
    if message.at(start - 1) in {"like", "than", "of"}:
        return "loose"
    single = end - start == 1
    shown = message.words[start].capital and not (single and start == 0 and len(message.words) > 3)
    known = single and message.at(start) in common_words() and not shown
    return "loose" if known else "work"
