"""Facts of items and conditions of queries in everyday words. Catalogue text is data: it is cleaned before it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.planner.lexicon import Lexicon, Topic, plain_name
from agent.planner.words import singular, word_set
from retrieval.catalogue import Catalogue
from retrieval.titles import fold
from tools.render import clean, second_text, shortened, value_text
from vouch.types import Attribute, AttributeValue, CitedPassage, Filter, Item, MetFilter, Passage, Query, Relaxation

ROLE_TAGS = re.compile(
    r"<\|[^|>]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|user|assistant|tool\w*)[^>]{0,40}>", re.IGNORECASE
)
"""What marks the turns of a conversation for a language model."""
_MARKUP = re.compile(r"<[^<>]{0,200}>|!?\[([^\]]{0,200})\]\([^)]{0,400}\)|[*_`#~|]{2,}|`")
_PLURALS = {
    "film": "films",
    "book": "books",
    "print": "prints",
    "music": "pieces of music",
    "movie": "movies",
    "novel": "novels",
    "song": "songs",
    "photo": "photos",
    "picture": "pictures",
    "game": "games",
    "tv show": "TV shows",
    "series": "series",
    "album": "albums",
}
_UPPER = {"<": "under", "<=": "at most"}
_LOWER = {">": "over", ">=": "at least"}
_CURRENCY = {"$": "dollars", "usd": "dollars", "€": "euros", "eur": "euros", "£": "pounds", "gbp": "pounds"}
YOURS: Mapping[str, str] = {"you": "you", "You": "You", "your": "your", "them": "you"}
THEIRS: Mapping[str, str] = {"you": "they", "You": "They", "your": "their", "them": "them"}
"""The pronouns for the person who asks, and for those who are not here."""
QUOTE_WORDS = 25
LIKE_ENOUGH = 0.32
"""A passage that shares no word with the request is quoted only when it is at least so similar."""
_LABEL = re.compile(r"([^,%\d]+?) (\d+) %")
_SMALL = word_set(
    "the and but for with from that this about into over under some any not are was its his her their who"
)
_MASS = word_set(
    "footwear clothing outerwear music jewelry jewellery luggage equipment gear electronics furniture food software"
)
_ORDER: dict[Topic, int] = {
    "people": 0,
    "brand": 0,
    "country": 1,
    "year": 2,
    "genre": 3,
    "mood": 3,
    "minutes": 4,
    "pages": 4,
    "price": 4,
}


def plain(text: str) -> str:
    """Catalogue text without control characters and markup, on one line."""
    return clean(_MARKUP.sub(lambda m: m.group(1) or "", ROLE_TAGS.sub(" ", clean(text))))


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list: "a, b and c".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def quote(text: str, words: int = QUOTE_WORDS) -> str:
    """At most so many words in quotation marks; whole sentences where they fit, else cut behind a clause with an ellipsis."""
    said = plain(text).replace("“", "‘").replace("”", "’").replace('"', "'")
    parts = said.split()
    if len(parts) > words:
        cut = " ".join(parts[:words])
        whole = re.match(r"(.{30,}[.!?])(?=\s|$)", cut)
        clause = re.match(r"(.{30,}?[^\s,;:–—][^,;:–—]*)[,;:–—]\s*[^,;:–—]*$", cut)
        ends = clause if clause and len(clause.group(1).split()) >= words // 2 else None
        said = whole.group(1) if whole else (ends.group(1) if ends else cut).rstrip(" ,;:–—-") + " …"
    return f"“{said.strip()}”"


def cited(reason: CitedPassage, words: int = QUOTE_WORDS) -> str:
    """The cited span of a passage as a quote."""
    start, end = reason.span
    text = reason.passage.text
    if text[end - 1 : end] == "." and text[end : end + 1].isdigit():
        behind = re.search(r"[.!?](?=\s|$)", text[end:])
        end += behind.end() if behind else len(text)
    return quote(text[start:end] or text, words)


def the(country: str) -> str:
    """A country's name with its article where it has one: "the United States"."""
    return re.sub(r"\b(United |Netherlands|Soviet Union|Czech Republic|Philippines|USA|UK\b)", r"the \1", country)


def title_of(item: Item) -> str:
    """The full title, cleaned of control characters and markup."""
    return plain(item.title) or item.item_id


def content_words(text: str) -> frozenset[str]:
    """The words of a text that say something, in the singular."""
    return frozenset(singular(word) for word in fold(text).split() if len(word) > 2 and word not in _SMALL)


def asked_of(query: Query) -> str:
    """The words of a request and the values that they stand for: “scary” also asks for what is called horror or eerie."""
    wished = [f.value for f in (*query.filters, *query.prefer) if f.op in {"any_of", "all_of", "="}]
    values = [v for value in wished for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, str)]
    return " ".join([query.text, *values]) if query.text else ""


def speaks_of(reason: CitedPassage, text: str) -> bool:
    """Whether a cited passage is worth quoting for a request (its words and what they stand for): it shares one, or is like it."""
    start, end = reason.span
    said = content_words(reason.passage.text[start:end] or reason.passage.text)
    shared = any(a[:5] == b[:5] if min(len(a), len(b)) > 4 else a == b for a in content_words(text) for b in said)
    guessed = reason.passage.channel == "tags" and reason.passage.text.startswith("perhaps")
    return shared or (reason.similarity >= LIKE_ENOUGH and not guessed)


@dataclass(frozen=True)
class Phrases:
    """Words for the attributes of one catalogue."""

    catalogue: Catalogue
    lexicon: Lexicon

    @property
    def noun(self) -> str:
        """What the items of this catalogue are called together."""
        return "works" if self.lexicon.about("people") else "items"

    def topic(self, name: str) -> Topic:
        """What an attribute is about."""
        return self.lexicon.topics.get(name, "other")

    def unit(self, attribute: Attribute | None, value: float) -> str:
        """ "minutes", "pages", "dollars" behind a number; "" where there is none."""
        if attribute is None:
            return ""
        topic, unit = self.topic(attribute.name), (attribute.unit or "").casefold()
        if topic == "minutes":
            long = {"h": "hour", "hr": "hour", "hours": "hour", "s": "second", "sec": "second", "seconds": "second"}
            word = long.get(unit, "minute")
            return word if value == 1 else word + "s"
        if topic == "pages":
            return "page" if value == 1 else "pages"
        if topic == "price":
            return _CURRENCY.get(unit, unit)
        return unit

    def number(self, name: str, value: AttributeValue) -> str:
        """A value with its unit."""
        attribute = self.catalogue.attribute(name)
        if isinstance(value, bool) or not isinstance(value, float | int):
            return plain(value_text(value))
        unit = self.unit(attribute, float(value))
        return f"{value_text(value)} {unit}".strip()

    def kind(self, item: Item) -> str:
        """What kind of thing an item is, in lower case; "" where that is not known."""
        kinds = self.lexicon.about("kind")
        value = item.attributes.get(kinds[0].name) if kinds else None
        return plain(value).casefold() if isinstance(value, str) else ""

    def byline(self, item: Item) -> str:
        """Who and when: "F. W. Murnau, 1922"; "" where neither is known."""
        parts = []
        for topic in ("people", "brand", "year"):
            for attribute in self.lexicon.about(topic)[:1]:
                value = item.attributes.get(attribute.name)
                if value is not None and not (topic == "year" and f"({value_text(value)})" in item.title):
                    text = value_text(value) if topic != "year" or not isinstance(value, str) else value[:4]
                    parts.append(plain(text if not isinstance(value, tuple) else ", ".join(value[:2])))
        return ", ".join(part for part in parts[:2] if part)

    def named(self, item: Item) -> str:
        """The title with its byline in brackets."""
        byline = self.byline(item)
        return f"{title_of(item)} ({byline})" if byline else title_of(item)

    def things(self, filters: Sequence[Filter]) -> str:
        """The noun for what is sought: "films", "horror films", "works"."""
        noun, before = self.noun, []
        for condition in filters:
            values = _values(condition)
            if self.topic(condition.attribute) == "kind" and condition.op in {"=", "any_of", "all_of"}:
                plurals = [self.plural(v) for v in values]
                noun = (
                    listed(plurals, "or")
                    if all(plurals)
                    else f"{noun} listed under “{listed([plain(v) for v in values], 'or')}”"
                )
        for condition in filters:
            if (
                self.topic(condition.attribute) == "genre"
                and condition.op in {"=", "any_of", "all_of"}
                and _takes_genre(noun)
            ):
                joined = listed(
                    [plain(v).lower() for v in _values(condition)], "and" if condition.op == "all_of" else "or"
                )
                before.append(joined)
        return " ".join([*before, noun])

    def plural(self, kind: str) -> str:
        """A kind as the noun for several of it; "" where its name is no noun that people would use so."""
        said = plain(kind).casefold()
        return _PLURALS.get(said) or (said if said in _MASS or re.fullmatch(r"[a-z ]{2,}[^s]s", said) else "")

    def are(self, filters: Sequence[Filter], count: int) -> str:
        """What meets the filters, as the end of a sentence that begins with how many: "are films from Germany", "cost under 120"."""
        said, one = self.understood(filters, noun=False), count == 1
        if self.things(filters).startswith(f"{self.noun} listed under"):
            return f"{'is' if one else 'are'} {said.removeprefix(self.noun).strip()}"
        if self.things(filters) != self.noun:
            return f"is one of the {said}" if one else f"are {said}"
        if said.startswith("priced ") and "," not in said:
            return f"{'costs' if one else 'cost'} {said.removeprefix('priced ')}"
        if said.startswith("other than "):
            said = re.sub(
                r"^other than (?:those (?=under))?", "not " if "those under" in said else "no ", said
            ).replace("not under", "not listed under")
        said = re.sub(r"^(before|after) ", r"from \1 ", re.sub(r"^up to (\d+)", r"from \1 or earlier", said))
        said = re.sub(
            r"^((?:under|over|at least|at most|between) [\w .]+(?:minutes?|pages?|hours?))$", r"\1 long", said
        )
        return f"{'is' if one else 'are'} {said}"

    def understood(self, filters: Sequence[Filter], noun: bool = True) -> str:
        """A query's filters as one phrase: "films from Germany, before 1925, under 100 minutes"; without the noun where nothing names one."""
        things = self.things(filters)
        rest: list[str] = []
        done: set[str] = set()
        for condition in sorted(filters, key=lambda f: _ORDER.get(self.topic(f.attribute), 5)):
            if condition.attribute in done or self._in_noun(condition, things):
                continue
            bounds = [
                f for f in filters if f.attribute == condition.attribute and f.op in _UPPER.keys() | _LOWER.keys()
            ]
            if len(bounds) == 2 and len({f.op[0] for f in bounds}) == 2 and condition in bounds:
                rest.append(self._between(bounds))
                done.add(condition.attribute)
            else:
                rest.append(self.condition(condition))
        if not noun and things == self.noun and rest:
            return ", ".join(rest)
        return " ".join([things, ", ".join(rest)]).strip()

    def _in_noun(self, condition: Filter, things: str) -> bool:
        positive = condition.op in {"=", "any_of", "all_of"}
        topic = self.topic(condition.attribute)
        return positive and (topic == "kind" or (topic == "genre" and _takes_genre(things)))

    def _between(self, bounds: Sequence[Filter]) -> str:
        low, high = sorted(bounds, key=lambda f: f.op in _UPPER)
        name = low.attribute
        if self.topic(name) == "year":
            first, last = value_text(low.value), value_text(high.value)
            return f"from {first} to {last}"
        priced = "priced " if self.topic(name) == "price" else ""
        return f"{priced}between {value_text(low.value)} and {self.number(name, high.value)}"

    def condition(self, condition: Filter) -> str:
        """One condition as it is said of a work: "from Germany", "under 90 minutes", "without horror"."""
        name, op, topic = condition.attribute, condition.op, self.topic(condition.attribute)
        values = [plain(v) for v in _values(condition)]
        values = shortened(values) if op in {"any_of", "none_of"} else values
        if op in {"none_of", "!="}:
            return self._ruled_out(topic, values)
        if (isinstance(condition.value, float | int) and not isinstance(condition.value, bool)) or topic == "year":
            return self._measure(condition)
        if isinstance(condition.value, bool):
            return f"{plain_name(name)}: {'yes' if condition.value else 'no'}"
        joined = self._people(values) if topic == "people" else listed(values, "and" if op == "all_of" else "or")
        if topic == "kind":
            return listed([self.plural(v) or f"listed under “{v}”" for v in values], "or")
        if topic == "other":
            return f"with “{joined}” as {plain_name(name)}"
        words = {"country": "from ", "people": "by ", "brand": "by ", "language": "in ", "colour": "in "}
        return (
            f"{words[topic]}{the(joined) if topic == 'country' else joined}"
            if topic in words
            else f"listed as {joined.lower()}"
        )

    def _ruled_out(self, topic: Topic, values: list[str]) -> str:
        joined = listed(values, "or")
        if topic == "kind":
            return f"other than {listed([self.plural(v) or f'those under “{v}”' for v in values], 'or')}"
        words = {"country": f"not from {the(joined)}", "people": f"not by {joined}", "brand": f"not by {joined}"}
        return words.get(topic, f"not listed as {joined}")

    def _people(self, values: list[str]) -> str:
        """Names as they were meant: several values that share a person stand for that person."""
        named = [{part.strip() for part in re.split(r",|;|&|/|\band\b", value)} for value in values]
        common = set.intersection(*named) if named else set()
        return common.pop() if len(values) > 1 and len(common) == 1 else listed(values, "or")

    def _measure(self, condition: Filter) -> str:
        name, op, value = condition.attribute, condition.op, condition.value
        said = self.number(name, value)
        if self.topic(name) == "year":
            said = value_text(value) if not isinstance(value, tuple) else listed([str(v) for v in value], "or")
            words = {
                "<": f"before {said}",
                "<=": f"up to {said}",
                ">": f"after {said}",
                ">=": f"from {said} on",
                "=": f"from {said}",
            }
            return words.get(op, f"from {said}")
        named = "" if self.unit(self.catalogue.attribute(name), 2) else f"{plain_name(name)} "
        named = "priced " if self.topic(name) == "price" else named
        return f"{named}{({**_UPPER, **_LOWER}).get(op, 'exactly' if op == '=' else op)} {said}"

    def met(self, reason: MetFilter) -> str:
        """What of an item's value meets a condition: of (comedy, horror) only “horror” where horror was asked for."""
        own = reason.value if isinstance(reason.value, tuple) else (reason.value,)
        asked = reason.filter.value if isinstance(reason.filter.value, tuple) else (reason.filter.value,)
        positive = reason.filter.op not in {"none_of", "!="}
        shown = [
            self.number(reason.filter.attribute, v) for v in own if not isinstance(v, str) or (positive and v in asked)
        ]
        return listed(shown) if shown else self.condition(reason.filter) if not positive else ""

    def relaxation(self, change: Relaxation) -> str:
        """A relaxation in words: "up to 95 minutes, 3 would fit"."""
        would = f"{change.count} would fit" if change.count != 1 else "one would fit"
        if change.instead is not None:
            return f"if it may be {self.condition(change.instead)}, {would}"
        return f"leaving aside “{self.condition(change.filter)}”, {would}"

    def told(self, reason: CitedPassage, text: str) -> str:
        """A cited passage with where it was found; of labels only the one that was meant, with how sure the model is."""
        if reason.passage.channel != "tags":
            return f"{self.where(reason.passage)} {cited(reason)}"
        return self.seen(reason.passage.text, text) or f"{self.where(reason.passage)} {cited(reason)}"

    def seen(self, labels: str, text: str = "") -> str:
        """What a small model sees in a picture, worded as the guess that it is; "" where these are no labels."""
        found = [(m[1].removeprefix("perhaps ").strip(), int(m[2])) for m in _LABEL.finditer(labels)]
        wanted = content_words(text)
        meant = (f for f in found if f[1] >= 20 and content_words(f[0]) & wanted)
        label, percent = next(meant, found[0] if found else ("", 0))
        if not label:
            return ""
        if labels.startswith("perhaps") or percent < 50:
            return f"its picture may show “{plain(label)}” (a guess, {percent} %)"
        return f"its picture shows “{plain(label)}”, as far as a small model can tell ({percent} %)"

    def where(self, passage: Passage) -> str:
        """Where a passage was found, as it stands before a quote."""
        second = f" at {second_text(passage.start_s)}" if passage.start_s is not None else ""
        words = {
            "description": "its description says",
            "review": "a review says",
            "transcript": f"in its recording{second} one hears",
            "sound": "its sound was measured:",
            "caption": f"{'a small model captions its picture' if passage.by_small_model else 'its picture is described'} as",
            "tags": "in its picture one sees, as far as a small model can tell,",
            "ocr": "its picture reads",
            "colours": "the colours of its picture are",
            "sidecar": "the text beside it says",
            "title": "it is listed as",
        }
        return words[passage.channel]


def _takes_genre(noun: str) -> bool:
    """Whether a genre may stand before a noun: “horror films”, but no “waltz works”."""
    return noun.endswith(("films", "books", "movies", "novels", "songs", "games", "albums", "series", "TV shows"))


def _values(condition: Filter) -> list[str]:
    value = condition.value
    return list(value) if isinstance(value, tuple) else [value_text(value)]
