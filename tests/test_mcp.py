"""Another agent's view of the tools: the mcp package's own client speaks to the server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.stand_ins_ui import ScriptedConversation
from tools.toolbox import TOOL_NAMES
from ui.mcp_server import build_mcp


def speak(use: Callable[[Client], Awaitable[Any]]) -> Any:
    """What `use` returns for a client of a server over the scripted works."""

    async def connected() -> Any:
        toolbox = ScriptedConversation().toolbox
        async with Client(build_mcp(lambda: toolbox)) as client:
            return await use(client)

    return asyncio.run(connected())


def test_every_tool_has_a_description_and_both_schemas() -> None:
    tools = speak(lambda client: client.list_tools()).tools
    assert tuple(tool.name for tool in tools) == TOOL_NAMES
    for tool in tools:
        assert tool.description
        assert tool.input_schema["type"] == "object"
        assert tool.output_schema["type"] == "object"
    writing = [tool.name for tool in tools if not tool.annotations.read_only_hint]
    assert writing == ["remember", "remember_condition", "undo", "forget_all"]


def test_recommend_returns_text_for_the_model_and_typed_content() -> None:
    answer = speak(lambda client: client.call_tool("recommend", {"text": "a film", "k": 2}))
    assert not answer.is_error
    assert "Nosferatu" in answer.content[0].text
    titles = [one["title"] for one in answer.structured_content["recommendations"]]
    assert titles == ["Nosferatu", "The General"]
    assert answer.structured_content["recommendations"][0]["reasons"][0]["kind"] == "passage"


def test_filters_are_checked_against_the_catalogue() -> None:
    bad = {"filters": [{"attribute": "colour", "op": "=", "value": "red"}]}
    answer = speak(lambda client: client.call_tool("recommend", bad))
    assert answer.is_error
    assert "colour" in answer.content[0].text


def test_an_unknown_title_is_told_with_close_ones() -> None:
    answer = speak(lambda client: client.call_tool("item_details", {"title": "Nosferatoo"}))
    assert answer.is_error
    assert "Nosferatu" in answer.content[0].text


def test_what_is_remembered_counts_for_the_next_call() -> None:
    async def like_then_ask(client: Client) -> Any:
        await client.call_tool("remember", {"kind": "like", "titles": ["Nosferatu"]})
        return await client.call_tool("recommend", {"text": "a film"})

    answer = speak(like_then_ask)
    assert "Nosferatu" not in [one["title"] for one in answer.structured_content["recommendations"]]


def test_a_subprocess_is_spoken_to_over_stdin_and_stdout() -> None:
    served = "from tests.stand_ins_ui import ScriptedConversation as C; from ui.mcp_server import build_mcp as b; t = C().toolbox; b(lambda: t).run('stdio')"
    parameters = StdioServerParameters(command=sys.executable, args=["-c", served], cwd=Path(__file__).parent.parent)

    async def spoken() -> Any:
        async with Client(parameters, read_timeout_seconds=60) as client:
            return await client.call_tool("recommend", {"text": "a film", "k": 1})

    answer = asyncio.run(spoken())
    assert answer.structured_content["recommendations"][0]["title"] == "Nosferatu"


@pytest.mark.parametrize(
    ("name", "arguments", "key"),
    [
        ("more_like", {"title": "Nosferatu"}, "recommendations"),
        ("find_item", {"title": "The General"}, "items"),
        ("item_details", {"title": "Nosferatu"}, "passages"),
        ("explain", {"title": "Nosferatu"}, "recommendations"),
        ("score", {"titles": ["Nosferatu"]}, "result"),
        ("remember", {"kind": "seen", "titles": ["Nosferatu"]}, "titles"),
        ("facets", {}, "attributes"),
    ],
)
def test_each_tool_answers_with_structured_content(name: str, arguments: dict[str, Any], key: str) -> None:
    answer = speak(lambda client: client.call_tool(name, arguments))
    assert not answer.is_error, answer.content
    assert key in answer.structured_content
