"""Quotas: of one value of an attribute at most so many items in a list. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue, attribute_of
from retrieval.ranking import Scored
from vouch.errors import BadFilter
from vouch.types import Item, Note, Quota, Schema


class Quotas:
    """The quotas of one list, as a term of `ranking.diversify`: what would be one too many may not be taken.

    An item with several values counts for each of them; an item without one is not counted.
    """

    name = "quotas"

    def __init__(self, catalogue: Catalogue, quotas: Sequence[Quota], item_ids: Sequence[str]) -> None:
        self._places: dict[tuple[str, str], list[int]] = {}
        self._values: list[list[tuple[str, str]]] = [[] for _ in item_ids]
        self._room: dict[tuple[str, str], int] = {}
        for quota in quotas:
            for place, item_id in enumerate(item_ids):
                for word in _words(catalogue.by_id[item_id], quota.attribute):
                    value = (quota.attribute, word)
                    self._values[place].append(value)
                    self._places.setdefault(value, []).append(place)
                    self._room[value] = min(quota.most, self._room.get(value, quota.most))
        self._shares = np.zeros(len(item_ids))

    def shares(self) -> NDArray[np.float64]:
        """0 for what may be taken now, infinite for what may not, shape (n_items,)."""
        return self._shares

    def take(self, place: int) -> None:
        """From here on the item at this place counts."""
        for value in self._values[place]:
            self._room[value] -= 1
            if self._room[value] < 1:
                self._shares[self._places[value]] = np.inf


def check(schema: Schema, quota: Quota) -> Quota:
    """The quota with the attribute in the catalogue's own spelling.

    Raises:
        BadFilter: the schema has no such attribute, or fewer than 1 item would be left of a value.
    """
    attribute = attribute_of(schema, quota.attribute)
    if attribute is None:
        raise BadFilter(f"There is no attribute “{quota.attribute}”.", tuple(a.name for a in schema.attributes))
    if quota.most < 1:
        raise BadFilter(f"At most {quota.most} of one {attribute.name} would leave nothing; the least is 1.")
    return Quota(attribute=attribute.name, most=quota.most)


def keeping(
    catalogue: Catalogue, quotas: Sequence[Quota], listed: Sequence[Scored], others: Sequence[Scored]
) -> tuple[Scored, ...]:
    """Those of the others with any one of which the list still keeps all quotas."""
    return tuple(one for one in others if met(catalogue, quotas, [item.item_id for item in (*listed, one)]))


def met(catalogue: Catalogue, quotas: Sequence[Quota], item_ids: Sequence[str]) -> bool:
    """Whether a list keeps all quotas."""
    items = [catalogue.by_id[item_id] for item_id in item_ids]
    return all(
        max(Counter(word for item in items for word in _words(item, quota.attribute)).values(), default=0) <= quota.most
        for quota in quotas
    )


def told(quotas: Sequence[Quota], *, wished: Sequence[Scored], listed: Sequence[Scored], k: int) -> tuple[Note, ...]:
    """What the quotas did to a list of at most k; () where it would be the same without them. `wished`, `listed`: the list without and with."""
    gone = len({one.item_id for one in wished} - {one.item_id for one in listed})
    if not gone:
        return ()
    limits = " and ".join(f"at most {quota.most} of one {quota.attribute.replace('_', ' ')}" for quota in quotas)
    others = (
        "others stand in their place"
        if len(listed) >= min(k, len(wished))
        else "there is no more to put in their place"
    )
    one = (
        "1 item that would stand here is left out" if gone == 1 else f"{gone} items that would stand here are left out"
    )
    return (Note(kind="quota", text=f"{limits[0].upper()}{limits[1:]}: {one}, {others}."),)


def _words(item: Item, attribute: str) -> tuple[str, ...]:
    value = item.attributes.get(attribute)
    if value is None:
        return ()
    return tuple(dict.fromkeys(value)) if isinstance(value, tuple) else (str(value),)
