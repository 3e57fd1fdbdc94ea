"""Interactions to the taste that they show. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from vouch.own_taste import OwnTaste
from vouch.types import Interaction, InteractionKind, Preference, Taste

LIKES: frozenset[InteractionKind] = frozenset({"like", "purchase"})
PINNED = 2.0
"""What a pinned like or dislike weighs beside an ordinary one."""
NOTHING_OWN = OwnTaste()


def taste_of(user_id: str, interactions: Iterable[Interaction], own: OwnTaste = NOTHING_OWN) -> Taste:
    """What one person's interactions show, the latest first in each group.

    Of a like (or a purchase) and a dislike of the same item the later one holds; `seen` has every item that was met;
    repeated interactions are merged, the latest kept. Interactions of other people are passed over, and of the file's those that
    the person has dropped. `own` also says what is pinned and what holds for every list.
    """
    counting = (
        i for i in interactions if i.user_id == user_id and (i.source != "file" or i.item_id not in own.dropped)
    )
    opinion: dict[str, Interaction] = {}
    met: dict[str, Interaction] = {}
    hidden: dict[str, Interaction] = {}
    for interaction in sorted(counting, key=lambda i: i.at):
        if interaction.kind == "hide":
            _renew(hidden, interaction)
            continue
        _renew(met, interaction)
        if interaction.kind in LIKES or interaction.kind == "dislike":
            _renew(opinion, interaction)
    return Taste(
        user_id=user_id,
        liked=_preferences((i for i in opinion.values() if i.kind in LIKES), own.pinned),
        disliked=_preferences((i for i in opinion.values() if i.kind == "dislike"), own.pinned),
        seen=_preferences(met.values(), own.pinned),
        hidden=_preferences(hidden.values(), own.pinned),
        standing=own.standing,
    )


def like_weights(tastes: Sequence[Taste]) -> dict[str, float]:
    """item_id -> weight of the likes of one person, or the average over several: each counts for one share."""
    return _average([taste.liked for taste in tastes])


def dislike_weights(tastes: Sequence[Taste]) -> dict[str, float]:
    """item_id -> weight of the dislikes, averaged like the likes."""
    return _average([taste.disliked for taste in tastes])


def _average(groups: Sequence[Sequence[Preference]]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for group in groups:
        for preference in group:
            weights[preference.item_id] = weights.get(preference.item_id, 0.0) + preference.weight / len(groups)
    return weights


def _renew(group: dict[str, Interaction], interaction: Interaction) -> None:
    group.pop(interaction.item_id, None)  # so that the latest stands last
    group[interaction.item_id] = interaction


def _preferences(interactions: Iterable[Interaction], pinned: frozenset[str]) -> tuple[Preference, ...]:
    latest_first = (
        Preference(item_id=i.item_id, weight=i.weight, source=i.source, at=i.at) for i in reversed(list(interactions))
    )
    return tuple(replace(p, pinned=True, weight=PINNED * p.weight) if p.item_id in pinned else p for p in latest_first)
