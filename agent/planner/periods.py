"""Years, decades and centuries: of the work a condition on its year, of the story a part of the query's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from agent.planner.conditions import OPPOSITE, Condition, Reading, Size
from agent.planner.contexts import in_story, of_the_work, work_noun_near
from agent.planner.lexicon import Lexicon
from agent.planner.spoken_numbers import AMOUNT, YEAR, amount_of, year_of
from vouch.types import Attribute, FilterOp, Item

_DECADES = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
    "noughties": 0,
    "tens": 10,
    "teens": 10,
}
_ORDINALS = {
    "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "twenty first": 21,
}
_CENTURIES = {"eighteen": 18, "nineteen": 19, "twenty": 20}
_PERIOD = (
    r"(?:(?P<part>early|mid|late|beginning of the|end of the|turn of the) )?(?:the )?(?:"
    rf"(?P<decade>\d\d(?:\d0)?) ?s|(?:(?P<hundred>eighteen|nineteen|twenty) )?(?P<word>{'|'.join(_DECADES)})"
    rf"|(?:(?P<nth>\d\d) (?:st|nd|rd|th)|(?P<ordinal>{'|'.join(_ORDINALS)})) century"
    rf"|(?P<year>{YEAR})(?! (?:pages?|minutes?|dollars|euros|words)))"
    r"(?P<on> (?:on|onwards?|and later|or later|and after|or newer|and up|(?P<back>or earlier|or older|and before)))?(?= |$)"
)
_WAYS: dict[str, tuple[FilterOp, int]] = {
    r"before|prior to|pre|earlier than|older than": ("<", 0),
    r"until|till|up to|by": ("<=", 1),
    r"after|post|later than|newer than|more recent than": (">", 1),
    r"since|starting in|starting from": (">=", 0),
}
"""How a period bounds years: by an operator, and by its first year (0) or its last (1)."""
_DIRECTED = re.compile(
    r"(?P<no>(?:nothing|none|never|not|no(?= \w+er than)) )?(?:(?:made|released|published|written|from|composed) )?"
    rf"(?P<way>{'|'.join(_WAYS)}|from) (?:the year )?{_PERIOD}"
)
_BETWEEN = re.compile(
    rf"(?:between |from )?(?P<low>{YEAR})(?: ?s)? (?:and |to |until |till |through )?(?P<high>{YEAR})(?: ?s)?(?= |$)"
)
_DECADE = rf"(?:\d\d(?:\d0)? ?s|{'|'.join(_DECADES)})"
_EITHER = re.compile(
    rf"(?:from |in |of )?(?:the )?(?P<low>{_DECADE}) (?:or|and|to|until) (?:the )?(?P<high>{_DECADE})(?= |$)"
)
_LATELY = re.compile(
    rf"(?:(?:from|in|of|within|over|during) )?(?:the )?(?:last|past) (?:(?P<n>{AMOUNT}|couple of|few) (?P<unit>year|decade)s?|decade)(?= |$)"
)
_ROUGHLY = {"couple of": 2.0, "few": 5.0}
_PLAIN = re.compile(_PERIOD)
_OLD = re.compile(
    r"(?P<not>not |nothing )?(?:too |so |very |really |that )?(?P<word>old|older"
    r"|ancient|early|recent|new|newer|modern|contemporary|oldest|newest|latest|earliest|most recent)(?= |$)"
)


@dataclass(frozen=True)
class PeriodReader:
    """Reads periods against the year attribute of a catalogue."""

    lexicon: Lexicon
    items: tuple[Item, ...]

    @property
    def attribute(self) -> Attribute | None:
        """The attribute that holds the year of the work, or None."""
        return next(iter(self.lexicon.about("year")), None)

    def read(self, reading: Reading, story: tuple[tuple[int, int], ...]) -> None:
        """Adds the conditions; where the catalogue has no year, what was asked is noted as unknown."""
        for start, end, match in reading.matches(_BETWEEN):
            if not in_story(start, story):
                self._add(reading, (start, end), ((">=", year_of(match["low"])), ("<=", year_of(match["high"]))))
        for start, end, match in reading.matches(_EITHER):
            if not in_story(start, story):
                low, high = self._likely(_decade(match["low"])), self._likely(_decade(match["high"]))
                self._add(reading, (start, end), ((">=", float(low)), ("<=", float(high + 9))))
        for start, end, match in reading.matches(_LATELY):
            if not in_story(start, story):
                number = match["n"] or "a"
                years = (_ROUGHLY.get(number) or amount_of(number)) * (1 if match["unit"] == "year" else 10)
                self._add(reading, (start, end), ((">=", date.today().year - years),))
        for start, end, match in reading.matches(_DIRECTED):
            if match["way"] == "by" and not match["year"]:
                continue
            bounds = self._bounds(match, match["way"])
            if match["no"]:  # “nothing from the twenties”: what comes before them is not from them
                (op, year), *_ = bounds
                bounds = ((OPPOSITE[op], year),)
            self._add(reading, (start, end), bounds)
        for start, end, match in reading.matches(_PLAIN):
            if self._of_work(reading, start, end, match, story):
                led = reading.message.at(start - 1) in {"from", "in", "of"} and reading.free(start - 1, start)
                self._add(reading, (start - led, end), self._bounds(match))

    def size_words(self, reading: Reading, story: tuple[tuple[int, int], ...]) -> None:
        """“Old” and “recent” before what is recommended: preferred, by the thirds of the catalogue's years."""

        for start, end, match in reading.matches(_OLD):
            noun = (
                work_noun_near(reading.message, end, self.lexicon, 3 if match["word"].endswith("est") else 1)
                or (bool(match["not"]) and start == 0 and reading.message.boundary(end))
                or (reading.message.at(start - 1) in {"something", "anything"} and reading.message.boundary(end))
            )
            if self.attribute is not None and noun and not in_story(start, story):
                old = match["word"] in {"old", "older", "ancient", "early", "oldest", "earliest"}
                op: FilterOp = "<=" if old != bool(match["not"]) else ">="
                most = match["word"].endswith("est") or match["word"] == "most recent"
                share = 0.15 if most else 0.34
                reading.sizes.append(Size(topic="year", op=op, share=share, start=start, end=end, most=most))

                reading.claim(start, end)

    def _of_work(
        self, reading: Reading, start: int, end: int, match: re.Match[str], story: tuple[tuple[int, int], ...]
    ) -> bool:
        message = reading.message
        if match["decade"] and len(match["decade"]) == 2 and not match["decade"].endswith("0"):
            return False
        if message.at(start - 1) == "roaring" or (match["word"] in {"tens", "teens"} and not match["hundred"]):
            return False
        alone = not in_story(start, story)
        if of_the_work(reading, start, self.lexicon) and (alone or message.at(start - 1) == "from"):
            return True
        if match["year"] and message.at(start - 1) not in {"in", "during"}:
            return alone and (start > 0 or len(message.words) <= 3)
        described = message.at(start - 1) in {"something", "anything", "only", "about"}
        short = len(message.words) <= 3 and message.at(start - 1) != "during"
        return alone and (short or described or work_noun_near(message, end, self.lexicon, 2))

    def _bounds(self, match: re.Match[str], way: str = "in") -> tuple[tuple[FilterOp, float], ...]:
        ends = self._ends(match)
        if match["on"]:
            return (("<=", ends[1]),) if match["back"] else ((">=", ends[0]),)
        for words, (op, end) in _WAYS.items():
            if re.fullmatch(words, way):
                return ((op, ends[end]),)
        return (("=", ends[0]),) if ends[0] == ends[1] else ((">=", ends[0]), ("<=", ends[1]))

    def _ends(self, match: re.Match[str]) -> tuple[float, float]:
        """First and last year of the period that a match names."""
        if match["year"]:
            return year_of(match["year"]), year_of(match["year"])
        if match["nth"] or match["ordinal"]:
            century = int(match["nth"]) if match["nth"] else _ORDINALS[match["ordinal"]]
            return self._part(match["part"], 100 * (century - 1), 100)
        if match["word"]:
            start = _DECADES[match["word"]]
            first = 100 * _CENTURIES[match["hundred"]] + start if match["hundred"] else self._likely(start)
        else:
            first = int(match["decade"]) if len(match["decade"]) == 4 else self._likely(int(match["decade"]))
        century = len(match["decade"] or "") == 4 and first % 100 == 0 and first < 1900
        return self._part(match["part"], first, 100 if century else 10)

    def _part(self, part: str | None, first: int, length: int) -> tuple[float, float]:
        if part in {"early", "beginning of the", "turn of the"}:
            return float(first), float(first + length * 4 // 10 - 1 + (length == 10))
        if part in {"late", "end of the"}:
            return float(first + length * 6 // 10), float(first + length - 1)
        if part == "mid":
            return float(first + length * 3 // 10), float(first + length * 7 // 10 - 1)
        return float(first), float(first + length - 1)

    def _likely(self, start: int) -> int:
        """The century of a decade: the one with most items of the catalogue, the twentieth where none has any."""
        if start >= 100:
            return start
        counts = {century + start: self._count(century + start) for century in (1900, 2000, 1800, 1700)}
        best = max(counts, key=lambda first: counts[first])
        return best if counts[best] else 1900 + start

    def _count(self, first: int) -> int:
        attribute = self.attribute
        if attribute is None:
            return 0
        return sum(
            1 for item in self.items if (year := number_of(item, attribute)) is not None and first <= year < first + 10
        )

    def _add(self, reading: Reading, span: tuple[int, int], bounds: tuple[tuple[FilterOp, float], ...]) -> None:
        attribute = self.attribute
        start, end = span
        if attribute is None:
            reading.unknown.append("year")
            reading.claim(start, end)
            return
        for op, year in bounds:
            value = str(int(year)) if attribute.type == "date" else year
            reading.add(Condition(attribute=attribute.name, op=op, value=value, start=start, end=end))


def _decade(said: str) -> int:
    """ "80 s" -> 80, "1980 s" -> 1980, "eighties" -> 80."""
    return _DECADES[said] if said in _DECADES else int(said.split("s")[0])


def number_of(item: Item, attribute: Attribute) -> float | None:
    """An item's number, of an ISO date the year; None where it has none."""
    value = item.attributes.get(attribute.name)
    if isinstance(value, str):
        found = re.match(r"\d{4}", value)
        return float(found.group()) if found else None
    return float(value) if isinstance(value, float | int) else None
