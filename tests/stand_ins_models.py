"""Language models that do what a script says, and a joined conversation over the demo's works with any of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk

from agent.conversation import Conversation
from agent.models.chat_text import calls_chunk
from agent.models.joined_chat import JoinedChat
from agent.models.planner_chat import PlannerChat
from agent.models.streamed_chat import StreamedChat, words_chunk
from agent.wording import Wording
from retrieval.recommender import Recommender
from tests.stand_ins_agent import planner, works
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_content
from tools.toolbox import Toolbox
from vouch.errors import ModelFailed

ASK = "a horror film from Germany"
GOOD = "1: by F. W. Murnau; 1922; horror; 94 minutes | 1.1"
SAID = "Nosferatu by F. W. Murnau (1922), listed as horror, 94 minutes: “Shadows do the frightening here.”"
"""What a writer answers to ASK, and what is said of it."""


class ScriptedWriter(StreamedChat):
    """Writes what it is told to, word by word; may wait, fail or never end. Plans with `calls`, one set an answer, then with words."""

    text: str = GOOD
    wait_s: float = 0.0
    drops_after: int = -1
    error: type[Exception] = ModelFailed
    endless: bool = False
    calls: list[Any] = []  # noqa: RUF012 - pydantic copies it
    prompts: list[list[BaseMessage]] = []  # noqa: RUF012

    @property
    def _llm_type(self) -> str:
        return "scripted-writer"

    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """What was scripted."""
        self.prompts.append(messages)
        if options.get("tools") and self.calls:
            yield calls_chunk(self.calls.pop(0), UsageMetadata(input_tokens=50, output_tokens=9, total_tokens=59))
            return
        pieces = re.findall(r"\S+\s*", self.text)
        place = 0
        while place < len(pieces) or self.endless:
            if place == self.drops_after:
                raise self.error("the line dropped")
            time.sleep(self.wait_s)
            yield words_chunk(pieces[place % len(pieces)])
            place += 1
        yield words_chunk("")


def joined(folder: Path, writer: BaseChatModel, **limits: Any) -> Conversation:
    """A conversation in which this model writes; its seconds begin when it is asked."""
    known = works()
    recommender = Recommender(catalogue=known, store=ListStore([]), content=small_content(known, HashEmbedder()))
    plans = PlannerChat(planner=planner(), wording=Wording(known), clock=lambda: 0.0)  # the seconds begin at the model
    return Conversation(
        model=JoinedChat(planner=plans, writer=writer, **limits),
        toolbox=Toolbox(recommender=recommender),
        checkpoints=folder / "conversations.sqlite",
        tiers={"chat": "joined"},
    )
