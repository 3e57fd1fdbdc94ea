"""What a change of taste did to a list, and what holds for every list of a person. Pure: two rankings go in, moves come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.catalogue import Catalogue
from retrieval.comparing import differences
from retrieval.filters import admitted, check
from retrieval.ranking import Scored
from vouch.answers import Move
from vouch.errors import BadFilter
from vouch.types import AttributeValue, Filter, Query, Schema, Taste

LOOKED_AT = 20
"""Places of both rankings that are compared."""
_POSITIVE = frozenset({"=", "any_of", "all_of"})


def moves(
    catalogue: Catalogue, before: Sequence[Scored], after: Sequence[Scored], *, out: tuple[Taste, Taste], k: int
) -> tuple[Move, ...]:
    """The items among the first k of either ranking whose place changed, the largest move first, ties by the place now.

    `out`: the tastes before and after, which say what was shut out by them.
    """
    was, now = _places(before), _places(after)
    parts = {one.item_id: one.parts for one in before}, {one.item_id: one.parts for one in after}
    ruled = _ruled_out(catalogue, *out), _ruled_out(catalogue, *reversed(out))
    near = {i for places in (was, now) for i, place in places.items() if place <= k}
    moved = [i for i in near if was.get(i) != now.get(i)]
    shoved = {i for i in moved if _makes_room(i, was, now)}
    found = [
        Move(
            item_id=i,
            title=catalogue.by_id[i].title,
            was=was.get(i),
            now=now.get(i),
            part=_own_cause(i, out, ruled) or _part(i, parts, up=now.get(i, LOOKED_AT + 1) < was.get(i, LOOKED_AT + 1))
            if i not in shoved
            else "room",
        )
        for i in moved
    ]
    return tuple(sorted(found, key=lambda m: (-_size(m), m.now or LOOKED_AT + 1, m.item_id)))


def with_standing(query: Query, schema: Schema) -> Query:
    """The query with what its people said holds for every list; what is asked for now outweighs what was said of itself before.

    What is never to be broken is a veto of each person of a group; what one of them would rather have counts in their own list only.
    A condition that the catalogue no longer knows is passed over.
    """
    asked = [f for f in (*query.filters, *query.prefer) if f.op in _POSITIVE]
    held = [one for taste in query.tastes for one in taste.standing if not _asked_for(one.filter, asked)]
    known = [(one, checked) for one in held if (checked := _checked(schema, one.filter)) is not None]
    hard = [f for one, f in known if one.hard and f not in query.filters]
    soft = [f for one, f in known if not one.hard and f not in query.prefer and len(query.tastes) == 1]
    filters, prefer = dict.fromkeys([*query.filters, *hard]), dict.fromkeys([*query.prefer, *soft])
    return replace(query, filters=tuple(filters), prefer=tuple(prefer))


def _places(ranking: Sequence[Scored]) -> dict[str, int]:
    return {one.item_id: place for place, one in enumerate(ranking, start=1)}


def _size(move: Move) -> int:
    return abs((move.was or LOOKED_AT + 1) - (move.now or LOOKED_AT + 1))


def _own_cause(item_id: str, out: tuple[Taste, Taste], ruled: tuple[frozenset[str], frozenset[str]]) -> str:
    """Where it is the person's word on the item itself: "met" or "free" again, "barred" by a condition or "admitted" again."""
    before, after = out
    if item_id in after.out ^ before.out:
        return "met" if item_id in after.out else "free"
    return "barred" if item_id in ruled[0] else "admitted" if item_id in ruled[1] else ""


def _part(
    item_id: str, parts: tuple[Mapping[str, Mapping[str, float]], Mapping[str, Mapping[str, float]]], *, up: bool
) -> str:
    """The part of the score that changed most in the direction of the move; "" where none did."""
    old, new = parts[0].get(item_id, {}), parts[1].get(item_id, {})
    gaps = {name: gap if up else -gap for name, gap in differences(new, old).items() if name != "diversity"}
    name = max(sorted(gaps), key=lambda part: gaps[part], default="")
    if not name or gaps[name] <= 0 or not (up or old):
        return ""
    return "lost" if not up and name not in new and new else name


def _makes_room(item_id: str, was: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether an item only moved up because as many before it have left."""
    if item_id not in was or item_id not in now or now[item_id] > was[item_id]:
        return False
    left = sum(place < was[item_id] for i, place in was.items() if i not in now)
    return was[item_id] - now[item_id] <= left


def _ruled_out(catalogue: Catalogue, before: Taste, after: Taste) -> frozenset[str]:
    """The items that fail a condition which holds for every list in `after` and did not in `before`."""
    new = [one.filter for one in after.standing if one.hard and one not in before.standing]
    known = [checked for f in new if (checked := _checked(catalogue.schema, f)) is not None]
    return frozenset(catalogue.by_id) - admitted(catalogue, known) if known else frozenset()


def _asked_for(standing: Filter, asked: Sequence[Filter]) -> bool:
    """Whether a query asks for just what a standing condition rules out (“a horror film after all”), or sets the same bound itself."""
    wanted = {v for f in asked if f.attribute == standing.attribute for v in _values(f.value)}
    return bool(standing.op in {"none_of", "!="} and wanted & set(_values(standing.value)))


def _checked(schema: Schema, wanted: Filter) -> Filter | None:
    try:
        return check(schema, wanted)
    except BadFilter:
        return None


def _values(value: AttributeValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)
