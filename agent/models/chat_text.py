"""A chat as plain roles and texts for models that know no tools, and the calls that such a model writes as JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.function_calling import convert_to_openai_tool

_HOW = (
    "To use tools, answer with nothing but JSON of this form: "
    '{"calls":[{"name":"TOOL","arguments":{}}]}, with one to three calls. The tools:'
)


def as_chat(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]] = ()) -> list[dict[str, str]]:
    """The messages as roles and texts that any chat template knows: system first, then user and assistant in turn.

    What the tools are stands in the system message, so that it is the same in every turn.
    """
    system = "\n\n".join(
        [*(m.text for m in messages if isinstance(m, SystemMessage)), *([_told(tools)] if tools else [])]
    )
    chat = [{"role": "system", "content": system}] if system else []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        role = "assistant" if isinstance(message, AIMessage) else "user"
        text = _spoken(message)
        if chat and chat[-1]["role"] == role:
            chat[-1] = {"role": role, "content": f"{chat[-1]['content']}\n{text}"}
        else:
            chat.append({"role": role, "content": text})
    return chat


def system_text(system: str, tools: Sequence[Any]) -> str:
    """The system message of every chat with these instructions and tools, which may be LangChain's or their JSON."""
    return as_chat([SystemMessage(content=system)], [convert_to_openai_tool(tool) for tool in tools])[0]["content"]


def _told(tools: Sequence[dict[str, Any]]) -> str:
    lines = (
        f"{t['function']['name']}({', '.join(t['function'].get('parameters', {}).get('properties', {}))}): "
        + " ".join(t["function"].get("description", "").split())
        for t in tools
    )
    return "\n".join([_HOW, *lines])


def _spoken(message: BaseMessage) -> str:
    if isinstance(message, ToolMessage):
        return f"Result of {message.name}:\n{message.text}"
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{"name": call["name"], "arguments": call["args"]} for call in message.tool_calls]
        return json.dumps({"calls": calls}, ensure_ascii=False)
    return str(message.text)


def calls_chunk(calls: Sequence[Mapping[str, Any]], usage: UsageMetadata) -> ChatGenerationChunk:
    """Calls of the form {"name", "arguments"} as one chunk."""
    chunks = [
        {
            "name": call["name"],
            "args": json.dumps(call["arguments"], ensure_ascii=False),
            "id": f"call_{uuid.uuid4().hex[:12]}",
            "index": n,
            "type": "tool_call_chunk",
        }
        for n, call in enumerate(calls)
    ]
    return ChatGenerationChunk(
        message=AIMessageChunk(content="", tool_call_chunks=chunks, usage_metadata=usage)  # type: ignore[arg-type]
    )


def read_calls(text: str) -> tuple[Mapping[str, Any], ...]:
    """The calls in an answer that begins with `{"calls":`, in a code fence or not; () where it is no such JSON."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1])
    except ValueError:
        return ()
    calls = found.get("calls") if isinstance(found, dict) else None
    good = isinstance(calls, list) and all(
        isinstance(call, dict) and isinstance(call.get("name"), str) and isinstance(call.get("arguments"), dict)
        for call in calls
    )
    return tuple(calls) if good and calls else ()
