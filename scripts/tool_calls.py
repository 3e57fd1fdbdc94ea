"""Counts what local language models make of tools: python scripts/tool_calls.py MODEL.gguf [-n 200] [--plain 40]

Each message is planned by the model under the grammar, carried out and worded through grounding over the collection of VOUCH_HOME; then some
are asked for by the plain template, for comparison. Also says what reading the instructions costs cold and from memory.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from agent.build import build_conversation
from agent.conversation import Conversation
from agent.graph import build_tools
from agent.models.chat_text import as_chat, read_calls
from agent.models.joined_chat import planning_system
from agent.models.llama_cpp_chat import LlamaCppChat
from agent.models.llama_cpp_engine import Budget, Count, LlamaCppEngine
from agent.tool_schemas import arguments_of
from prompts import utterances
from retrieval.build import open_collection
from retrieval.catalogue import Catalogue
from tools.toolbox import TOOL_NAMES, Toolbox
from vouch.settings import Settings

SECONDS = 600.0


def main() -> int:
    """Prints the counts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", type=Path)
    options.add_argument("-n", type=int, default=200)
    options.add_argument("--plain", type=int, default=40)
    options.add_argument("--turns", type=int, default=20, help="so many of the messages are answered to the end")
    given = options.parse_args()
    settings = Settings(chat_model=str(given.model), chat_plans="yes", budget=SECONDS)
    collection = open_collection(settings)
    messages = asked(collection.catalogue, given.n)
    tools = [convert_to_openai_tool(tool) for tool in build_tools(Toolbox(recommender=collection.recommender))]
    system = planning_system(collection.catalogue)
    engine = LlamaCppEngine(given.model, threads=settings.threads)
    chat = LlamaCppChat(engine=engine, name_of_model=given.model.stem, budget=Budget(seconds=SECONDS))
    say(f"{given.model.name}: {len(messages)} messages over {len(collection.catalogue.items)} items")
    say(f"under the grammar: {counted(under_the_grammar(chat, system, tools, messages))}")
    say(f"by the plain template: {counted(plainly(engine, system, tools, messages[: given.plain]))}")
    engine.close()
    answered(settings, messages[: given.turns])
    return 0


def asked(catalogue: Catalogue, n: int) -> list[str]:
    """Labelled utterances, their gaps filled from the catalogue."""
    dice = random.Random(0)
    titles = [item.title for item in catalogue.items]
    values = [
        value for a in catalogue.schema.attributes if a.type in {"list", "category"} for value, _ in a.values[:20]
    ]
    said = [text for _, text in utterances()]
    dice.shuffle(said)
    return [
        text.replace("TITLE", dice.choice(titles))
        .replace("VALUE", dice.choice(values))
        .replace("NUMBER", "under 100 minutes")
        for text in itertools.islice(itertools.cycle(said), n)
    ]


def under_the_grammar(
    chat: LlamaCppChat, system: str, tools: list[dict[str, object]], messages: list[str]
) -> list[str]:
    """ "valid" for each message, or what was wrong."""
    found = []
    for n, message in enumerate(messages, 1):
        model = chat.bind_tools(tools, tool_choice="any")
        answer = model.invoke([SystemMessage(content=system), HumanMessage(content=f"Person: {message}")])
        told = answer.response_metadata
        if n in {1, 2, 3}:
            rate = (told["prompt_tokens"] - told["cached_tokens"]) / max(told["prompt_seconds"], 1e-3)
            say(
                f"  prompt {n}: {told['prompt_tokens']} tokens, {told['cached_tokens']} from memory, {told['prompt_seconds']:.2f} s ({rate:.0f}/s)"
            )
        found.append(judged([{"name": c["name"], "arguments": c["args"]} for c in answer.tool_calls]))
        if n % 20 == 0:
            say(f"  {n}: {counted(found)}")
    return found


def plainly(engine: LlamaCppEngine, system: str, tools: list[dict[str, object]], messages: list[str]) -> list[str]:
    """The same without a grammar."""
    found = []
    for message in messages:
        chat = as_chat([SystemMessage(content=system), HumanMessage(content=f"Person: {message}")], tools)
        text = "".join(engine.write(chat, budget=Budget(tokens=200, seconds=SECONDS), count=Count()))
        found.append(judged([dict(call) for call in read_calls(text)]))
    return found


def judged(calls: list[dict[str, object]]) -> str:
    """ "valid", or why not."""
    if not calls:
        return "no call"
    for call in calls:
        if call["name"] not in TOOL_NAMES:
            return "no such tool"
        try:
            arguments_of(getattr(Toolbox, str(call["name"]))).model_validate(call["arguments"], strict=True)
        except ValidationError:
            return "wrong arguments"
    return "valid"


def answered(settings: Settings, messages: list[str]) -> None:
    """Whole turns: how many calls each took, what was read from memory, what became of the sentences."""
    with talking(settings) as conversation:
        totals: Counter[str] = Counter()
        started = time.perf_counter()
        for n, message in enumerate(messages):
            counters = conversation.reply(message, conversation_id=f"c{n // 4}").counters
            totals.update(
                {
                    key: int(counters[key])
                    for key in ("calls", "kept", "repaired", "removed", "prompt_tokens", "cached_tokens")
                }
            )
            totals[f"turns with {counters['calls']} calls"] += 1
            totals[f"fallback: {counters['fallback'] or 'none'}"] += 1
        say(f"whole turns: {dict(totals)}, {time.perf_counter() - started:.0f} s")


@contextmanager
def talking(settings: Settings) -> Iterator[Conversation]:
    """A conversation over a copy of the collection: what is said and liked in it is gone with it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(settings.home, home)
        own = Settings(**settings.model_dump(exclude_unset=True) | {"home": home})
        with closing(build_conversation(own, open_collection(own))) as conversation:
            yield conversation


def counted(found: list[str]) -> str:
    """The counts in words."""
    return ", ".join(f"{count} {what}" for what, count in Counter(found).most_common()) + f" of {len(found)}"


def say(line: str) -> None:
    """A line, at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
