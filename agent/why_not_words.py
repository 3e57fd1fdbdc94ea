"""Why an item is not in a list and what would bring it in; two items beside each other. Nothing is said that is not in the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.answer_words import TOPIC_NAMES
from agent.phrases import YOURS, Phrases, listed, plain, the, title_of
from agent.planner.lexicon import plain_name
from tools.render import value_text
from vouch.answers import Comparison, Contrast, FailedFilter, Obstacle, WhyNot
from vouch.types import AttributeValue, Relaxation

PARTS: Mapping[str, str] = {
    "dense": "what is told of them comes closer to your words",
    "lexical": "your very words stand in them",
    "by_text": "what is told of them comes closer to your words",
    "seen": "their pictures come closer to your words",
    "by_picture": "their pictures come closer to your words",
    "collaborative": "people who share {your} likes like them more",
    "company": "they go more with what {you} like",
    "alike": "they are more like what {you} like",
    "popular": "more people like them",
    "preferred": "they are what {you} would rather have",
    "dislikes": "it is nearer to what {you} dislike",
    "avoided": "it speaks of what you want to avoid",
    "popularity": "they are less widely known, and you asked for the less usual",
}
"""Why others are ahead, by the part of the score in which they are; for whom it says so is filled in."""
_ALIKE = ((0.75, "very much alike"), (0.5, "somewhat alike"))
_FACT_CHARACTERS = 60
LONG = 100
"""Nobody reads a list longer than this."""


class WhyNotWords:
    """Words for one catalogue."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def why_not(self, told: WhyNot, *, whose: Mapping[str, str] = YOURS) -> str:
        """What keeps the item out, and the smallest change that would let it in. `whose`: of whom it speaks, `phrases.YOURS` or `THEIRS`."""
        title = self._phrases.named(told.item)
        if told.stopped_by is None:
            return f"{title} is in that list, at number {told.place}."
        if told.stopped_by == "filter":
            return " ".join([self._failing(title, told.failed), self._admitting(told.changes), self._else(told)])
        if told.stopped_by == "outranked":
            return self._outranked(title, told, whose)
        return self._kept_out(title, told.stopped_by, whose)

    def _failing(self, title: str, failed: Sequence[FailedFilter]) -> str:
        return f"{title} is not in the list: {'; '.join(self._failure(one) for one in failed)}."

    def _failure(self, one: FailedFilter) -> str:
        name, topic = one.filter.attribute, self._phrases.topic(one.filter.attribute)
        wanted = self._phrases.condition(one.filter)
        wanted = wanted if topic == "kind" else f"something {wanted}"
        if one.value is None:
            return f"you asked for {wanted}, and {TOPIC_NAMES.get(topic, f'its {plain_name(name)}')} is not recorded"
        return f"you asked for {wanted}, and {self._has(name, one.value)}"

    def _has(self, name: str, value: AttributeValue) -> str:
        topic = self._phrases.topic(name)
        said = self._said(value, name)
        if topic in {"minutes", "pages"} or (topic == "price" and isinstance(value, float | int)):
            return f"it {'runs' if topic == 'minutes' else 'has' if topic == 'pages' else 'costs'} {said}"
        words = {
            "year": f"it is from {said[:4] if isinstance(value, str) else said}",
            "country": f"it is from {the(said)}",
            "people": f"it is by {said}",
            "brand": f"it is by {said}",
            "kind": f"it is listed under “{said}”",
        }
        return words.get(topic, f"its {plain_name(name)} {'are' if isinstance(value, tuple) else 'is'} {said}")

    def _admitting(self, changes: Sequence[Relaxation]) -> str:
        """The changes that together admit it, with how many items would then fit."""
        if not changes:
            return ""
        aside = [f"“{self._phrases.condition(c.filter)}”" for c in changes if c.instead is None]
        told = [f"it may be {self._phrases.condition(c.instead)}" for c in changes if c.instead is not None]
        told += [f"you leave aside {listed(aside)}"] if aside else []
        fit = "it would be the only one" if changes[0].count == 1 else f"{changes[0].count} would fit then"
        return f"It would appear if {listed(told)}: {fit}."

    def _else(self, told: WhyNot) -> str:
        return f"By everything else it would stand at number {told.rank} of {told.of}."

    def _outranked(self, title: str, told: WhyNot, whose: Mapping[str, str]) -> str:
        ahead = f": {PARTS[told.part].format_map(whose)}" if told.part in PARTS else ""
        stands = f"{title} stands at number {told.rank} of the {told.of} that may be listed; others are ahead{ahead}."
        if told.k is None:
            return f"{stands} A longer list would not hold it either."
        if told.k > LONG:
            return f"{stands} Only a very long list would hold it."
        if told.k < told.rank:
            return f"{stands} Lists are mixed, so one of {told.k} would hold it already."
        return f"{stands} A list of {told.k} would hold it."

    def _kept_out(self, title: str, obstacle: Obstacle, whose: Mapping[str, str]) -> str:
        words: Mapping[Obstacle, str] = {
            "liked": f"{whose['You']} like {title} already, and what {whose['you']} like is not recommended again.",
            "disliked": f"You said that {title} is not for {whose['them']}.",
            "hidden": f"You asked not to be shown {title}.",
            "seen": f"{whose['You']} know {title} already, and what {whose['you']} know is not recommended again.",
            "shown": f"{title} has been shown to you already, and you asked for others.",
        }
        undo = "Ask anew, and it may appear." if obstacle == "shown" else "It would appear if you took that back."
        return f"{words[obstacle]} {undo}"

    def compare(self, found: Comparison, *, text: str = "", whose: Mapping[str, str] = YOURS) -> str:
        """What both have, what only one has, and which stands before the other for what was asked. `whose`: as in `why_not`."""
        told = [c for c in found.attributes if self._is_fact(c)]
        titles = (title_of(found.one.item), title_of(found.other.item))
        both = self._facts(
            [(c.attribute, c.shared or (c.one if c.one == c.other else None)) for c in told], several=True
        )
        sentences = [f"{titles[0]} and {titles[1]} are both {both}."] if both else []
        for title, values in zip(titles, zip(*((c.one, c.other) for c in told), strict=True), strict=False):
            own = self._facts([(c.attribute, _only(v, c)) for c, v in zip(told, values, strict=True)])
            sentences += [f"{title}: {own}."] if own else []
        alike = next((words for least, words in _ALIKE if found.likeness >= least), "")
        sentences += [f"By what is told of them they are {alike}."] if alike else []
        return " ".join([*sentences, *self._ahead(found, text, whose)])

    def _facts(self, values: Sequence[tuple[str, AttributeValue | None]], *, several: bool = False) -> str:
        """Values as one phrase; genres and moods are named together."""
        listed_as: list[str] = []
        facts: list[str] = []
        for name, value in values:
            if value is None or value == ():
                continue
            if self._phrases.topic(name) in {"genre", "mood"}:
                listed_as += [plain(v) for v in (value if isinstance(value, tuple) else (str(value),))]
            else:
                facts.append(self._fact(name, value, several=several))
        if listed_as:
            facts.append(f"listed as {listed(list(dict.fromkeys(listed_as)))}")
        return listed(facts) if several else "; ".join(facts)

    def _ahead(self, found: Comparison, text: str, whose: Mapping[str, str]) -> list[str]:
        """Which of the two suits the request or the taste better."""
        parts = {name: value for name, value in found.parts.items() if name in PARTS}
        first, second = sorted((found.one, found.other), key=lambda r: r.rank)
        personal = parts.keys() & {"collaborative", "company", "alike", "dislikes"}
        if first.rank == second.rank or not parts:
            return []
        basis = (
            f"For “{plain(text)}”"
            if text
            else f"For {whose['your']} taste"
            if personal
            else "By how many people like them"
        )
        places = f"{title_of(first.item)} stands at number {first.rank} and {title_of(second.item)} at {second.rank}"
        return [f"{basis}, {places}."]

    def _is_fact(self, contrast: Contrast) -> bool:
        attribute = self._phrases.catalogue.attribute(contrast.attribute)
        long = any(v is not None and len(value_text(v)) > _FACT_CHARACTERS for v in (contrast.one, contrast.other))
        return attribute is not None and attribute.type != "text" and not long

    def _fact(self, name: str, value: AttributeValue, *, several: bool) -> str:
        topic, said = self._phrases.topic(name), self._said(value, name)
        words = {
            "year": f"from {said[:4] if isinstance(value, str) else said}",
            "country": f"from {the(said)}",
            "people": f"by {said}",
            "brand": f"by {said}",
            "kind": (several and self._phrases.plural(said)) or said,
            "minutes": said,
            "pages": said,
            "price": f"at {said}",
        }
        return words.get(topic, f"{plain_name(name)} {said}")

    def _said(self, value: AttributeValue, name: str) -> str:
        return listed([plain(v) for v in value]) if isinstance(value, tuple) else self._phrases.number(name, value)


def _only(value: AttributeValue | None, contrast: Contrast) -> AttributeValue | None:
    """What of a value only this one of two items has; None where the other has the same."""
    if contrast.one == contrast.other:
        return None
    return tuple(v for v in value if v not in contrast.shared) if isinstance(value, tuple) else value
