"""Numbers with what they count (“under 120 dollars”, “at most two hours”), and sizes in words (“short”, “not too long”)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.planner.conditions import OPPOSITE, Condition, Reading, Size
from agent.planner.contexts import in_story, work_noun_near
from agent.planner.lexicon import Lexicon, Topic, plain_name
from agent.planner.spoken_numbers import AMOUNT, amount_of
from agent.planner.words import word_set
from vouch.types import Attribute, FilterOp

_UPPER = (
    r"under|below|less than|fewer than|lower than|shorter than|cheaper than|smaller"
    r" than|within|not over|nothing over|not above|inside|<"
)
_UPPER_SAME = (
    r"up to|at most|no more than|not more than|no longer than|not longer than|nothing"
    r" longer than|not exceeding|max|maximum|a maximum of|budget(?: is| of)?|<="
)
_LOWER = r"over|above|more than|longer than|greater than|higher than|exceeding|beyond|>"
_LOWER_SAME = (
    r"at least|no less than|not less than|no shorter than|not shorter than|no fewer than|min|minimum|a minimum of|>="
)
_NEAR = r"about|around|roughly|approximately|circa|some|near|close to"
_CMP = f"(?P<cmp>{_UPPER_SAME}|{_LOWER_SAME}|{_UPPER}|{_LOWER}|{_NEAR})"
_UNITS = (
    r"hours?|hrs?|h|minutes?|minuts?|mins?|min|seconds?|secs?|pages?|pp|dollars?"
    r"|bucks|usd|euros?|eur|pounds?|quid|gbp|[$€£¥]|stars?"
)
_OR_LESS = r"or (?:less|under|below|fewer|shorter|cheaper)|max|maximum|tops|at most"
_OR_MORE = r"or (?:more|over|longer|above|better|higher)|minimum|at least"
_POST = rf"{_OR_LESS}|{_OR_MORE}|or so|or thereabouts"

_AMOUNT = re.compile(
    rf"(?:{_CMP} )?(?:a |the )?(?P<cur>[$€£¥] )?(?P<num>{AMOUNT})(?P<half> and a half)?(?:"
    rf" (?P<unit>{_UNITS})(?P<half2> and a half)?)?(?: (?:and )?(?P<extra>\d+)(?:"
    rf" (?:minutes?|mins?|min))?)?(?: (?:long|in length))?(?: (?P<post>{_POST})(?! {AMOUNT}(?: |$)))?(?="
    rf" |$)"
)
_HALF_HOUR = re.compile(rf"(?:{_CMP} )?half an hour(?: (?P<post>{_POST}))?(?= |$)")
_RANGE = re.compile(
    rf"(?:between |from )?(?P<cur>[$€£¥] )?(?P<low>{AMOUNT}) (?:(?:and|to|or) |(?<=\d )(?=\d))(?:[$€£¥]"
    rf" )?(?P<high>{AMOUNT}) (?P<unit>{_UNITS})(?= |$)"
)
_BETWEEN = re.compile(
    rf"between (?P<cur>[$€£¥] )?(?P<low>{AMOUNT}) and (?:[$€£¥] )?(?P<high>{AMOUNT})(?: (?P<unit>{_UNITS}))?(?= |$)"
)
_SIZE = re.compile(
    r"(?P<not>(?:(?:is|its|was) )?(?:not|isnt|nothing|dont want (?:anything|something)"
    r"|but not|never) )?(?P<too>too |so |very |really |super |that |overly |quite"
    r" |fairly |pretty |rather |as |most |least )?"
    r"(?P<word>long|lengthy|short|brief|quick|cheap|inexpensive|affordable|expensive"
    r"|pricey|costly|budget|thick|thin|slim|cheapest|shortest|longest)(?P<ish>ish)?(?= |$)"
)
_BREAK = re.compile(
    r"(?:for|during|on|over|in) (?:my|our|his|her|their|a|the) (?:\w+ )?(?:break|lunch hour|lunchtime|commute)(?= |$)"
)
"""What fills a break is short, where lengths are recorded."""
_LONG, _SHORT = {"longest", "long", "lengthy", "thick"}, {"shortest", "short", "brief", "quick", "thin", "slim"}
_CHEAP = {"cheapest", "cheap", "inexpensive", "affordable", "budget"}
_NO_ROOM = re.compile(r"(?:^|\s)(?:how|as|so|all|before|any)$")
_UNWANTED = re.compile(
    r"(?:^|\s)(?:hates?|dislikes?|(?:dont|doesnt|do not|does not) (?:really )?(?:like|enjoy|want)|(?:cant|cannot|can not) stand|avoid|without|no"
    r"|(?:tired|sick) of)$"
)
"""“I hate long films”: of the other size."""
_NEVER = re.compile(
    r"\bnever(?: (?:show me|recommend|suggest|give me))?(?: (?:anything|something|films?|movies?|books?|one|ones))?$"
)
_LEADS_UP = word_set(
    "for costing priced is thats that which its and lasting lasts last runs run running takes costs cost with price a"
)
"""Words before an amount that belong to it."""
_BEHIND_SIZE = word_set("and or but from by with about to for please enough instead this that as")
ABOUT_SIZE: tuple[Topic, ...] = ("minutes", "pages")


@dataclass(frozen=True)
class QuantityReader:
    """Reads quantities against the number attributes of a catalogue."""

    lexicon: Lexicon

    def read(self, reading: Reading) -> None:
        """Adds the conditions; a unit that the catalogue does not know is noted as unknown."""
        for start, end, match in [*reading.matches(_BETWEEN), *reading.matches(_RANGE)]:
            if reading.free(start, end) and amount_of(match["low"]) < amount_of(match["high"]):
                bounds: tuple[tuple[FilterOp, float], ...] = (
                    (">=", amount_of(match["low"])),
                    ("<=", amount_of(match["high"])),
                )
                self._add(reading, (start, end), (match["unit"] or (match["cur"] or "").strip(), bounds))
        for start, end, match in reading.matches(_HALF_HOUR):
            self._add(reading, (start, end), ("minutes", _bounds(match["cmp"], match["post"], 30.0)))
        for start, end, match in reading.matches(_AMOUNT):
            if reading.free(start, end) and self._counts(reading, start, match):
                self._amount(reading, (start, end), match)

    def _counts(self, reading: Reading, start: int, match: re.Match[str]) -> bool:
        """Whether a number is an amount: “an hour”, “20 dollars”, “under 120”, but neither “a film” nor “about two”."""
        if match["num"] in {"a", "an", "one"}:
            return (match["unit"] or "").startswith("h")
        compared = match["cmp"] and match["cmp"] not in _NEAR.split("|") and match["num"] not in {"two", "half"}
        return bool(match["unit"] or match["cur"] or compared)

    def _amount(self, reading: Reading, span: tuple[int, int], match: re.Match[str]) -> None:
        value, unit = (
            amount_of(match["num"]),
            match["unit"] or (match["cur"] or "").strip() or self._spoken(reading, match),
        )
        if match["half"] or match["half2"]:
            value += 0.5
        if match["extra"] and unit.startswith("h"):
            value, unit = 60 * value + float(match["extra"]), "minutes"
        start, end = span
        before = reading.message.at(start - 1), reading.message.at(start - 2)
        comparison = match["cmp"]
        never = _NEVER.search(" ".join(w.folded for w in reading.message.words[:start]))
        has = {"have", "got", "only", "budget", "spend", "for", "of"} & set(before)
        if (
            not comparison
            and not match["post"]
            and (has or unit in {"$", "€", "£", "¥"} or unit[:4] in {"doll", "buck", "euro", "poun", "quid"})
        ):
            comparison = "at most"
        hint = (comparison or "") + " " + " ".join(before)
        bounds = _bounds(comparison, match["post"], value)
        if never and comparison and len(bounds) == 1:
            start -= len(never.group().split())
            bounds = tuple((OPPOSITE[op], limit) for op, limit in bounds)
        self._add(reading, (start, end), (unit or self._hinted(hint, value), bounds), lasting=bool(never))

    def _spoken(self, reading: Reading, match: re.Match[str]) -> str:
        """The unit of the other amounts in the message, where one compared number stands without (“under 3 hours and over 2”)."""
        units = re.findall(rf"(?:{AMOUNT}) ({_UNITS})(?= |$)", reading.message.folded)
        return str(units[0]) if units and match["cmp"] else ""

    def _hinted(self, hint: str, value: float) -> str:
        if "cheap" in hint or "budget" in hint:
            return "$"
        named = next(
            (a.name for a in self.lexicon.schema.attributes if a.type == "number" and plain_name(a.name) in hint), None
        )
        if named:
            return named
        for topic in ("price", "minutes", "pages"):
            fitting = [a for a in self.lexicon.about(topic) if (a.maximum or 0) * 1.5 >= value]
            if fitting:
                return fitting[0].name
        return ""

    def _add(
        self,
        reading: Reading,
        span: tuple[int, int],
        said: tuple[str, tuple[tuple[FilterOp, float], ...]],
        *,
        lasting: bool = False,
    ) -> None:
        unit, bounds = said
        attribute, factor, topic = self._measured(unit)
        start, end = span
        while start > 0 and reading.message.at(start - 1) in _LEADS_UP and reading.free(start - 1, start):
            start -= 1
        if attribute is None:
            if topic:
                reading.unknown.append(topic)
                reading.claim(start, end)
            return
        for op, value in bounds:
            limit = round(value * factor, 4)
            reading.add(Condition(attribute=attribute.name, op=op, value=limit, start=start, end=end, lasting=lasting))

    def _measured(self, unit: str) -> tuple[Attribute | None, float, str]:
        """The attribute that a unit counts, the factor from the unit to the attribute's own, and the topic in words."""
        named = self.lexicon.schema.attribute(unit)
        if named is not None:
            return named, 1.0, ""
        if re.match(r"(?:h|hrs?|hours?|min|mins?|minut\w*|sec|secs?|seconds?)$", unit):
            minutes = 60.0 if unit.startswith("h") else 1 / 60 if unit.startswith("s") else 1.0
            found = next(iter(self.lexicon.about("minutes")), None)
            return found, minutes / (self.lexicon.minutes_in(found) if found else 1.0), "length in minutes"
        if unit.startswith("p") and unit[:2] in {"pa", "pp"}:
            return next(iter(self.lexicon.about("pages")), None), 1.0, "number of pages"
        if unit.startswith("star"):
            return next(iter(self.lexicon.about("rating")), None), 1.0, "rating"
        if unit:
            return next(iter(self.lexicon.about("price")), None), 1.0, "price"
        return None, 1.0, ""

    def sizes(self, reading: Reading, story: tuple[tuple[int, int], ...]) -> None:
        """Size words, said of the work."""
        for start, end, match in reading.matches(_SIZE):
            message = reading.message
            if in_story(start, story) or _NO_ROOM.search(
                " ".join(w.folded for w in message.words[max(0, start - 2) : start])
            ):
                continue
            ends = message.boundary(end) or message.at(end) in _BEHIND_SIZE
            price = match["word"] in _CHEAP | {"expensive", "pricey", "costly"} or match["word"].endswith("est")
            if not (price or ends or work_noun_near(message, end, self.lexicon, 3)):
                continue
            self._size(reading, (start, end), match)
        for start, end, _ in reading.matches(_BREAK):
            for topic in () if in_story(start, story) else ABOUT_SIZE:
                if self.lexicon.about(topic):
                    reading.sizes.append(Size(topic=topic, op="<=", share=0.25, start=start, end=end))
                    reading.claim(start, end)

    def _size(self, reading: Reading, span: tuple[int, int], match: re.Match[str]) -> None:
        before = " ".join(w.folded for w in reading.message.words[max(0, span[0] - 4) : span[0]])
        word, negated = match["word"], bool(match["not"] or _UNWANTED.search(before))
        small = word in _SHORT or word in _CHEAP
        topics: tuple[Topic, ...] = ABOUT_SIZE if word in _LONG | _SHORT else ("price",)
        found = [topic for topic in topics if self.lexicon.about(topic)]
        if not found and (topics == ("price",) or word.endswith("est")):
            reading.unknown.append("price" if topics == ("price",) else "length")
        for topic in found:
            op: FilterOp = "<=" if small != negated else ">="
            reading.sizes.append(
                Size(
                    topic=topic,
                    op=op,
                    share=0.5 if negated or match["ish"] else 0.1 if word.endswith("est") else 0.25,
                    start=span[0],
                    end=span[1],
                    most=word.endswith("est") or match["too"] in {"most ", "least "},
                )
            )
        keep = reading.message.at(span[1]) in {"story", "stories"}
        reading.claim(*span, "keep" if keep else "drop")


def _bounds(comparison: str | None, post: str | None, value: float) -> tuple[tuple[FilterOp, float], ...]:
    """What a number with its comparison demands; a bare or rough number allows 15 % to both sides."""
    if post and re.fullmatch(_OR_LESS, post):
        return (("<=", value),)
    if post and re.fullmatch(_OR_MORE, post):
        return ((">=", value),)
    for op, words in (("<=", _UPPER_SAME), (">=", _LOWER_SAME), ("<", _UPPER), (">", _LOWER)):
        if comparison and re.fullmatch(words, comparison):
            return ((op, value),)  # type: ignore[return-value]
    return ((">=", round(value * 0.85, 2)), ("<=", round(value * 1.15, 2)))
