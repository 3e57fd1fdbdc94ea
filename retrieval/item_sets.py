"""Checked filters to sets of items: what each admits, the count after each, the smallest change that admits something.

Masks over the catalogue's order are the working form (a condition is one pass over an array); ids come out at the end.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.columns import Mask, RangeColumn
from vouch.types import Filter, FilterOp, Relaxation

_UPPER: frozenset[FilterOp] = frozenset({"<", "<="})
_RANGES: frozenset[FilterOp] = frozenset({"<", "<=", ">", ">="})


class ItemSet(frozenset[str]):
    """item_ids that remember the mask they came from, so that the sources need not make it again from thousands of ids.

    What is made of it (`&`, `|`) is a plain frozenset: a new set, without a mask.
    """

    catalogue: Catalogue
    mask: Mask

    @classmethod
    def of(cls, catalogue: Catalogue, mask: Mask) -> ItemSet:
        """The item_ids of a mask."""
        ids = catalogue.item_ids
        made = cls(ids if mask.all() else [ids[i] for i in np.flatnonzero(mask).tolist()])
        made.catalogue, made.mask = catalogue, mask
        return made


def mask_of(catalogue: Catalogue, wanted: Filter) -> Mask:
    """Which items meet a checked filter, shape (n_items,). An item without a value never does."""
    attribute = catalogue.attribute(wanted.attribute)
    if attribute is None:
        return np.zeros(len(catalogue.items), dtype=bool)
    return catalogue.column(attribute).meets(wanted.op, wanted.value)


def mask_of_ids(catalogue: Catalogue, item_ids: Collection[str]) -> Mask:
    """The mask of some items; ids that the catalogue does not have are passed over."""
    if isinstance(item_ids, ItemSet) and item_ids.catalogue is catalogue:
        return item_ids.mask
    mask = np.zeros(len(catalogue.items), dtype=bool)
    mask[[catalogue.index_of[i] for i in item_ids if i in catalogue.index_of]] = True
    return mask


def ids_of(catalogue: Catalogue, mask: Mask) -> ItemSet:
    """The item_ids of a mask."""
    return ItemSet.of(catalogue, mask)


def admitted(catalogue: Catalogue, wanted: Filter | Sequence[Filter]) -> frozenset[str]:
    """The item_ids that meet a checked filter, or all of several; every item for none."""
    filters = (wanted,) if isinstance(wanted, Filter) else tuple(wanted)
    return ids_of(catalogue, all_of(catalogue, filters))


def all_of(catalogue: Catalogue, filters: Sequence[Filter]) -> Mask:
    """The items that meet all checked filters."""
    mask = np.ones(len(catalogue.items), dtype=bool)
    for wanted in filters:
        mask &= mask_of(catalogue, wanted)
    return mask


def relaxations(
    catalogue: Catalogue, filters: Sequence[Filter], *, out: Collection[str] = (), limit: int = 4
) -> tuple[Relaxation, ...]:
    """The smallest changes of one filter that admit something, with how many items.

    A range is widened to the nearest value that admits an item; any other filter is left out (`instead` None). Widened
    ranges come first, the least widened (in parts of the attribute's spread) before the others; then what is left out,
    the fewest items first. `out`: item_ids that are not to be shown in any case. () where no single change helps.
    """
    free = ~mask_of_ids(catalogue, out)
    found: list[tuple[tuple[int, float], Relaxation]] = []
    for place, wanted in enumerate(filters):
        others = all_of(catalogue, [f for i, f in enumerate(filters) if i != place]) & free
        if not others.any():
            continue
        widened = _widened(catalogue, wanted, others)
        if widened is not None:
            found.append(widened)
        elif (count := int(others.sum())) > int((others & mask_of(catalogue, wanted)).sum()):
            found.append(((1, float(count)), Relaxation(filter=wanted, instead=None, count=count)))
    found.sort(key=lambda pair: pair[0])
    return tuple(relaxation for _, relaxation in found[:limit])


def _widened(catalogue: Catalogue, wanted: Filter, others: Mask) -> tuple[tuple[int, float], Relaxation] | None:
    """A range filter moved to the nearest value beyond it among `others`; None for other filters."""
    attribute = catalogue.attribute(wanted.attribute)
    column = catalogue.column(attribute) if attribute else None
    if wanted.op not in _RANGES or not isinstance(column, RangeColumn):
        return None
    beyond = column.values[others & ~mask_of(catalogue, wanted) & ~np.isnan(column.values)]
    if beyond.size == 0:
        return None
    nearest = float(beyond.min() if wanted.op in _UPPER else beyond.max())
    value = datetime.date.fromordinal(int(nearest)).isoformat() if column.dates else nearest
    op: FilterOp = "<=" if wanted.op in _UPPER else ">="
    instead = Filter(attribute=wanted.attribute, op=op, value=value)
    count = int((others & mask_of(catalogue, instead)).sum())
    spread = float(np.nanmax(column.values) - np.nanmin(column.values)) or 1.0
    low, high = column.bounds(wanted.value)
    step = abs(nearest - (high if wanted.op in _UPPER else low)) / spread
    return (0, step), Relaxation(filter=wanted, instead=instead, count=count)
