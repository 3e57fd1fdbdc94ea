"""Message -> slots: titles with their roles, filters, preferences, comparisons, how many, and the text that is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from agent.planner.avoidances import read_avoidances
from agent.planner.comparisons import Change, read_changes, read_count, read_most
from agent.planner.conditions import Condition, Reading, Size, needless
from agent.planner.contexts import story_spans
from agent.planner.courtesies import Act, Courtesy, clauses, courtesies, idle, interjections
from agent.planner.implied_kinds import read_kind_of_verb
from agent.planner.lexicon import Lexicon
from agent.planner.periods import PeriodReader, number_of
from agent.planner.quantities import QuantityReader
from agent.planner.residue import residue
from agent.planner.roles import Role, cue_spans, roles_of
from agent.planner.sought import WordsSought
from agent.planner.superlatives import Most, most_of
from agent.planner.titles import TitleMention, TitleReader
from agent.planner.unknown_titles import unknown_titles
from agent.planner.unrecorded import FOR_ADULTS, UnrecordedReader
from agent.planner.values import ValueReader
from agent.planner.words import Message, read_message
from retrieval.catalogue import Catalogue
from retrieval.filters import admitted
from vouch.types import Filter, Item

HIDES_ANSWER = 0.6
"""An attribute that fewer of the otherwise fitting items have is preferred, not demanded: missing values could hide the answer."""

RECENT = 64
"""Of so many messages it is kept which words a search should look for; one message is read several times."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """All that was read of one message. `unknown` names what was asked for and the catalogue does not record.

    `acts` are the greetings, thanks and remarks that were set aside, `rest` the folded words beside them.
    """

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
    acts: tuple[Act, ...] = ()
    rest: str = ""

    @property
    def only_text(self) -> bool:
        """Whether nothing but search text is left, and of no title anything is said."""
        wished = self.filters or self.prefer or self.avoid or self.changes or self.unknown or self.k
        return not wished and all(role == "noted" for role in self.roles)

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for and of no title anything is said."""
        return self.only_text and not self.text

    def said(self, *roles: Role) -> tuple[TitleMention, ...]:
        """The mentions with one of these roles that name an item."""
        pairs = zip(self.mentions, self.roles, strict=True)
        return tuple(m for m, role in pairs if role in roles)


class SlotReader:
    """Reads messages against one catalogue. `sought`: tells which words a search should look for; None where all count that are left."""

    def __init__(self, catalogue: Catalogue, sought: WordsSought | None = None) -> None:
        self.catalogue = catalogue
        self._sought = lru_cache(maxsize=RECENT)(sought.sought) if sought is not None else None
        self.lexicon = Lexicon(catalogue.schema)
        self.titles = TitleReader(catalogue)
        self._periods = PeriodReader(self.lexicon, catalogue.items)
        self._quantities = QuantityReader(self.lexicon)
        self._unrecorded = UnrecordedReader(self.lexicon, self.titles.told)
        self._values = ValueReader(self.lexicon, known=self.titles.told, usual=self.titles.usual)

    def read(
        self, raw: str, *, references: tuple[TitleMention, ...] = (), familiar: frozenset[str] = frozenset()
    ) -> Slots:
        """The slots of a message.

        `references`: words that point at items shown before; where a title covers them, the title is meant. `familiar`: item_ids
        that were shown.
        """
        message = read_message(raw)
        reading = Reading(message)
        exclaimed = interjections(message)
        untitled = [
            *exclaimed,
            *((start, end) for start, end, _ in reading.matches(FOR_ADULTS)),
            *self._unrecorded.makers(reading),
        ]
        titles = tuple(
            m
            for m in self.mentions(message, familiar=familiar)
            if not any(start <= m.start and m.end <= end for start, end in untitled)
        )
        apart = tuple(
            r
            for r in references
            if all(r.end <= m.start or r.start >= m.end for m in titles)
            and not (
                r.said.lower() == "both" and any(r.end == m.start for m in titles)
            )  # “both A and B” points at nothing
            and not any(start <= r.start and r.end <= end for start, end in exclaimed)
        )
        mentions = tuple(sorted((*titles, *apart), key=lambda m: m.start))
        for mention in mentions:
            reading.claim(mention.start, mention.end)
        for mention in titles:
            if reading.year_behind(mention.end):
                reading.claim(mention.end, mention.end + 1)
        reading.titled = frozenset(p for m in titles for p in range(m.start, m.end))
        besides = courtesies(message, mentions)
        for courtesy in besides:
            reading.claim(courtesy.start, courtesy.end)
        count, changes, story = self._measured(reading)
        masked = _masked(reading, mentions)
        roles = _noted(roles_of(message, mentions), besides)
        self._cues(reading, mentions, roles)
        before = list(reading.claimed)
        self._unrecorded.read(reading)
        self._values.read(reading, story)
        avoid = self._ruled_out(reading, read_avoidances(reading, story))
        read_kind_of_verb(reading, self.lexicon)
        besides = (*besides, *_idle(reading, before, mentions))
        filters, prefer = self._settled(reading)
        text = residue(reading, self._sought)
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
            acts=tuple(courtesy.act for courtesy in besides),
            rest=_beside(message, besides),
        )

    def _most(self, reading: Reading, filters: tuple[Condition, ...], text: str) -> Most | None:
        size = next((size for size in reading.sizes if size.most), None)
        taken = size is not None and any(self.lexicon.topics.get(c.attribute) == size.topic for c in filters)
        return most_of(size, self.fitting(list(filters)), text, self.lexicon) if size and not taken else None

    def _measured(self, reading: Reading) -> tuple[int | None, tuple[Change, ...], tuple[tuple[int, int], ...]]:
        """Reads numbers, comparisons, periods and sizes; how many items are wanted, the comparisons, and where the story is told."""
        count = read_most(reading, self.lexicon)
        self._quantities.read(reading)
        count = count or read_count(reading, self.lexicon)

        changes = read_changes(reading, self.lexicon)
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
            by_whom = message.at(mention.start - 1) == "by" or mention.series or len(words) > 1
            dated = mention.end > mention.start + 1 and "(" in message.words[mention.end - 1].stop
            person = by_whom and not dated and not message.words[mention.start].quote and self.lexicon.is_name(words)
            value = (
                words in self.lexicon.phrases
                and not (len(words) == 1 and self.lexicon.is_name(words))
                and not message.words[mention.start].quote
                and not message.words[mention.start].capital
            )
            if not person and not value and not self._part_of_name(message, mention):
                kept.append(mention)
        return tuple(sorted(kept, key=lambda m: m.start))

    def _part_of_name(self, message: Message, mention: TitleMention) -> bool:
        """Whether the words are one of a person's names (“Kevin Hart”, “Alien Ant Farm”, “Dwayne The Rock Johnson”), not a title."""
        start, end = mention.start, mention.end
        if start and self.lexicon.is_name((message.at(start - 1), message.at(end))):
            return True
        for low, high, other in ((start, end + 1, end), (start - 1, end, start - 1)):
            if low < 0 or high > len(message.words) or any(w.stop for w in message.words[low + 1 : high]):
                continue
            name = tuple(w.folded for w in message.words[low:high])
            if message.words[other].capital and self.lexicon.is_name(name):
                return True
        return False

    def _ruled_out(self, reading: Reading, avoid: tuple[str, ...]) -> tuple[str, ...]:
        """What of the words to avoid is a genre or mood of the catalogue becomes a filter; the others stay."""
        kept = []
        for phrase in avoid:
            meanings = [m for m in self.lexicon.phrases.get(tuple(phrase.split()), ()) if m.strength == "same"]
            named = [m for m in meanings if self.lexicon.topics[m.attribute] in {"genre", "mood"}]
            for m in named:
                reading.add(Condition(attribute=m.attribute, op="none_of", value=[m.value]))
            kept += [] if named else [phrase]
        return tuple(kept)

    def _cues(self, reading: Reading, mentions: tuple[TitleMention, ...], roles: tuple[Role, ...]) -> None:
        """Words that only say what is felt about a title are no part of the query."""
        for start, end in cue_spans(reading.message, mentions, roles):
            for place in range(start, end):
                if reading.claimed[place] is None:
                    reading.claim(place, place + 1)

    def _settled(self, reading: Reading) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
        """Filters and preferences: sizes become numbers, and what missing values could hide is only preferred."""
        hard = [c for c in reading.conditions if c.hard]
        loose = needless([(c.attribute, c.op, c.value) for c in hard], self.lexicon.single)
        hard = [c for place, c in enumerate(hard) if place not in loose or c.lasting]
        prefer = [c for c in reading.conditions if not c.hard]
        prefer += [c for size in reading.sizes for c in self._sized(size, hard)]
        kept: list[Condition] = []
        for condition in _without_wished(hard, [*hard, *prefer]):
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


def _noted(roles: tuple[Role, ...], besides: tuple[Courtesy, ...]) -> tuple[Role, ...]:
    """A title in “I'll watch it”, “I haven't seen it” or “thanks for it” is neither liked nor seen."""
    places = {place for courtesy in besides if courtesy.act != "seen" for place in courtesy.titles}
    return tuple("noted" if place in places else role for place, role in enumerate(roles))


def _idle(reading: Reading, before: list[str | None], mentions: tuple[TitleMention, ...]) -> tuple[Courtesy, ...]:
    """The clauses that only tell of the person, name nothing and hold no value; they are no part of the query's text."""
    found = []
    for start, end in clauses(reading.message):
        named = any(m.start < end and start < m.end for m in mentions)
        valued = any(reading.claimed[place] != before[place] for place in range(start, end))
        if not named and not valued and reading.free(start, start + 1) and idle(reading.message, start, end):
            reading.claim(start, end)
            found.append(Courtesy(act="remark", start=start, end=end))
    return tuple(found)


def _beside(message: Message, besides: tuple[Courtesy, ...]) -> str:
    taken = {place for courtesy in besides for place in range(courtesy.start, courtesy.end)}
    return " ".join(word.folded for place, word in enumerate(message.words) if place not in taken)


def _without_wished(hard: Sequence[Condition], said: Sequence[Condition]) -> Iterator[Condition]:
    """The conditions; what is wished for by the same message is not ruled out (“melancholy but not depressing”)."""
    for condition in hard:
        values = condition.value
        if condition.op == "none_of" and isinstance(values, list):
            wished = {
                value
                for c in said
                if c.attribute == condition.attribute and c.op in {"=", "any_of", "all_of"}
                for value in (c.value if isinstance(c.value, list) else [c.value])
            }
            condition = replace(condition, value=[value for value in values if value not in wished])
        if condition.value != []:
            yield condition
