"""A wildcard: one item of a list that is unlike the rest of it, and unlike what the person knows, but still answers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retrieval.ranking import TEXT_SOURCES, Scored

WILDCARD = "wildcard"
"""The name under which a candidate's ranks say that it is one."""
DRAWN_FROM = 60
"""So many of the next items of the ranking may be it: further down nothing answers any more."""


def candidates(ranked: Sequence[Scored], chosen: Sequence[Scored]) -> tuple[Scored, ...]:
    """The items of a ranking that may be the wildcard of a list: the next ones; where the list answers words, only such as do too."""
    taken = {one.item_id for one in chosen}
    words = any(TEXT_SOURCES & one.parts.keys() for one in chosen)
    left = [one for one in ranked if one.item_id not in taken and one.score > 0]
    return tuple(one for one in left if not words or TEXT_SOURCES & one.parts.keys())[:DRAWN_FROM]


def with_wildcard(
    chosen: Sequence[Scored], others: Sequence[Scored], likeness: NDArray[np.float64]
) -> tuple[Scored, ...]:
    """The list with its last item replaced by the one of `others` that is least like all that it is compared with.

    `likeness`: shape (others, compared with), in [0, 1]; ties go to the better ranked. The list itself where there is no other.
    """
    if not others or len(chosen) < 2:
        return tuple(chosen)
    nearest = likeness.max(axis=1) if likeness.size else np.zeros(len(others))
    taken = others[int(np.argmin(nearest))]
    marked = replace(taken, candidate=replace(taken.candidate, ranks={**taken.candidate.ranks, WILDCARD: 1}))
    return (*chosen[:-1], marked)
