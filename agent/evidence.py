"""What the writer may say: a turn's lists as a short numbered block, and the same facts as values to check sentences against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agent.phrases import plain
from agent.planner.lexicon import Topic
from tools.render import name_text, people_text, value_text
from vouch.types import AttributeValue, CitedPassage, Item, LikedItem, Popularity, RecList, Recommendation

ITEMS = 8
"""So many items the writer sees."""
_PASSAGES = 2
_LIKED = 2
_FACT_CHARACTERS = 80
_AROUND = 260
_SENTENCE_END = re.compile(r"[.!?…]+[\"”’')]*\s+")
_ROLES = re.compile(
    r"<\|[^|>]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|user|assistant|tool)[^>]{0,40}>"
    r"|^\s*(?:system|user|assistant|tool|human)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous|prior)\b"
    r"|\b(?:system prompt|as an ai|language model|you are now|new instructions?|your instructions?|jailbreak)\b"
    r"|\b(?:rank|recommend|place|put|list) (?:me|this|it|us) (?:first|at the top|number one|above)\b"
    r"|\btool_?calls?\b|https?://|www\.|javascript:",
    re.IGNORECASE,
)
_HEARD = {
    "transcript": "heard in its sound",
    "sound": "measured in its sound",
    "ocr": "read in its picture",
    "title": "listed as",
}
_SEEN = {"caption", "tags", "colours"}


def fenced(text: str) -> str:
    """Catalogue text as data: one line, no control characters, markup or role tags, no brackets that could close the fence."""
    return plain(_ROLES.sub(" ", text)).replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")")


def speaks_to_a_model(text: str) -> bool:
    """Whether a text gives orders to whoever reads it: such a passage is not shown to the writer, nor repeated."""
    return bool(_TO_A_MODEL.search(text) or _ROLES.search(text))


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

    def block(self, items: int = ITEMS) -> str:
        """The lines of the first items that the writer reads; the same evidence gives the same bytes."""
        lines = [line for item in self.items[:items] for line in _lines(item)]
        return "\n".join(["<evidence>", *lines, "</evidence>"])


def build_evidence(
    rec_lists: Sequence[RecList], message: str, topics: Mapping[str, Topic], *, told: Mapping[str, tuple[str, ...]] = {}
) -> Evidence:
    """The evidence of a turn's lists, at most eight items of the newest lists' first ones.

    Args:
        topics: what each attribute is about (`Lexicon.topics`).
        told: titles that the person named in this turn, by what they said of them ("like", "dislike", "seen").
    """
    found = {r.item.item_id: r for rec_list in rec_lists for r in rec_list.recommendations}
    items = tuple(_item(n, r, topics) for n, r in enumerate(list(found.values())[:ITEMS], 1))
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


def _item(handle: int, recommendation: Recommendation, topics: Mapping[str, Topic]) -> ItemEvidence:
    item, reasons = recommendation.item, recommendation.reasons
    return ItemEvidence(
        handle=handle,
        item_id=item.item_id,
        title=plain(item.title) or item.item_id,
        facts=_facts(item, topics),
        passages=tuple(
            r
            for r in reasons
            if isinstance(r, CitedPassage) and r.passage.channel != "title" and not speaks_to_a_model(r.passage.text)
        ),
        liked=tuple(r for r in reasons if isinstance(r, LikedItem) and r.share > 0),
        popularity=next((r for r in reasons if isinstance(r, Popularity) and r.people), None),
    )


def _facts(item: Item, topics: Mapping[str, Topic]) -> tuple[Fact, ...]:
    return tuple(
        Fact(name=name, topic=topics.get(name, "other"), value=value)
        for name, value in item.attributes.items()
        if len(value_text(value)) <= _FACT_CHARACTERS and not speaks_to_a_model(value_text(value))
    )


def _lines(item: ItemEvidence) -> list[str]:
    facts = "; ".join(f"{name_text(fact.name)}: {fenced(value_text(fact.value))}" for fact in item.facts)
    lines = [f"[{item.handle}] {fenced(item.title)}", *([facts] if facts else [])]
    channels = {cited.passage.channel: cited for cited in reversed(item.passages)}
    for cited in [c for c in item.passages if channels[c.passage.channel] is c][:_PASSAGES]:
        lines.append(f"{_where(cited)}: {fenced(around(cited.passage.text, cited.span))}")
    for liked in item.liked[:_LIKED]:
        lines.append(f"because you like {fenced(liked.title)}: {min(liked.share, 1):.0%} of the match")
    if item.popularity:
        lines.append(f"liked by {people_text(item.popularity)}")
    return [lines[0], *(f"  {item.handle}.{n} {line}" for n, line in enumerate(lines[1:], 1))]


def around(text: str, span: tuple[int, int], characters: int = _AROUND) -> str:
    """The whole sentences that hold a span, and more of those after and before it while they fit into so many characters.

    >>> around("One. Two is here. Three.", (5, 8), 17)
    'Two is here.'
    """
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    ends += [len(text)] if not ends or ends[-1] < len(text) else []
    starts = [0, *ends[:-1]]
    first = max(n for n, start in enumerate(starts) if start <= span[0])
    last = next((n for n, end in enumerate(ends) if end >= span[1]), len(ends) - 1)
    while last + 1 < len(ends) and ends[last + 1] - starts[first] <= characters:
        last += 1
    while first > 0 and ends[last] - starts[first - 1] <= characters:
        first -= 1
    return text[starts[first] : ends[last]].strip()


def _where(cited: CitedPassage) -> str:
    channel = cited.passage.channel
    return "seen in its picture" if channel in _SEEN else _HEARD.get(channel, f"its {channel} says")
