"""Settings and a collection to the conversation: which chat model talks, where its checkpoints lie. The only place that chooses."""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Callable
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from agent.conversation import Conversation
from agent.models.planner_chat import PlannerChat
from agent.planner.intents import IntentReader
from agent.planner.plan import Planner
from agent.wording import Wording
from prompts import utterances
from retrieval.build import Collection
from tools.toolbox import Toolbox
from vouch.errors import InputError, ModelUnavailable, SetupError
from vouch.settings import Settings
from vouch.weights import TABLE, Progress, file_digest, verified, weights_path

LANGUAGE_MODEL = "qwen2.5-coder-1.5b"
PLANNER_TIER = "planner (no language model)"
WAITING_TIER = "planner (until make llm has brought the language model)"
AUTO = "planner"
"""What `auto` means: "joined" only when what the language model writes is better than the planner's own words."""
LOOK_S = 5.0


def build_conversation(settings: Settings, collection: Collection, *, may_wait: bool = False) -> Conversation:
    """The conversation over a collection. The embedder's first use is here, so that the first message does not wait for it.

    Args:
        may_wait: where the joined model is wanted and is not here yet, the planner talks until `step_up_later` switches.

    Raises:
        InputError: a chat model that is neither a known word nor a file.
        SetupError: the chosen language model is not here, or cannot be loaded.
    """
    planner = _planner(collection)
    wanted = wanted_model(settings)
    waits = may_wait and wanted == "joined" and not is_ready(settings)
    conversation = Conversation(
        model=planner,
        toolbox=Toolbox(recommender=collection.recommender),
        checkpoints=settings.conversations,
        tiers={"chat": WAITING_TIER if waits else PLANNER_TIER} | dict(collection.tiers),
    )
    if wanted != "planner" and not waits:
        gguf = chosen_gguf(settings)
        conversation.use(join(settings, collection, planner, gguf), tier=f"joined: {_named(gguf)}")
    return conversation


def wanted_model(settings: Settings) -> str:
    """ "planner", "joined" or a file; what `auto` means is decided here."""
    return AUTO if settings.chat_model == "auto" else settings.chat_model


def chosen_gguf(settings: Settings) -> Path:
    """The file of the language model that writes. Raises InputError and SetupError."""
    wanted = wanted_model(settings)
    if wanted == "joined":
        if not is_ready(settings):
            raise ModelUnavailable("The language model that words the replies is not here. Bring it with: make llm")
        return _laid_out(settings)
    if not Path(wanted).is_file():
        raise InputError(f"“{wanted}” is no chat model: it is auto, planner, joined, or a .gguf file.")
    return Path(wanted)


def join(settings: Settings, collection: Collection, planner: PlannerChat, gguf: Path) -> BaseChatModel:
    """The planner and a language model that writes what grounding lets through. Raises SetupError."""
    from agent.models.joined_chat import JoinedChat
    from agent.models.llama_cpp_chat import LlamaCppChat
    from agent.models.llama_cpp_engine import LlamaCppEngine
    from prompts import writer_prompt

    ours = TABLE[LANGUAGE_MODEL]
    digest = ours.sha256 if gguf == _laid_out(settings) else file_digest(gguf)
    engine = LlamaCppEngine(gguf, digest=digest, prefixes=settings.prefixes, threads=settings.threads)
    engine.keep_prefix(writer_prompt())
    writer = LlamaCppChat(engine=engine, name_of_model=_named(gguf))
    return JoinedChat(planner=planner, writer=writer, embedder=collection.embedder)


def fetch_language_model(settings: Settings, progress: Progress) -> Path:
    """Lays out the language model's file and saves its reading of the instructions; returns the file. Raises SetupError."""
    from agent.models.llama_cpp_engine import LlamaCppEngine
    from prompts import writer_prompt

    gguf = weights_path(LANGUAGE_MODEL, folder=settings.weights_folder, progress=progress)
    progress(f"{LANGUAGE_MODEL}: reading its instructions once")
    digest = TABLE[LANGUAGE_MODEL].sha256
    engine = LlamaCppEngine(gguf, digest=digest, prefixes=settings.prefixes, threads=settings.threads)
    engine.keep_prefix(writer_prompt())
    engine.close()
    return gguf


def step_up_later(
    settings: Settings, collection: Collection, conversation: Conversation, say: Callable[[str], None]
) -> None:
    """Where the planner stands in for a language model to come: looks now and then, in the background, and switches."""
    if conversation.tiers["chat"] == WAITING_TIER:
        given = (settings, collection, conversation, say)
        threading.Thread(target=_wait_and_switch, args=given, name="step-up", daemon=True).start()


def _wait_and_switch(
    settings: Settings, collection: Collection, conversation: Conversation, say: Callable[[str], None]
) -> None:
    never = threading.Event()
    while not is_ready(settings):
        never.wait(LOOK_S)
    gguf = _laid_out(settings)
    try:
        model = join(settings, collection, _planner(collection), gguf)
    except SetupError as error:
        say(f"The language model is here but was not loaded: {error}")
        return
    conversation.use(model, tier=f"joined: {_named(gguf)}")
    say(f"The language model {_named(gguf)} is here: the next answer is worded by it.")


def _planner(collection: Collection) -> PlannerChat:
    intents = IntentReader(collection.embedder, utterances())
    intents.warm()
    return PlannerChat(planner=Planner(collection.catalogue, intents), wording=Wording(collection.catalogue))


def is_ready(settings: Settings) -> bool:
    """Whether all that `make llm` makes is here: the library, the file with its digest, and the saved reading, which comes last."""
    importlib.invalidate_caches()
    return (
        importlib.util.find_spec("llama_cpp") is not None
        and any(settings.prefixes.glob("*.state"))
        and verified(_laid_out(settings).parent, TABLE[LANGUAGE_MODEL])
    )


def _laid_out(settings: Settings) -> Path:
    return settings.weights_folder / LANGUAGE_MODEL / TABLE[LANGUAGE_MODEL].file


def _named(gguf: Path) -> str:
    return gguf.stem.removesuffix("-q4_k_m")
