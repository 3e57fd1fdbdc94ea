"""What a vision-language model in llama.cpp says about pictures: a GGUF with its mmproj file beside it, under a grammar that must end.

It needs llama-cpp-python with its vision part (libmtmd), as `make llm-library` builds it.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from prompts import caption_grammar
from retrieval.perception.openai_captioner import LARGEST_PX, data_address, messages
from retrieval.perception.seen_answer import MAX_TOKENS, OPENING, Outcome, Turn, look_at, prompt_digest
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived

CONTEXT_TOKENS = 8192
INSTALL = "make llm-library"


class LlamaCppCaptioner:
    """Captions by a GGUF; loaded by the first picture; calls from several threads wait for each other.

    Args:
        gguf: the language model's file; its mmproj file (its name holds “mmproj”) lies in the same folder.
        name: the model's name and digest, for `made_by`.
        threads: 0: as many as there are cores.
    """

    takes: frozenset[MediaKind] = frozenset({"picture"})
    batch = 1

    def __init__(self, gguf: Path, *, name: str, threads: int = 0) -> None:
        self.made_by = f"{name}/llama.cpp-caption-{prompt_digest()}"
        self._gguf = gguf
        self._threads = threads
        self._looking = threading.Lock()
        self._model: Any = None

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """The fields of the model's answer, each in its channel. Raises UnreadableMedia, ModelFailed, and SetupError where it can't run."""
        (outcome,) = self.perceive_batch([picture])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)

    def perceive_batch(self, paths: Sequence[Path]) -> list[Outcome]:
        """What each picture says, one after the other; why it says nothing stands in its place. Raises SetupError."""
        with self._looking:
            return look_at(paths, self._ask, batch=self.batch, largest_px=LARGEST_PX, prepare=data_address)

    def _ask(self, pictures: Sequence[str], talks: Sequence[tuple[Turn, ...]]) -> list[str | ModelFailed]:
        return [self._answer(picture, talk) for picture, talk in zip(pictures, talks, strict=True)]

    def _answer(self, picture: str, talk: tuple[Turn, ...]) -> str | ModelFailed:
        if self._model is None:
            self._model = load(self._gguf, threads=self._threads)
        from llama_cpp import LlamaGrammar

        try:
            answer = self._model.create_chat_completion(
                messages=_in_parts(picture, talk),
                grammar=LlamaGrammar.from_string(caption_grammar(), verbose=False),
                max_tokens=MAX_TOKENS,
                temperature=0.0,
            )
        except (RuntimeError, ValueError, OSError) as failure:
            return ModelFailed(f"llama.cpp could not look at a picture: {failure}")
        return OPENING + str(answer["choices"][0]["message"]["content"] or "")


def load(gguf: Path, *, threads: int) -> Any:
    """The model with its eyes, ready to run. Raises MissingExtra, ModelUnavailable."""
    try:
        library = importlib.import_module("llama_cpp")
        vision = importlib.import_module("llama_cpp.mtmd_cpp")
        chat_format = importlib.import_module("llama_cpp.llama_chat_format")
    except (ImportError, OSError, RuntimeError) as missing:  # the library itself, or its shared object
        raise MissingExtra("llama-cpp-python with its vision part", INSTALL) from missing
    vision.mtmd_helper_log_set(_silent(library), None)
    try:
        eyes = _opening(chat_format.MTMDChatHandler)(clip_model_path=str(mmproj(gguf)), verbose=False)
        model = library.Llama(
            model_path=str(gguf),
            chat_handler=eyes,
            n_ctx=CONTEXT_TOKENS,
            n_threads=threads or os.cpu_count() or 1,
            n_gpu_layers=-1,  # without a GPU in the build this does nothing
            verbose=False,
        )
        eyes._init_mtmd_context(
            model
        )  # else the first picture finds out that the file is no model's eyes, and each one after it
    except (ValueError, RuntimeError, OSError) as failure:
        raise ModelUnavailable(f"{gguf} could not be loaded by llama.cpp ({failure}).") from failure
    return model


def _in_parts(picture: str, talk: Sequence[Turn]) -> list[dict[str, Any]]:
    """The talk with every message in parts, which is all that templates of models that see go through; no mark of a picture in its words."""
    first, *later = messages(picture, [replace(turn, text=turn.text.replace("<", "(")) for turn in talk])
    return [first, *({**message, "content": [{"type": "text", "text": message["content"]}]} for message in later)]


def _opening(handler: Any) -> Any:
    """The handler's class, but that a prompt ends with the first characters of the answer: they are in the model's own tokens then, where
    a grammar would let it spell them letter by letter and lose its thread."""

    class Opening(handler):  # type: ignore[misc]
        def _postprocess_template_text(self, *given: Any) -> str:
            text: str = super()._postprocess_template_text(*given)
            return f"{text}{'' if text[-1:].isspace() else ' '}{OPENING}"

    return Opening


@cache
def _silent(library: Any) -> Any:
    """The vision part tells of each tile on stderr whatever `verbose` is. Kept for as long as the process: the library calls it."""
    return library.llama_log_callback(lambda level, text, data: None)


def mmproj(gguf: Path) -> Path:
    """The file with the model's eyes, in the same folder. Raises ModelUnavailable where there is none, or several."""
    found = sorted(path for path in gguf.parent.glob("*.gguf") if "mmproj" in path.name.lower())
    if len(found) != 1:
        raise ModelUnavailable(
            f"{gguf} needs exactly one file with “mmproj” in its name beside it, and there are {len(found)}."
        )
    return found[0]
