"""A GGUF in llama.cpp as a LangChain chat model: words as they come, tool calls under a grammar that is always valid and must end."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

from agent.models.grammar import calls_grammar
from agent.models.llama_cpp_engine import Budget, Count, LlamaCppEngine
from vouch.errors import ModelFailed

_CALL_TOKENS = 1600
"""Above the longest answer that the grammar allows to be likely; a call that is cut off there is an error, never half a call."""
_HOW = (
    "To use tools, answer with nothing but JSON of this form: "
    '{"calls":[{"name":"TOOL","arguments":{}}]}, with one to three calls. The tools:'
)


class LlamaCppChat(BaseChatModel):
    """Talks through one engine. Holds nothing of any conversation.

    `tool_choice` "auto" lets the model call or write; "any" makes it call; after a tool's result it writes.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: LlamaCppEngine
    name_of_model: str
    budget: Budget = Budget()
    temperature: float = 0.0
    seed: int = 1
    clock: Callable[[], float] = time.time

    @property
    def _llm_type(self) -> str:
        return "vouch-llama-cpp"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools: their schemas become the grammar of its answer."""
        return self.bind(
            tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice or "auto", **kwargs
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, kwargs.get("tools") or [], str(kwargs.get("tool_choice", "auto"))):
            if run_manager is not None:
                run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk

    def _chunks(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]], choice: str
    ) -> Iterator[ChatGenerationChunk]:
        count = Count()
        chat = as_chat(messages, tools)
        if not tools or choice == "none" or (isinstance(messages[-1], ToolMessage) and choice == "auto"):
            yield from _words(self._write(chat, count), count)
        else:
            yield from self._call_or_write(chat, count, tools, choice)
        yield self._last(count)

    def _call_or_write(
        self, chat: list[dict[str, str]], count: Count, tools: Sequence[dict[str, Any]], choice: str
    ) -> Iterator[ChatGenerationChunk]:
        named = [tool for tool in tools if tool["function"]["name"] == choice]
        grammar = calls_grammar(named or tools, or_prose=choice == "auto")
        pieces = self._write(chat, count, grammar)
        first = next(pieces, "")
        if not first.startswith("{"):
            yield from _words(itertools.chain([first], pieces), count)
            return
        text = first + "".join(pieces)
        if count.finish != "stop":
            raise ModelFailed(f"the model's call was cut off by its budget of {count.finish}")
        calls = json.loads(text)["calls"]
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                tool_call_chunks=[
                    {
                        "name": call["name"],
                        "args": json.dumps(call["arguments"], ensure_ascii=False),
                        "id": f"call_{uuid.uuid4().hex[:12]}",
                        "index": n,
                        "type": "tool_call_chunk",
                    }
                    for n, call in enumerate(calls)
                ],
                usage_metadata=_read(count),
            )
        )

    def _write(self, chat: list[dict[str, str]], count: Count, grammar: str = "") -> Iterator[str]:
        tokens = _CALL_TOKENS if grammar else self.budget.tokens
        budget = Budget(tokens=tokens, seconds=self.budget.seconds)
        return self.engine.write(
            chat, budget=budget, count=count, grammar=grammar, temperature=self.temperature, seed=self.seed
        )

    def _last(self, count: Count) -> ChatGenerationChunk:
        metadata = {
            "model": self.name_of_model,
            "at": self.clock(),
            "finish_reason": count.finish,
            "prompt_tokens": count.prompt,
            "cached_tokens": count.cached,
            "completion_tokens": count.completion,
            "prompt_seconds": round(count.prompt_s, 3),
            "seconds": round(count.seconds, 3),
        }
        usage = UsageMetadata(input_tokens=0, output_tokens=count.completion, total_tokens=count.completion)
        return ChatGenerationChunk(
            message=AIMessageChunk(content="", response_metadata=metadata, usage_metadata=usage, chunk_position="last")
        )


def _words(pieces: Iterator[str], count: Count) -> Iterator[ChatGenerationChunk]:
    """The pieces; the first tells what the prompt took, so that whoever stops listening early knows it. Usage is summed up by LangChain."""
    for n, piece in enumerate(pieces):
        usage = _read(count) if n == 0 else None
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece, usage_metadata=usage))


def _read(count: Count) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=count.prompt,
        output_tokens=0,
        total_tokens=count.prompt,
        input_token_details={"cache_read": count.cached},
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
