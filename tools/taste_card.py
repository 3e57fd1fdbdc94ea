"""The taste card of a person: each thing that is known of them, with the message, click or history that it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vouch.answers import Move
from vouch.own_taste import TasteChange
from vouch.types import Filter, Item, Preference, Taste

EntryKind = Literal["like", "dislike", "seen", "hide", "never", "prefer"]


@dataclass(frozen=True, kw_only=True)
class TasteEntry:
    """One thing that is known: of an item, or a condition that holds for every list ("never" is broken, what is "prefer"red comes first).

    `source`: the message, "click", or "file" for the collection's own history; `at` in seconds since 1970.
    """

    kind: EntryKind
    title: str
    item_id: str | None = None
    filter: Filter | None = None
    source: str = "file"
    at: float = 0.0
    pinned: bool = False


@dataclass(frozen=True, kw_only=True)
class TasteCard:
    """All that is known of one person, and the last change, which can be undone."""

    entries: tuple[TasteEntry, ...]
    last: TasteChange | None = None


@dataclass(frozen=True, kw_only=True)
class TasteChanged:
    """What was done to a taste, with the items that it moved in the list that stands. `kind` "nothing": there was nothing to take back."""

    kind: str
    titles: tuple[str, ...] = ()
    conditions: tuple[Filter, ...] = ()
    source: str = ""
    moves: tuple[Move, ...] = ()


def card_of(taste: Taste, last: TasteChange | None, items: Mapping[str, Item]) -> TasteCard:
    """The card of a taste, what was said or clicked last first in each group; items that have left the catalogue are left out."""
    opinions = {p.item_id for group in (taste.liked, taste.disliked, taste.hidden) for p in group}
    groups: tuple[tuple[EntryKind, Sequence[Preference]], ...] = (
        ("like", taste.liked),
        ("dislike", taste.disliked),
        ("hide", taste.hidden),
        ("seen", tuple(p for p in taste.seen if p.item_id not in opinions)),
    )
    entries = [
        TasteEntry(
            kind=kind, title=items[p.item_id].title, item_id=p.item_id, source=p.source, at=p.at, pinned=p.pinned
        )
        for kind, group in groups
        for p in group
        if p.item_id in items
    ]
    entries += [
        TasteEntry(
            kind="never" if one.hard else "prefer",
            title="",
            filter=one.filter,
            source=one.source,
            at=one.at,
            pinned=one.pinned,
        )
        for one in taste.standing
    ]
    return TasteCard(entries=tuple(entries), last=last)
