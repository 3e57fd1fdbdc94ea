"""One GGUF in llama.cpp: prompt in, pieces of text out, counted. One queue before it; what was evaluated before is not evaluated again.

Knows nothing of LangChain.
"""

from __future__ import annotations

import codecs
import ctypes
import hashlib
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable

CONTEXT_TOKENS = 4096
MARK = 12
"""So many characters of a model's digest begin the names of its saved prefixes."""
_LEAST_TOKENS = 64
_CHUNK = 128
_WAIT_S = 60.0
_PLAIN = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What one answer may cost. The seconds begin when the model is free; loading a saved prefix does not count."""

    tokens: int = 220
    seconds: float = 60.0


@dataclass(kw_only=True)
class Count:
    """What one answer has cost so far: of the prompt's tokens, `cached` had been evaluated before."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    prompt_s: float = 0.0
    seconds: float = 0.0
    finish: str = "stop"


class LlamaCppEngine:
    """A loaded GGUF. Safe to call from several threads: they wait for each other.

    Args:
        path: the GGUF file.
        digest: its sha256; part of a saved prefix's name.
        prefixes: the folder of saved prefixes. None: nothing is saved.
        threads: 0: as many as there are cores.

    Raises:
        MissingExtra: llama-cpp-python is not installed.
        ModelUnavailable: the file cannot be loaded.
    """

    def __init__(self, path: Path, *, digest: str = "", prefixes: Path | None = None, threads: int = 0) -> None:
        try:
            import llama_cpp
        except ImportError as missing:
            raise MissingExtra("llama-cpp-python", "make llm") from missing
        self._library = llama_cpp
        count = threads or os.cpu_count() or 1
        try:
            self._model = llama_cpp.Llama(
                model_path=str(path),
                n_ctx=CONTEXT_TOKENS,
                n_batch=_CHUNK,
                n_threads=count,
                n_threads_batch=count,
                verbose=False,
            )
        except (ValueError, RuntimeError, OSError) as failure:
            raise ModelUnavailable(f"{path} could not be loaded by llama.cpp ({failure}).") from failure
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._model.model)
        self._made_by = f"{digest}:{llama_cpp.__version__}"
        self._mark = digest[:MARK]
        self._prefixes = prefixes
        self._kept: dict[str, tuple[list[int], Path]] = {}
        self._free = threading.Lock()
        self._format = self._formatter()
        self._marks = self._control_texts()

    def close(self) -> None:
        """Frees the model."""
        with self._free:
            self._model.close()

    def prompt(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """The tokens of a chat by the GGUF's own template. What looks like a control token in a message is made harmless."""
        from jinja2 import TemplateError

        try:
            text = self._format(messages=[{**m, "content": self._harmless(m["content"])} for m in messages]).prompt
        except (ValueError, TemplateError) as failure:
            raise ModelFailed(f"the model's chat template refused the messages: {failure}") from failure
        return list(self._model.tokenize(text.encode("utf-8"), add_bos=False, special=True))

    def prefix(self, system: str) -> list[int]:
        """The tokens that every chat with this system message begins with."""
        one, other = (self.prompt(_chat(system, said)) for said in ("a", "Z"))
        return one[: _shared(one, other)]

    def keep_prefix(self, system: str) -> None:
        """Evaluates what every chat with this system message begins with, once for ever: it is saved on disk and loaded from there."""
        if self._prefixes is None:
            return
        tokens = self.prefix(system)
        name = f"{self._mark}-{hashlib.sha256(f'{self._made_by}:{tokens}'.encode()).hexdigest()[:32]}"
        with self._queue():
            self._kept[system] = (tokens, self._prefixes / f"{name}.state")
            if not self._load(*self._kept[system]):
                self._evaluate(tokens, 0, deadline=None)
                self._save(*self._kept[system])

    def write(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        budget: Budget,
        count: Count,
        grammar: str = "",
        temperature: float = 0.0,
        seed: int = 0,
    ) -> Iterator[str]:
        """Pieces of the answer as they come; `count` is filled in meanwhile. Raises ModelFailed."""
        tokens = self.prompt(messages)
        count.prompt = len(tokens)
        room = CONTEXT_TOKENS - len(tokens)
        if room < _LEAST_TOKENS:
            raise ModelFailed(f"{len(tokens)} tokens of prompt are more than fit into {CONTEXT_TOKENS} with an answer.")
        budget = Budget(tokens=min(budget.tokens, room), seconds=budget.seconds)
        with self._queue():
            try:
                yield from self._write(tokens, _system(messages), budget, count, grammar, temperature, seed)
            except (RuntimeError, ValueError, OSError) as failure:
                self._model.reset()
                raise ModelFailed(f"llama.cpp failed: {failure}") from failure

    def _write(
        self,
        tokens: list[int],
        system: str,
        budget: Budget,
        count: Count,
        grammar: str,
        temperature: float,
        seed: int,
    ) -> Iterator[str]:
        count.cached = self._reuse(tokens, system)
        started = time.perf_counter()
        self._evaluate(tokens[:-1], count.cached, deadline=started + budget.seconds)
        count.prompt_s = time.perf_counter() - started
        self._model.set_seed(seed or 1)
        rules = self._library.LlamaGrammar.from_string(grammar, verbose=False) if grammar else None
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        try:
            for token in self._model.generate(tokens, temp=temperature, top_k=40, top_p=0.95, grammar=rules):
                if self._library.llama_vocab_is_eog(self._vocabulary, token):
                    break
                count.completion += 1
                if piece := decoder.decode(self._model.detokenize([token], special=False)):
                    yield piece
                over = time.perf_counter() - started > budget.seconds
                if over or count.completion >= budget.tokens:
                    count.finish = "seconds" if over else "tokens"
                    break
            if rest := decoder.decode(b"", final=True):
                yield rest
        finally:
            count.seconds = time.perf_counter() - started

    @contextmanager
    def _queue(self) -> Iterator[None]:
        if not self._free.acquire(timeout=_WAIT_S):
            raise ModelFailed(f"the language model was busy for {_WAIT_S:.0f} seconds")
        try:
            yield
        finally:
            self._free.release()

    def _reuse(self, tokens: list[int], system: str) -> int:
        """How many tokens of the prompt need not be evaluated; the rest of the model's memory is dropped."""
        here = self._model.input_ids[: self._model.n_tokens].tolist()
        shared = _shared(here, tokens)
        kept = self._kept.get(system)
        if kept is not None and shared < len(kept[0]) and kept[0] == tokens[: len(kept[0])] and self._load(*kept):
            shared = len(kept[0])
        shared = min(shared, len(tokens) - 1)
        memory = self._library.llama_get_memory(self._model.ctx)
        if not self._library.llama_memory_seq_rm(memory, -1, shared, -1):  # a recurrent model forgets all or nothing
            self._model.reset()
            return 0
        self._model.n_tokens = shared
        return shared

    def _evaluate(self, tokens: list[int], start: int, *, deadline: float | None) -> None:
        if start == 0:
            self._model.reset()
        for place in range(start, len(tokens), _CHUNK):
            if deadline is not None and time.perf_counter() > deadline:
                raise ModelFailed("reading the prompt took longer than the seconds that were given")
            self._model.eval(tokens[place : place + _CHUNK])

    def _save(self, tokens: list[int], path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        ids = (ctypes.c_int32 * len(tokens))(*tokens)
        if self._library.llama_state_seq_save_file(self._model.ctx, str(partial).encode(), 0, ids, len(tokens)):
            partial.replace(path)
        partial.unlink(missing_ok=True)

    def _load(self, tokens: list[int], path: Path) -> bool:
        """Whether the saved prefix is in the model's memory now; a file that is not of these tokens is removed."""
        if not path.is_file():
            return False
        ids, number = (ctypes.c_int32 * CONTEXT_TOKENS)(), ctypes.c_size_t(0)
        self._model.reset()
        read = self._library.llama_state_seq_load_file(
            self._model.ctx, str(path).encode(), 0, ids, CONTEXT_TOKENS, ctypes.byref(number)
        )
        if not read or list(ids[: number.value]) != tokens:
            with suppress(OSError):
                path.unlink()
            return False
        self._model.input_ids[: len(tokens)] = tokens
        self._model.n_tokens = len(tokens)
        return True

    def _formatter(self) -> Any:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        def text(token: int) -> str:
            return self._library.llama_vocab_get_text(self._vocabulary, token).decode() if token >= 0 else ""

        return Jinja2ChatFormatter(
            template=self._model.metadata.get("tokenizer.chat_template", _PLAIN),
            eos_token=text(self._model.token_eos()),
            bos_token=text(self._model.token_bos()),
        )

    def _control_texts(self) -> tuple[str, ...]:
        library, vocabulary = self._library, self._vocabulary
        marks = (n for n in range(self._model.n_vocab()) if library.llama_vocab_is_control(vocabulary, n))
        texts = (library.llama_vocab_get_text(vocabulary, n).decode("utf-8", errors="replace") for n in marks)
        return tuple(text for text in texts if len(text) > 1)

    def _harmless(self, text: str) -> str:
        for mark in self._marks:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return text


def _chat(system: str, said: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": said}]


def _system(messages: Sequence[Mapping[str, str]]) -> str:
    return messages[0]["content"] if messages and messages[0]["role"] == "system" else ""


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
