"""What a vision-language model in llama.cpp says about pictures: a GGUF with its mmproj file beside it, under a grammar that must end.

It needs llama-cpp-python with its vision part (libmtmd), which `make llm` leaves out because it takes minutes more to build.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prompts import caption_grammar
from retrieval.perception.openai_captioner import LARGEST_PX, data_address, messages
from retrieval.perception.seen_answer import MAX_TOKENS, Outcome, Turn, look_at, prompt_digest
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived

CONTEXT_TOKENS = 8192
INSTALL = "CMAKE_ARGS=-DLLAVA_BUILD=ON pip install -c constraints.txt --force-reinstall --no-deps --no-cache-dir llama-cpp-python"


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
                messages=messages(picture, talk),
                grammar=LlamaGrammar.from_string(caption_grammar(), verbose=False),
                max_tokens=MAX_TOKENS,
                temperature=0.0,
            )
        except (RuntimeError, ValueError, OSError) as failure:
            return ModelFailed(f"llama.cpp could not look at a picture: {failure}")
        return str(answer["choices"][0]["message"]["content"] or "")


def load(gguf: Path, *, threads: int) -> Any:
    """The model with its eyes, ready to run. Raises MissingExtra, ModelUnavailable."""
    try:
        library = importlib.import_module("llama_cpp")
        importlib.import_module("llama_cpp.mtmd_cpp")
        chat_format = importlib.import_module("llama_cpp.llama_chat_format")
    except (ImportError, OSError, RuntimeError) as missing:  # the library itself, or its shared object
        raise MissingExtra("llama-cpp-python with its vision part", INSTALL) from missing
    try:
        return library.Llama(
            model_path=str(gguf),
            chat_handler=chat_format.MTMDChatHandler(clip_model_path=str(mmproj(gguf)), verbose=False),
            n_ctx=CONTEXT_TOKENS,
            n_threads=threads or os.cpu_count() or 1,
            n_gpu_layers=-1,  # without a GPU in the build this does nothing
            verbose=False,
        )
    except (ValueError, RuntimeError, OSError) as failure:
        raise ModelUnavailable(f"{gguf} could not be loaded by llama.cpp ({failure}).") from failure


def mmproj(gguf: Path) -> Path:
    """The file with the model's eyes, in the same folder. Raises ModelUnavailable where there is none, or several."""
    found = sorted(path for path in gguf.parent.glob("*.gguf") if "mmproj" in path.name.lower())
    if len(found) != 1:
        raise ModelUnavailable(
            f"{gguf} needs exactly one file with “mmproj” in its name beside it, and there are {len(found)}."
        )
    return found[0]
