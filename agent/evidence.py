"""What the writer chooses from: a turn's list as a short numbered block, of each item what may be said of it and sentences that tell of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from agent.phrases import ROLE_TAGS, plain, the
from agent.planner.lexicon import Topic
from retrieval.groups import for_somebody_else
from retrieval.titles import trailing_year
from tools.render import people_text, value_text
from vouch.types import (
    AttributeValue,
    Channel,
    CitedPassage,
    ForPerson,
    Item,
    LikedItem,
    Passage,
    Popularity,
    RecList,
    Recommendation,
)

ITEMS = 8
"""So many items the writer sees."""
CHOICE_MARK, SENTENCE_MARK = "; ", " | "
"""What parts choices from each other, and them from the sentence, in what the writer reads and answers."""
_FACT_CHARACTERS = 80
_VALUES, _LIKED = 4, 2
_SHARE = 0.1
"""A liked item speaks for another from this part of the match on."""
_PARTS = re.compile(r"[;|]")
_LIKE = re.compile(r"(?:moods?|tones?|feels?|vibes?|atmosphere)", re.IGNORECASE)
"""Attributes whose values are adjectives: “is eerie and dark”; those of other lists are what it is “listed as”."""
_NUMBERS: tuple[tuple[Topic, str], ...] = (("minutes", "{} minutes"), ("pages", "{} pages"), ("price", "priced at {}"))
_QUOTES, _QUOTE_LEAST, _QUOTE_MOST = 4, 25, 180
_MARKS = re.compile(r"[“”\"‘()…]")
_STOPPED = re.compile(r"[.!?]$")
_SENTENCE_END = re.compile(r"[.!?…]+[\"”’')]*\s+")
_ROLES = re.compile(r"^\s*(?:system|user|assistant|tool|human)\s*:", re.IGNORECASE | re.MULTILINE)
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous|prior|that and)\b"
    r"|\b(?:system prompt|as an ai|language model|you are now|new instructions?|your instructions?|jailbreak)\b"
    r"|\b(?:rank|recommend|place|put|list) (?:me|this|it|us)(?: \w+)? (?:first|at the top|number one|above|to everyone)\b"
    r"|\b(?:system|assistant|person|reply|human|user)(?: note| message)?\s*:|</?evidence>"
    r"|\btool_?(?:calls?|response)\b|https?://|www\.|javascript:"
    r"|[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
"""Orders, roles, links, and characters that reorder or hide words."""
_TELLING: tuple[Channel, ...] = ("description", "sidecar", "review", "transcript")


def fenced(text: str) -> str:
    """Catalogue text as data: one line, no control characters, markup or role tags, no brackets that could close the fence."""
    return plain(_ROLES.sub(" ", text)).replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")")


def speaks_to_a_model(text: str) -> bool:
    """Whether a text gives orders to whoever reads it: such a passage is not shown to the writer, nor repeated."""
    return any(pattern.search(text) for pattern in (_TO_A_MODEL, _ROLES, ROLE_TAGS))


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One attribute of an item. `topic` says what it is about ("year", "people", "minutes")."""

    name: str
    topic: Topic
    value: AttributeValue

    @property
    def values(self) -> tuple[str, ...]:
        """The value as texts, one a list's entry."""
        return self.value if isinstance(self.value, tuple) else (value_text(self.value),)


Slot = Literal["maker", "year", "like", "listed", "place", "number", "people", "liked"]
"""Where a choice stands in the line that is made of them: see `agent.writing.line`."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something that may be said of an item. `text` is what the writer reads and answers with."""

    slot: Slot
    text: str

    @property
    def bare(self) -> str:
        """The maker or the place alone, without “by” or “from”; of other choices the text."""
        return re.sub(r"^(?:by|from(?: the)?) ", "", self.text) if self.slot in {"maker", "place"} else self.text


@dataclass(frozen=True, kw_only=True)
class ItemEvidence:
    """What may be said of one item: its facts, its cited passages, how many people like it, the titles that speak for it and who likes them: the
    person, or somebody else whose list it is."""

    handle: int
    item_id: str
    title: str
    facts: tuple[Fact, ...] = ()
    passages: tuple[CitedPassage, ...] = ()
    people: tuple[str, ...] = ()
    liked: tuple[str, ...] = ()
    who: Literal["you", "they"] = "you"

    def of(self, topic: Topic) -> tuple[str, ...]:
        """The values of all facts about a topic."""
        return tuple(value for fact in self.facts if fact.topic == topic for value in fact.values)

    def number(self, topic: Topic) -> float | None:
        """The first number about a topic; None where there is none."""
        values = (fact.value for fact in self.facts if fact.topic == topic)
        for value in values:
            if isinstance(value, float | int) and not isinstance(value, bool):
                return float(value)
            if topic == "year" and isinstance(value, str) and re.match(r"\d{4}", value):
                return float(value[:4])
        return None

    @cached_property
    def quotable(self) -> tuple[str, ...]:
        """Whole sentences of the passages that tell of the item, from the cited one on, that can be repeated word for word."""
        found: list[str] = []
        for cited in self.passages:
            if cited.passage.channel in _TELLING:
                sentences = _sentences(cited.passage.text)
                first = next((n for n, (_, end) in enumerate(sentences) if end > cited.span[0]), 0)
                order = [*sentences[first:], *sentences[:first]]
                found += [fenced(cited.passage.text[start:end]) for start, end in order]
        fit = (
            s for s in found if _QUOTE_LEAST <= len(s) <= _QUOTE_MOST and not _MARKS.search(s) and _STOPPED.search(s)
        )
        return tuple(dict.fromkeys(fit))[:_QUOTES]

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Who made it, its year, what it is like, what it is listed as, whence it comes, how long it is or what it costs, who likes it, what speaks for it.

        A value that holds a mark which parts choices is left out.
        """
        like = [value for fact in self.facts if _LIKE.fullmatch(fact.name) for value in fact.values]
        listed = [v for fact in self.facts if fact.topic in {"genre", "mood"} for v in fact.values if v not in like]
        year = self.number("year")
        year = None if year == trailing_year(self.title) else year
        numbers = [form.format(f"{n:g}") for topic, form in _NUMBERS if (n := self.number(topic)) is not None]
        told: tuple[tuple[Slot, Sequence[str]], ...] = (
            ("maker", [f"by {both}" for both in _one_or_two(self.of("people") or self.of("brand"))]),
            ("year", [f"{year:.0f}"] if year is not None else []),
            ("like", like[:_VALUES]),
            ("listed", listed[:_VALUES]),
            ("place", [f"from {both}" for both in _one_or_two([*map(the, self.of("country"))])]),
            ("number", numbers),
            ("people", [f"liked by {people}" for people in self.people]),
            ("liked", [f"{self.who} like {title}" for title in self.liked[:_LIKED]]),
        )
        found = [Choice(slot=slot, text=fenced(text)) for slot, texts in told for text in texts]
        return tuple(choice for choice in found if choice.text and not _PARTS.search(choice.text))


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The evidence of one turn. `message` is the person's own."""

    items: tuple[ItemEvidence, ...]
    message: str = ""

    def tellable(self, items: int) -> tuple[ItemEvidence, ...]:
        """Those of the first items of which there is something to choose."""
        return tuple(item for item in self.items[:items] if item.choices or item.quotable)


def block(items: Sequence[ItemEvidence]) -> str:
    """The lines that the writer reads of some items; the same evidence gives the same bytes."""
    return "\n".join(["<evidence>", *(line for item in items for line in _lines(item)), "</evidence>"])


def build_evidence(
    rec_list: RecList,
    message: str,
    topics: Mapping[str, Topic],
    *,
    passages_of: Callable[[str], tuple[Passage, ...]] = lambda item_id: (),
) -> Evidence:
    """The evidence of a list, of at most eight of its first items.

    Args:
        topics: what each attribute is about (`Lexicon.topics`).
        passages_of: an item's own passages; its description is told where no reason cites a passage of it.
    """
    first = enumerate(rec_list.recommendations[:ITEMS], 1)
    items = tuple(_item(n, r, rec_list.query.like_item, topics, passages_of) for n, r in first)
    theirs = for_somebody_else(rec_list.query)
    return Evidence(items=tuple(replace(i, who="they") for i in items) if theirs else items, message=fenced(message))


def _item(
    handle: int,
    recommendation: Recommendation,
    anchor: str | None,
    topics: Mapping[str, Topic],
    passages_of: Callable[[str], tuple[Passage, ...]],
) -> ItemEvidence:
    item, reasons = recommendation.item, recommendation.reasons
    cited = tuple(r for r in reasons if isinstance(r, CitedPassage) and r.passage.channel != "title")
    if not any(c.passage.channel in _TELLING for c in cited):
        cited += _told_of(passages_of(item.item_id))
    own = [r for r in reasons if isinstance(r, LikedItem)]
    theirs = [one for r in reasons if isinstance(r, ForPerson) for one in r.liked]
    liked = (r for r in (own or theirs) if r.share > _SHARE and r.item_id != anchor)
    return ItemEvidence(
        handle=handle,
        item_id=item.item_id,
        title=plain(item.title) or item.item_id,
        facts=_facts(item, topics),
        passages=tuple(c for c in cited if not speaks_to_a_model(c.passage.text)),
        people=tuple(people_text(r) for r in reasons if isinstance(r, Popularity) and r.people),
        liked=tuple(plain(r.title) for r in liked if not speaks_to_a_model(r.title)),
    )


def _told_of(passages: Sequence[Passage]) -> tuple[CitedPassage, ...]:
    """The passage that tells most of an item, by its first sentence; none where only its picture or title is known."""
    telling = sorted((p for p in passages if p.channel in _TELLING), key=lambda p: _TELLING.index(p.channel))
    return tuple(CitedPassage(passage=p, similarity=0.0, span=(0, 1)) for p in telling[:1])


def _facts(item: Item, topics: Mapping[str, Topic]) -> tuple[Fact, ...]:
    return tuple(
        Fact(name=name, topic=topics.get(name, "other"), value=value)
        for name, value in item.attributes.items()
        if len(value_text(value)) <= _FACT_CHARACTERS and not speaks_to_a_model(value_text(value))
    )


def _lines(item: ItemEvidence) -> list[str]:
    """Its title, what may be said of it, and numbered sentences that tell of it."""
    choices = f"  {CHOICE_MARK.join(choice.text for choice in item.choices)}"
    told = [f"  {item.handle}.{n} “{sentence}”" for n, sentence in enumerate(item.quotable, 1)]
    return [f"[{item.handle}] {fenced(item.title)}", *([choices] if item.choices else []), *told]


def _one_or_two(values: Sequence[str]) -> list[str]:
    """One or two values in one; none where there are more: to name some of them would say that there are no others."""
    return [" and ".join(values)] if 0 < len(values) <= 2 else []


def _sentences(text: str) -> list[tuple[int, int]]:
    """The [start, end) of each sentence."""
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    ends += [len(text)] if not ends or ends[-1] < len(text) else []
    return list(zip([0, *ends[:-1]], ends, strict=True))
