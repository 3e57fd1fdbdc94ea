"""The toolbox's tools for other agents, by the Model Context Protocol over stdin and stdout. Knows no model."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from pydantic import BaseModel

from tools.render import render, result_json
from tools.toolbox import TOOL_NAMES, Toolbox
from vouch.errors import VouchError
from vouch.types import FunnelStep, Note, RecList

if TYPE_CHECKING:
    from mcp.server import MCPServer

INSTRUCTIONS = (
    "Vouch recommends items of one catalogue on this machine. Ask `facets` what can be filtered by, then `recommend` with "
    "the person's own words. Every recommendation carries its reasons: quote those, and claim nothing else of an item."
)
READ_ONLY = frozenset(TOOL_NAMES) - {"remember", "remember_condition", "undo", "forget_all"}


class RecommendedItem(BaseModel):
    """One item of a list, best first. `reasons` each have a `kind`, a `text` and what they rest on."""

    rank: int
    item_id: str
    title: str
    score: float
    affinity: float | None
    wildcard: bool
    parts: dict[str, float]
    reasons: list[dict[str, Any]]


class RecommendedList(BaseModel):
    """A list of recommendations, with the counts before and after each filter and what was not done."""

    query: dict[str, Any]
    recommendations: list[RecommendedItem]
    funnel: list[FunnelStep]
    notes: list[Note]


def build_mcp(toolbox: Callable[[], Toolbox]) -> MCPServer[Any]:
    """A server with one tool for each of the toolbox's methods; `.run("stdio")` serves it. `toolbox`: the tools as they are now, for each call.

    Results come as a few lines of text and as structured content of a published schema. A VouchError reaches the client as text.
    """
    from mcp.server import MCPServer
    from mcp_types import ToolAnnotations

    server: MCPServer[Any] = MCPServer("vouch", instructions=INSTRUCTIONS, log_level="WARNING")
    for name in TOOL_NAMES:
        hints = ToolAnnotations(read_only_hint=name in READ_ONLY, open_world_hint=False)
        server.add_tool(_tool(toolbox, name), name=name, annotations=hints, structured_output=True)
    return server


def _tool(toolbox: Callable[[], Toolbox], name: str) -> Callable[..., Any]:
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import CallToolResult, TextContent

    method = getattr(Toolbox, name)
    types = get_type_hints(method)
    returned = RecommendedList if types["return"] is RecList else types["return"]

    def call(**arguments: Any) -> Any:
        try:
            result = getattr(toolbox(), name)(**arguments)
        except VouchError as error:
            raise ToolError(str(error)) from error
        plain = result_json(result)
        structured = {"result": plain} if isinstance(plain, list) else plain
        return CallToolResult(content=[TextContent(type="text", text=render(result))], structured_content=structured)

    parameters = [
        parameter.replace(annotation=types[parameter.name])
        for parameter in inspect.signature(method).parameters.values()
        if parameter.name not in {"self", "source"}
    ]
    call.__name__, call.__doc__ = name, inspect.getdoc(method)
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=Annotated[CallToolResult, returned]
    )
    return call
