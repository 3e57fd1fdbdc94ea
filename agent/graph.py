"""The agent's graph: LangChain's `create_agent` over the toolbox, with its conversation in a checkpoint."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import cleandoc, signature
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.runtime import get_runtime
from langgraph.types import Command

from agent.ledger import is_list
from tools.arguments import Company
from tools.artifact import query_of, to_json
from tools.render import render
from tools.toolbox import NO_LIST, TOOL_NAMES, Toolbox
from vouch.errors import InputError
from vouch.types import Query

ROUNDS = 12
"""Steps of the graph in one turn: a plan, its calls, the words, and room for one more round."""


class Turnstile:
    """Lets the calls of one plan through one after the other, in the plan's order."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._through: set[str] = set()

    @contextmanager
    def after(self, earlier: Collection[str], own: str) -> Iterator[None]:
        """Waits until the earlier calls are done. The executor starts calls in order, so an earlier one is always running or done."""
        with self._condition:
            self._condition.wait_for(lambda: self._through.issuperset(earlier))
        try:
            yield
        finally:
            with self._condition:
                self._through.add(own)
                self._condition.notify_all()


@dataclass(frozen=True)
class Asker:
    """Who asks what, and the turnstile of the turn. Goes beside the messages, never through the model.

    `looks_at` has the query of the list that was shown last and for whom it was made, where there is one; `CallsInOrder` puts it there.
    """

    person: str
    said: str = "message"
    turnstile: Turnstile = field(default_factory=Turnstile)
    looks_at: list[tuple[Query, Company | None]] = field(default_factory=list)


class CallsInOrder(AgentMiddleware[Any, Any, Any]):
    """Runs a plan's calls one after the other, so that a list knows what was said just before it.

    An InputError of a tool becomes its message, so that the answer can say it; anything else is a bug and goes on up.
    """

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        """Runs one tool."""
        call, asker = request.tool_call, _asker(request)
        if not asker.looks_at:
            asker.looks_at.extend(_shown_last(request.state["messages"]))
        try:
            with asker.turnstile.after(_earlier(request), call["id"] or ""):
                return handler(request)
        except InputError as error:
            return ToolMessage(content=str(error), name=call["name"], tool_call_id=call["id"], status="error")


def _asker(request: ToolCallRequest) -> Asker:
    asker: Asker = request.runtime.context  # type: ignore[assignment]
    return asker


def _shown_last(messages: Sequence[Any]) -> list[tuple[Query, Company | None]]:
    """The query of the newest list and for whom it was made, [] where none was shown."""
    backwards = iter(reversed(messages))
    results = (m for m in backwards if isinstance(m, ToolMessage) and isinstance(m.artifact, Mapping))
    shown = next((m for m in results if is_list(m.artifact)), None)
    if shown is None:
        return []
    calls = (call for m in backwards if isinstance(m, AIMessage) for call in m.tool_calls)
    made = next((call["args"] for call in calls if call["id"] == shown.tool_call_id), {})
    people = made.get("people")
    company = Company(people=tuple(people), with_me=made.get("with_me", True)) if people else None
    return [(query_of(shown.artifact), company)]


def _earlier(request: ToolCallRequest) -> list[str]:
    """The ids of the calls that stand before this one in the newest plan."""
    planned = next((m for m in reversed(request.state["messages"]) if isinstance(m, AIMessage)), None)
    ids = [call["id"] or "" for call in planned.tool_calls] if planned else []
    own = request.tool_call["id"] or ""
    return ids[: ids.index(own)] if own in ids else []


def build_tools(toolbox: Toolbox) -> list[BaseTool]:
    """The toolbox's methods as tools. A tool's text is for a model; its artifact is the result in plain JSON."""
    return [_tool(toolbox, name) for name in TOOL_NAMES]


def _tool(toolbox: Toolbox, name: str) -> BaseTool:
    from agent.tool_schemas import arguments_of

    method = getattr(toolbox, name)

    def run(**arguments: Any) -> tuple[str, Mapping[str, Any]]:
        asker = get_runtime(Asker).context
        standing, company = asker.looks_at[0] if asker.looks_at else (NO_LIST, None)
        own = toolbox.for_person(asker.person, standing, company)
        if "source" in signature(method).parameters:
            arguments["source"] = asker.said
        result = getattr(own, name)(**arguments)
        artifact = to_json(result)
        return render(result), artifact | {"explains": True} if name == "explain" else artifact

    return StructuredTool.from_function(
        func=run,
        name=name,
        description=cleandoc(method.__doc__ or ""),
        args_schema=arguments_of(method),
        response_format="content_and_artifact",
    )


def build_graph(model: BaseChatModel, toolbox: Toolbox, checkpointer: BaseCheckpointSaver[Any]) -> Any:
    """The compiled graph. Call it with `context=Asker(...)` and a thread_id."""
    return create_agent(
        model,
        build_tools(toolbox),
        middleware=[CallsInOrder()],
        context_schema=Asker,
        checkpointer=checkpointer,
    )
