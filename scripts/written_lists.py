"""Prints what a local language model writes for lists, to be read: python -m scripts.written_lists MODEL.gguf [-n 100]

Labelled utterances, their gaps filled from the collection of VOUCH_HOME, are said in conversations of four turns until the model has written for
so many lists. Of each list: the message, what the model could choose from, what it chose, the reply as it is shown, what the file holds of each
item told of. At the end: how many lines were kept, repaired and removed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from agent.conversation import Conversation
from agent.models.joined_chat import JoinedChat
from agent.writing import LINES
from scripts.tool_calls import SECONDS, asked, say, talking
from tools.render import value_text
from vouch.settings import Settings
from vouch.types import Item, Reply

TURNS = 4
"""So many messages a conversation has: what was said stands behind what is said next."""


@dataclass(eq=False)
class Overheard(BaseCallbackHandler):
    """What the writer last read, without its instructions, and answered."""

    read: str = ""
    answered: str = ""
    calls: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def on_chat_model_start(self, serialized: Any, messages: list[list[BaseMessage]], **more: Any) -> None:
        """A prompt."""
        self.read = messages[0][-1].text
        self.calls += 1

    def on_llm_end(self, response: LLMResult, **more: Any) -> None:
        """An answer."""
        self.answered = response.generations[0][0].text


def main() -> int:
    """Prints the lists."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model")
    options.add_argument("-n", type=int, default=100)
    given = options.parse_args()
    with talking(Settings(chat_model=given.model, chat_plans="no", budget=SECONDS)) as conversation:
        catalogue = conversation.toolbox.recommender.catalogue
        write_lists(conversation, asked(catalogue, 20 * given.n), given.n)
    return 0


def write_lists(conversation: Conversation, messages: Sequence[str], lists: int) -> None:
    """Says the messages until the model has written for so many lists, and prints each of these."""
    chat, heard, started = conversation.model, Overheard(), time.perf_counter()
    assert isinstance(chat, JoinedChat)
    chat.writer.callbacks = [heard]
    for n, message in enumerate(messages):
        before = heard.calls
        reply = conversation.reply(message, conversation_id=f"read-{n // TURNS}")
        heard.counted["turns"] += 1
        if heard.calls == before:
            continue
        heard.counted["lists"] += 1
        heard.counted.update({kind: int(reply.counters[kind]) for kind in ("kept", "repaired", "removed")})
        heard.counted[f"fallback: {reply.counters['fallback'] or 'none'}"] += 1
        say(page(heard.counted["lists"], message, heard, reply))
        if heard.counted["lists"] == lists:
            break
    say(f"{dict(heard.counted)}, {time.perf_counter() - started:.0f} s")


def page(number: int, message: str, heard: Overheard, reply: Reply) -> str:
    """All that is to be read of one list."""
    counts = ", ".join(f"{reply.counters[kind]} {kind}" for kind in ("kept", "repaired", "removed"))
    items = [r.item for r in reply.rec_list.recommendations[:LINES]]
    return "\n".join(
        [
            f"==== {number}. {message}  ({counts})",
            heard.read,
            "---- chosen",
            heard.answered.strip(),
            "---- shown",
            reply.text,
            "---- in the file",
            *(recorded(item) for item in items),
            "",
        ]
    )


def recorded(item: Item) -> str:
    """An item's record in one line."""
    values = "; ".join(f"{name}: {value_text(value)}" for name, value in item.attributes.items())
    return f"{item.title}: {values}"


if __name__ == "__main__":
    sys.exit(main())
