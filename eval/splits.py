"""Who is measured, on what is known of them and what is to be found: held-out people, the last like by time, few likes known, new items.

Nothing here knows a model. Strong generalisation (Liang et al. 2018): the people measured take no part in any fit. Leave-last-out:
everybody takes part, but for the last like of each person measured, and for whatever they did after it; other people's
later interactions stay, so a model may know what became popular afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrieval.tastes import LIKES, NAMED, taste_of
from vouch.errors import InputError
from vouch.types import Interaction, Preference, Taste

KNOWN = 0.8
"""The share of a held-out person's likes that is known."""
LEAST_LIKES = 5
LEAST_OF_KIND = 5
NEW = 0.1
"""The share of the items that are new."""


@dataclass(frozen=True)
class HeldOut:
    """One person: what is known of them, the likes that are to be found, and what is not listed in any case."""

    taste: Taste
    relevant: frozenset[str]
    out: frozenset[str]


@dataclass(frozen=True)
class Split:
    """`training`: the interactions that models are fitted on; `people`: those who are measured."""

    training: tuple[Interaction, ...]
    people: tuple[HeldOut, ...]


def split_people(
    interactions: Sequence[Interaction], *, seed: int, share: float = 0.2, most: int = 1000, validation: bool = False
) -> Split:
    """Holds out a fifth of the people with enough likes, at most `most`; as many others are for validation.

    Neither of the two takes part in the training, so that a setting tuned on the one can be measured on the other.

    Raises:
        InputError: too few people with enough likes.
    """
    by_person = _by_person(interactions)
    able = sorted(u for u, own in by_person.items() if len(_liked(own)) >= LEAST_LIKES)
    n = min(most, int(share * len(able)))
    if n < 2:
        raise InputError(
            f"Ranking can't be measured here: {len(able)} people like {LEAST_LIKES} items or more, ten are needed."
        )
    rng = np.random.default_rng(seed)
    order = [able[i] for i in rng.permutation(len(able))]
    chosen = order[n : 2 * n] if validation else order[:n]
    training = tuple(i for i in interactions if i.user_id not in set(order[: 2 * n]))
    return Split(training, tuple(_held_out(u, by_person[u], rng) for u in chosen))


def split_last(interactions: Sequence[Interaction], *, seed: int, most: int = 1000, validation: bool = False) -> Split:
    """Of everybody with enough dated likes, at most `most` at random, the last like is to be found (for validation: the one before it).

    Of two likes at the same time the one that stands later in the file is the last.

    Raises:
        InputError: too few people with enough likes of different times.
    """
    by_person = _by_person(interactions)
    able = sorted(u for u, own in by_person.items() if _is_dated(own))
    if len(able) < 2:
        raise InputError(
            f"The last like can't be held out here: {len(able)} people have {LEAST_LIKES} likes with times. "
            "Measure with --split strong."
        )
    chosen = np.random.default_rng(seed).permutation(len(able))[:most]
    people: list[HeldOut] = []
    training: dict[str, list[Interaction]] = dict(by_person)
    for user_id in (able[i] for i in sorted(chosen.tolist())):
        own = by_person[user_id]
        *_, before, last = sorted(_first_likes(own), key=lambda i: i.at)
        earlier = [i for i in own if i.at <= before.at and i.item_id not in {before.item_id, last.item_id}]
        training[user_id] = earlier
        known = earlier if validation else [*earlier, before]
        taste = taste_of(user_id, known)
        people.append(HeldOut(taste, frozenset({(before if validation else last).item_id}), taste.out))
    return Split(tuple(i for own in training.values() for i in own), tuple(people))


def with_likes_known(people: Sequence[HeldOut], k: int, *, seed: int) -> tuple[HeldOut, ...]:
    """The same people, of whom only k random likes are known and nothing else; the rest of what they met is still not listed.

    People of whom fewer likes are known stay with these.
    """
    rng = np.random.default_rng([seed, k])
    found = []
    for person in people:
        liked = person.taste.liked
        chosen = sorted(rng.permutation(len(liked))[:k].tolist())
        taste = Taste(user_id=person.taste.user_id, liked=tuple(liked[i] for i in chosen))
        found.append(replace(person, taste=taste))
    return tuple(found)


def with_titles_named(
    people: Sequence[HeldOut], kinds: Mapping[str, frozenset[str]], *, titles: int, seed: int
) -> tuple[HeldOut, ...]:
    """Who asks for something of one kind by a few titles that they like: these are named, their other likes of that kind are to be found, those
    of other kinds are known.

    Args:
        kinds: item_id -> what kinds of thing it is.

    Returns:
        One request a person, of a kind of which they like `LEAST_OF_KIND` items or more and which is less than half of what they like; people
        without one are left out.
    """
    rng = np.random.default_rng([seed, titles])
    found = []
    for person in people:
        liked = {p.item_id: p for p in person.taste.liked}
        every = sorted(liked.keys() | person.relevant)
        counts = Counter(kind for item_id in every for kind in sorted(kinds.get(item_id, ())))
        able = sorted(kind for kind, n in counts.items() if LEAST_OF_KIND <= n < len(every) / 2)
        kind = able[int(rng.integers(len(able)))] if able else ""
        own = [item_id for item_id in every if kind in kinds.get(item_id, ())]
        names = [own[n] for n in rng.permutation(len(own))[:titles]]
        if able:
            named = tuple(Preference(item_id=item_id, source=NAMED) for item_id in names)
            others = tuple(p for item_id, p in liked.items() if item_id not in own)
            taste = Taste(user_id=person.taste.user_id, liked=(*named, *others))
            found.append(HeldOut(taste, frozenset(own) - set(names), person.out - set(own) | set(names)))
    return tuple(found)


def with_named_alone(people: Sequence[HeldOut]) -> tuple[HeldOut, ...]:
    """The same people as strangers, of whom only what they name is known; what they met is still not listed."""
    own = [tuple(p for p in person.taste.liked if p.source == NAMED) for person in people]
    return tuple(
        replace(person, taste=Taste(user_id=person.taste.user_id, liked=named))
        for person, named in zip(people, own, strict=True)
    )


@dataclass(frozen=True)
class NewItems:
    """A split in which some items are new: nobody in it has met them. `new` and `old` find the new and the other relevant items."""

    training: tuple[Interaction, ...]
    item_ids: frozenset[str]
    new: tuple[HeldOut, ...]
    old: tuple[HeldOut, ...]


def with_new_items(split: Split, item_ids: Sequence[str], *, seed: int, share: float = NEW) -> NewItems:
    """The split with a share of the items (drawn at random) taken out of the training and of what is known of each person.

    Who has no relevant item of a kind is not measured on that kind.
    """
    rng = np.random.default_rng([seed, 10])
    new = frozenset(np.asarray(item_ids)[rng.permutation(len(item_ids))[: round(share * len(item_ids))]].tolist())
    training = tuple(i for i in split.training if i.item_id not in new)
    people = [replace(p, taste=_without(p.taste, new), out=p.out - new) for p in split.people]
    return NewItems(
        training,
        new,
        new=tuple(replace(p, relevant=p.relevant & new) for p in people if p.relevant & new),
        old=tuple(replace(p, relevant=p.relevant - new) for p in people if p.relevant - new),
    )


def _without(taste: Taste, item_ids: frozenset[str]) -> Taste:
    def kept(group: tuple[Preference, ...]) -> tuple[Preference, ...]:
        return tuple(p for p in group if p.item_id not in item_ids)

    return replace(
        taste,
        liked=kept(taste.liked),
        disliked=kept(taste.disliked),
        seen=kept(taste.seen),
        hidden=kept(taste.hidden),
    )


def _by_person(interactions: Sequence[Interaction]) -> dict[str, list[Interaction]]:
    by_person: dict[str, list[Interaction]] = {}
    for interaction in interactions:
        by_person.setdefault(interaction.user_id, []).append(interaction)
    return by_person


def _held_out(user_id: str, own: Sequence[Interaction], rng: np.random.Generator) -> HeldOut:
    liked = sorted(_liked(own))
    shuffled = [liked[i] for i in rng.permutation(len(liked))]
    n_known = min(max(1, round(KNOWN * len(liked))), len(liked) - 1)
    relevant = frozenset(shuffled[n_known:])
    taste = taste_of(user_id, [i for i in own if i.item_id not in relevant])
    return HeldOut(taste, relevant, taste.out)


def _liked(interactions: Sequence[Interaction]) -> set[str]:
    return {i.item_id for i in interactions if i.kind in LIKES}


def _first_likes(own: Sequence[Interaction]) -> list[Interaction]:
    first: dict[str, Interaction] = {}
    for interaction in own:
        if interaction.kind in LIKES:
            first.setdefault(interaction.item_id, interaction)
    return list(first.values())


def _is_dated(own: Sequence[Interaction]) -> bool:
    likes = _first_likes(own)
    return len(likes) >= LEAST_LIKES and all(i.at > 0 for i in likes) and len({i.at for i in likes}) > 1
