"""What the writer may say: a turn's lists as a short numbered block, and the same facts as values to check sentences against."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agent.phrases import ROLE_TAGS, plain
from agent.planner.lexicon import Topic
from tools.render import name_text, value_text
from vouch.types import (
    AttributeValue,
    Channel,
    CitedPassage,
    Item,
    LikedItem,
    Passage,
    Popularity,
    RecList,
    Recommendation,
)

ITEMS = 8
"""So many items the writer sees."""
_FACT_CHARACTERS = 80
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


@dataclass(frozen=True, kw_only=True)
class ItemEvidence:
    """What may be said of one item: its facts, its cited passages, the liked items that carry it, and how many people like it."""

    handle: int
    item_id: str
    title: str
    facts: tuple[Fact, ...] = ()
    passages: tuple[CitedPassage, ...] = ()
    liked: tuple[LikedItem, ...] = ()
    popularity: Popularity | None = None

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
    def texts(self) -> tuple[str, ...]:
        """The cited passages' whole texts, cleaned."""
        return tuple(fenced(cited.passage.text) for cited in self.passages)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The evidence of one turn. `message` is the person's own; `wished` the words of the query; `anchor` what the list is close to."""

    items: tuple[ItemEvidence, ...]
    message: str = ""
    wished: str = ""
    avoided: tuple[str, ...] = ()
    anchor: str = ""
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def liked(self) -> tuple[str, ...]:
        """The titles that the person likes, as far as this turn shows."""
        shown = (liked.title for item in self.items for liked in item.liked)
        return tuple(dict.fromkeys((*self.told.get("like", ()), *map(plain, shown))))

    def tellable(self, items: int) -> tuple[ItemEvidence, ...]:
        """Those of the first items of which a sentence can be repeated; of the others only facts are known."""
        return tuple(item for item in self.items[:items] if item.quotable)

    def block(self, items: Sequence[ItemEvidence] | None = None) -> str:
        """The lines that the writer reads of some items, of all where none are given; the same evidence gives the same bytes."""
        lines = [line for item in (self.items if items is None else items) for line in _lines(item)]
        return "\n".join(["<evidence>", *lines, "</evidence>"])


def build_evidence(
    rec_lists: Sequence[RecList],
    message: str,
    topics: Mapping[str, Topic],
    *,
    told: Mapping[str, tuple[str, ...]] = {},
    passages_of: Callable[[str], tuple[Passage, ...]] = lambda item_id: (),
) -> Evidence:
    """The evidence of a turn's lists, at most eight items of the newest lists' first ones.

    Args:
        topics: what each attribute is about (`Lexicon.topics`).
        told: titles that the person named in this turn, by what they said of them ("like", "dislike", "seen").
        passages_of: an item's own passages; its description is told where no reason cites a passage of it.
    """
    found = {r.item.item_id: r for rec_list in rec_lists for r in rec_list.recommendations}
    items = tuple(_item(n, r, topics, passages_of) for n, r in enumerate(list(found.values())[:ITEMS], 1))
    queries = [rec_list.query for rec_list in rec_lists]
    return Evidence(
        items=items,
        message=fenced(message),
        wished=" ".join(fenced(query.text) for query in queries if query.text),
        avoided=tuple(word for query in queries for word in query.avoid),
        anchor=_anchor(rec_lists),
        told=dict(told),
    )


def _anchor(rec_lists: Iterable[RecList]) -> str:
    """The title of the item that a list is close to, where a reason names it."""
    for rec_list in rec_lists:
        for recommendation in rec_list.recommendations:
            for reason in recommendation.reasons:
                if isinstance(reason, LikedItem) and reason.item_id == rec_list.query.like_item:
                    return plain(reason.title)
    return ""


def _item(
    handle: int,
    recommendation: Recommendation,
    topics: Mapping[str, Topic],
    passages_of: Callable[[str], tuple[Passage, ...]],
) -> ItemEvidence:
    item, reasons = recommendation.item, recommendation.reasons
    cited = tuple(r for r in reasons if isinstance(r, CitedPassage) and r.passage.channel != "title")
    if not any(c.passage.channel in _TELLING for c in cited):
        cited += _told_of(passages_of(item.item_id))
    return ItemEvidence(
        handle=handle,
        item_id=item.item_id,
        title=plain(item.title) or item.item_id,
        facts=_facts(item, topics),
        passages=tuple(c for c in cited if not speaks_to_a_model(c.passage.text)),
        liked=tuple(r for r in reasons if isinstance(r, LikedItem) and r.share > 0),
        popularity=next((r for r in reasons if isinstance(r, Popularity) and r.people), None),
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
    """What the item is, and sentences that tell of it. Who likes it, and why it is in the list, is said by code."""
    facts = "; ".join(f"{name_text(fact.name)}: {fenced(value_text(fact.value))}" for fact in item.facts)
    told = [*([facts] if facts else []), *(f"“{sentence}”" for sentence in item.quotable)]
    return [f"[{item.handle}] {fenced(item.title)}", *(f"  {item.handle}.{n} {line}" for n, line in enumerate(told, 1))]


def _sentences(text: str) -> list[tuple[int, int]]:
    """The [start, end) of each sentence."""
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    ends += [len(text)] if not ends or ends[-1] < len(text) else []
    return list(zip([0, *ends[:-1]], ends, strict=True))
