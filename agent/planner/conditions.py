"""One thing that a message demands or would like, with the words that said it; and the readers' shared view of those words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from agent.planner.words import Message
from vouch.types import FilterOp

Json = str | float | bool | list[str]
RULES_OUT = frozenset({"none_of", "!="})
"""The operators of conditions that rule values out."""
OPPOSITE: dict[FilterOp, FilterOp] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Words start..end (end excluded) say this. `hard`: a filter, else a preference. `keep`: the words stay in the query's text.

    `lasting`: said of the person ("I hate horror"), so it holds for later questions too.
    """

    attribute: str
    op: FilterOp
    value: Json
    start: int = 0
    end: int = 0
    hard: bool = True
    keep: bool = False
    lasting: bool = False

    @property
    def rules_out(self) -> bool:
        """Whether it names what is not wished."""
        return self.op in RULES_OUT

    @property
    def argument(self) -> dict[str, Json]:
        """The condition as a tool's argument."""
        return {"attribute": self.attribute, "op": self.op, "value": self.value}


@dataclass(frozen=True, kw_only=True)
class Size:
    """“Short”, “cheap”, “not too long”: `share` of the items that have the attribute should lie on the wished side (`op`). `most`: a superlative."""

    topic: str
    op: FilterOp
    share: float
    start: int
    end: int
    keep: bool = False
    most: bool = False


@dataclass
class Reading:
    """What has been read of one message so far. `claimed` has one entry a word: None, "drop" or "keep" (stays in the query's text).
    `rewritten`: word places whose word stands otherwise in the query's text (“funnier” -> “funny”).
    `titled`: word places of titles.
    """

    message: Message
    claimed: list[str | None] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rewritten: dict[int, str] = field(default_factory=dict)
    titled: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.claimed:
            self.claimed = [None] * len(self.message.words)

    def free(self, start: int, end: int) -> bool:
        """Whether nobody has claimed these words."""
        return all(self.claimed[place] is None for place in range(start, end))

    def year_behind(self, end: int) -> bool:
        """Whether a year in brackets stands at a place, as behind a title."""
        words = self.message.words
        return (
            end < len(words) and "(" in words[end].stop and bool(re.fullmatch(r"(?:1[89]|20)\d\d", words[end].folded))
        )

    def claim(self, start: int, end: int, how: str = "drop") -> None:
        """Marks words as read."""
        for place in range(start, min(end, len(self.claimed))):
            self.claimed[place] = how

    def add(self, condition: Condition) -> None:
        """Takes a condition and its words."""
        self.conditions.append(condition)
        self.claim(condition.start, condition.end, "keep" if condition.keep else "drop")

    def matches(self, pattern: re.Pattern[str]) -> list[tuple[int, int, re.Match[str]]]:
        """The pattern's matches over the folded words that are free, as word places."""
        text = self.message.folded
        starts, place = {}, 0
        for number, word in enumerate(self.message.words):
            starts[place] = number
            place += len(word.folded) + 1
        ends = {start + len(self.message.words[number].folded): number + 1 for start, number in starts.items()}
        found = []
        for match in pattern.finditer(text):
            low, high = starts.get(match.start()), ends.get(match.end())
            if low is not None and high is not None and self.free(low, high):
                found.append((low, high, match))
        return found


def needless(bounds: Sequence[tuple[str, str, object]], single: Collection[str] = ()) -> frozenset[int]:
    """The places of (attribute, operator, value) conditions that another makes needless: a tighter bound of the same direction, or the one
    value that is demanded where others are ruled out. `single`: the attributes of which an item has one value.

    >>> sorted(needless([("minutes", "<", 10.0), ("minutes", "<", 5.0), ("minutes", ">", 1.0), ("kind", "=", "film")]))
    [0]
    >>> sorted(needless([("kind", "none_of", ["book"]), ("kind", "=", "film")], {"kind"}))
    [0]
    """
    tightest: dict[tuple[str, str], int] = {}
    demanded = {attribute: value for attribute, op, value in bounds if op == "=" and attribute in single}
    loose = {
        place
        for place, (attribute, op, value) in enumerate(bounds)
        if op == "none_of" and isinstance(value, list) and attribute in demanded and demanded[attribute] not in value
    }
    for place, (attribute, op, value) in enumerate(bounds):
        if op not in {"<", "<=", ">", ">="}:
            continue
        before = tightest.get((attribute, op[0]))
        if before is None:
            tightest[attribute, op[0]] = place
            continue
        number, other = float(str(value)[:10]), float(str(bounds[before][2])[:10])
        tighter = number < other if op[0] == "<" else number > other
        loose.add(before if tighter else place)
        tightest[attribute, op[0]] = place if tighter else before
    return frozenset(loose)
