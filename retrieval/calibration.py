"""Calibration: the genres of a list in about the shares in which the person's likes have them. Pure.

Steck 2018, “Calibrated recommendations” (RecSys): a list I is chosen greedily for

    (1 - lambda) * sum of s(i) - lambda * KL(p, q~),   KL(p, q~) = sum over g of p(g) log(p(g) / q~(g)),   q~ = (1 - a) q + a p

p(g): the mean over the likes, by their weights, of p(g|i); q(g): the mean over the items of the list; p(g|i) = 1 / (how many
genres i has) for each of its own (equations 2 to 6, a = .01). Here the term is a price, like that of diversity: an item pays the share
`STRENGTH` times what KL would be with it, less what it would be with the best of the others. Greedy choice by that is Steck's
but for the scale, and a price can be told as a part of the score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.tastes import like_weights
from vouch.types import Item, Query

STRENGTH = 0.05
"""By `python -m eval ranking --data FOLDER --validation --parts all shown`, rows `vouch`: of lists of ten the divergence falls from .714 to
.700 on ml-100k (nDCG@10 .4467, .4459) and from .660 to .656 on ml-1m-multvae (.3490, .3490)."""
LONGEST = 20
"""Longer lists are for counting, not for looking at, and a mix over their whole length costs more than it brings."""
LIKES_FROM = 5
"""From so many likes with a value on there is a mix to speak of."""
VALUES = range(3, 41)
"""An attribute with so many values sorts the catalogue into kinds; with more it is a name, such as a creator."""
SMOOTHING = 0.01

Shares = NDArray[np.float64]


class Calibration:
    """One list's calibration, as a term of `ranking.diversify`.

    Args:
        wanted: the person's mix, shape (n_values,), sums to 1.
        own: p(g|i) of each candidate, shape (n_items, n_values); zeros for an item without a value.

    >>> half = Calibration(np.array([0.5, 0.5]), np.eye(2), strength=1.0)
    >>> half.take(0)
    >>> half.shares().round(2).tolist()  # the other kind makes the mix whole
    [1.96, 0.0]
    """

    name = "calibration"

    def __init__(self, wanted: Shares, own: Shares, *, strength: float = STRENGTH) -> None:
        self._wanted = wanted
        self._own = own
        self._has: Shares = np.asarray(own.any(axis=1, keepdims=True), dtype=np.float64)
        self._strength = strength
        self._sum = np.zeros(len(wanted))
        self._count = 0.0

    def shares(self) -> Shares:
        """What each candidate would pay if it were taken next, as a share of its score; 0 for the best, shape (n_items,)."""
        counts = np.maximum(self._count + self._has, 1.0)
        mixed = (1 - SMOOTHING) * (self._sum + self._own) / counts + SMOOTHING * self._wanted
        held = self._wanted > 0
        wanted = self._wanted[held]
        divergence: Shares = np.sum(wanted * np.log(wanted / mixed[:, held]), axis=1)
        return np.asarray(self._strength * (divergence - divergence.min()), dtype=np.float64)

    def take(self, place: int) -> None:
        """From here on the candidate at this place is in the list."""
        self._sum = self._sum + self._own[place]
        self._count += float(self._has[place, 0])


@dataclass(frozen=True)
class Kind:
    """An attribute that says what kind of thing an item is. `places`: each value's column in a mix."""

    attribute: str
    places: Mapping[str, int]


def calibration(catalogue: Catalogue, query: Query, item_ids: Sequence[str]) -> Calibration | None:
    """The calibration of a list of these candidates; None where the query asks for something, or too little is liked.

    Who asks by words, by an item, by a filter or a preference on the attribute has said what the list should be of; of several
    people nobody's mix is the list's.
    """
    kind = kind_of(catalogue)
    if (
        query.k > LONGEST
        or kind is None
        or not item_ids
        or query.text.strip()
        or query.like_item
        or len(query.tastes) != 1
    ):
        return None
    if any(one.attribute == kind.attribute for one in (*query.filters, *query.prefer)):
        return None
    likes = {i: w for i, w in like_weights(query.tastes).items() if w > 0 and i in catalogue.index_of}
    liked = mixes(catalogue, kind, list(likes))
    if int(liked.any(axis=1).sum()) < LIKES_FROM:
        return None
    wanted = np.array(list(likes.values())) @ liked
    return Calibration(wanted / wanted.sum(), mixes(catalogue, kind, item_ids))


@lru_cache(maxsize=4)
def kind_of(catalogue: Catalogue) -> Kind | None:
    """The attribute that sorts the catalogue into kinds: the list, else the category, of few values that most items have."""
    found: list[tuple[tuple[bool, int], Kind]] = []
    for attribute in catalogue.schema.attributes:
        if attribute.type in {"list", "category"}:
            counts = Counter(word for item in catalogue.items for word in _words(item, attribute.name))
            if len(counts) in VALUES:
                place = {word: column for column, word in enumerate(counts)}
                found.append(((attribute.type == "list", sum(counts.values())), Kind(attribute.name, place)))
    return max(found, key=lambda pair: pair[0], default=(None, None))[1]


def mixes(catalogue: Catalogue, kind: Kind, item_ids: Sequence[str]) -> Shares:
    """p(g|i) of some items, shape (n, n_values); zeros for an item without a value."""
    found = np.zeros((len(item_ids), len(kind.places)))
    for row, item_id in enumerate(item_ids):
        own = [kind.places[word] for word in _words(catalogue.by_id[item_id], kind.attribute)]
        found[row, own] = 1 / max(len(own), 1)
    return found


def _words(item: Item, attribute: str) -> tuple[str, ...]:
    value = item.attributes.get(attribute, ())
    return tuple(dict.fromkeys(value)) if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
