"""A transformers model as a LangChain chat model, placed by accelerate: words as they come; calls are read from its answer, and checked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.models.chat_text import as_chat, calls_chunk, read_calls
from agent.models.llama_cpp_engine import Count
from agent.models.streamed_chat import StreamedChat, words_chunk
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable
from vouch.weights import keep_libraries_offline

_WAIT_S = 60.0
_PLAIN = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:"


class TransformersChat(StreamedChat):
    """Talks through one model and its tokenizer; callers wait for each other. Holds nothing of any conversation."""

    model: Any
    tokenizer: Any
    name_of_model: str
    queue: Any = None
    tokens: int = 220
    seconds: float = 60.0

    def model_post_init(self, context: Any) -> None:
        """One queue before the model."""
        self.queue = self.queue or threading.Lock()

    @property
    def _llm_type(self) -> str:
        return "vouch-transformers"

    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """Words as they come; with tools, the whole answer is read as calls, and is words where it is none."""
        tools = [convert_to_openai_tool(tool) for tool in options.get("tools") or []]
        wants_words = not tools or options.get("tool_choice") == "none" or isinstance(messages[-1], ToolMessage)
        prompt = self._prompt(as_chat(messages, tools))
        tokens = int(options.get("max_tokens") or self.tokens)
        until = time.perf_counter() + float(options.get("timeout") or self.seconds)
        count = Count(prompt=int(prompt["input_ids"].shape[1]))
        pieces: list[str] = []
        for piece in self._write(prompt, tokens, until, count):
            pieces.append(piece)
            if wants_words and piece:
                yield words_chunk(piece)
        usage = UsageMetadata(
            input_tokens=count.prompt, output_tokens=count.completion, total_tokens=count.prompt + count.completion
        )
        metadata = {"model": self.name_of_model, "finish_reason": "stop" if count.completion < tokens else "tokens"}
        last = AIMessageChunk(content="", response_metadata=metadata, chunk_position="last")
        text = "".join(pieces)
        calls = () if wants_words else read_calls(text)
        if calls:
            yield calls_chunk(calls, usage)
        else:
            last = last.model_copy(update={"content": "" if wants_words else text, "usage_metadata": usage})
        yield ChatGenerationChunk(message=last)

    def _prompt(self, chat: Sequence[dict[str, str]]) -> Any:
        """The chat by the model's own template. Control tokens in a message are made harmless."""
        marks = [mark for mark in self.tokenizer.all_special_tokens if len(mark) > 1]
        harmless = [{**message, "content": _without(message["content"], marks)} for message in chat]
        text = self.tokenizer.apply_chat_template(
            harmless,
            chat_template=self.tokenizer.chat_template or _PLAIN,
            tokenize=False,
            add_generation_prompt=True,
        )
        return self.tokenizer(text, return_tensors="pt", add_special_tokens=False).to(self.model.device)

    def _write(self, prompt: Any, tokens: int, until: float, count: Count) -> Iterator[str]:
        """Pieces of the answer; who stops listening stops the model. Raises ModelFailed."""
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        if not self.queue.acquire(timeout=max(min(until - time.perf_counter(), _WAIT_S), 0.0)):
            raise ModelFailed("the language model was busy")
        stopped = threading.Event()
        streamer = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        failed: list[Exception] = []

        def stop(*_: Any, **__: Any) -> bool:
            count.completion += 1  # asked after each token
            return stopped.is_set() or time.perf_counter() > until

        def generate() -> None:
            try:
                self.model.generate(
                    **prompt,
                    max_new_tokens=tokens,
                    do_sample=False,
                    streamer=streamer,
                    pad_token_id=self.tokenizer.pad_token_id or self.tokenizer.eos_token_id or 0,
                    stopping_criteria=StoppingCriteriaList([stop]),
                )
            except Exception as failure:  # noqa: BLE001 - it is raised in the thread that asked
                failed.append(failure)
            finally:
                streamer.end()

        thread = threading.Thread(target=generate, name="transformers", daemon=True)
        thread.start()
        try:
            yield from streamer
        finally:
            stopped.set()
            thread.join()
            self.queue.release()
        if failed and isinstance(
            failed[0], RuntimeError
        ):  # torch's word for no memory, and for shapes that a model cannot take
            raise ModelFailed(f"{self.name_of_model} failed: {failed[0]}") from failed[0]
        if failed:
            raise failed[0]


def build_transformers_chat(where: str | Path) -> TransformersChat:
    """The model of a folder, or of a hub repository that lies in the hub's cache; nothing is downloaded and no code of it is run.

    Raises:
        MissingExtra: transformers or accelerate is not installed.
        ModelUnavailable: it is not here, or cannot be loaded.
    """
    keep_libraries_offline()
    try:
        import accelerate  # noqa: F401 - transformers places a model on its devices with it
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as missing:
        raise MissingExtra("transformers with accelerate", "pip install accelerate transformers") from missing
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(where), local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(str(where), local_files_only=True, dtype="auto", device_map="auto")
    except (OSError, ValueError, KeyError, RuntimeError) as failure:
        raise ModelUnavailable(f"{where} could not be loaded by transformers ({failure}).") from failure
    return TransformersChat(model=model.eval(), tokenizer=tokenizer, name_of_model=Path(where).name)


def _without(text: str, marks: Sequence[str]) -> str:
    for mark in marks:
        text = text.replace(mark, f"{mark[0]} {mark[1:]}")
    return text
