"""The planner plans, a language model chooses what is said of the first items, code says it; the planner's words stand in where it fails.

Where a model is trusted with plans, it makes them, and the planner's plan stands in where it fails. A turn has at most one plan and one text.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGenerationChunk

from agent.evidence import Evidence, ItemEvidence, build_evidence
from agent.grounding import Grounder, Verdict
from agent.ledger import ASIDE, read_ledger
from agent.models.listening import Spent, TooSlow, listen
from agent.models.model_plan import LISTS, ask_for_plan, heard, settle
from agent.models.planner_chat import Done, PlannerChat, as_calls, as_chunks
from agent.models.streamed_chat import StreamedChat, words_chunk
from agent.planner.lexicon import Lexicon
from agent.wording import Outcome
from agent.writing import LINES, answer_grammar, asked
from prompts import planning_prompt, writer_prompt
from retrieval.catalogue import Catalogue
from retrieval.groups import for_somebody_else
from tools.render import render
from tools.toolbox import Facets, Remembered
from vouch.errors import ModelFailed
from vouch.types import RecList

PATIENCE = 6
"""After so many removed lines in a row the writer is stopped."""
FACETS_CHARACTERS = 4000
"""So much of what a catalogue can be asked for stands in the instructions of a model that plans."""
SPENT, WRITER, UNPLANNED = "spent", "writer", "unplanned"
"""Where a message carries what its calls cost, what became of the sentences, and why a model's plan was not used."""
_NOTES = {
    "failed": "(The language model failed, so these words are the planner's.)",
    "slow": "(The language model took too long, so these words are the planner's.)",
    "unsupported": "(The language model chose nothing that is known of these, so these words are the planner's.)",
    "short": "(There was no time for the language model, so these words are the planner's.)",
}
_BROKE_OFF = {
    "failed": "(The language model broke off here.)",
    "slow": "(The language model ran out of time here.)",
}
_UNPLANNED = "(The language model made no plan that could be used, so the planner's was carried out.)"


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How much a turn may cost: items that the writer sees, tokens that it may write, whether a model plans."""

    items: int
    tokens: int
    plans: bool = False


def depth_of(seconds: float, tokens: int) -> Depth:
    """The plan that fits into so many seconds: below 20 the planner plans, below 3 it also words the reply.

    >>> depth_of(5, 220)
    Depth(items=2, tokens=60, plans=False)
    """
    if seconds >= 8:
        return Depth(items=LINES, tokens=tokens, plans=seconds >= 20)
    return Depth(items=2, tokens=min(tokens, 60)) if seconds >= 3 else Depth(items=0, tokens=0)


@dataclass
class Written:
    """What the writer did in one turn. `ended`: "", or why it was stopped: "failed", "slow", "short", "untold", "tokens", "babble".

    untold: nothing here tells of what there is to write.
    """

    grounder: Grounder
    spent: Spent = field(default_factory=Spent)
    shown: int = 0
    ended: str = ""

    @property
    def fallback(self) -> str:
        """Why the planner's words are needed; "" where the writer said something of an item."""
        if self.shown or self.ended == "untold":
            return ""
        return self.ended if self.ended in {"failed", "slow", "short"} else "unsupported"

    def to_json(self) -> dict[str, Any]:
        """What became of the sentences, plain JSON for the checkpoint."""
        counts = {kind: self.grounder.count(kind) for kind in ("kept", "repaired", "removed")}
        return {**counts, "ended": self.ended, "fallback": self.fallback}


class JoinedChat(StreamedChat):
    """What is said of a list's first items is the writer's choice, line by line; all else is the planner's. Holds nothing of any conversation.

    Args:
        thinker: a model that plans as well; None: the planner plans alone.
        guided: whether the writer takes a grammar, under which it answers with nothing but choices.
        seconds: how long a turn may take, from the message on; tokens: how many the writer may write.
        share_taste: whether the writer may learn what the person likes and said before; it always sees the message itself.
    """

    planner: PlannerChat
    writer: BaseChatModel
    thinker: BaseChatModel | None = None
    guided: bool = False
    seconds: float = 45.0
    tokens: int = 220
    share_taste: bool = True

    @property
    def _llm_type(self) -> str:
        return "vouch-joined"

    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """The plan, or the words."""
        turn = self._turn(messages)
        done = self.planner.done(messages) if messages and isinstance(messages[-1], ToolMessage) else None
        if done is None:
            yield from self._planned(messages, turn, options.get("tools") or [])
        elif is_for_writer(done):
            yield from self._worded(done, turn)
        else:
            yield from self.planner.chunks(messages)

    def _turn(self, messages: list[BaseMessage]) -> Turn:
        said = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), HumanMessage(content=""))
        more = said.additional_kwargs
        seconds = float(more.get("seconds") or self.seconds)
        gone = self.planner.clock() - more["at"] if "at" in more else 0.0
        until = time.perf_counter() + seconds - max(gone, 0.0)
        tells = bool(more.get("share_taste", self.share_taste))
        return Turn(until=until, depth=depth_of(seconds, self.tokens), share_taste=tells)

    # ---- planning

    def _planned(self, messages: list[BaseMessage], turn: Turn, tools: list[Any]) -> Iterator[ChatGenerationChunk]:
        """The planner's plan, its list with what a model found besides, where one plans."""
        if self.thinker is None or not turn.depth.plans or not messages:
            yield from self.planner.chunks(messages)
            return
        ledger = read_ledger(messages)
        planned = self.planner.planner.plan(messages[-1].text, ledger)
        if not any(call.name in LISTS for call in planned.calls):
            yield from self.planner.chunks(messages)
            return
        catalogue, spent, calls, why = self.planner.planner.catalogue, Spent(), planned.calls, ""
        what = heard(messages[-1].text, ledger, catalogue, alone=not turn.share_taste)
        try:
            model = self.thinker.bind_tools(tools, tool_choice="any")
            own = ask_for_plan(model, planning_system(catalogue), what, until=turn.until, spent=spent)
            calls = settle(own, planned, what, catalogue)
        except ModelFailed as failure:
            why = "slow" if isinstance(failure, TooSlow) else "failed"
        yield from as_chunks(
            AIMessage(
                content="",
                tool_calls=as_calls(calls, len(ledger.turns)),
                additional_kwargs={ASIDE: {**planned.aside, **({UNPLANNED: why} if why else {})}},
                response_metadata={SPENT: spent.to_json()},
            )
        )

    # ---- words

    def _worded(self, done: Done, turn: Turn) -> Iterator[ChatGenerationChunk]:
        evidence = self.evidence(done, turn)
        items = evidence.tellable(turn.depth.items)
        written = Written(grounder=Grounder(items))
        first = True
        for text in self._sentences(done, evidence, turn, written):
            yield words_chunk(text if first else f" {text}")
            first = False
        metadata = {"at": self.planner.clock(), WRITER: written.to_json(), SPENT: written.spent.to_json()}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=metadata))

    def evidence(self, done: Done, turn: Turn) -> Evidence:
        """What the writer may choose from in this turn: as many items as the time allows, and no taste where it must not be told."""
        catalogue = self.planner.planner.catalogue
        topics = Lexicon(catalogue.schema).topics
        evidence = build_evidence(list_of(done), done.said, topics, passages_of=catalogue.passages_of)
        items = evidence.items[: turn.depth.items]
        return replace(evidence, items=items if turn.share_taste else tuple(replace(i, liked=()) for i in items))

    def prompt(self, evidence: Evidence, items: Sequence[ItemEvidence]) -> list[BaseMessage]:
        """What the writer reads: the instructions, the same bytes every time; what changes comes last."""
        return [SystemMessage(content=writer_prompt()), HumanMessage(content=asked(evidence, items))]

    def _sentences(self, done: Done, evidence: Evidence, turn: Turn, written: Written) -> Iterator[str]:
        """The reply: what was remembered, what the list is, a sentence for each of its first items, the rest of it and what was not done."""
        wording = self.planner.wording
        others = [o for o in done.outcomes if not isinstance(o.result, RecList)]
        if others:
            aside = {key: value for key, value in done.aside.items() if key != "unknown"}
            yield wording.word(others, aside=aside, turn=done.number)
        parts = wording.parts(list_of(done), aside=done.aside, turn=done.number)
        yield from filter(None, [parts.opening])
        yield from self._about_items(parts.items, evidence, turn, written)
        yield from filter(None, [parts.closing])
        if note := _NOTES.get(written.fallback) or _BROKE_OFF.get(written.ended):
            yield note
        if done.aside.get(UNPLANNED):
            yield _UNPLANNED

    def _about_items(
        self, planned: Sequence[tuple[str, str]], evidence: Evidence, turn: Turn, written: Written
    ) -> Iterator[str]:
        """The writer's sentence on each item, in the order of the list; the planner's where the writer has none that may be shown."""
        left = list(planned)
        for verdict in self._written(evidence, turn, written):
            places = [item_id for item_id, _ in left]
            if verdict.about is None or verdict.about.item_id not in places:
                continue
            place = places.index(verdict.about.item_id)
            yield from (said for _, said in left[:place])
            left = left[place + 1 :]
            written.shown += 1
            yield verdict.text
        yield from (said for _, said in left)

    def _written(self, evidence: Evidence, turn: Turn, written: Written) -> Iterator[Verdict]:
        """What the writer's choices say, until it ends or is stopped."""
        grounder, depth = written.grounder, turn.depth
        items, in_a_row, pieces = grounder.items, 0, 0
        if not items:
            written.ended = "untold" if depth.items else "short"
            return
        prompt = self.prompt(evidence, items)
        grammar = answer_grammar(items) if self.guided else ""
        answer = listen(
            self.writer, prompt, until=turn.until, spent=written.spent, tokens=depth.tokens, grammar=grammar
        )
        try:
            for piece in answer:
                removed = grounder.count("removed")
                for verdict in grounder.feed(str(piece.text)):
                    in_a_row = 0
                    yield verdict
                in_a_row += grounder.count("removed") - removed
                pieces += bool(piece.text)
                if in_a_row >= PATIENCE or pieces >= depth.tokens:
                    written.ended = "babble" if in_a_row >= PATIENCE else "tokens"
                    break
        except ModelFailed as failure:
            written.ended = "slow" if isinstance(failure, TooSlow) else "failed"
        finally:
            answer.close()  # type: ignore[attr-defined]  # a generator
        yield from grounder.finish(whole=not written.ended)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What holds for one turn: until when (`time.perf_counter`), how deep, and whether the taste may be told."""

    until: float
    depth: Depth
    share_taste: bool


def planning_system(catalogue: Catalogue) -> str:
    """The instructions with what the catalogue can be asked for: the same bytes for one catalogue every time."""
    facets = render(Facets(items=len(catalogue.items), attributes=catalogue.schema.attributes))
    return planning_prompt(
        facets[:FACETS_CHARACTERS].rpartition("\n")[0] if len(facets) > FACETS_CHARACTERS else facets
    )


def list_of(done: Done) -> RecList:
    """The list of a turn that has one."""
    return next(o.result for o in done.outcomes if isinstance(o.result, RecList))


def is_for_writer(done: Done) -> bool:
    """Whether a turn's answer is a list to talk about; pure facts, questions back and nothing found stay the planner's."""
    lists = [o for o in done.outcomes if isinstance(o.result, RecList)]
    return (
        len(lists) == 1
        and all(_for_one(o) for o in lists)
        and all(isinstance(o.result, RecList) and o.result.recommendations for o in lists)
        and all(isinstance(o.result, RecList | Remembered) for o in done.outcomes)
        and done.aside.get("intent") not in {"absent", "which"}
    )


def _for_one(outcome: Outcome) -> bool:
    """Whether a list is for one person: what speaks for an item to each of several is told by code."""
    result, together = outcome.result, outcome.call.name == "recommend_together"
    return outcome.call.name in LISTS or (together and isinstance(result, RecList) and for_somebody_else(result.query))


def spent_in(messages: list[BaseMessage]) -> Mapping[str, Any]:
    """What a turn's calls of a language model cost together, and what became of its sentences; zeros where none was called."""
    total: dict[str, Any] = Spent().to_json() | {"kept": 0, "repaired": 0, "removed": 0, "ended": "", "fallback": ""}
    unplanned = False
    for message in messages:
        for key, value in message.response_metadata.get(SPENT, {}).items():
            total[key] = round(total[key] + value, 3)
        total.update(message.response_metadata.get(WRITER, {}))
        unplanned = unplanned or bool(message.additional_kwargs.get(ASIDE, {}).get(UNPLANNED))
    return total | {"fallback": total["fallback"] or ("plan" if unplanned else "")}
