"""Answers about single items and about the conversation itself: why, facts, what is here, what is known of the person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.group_words import GroupWords
from agent.phrases import Phrases, listed, plain, quote, speaks_of, the, title_of
from agent.planner.lexicon import plain_name
from agent.planner.words import singular
from retrieval.filters import admitted
from retrieval.titles import fold
from tools.render import people_text, value_text
from tools.toolbox import Facets, Found, ItemDetails
from vouch.types import (
    Attribute,
    CitedPassage,
    Filter,
    Item,
    LikedItem,
    MetFilter,
    Passage,
    Popularity,
    RecList,
    Recommendation,
)

_ABOUT_WORDS = 60
_COUNTED = frozenset({"film", "book", "print", "movie", "novel", "song", "photo", "picture", "game", "album"})
_TOLD = ("description", "review", "sidecar", "transcript", "caption")
_FACT_VERBS = {
    "people": "is by",
    "brand": "is by",
    "year": "is from",
    "country": "comes from",
    "genre": "is listed as",
    "mood": "is described as",
    "language": "is in",
    "price": "costs",
}
TOPIC_NAMES = {
    "people": "its maker",
    "brand": "its maker",
    "cast": "who appears in it",
    "year": "its date",
    "minutes": "its length",
    "pages": "its length",
    "price": "its price",
    "country": "its origin",
    "genre": "its genre",
    "kind": "its kind",
    "mood": "its mood",
    "language": "its language",
    "rating": "its rating",
    "colour": "its colour",
}


class AnswerWords:
    """Words answers for one catalogue."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._groups = GroupWords(phrases)

    def why(self, recommendation: Recommendation, *, text: str = "") -> str:
        """All that speaks for one item, each with its evidence."""
        title = self._phrases.named(recommendation.item)
        said = [
            *self._met(recommendation),
            *self._quotes(recommendation, text),
            *self._likes(recommendation),
            *self._groups.each(recommendation),
            *self._popular(recommendation),
        ]
        if not said:
            return f"Nothing in particular speaks for {title}: nothing you asked for or liked points at it."
        return " ".join([f"{title}:", *said])

    def most_liked(self, explained: Sequence[RecList]) -> str:
        """Which of several items most people here like."""
        found = [
            (reason.people, r.item, reason)
            for one in explained
            for r in one.recommendations
            for reason in r.reasons
            if isinstance(reason, Popularity) and reason.people
        ]
        if not found:
            return "I do not know how many people like these."
        _, item, reason = max(found, key=lambda one: one[0])
        return f"Of those shown it is {title_of(item)}, liked by {people_text(reason)}."

    def _quotes(self, recommendation: Recommendation, text: str) -> list[str]:
        told = [r for r in recommendation.reasons if isinstance(r, CitedPassage) and r.passage.channel != "title"]
        passages = [r for r in told if not text or speaks_of(r, text)][:2]
        lines = [self._phrases.told(r, text) for r in passages]
        return [_sentence(("it fits your words: " if n == 0 else "and ") + line) for n, line in enumerate(lines)]

    def _likes(self, recommendation: Recommendation) -> list[str]:
        """The liked items with their shares of the match; those that speak against it are named too."""
        liked = [
            r for r in recommendation.reasons if isinstance(r, LikedItem) and r.item_id != recommendation.item.item_id
        ]
        for_it = [f"{plain(r.title)} ({r.share:.0%})" for r in liked if r.share > 0.005][:3]
        against = [f"{plain(r.title)} ({r.share:.0%})" for r in liked if r.share < -0.05][:2]
        if not for_it:
            return []
        said = f"Its match with your taste comes from {listed(for_it)}"
        return [
            f"{said}; against it {'speaks' if len(against) == 1 else 'speak'} {listed(against)}."
            if against
            else said + "."
        ]

    def _met(self, recommendation: Recommendation) -> list[str]:
        """What it meets, as one sentence: "a book of 36 pages, listed as horror, eerie and haunting"."""
        said: dict[str, list[str]] = {}
        for reason in recommendation.reasons:
            if isinstance(reason, MetFilter) and (met := self._phrases.met(reason)):
                said.setdefault(self._way(reason), []).append(met)
        if not said:
            return []
        joined = []
        for way, values in said.items():
            each = (
                list(dict.fromkeys(v for value in values for v in re.split(r", | and ", value)))
                if way == "listed as "
                else values
            )
            joined.append(way + listed(list(dict.fromkeys(each))))
        return [f"It is what you asked for: {', '.join(dict.fromkeys(joined))}."]

    def _way(self, reason: MetFilter) -> str:
        """The words before a met value: "listed as", "from", "by"."""
        topic = self._phrases.topic(reason.filter.attribute)
        if reason.filter.op in {"none_of", "!="}:
            return ""
        kind = self._phrases.met(reason).casefold()
        words = {
            "genre": "listed as ",
            "mood": "listed as ",
            "other": "listed as ",
            "country": "from ",
            "year": "from ",
        }
        words |= {
            "people": "by ",
            "brand": "by ",
            "price": "priced at ",
            "kind": "a " if kind in _COUNTED else "listed under ",
        }
        return words.get(topic, "")

    def _popular(self, recommendation: Recommendation) -> list[str]:
        popular = [r for r in recommendation.reasons if isinstance(r, Popularity) and r.people]
        return [f"It is liked by {people_text(r)}, which makes it number {r.place} of all." for r in popular[:1]]

    def details(self, details: ItemDetails, aspect: Mapping[str, Any], *, alone: bool = True) -> str:
        """The answer to a question about one item; `alone` False: one of several, so it is kept short."""
        kind, names = aspect.get("kind", "all"), aspect.get("attributes", [])
        words = list(aspect.get("words", []))
        if kind == "fact":
            return self._fact(details, names, words, alone=alone)
        if kind == "value":
            return self._value(details, names, words, str(aspect.get("value", "")))
        if kind == "passage" and words:
            return self._search(details, words)
        return self._all(details)

    def _fact(self, details: ItemDetails, names: Sequence[str], words: Sequence[str], *, alone: bool) -> str:
        item = details.item
        known = [name for name in names if name in item.attributes]
        if not known:
            asked = TOPIC_NAMES.get(words[0], words[0]) if words else "that"
            return f"{title_of(item)}: {asked} is not recorded in this collection."
        sentences = [self._stated(item, name) for name in known[:3]]
        return " ".join([*sentences, *(self._compared(item, known[0]) if alone else [])])

    def of_those_shown(self, details: ItemDetails, aspect: Mapping[str, Any]) -> str:
        """The answer to “which is the shortest?”: the item and the fact that makes it that."""
        title = title_of(details.item)
        said = self._fact(details, aspect.get("attributes", []), list(aspect.get("words", [])), alone=False)
        return (
            f"Of those shown it is {title}, which{said.removeprefix(title)}" if said.startswith(f"{title} ") else said
        )

    def _stated(self, item: Item, name: str) -> str:
        value, topic = item.attributes[name], self._phrases.topic(name)
        said = self._phrases.number(name, value)
        title = title_of(item)
        if topic == "kind":
            return f"{title} is listed as {said}."
        if topic == "minutes":
            return f"{title} runs {said}."
        if topic == "pages":
            return f"{title} has {said}."
        if topic in _FACT_VERBS:
            shown = listed([plain(v) for v in value]) if isinstance(value, tuple) else said
            return f"{title} {_FACT_VERBS[topic]} {shown[:4] if topic == 'year' and isinstance(value, str) else shown}."
        return f"{title}: {plain_name(name)} {said}."

    def _compared(self, item: Item, name: str) -> list[str]:
        """How a length or price stands among the items of its kind: a plain count."""
        value, topic = item.attributes[name], self._phrases.topic(name)
        if topic not in {"minutes", "pages", "price"} or not isinstance(value, float | int):
            return []
        kind = self._phrases.kind(item)
        others = [
            i
            for i in self._phrases.catalogue.items
            if name in i.attributes and self._phrases.kind(i) == kind and i.item_id != item.item_id
        ]
        less = len([i for i in others if isinstance(n := i.attributes[name], float | int) and n < value])
        if len(others) < 5:
            return []
        less_word, more_word = ("cheaper", "dearer") if topic == "price" else ("shorter", "longer")
        noun = self._phrases.plural(kind)
        things = f"{len(others)} other {noun} here" if noun else f"{len(others)} others of its kind here"
        if less == 0:
            return [f"None of the {things} is {less_word}."]
        return [f"That is {more_word} than {'all' if less == len(others) else str(less)} of the {things}."]

    def _value(self, details: ItemDetails, names: Sequence[str], values: Sequence[str], said: str) -> str:
        item, title = details.item, title_of(details.item)
        has = {name: item.attributes[name] for name in names if name in item.attributes}
        met = [v for own in has.values() for v in (own if isinstance(own, tuple) else (str(own),)) if v in values]
        stated = listed(
            [
                f"{plain_name(name)} {listed([plain(v) for v in own]) if isinstance(own, tuple) else plain(str(own))}"
                for name, own in has.items()
            ]
        )
        if met:
            return f"I would say so: {title} is listed with {stated}."
        found = self._sentence_with(details.passages, [said])
        if found:
            return (
                f"It is not listed as {said} ({stated or 'nothing is'}), but {self._phrases.where(found[0])}"
                f" {quote(found[1])}"
            )
        return (
            f"Not by what I have: {title} is listed with {stated}."
            if stated
            else f"{title}: nothing recorded here says whether it is {plain(said)}."
        )

    def which(self, details: Sequence[ItemDetails], aspect: Mapping[str, Any]) -> str:
        """Which of several items a question fits, each with its evidence."""
        words, asked = list(aspect.get("words", [])), str(aspect.get("value") or " ".join(aspect.get("words", [])))
        fitting = []
        for one in details:
            own = [v for name in aspect.get("attributes", []) for v in _several(one.item.attributes.get(name))]
            found = None if aspect.get("kind") == "value" else self._sentence_with(one.passages, words)
            if found:
                fitting.append(f"{title_of(one.item)}: {quote(found[1])}")
            elif set(own) & set(words):
                fitting.append(f"{title_of(one.item)} ({listed([plain(v) for v in own if v in words])})")
        if not fitting:
            return f"Of those {len(details)}, none is recorded with “{plain(asked)}”."
        return f"Of those {len(details)}, this fits “{plain(asked)}”: {'; '.join(fitting)}"

    def _search(self, details: ItemDetails, words: Sequence[str]) -> str:
        found = self._sentence_with(details.passages, words)
        title = title_of(details.item)
        if found:
            return _sentence(f"On {title}, {self._phrases.where(found[0])} {quote(found[1])}")
        return f"Nothing that I have on {title} speaks of {listed([f'“{plain(word)}”' for word in words], 'or')}."

    def _sentence_with(self, passages: Sequence[Passage], words: Sequence[str]) -> tuple[Passage, str] | None:
        wanted = {singular(w) for word in words for w in fold(word).split()}
        best: tuple[int, Passage, str] | None = None
        for passage in passages:
            for sentence in re.split(r"(?<=[.!?])\s+", passage.text) if passage.channel != "title" else ():
                hits = len(wanted & {singular(w) for w in fold(sentence).split()})
                if hits and (best is None or hits > best[0]):
                    best = (hits, passage, sentence)
        return best[1:] if best and best[0] >= max(1, len(wanted) // 2) else None

    def _all(self, details: ItemDetails) -> str:
        """What is recorded of an item, then what its texts say."""
        known = [p for p in details.passages if p.channel != "title"]
        told = [p for p in known if p.channel in _TOLD] or [p for p in known if not p.text.startswith("perhaps")]
        seen = [self._phrases.seen(p.text) if p.channel == "tags" else "" for p in told[:2]]
        quotes = [
            _sentence(s or f"{self._phrases.where(p)} {quote(p.text, _ABOUT_WORDS)}")
            for p, s in zip(told, seen, strict=False)
        ]
        return " ".join([self._facts(details.item), *quotes])

    def _facts(self, item: Item) -> str:
        place, rest = "", []
        for attribute in self._phrases.catalogue.schema.attributes:
            topic, value = self._phrases.topic(attribute.name), item.attributes.get(attribute.name)
            if value is None or attribute.type == "text" or topic in {"kind", "people", "brand", "year"}:
                continue
            said = (
                listed([plain(v) for v in value])
                if isinstance(value, tuple)
                else self._phrases.number(attribute.name, value)
            )
            if topic == "country":
                place = f" from {the(said)}"
            else:
                rest.append(
                    said
                    if topic in {"genre", "mood", "minutes", "pages", "price"}
                    else f"{plain_name(attribute.name)} {said}"
                )
        named = self._phrases.named(item)
        thing = self._of_kind(item)
        if not thing and not place and rest:
            return f"{named} is listed with {'; '.join(rest)}."
        lead = f"{named} is {thing or 'here'}{place}"
        return f"{lead}{': ' + '; '.join(rest) if rest else ''}."

    def found(self, found: Found) -> str:
        """Whether a title is here."""
        if found.items:
            named = listed([self._phrases.named(i) for i in found.items[:4]])
            kinds = listed(list(dict.fromkeys(k for i in found.items[:4] if (k := self._of_kind(i)))))
            return f"Yes, {named} {'is' if len(found.items) == 1 else 'are'} here{f': {kinds}' if kinds else ''}."
        return f"There is no “{plain(found.asked)}” in this collection."

    def _of_kind(self, item: Item) -> str:
        kind = self._phrases.kind(item)
        if kind == "music":
            return "a piece of music"
        return f"a {kind}" if kind in _COUNTED else f"listed under “{kind}”" if kind else ""

    def facets(self, facets: Facets, aside: Mapping[str, Any]) -> str:
        """What can be asked for."""
        if aside.get("counted") and aside.get("filters"):
            wanted = tuple(
                Filter(
                    attribute=f["attribute"],
                    op=f["op"],
                    value=tuple(f["value"]) if isinstance(f["value"], list) else f["value"],
                )
                for f in aside["filters"]
            )
            count = len(admitted(self._phrases.catalogue, wanted))
            return f"{count} of the {facets.items} {self._phrases.noun} here {self._phrases.are(wanted, count)}."
        named = set(aside.get("attributes", ()))
        shown = [a for a in facets.attributes if a.type != "text" and (not named or a.name in named)]
        lines = [line for a in shown if (line := self._facet(a, most=30 if named else 8))]
        lead = "" if named else f"There are {facets.items} {self._phrases.noun} here. "
        return (
            f"{lead}{'. '.join(_capital(line) for line in lines)}."
            if lines
            else f"There are {facets.items} items here, with nothing recorded but their titles."
        )

    def _facet(self, attribute: Attribute, *, most: int) -> str:
        name = plain_name(attribute.name)
        if attribute.minimum is not None and attribute.maximum is not None:
            low, high = value_text(attribute.minimum), self._phrases.number(attribute.name, attribute.maximum)
            return f"{name} from {low} to {high}"
        if attribute.first is not None:
            return f"{name} from {attribute.first} to {attribute.last}"
        values = [f"{plain(value)} ({count})" for value, count in attribute.values[:most]]
        more = f" and {len(attribute.values) - most} more" if len(attribute.values) > most else ""
        return f"{name}: {', '.join(values)}{more}" if values else ""


def _several(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    text = _capital(text)
    return text if text.rstrip("”").endswith((".", "!", "?", "…")) else text + "."
