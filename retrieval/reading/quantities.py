"""Numbers as people write them: thousands separators, currencies, percent, units, durations. One text at a time; columns are judged elsewhere."""

from __future__ import annotations

import math
import re

CURRENCIES = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr", "元": "cny", "￥": "cny", "US$": "usd"}
_CODES = "USD|EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|SEK|NOK|DKK|PLN|CZK|BRL|MXN|KRW"
_CURRENCY = rf"(?:US\$|[$€£¥￥₹元]|{_CODES})"
_DOT = r"(?:\d{1,3}(?:[,'’ \u00a0\u202f]\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_COMMA = r"(?:\d{1,3}(?:[.'’ \u00a0\u202f]\d{3})+|\d+)(?:,\d+)?"
_TAIL = r"(?P<unit>%|[^\W\d_][^\W\d_.]*\.?(?: [^\W\d_]+)?|[^\W\d_]+/[^\W\d_]+|[\"″'′°])"
_PATTERNS = {
    comma: re.compile(
        rf"(?P<sign>[-+−]?)\s?(?P<before>{_CURRENCY})?\s?(?P<inner>[-−]?)(?P<number>{body})(?P<exponent>[eE][-+]?\d{{1,3}})?"
        rf"(?:(?P<times>[KMB])(?![^\W\d_]))?\s?(?:(?P<after>{_CURRENCY})|{_TAIL})?"
    )
    for comma, body in ((False, _DOT), (True, _COMMA))
}
_TIMES = {"K": 1e3, "M": 1e6, "B": 1e9}
_LONGEST = 48

_SYNONYMS = {
    "min": "min mins minute minutes minuten mn 分钟", "h": "h hr hrs hour hours std stunden 小时", "ms": "ms milliseconds", "s": "s sec secs second seconds",
    "days": "day days", "weeks": "week weeks", "months": "month months mo", "years": "year years yr yrs",
    "g": "g gram grams gr", "kg": "kg kilo kilos kilogram kilograms", "mg": "mg", "lb": "lb lbs pound pounds", "oz": "oz ounce ounces",
    "mm": "mm", "cm": "cm", "m": "m metre metres meter meters", "km": "km", "in": "in inch inches", "ft": "ft foot feet", "mi": "mi miles mile",
    "ml": "ml", "l": "l litre litres liter liters", "cl": "cl", "W": "w watt watts", "V": "v volt volts", "mAh": "mah", "kWh": "kwh",
    "KB": "kb", "MB": "mb", "GB": "gb", "TB": "tb", "Hz": "hz", "kHz": "khz", "MHz": "mhz", "GHz": "ghz", "bpm": "bpm", "fps": "fps", "px": "px",
    "kcal": "kcal cal calories", "pages": "page pages pp pgs seiten 页", "seasons": "season seasons", "episodes": "episode episodes eps ep",
    "tracks": "track tracks", "stars": "star stars", "votes": "vote votes", "pieces": "piece pieces pcs pc", "players": "player players",
    "mph": "mph", "points": "point points pts", "servings": "serving servings", "chapters": "chapter chapters",
    "reviews": "review reviews", "ratings": "rating ratings", "copies": "copy copies", "items": "item items", "%": "% percent",
}  # fmt: skip
UNITS = {word: unit for unit, words in _SYNONYMS.items() for word in words.split()}
"""Every known spelling of a unit, lower case, and how Vouch writes it."""

_DIMENSIONS = (
    {"ms": 1 / 60_000, "s": 1 / 60, "min": 1.0, "h": 60.0},
    {"mg": 0.001, "g": 1.0, "kg": 1000.0},
    {"oz": 1.0, "lb": 16.0},
    {"mm": 0.1, "cm": 1.0, "m": 100.0, "km": 100_000.0},
    {"in": 1.0, "ft": 12.0},
    {"ml": 1.0, "cl": 10.0, "l": 1000.0},
    {"KB": 0.001, "MB": 1.0, "GB": 1000.0, "TB": 1_000_000.0},
)
_HOURS = re.compile(
    r"(?:(?P<h>\d{1,3})\s?(?:h|hr|hrs|hour|hours)\.?)?\s*(?:,|and)?\s*(?:(?P<m>\d{1,3})\s?(?:m|min|mins|minute|minutes)?\.?)?"
    r"\s*(?:(?P<s>\d{1,2})\s?(?:s|sec|secs|seconds)\.?)?",
    re.IGNORECASE,
)
_COMPOSED = re.compile(r"\d\s?h\w*\.?\s*\d|^PT\d|^\d{1,3}:\d\d(?::\d\d)?(?:\.\d+)?$", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:\.\d+)?")
_ISO = re.compile(r"PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)(?:\.\d+)?S)?")


def parse_number(text: str, *, comma: bool = False) -> float | None:
    """The plain number in the text, or None. `comma`: 1.299,50 rather than 1,299.50.

    >>> parse_number("28,341,469"), parse_number("1.299,50", comma=True), parse_number("abc")
    (28341469.0, 1299.5, None)
    """
    quantity = parse_quantity(text, comma=comma)
    return quantity[0] if quantity and not quantity[1] else None


def parse_quantity(text: str, *, comma: bool = False) -> tuple[float, str] | None:
    """(number, unit as Vouch writes it or "" without one), or None where the text is something else.

    >>> parse_quantity("$1,299.00"), parse_quantity("142 min"), parse_quantity("93%"), parse_quantity("1 Season"), parse_quantity("7th")
    ((1299.0, '$'), (142.0, 'min'), (93.0, '%'), (1.0, 'seasons'), None)
    """
    text = text.strip()
    match = _PATTERNS[comma].fullmatch(text) if 0 < len(text) <= _LONGEST else None
    if match is None:
        return None
    digits = re.sub(r"['’ \u00a0\u202f]", "", match["number"])
    digits = digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", "")
    number = float(digits + (match["exponent"] or "")) * _TIMES.get(match["times"] or "", 1.0)
    if match["sign"] in {"-", "−"} or match["inner"]:
        number = -number
    unit = canonical_unit(match["unit"] or "", glued=bool(match["unit"]) and text[-len(match["unit"]) - 1].isdigit())
    if unit is None or not math.isfinite(number):
        return None
    return number, match["before"] or match["after"] or unit


def canonical_unit(word: str, *, glued: bool = False) -> str | None:
    """The unit as Vouch writes it; None for what only looks like one (7th, 1990s, 3D)."""
    word = word.strip().rstrip(".")
    known = UNITS.get(word.lower())
    if glued and word.split(" ")[0] in {"s", "st", "nd", "rd", "th"}:
        return None
    if known is not None or not word:
        return known or ""
    if word in {'"', "″"}:
        return "in"
    if word in {"'", "′"}:
        return "ft"
    if word == "°":
        return word
    return None if len(word) < 3 else word.lower()


def is_known_unit(unit: str) -> bool:
    """Whether it is one that Vouch knows, rather than a word that stood behind a number."""
    return unit in _SYNONYMS or unit in CURRENCIES or unit.isupper() or unit in {"%", "°"}


def conversion(unit: str, to: str) -> float | None:
    """What a number in `unit` is multiplied with to be in `to`; None where they measure different things.

    >>> conversion("kg", "g"), conversion("h", "min"), conversion("min", "seasons")
    (1000.0, 60.0, None)
    """
    for dimension in _DIMENSIONS:
        if unit in dimension and to in dimension:
            return dimension[unit] / dimension[to]
    same_money = unit in CURRENCIES and CURRENCIES[unit] == CURRENCIES.get(to, to.lower())
    return 1.0 if unit == to or same_money or CURRENCIES.get(to) == unit.lower() else None


def parse_minutes(text: str) -> float | None:
    """Minutes from "1h 32m", "2 hours", "PT1H32M", "1:32:00" and "3:45" (minutes and seconds), or None.

    >>> parse_minutes("1h 32m"), parse_minutes("2:03:00"), parse_minutes("3:45"), parse_minutes("soon")
    (92.0, 123.0, 3.75, None)
    """
    text = text.strip()
    if not 0 < len(text) <= _LONGEST:
        return None
    match = _CLOCK.fullmatch(text) or _ISO.fullmatch(text) or _HOURS.fullmatch(text)
    if match is None or not any(match.group("h", "m", "s")):
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.group("h", "m", "s"))
    return round(hours * 60 + minutes + seconds / 60, 4)


def is_composed(text: str) -> bool:
    """Whether the text says its length in hours and minutes, or as a clock does.

    >>> is_composed("1h 32m"), is_composed("3:45"), is_composed("95 min")
    (True, True, False)
    """
    return len(text) <= _LONGEST and bool(_COMPOSED.search(text.strip()))
