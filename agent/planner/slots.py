"""Message -> slots: titles with their roles, filters, preferences, comparisons, how many, and the text that is left."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.planner.avoidances import read_avoidances
from agent.planner.conditions import Condition, Reading, Size, needless
from agent.planner.contexts import story_spans
from agent.planner.lexicon import Lexicon, Topic
from agent.planner.periods import PeriodReader, year_of
from agent.planner.quantities import QuantityReader
from agent.planner.residue import residue
from agent.planner.roles import Role, roles_of
from agent.planner.spoken_numbers import YEAR
from agent.planner.superlatives import Most, most_of
from agent.planner.titles import TitleMention, TitleReader
from agent.planner.unknown_titles import unknown_titles
from agent.planner.values import ValueReader
from agent.planner.words import Message, read_message, singular
from retrieval.catalogue import Catalogue
from retrieval.filters import admitted
from vouch.types import Attribute, Filter, FilterOp, Item

HIDES_ANSWER = 0.6
"""An attribute that fewer of the otherwise fitting items have is preferred, not demanded: missing values could hide the answer."""

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
_VERBS = re.compile(
    r"(?:^|\s)(?:(?:(?:please|can you|could you|would you|just|ok) )?(?P<play>play)"
    r" (?:me|us|something|some|anything)|(?:to|should i|can i|could i|shall i|should we|can we|could we|i can"
    r"|we can|i could|want to|wanna|id like to) (?P<verb>read|watch|listen to|listen"
    r"|hear))(?= |$)"
)
_VERB_KINDS = {
    "read": ("book", "novel"),
    "watch": ("film", "movie"),
    "listen to": ("music", "song"),
    "listen": ("music", "song"),
    "hear": ("music", "song"),
}


_MAKER_KINDS = {
    "composer": ("music", "song"),
    "author": ("book", "novel"),
    "novelist": ("book", "novel"),
    "writer": ("book", "novel"),
    "poet": ("book", "novel"),
    "playwright": ("book", "play"),
    "director": ("film", "movie"),
    "filmmaker": ("film", "movie"),
    "photographer": ("print", "photo"),
    "painter": ("print", "painting"),
}
_BY_MAKER = re.compile(rf"(?:^|\s)by (?:an? |some )?(?:\w+ ){{0,2}}(?P<maker>(?:{'|'.join(_MAKER_KINDS)})s?)(?= |$)")
_BY_SEX = re.compile(
    r"(?:made |written |directed |composed )?by (?:an? |some )?(?:female|male|woman|women|man|men)(?: \w+(?:ers?|ors?|ists?))?(?= |$)"
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A comparison with what was shown: “shorter”, “older”. `op` is "<" or ">" on the first of `attributes` that applies."""

    word: str
    attributes: tuple[str, ...]
    op: FilterOp


@dataclass(frozen=True, kw_only=True)
class Slots:
    """All that was read of one message. `unknown` names what was asked for and the catalogue does not record."""

    message: Message
    mentions: tuple[TitleMention, ...]
    roles: tuple[Role, ...]
    filters: tuple[Condition, ...]
    prefer: tuple[Condition, ...]
    avoid: tuple[str, ...]
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]
    text: str
    k: int | None
    masked: str
    most: Most | None = None

    def said(self, *roles: Role) -> tuple[TitleMention, ...]:
        """The mentions with one of these roles that name an item."""
        pairs = zip(self.mentions, self.roles, strict=True)
        return tuple(m for m, role in pairs if role in roles)


class SlotReader:
    """Reads messages against one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.lexicon = Lexicon(catalogue.schema)
        self.titles = TitleReader(catalogue)
        self._periods = PeriodReader(self.lexicon, catalogue.items)
        self._quantities = QuantityReader(self.lexicon)
        self._values = ValueReader(self.lexicon, known=self.titles.told)

    def read(
        self, raw: str, *, references: tuple[TitleMention, ...] = (), familiar: frozenset[str] = frozenset()
    ) -> Slots:
        """The slots of a message.

        `references`: words that point at items shown before; where a title covers them, the title is meant. `familiar`: item_ids
        that were shown.
        """
        message = read_message(raw)
        reading = Reading(message)
        titles = self.mentions(message, familiar=familiar)
        apart = tuple(r for r in references if all(r.end <= m.start or r.start >= m.end for m in titles))
        mentions = tuple(sorted((*titles, *apart), key=lambda m: m.start))
        for mention in mentions:
            reading.claim(mention.start, mention.end)
        count, changes, story = self._measured(reading)
        masked = _masked(reading, mentions)
        roles = roles_of(message, mentions)
        self._cues(reading, mentions, roles)
        for start, end, _ in reading.matches(_BY_SEX):
            reading.unknown.append("maker’s gender")
            reading.claim(start, end)
        self._values.read(reading, story)
        avoid = self._ruled_out(reading, read_avoidances(reading, story))
        self._kind_of_verb(reading)
        filters, prefer = self._settled(reading)
        text = residue(reading)
        most = self._most(reading, filters, text)
        if most is not None:
            filters = (*filters, most.limit)
            prefer = tuple(c for c in prefer if c.attribute != most.limit.attribute)
            count = count or most.count
        return Slots(
            message=message,
            mentions=mentions,
            roles=roles,
            filters=filters,
            prefer=prefer,
            avoid=avoid,
            changes=changes,
            unknown=tuple(dict.fromkeys(reading.unknown)),
            text=text,
            k=count,
            masked=masked,
            most=most,
        )

    def _most(self, reading: Reading, filters: tuple[Condition, ...], text: str) -> Most | None:
        size = next((size for size in reading.sizes if size.most), None)
        taken = size is not None and any(self.lexicon.topics.get(c.attribute) == size.topic for c in filters)
        return most_of(size, self.fitting(list(filters)), text, self.lexicon) if size and not taken else None

    def _measured(self, reading: Reading) -> tuple[int | None, tuple[Change, ...], tuple[tuple[int, int], ...]]:
        """Reads numbers, comparisons, periods and sizes; how many items are wanted, the comparisons, and where the story is told."""
        self._quantities.read(reading)
        count = self._count(reading)
        changes = self._changes(reading)
        story = story_spans(reading, self.lexicon)
        self._periods.read(reading, story)
        self._quantities.sizes(reading, story)
        self._periods.size_words(reading, story)
        return count, changes, story

    def mentions(self, message: Message, *, familiar: frozenset[str] = frozenset()) -> tuple[TitleMention, ...]:
        """Titles, but where a person of the catalogue is named by the same or more words (“by Chopin”) the person is meant."""
        kept = []
        known = self.titles.read(message, familiar)
        for mention in (*known, *unknown_titles(message, known, self.lexicon, self.titles)):
            words = tuple(w.folded for w in message.words[mention.start : mention.end])
            person = message.at(mention.start - 1) == "by" and self.lexicon.is_name(words)
            value = (
                words in self.lexicon.phrases
                and not message.words[mention.start].quote
                and not message.words[mention.start].capital
            )
            if not person and not value:
                kept.append(mention)
        return tuple(sorted(kept, key=lambda m: m.start))

    def _count(self, reading: Reading) -> int | None:
        if re.search(r"\b(?:just|only) one(?: please| of them)?$", reading.message.folded):
            return 1
        for start, end, match in reading.matches(_COUNT_ALONE):
            reading.claim(start, end)
            return max(1, min(_COUNT_WORDS.get(match["n"]) or int(match["n"]), 12))
        for start, _, match in reading.matches(_COUNT):
            if match["noun"] in self.lexicon.work_nouns or match["noun"] in {
                "recommendations",
                "suggestions",
                "more",
                "ideas",
            }:
                place = next(p for p in range(start, start + 4) if reading.message.at(p) == match["n"])
                reading.claim(place, place + 1)
                return max(1, min(_COUNT_WORDS.get(match["n"]) or int(match["n"]), 12))
        return None

    def _changes(self, reading: Reading) -> tuple[Change, ...]:
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
            names = tuple(a.name for topic in topics for a in self.lexicon.about(topic))
            if names:
                found.append(Change(word=word, attributes=names, op=op))
            else:
                reading.unknown.append(
                    {"shorter": "length", "longer": "length", "older": "year", "newer": "year"}.get(word, "price")
                )
            reading.claim(start, end)
        return tuple(found)

    def _ruled_out(self, reading: Reading, avoid: tuple[str, ...]) -> tuple[str, ...]:
        """What of the words to avoid is a genre or mood of the catalogue becomes a filter; the others stay."""
        kept = []
        for phrase in avoid:
            meanings = [m for m in self.lexicon.phrases.get(tuple(phrase.split()), ()) if m.strength == "same"]
            named = [m for m in meanings if self.lexicon.topics[m.attribute] in {"genre", "mood"}]
            for m in named:
                reading.add(Condition(attribute=m.attribute, op="none_of", value=[m.value], start=0, end=0))
            kept += [] if named else [phrase]
        return tuple(kept)

    def _kind_of_verb(self, reading: Reading) -> None:
        """“Something to read” asks for a book where the catalogue has books."""
        kinds = self.lexicon.about("kind")
        if not kinds or any(c.attribute == kinds[0].name for c in reading.conditions):
            return
        found = _VERBS.search(reading.message.folded)
        made = _BY_MAKER.search(reading.message.folded)
        verb = ("listen" if found["play"] else found["verb"]) if found else ""
        for said in _VERB_KINDS[verb] if found else _MAKER_KINDS[singular(made["maker"])] if made else ():
            meanings = [
                m
                for m in self.lexicon.phrases.get((said,), ())
                if m.attribute == kinds[0].name and m.strength == "same"
            ]
            if meanings:
                reading.add(
                    Condition(attribute=kinds[0].name, op="any_of", value=[m.value for m in meanings], start=0, end=0)
                )
                return

    def _cues(self, reading: Reading, mentions: tuple[TitleMention, ...], roles: tuple[Role, ...]) -> None:
        """Words that only say what is felt about a title are no part of the query."""
        from agent.planner.roles import cue_spans

        for start, end in cue_spans(reading.message, mentions, roles):
            for place in range(start, end):
                if reading.claimed[place] is None:
                    reading.claim(place, place + 1)

    def _settled(self, reading: Reading) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
        """Filters and preferences: sizes become numbers, and what missing values could hide is only preferred."""
        hard = [c for c in reading.conditions if c.hard]
        loose = needless([(c.attribute, c.op, c.value) for c in hard])
        hard = [c for place, c in enumerate(hard) if place not in loose]
        prefer = [c for c in reading.conditions if not c.hard]
        prefer += [c for size in reading.sizes for c in self._sized(size, hard)]
        kept: list[Condition] = []
        for condition in hard:
            others = [c for c in hard if c.attribute != condition.attribute]
            (kept if self._mostly_known(condition, others) else prefer).append(condition)
        return tuple(_once(kept)), tuple(_once([replace(c, hard=False) for c in prefer]))

    def _mostly_known(self, condition: Condition, others: list[Condition]) -> bool:
        """Whether enough of the items that otherwise fit have the attribute; kinds that never have it do not count."""
        attribute = self.catalogue.attribute(condition.attribute)
        fitting = self.fitting(others)
        if attribute is None or not fitting:
            return True
        having = [item for item in fitting if condition.attribute in item.attributes]
        kinds = self.lexicon.about("kind")
        if kinds and kinds[0].name != condition.attribute and having:
            with_it = {str(item.attributes.get(kinds[0].name)) for item in having}
            fitting = [item for item in fitting if str(item.attributes.get(kinds[0].name)) in with_it]
        return len(having) >= HIDES_ANSWER * len(fitting)

    def fitting(self, conditions: list[Condition]) -> list[Item]:
        """The items that meet all conditions."""
        ids = admitted(self.catalogue, tuple(to_filter(c) for c in conditions))
        return [item for item in self.catalogue.items if item.item_id in ids]

    def _sized(self, size: Size, hard: list[Condition]) -> list[Condition]:
        found = []
        for attribute in self.lexicon.about(size.topic)[:1]:  # type: ignore[arg-type]
            numbers = sorted(n for item in self.fitting(hard) if (n := number_of(item, attribute)) is not None)
            if not numbers or any(c.attribute == attribute.name for c in hard):
                continue
            share = size.share if size.op == "<=" else 1 - size.share
            limit = numbers[min(len(numbers) - 1, int(share * len(numbers)))]
            value = str(int(limit)) if attribute.type == "date" else limit
            found.append(
                Condition(attribute=attribute.name, op=size.op, value=value, start=size.start, end=size.end, hard=False)
            )
        return found


def to_filter(condition: Condition) -> Filter:
    """A condition as the recommender's filter."""
    value = tuple(condition.value) if isinstance(condition.value, list) else condition.value
    return Filter(attribute=condition.attribute, op=condition.op, value=value)


def number_of(item: Item, attribute: Attribute) -> float | None:
    """An item's number, or the year of its date; None where it has none."""
    return year_of(item, attribute)


def _once(conditions: list[Condition]) -> list[Condition]:
    seen: dict[str, Condition] = {}
    for condition in conditions:
        seen.setdefault(repr(condition.argument), condition)
    return list(seen.values())


def _masked(reading: Reading, mentions: tuple[TitleMention, ...]) -> str:
    """The message with titles and numbers as TITLE and NUMBER, so that its vector speaks of form. Made before values are read."""
    words: list[str] = []
    for place, word in enumerate(reading.message.words):
        title = any(m.start <= place < m.end for m in mentions)
        mask = "TITLE" if title else "NUMBER" if reading.claimed[place] == "drop" else ""
        if not mask or not words or words[-1] != mask:
            words.append(mask or word.text)
    return " ".join(words)
