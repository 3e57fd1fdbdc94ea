"""What people click and say, kept so that they can see it, change it and take it back. Each change is one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from retrieval.tastes import taste_of
from vouch.own_taste import OwnTaste, TasteChange
from vouch.types import Filter, Interaction, InteractionKind, StandingPreference, Taste

Changed = Callable[[OwnTaste], OwnTaste]
SAME_MESSAGE_S = 10.0
"""Changes of the same words are one message's where they are no further apart."""
_OPINIONS: frozenset[InteractionKind] = frozenset({"like", "dislike", "purchase", "hide"})


class TasteStore(Protocol):
    """Where people's own tastes are kept. As it stands here it keeps nothing."""

    def interactions(self, user_id: str | None = None) -> Sequence[Interaction]:
        """One person's interactions (the file's and their own), or everybody's."""
        ...

    def own_taste(self, user_id: str) -> OwnTaste:
        """What the person clicked and said; empty for somebody unknown."""
        return OwnTaste()

    def change_taste(self, user_id: str, changed: Changed, what: TasteChange) -> None:
        """Replaces the person's own taste by `changed` of it, in one transaction, and notes what was done; nothing changed: no note."""
        return

    def undo_taste(self, user_id: str) -> TasteChange | None:
        """Takes the newest noted change back; None where there is none."""
        return None

    def last_change(self, user_id: str) -> TasteChange | None:
        """What `undo_taste` would take back."""
        return None


@dataclass(frozen=True)
class Memory:
    """People's tastes in one store. Holds nothing itself."""

    store: TasteStore

    def taste(self, user_id: str) -> Taste:
        """What is known of a person now; an unknown person has an empty taste."""
        return taste_of(user_id, self.store.interactions(user_id), self.store.own_taste(user_id))

    def remember(self, done: Sequence[Interaction], what: TasteChange, *, alone: bool = False) -> None:
        """Writes down what one person did. A new opinion takes an older one's place; `alone`: the place of all that was said of the item."""

        def changed(own: OwnTaste) -> OwnTaste:
            for one in done:
                own = _said(own, one, alone=alone)
            return own

        if done:
            self.store.change_taste(done[0].user_id, changed, what)

    def forget(self, user_id: str, item_ids: Sequence[str], what: TasteChange) -> None:
        """Takes back all that is known of a person's dealings with these items; what the file says of them counts no more."""
        told = {i.item_id for i in self.store.interactions(user_id) if i.source == "file"}

        def changed(own: OwnTaste) -> OwnTaste:
            return replace(
                own,
                interactions=tuple(i for i in own.interactions if i.item_id not in item_ids),
                pinned=own.pinned - set(item_ids),
                dropped=own.dropped | (told & set(item_ids)),
            )

        self.store.change_taste(user_id, changed, what)

    def forget_all(self, user_id: str, what: TasteChange) -> None:
        """Takes back everything but what is pinned."""
        told = {i.item_id for i in self.store.interactions(user_id) if i.source == "file"}

        def changed(own: OwnTaste) -> OwnTaste:
            return replace(
                own,
                interactions=tuple(i for i in own.interactions if i.item_id in own.pinned),
                standing=tuple(one for one in own.standing if one.pinned),
                dropped=own.dropped | (told - own.pinned),
            )

        self.store.change_taste(user_id, changed, what)

    def pin(self, user_id: str, item_ids: Sequence[str], what: TasteChange, *, pinned: bool) -> None:
        """Pins items that the person has an opinion of, or lets them loose."""
        known = {i.item_id for i in self.store.interactions(user_id)} & set(item_ids)

        def changed(own: OwnTaste) -> OwnTaste:
            return replace(own, pinned=own.pinned | known if pinned else own.pinned - known)

        self.store.change_taste(user_id, changed, what)

    def hold(self, user_id: str, preferences: Sequence[StandingPreference], what: TasteChange) -> None:
        """Keeps conditions for every later list; the same condition said again takes the older one's place."""
        said = {one.filter for one in preferences}

        def changed(own: OwnTaste) -> OwnTaste:
            kept = tuple(one for one in own.standing if one.filter not in said)
            return replace(own, standing=(*kept, *preferences))

        self.store.change_taste(user_id, changed, what)

    def release(self, user_id: str, filters: Sequence[Filter], what: TasteChange) -> None:
        """Lets conditions go that were kept for every list."""

        def changed(own: OwnTaste) -> OwnTaste:
            return replace(own, standing=tuple(one for one in own.standing if one.filter not in filters))

        self.store.change_taste(user_id, changed, what)

    def undo(self, user_id: str) -> TasteChange | None:
        """Takes the person's last change back, with all that the same message changed; None where there is none."""
        undone = self.store.undo_taste(user_id)
        titles: tuple[str, ...] = undone.titles if undone else ()
        while undone and (more := self.last_change(user_id)) and _of_one_message(undone, more):
            self.store.undo_taste(user_id)
            titles = more.titles + titles
        return replace(undone, titles=titles) if undone else None

    def last_change(self, user_id: str) -> TasteChange | None:
        """What `undo` would take back; None where there is nothing."""
        return self.store.last_change(user_id)


def _of_one_message(one: TasteChange, other: TasteChange) -> bool:
    return one.source == other.source != "click" and abs(one.at - other.at) <= SAME_MESSAGE_S


def _said(own: OwnTaste, one: Interaction, *, alone: bool) -> OwnTaste:
    """With one more interaction; an opinion takes the place of an older opinion of the same item."""
    replaced = _OPINIONS if one.kind in _OPINIONS else {one.kind}
    kept = (
        i
        for i in own.interactions
        if i.item_id != one.item_id or not (alone or i.kind in replaced or i.kind == one.kind)
    )
    return replace(own, interactions=(*kept, one))
