"""Numbers as people say them: “three hundred”, “a hundred and twenty”, “nineteen twenty-seven”. Patterns over folded words, and their values."""

from __future__ import annotations

import re

_DIGITS = {
    word: n for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)
}
_TEENS = {
    word: n
    for n, word in enumerate(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        10,
    )
}
_TENS = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
COUNT = rf"(?:\d{{1,2}}|{'|'.join([*_DIGITS][1:])}|ten|eleven|twelve)"
"""How many of a list, from two on in words."""
_BELOW = _DIGITS | _TEENS | _TENS
_LARGE = {"hundred": 100, "thousand": 1000}
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})(?: (?:{'|'.join(_DIGITS)}))?|{'|'.join(_TEENS)}|{'|'.join(_DIGITS)})"
AMOUNT = (
    rf"(?:\d+(?:\.\d+)?|(?:(?:an?|{_BELOW_HUNDRED}) )?(?:hundred|thousand)(?: (?:and )?{_BELOW_HUNDRED})?"
    rf"|{_BELOW_HUNDRED}|half|an|a)"
)
_TWO_DIGITS = rf"(?:(?:{'|'.join(_TENS)})(?: (?:{'|'.join(_DIGITS)}))?|{'|'.join(_TEENS)}|oh? (?:{'|'.join(_DIGITS)}))"
YEAR = (
    rf"(?:1[0-9]\d\d|20\d\d|(?:fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
    rf" (?:hundred(?: and)?(?: {_BELOW_HUNDRED})?|{_TWO_DIGITS}))"
)


def amount_of(said: str) -> float:
    """The value of words that AMOUNT matches.

    >>> [amount_of(said) for said in ("120", "half", "a", "three hundred", "a hundred and twenty", "forty five")]
    [120.0, 0.5, 1.0, 300.0, 120.0, 45.0]
    """
    if said[0].isdigit():
        return float(said)
    if said == "half":
        return 0.5
    total = 0
    for word in said.split():
        if word in _LARGE:
            total = max(total, 1) * _LARGE[word]
        else:
            total += 1 if word in {"a", "an"} else _BELOW.get(word, 0)
    return float(total)


def year_of(said: str) -> float:
    """The year of words that YEAR matches.

    >>> [year_of(said) for said in ("1922", "nineteen twenty seven", "eighteen hundred and five", "nineteen oh five")]
    [1922.0, 1927.0, 1805.0, 1905.0]
    """
    if said[0].isdigit():
        return float(said)
    century, *rest = said.split()
    return 100.0 * _BELOW[century] + sum(
        _BELOW.get(word, 0) for word in re.sub(r"\b(?:hundred|and|oh?)\b", "", " ".join(rest)).split()
    )
