"""What the attributes of a catalogue are about, and how people say their values. Made from the schema alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from agent.planner.words import singular, word_set
from prompts import common_words, near_forms, same_forms, wider_forms
from retrieval.titles import fold
from vouch.types import Attribute, Schema

Topic = Literal[
    "price",
    "minutes",
    "pages",
    "year",
    "rating",
    "people",
    "country",
    "kind",
    "genre",
    "mood",
    "language",
    "colour",
    "brand",
    "other",
]
"""What an attribute speaks of. “mood” stands for all open lists (moods, themes, tags): what is not named there may still hold."""

_NAMES: tuple[tuple[Topic, str], ...] = (
    ("price", "price|cost|amount|msrp|rrp"),
    ("pages", "pages?|page count|num pages|number of pages|pagecount"),
    ("rating", "rating|ratings|score|stars|vote average|imdb|metascore|average rating"),
    ("mood", "moods?|tones?|themes?|tags?|keywords?|feels?|vibes?|topics?|atmosphere|labels?|plot keywords"),
    (
        "people",
        "creators?|directors?|authors?|artists?|composers?|actors?|actress|cast|stars?"
        "|writers?|performers?|painters?|photographers?|creator|musicians?|band|singer"
        "|illustrator|narrator|editor|designer",
    ),
    ("brand", "brands?|makers?|manufacturers?|vendor|publisher|studio|label|company"),
    ("country", "country|countries|nation|nationality|origin|country of origin|place"),
    ("language", "languages?|lang|original language"),
    ("colour", "colou?rs?"),
    ("genre", "genres?|styles?|subjects?|subgenres?|listed in"),
    ("kind", "kinds?|types?|medium|media type|format|category|categories|department|product type|media"),
    (
        "year",
        "years?|date|released?|release year|release date|published|publication year|publication date|first published"
        "|premiered?|made|issued|startyear|start year",
    ),
    ("minutes", "runtime|duration|length|minutes|running time|run time|playtime|minutes long|length minutes"),
)
_NUMBERS: tuple[Topic, ...] = ("price", "pages", "rating", "year", "minutes")
"""What numbers and dates may be about."""
_MINUTE_UNITS = (
    dict.fromkeys(["min", "mins", "minute", "minutes"], 1.0)
    | dict.fromkeys(["h", "hr", "hour", "hours"], 60.0)
    | dict.fromkeys(["s", "sec", "seconds"], 1 / 60)
)
_CURRENCIES = word_set("$ € £ ¥ usd eur gbp dollar dollars euro euros pound pounds")
SHARED_SURNAME = 3
"""A surname that more people bear than this names nobody."""
Strength = Literal["same", "near"]


def topic_of(attribute: Attribute) -> Topic:
    """What an attribute is about, from its unit and its name.

    >>> topic_of(Attribute(name="length_min", type="number", column="Length", unit="min"))
    'minutes'
    """
    name = plain_name(attribute.name)
    number = attribute.type in {"number", "date"}
    unit = (attribute.unit or "").casefold() if number else ""
    if unit in _MINUTE_UNITS:
        return "minutes"
    if unit in _CURRENCIES:
        return "price"
    if unit in {"page", "pages", "p", "pp"}:
        return "pages"
    return next((t for t, names in _NAMES if (t in _NUMBERS) == number and _named(name, names)), "other")


def plain_name(name: str) -> str:
    """An attribute's name as folded words: "ReleaseDate" -> "release date"."""
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " "))


def _named(name: str, names: str) -> bool:
    return bool(re.search(rf"(?:^| )(?:{names})$|^(?:{names}) ", name))


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """A phrase may mean this value of this attribute; "near": only liked, never demanded."""

    attribute: str
    value: str
    strength: Strength = "same"


@dataclass(frozen=True)
class Lexicon:
    """Phrases of everyday speech -> what they may mean in this catalogue."""

    schema: Schema

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Attribute name -> what it is about."""
        return {attribute.name: topic_of(attribute) for attribute in self.schema.attributes}

    @cached_property
    def single(self) -> frozenset[str]:
        """The attributes of which an item has one value."""
        return frozenset(a.name for a in self.schema.attributes if a.type == "category")

    def means(self, word: str) -> dict[str, list[str]]:
        """The values that a word stands for, by attribute: “child” -> {"genres": ["children's"]}."""
        same = [m for m in self.phrases.get((word,), ()) if m.strength == "same"]
        return {m.attribute: sorted(o.value for o in same if o.attribute == m.attribute) for m in same}

    def about(self, topic: Topic) -> tuple[Attribute, ...]:
        """The attributes of one topic; those that most items have come first."""
        found = [a for a in self.schema.attributes if self.topics[a.name] == topic]
        return tuple(sorted(found, key=lambda a: -a.present))

    def minutes_in(self, attribute: Attribute) -> float:
        """How many minutes one unit of a length attribute is; 1 where it has no unit."""
        return _MINUTE_UNITS.get((attribute.unit or "min").casefold(), 1.0)

    @cached_property
    def _valued(self) -> tuple[Attribute, ...]:
        order: tuple[Topic, ...] = (
            "kind",
            "genre",
            "country",
            "language",
            "colour",
            "brand",
            "people",
            "other",
            "mood",
        )
        named = [a for a in self.schema.attributes if a.type in {"category", "list"} and self.topics[a.name] != "year"]
        return tuple(sorted(named, key=lambda a: order.index(t) if (t := self.topics[a.name]) in order else len(order)))

    @cached_property
    def phrases(self) -> dict[tuple[str, ...], tuple[Meaning, ...]]:
        """Folded words -> meanings: a value's own words before synonyms, synonyms before what is near."""
        found: dict[tuple[str, ...], list[Meaning]] = {}
        for own, meaning in self._all_forms():
            meanings = found.setdefault(tuple(own.split()), [])
            if all((m.attribute, m.value) != (meaning.attribute, meaning.value) for m in meanings):
                meanings.append(meaning)
        return {words: tuple(meanings) for words, meanings in found.items() if words}

    def _all_forms(self) -> Iterable[tuple[str, Meaning]]:
        own = [(fold(value), Meaning(attribute=a.name, value=value)) for a in self._valued for value, _ in a.values]
        for form, meaning in own:
            yield from ((f, meaning) for f in _grown(form, self.topics[meaning.attribute]))
        by_form: dict[str, list[Meaning]] = {}
        for form, meaning in own:
            for piece in {form, singular_phrase(form), *_pieces(meaning.value, self.topics[meaning.attribute])}:
                by_form.setdefault(piece, []).append(meaning)
        for form, meanings in by_form.items():
            yield from ((form, meaning) for meaning in meanings)
        for group in same_forms():
            folded = [fold(form) for form in group]
            meanings = [m for form in folded for m in by_form.get(form, ())]
            yield from ((g, m) for form in folded for g in _grown(form, "other") for m in meanings)
        yield from self._wider(by_form)
        yield from self._names(own)
        yield from self._near(by_form)

    def _wider(self, by_form: dict[str, list[Meaning]]) -> Iterable[tuple[str, Meaning]]:
        """“European”: all countries of Europe that there are, whatever they are called here."""
        called = {fold(group[0]): [fold(form) for form in group] for group in same_forms()}
        for said, meant in wider_forms():
            members = [
                m for name in meant for form in called.get(fold(name), [fold(name)]) for m in by_form.get(form, ())
            ]
            yield from ((fold(form), m) for form in said for m in members if self.topics[m.attribute] == "country")

    def _near(self, by_form: dict[str, list[Meaning]]) -> Iterable[tuple[str, Meaning]]:
        for said, meant in near_forms():
            for form in meant:
                for m in by_form.get(fold(form), ()):
                    if self.topics[m.attribute] in {"genre", "mood", "kind", "other"}:
                        near = Meaning(attribute=m.attribute, value=m.value, strength="near")
                        yield fold(said), near

    def _names(self, own: list[tuple[str, Meaning]]) -> Iterable[tuple[str, Meaning]]:
        """Each person of a value that names several, and surnames that few people of the catalogue bear."""
        people: dict[str, list[Meaning]] = {}
        for _, meaning in own:
            if self.topics[meaning.attribute] == "people":
                for name in re.split(r"\s*(?:,|;|&|/|\band\b|\bund\b|\bet\b)\s*", meaning.value):
                    people.setdefault(fold(name), []).append(meaning)
        bearers: dict[str, list[str]] = {}
        for name, meanings in people.items():
            yield from ((form, meaning) for form in (name, name + "s") for meaning in meanings)
            bearers.setdefault(name.split()[-1] if name else "", []).append(name)
        for surname, names in bearers.items():
            if len(names) <= SHARED_SURNAME and names[0] != surname and _is_surname(surname):
                yield from ((form, m) for form in (surname, surname + "s") for name in names for m in people[name])

    @cached_property
    def longest(self) -> int:
        """The number of words of the longest phrase."""
        return max((len(words) for words in self.phrases), default=0)

    def is_name(self, words: tuple[str, ...]) -> bool:
        """Whether the phrase is a person's or a brand's name and no everyday word."""
        meanings = self.phrases.get(words, ())
        return bool(meanings) and all(self.topics[m.attribute] in {"people", "brand"} for m in meanings)

    @cached_property
    def work_nouns(self) -> frozenset[str]:
        """Single words that stand for what is recommended here: “film”, “something”, the kinds and the genres."""
        general = (
            "film movie book novel music piece song track picture photo print product item"
            " thing stuff something anything one title classic work tune album gift present"
            " story tale flick read show series recommendation nothing everything these"
            " those it them masterpiece silent talkie"
        )
        nouns = set(general.split())
        for words, meanings in self.phrases.items():
            if any(self.topics[m.attribute] in {"kind", "genre"} and m.strength == "same" for m in meanings):
                nouns.add(words[-1])
        return frozenset(nouns | {n + "s" for n in nouns} | {"stories", "movies", "anything", "comedies", "tragedies"})

    def suggests(self, word: str) -> tuple[str, ...] | None:
        """The one phrase that a misspelt single word was meant as, or None: same first letter, a slip or two; everyday words are never mended."""
        if len(word) < 5 or word in common_words() or singular(word) in common_words():
            return None
        near = self._slips(word, [form for form in self._single if form[0] == word[0]])
        if not near or (len(near) > 1 and self.phrases[near[0],] != self.phrases[near[1],]):
            return None
        return (near[0],)

    def suggests_name(self, words: tuple[str, ...]) -> tuple[str, ...] | None:
        """The person whose full name was misspelt so (“jane austin”), or None."""
        said = " ".join(words)
        if len(words) < 2 or len(said) < 8:
            return None
        near = self._slips(said, [name for name in self._full_names if name[0] == said[0]])
        return tuple(near[0].split()) if near else None

    @staticmethod
    def _slips(said: str, forms: list[str]) -> list[str]:
        """The forms that one slip of the fingers away (two in long words), nearest first; only the equally near ones."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = 1 if len(said) < 9 else 2
        near = process.extract(said, forms, scorer=OSA.distance, limit=2, score_cutoff=most)
        return [form for form, distance, _ in near if distance == near[0][1]]

    @cached_property
    def _full_names(self) -> list[str]:
        return sorted(
            " ".join(words)
            for words, meanings in self.phrases.items()
            if len(words) > 1 and any(self.topics[m.attribute] == "people" for m in meanings)
        )

    @cached_property
    def _single(self) -> list[str]:
        return sorted(words[0] for words, meanings in self.phrases.items() if len(words) == 1 and len(words[0]) > 4)


def _is_surname(name: str) -> bool:
    return len(name) > 3 or (len(name) == 3 and name not in common_words())


def singular_phrase(form: str) -> str:
    """The phrase with its last word in the singular."""
    words = form.split()
    return " ".join([*words[:-1], singular(words[-1])]) if words else form


def _grown(form: str, topic: Topic) -> tuple[str, ...]:
    """A form with its singular and plural; names stay as they are, but may own something."""
    if topic in {"people", "brand", "country"}:
        return (form, form + "s")
    one = singular_phrase(form)
    many = (
        one[:-1] + "ies"
        if re.search(r"[^aeiou]y$", one)
        else one + ("es" if re.search(r"(s|sh|ch|x|z)$", one) else "s")
    )
    return tuple(dict.fromkeys((form, one, many)))


def _pieces(value: str, topic: Topic) -> tuple[str, ...]:
    """The parts of a value such as “Ski/boarding” or “Action & Adventure”, for kinds and genres."""
    if topic not in {"kind", "genre"}:
        return ()
    parts = [fold(part) for part in re.split(r"\s*[/&,]\s*|\s+and\s+", value)]
    return tuple(part for part in parts if len(part) > 2) if len(parts) > 1 else ()
