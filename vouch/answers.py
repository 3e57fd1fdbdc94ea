"""The nouns of questions about lists: why not this item, how two compare, what a change of taste moved. Frozen values, as in `types`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vouch.types import AttributeValue, Filter, Item, Recommendation, Relaxation


@dataclass(frozen=True, kw_only=True)
class FailedFilter:
    """A filter that the item does not meet, with the item's own value; None where it has none."""

    filter: Filter
    value: AttributeValue | None


@dataclass(frozen=True, kw_only=True)
class Move:
    """An item that a change of taste moved in a list: its place before and after, None: not among those looked at.

    `part` is the part of the score that changed most the same way; "met": the person has met it now, "free": no more; "barred": a
    condition rules it out now, "admitted": no more; "room": only what stood before it has left; "lost": a
    source of its score has nothing to say of it any more.
    """

    item_id: str
    title: str
    was: int | None
    now: int | None
    part: str = ""


Obstacle = Literal["filter", "liked", "disliked", "hidden", "seen", "shown", "outranked"]


@dataclass(frozen=True, kw_only=True)
class WhyNot:
    """What keeps an item out of the answer to a query, and the smallest change that would let it in.

    `stopped_by` is the first thing that does; None: it is in the list, at `place`. `rank` is its place among the `of` items that
    would be ranked if nothing shut it out, before diversity. `failed` has every filter that it fails, `changes` one change for each;
    together they admit it, and `count` is then how many items all filters admit. Where others are better, `part` is the part of the score in
    which it is furthest behind the last item listed, `behind` the difference of their scores, and `k` how long a list has it (None: a longer
    one has not).
    """

    item: Item
    stopped_by: Obstacle | None
    rank: int
    of: int
    place: int | None = None
    failed: tuple[FailedFilter, ...] = ()
    changes: tuple[Relaxation, ...] = ()
    part: str = ""
    behind: float = 0.0
    k: int | None = None


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One attribute of two items. `shared`: the values that both have; None: the item has no value."""

    attribute: str
    one: AttributeValue | None
    other: AttributeValue | None
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two items beside each other for one query. `parts` are those of `one` less those of `other`; they sum to the difference of the scores.

    `attributes`: what at least one of them has, in the schema's order; `likeness` of their contents in [0, 1].
    """

    one: Recommendation
    other: Recommendation
    parts: Mapping[str, float]
    attributes: tuple[Contrast, ...]
    likeness: float
