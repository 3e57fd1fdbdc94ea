"""What our chat models share: each is one stream of chunks, and LangChain's other ways of asking follow from it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import ConfigDict

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool


class StreamedChat(BaseChatModel):
    """A chat model whose whole answer is `chunks`. A model that is its own planner leaves the tools it is given alone."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @abstractmethod
    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """The answer as it comes, at least one chunk.

        `options`: `tools`, `tool_choice` ("auto", "any", "none" or a tool's name), `max_tokens`, `timeout` in seconds. Raises ModelFailed.
        """
        ...

    def bind_tools(
        self, tools: Sequence[Tool], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools."""
        return self.bind(tools=list(tools), tool_choice=tool_choice or "auto", **kwargs)

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
        for chunk in self.chunks(messages, **kwargs):
            if run_manager is not None:
                run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk


def words_chunk(text: str) -> ChatGenerationChunk:
    """A piece of text."""
    return ChatGenerationChunk(message=AIMessageChunk(content=text))
