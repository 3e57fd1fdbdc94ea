"""Numbers in a sentence: years, lengths, prices, shares, counts. Each must be one of the item it stands with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.checks.eras import era_holds, eras_of
from agent.checks.reading import Finding, Reading
from agent.checks.words import known
from agent.evidence import ItemEvidence
from agent.planner.lexicon import Topic

_UNITS = (
    r"(?P<unit>%|percent|per cent|minutes?|mins?|min\b|hours?|hrs?|pages?|pp\b|dollars|euros|pounds|"
    r"(?:simulated )?(?:people|members?|persons?|users?|readers|viewers|listeners|fans|others)|"
    r"films?|books?|works?|items?|pieces|picks|titles|suggestions|options|choices|others|ones|of them|st\b|nd\b|rd\b|th\b|s\b|centur\w+|years?)"
)
_DIGITS = re.compile(rf"(?P<money>[$€£]\s?)?(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?)(?:[\s-]?{_UNITS})?", re.IGNORECASE)
SPELT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "thousand": 1000,
}  # fmt: skip
"""Numbers in words."""
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_IN_WORDS = re.compile(
    rf"\b(?P<number>(?:(?:{'|'.join(SPELT)})(?:[ -](?:and[ -])?(?=(?:{'|'.join(SPELT)})\b))?)+)"
    r"(?:[ -](?P<unit>minutes?|hours?|pages?|years?|people|members?|percent|per cent)\b)?",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"\b(?:an|one) hour(?P<half> and a half)?\b|\b(?:three )?quarters? of an hour\b|\bhalf an hour\b|\btwo hours\b|\btwo and a half hours\b",
    re.IGNORECASE,
)
_HOURS = {"quarter of an hour": 15.0, "half an hour": 30.0, "three quarters of an hour": 45.0, "two hours": 120.0,
    "two and a half hours": 150.0}  # fmt: skip
_LOOSE = re.compile(
    r"\b(?:about|around|roughly|some|nearly|almost|just over|just under|a little over|a little under|close to|approximately|more or less|barely|only just)\s+$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:under|less than|below|within|at most|no more than|up to|shorter than|fewer than|before|not even"
    r"|if you(?:['’]ve)?(?: only| just| really)? (?:have|got)(?: only| just| about)?)\s+(?:(?:an?|your|the) )?$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:over|more than|above|at least|longer than|upwards of|beyond|after|past)\s+(?:(?:an?|your|the) )?$",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"\b(?:against|versus)\s+$", re.IGNORECASE)
_SPARE = re.compile(r"^\W*if you(?:['’]ve)?(?: \w+)? (?:have|got)\b", re.IGNORECASE)
_APART = re.compile(
    r"^\W*(?:\w+ )?(?:apart|between|fewer|less|more|longer|shorter|older|younger|newer|earlier|later|before|after|ahead|quicker)\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:[(,]|\b(?:from|of|the|a|an|this|made|published|released|written|composed|appeared|dates? (?:from|back to)))\s*(?:in |back in )?$",
    re.IGNORECASE,
)
_COUNTED_KINDS = {
    "film": "films?|movies?",
    "book": "books?|novels?",
    "music": "pieces? of music|pieces?|songs?",
    "print": "prints?|pictures?|photos?",
}
_COUNTED = re.compile(
    rf"\b(?P<n>one|two|three|four|five|six|seven|eight|\d) (?:of (?:these|them|the \w+) )?(?:(?:are|is) )?(?:an? )?"
    rf"(?P<kind>{'|'.join(_COUNTED_KINDS.values())})\b",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\b(?:between|from) (?P<first>\d{4}) (?:and|to) (?P<last>\d{4})\b", re.IGNORECASE)
_MATCH = re.compile(
    r"\b(?:match\w*|fit|taste|like|liked|liking|love|loved|weight|share|rests?|because|connection|link|thanks|owes?|owed|affinity|similarity|pull|score)\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"\b(?P<short>short|shorter|brief|tiny|quick|little)\b|\b(?P<long>long|lengthy|longish|epic-length|sprawling|hefty)\b(?!\s+ago)",
    re.IGNORECASE,
)
_SIZES: dict[Topic, tuple[float, float]] = {"minutes": (95, 70), "pages": (290, 240)}


@dataclass(frozen=True)
class Number:
    """A number with its unit in a sentence."""

    start: int
    end: int
    value: float
    unit: str


def numbers_of(reading: Reading) -> tuple[Number, ...]:
    """The numbers outside titles and quotes."""
    text = reading.unquoted
    found = []
    for match in _DIGITS.finditer(text):
        value = float(match["number"].replace(",", "").rstrip(".") or 0)
        unit = "price" if match["money"] else (match["unit"] or "").casefold()
        found.append(Number(match.start(), match.start("number") + len(match["number"].rstrip(",.")), value, unit))
    for match in _IN_WORDS.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if match["unit"] or _AGAINST.search(before) or _APART.match(after):
            found.append(Number(match.start(), match.end(), _value(match["number"]), (match["unit"] or "").casefold()))
    taken = [(n.start, n.end) for n in found]
    for match in _HOUR.finditer(text):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            said = match.group().casefold()
            value = _HOURS.get(said, 90.0 if match["half"] else 60.0)
            found.append(Number(match.start(), match.end(), value, "about"))
    return tuple(found)


def _value(words: str) -> float:
    total, current = 0.0, 0.0
    for word in re.findall(r"[a-z]+", words.casefold()):
        number = SPELT.get(word)
        if number is None:
            continue
        if number >= 100:
            current = max(current, 1) * number
            if number == 1000:
                total, current = total + current, 0.0
        else:
            current += number
    return total + current


def check_numbers(reading: Reading) -> Sequence[Finding]:
    """Numbers that the item spoken of does not have."""
    findings = []
    text = reading.unquoted
    eras = eras_of(text)
    for number in numbers_of(reading):
        if any(era.start() <= number.start < era.end() for era in eras):
            continue
        owners = reading.owners(number.start)
        if owners and all(_holds(number, item, reading) for item in owners):
            continue
        if _in_range(number, reading) or _respectively(number, reading) or _first_of_two(number, reading):
            continue
        if owners and (_of_the_same_unit(number, owners, reading) or _difference(number, owners, reading)):
            continue
        if _SPARE.search(reading.clause(number.start)) and not any(item.number("minutes") for item in owners):
            continue  # “if you have half an hour” says nothing of a book
        if _of_the_list(number, reading) or (not owners and _asked(number, reading)):
            continue
        findings.append(_finding(number, owners, reading))
    findings += [_wrong(match) for match, right in kind_counts(reading) if not right]
    findings += [_wrong(e) for e in eras if not era_holds(e, reading)]
    findings += [_wrong(s) for s in _SIZE.finditer(text) if not _size_holds(s, reading)]
    return findings


def _in_range(number: Number, reading: Reading) -> bool:
    """ "between 1906 and 1929": whether it is one end of the years of all items that are meant."""
    for match in _SPAN.finditer(reading.unquoted):
        if match.start() <= number.start < match.end():
            years = [item.number("year") for item in reading.owners(match.start()) or reading.evidence.items]
            known_years = [year for year in years if year is not None]
            ends = (float(match["first"]), float(match["last"]))
            return bool(years) and len(known_years) == len(years) and (min(known_years), max(known_years)) == ends
    return False


def _respectively(number: Number, reading: Reading) -> bool:
    """ "longer than it: 418 pages against 118": the second number of two is the second item's."""
    if len(reading.told) != 2 or not re.search(
        r"\b(?:against|versus|vs\.?|to)\s+$|\b\d{4} and $", reading.text[: number.start]
    ):
        return False
    first = [n for n in numbers_of(reading) if n.end <= number.start]
    one, other = reading.told[0].item, reading.told[1].item
    if not first or one is None or other is None:
        return False
    second = Number(number.start, number.end, number.value, number.unit or first[-1].unit)
    return _holds(first[-1], one, reading) and _holds(second, other, reading)


def _of_the_same_unit(number: Number, owners: Sequence[ItemEvidence], reading: Reading) -> bool:
    """ "ONE is liked by 71 simulated members, OTHER by 13": a bare number has the unit of the one before."""
    before = [n for n in numbers_of(reading) if n.end <= number.start and n.unit]
    if number.unit or not before:
        return False
    last = before[-1]
    if "simulated" in last.unit:
        return all(item.popularity is not None and item.popularity.people == number.value for item in owners)
    same = Number(number.start, number.end, number.value, last.unit)
    return all(_holds(same, item, reading) for item in owners)


def _difference(number: Number, owners: Sequence[ItemEvidence], reading: Reading) -> bool:
    """ "by fifteen pages", "thirty years older": whether two items of the sentence (or one and any other) are so far apart."""
    before, after = reading.masked[: number.start], reading.masked[number.end :]
    unit = re.match(r"\s*(?:years?|minutes?|pages?)\b", after)
    if number.unit and not number.unit.startswith(("page", "minute", "min", "year")):
        return False
    if not (re.search(r"\bby\s+$", before) or _APART.match(after[unit.end() if unit else 0 :])):
        return False
    topics: tuple[Topic, ...] = ("pages", "minutes", "year", "price")
    named = [m.item for m in reading.told if m.item is not None]
    others = [i for i in named if i not in owners] or [i for i in reading.evidence.items if i not in owners]
    apart = (
        abs(one - two)
        for topic in topics
        for item in owners
        for other in others
        if (one := item.number(topic)) is not None and (two := other.number(topic)) is not None
    )
    near = 0.1 if _LOOSE.search(before) or number.value >= 100 else 0.0
    return any(abs(gap - number.value) <= near * gap for gap in apart)


def _first_of_two(number: Number, reading: Reading) -> bool:
    """The first of two such numbers is the first item's."""
    following = [n for n in numbers_of(reading) if n.start >= number.end]
    return bool(following) and _respectively(following[0], reading)


def kind_counts(reading: Reading) -> tuple[tuple[re.Match[str], bool], ...]:
    """The places where items of a kind are counted (“two films”), each with whether the list has so many."""
    found = []
    for match in _COUNTED.finditer(reading.masked):
        said = match["n"].casefold()
        value = SPELT.get(said, 0) if not said.isdigit() else int(said)
        kind = next(k for k, words in _COUNTED_KINDS.items() if re.fullmatch(words, match["kind"].casefold()))
        own = [i for i in reading.evidence.items if kind in {k.casefold() for k in i.of("kind")}]
        unknown = not any(i.of("kind") for i in reading.evidence.items)
        said_there = any(
            match.group().casefold() in t.casefold() for i in reading.owners(match.start()) for t in i.texts
        )
        found.append((match, unknown or len(own) == value or said_there))
    return tuple(found)


def _wrong(match: re.Match[str]) -> Finding:
    return Finding(start=match.start(), end=match.end(), why=f"“{match.group()}” does not hold")


def _finding(number: Number, owners: Sequence[ItemEvidence], reading: Reading) -> Finding:
    said = reading.text[number.start : number.end]
    fix = None
    if len(owners) == 1:
        item = owners[0]
        if 1000 <= number.value <= 2100 and not number.unit and (year := item.number("year")) is not None:
            others = [n for n in numbers_of(reading) if n is not number and n.value == year]
            fix = str(int(year)) if not others and _DATED.search(reading.text[: number.start]) else None
        elif (
            m := re.match(r"simulated |people|member|person|user|others|readers|viewers|listeners|fans", number.unit)
        ) and m:
            people = item.popularity
            if people is not None and people.people == number.value and people.simulated:
                end = number.start + len(said.split()[0])
                after = re.match(
                    r"\s*(?:people|members?|persons?|users?|others|readers|viewers|listeners|fans)(?:\s+here)?",
                    reading.text[end:],
                )
                if after:
                    return Finding(
                        start=number.start,
                        end=end + after.end(),
                        why="these members are simulated",
                        fix=f"{people.people} simulated members",
                    )
    return Finding(start=number.start, end=number.end, why=f"{said} does not hold", fix=fix)


def _holds(number: Number, item: ItemEvidence, reading: Reading) -> bool:
    unit, value = number.unit, number.value
    if unit in {"%", "percent", "per cent"}:
        return _share_holds(number, item, reading)
    if re.match(r"(simulated )?(people|member|person|user|reader|viewer|listener|fan|other)", unit):
        people = item.popularity
        return (
            people is not None
            and people.people == value
            and (not people.simulated or "simulated" in reading.clause(number.start))
        )
    topics: tuple[Topic, ...] = ("year",)
    if unit.startswith(("min", "hour", "hr")) or unit == "about":
        topics, value = ("minutes",), value * 60 if unit.startswith(("hour", "hr")) else value
    elif unit.startswith(("page", "pp")):
        topics = ("pages",)
    elif unit in {"price", "dollars", "euros", "pounds"}:
        topics = ("price",)
    elif not (1000 <= value <= 2100):
        topics = ("minutes", "pages", "price")
    if unit in {"", "st", "nd", "rd", "th"} and item.popularity and item.popularity.place == value:
        return True
    own = [n for topic in topics if (n := item.number(topic)) is not None]
    if any(_compares(n, value, reading.text[: number.start], loose=unit == "about") for n in own):
        return True
    return _in_texts(number, item, reading)


def _compares(own: float, value: float, before: str, *, loose: bool) -> bool:
    if _UNDER.search(before):
        return own <= value
    if _OVER.search(before):
        return own >= value
    near = 0.12 if loose else 0.06
    if loose or _LOOSE.search(before):
        return abs(own - value) <= near * max(own, 1) if own < 1000 else abs(own - value) <= 60
    return abs(own - value) < 0.01


def _in_texts(number: Number, item: ItemEvidence, reading: Reading) -> bool:
    """Whether a passage has the number with the word that follows it."""
    said = reading.text[number.start : number.end]
    following = re.match(r"[\s-]*(\w+)", reading.text[number.end :])
    word = following.group(1).casefold()[:5] if following else ""
    return any(
        re.search(rf"(?<!\d){re.escape(said)}(?!\d)[\s-]*(?:{re.escape(word)})", text, re.IGNORECASE)
        for text in item.texts
    )


def _share_holds(number: Number, item: ItemEvidence, reading: Reading) -> bool:
    """A share is of the match, of the liked title that stands with it."""
    if _in_texts(number, item, reading) and re.search(r"pictur|seen|see|model|sure|tag", reading.text, re.IGNORECASE):
        return True
    if not _MATCH.search(reading.masked):
        return False
    shares = {_key(liked.title): round(min(liked.share, 1) * 100) for liked in item.liked}
    others = [m for m in reading.mentions if m.item is None or m.title != item.title]
    named = [m for m in others if _key(m.title) in shares] or others
    before = [m for m in named if m.end <= number.start]
    after = [m for m in named if m.start >= number.end]
    between = re.split(r"[,;]|\band\b", reading.masked[number.end : after[0].start])[0] if after else ""
    closest = (
        after[0]
        if after and len(between) == after[0].start - number.end
        else (before[-1] if before else after[0] if after else None)
    )
    if closest is None:
        return len(shares) == 1 and abs(number.value - next(iter(shares.values()))) <= 1
    share = shares.get(_key(closest.title))
    return share is not None and abs(number.value - share) <= 1


def _key(title: str) -> str:
    return title.casefold()


def _of_the_list(number: Number, reading: Reading) -> bool:
    """Whether a number counts the items of the list."""
    counted = re.match(
        r"films?|books?|works?|items?|pieces|picks|titles|suggestions|options|choices|others|ones|of them", number.unit
    )
    return bool(counted) and 0 < number.value <= len(reading.evidence.items)


def _asked(number: Number, reading: Reading) -> bool:
    """Whether the person said the number."""
    said = reading.text[number.start : number.end]
    return bool(re.search(rf"(?<!\d){re.escape(said)}(?!\d)", f"{reading.evidence.message} {reading.evidence.wished}"))


def _size_holds(size: re.Match[str], reading: Reading) -> bool:
    """Whether an item that is called short or long is that, where its length is known."""
    if re.match(
        r"[\s-]+(?:stories|story|tales?)\b", reading.text[size.end() :]
    ) or size.group().casefold() not in known("soft") | {"brief", "lengthy", "longish", "sprawling", "hefty", "tiny"}:
        return True
    if re.search(r"\b(?:minutes?|mins?|hours?|pages?|seconds?)[ -]$", reading.text[: size.start()]):
        return True  # “three minutes long” is a number
    if re.search(
        r"\b(?:not|hardly|never|isn['’]t|no|anything but|far from|neither)\s+(?:\w+\s+)?$",
        reading.masked[: size.start()],
    ):
        return True
    for item in reading.owners(size.start()):
        if any(size.group().casefold() in text.casefold() for text in item.texts):
            continue
        for topic, (short, long) in _SIZES.items():
            own = item.number(topic)
            if own is not None and (
                own > short
                if size["short"] and size.group().casefold() != "little"
                else own < long
                if size["long"]
                else False
            ):
                return False
    return True
