"""The request that stands, changed by what is said next: “something shorter”, “but funnier”, “a book this time”, “forget the year”."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import median
from typing import Any

from agent.ledger import Ledger
from agent.planner.comparisons import Change
from agent.planner.conditions import RULES_OUT, Condition, needless
from agent.planner.slots import SlotReader, Slots
from agent.planner.words import singular
from retrieval.titles import fold
from vouch.types import FilterOp, Item, ToolCall

_BOUNDS = {"<": "upper", "<=": "upper", ">": "lower", ">=": "lower"}
Argument = dict[str, Any]

_FORGETS = re.compile(
    r"(?:forget|never mind|nevermind|ignore|drop|skip|any|doesnt matter|does not"
    r" matter|regardless of|whatever|no matter|dont care about|remove|without the"
    r"|leave out|not bothered about|dont mind)(?: about)?(?: the| what| which| how"
    r"| that| it being| its)? ?(?P<what>[\w ]*)$"
    r"|(?P<thing>[\w ]+?) (?:doesnt|does not|dont|need not) matter|(?P<whose>[\w"
    r" ]+?) is (?:fine|not important|irrelevant|ok|okay)$"
)
_TOPIC_WORDS: tuple[tuple[str, str], ...] = (
    (
        "year",
        r"years?|dates?|decades?|periods?|era|age|century|when|old|time|(?:twen|thir|for|fif|six|seven|eigh|nine)ties",
    ),
    ("price", r"prices?|costs?|budget|money|expensive|cheap"),
    ("minutes", r"length|runtime|long|short|duration|minutes|time limit|hours?"),
    ("pages", r"length|pages?|long|short|thick"),
    ("language", r"languages?|tongue"),
    ("country", r"country|countries|origin|nationality|where|from"),
    ("genre", r"genres?|style"),
    ("kind", r"kinds?|types?|medium|category|format"),
    ("mood", r"moods?|tone|feeling"),
    ("people", r"director|author|creator|composer|who|artist|writer"),
    ("brand", r"brand|maker"),
    ("rating", r"rating|score|stars"),
)


@dataclass(frozen=True)
class Standing:
    """Applies slots to a standing call. `reader` knows the catalogue."""

    reader: SlotReader

    def forgotten(self, folded: str, asked: ToolCall) -> tuple[str, ...]:
        """The attributes of standing filters that a message wants dropped (“forget the year”); () where it says nothing of that kind."""
        found = _FORGETS.search(folded)
        if not found:
            return ()
        what = " ".join(part for part in found.groups() if part)
        used = {c["attribute"] for c in conditions_of(asked)}
        topics = {topic for topic, words in _TOPIC_WORDS if re.search(rf"\b(?:{words})\b", what)}
        if "language" in topics and not any(self.reader.lexicon.topics.get(a) == "language" for a in used):
            topics.add("country")  # “in French” was read as the country where nothing else tells
        names = {a for a in used if self.reader.lexicon.topics.get(a) in topics or fold(a) in what}
        values = {c["attribute"] for c in conditions_of(asked) if _names_value(c, what)}
        return tuple(sorted(names | values))

    def without_superlative(self, asked: ToolCall, ledger: Ledger) -> ToolCall:
        """The call without the limit and the number of a superlative (“the shortest film”): it was of that message only."""
        turn = next((turn for turn in reversed(ledger.turns) if turn.asked is not None), None)
        most = turn.aside.get("most") if turn is not None else None
        if not most:
            return asked
        arguments: Argument = {key: value for key, value in asked.arguments.items() if key != "k"}
        arguments["filters"] = [
            c for c in arguments.get("filters", ()) if (c["attribute"], c["op"]) != (most["attribute"], most["op"])
        ]
        return ToolCall(name=asked.name, arguments=_slim(arguments))

    def kind(self, asked: ToolCall | None, slots: Slots) -> list[Argument]:
        """The kind that stands (“only films”), where a message names no other: who looks for a book still does."""
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        if asked is None or any(c.attribute in kinds for c in slots.filters):
            return []
        return [c for c in conditions_of(asked, "filters") if c["attribute"] in kinds]

    def for_a_child(self, asked: ToolCall | None, slots: Slots | None = None) -> list[Argument]:
        """The conditions that stand because the list is for a child: whatever is asked for next is for the child as well, unless it is said
        to be for grown-ups."""
        found = self.childrens(conditions_of(asked, "filters")) if asked is not None else []
        said = slots.filters if slots is not None else ()
        against = {v for c in said if c.rules_out for v in _values(c.value)}
        return [c for c in found if not _values(c["value"]) & against]

    def childrens(self, conditions: Sequence[Argument]) -> list[Argument]:
        """Those of these conditions that demand what is for children."""
        means = self.reader.lexicon.means("child")
        wanted = [c for c in conditions if c["op"] not in RULES_OUT]
        return [c for c in wanted if _values(c["value"]) & {*means.get(c["attribute"], ())}]

    @property
    def for_children(self) -> list[Argument]:
        """What is demanded of a list for a child; [] where the catalogue does not tell it."""
        told = self.reader.lexicon.means("child").items()
        return [{"attribute": name, "op": "any_of", "value": values} for name, values in told]

    def dropped(self, asked: ToolCall, names: Sequence[str]) -> ToolCall:
        """The call without its conditions on these attributes, and without the words that only meant them."""
        return self.without(asked, [c for c in conditions_of(asked) if c["attribute"] in names])

    def without(self, asked: ToolCall, conditions: Sequence[Argument]) -> ToolCall:
        """The call without these conditions of its own, and without the words that only meant them."""
        arguments: Argument = dict(asked.arguments)
        gone = {v for c in conditions for v in _values(c["value"])}
        for key in ("filters", "prefer"):
            arguments[key] = [c for c in arguments.get(key, ()) if c not in conditions]
        arguments["text"] = " ".join(w for w in str(arguments.get("text", "")).split() if not self._meant(w) & gone)
        return ToolCall(name=asked.name, arguments=_slim(arguments))

    def changed(self, asked: ToolCall, slots: Slots, *, compared: Sequence[Item], instead: bool) -> ToolCall:
        """The call with what a message changes; `compared`: the items that “shorter” and the like are measured against."""
        arguments: Argument = dict(asked.arguments)
        filters = [*arguments.get("filters", ())]
        prefer = [*arguments.get("prefer", ())]
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        said = {c.attribute for c in slots.filters}
        new = [*slots.filters, *(c for c in self.of_changes(slots.changes, compared) if c.attribute not in said)]
        if slots.changes and not any(c.attribute in kinds for c in slots.filters):
            new += self._same_kind(compared, filters)
        if any(c.attribute in kinds and not c.rules_out for c in new):
            filters = self._of_new_kind(filters, [c for c in new if c.attribute in kinds])
            prefer = self._of_new_kind(prefer, [c for c in new if c.attribute in kinds])
        for condition in new:
            whole = self.reader.lexicon.topics.get(condition.attribute) == "year"
            filters = [
                c
                for c in filters
                if not _replaces(condition, c, new) and not (whole and c["attribute"] == condition.attribute)
            ]
            prefer = [c for c in prefer if c["attribute"] != condition.attribute or condition.rules_out]
        wished = [c for c in slots.prefer if not compared or any(c.attribute in item.attributes for item in compared)]
        prefer = _without(prefer, [c for c in (*new, *wished) if c.rules_out])
        fresh = {c.attribute for c in wished if not c.rules_out}
        if any(self.reader.lexicon.topics.get(name) == "mood" for name in fresh):
            fresh |= {a.name for topic in ("mood", "genre") for a in self.reader.lexicon.about(topic)}
        avoided = {v for said in slots.avoid for word in said.split() for v in self._meant(singular(word))}
        prefer = [
            c for c in prefer if c["attribute"] not in fresh and not (avoided and {*_values(c["value"])} <= avoided)
        ]
        arguments["filters"] = [*filters, *(c.argument for c in new)]
        loose = needless(
            [(c["attribute"], c["op"], c["value"]) for c in arguments["filters"]], self.reader.lexicon.single
        )
        arguments["filters"] = [c for place, c in enumerate(arguments["filters"]) if place not in loose]
        arguments["prefer"] = [*prefer, *(c.argument for c in wished)]
        arguments["avoid"] = list(dict.fromkeys([*arguments.get("avoid", ()), *slots.avoid]))
        arguments["text"] = self._text(str(arguments.get("text", "")), slots, instead=instead)
        if slots.k:
            arguments["k"] = slots.k
        return ToolCall(name=asked.name, arguments=_slim(arguments))

    def _same_kind(self, compared: Sequence[Item], filters: Sequence[Mapping[str, Any]]) -> list[Condition]:
        """“Shorter” stays with the kind that all compared items are of: a film's minutes say nothing of a piece of music."""
        for attribute in self.reader.lexicon.about("kind")[:1]:
            values = {item.attributes.get(attribute.name) for item in compared}
            value = next(iter(values), None)
            if (
                len(values) == 1
                and isinstance(value, str)
                and not any(c["attribute"] == attribute.name for c in filters)
            ):
                return [Condition(attribute=attribute.name, op="=", value=value)]
        return []

    def _text(self, old: str, slots: Slots, *, instead: bool) -> str:
        against = [
            v
            for c in (*slots.filters, *slots.prefer)
            if c.rules_out
            for v in (c.value if isinstance(c.value, list) else [str(c.value)])
        ]
        mood = bool(slots.text) and any(self.reader.lexicon.topics.get(c.attribute) == "mood" for c in slots.prefer)
        kept = " ".join(
            w
            for w in old.split()
            if not (mood and self._is_mood(w))
            and not any(singular(fold(w)) in {*map(singular, fold(v).split())} for v in (*against, *slots.avoid))
            and not self._meant(w) & {*against}
        ).strip(", ")
        if not slots.text or fold(slots.text) in fold(kept):
            return kept
        return slots.text if instead or not kept else f"{kept}, {slots.text}"

    def _meant(self, word: str) -> set[str]:
        """The values that a word stands for: “weird” is unsettling, dreamy, fantasy."""
        return {m.value for m in self.reader.lexicon.phrases.get((fold(word),), ())}

    def _is_mood(self, word: str) -> bool:
        meanings = self.reader.lexicon.phrases.get((fold(word),), ())
        return any(m.strength == "near" or self.reader.lexicon.topics[m.attribute] == "mood" for m in meanings)

    def _of_new_kind(self, conditions: list[Argument], kinds: list[Condition]) -> list[Argument]:
        """Without what the new kind does not have: pages say nothing of films."""
        items = self.reader.fitting(kinds)
        return [c for c in conditions if sum(c["attribute"] in item.attributes for item in items) >= 0.3 * len(items)]

    def of_changes(self, changes: Sequence[Change], compared: Sequence[Item]) -> list[Condition]:
        """“Shorter” as a number: below the one item compared with, else below the middle of several."""
        found = []
        for change in changes:
            measured = [
                (name, [n for item in compared if (n := self._number(item, name)) is not None])
                for name in change.attributes
            ]
            name, numbers = max(measured, key=lambda pair: len(pair[1]), default=("", []))
            if numbers and change.op == "=":
                found += self._about_as_much(name, numbers[0])
            elif numbers:
                attribute = self.reader.catalogue.attribute(name)
                middle = self._limit(name, float(median(numbers)), change.op)
                limit = str(int(middle)) if attribute is not None and attribute.type == "date" else middle
                found.append(Condition(attribute=name, op=change.op, value=limit))
        return found

    def _about_as_much(self, name: str, number: float) -> list[Condition]:
        """Within a tenth of a number, at least by one."""
        reach = max(1.0, number / 10)
        bounds: tuple[tuple[FilterOp, float], ...] = ((">=", floor(number - reach)), ("<=", ceil(number + reach)))
        return [Condition(attribute=name, op=op, value=float(value)) for op, value in bounds]

    def _limit(self, name: str, middle: float, op: str) -> float:
        """A limit that people would say: whole where all values are, rounded so that it parts the same items."""
        known = (self._number(item, name) for item in self.reader.catalogue.items)
        if self.reader.lexicon.topics.get(name) == "year":
            return float(int(middle))
        if all(n is None or n == int(n) for n in known):
            return float(ceil(middle) if op.startswith("<") else floor(middle))
        return round(middle, 2)

    def _number(self, item: Item, name: str) -> float | None:
        value = item.attributes.get(name)
        if isinstance(value, str) and (year := re.match(r"\d{4}", value)):
            return float(year.group())
        return float(value) if isinstance(value, float | int) else None


def conditions_of(asked: ToolCall, *keys: str) -> list[Argument]:
    """The filters and preferences of a call, or only those of the named arguments."""
    found: list[Argument] = []
    for key in keys or ("filters", "prefer"):
        given = asked.arguments.get(key, [])
        found += given if isinstance(given, list) else []
    return found


def _without(prefer: Sequence[Argument], ruled_out: Sequence[Condition]) -> list[Argument]:
    """The preferences without the values that are ruled out now."""
    kept = []
    for wish in prefer:
        against = {v for c in ruled_out if c.attribute == wish["attribute"] for v in _values(c.value)}
        if wish["op"] in RULES_OUT or not isinstance(wish["value"], list):
            kept.append(wish)
        elif values := [v for v in wish["value"] if v not in against]:
            kept.append({**wish, "value": values})
    return kept


def _names_value(condition: Mapping[str, Any], words: str) -> bool:
    values = condition["value"] if isinstance(condition["value"], list) else [condition["value"]]
    return any(isinstance(v, str) and fold(v) and fold(v) in words for v in values)


def _replaces(new: Condition, old: Mapping[str, Any], all_new: Sequence[Condition]) -> bool:
    """Whether a new condition takes the place of an old one on the same attribute."""
    if new.attribute != old["attribute"]:
        return False
    if new.op in _BOUNDS and old["op"] in _BOUNDS:
        both = len([c for c in all_new if c.attribute == new.attribute]) > 1
        same = _BOUNDS[new.op] == _BOUNDS[old["op"]]
        return both or same or _empty(new, old)
    if new.rules_out != (old["op"] in RULES_OUT):
        return bool(_values(new.value) & _values(old["value"]))
    return not new.rules_out


def _empty(new: Condition, old: Mapping[str, Any]) -> bool:
    upper, lower = (new.value, old["value"]) if _BOUNDS[new.op] == "upper" else (old["value"], new.value)
    return float(str(upper)) < float(str(lower))


def _values(value: object) -> set[str]:
    return set(value) if isinstance(value, list) else {str(value)}


def _slim(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without those that say nothing."""
    return {key: value for key, value in arguments.items() if value not in ("", [], None) or key == "text"}


def call(name: str, **arguments: object) -> ToolCall:
    """A tool call without empty arguments."""
    return ToolCall(
        name=name, arguments={key: value for key, value in arguments.items() if value not in ("", [], None, ())}
    )
