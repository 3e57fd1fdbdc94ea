"""A GGUF in llama.cpp as a LangChain chat model: words as they come, tool calls under a grammar that is always valid and must end."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.grammar import calls_grammar
from agent.models.chat_text import as_chat, calls_chunk
from agent.models.llama_cpp_engine import Budget, Count, LlamaCppEngine
from agent.models.streamed_chat import StreamedChat
from vouch.errors import ModelFailed

_CALL_TOKENS = 2400
"""Above the longest answer that the grammar allows to be likely; a call that is cut off there is an error, never half a call."""


class LlamaCppChat(StreamedChat):
    """Talks through one engine. Holds nothing of any conversation.

    `tool_choice` "auto" lets the model call or write; "any" makes it call; after a tool's result it writes.
    """

    engine: LlamaCppEngine
    name_of_model: str
    budget: Budget = Budget()
    temperature: float = 0.0
    seed: int = 1
    clock: Callable[[], float] = time.time

    @property
    def _llm_type(self) -> str:
        return "vouch-llama-cpp"

    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """Words, or calls in one chunk; the last chunk tells what it cost."""
        tools = [convert_to_openai_tool(tool) for tool in options.get("tools") or []]
        choice = str(options.get("tool_choice", "auto"))
        budget = Budget(
            tokens=int(options.get("max_tokens") or self.budget.tokens),
            seconds=float(options.get("timeout") or self.budget.seconds),
        )
        count = Count()
        chat = as_chat(messages, tools)
        if not tools or choice == "none" or (isinstance(messages[-1], ToolMessage) and choice == "auto"):
            pieces = self.engine.write(
                chat,
                budget=budget,
                count=count,
                grammar=str(options.get("grammar") or ""),
                temperature=self.temperature,
                seed=self.seed,
            )
            yield from _words(pieces, count)
        else:
            yield from self._call_or_write(chat, count, budget, tools=tools, choice=choice)
        yield self._last(count)

    def _call_or_write(
        self, chat: list[dict[str, str]], count: Count, budget: Budget, *, tools: Sequence[dict[str, Any]], choice: str
    ) -> Iterator[ChatGenerationChunk]:
        named = [tool for tool in tools if tool["function"]["name"] == choice]
        grammar = calls_grammar(named or tools, or_prose=choice == "auto")
        pieces = self._write(chat, count, budget, grammar)
        first = next(pieces, "")
        if not first.startswith("{"):
            yield from _words(itertools.chain([first], pieces), count)
            return
        text = first + "".join(pieces)
        if count.finish != "stop":
            raise ModelFailed(f"the model's call was cut off by its budget of {count.finish}")
        yield calls_chunk(json.loads(text)["calls"], _read(count))

    def _write(self, chat: list[dict[str, str]], count: Count, budget: Budget, grammar: str = "") -> Iterator[str]:
        if grammar:
            budget = Budget(tokens=_CALL_TOKENS, seconds=budget.seconds)
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
