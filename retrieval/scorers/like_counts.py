"""How many people like each item, and how many lately: the plainest model, and the first baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.tastes import LIKES
from vouch.types import Interaction

DAY_S = 86_400.0
HALF_LIVES_DAYS = (7.0, 30.0, 90.0, 365.0)
"""Those that are tried beside none."""
LATEST = 0.1
"""The share of the likes, the last ones, that a half-life is to foretell."""
LISTED = 20
LEAST_DATED = 500
WORTH_IT = 1.02
"""A half-life has to foretell so much more than plain counts."""


@dataclass(frozen=True, eq=False)
class LikeCounts:
    """`counts`: people who like each item, in the catalogue's order, shape (n_items,).

    `recent`: the same with each like worth half after every half-life, relative to the latest; None where likes do not age.
    """

    counts: NDArray[np.int64]
    recent: NDArray[np.float32] | None = None

    @classmethod
    def of(
        cls, catalogue: Catalogue, interactions: Iterable[Interaction], *, half_life_days: float | None = None
    ) -> LikeCounts:
        """Counted from interactions, one a person and item, the latest."""
        latest = {(i.user_id, i.item_id): i for i in sorted(interactions, key=lambda i: i.at) if i.kind in LIKES}
        counted = cls.from_mapping(catalogue, _count(item_id for _, item_id in latest))
        if half_life_days is None:
            return counted
        return counted.aged(catalogue, aged_counts(latest.values(), half_life_days))

    def aged(self, catalogue: Catalogue, recent: Mapping[str, float]) -> LikeCounts:
        """The same with item_id -> recent likes."""
        values = [recent.get(item_id, 0.0) for item_id in catalogue.item_ids]
        return LikeCounts(self.counts, np.array(values, dtype=np.float32))

    @classmethod
    def from_mapping(cls, catalogue: Catalogue, counts: Mapping[str, int]) -> LikeCounts:
        """From item_id -> people; items that are not there have none."""
        return cls(np.array([counts.get(item_id, 0) for item_id in catalogue.item_ids], dtype=np.int64))

    @property
    def strengths(self) -> NDArray[np.float32]:
        """What popularity ranks by: recent likes where they age, else all, shape (n_items,)."""
        return self.counts.astype(np.float32) if self.recent is None else self.recent

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The place of each item among all, from 1; equal counts share the better place."""
        descending = np.sort(self.counts)[::-1]
        return np.searchsorted(-descending, -self.counts, side="left") + 1

    @property
    def known(self) -> bool:
        """Whether anybody likes anything."""
        return bool(self.counts.any())


def choose_half_life(likes: Sequence[Interaction]) -> float | None:
    """The half-life in days with which the first nine tenths of the likes foretell the last tenth best, of HALF_LIVES_DAYS.

    What counts is how many of the last likes are among the 20 most popular items. None (likes do not age) where most likes have no
    date, where there are too few, and where none foretells 2 per cent more.
    """
    dated = sorted((like for like in likes if like.at > 0), key=lambda like: like.at)
    if len(dated) < max(LEAST_DATED, len(likes) // 2) or dated[0].at == dated[-1].at:
        return None
    cut = int((1 - LATEST) * len(dated))
    before, after = dated[:cut], [like.item_id for like in dated[cut:]]
    found = {days: _foretold(aged_counts(before, days), after) for days in HALF_LIVES_DAYS}
    plain = _foretold(_count(like.item_id for like in before), after)
    best = max(HALF_LIVES_DAYS, key=lambda days: found[days])
    return best if found[best] > WORTH_IT * plain else None


def aged_counts(likes: Iterable[Interaction], half_life_days: float) -> dict[str, float]:
    """item_id -> the sum over its likes of 2^(-age / half-life), the age in days before the latest like of all.

    >>> like = lambda item_id, day: Interaction(user_id="p", item_id=item_id, kind="like", at=day * DAY_S)
    >>> aged_counts([like("a", 1), like("a", 31), like("b", 31)], 30)
    {'a': 1.5, 'b': 1.0}
    """
    likes = tuple(likes)
    now = max((like.at for like in likes), default=0.0)
    counts: dict[str, float] = {}
    for like in likes:
        share = 2 ** (-(now - like.at) / DAY_S / half_life_days)
        counts[like.item_id] = counts.get(like.item_id, 0.0) + share
    return counts


def _foretold(strengths: Mapping[str, float], later: Sequence[str]) -> int:
    listed = frozenset(sorted(strengths, key=lambda item_id: -strengths[item_id])[:LISTED])
    return sum(item_id in listed for item_id in later)


def _count(item_ids: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item_id in item_ids:
        counts[item_id] = counts.get(item_id, 0) + 1
    return counts
