"""Interactions to the taste that they show. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vouch.types import Interaction, InteractionKind, Preference, Taste

LIKES: frozenset[InteractionKind] = frozenset({"like", "purchase"})


def taste_of(user_id: str, interactions: Iterable[Interaction]) -> Taste:
    """What one person's interactions show, the latest first in each group.

    Of a like (or a purchase) and a dislike of the same item the later one holds; `seen` has every item that was met;
    repeated interactions are merged, the latest kept. Interactions of other people are passed over.
    """
    own = sorted((i for i in interactions if i.user_id == user_id), key=lambda i: i.at)
    opinion: dict[str, Interaction] = {}
    met: dict[str, Interaction] = {}
    hidden: dict[str, Interaction] = {}
    for interaction in own:
        if interaction.kind == "hide":
            _renew(hidden, interaction)
            continue
        _renew(met, interaction)
        if interaction.kind in LIKES or interaction.kind == "dislike":
            _renew(opinion, interaction)
    return Taste(
        user_id=user_id,
        liked=_preferences(i for i in opinion.values() if i.kind in LIKES),
        disliked=_preferences(i for i in opinion.values() if i.kind == "dislike"),
        seen=_preferences(met.values()),
        hidden=_preferences(hidden.values()),
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


def _preferences(interactions: Iterable[Interaction]) -> tuple[Preference, ...]:
    return tuple(
        Preference(item_id=i.item_id, weight=i.weight, source=i.source, at=i.at) for i in reversed(list(interactions))
    )
