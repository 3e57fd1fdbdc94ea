"""An open page keeps up with its collection, turn by turn, without a restart: what an ingest beside it has written, the version of the
scorer that was put in use, and what its own people have said since."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from agent.build import planner_of
from agent.conversation import Conversation
from agent.models.joined_chat import JoinedChat
from retrieval.build import Collection, edition_now, open_collection
from retrieval.scorers.upkeep import NEWS
from tools.toolbox import Toolbox
from vouch.errors import IndexMismatch
from vouch.settings import Settings

LOOK_S = 5.0
REST = 10
"""It rests so many times longer than it took to take in the last changes, so that a long ingest does not slow the answers."""


def keep_up(settings: Settings, collection: Collection, conversation: Conversation, say: Callable[[str], None]) -> None:
    """Looks after the collection in the background for as long as the process lives."""
    keeper = Keeper(settings, collection, conversation)
    threading.Thread(target=_look, args=(keeper, say), name="keeping up", daemon=True).start()


def _look(keeper: Keeper, say: Callable[[str], None]) -> None:
    never, took_s = threading.Event(), 0.0
    while not never.wait(max(LOOK_S, REST * took_s)):
        began = time.monotonic()
        if keeper.look():
            likes = keeper.collection.tiers["likes"]
            say(f"The collection has changed: {len(keeper.collection.catalogue.items)} items now; likes: {likes}.")
        took_s = time.monotonic() - began


class Keeper:
    """One collection and the conversation about it; `collection` is the newest."""

    def __init__(self, settings: Settings, collection: Collection, conversation: Conversation) -> None:
        self.collection = collection
        self._settings = settings
        self._conversation = conversation
        self._edition = collection.edition
        self._said = collection.store.opinions_said()

    def look(self) -> bool:
        """Takes in what has been written since the last look, and the members' opinions once `NEWS` are new; whether anything was.

        What does not fit together at the moment (another embedder's ingest is half done) is left for a later look.
        """
        store = self.collection.store
        said = store.opinions_said()
        if edition_now(self._settings, store) == self._edition and abs(said - self._said) < NEWS:
            return False
        try:
            self.collection = open_collection(self._settings, before=self.collection)
        except IndexMismatch:
            return False
        self._edition, self._said = self.collection.edition, said
        self._move()
        return True

    def _move(self) -> None:
        talk, planner = self._conversation, planner_of(self.collection)
        model = talk.model.model_copy(update={"planner": planner}) if isinstance(talk.model, JoinedChat) else planner
        toolbox = Toolbox(recommender=self.collection.recommender, asked=self.collection.asked)
        tiers = {part: name for part, name in self.collection.tiers.items() if part != "chat"}
        talk.move_to(toolbox, model, tiers)


class FreshTools:
    """The tools of one person over the collection as it is now: what has been written since the last call is taken in before the next.

    For a door without a conversation. Raises SetupError where nothing has been ingested.
    """

    def __init__(self, settings: Settings, *, person: str) -> None:
        self.collection = open_collection(settings)
        self._settings = settings
        self._person = person
        self._taking_in = threading.Lock()
        self._rests_until = 0.0

    def __call__(self) -> Toolbox:
        """The tools for the next call."""
        with self._taking_in:
            began = time.monotonic()
            if (
                began >= self._rests_until
                and edition_now(self._settings, self.collection.store) != self.collection.edition
            ):
                with suppress(IndexMismatch):  # another embedder's ingest is half done: the next call looks again
                    self.collection = open_collection(self._settings, before=self.collection)
                self._rests_until = time.monotonic() + REST * (time.monotonic() - began)
            return Toolbox(recommender=self.collection.recommender, person=self._person)
