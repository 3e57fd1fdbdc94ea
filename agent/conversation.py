"""A conversation: a message in, cards and words and a reply out. It belongs to its checkpoint, never to the process."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.sqlite import SqliteSaver

from agent.graph import ROUNDS, Asker, build_graph
from agent.ledger import Turn, is_list, read_ledger, read_turn
from agent.models.joined_chat import spent_in
from retrieval.catalogue import Catalogue
from tools.artifact import from_json
from tools.toolbox import Toolbox
from vouch.types import Query, RecList, Reply

NOTHING = RecList(query=Query())
_LOCKS = 64


@dataclass(frozen=True, kw_only=True)
class Cards:
    """The list of this turn, as soon as it is there."""

    rec_list: RecList


@dataclass(frozen=True, kw_only=True)
class Words:
    """The next words of the reply."""

    text: str


class Conversation:
    """All conversations of one home. Safe to call from several threads; one conversation answers one message at a time.

    Args:
        model: the chat model that plans and words.
        toolbox: the tools, for whoever asks.
        checkpoints: the SQLite file that keeps the conversations.
        tiers: the name of each part's model.
    """

    def __init__(self, *, model: BaseChatModel, toolbox: Toolbox, checkpoints: Path, tiers: Mapping[str, str]) -> None:
        keep_tracing_off()
        checkpoints.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(checkpoints, check_same_thread=False, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        saver = SqliteSaver(self._connection)
        saver.setup()
        self._saver = saver
        self.model = model
        self._graph = build_graph(model, toolbox, saver)
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))
        self.toolbox = toolbox
        self.tiers: Mapping[str, str] = dict(tiers)

    def use(self, model: BaseChatModel, *, tier: str) -> None:
        """Talks with another model from the next turn on; a turn under way ends with the one that it began with."""
        self.model = model
        self._graph = build_graph(model, self.toolbox, self._saver)
        self.name_chat(tier)

    def move_to(self, toolbox: Toolbox, model: BaseChatModel, tiers: Mapping[str, str]) -> None:
        """Talks about what another toolbox knows from the next turn on: the collection has changed. `tiers`: of all but the chat."""
        self.model, self.toolbox = model, toolbox
        self._graph = build_graph(model, toolbox, self._saver)
        self.tiers = {**self.tiers, **tiers}

    def name_chat(self, tier: str) -> None:
        """Says from now on that this is the chat model, or what is known of one to come."""
        self.tiers = {**self.tiers, "chat": tier}

    @property
    def _catalogue(self) -> Catalogue:
        return self.toolbox.recommender.catalogue

    def stream(
        self,
        message: str,
        *,
        conversation_id: str,
        person: str | None = None,
        share_taste: bool | None = None,
        media: Sequence[str] = (),
    ) -> Iterator[Cards | Words | Reply]:
        """Cards when a tool has made a list, then the words as they come, then the reply.

        Args:
            person: None: the conversation's own stranger.
            share_taste: whether a language model may learn what the person likes and said before; None: as it was set up.
            media: handles of attached files that are asked with.
        """
        started = time.perf_counter()
        config = self._config(conversation_id)
        asker = Asker(person=person or f"stranger:{conversation_id}", said=message)
        more: dict[str, object] = {} if share_taste is None else {"share_taste": share_taste}
        more |= {"media": list(media)} if media else {}
        said = HumanMessage(content=message, additional_kwargs={"at": time.time(), **more})
        with self._locks[hash(conversation_id) % _LOCKS]:
            tiers = self.tiers
            stream = self._graph.stream(
                {"messages": [said]}, config, context=asker, stream_mode=["updates", "messages"]
            )
            for mode, piece in stream:
                yield from self._piece(mode, piece)
            reply = self._newest(conversation_id)
        yield replace(reply, tiers=_named(tiers, reply.counters), seconds=time.perf_counter() - started)

    def reply(
        self, message: str, *, conversation_id: str, person: str | None = None, media: Sequence[str] = ()
    ) -> Reply:
        """The reply alone."""
        *_, last = self.stream(message, conversation_id=conversation_id, person=person, media=media)
        if not isinstance(last, Reply):
            raise TypeError("a stream ends with its reply")
        return last

    def history(self, conversation_id: str) -> tuple[tuple[str, Reply], ...]:
        """Each message with its reply, from the checkpoint; () for a conversation that is not known."""
        messages = self._messages(conversation_id)
        places = [n for n, m in enumerate(messages) if isinstance(m, HumanMessage)]
        spans = zip(places, [*places[1:], len(messages)][: len(places)], strict=True)
        turns = [messages[start:end] for start, end in spans]
        return tuple(
            (t[0].text, self._reply(t, conversation_id, number)) for number, t in enumerate(turns) if _answered(t)
        )

    def close(self) -> None:
        """Closes the checkpoint file."""
        self._connection.close()

    def _config(self, conversation_id: str) -> dict[str, Any]:
        return {"configurable": {"thread_id": conversation_id}, "recursion_limit": ROUNDS}

    def _piece(self, mode: str, piece: Any) -> Iterator[Cards | Words]:
        if mode == "messages":
            chunk, _ = piece
            if isinstance(chunk, AIMessageChunk) and chunk.text:
                yield Words(text=str(chunk.text))
            return
        for update in piece.values():
            for message in (update or {}).get("messages", ()):
                artifact = message.artifact if isinstance(message, ToolMessage) else None
                if isinstance(artifact, Mapping) and is_list(artifact):
                    result = from_json(artifact, self._catalogue)
                    if isinstance(result, RecList):
                        yield Cards(rec_list=result)

    def _messages(self, conversation_id: str) -> list[BaseMessage]:
        messages: list[BaseMessage] = self._graph.get_state(self._config(conversation_id)).values.get("messages", [])
        return messages

    def _newest(self, conversation_id: str) -> Reply:
        messages = self._messages(conversation_id)
        start = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
        return self._reply(messages[start:], conversation_id, len(read_ledger(messages).turns))

    def _reply(self, messages: list[BaseMessage], conversation_id: str, number: int) -> Reply:
        turn = read_turn(messages)
        seconds = messages[-1].response_metadata.get("at", 0.0) - messages[0].additional_kwargs.get("at", 0.0)
        return Reply(
            conversation=conversation_id,
            turn=number,
            text=turn.text,
            rec_list=self._list(turn),
            plan=turn.calls,
            tiers=self.tiers,
            seconds=max(seconds, 0.0),
            counters=spent_in(messages),
            about=tuple(i for i in turn.about if i in self._catalogue.by_id and i not in turn.shown),
        )

    def _list(self, turn: Turn) -> RecList:
        lists = [result for result in turn.results if is_list(result)]
        found = from_json(lists[-1], self._catalogue) if lists else NOTHING
        return found if isinstance(found, RecList) else NOTHING


def _named(tiers: Mapping[str, str], counters: Mapping[str, Any]) -> Mapping[str, str]:
    """The tiers of a reply: where the planner's words stand in for a language model, its name says so."""
    why = {
        "failed": "failed",
        "slow": "took too long",
        "unsupported": "wrote nothing that could be shown",
        "short": "had no time",
    }
    told = why.get(str(counters.get("fallback", "")))
    return {**tiers, "chat": f"planner, for the language model {told} ({tiers['chat']})"} if told else tiers


def _answered(messages: list[BaseMessage]) -> bool:
    return bool(read_turn(messages).text)


def keep_tracing_off() -> None:
    """No trace leaves this machine, whatever the environment says."""
    from langsmith import utils

    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING"):
        os.environ[name] = "false"
    utils.get_env_var.cache_clear()  # type: ignore[attr-defined]
