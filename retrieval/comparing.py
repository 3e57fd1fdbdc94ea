"""Why an item is not in a list, and two items beside each other. Pure: what was ranked goes in, typed answers come out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.columns import RangeColumn
from retrieval.item_sets import all_of, mask_of, mask_of_ids
from retrieval.ranking import Scored
from vouch.answers import Contrast, FailedFilter, Obstacle
from vouch.types import AttributeValue, Filter, FilterOp, Preference, Query, Relaxation

_UPPER: frozenset[FilterOp] = frozenset({"<", "<="})
_RANGES: frozenset[FilterOp] = frozenset({"<", "<=", ">", ">="})


def failed_filters(catalogue: Catalogue, filters: Sequence[Filter], item_id: str) -> tuple[FailedFilter, ...]:
    """The checked filters that an item does not meet, in their order."""
    index, item = catalogue.index_of[item_id], catalogue.by_id[item_id]
    return tuple(
        FailedFilter(filter=wanted, value=item.attributes.get(wanted.attribute))
        for wanted in filters
        if not mask_of(catalogue, wanted)[index]
    )


def admitting_changes(catalogue: Catalogue, query: Query, item_id: str) -> tuple[Relaxation, ...]:
    """For each filter that the item fails the smallest change that it meets; () where it meets all.

    A range is widened to just the item's own value; any other filter, and one on what the item does not have, is left out.
    """
    failed = {one.filter for one in failed_filters(catalogue, query.filters, item_id)}
    changed = {wanted: _widened(catalogue, wanted, item_id) for wanted in failed}
    kept = [changed.get(wanted, wanted) for wanted in query.filters]
    out = {*query.exclude, *(i for taste in query.tastes for i in taste.out)}
    admitted = all_of(catalogue, [wanted for wanted in kept if wanted is not None]) & ~mask_of_ids(catalogue, out)
    count = int(np.count_nonzero(admitted))
    return tuple(
        Relaxation(filter=wanted, instead=changed[wanted], count=count) for wanted in query.filters if wanted in failed
    )


def shut_out_by(query: Query, item_id: str, failed: Sequence[FailedFilter]) -> Obstacle | None:
    """The first of the hard limits that keeps the item out, a person's own opinion before what was merely seen or shown."""
    if failed:
        return "filter"
    for taste in query.tastes:
        opinions: tuple[tuple[Obstacle, Sequence[Preference]], ...] = (
            ("hidden", taste.hidden),
            ("disliked", taste.disliked),
            ("liked", taste.liked),
            ("seen", taste.seen),
        )
        for obstacle, preferences in opinions:
            if any(preference.item_id == item_id for preference in preferences):
                return obstacle
    return "shown" if item_id in {*query.exclude, query.like_item} else None


def furthest_behind(item: Scored, other: Scored) -> tuple[str, float]:
    """The part in which an item is furthest behind another one ("" where it is in none), and the difference of the scores."""
    gaps = differences(other.parts, item.parts)
    part = max(sorted(gaps), key=lambda name: gaps[name], default="")
    return (part if part and gaps[part] > 0 else ""), other.score - item.score


def differences(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The parts of one score less those of another.

    >>> differences({"dense": 1.0}, {"dense": 0.25, "popular": 0.5})
    {'dense': 0.75, 'popular': -0.5}
    """
    return {name: one.get(name, 0.0) - other.get(name, 0.0) for name in dict.fromkeys([*one, *other])}


def contrasts(catalogue: Catalogue, one: str, other: str) -> tuple[Contrast, ...]:
    """Each attribute that at least one of two items has, in the schema's order."""
    ours, theirs = catalogue.by_id[one].attributes, catalogue.by_id[other].attributes
    names = [a.name for a in catalogue.schema.attributes if a.name in ours or a.name in theirs]
    return tuple(
        Contrast(
            attribute=name,
            one=ours.get(name),
            other=theirs.get(name),
            shared=_shared(ours.get(name), theirs.get(name)),
        )
        for name in names
    )


def _widened(catalogue: Catalogue, wanted: Filter, item_id: str) -> Filter | None:
    attribute = catalogue.attribute(wanted.attribute)
    column = catalogue.column(attribute) if attribute else None
    if wanted.op not in _RANGES or not isinstance(column, RangeColumn):
        return None
    own = float(column.values[catalogue.index_of[item_id]])
    if np.isnan(own):
        return None
    value: AttributeValue = datetime.date.fromordinal(int(own)).isoformat() if column.dates else own
    instead = Filter(attribute=wanted.attribute, op="<=" if wanted.op in _UPPER else ">=", value=value)
    return instead if mask_of(catalogue, instead)[catalogue.index_of[item_id]] else None


def _shared(one: AttributeValue | None, other: AttributeValue | None) -> tuple[str, ...]:
    if one is None or other is None:
        return ()
    if isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(value for value in one if value in other)
    return (str(one),) if one == other and isinstance(one, str) else ()
