"""A language model's answer heard from a thread, so that one that hangs holds nobody up; and what its calls cost."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.runnables import Runnable

from vouch.errors import ModelFailed

_GOODBYE_S = 0.2


class TooSlow(ModelFailed):
    """The model had not ended when its seconds had."""


@dataclass
class Spent:
    """What the calls of a language model cost in one turn; tokens by the model's own figures, of the prompt's `cached` were not read again."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def hear(self, piece: AIMessageChunk) -> None:
        """Adds what a piece says of its cost."""
        usage: Mapping[str, Any] = piece.usage_metadata or {}
        self.prompt_tokens += int(usage.get("input_tokens", 0))
        self.completion_tokens += int(usage.get("output_tokens", 0))
        self.cached_tokens += int((usage.get("input_token_details") or {}).get("cache_read", 0) or 0)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the checkpoint."""
        return asdict(self) | {"seconds": round(self.seconds, 3)}


def listen(
    model: Runnable[LanguageModelInput, AIMessage],
    prompt: LanguageModelInput,
    *,
    until: float,
    spent: Spent,
    tokens: int,
    grammar: str = "",
) -> Iterator[AIMessageChunk]:
    """The pieces of a model's answer as they come.

    Args:
        until: the moment (`time.perf_counter`) after which nothing is waited for.
        spent: is filled in meanwhile; a model that counts nothing has its pieces counted.
        tokens: how many the answer may have; the model is told.
        grammar: GBNF of the answer, for a model that takes one; "": none.

    Raises:
        TooSlow: the moment has come.
        ModelFailed: what the model's adapter says. A bug in it is raised here as it is.
    """
    started = time.perf_counter()
    pieces: queue.Queue[AIMessageChunk | Exception | None] = queue.Queue()
    stopped = threading.Event()
    options = {"max_tokens": tokens, "timeout": max(until - started, 0.1), **({"grammar": grammar} if grammar else {})}
    given = (model, prompt, options, pieces, stopped)
    speaking = threading.Thread(target=_speak, args=given, name="language-model", daemon=True)
    speaking.start()
    spent.calls += 1
    before, heard = spent.completion_tokens, 0
    try:
        while (piece := _next(pieces, until)) is not None:
            spent.hear(piece)
            heard += bool(piece.text)
            yield piece
    finally:
        stopped.set()
        speaking.join(timeout=_GOODBYE_S)  # a model that is still writing lets go of its line
        spent.completion_tokens = max(spent.completion_tokens, before + heard)
        spent.seconds += time.perf_counter() - started


def _next(pieces: queue.Queue[AIMessageChunk | Exception | None], until: float) -> AIMessageChunk | None:
    left = until - time.perf_counter()
    try:
        piece = pieces.get(timeout=max(left, 0.0)) if left > 0 else pieces.get_nowait()
    except queue.Empty:
        raise TooSlow("the language model had not ended when its seconds had") from None
    over = time.perf_counter() >= until
    if isinstance(piece, Exception) and not (over and isinstance(piece, ModelFailed)):
        raise piece
    if piece is not None and over:
        raise TooSlow("the language model had not ended when its seconds had")
    return piece if isinstance(piece, AIMessageChunk) else None


def _speak(
    model: Runnable[LanguageModelInput, AIMessage],
    prompt: LanguageModelInput,
    options: Mapping[str, Any],
    pieces: queue.Queue[AIMessageChunk | Exception | None],
    stopped: threading.Event,
) -> None:
    stream = model.stream(prompt, **options)
    try:
        for chunk in stream:
            if stopped.is_set():
                return
            pieces.put(chunk)  # type: ignore[arg-type]  # a chat model streams chunks
        pieces.put(None)
    except Exception as error:  # whatever it is, it is raised in the thread that asked
        if stopped.is_set() and not isinstance(error, ModelFailed):
            raise  # nobody listens any more, and a bug is not to be lost
        pieces.put(error)
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
