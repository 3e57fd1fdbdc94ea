"""The planner as a LangChain chat model: to a person's message it answers with tool calls, to the tools' results with words. No weights."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGenerationChunk

from agent.ledger import ASIDE, Ledger, read_ledger
from agent.models.streamed_chat import StreamedChat
from agent.planner.media_requests import plan_with_media
from agent.planner.plan import Planner
from agent.planner.plan_types import Plan
from agent.wording import Outcome, Wording
from tools.artifact import from_json
from vouch.types import ToolCall

_PIECE = re.compile(r"\S+\s*")


@dataclass(frozen=True, kw_only=True)
class Done:
    """A turn whose tools have answered: the message, the results in the order of the calls, the aside, the turn's number."""

    said: str
    outcomes: tuple[Outcome, ...]
    aside: Mapping[str, Any]
    number: int


class PlannerChat(StreamedChat):
    """Plans and words one turn. Holds nothing of any conversation: the messages carry all."""

    planner: Planner
    wording: Wording
    clock: Callable[[], float] = time.time

    @property
    def _llm_type(self) -> str:
        return "vouch-planner"

    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """The plan or the words; the tools' names are known by heart."""
        yield from as_chunks(self._answer(messages))

    def _answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        heard = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
        ledger = read_ledger(messages)
        if messages and isinstance(messages[-1], ToolMessage):
            done = self.done(messages)
            text = self.wording.word(done.outcomes, aside=done.aside, turn=done.number)
            return AIMessage(content=text, response_metadata={"at": self.clock()})
        plan = self._plan(messages[heard[-1]] if heard else HumanMessage(content=""), ledger)
        kwargs = {ASIDE: dict(plan.aside)}
        if not plan.calls:
            text = self.wording.word((), aside=plan.aside, turn=len(ledger.turns))
            return AIMessage(content=text, additional_kwargs=kwargs, response_metadata={"at": self.clock()})
        return AIMessage(content="", tool_calls=as_calls(plan.calls, len(ledger.turns)), additional_kwargs=kwargs)

    def _plan(self, said: BaseMessage, ledger: Ledger) -> Plan:
        media = said.additional_kwargs.get("media")
        if media:
            return plan_with_media(said.text, media, lambda words: self.planner.plan(words, ledger))
        return self.planner.plan(said.text, ledger)

    def done(self, messages: Sequence[BaseMessage]) -> Done:
        """What the newest turn's tools brought, with what was understood."""
        heard = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
        turn = messages[heard[-1] :]
        return Done(
            said=turn[0].text,
            outcomes=self._outcomes(turn),
            aside={**_aside(turn), "named": self._only_named(messages)},
            number=len(read_ledger(messages).turns),
        )

    def _only_named(self, messages: Sequence[BaseMessage]) -> list[str]:
        """The item_ids that this turn's list takes as liked although the person never said so (“I have read Dracula, what next?”)."""
        calls = [call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls]
        said = {
            title
            for call in calls
            if call["name"] == "remember" and call["args"].get("kind") == "like"
            for title in call["args"]["titles"]
        }
        taken = calls[-1]["args"].get("liked", []) if calls else []
        return [item.item_id for title in taken if title not in said for item in self.planner.catalogue.find(title)]

    def _outcomes(self, turn: Sequence[BaseMessage]) -> tuple[Outcome, ...]:
        answers = {message.tool_call_id: message for message in turn if isinstance(message, ToolMessage)}
        calls = [call for message in turn if isinstance(message, AIMessage) for call in message.tool_calls]
        return tuple(
            self._outcome(ToolCall(name=c["name"], arguments=c["args"]), answers[c["id"] or ""])
            for c in calls
            if c["id"] in answers
        )

    def _outcome(self, call: ToolCall, answer: ToolMessage) -> Outcome:
        if answer.status == "error" or not isinstance(answer.artifact, Mapping):
            return Outcome(call=call, error=answer.text)
        return Outcome(call=call, result=from_json(answer.artifact, self.planner.catalogue))


def as_calls(calls: Sequence[ToolCall], turn: int) -> list[Any]:
    """Calls as LangChain's messages hold them; their ids tell the turn and the place."""
    return [
        {"name": call.name, "args": dict(call.arguments), "id": f"call_{turn}_{n}", "type": "tool_call"}
        for n, call in enumerate(calls)
    ]


def _aside(turn: Sequence[BaseMessage]) -> Mapping[str, Any]:
    planned = [m for m in turn if isinstance(m, AIMessage) and ASIDE in m.additional_kwargs]
    return planned[-1].additional_kwargs[ASIDE] if planned else {}


def as_chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """A message in pieces: the calls at once, words one by one."""
    if message.tool_calls:
        calls = [
            {"name": c["name"], "args": json.dumps(c["args"]), "id": c["id"], "index": n, "type": "tool_call_chunk"}
            for n, c in enumerate(message.tool_calls)
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                tool_call_chunks=calls,  # type: ignore[arg-type]
                additional_kwargs=message.additional_kwargs,
                response_metadata=message.response_metadata,
            )
        )
        return
    pieces = _PIECE.findall(message.text) or [""]
    for n, piece in enumerate(pieces):
        last = n == len(pieces) - 1
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content=piece,
                additional_kwargs=message.additional_kwargs if last else {},
                response_metadata=message.response_metadata if last else {},
            )
        )
