"""What happens in the room of one visitor: arriving, asking, marking. Each step returns the plain JSON that room.js shows.

Nothing of a visitor is kept here: the browser's tab holds its conversation's id, the checkpoint the conversation, the catalogue
the likes. So a restart of the server loses nothing, and two tabs never meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from agent.conversation import Cards, Words
from tools.toolbox import CLICK, RememberKind, Toolbox
from ui.costs import cost_text
from ui.page.cards import MARKS, cards_html, marks_of, mentions_html, notes_html, words_html
from ui.page.seams import Talks
from ui.page.shelf import Shelf
from ui.page.taste_panel import changed_by_button, moved_text, panel_html
from ui.page.visitors import Member, Visitor, visitor
from vouch.answers import Move
from vouch.errors import InputError
from vouch.types import Reply

LONGEST_MESSAGE = 2_000
MOST_FILES = 3
LIKE_THIS = "something like this"
"""What is asked where a file is attached and nothing said."""
VERDICTS: Mapping[RememberKind, str] = {
    "like": "You like {title}.",
    "dislike": "You don’t like {title}.",
    "seen": "You know {title} already.",
    "hide": "{title} stays hidden.",
    "forget": "Taken back: {title}.",
}
Shown = dict[str, Any]


class Room:
    """Answers what room.js asks, for any visitor."""

    def __init__(self, talk: Talks, *, shelf: Shelf, members: Sequence[Member], examples: Sequence[str]) -> None:
        self._talk = talk
        self.shelf = shelf.called_simulated() if any(one.simulated for one in members) else shelf
        self._members = tuple(members)
        self._examples = tuple(examples)

    def arrive(self, said: object) -> Shown:
        """Who the visitor is, and the turns of the conversation that the tab remembers (none: a fresh one)."""
        guest = visitor(said, self._members)
        marks = self._marks(guest)
        returning = isinstance(said, Mapping) and said.get("conversation") == guest.conversation
        turns = [
            {"key": f"h{n}", "asked": message, **self._answer(reply, marks), "state": "done"}
            for n, (message, reply) in enumerate(self._talk.history(guest.conversation) if returning else ())
        ]
        return {
            **self._introduce(guest),
            "turns": turns,
            "members": [{"id": one.user_id, "label": one.label} for one in self._members],
            "examples": list(self._examples),
            "tiers": _pairs(self._talk.tiers),
        }

    def ask(self, said: Mapping[str, Any]) -> Iterator[Shown]:
        """The answer as it grows: the cards as soon as they are known, then the words."""
        guest = visitor(said, self._members)
        turn: Shown = {"conversation": guest.conversation, "key": str(said.get("key", "")), "state": "thinking"}
        media = _handles(said.get("media"))
        text = str(said.get("text", "")).strip() or (LIKE_THIS if media else "")
        if not text or len(text) > LONGEST_MESSAGE:
            yield {**turn, **_sorry(f"Please ask in 1 to {LONGEST_MESSAGE} characters."), "state": "done"}
            return
        try:
            yield from self._stream(text, guest, turn, shares=_yes_no(said.get("share")), media=media)
        except InputError as error:
            yield {**turn, **_sorry(str(error)), "state": "done"}

    def mark(self, said: object) -> Shown:
        """Keeps a click (like, dislike, seen, hide, or forget for a taken-back one) and says what is kept now."""
        guest = visitor(said, self._members)
        told = said if isinstance(said, Mapping) else {}
        item_id, kind = str(told.get("item", "")), _kind(told.get("kind"))
        item = self.shelf.items.get(item_id)
        if item is None or kind is None:
            return {
                "said": "That could not be kept: the page is older than the catalogue. Please reload it.",
                "marks": {},
            }
        done = self._toolbox(guest).remember(kind, [item_id], source=CLICK)
        kept = self._marks(guest).get(item_id, "")
        words = f"{VERDICTS[kind].format(title=item.title)} {moved_text(done.moves)}".strip()
        return {"said": words, "marks": {item_id: kept}, "undo": kind in MARKS, "taste": self._panel(guest, done.moves)}

    def taste(self, said: object) -> Shown:
        """The taste card of the visitor, as the inside of its panel."""
        return {"taste": self._panel(visitor(said, self._members))}

    def change_taste(self, said: object) -> Shown:
        """One change by a button of the taste card; what stands on it then, what is marked on the cards, and what it moved."""
        guest = visitor(said, self._members)
        told = said if isinstance(said, Mapping) else {}
        before = self._marks(guest)
        try:
            done, words = changed_by_button(self._toolbox(guest), told)
        except InputError as error:
            return {"said": str(error), "marks": {}, "taste": self._panel(guest)}
        after = self._marks(guest)
        marks = {i: after.get(i, "") for i in (before | after) if before.get(i) != after.get(i)}
        return {
            "said": f"{words} {moved_text(done.moves)}".strip(),
            "marks": marks,
            "taste": self._panel(guest, done.moves),
        }

    def _panel(self, guest: Visitor, moves: Sequence[Move] = ()) -> str:
        return panel_html(self._talk.toolbox.for_person(guest.person).taste(), moves)

    def _toolbox(self, guest: Visitor) -> Toolbox:
        """The visitor's tools; what a change moves is told of the list that they look at."""
        replies = [reply for _, reply in self._talk.history(guest.conversation) if reply.rec_list.recommendations]
        own = self._talk.toolbox.for_person(guest.person)
        return own.for_person(guest.person, replies[-1].rec_list.query) if replies else own

    def _stream(
        self, text: str, guest: Visitor, turn: Shown, *, shares: bool | None, media: tuple[str, ...]
    ) -> Iterator[Shown]:
        marks = self._marks(guest)
        titles: dict[str, str] = {}
        words = ""
        events = self._talk.stream(
            text, conversation_id=guest.conversation, person=guest.person, share_taste=shares, media=media
        )
        for event in events:
            match event:
                case Reply():
                    turn |= self._answer(event, self._marks(guest)) | {"state": "done"}
                case Cards():
                    titles = {one.item.title: one.item.item_id for one in event.rec_list.recommendations}
                    turn |= {"cards": cards_html(event.rec_list, self.shelf, marks), "state": "writing"}
                case Words():
                    words += event.text
                    turn |= {"words": words_html(words, titles), "state": "writing"}
            yield dict(turn)

    def _answer(self, reply: Reply, marks: Mapping[str, Any]) -> Shown:
        about = [self.shelf.items[item_id] for item_id in reply.about if item_id in self.shelf.items]
        items = [*(one.item for one in reply.rec_list.recommendations), *about]
        return {
            "cards": cards_html(reply.rec_list, self.shelf, marks) or mentions_html(about, self.shelf),
            "words": words_html(reply.text, {item.title: item.item_id for item in items}),
            "notes": notes_html(reply.rec_list.notes, reply.text),
            "tiers": _pairs(reply.tiers),
            "cost": cost_text(reply.counters),
        }

    def _marks(self, guest: Visitor) -> dict[str, Any]:
        return {**marks_of(self._talk.toolbox.recommender.taste(guest.person))}

    def _introduce(self, guest: Visitor) -> Shown:
        return {
            "conversation": guest.conversation,
            "who": guest.who,
            "label": guest.label,
            "simulated": guest.simulated,
        }


def _handles(said: object) -> tuple[str, ...]:
    """The attached files that a browser names: what `POST /asked` answered; whether there is such a file is for the store to say."""
    return tuple(str(one)[:40] for one in said[:MOST_FILES]) if isinstance(said, list) else ()


def _yes_no(said: object) -> bool | None:
    return said if isinstance(said, bool) else None


def _pairs(tiers: Mapping[str, str]) -> list[list[str]]:
    return [[part, tier] for part, tier in tiers.items()]


def _kind(said: object) -> RememberKind | None:
    return next((kind for kind in VERDICTS if kind == said), None)


def _sorry(text: str) -> Shown:
    return {"words": f"<p>{escape(text)}</p>", "cards": "", "notes": ""}
