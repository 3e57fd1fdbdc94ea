"""A word, a file, a folder or an address to the language model that it means. Nothing is downloaded here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from vouch.errors import InputError, ModelUnavailable
from vouch.weights import TABLE, file_digest, verified

LANGUAGE_MODEL = "qwen2.5-coder-1.5b"
"""The one that `make llm` brings."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where language models lie and what they need: `prefixes` keeps their reading of instructions, `key` is for servers."""

    weights: Path
    prefixes: Path
    threads: int = 0
    key: str | None = None


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    """A chat model with its name. `at`: the server, "" for this process; `here`: whether nothing leaves this machine; `guided`: it takes a grammar."""

    chat: BaseChatModel
    name: str
    at: str = ""
    here: bool = True
    guided: bool = False

    def tier(self, *, plans: bool, told: bool) -> str:
        """What the terminal, the page and /healthz call it."""
        what = f"{self.name} at {self.at}" if self.at else self.name
        where = "" if self.here else f", not on this machine, {'told' if told else 'not told'} your taste"
        return f"{'planning and writing' if plans else 'joined'}: {what}{where}"


def is_address(wanted: str) -> bool:
    """Whether this is a server's address."""
    return wanted.startswith(("http://", "https://"))


def laid_out(name: str, weights: Path) -> Path:
    """Where a GGUF of the table lies, or would."""
    return weights / name / TABLE[name].file


def open_language_model(wanted: str, place: Place, *, systems: Sequence[str]) -> LanguageModel:
    """The language model that is meant by "joined", a name of the table, a .gguf file, a transformers folder or id, or an address.

    Args:
        systems: the instructions of each role as the model reads them; a GGUF's reading of them is loaded, or made once and kept.

    Raises:
        InputError: it is none of these.
        SetupError: it is not here, cannot be loaded, or its server does not answer.
    """
    name = LANGUAGE_MODEL if wanted == "joined" else wanted
    if is_address(name):
        from agent.models.openai_chat import build_openai_chat, is_here

        served = build_openai_chat(name, key=place.key)
        return LanguageModel(chat=served, name=served.name_of_model, at=served.host, here=is_here(name))
    if name in TABLE and TABLE[name].file.endswith(".gguf"):
        if not verified(place.weights / name, TABLE[name]):
            bring = "make llm" if name == LANGUAGE_MODEL else f"vouch pull {name}"
            raise ModelUnavailable(f"The language model {name} is not here. Bring it with: {bring}")
        return _gguf(laid_out(name, place.weights), TABLE[name].sha256, place, systems)
    path = Path(name)
    if path.suffix == ".gguf" and path.is_file():
        return _gguf(path, file_digest(path), place, systems)
    if (path / "config.json").is_file() or (name.count("/") == 1 and not name.startswith((".", "/", "~"))):
        from agent.models.transformers_chat import build_transformers_chat

        return LanguageModel(chat=build_transformers_chat(name), name=path.name)
    ours = ", ".join(n for n, weights in TABLE.items() if weights.file.endswith(".gguf"))
    raise InputError(
        f"“{wanted}” is no chat model: it is auto, planner, joined, {ours}, a .gguf file, a folder or hub id of a transformers "
        "model, or the address of an OpenAI-compatible server (http://host:port/v1, with #NAME where it has several)."
    )


def _gguf(path: Path, digest: str, place: Place, systems: Sequence[str]) -> LanguageModel:
    from agent.models.llama_cpp_chat import LlamaCppChat
    from agent.models.llama_cpp_engine import LlamaCppEngine

    engine = LlamaCppEngine(path, digest=digest, prefixes=place.prefixes, threads=place.threads)
    for system in systems:
        engine.keep_prefix(system)
    name = path.stem.removesuffix("-q4_k_m")
    return LanguageModel(chat=LlamaCppChat(engine=engine, name_of_model=name), name=name, guided=True)
