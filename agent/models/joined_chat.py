"""The planner plans, a language model writes, grounding lets through what the evidence carries; the planner's words stand in where it fails."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import ConfigDict, SkipValidation

from agent.evidence import Evidence, build_evidence
from agent.grounding import Grounder
from agent.list_words import unknown_words
from agent.models.planner_chat import Done, PlannerChat
from agent.phrases import plain
from agent.planner.lexicon import Lexicon
from prompts import writer_prompt
from tools.toolbox import Remembered
from vouch.errors import ModelFailed
from vouch.ports import Embedder
from vouch.types import RecList

SENTENCES = 6
"""So many sentences of the writer are shown at most."""
PATIENCE = 6
"""After so many removed sentences in a row the writer is stopped."""
_SAID_BY_THE_LIST = {"no_history", "changed"}
_NOTES = {
    "failed": "(The language model failed, so these words are the planner's.)",
    "slow": "(The language model took too long, so these words are the planner's.)",
    "unsupported": "(What the language model wrote was not carried by the evidence, so these words are the planner's.)",
}


@dataclass
class Written:
    """What the writer did in one turn. `ended`: "", or why it was stopped: "failed", "slow", "tokens", "babble", "enough"."""

    grounder: Grounder
    shown: int = 0
    pieces: int = 0
    usage: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    ended: str = ""

    @property
    def about_items(self) -> bool:
        """Whether a shown sentence speaks of an item."""
        return any(verdict.about for _, verdict in self.grounder.verdicts if verdict.kind != "removed")

    def counters(self, fallback: str) -> dict[str, Any]:
        """Plain JSON for the checkpoint."""
        return {
            "calls": 1,
            "prompt_tokens": self.usage.get("input_tokens", 0),
            "completion_tokens": self.usage.get("output_tokens", 0) or self.pieces,
            "seconds": round(self.seconds, 3),
            "kept": self.grounder.count("kept"),
            "repaired": self.grounder.count("repaired"),
            "removed": self.grounder.count("removed"),
            "ended": self.ended,
            "fallback": fallback,
        }


class JoinedChat(BaseChatModel):
    """Plans like the planner; lists are worded by the writer, sentence by sentence through grounding. Holds nothing of any conversation.

    Args:
        seconds: how long the writer may take for one reply; tokens: how many pieces it may write.
        embedder: tells words of the same meaning; None: only words that are the same.
        failures: what a writer raises when it fails; anything else is a bug and goes on up.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    planner: PlannerChat
    writer: BaseChatModel
    embedder: SkipValidation[Embedder | None] = None
    seconds: float = 45.0
    tokens: int = 220
    failures: tuple[type[Exception], ...] = (ModelFailed, OSError)

    @property
    def _llm_type(self) -> str:
        return "vouch-joined"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model itself: its planner knows the toolbox's tools by heart."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        chunks = [chunk.message for chunk in self._stream(messages, stop)]
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole = whole + chunk
        message = AIMessage(
            content=str(whole.text),
            tool_calls=getattr(whole, "tool_calls", []),
            additional_kwargs=whole.additional_kwargs,
            response_metadata=whole.response_metadata,
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages):
            if run_manager is not None:
                run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk

    def _chunks(self, messages: list[BaseMessage]) -> Iterator[ChatGenerationChunk]:
        done = self.planner.done(messages) if messages and isinstance(messages[-1], ToolMessage) else None
        if done is None or not is_for_writer(done):
            yield from self.planner._stream(messages)
            return
        evidence = self.evidence(done)
        written = Written(grounder=Grounder(evidence, self.embedder))
        first = True
        for text in self._sentences(done, evidence, written):
            yield _chunk(text if first else f" {text}")
            first = False
        metadata = {"at": self.planner.clock(), "writer": written.counters(_fallback(written))}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=metadata))

    def evidence(self, done: Done) -> Evidence:
        """What the writer may say in this turn."""
        lists = [o.result for o in done.outcomes if isinstance(o.result, RecList)]
        told: dict[str, tuple[str, ...]] = {}
        for outcome in done.outcomes:
            if isinstance(outcome.result, Remembered):
                titles = tuple(map(plain, outcome.result.titles))
                told[outcome.result.kind] = told.get(outcome.result.kind, ()) + titles
        topics = Lexicon(self.planner.planner.catalogue.schema).topics
        return build_evidence(lists, done.said, topics, told=told)

    def prompt(self, evidence: Evidence) -> list[BaseMessage]:
        """What the writer reads: the instructions, the same bytes every time; what changes comes last."""
        said = f"{evidence.block()}\nPerson: {evidence.message}\nReply:"
        return [SystemMessage(content=writer_prompt()), HumanMessage(content=said)]

    def _sentences(self, done: Done, evidence: Evidence, written: Written) -> Iterator[str]:
        """The reply: what was remembered, the writer's sentences, or the planner's, and what was not done."""
        wording = self.planner.wording
        others = [o for o in done.outcomes if not isinstance(o.result, RecList)]
        if others:
            aside = {key: value for key, value in done.aside.items() if key != "unknown"}
            yield wording.word(others, aside=aside, turn=done.number)
        yield from self._written(evidence, written)
        if fallback := _fallback(written):
            lists = [o for o in done.outcomes if isinstance(o.result, RecList)]
            yield wording.word(lists, aside=done.aside, turn=done.number)
            yield _NOTES[fallback]
            return
        notes = [
            plain(note.text) for o in done.outcomes if isinstance(o.result, RecList) for note in o.result.notes
            if note.kind not in _SAID_BY_THE_LIST
        ]  # fmt: skip
        yield from dict.fromkeys(notes)
        if done.aside.get("unknown"):
            yield unknown_words(done.aside["unknown"])

    def _written(self, evidence: Evidence, written: Written) -> Iterator[str]:
        """The writer's sentences that may be shown, as soon as each is whole."""
        started = time.perf_counter()
        grounder, in_a_row = written.grounder, 0
        for piece in self._pieces(self.prompt(evidence), written, until=started + self.seconds):
            before = grounder.count("removed")
            for sentence in grounder.feed(piece):
                written.shown += 1
                in_a_row = 0
                yield sentence
            in_a_row += grounder.count("removed") - before
            if written.shown >= SENTENCES or in_a_row >= PATIENCE:
                written.ended = "enough" if written.shown >= SENTENCES else "babble"
                break
        for sentence in grounder.finish(whole=not written.ended):
            if written.shown < SENTENCES:
                written.shown += 1
                yield sentence
        written.seconds = time.perf_counter() - started

    def _pieces(self, prompt: list[BaseMessage], written: Written, *, until: float) -> Iterator[str]:
        """The writer's text as it comes, from a thread, so that a writer that hangs holds nobody up."""
        pieces: queue.Queue[AIMessageChunk | Exception | None] = queue.Queue()
        stopped = threading.Event()
        threading.Thread(target=self._write, args=(prompt, pieces, stopped), daemon=True).start()
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(until - time.perf_counter(), 0.0))
                except queue.Empty:
                    written.ended = "slow"
                    return
                if isinstance(piece, Exception):
                    if not isinstance(piece, self.failures):
                        raise piece
                    written.ended = "failed"
                    return
                if piece is None:
                    return
                _count(piece, written)
                yield str(piece.text)
                if written.pieces >= self.tokens:
                    written.ended = "tokens"
                    return
        finally:
            stopped.set()

    def _write(
        self,
        prompt: list[BaseMessage],
        pieces: queue.Queue[AIMessageChunk | Exception | None],
        stopped: threading.Event,
    ) -> None:
        stream = self.writer.stream(prompt, max_tokens=self.tokens)
        came = False
        try:
            for chunk in stream:
                if stopped.is_set():
                    break
                came = True
                pieces.put(chunk)
            pieces.put(None)
        except Exception as error:  # noqa: BLE001 - handed to the asking thread, which raises what is not a failure of the model
            pieces.put(
                error if came or not isinstance(error, ValueError) else None
            )  # LangChain's word for an empty stream
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()


def is_for_writer(done: Done) -> bool:
    """Whether a turn's answer is a list to talk about; pure facts, questions back and nothing found stay the planner's."""
    lists = [o for o in done.outcomes if isinstance(o.result, RecList)]
    return (
        len(lists) == 1
        and all(o.call.name in {"recommend", "more_like"} for o in lists)
        and all(isinstance(o.result, RecList) and o.result.recommendations for o in lists)
        and all(isinstance(o.result, RecList | Remembered) for o in done.outcomes)
        and done.aside.get("intent") not in {"absent", "which"}
    )


def _fallback(written: Written) -> str:
    """Why the planner's words are needed; "" where the writer said something of an item."""
    if written.about_items:
        return ""
    return written.ended if written.ended in {"failed", "slow"} else "unsupported"


def _count(piece: AIMessageChunk, written: Written) -> None:
    if piece.text:
        written.pieces += 1
    usage: Mapping[str, Any] = piece.usage_metadata or {}
    for key in ("input_tokens", "output_tokens"):
        written.usage[key] = max(written.usage.get(key, 0), int(usage.get(key, 0)))


def _chunk(text: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text))
