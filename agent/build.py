"""Settings and a collection to the conversation: which chat model talks, where its checkpoints lie. The only place that chooses."""

from __future__ import annotations

import importlib
import importlib.util
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.conversation import Conversation
from agent.graph import build_tools
from agent.models.chat_text import system_text
from agent.models.choosing import LANGUAGE_MODEL, Place, is_address, laid_out, open_language_model
from agent.models.joined_chat import JoinedChat, planning_system
from agent.models.llama_cpp_engine import MARK
from agent.models.minilm_reader import MiniLmReader
from agent.models.planner_chat import PlannerChat
from agent.planner.intents import IntentReader
from agent.planner.plan import Planner
from agent.wording import Wording
from prompts import utterances, writer_prompt
from retrieval.build import Collection
from tools.toolbox import Toolbox
from vouch.errors import InputError, SetupError
from vouch.settings import Settings
from vouch.weights import TABLE, Progress, verified, weights_path

PLANNER_TIER = "planner (no language model)"
WAITING_TIER = "planner until the language model is here"
LOOK_S = 5.0
_FRESH_S = 300.0
_LAST_BYTES = 4000
_BROKEN = re.compile(r"^make(?:\[\d+\])?: \*\*\* ", re.MULTILINE)
_BUILT = re.compile(r"\[\s*(\d+)/(\d+)\]|\[\s*(\d+)%\]")
_LOADED = re.compile(r"downloading, (\d+) of about (\d+) MB|downloading, (\d+) MB")


def build_conversation(settings: Settings, collection: Collection, *, may_wait: bool = False) -> Conversation:
    """The conversation over a collection. The embedder's first use is here, so that the first message does not wait for it.

    Args:
        may_wait: where the joined model is wanted and is not here yet, the planner talks until `step_up_later` switches.

    Raises:
        InputError: a chat model that is neither a known word, nor a file or folder, nor an address.
        SetupError: the chosen language model is not here, or cannot be loaded.
    """
    planner = planner_of(collection)
    toolbox = Toolbox(recommender=collection.recommender, asked=collection.asked)
    wanted = wanted_model(settings, may_wait=may_wait)
    waits = may_wait and wanted == "joined" and not is_ready(settings)
    conversation = Conversation(
        model=planner,
        toolbox=toolbox,
        checkpoints=settings.conversations,
        tiers={"chat": waiting_tier(settings.llm_log) if waits else PLANNER_TIER} | dict(collection.tiers),
    )
    if wanted != "planner" and not waits:
        model, tier = join(settings, collection, planner, toolbox)
        conversation.use(model, tier=tier)
    return conversation


def wanted_model(settings: Settings, *, may_wait: bool = False) -> str:
    """ "planner", "joined", or what else was set; `auto` is the best that is here, or that may be waited for."""
    if settings.chat_model != "auto":
        return settings.chat_model
    return "joined" if may_wait or is_ready(settings) else "planner"


def join(
    settings: Settings, collection: Collection, planner: PlannerChat, toolbox: Toolbox
) -> tuple[BaseChatModel, str]:
    """The planner with the chosen language model, which chooses what is said of the first items, and its tier. Raises InputError, SetupError."""
    wanted = "joined" if settings.chat_model in {"auto", "joined"} else settings.chat_model
    plans = settings.chat_plans == "yes" or (settings.chat_plans == "auto" and is_address(wanted))
    systems = [writer_prompt()]
    if plans:
        tools = [convert_to_openai_tool(tool) for tool in build_tools(toolbox)]
        systems.append(system_text(planning_system(collection.catalogue), tools))
    model = open_language_model(wanted, _place(settings), systems=systems)
    told = model.here or settings.share_taste
    chat = JoinedChat(
        planner=planner,
        writer=model.chat,
        thinker=model.chat if plans else None,
        guided=model.guided,
        seconds=settings.budget,
        share_taste=told,
    )
    return chat, model.tier(plans=plans, told=told)


def fetch_language_model(settings: Settings, progress: Progress, name: str = LANGUAGE_MODEL) -> Path:
    """Lays out a language model's file and saves its reading of the instructions; returns the file. Raises InputError, SetupError."""
    if name not in TABLE or not TABLE[name].file.endswith(".gguf"):
        ours = ", ".join(n for n, weights in TABLE.items() if weights.file.endswith(".gguf"))
        raise InputError(f"There is no language model “{name}” to fetch. There are: {ours}.")
    gguf = weights_path(name, folder=settings.weights_folder, progress=progress)
    progress(f"{name}: reading its instructions once")
    open_language_model(name, _place(settings), systems=[writer_prompt()])
    return gguf


def step_up_later(
    settings: Settings, collection: Collection, conversation: Conversation, say: Callable[[str], None]
) -> None:
    """Where the planner stands in for a language model to come: looks now and then, in the background, and switches."""
    if conversation.tiers["chat"].startswith(WAITING_TIER):
        given = (settings, collection, conversation, say)
        threading.Thread(target=_wait_and_switch, args=given, name="step-up", daemon=True).start()


def _wait_and_switch(
    settings: Settings, collection: Collection, conversation: Conversation, say: Callable[[str], None]
) -> None:
    never = threading.Event()
    while not is_ready(settings):
        conversation.name_chat(waiting_tier(settings.llm_log))
        never.wait(LOOK_S)
    try:
        now = conversation.model
        planner = now if isinstance(now, PlannerChat) else planner_of(collection)
        model, tier = join(settings, collection, planner, conversation.toolbox)
    except SetupError as error:
        conversation.name_chat(f"{PLANNER_TIER[:-1]}: it could not be loaded)")
        say(f"The language model is here but was not loaded: {error}")
        return
    conversation.use(model, tier=tier)
    say(f"The language model is here ({tier}): the next answer is worded by it.")


def waiting_tier(log: Path) -> str:
    """The tier while a language model is awaited, with how far `make llm` is by its log, where that has moved in the last minutes."""
    try:
        fresh = time.time() - log.stat().st_mtime < _FRESH_S
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LAST_BYTES))
            said = file.read().decode("utf-8", errors="replace")
    except OSError:
        fresh, said = False, ""
    return f"{WAITING_TIER} ({_progress(said) if fresh else 'make llm brings it'})"


def _progress(said: str) -> str:
    """How far `make llm` is, by the end of what it said."""
    if _BROKEN.search(said):
        return "bringing it failed, llm.log says why"
    if "reading its instructions" in said:
        return "it reads its instructions"
    if loaded := list(_LOADED.finditer(said)):
        done, total, alone = loaded[-1].groups()
        return f"downloading, {done} of {total} MB" if total else f"downloading, {alone} MB"
    if built := list(_BUILT.finditer(said)):
        done, total, percent = built[-1].groups()
        return f"building llama.cpp, {percent or 100 * int(done) // max(int(total), 1)} %"
    return "being brought"


def planner_of(collection: Collection) -> PlannerChat:
    """The planner over a collection, ready."""
    intents = IntentReader(collection.embedder, utterances())
    intents.warm()
    reader = MiniLmReader()
    reader.warm()
    planner = Planner(collection.catalogue, intents, marked=reader, sought=reader)
    return PlannerChat(planner=planner, wording=Wording(collection.catalogue))


def is_ready(settings: Settings) -> bool:
    """Whether all that `make llm` makes is here: the library, the file with its digest, and the saved reading, which comes last."""
    importlib.invalidate_caches()
    ours = TABLE[LANGUAGE_MODEL]
    return (
        importlib.util.find_spec("llama_cpp") is not None
        and any(settings.prefixes.glob(f"{ours.sha256[:MARK]}-*.state"))
        and verified(laid_out(LANGUAGE_MODEL, settings.weights_folder).parent, ours)
    )


def _place(settings: Settings) -> Place:
    return Place(
        weights=settings.weights_folder,
        prefixes=settings.prefixes,
        threads=settings.threads,
        key=settings.chat_key,
    )
