"""What was said and shown in a conversation, in order, read from its checkpointed messages. Holds ids and arguments only."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from vouch.types import ToolCall

ASIDE = "vouch"
"""The key under which the planner's message carries its aside: plain JSON that says what was understood."""
LISTS = frozenset({"recommend", "more_like", "recommend_together"})
"""The calls that make lists."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of a person and what came of it. `shown`: item_ids of its list in order; `about`: item_ids that its words speak of;
    `named`: item_ids of titles that only its text holds; `question`: the one of several that were shown which it asks about at its end."""

    said: str
    calls: tuple[ToolCall, ...] = ()
    shown: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    aside: Mapping[str, Any] = field(default_factory=dict)
    results: tuple[Mapping[str, Any], ...] = ()
    text: str = ""

    @property
    def liked(self) -> tuple[str, ...]:
        """The item_ids that the person said they like in this turn."""
        told = [r["remembered"] for r in self.results if r.get("kind") == "remembered"]
        return tuple(i for row in told if row["kind"] == "like" for i in row["item_ids"])

    @property
    def met(self) -> tuple[str, ...]:
        """The item_ids that the person said they like or know in this turn."""
        told = [r["remembered"] for r in self.results if r.get("kind") == "remembered"]
        return tuple(i for row in told if row["kind"] in {"like", "seen"} for i in row["item_ids"])

    @property
    def asked(self) -> ToolCall | None:
        """The call that made the turn's list."""
        return next((call for call in reversed(self.calls) if call.name in LISTS), None)


LATELY = 4
"""So many turns ago items may have been spoken of that are still at hand."""
FEW = 8
"""Of so many items that were named together it can be told which are meant without a title."""


@dataclass(frozen=True, kw_only=True)
class AtHand:
    """An item that may be meant without being named. `ours`: whether we named it or the person; `back`: 0 where nobody named items
    since, else 1; `ago`: how many turns ago; `place`: where among the `together` items that were named with it."""

    item_id: str
    ours: bool
    back: int
    ago: int
    place: int
    together: int

    @property
    def stands(self) -> str:
        """“alone”, or “last” or “among” where several were named together."""
        return "alone" if self.together == 1 else "last" if self.place == self.together - 1 else "among"


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The turns so far, oldest first; the message that is being answered is not among them."""

    turns: tuple[Turn, ...] = ()

    @property
    def last(self) -> Turn | None:
        """The turn before this one."""
        return self.turns[-1] if self.turns else None

    @property
    def listed(self) -> tuple[str, ...]:
        """The newest list that was shown."""
        return next((turn.shown for turn in reversed(self.turns) if turn.shown), ())

    @property
    def pointed_at(self) -> tuple[str, ...]:
        """What “the second one” counts in: the items that were just spoken of together, else the newest list."""
        last = self.last
        return last.about if last is not None and len(last.about) > 1 and not last.shown else self.listed

    @property
    def lists(self) -> tuple[tuple[str, ...], ...]:
        """All lists that were shown, and the items that were spoken of together, newest first."""
        spoken = ((turn.shown or turn.about) for turn in reversed(self.turns))
        return tuple(ids for ids in spoken if len(ids) > 1 or (ids and ids == self.listed))

    @property
    def shown(self) -> tuple[str, ...]:
        """All item_ids that were ever shown, in the order of their first appearance."""
        return tuple(dict.fromkeys(item_id for turn in self.turns for item_id in turn.shown))

    @property
    def standing(self) -> ToolCall | None:
        """The request that stands: the newest call that made a list, also an empty one; without likes that were taken back since."""
        taken_back = False
        for turn in reversed(self.turns):
            if turn.asked is not None:
                given = turn.asked.arguments
                kept = {k: v for k, v in given.items() if not (taken_back and k in {"liked", "disliked"})}
                return ToolCall(name=turn.asked.name, arguments=kept)
            taken_back = taken_back or any(_takes_back(call) for call in turn.calls)
        return None

    @property
    def asked_before(self) -> ToolCall | None:
        """The request before the newest one."""
        asked = [turn.asked for turn in self.turns if turn.asked is not None]
        return asked[-2] if len(asked) > 1 else None

    @property
    def in_focus(self) -> str | None:
        """The one item that the last words were about; where a list came last, its first item; None where there was neither."""
        for turn in reversed(self.turns):
            if turn.named:
                return turn.named[-1]
            if len(turn.about) == 1 and (not turn.shown or turn.about == turn.liked):
                return turn.about[0]
            if turn.shown:
                return turn.shown[0]
            if turn.about:
                return turn.about[0]
        return None

    @property
    def spoken_of(self) -> str | None:
        """The one item that was lately asked about or told of, whatever list came behind it: whose maker “he” is."""
        return next((t.about[0] for t in reversed(self.turns[-LATELY:]) if len(t.about) == 1), None)

    @property
    def at_hand(self) -> tuple[AtHand, ...]:
        """What somebody named last and before that, newest first; nothing behind a list that was asked for, of which any may be meant."""
        found: dict[str, AtHand] = {}
        back = 0
        for ago, turn in enumerate(reversed(self.turns[-LATELY:])):
            ours = turn.shown or turn.named
            apart = tuple(i for i in ours if i not in turn.question)
            groups = [(True, turn.question), (True, apart), (False, tuple(i for i in turn.about if i not in ours))]
            if turn.met:  # what the person spoke of, before the list that follows from it
                groups.reverse()
            for by_us, named in groups:
                if back > 1 or len(named) > FEW or (by_us and len(named) > 1 and turn.asked is not None):
                    return tuple(found.values())
                for place, item_id in enumerate(named):
                    made = AtHand(item_id=item_id, ours=by_us, back=back, ago=ago, place=place, together=len(named))
                    found.setdefault(item_id, made)
                back += bool(named)
        return tuple(found.values())

    @property
    def just(self) -> tuple[str, ...]:
        """Of what is at hand the items that the reply before named."""
        return tuple(a.item_id for a in self.at_hand if not a.back and not a.ago and a.ours)

    @property
    def last_two(self) -> tuple[str, ...]:
        """The two items that were spoken of last, each by itself; the newest list where a list came last."""
        spoken: list[str] = []
        for turn in reversed(self.turns):
            if turn.shown:
                break
            spoken += [i for i in turn.about if i not in spoken]
        return tuple(spoken[:2]) if len(spoken) > 1 else self.listed

    @property
    def taken(self) -> tuple[str, ...]:
        """Item_ids of which the person said something in this conversation (liked, disliked, seen, hidden), the newest last."""
        kept: dict[str, None] = {}
        for turn in self.turns:
            for result in turn.results:
                if result.get("kind") == "remembered":
                    for item_id in result["remembered"]["item_ids"]:
                        kept.pop(item_id, None)
                        if result["remembered"]["kind"] != "forget":
                            kept[item_id] = None
        return tuple(kept)


def _takes_back(call: ToolCall) -> bool:
    return call.name in {"undo", "forget_all"} or call.arguments.get("kind") == "forget"


def read_ledger(messages: Sequence[BaseMessage]) -> Ledger:
    """The turns of a conversation before its newest human message."""
    places = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
    pairs = itertools.pairwise(places)
    return Ledger(turns=tuple(read_turn(messages[start:end]) for start, end in pairs))


def read_turn(messages: Sequence[BaseMessage]) -> Turn:
    """One turn: a human message and all that follows it."""
    calls: list[ToolCall] = []
    results: list[Mapping[str, Any]] = []
    aside: dict[str, Any] = {}
    text = ""
    for message in messages[1:]:
        if isinstance(message, AIMessage):
            calls += [ToolCall(name=call["name"], arguments=call["args"]) for call in message.tool_calls]
            aside.update(message.additional_kwargs.get(ASIDE, {}))
            text = message.text if not message.tool_calls else text
        elif isinstance(message, ToolMessage) and isinstance(message.artifact, Mapping):
            results.append(message.artifact)
    return Turn(
        said=messages[0].text,
        calls=tuple(calls),
        shown=_shown(results),
        about=_about(results, aside),
        aside=aside,
        results=tuple(results),
        text=text,
    )


def is_list(result: Mapping[str, Any]) -> bool:
    """Whether a result is a list to show: an explanation is a list of one that was shown before."""
    return result.get("kind") == "rec_list" and not result.get("explains", False)


def _shown(results: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    lists = [result for result in results if is_list(result)]
    return tuple(row["item"] for row in lists[-1]["recommendations"]) if lists else ()


def _about(results: Sequence[Mapping[str, Any]], aside: Mapping[str, Any]) -> tuple[str, ...]:
    ids: list[str] = list(aside.get("about", ()))
    for result in results:
        kind = result.get("kind")
        if kind == "item_details":
            ids.append(result["item"])
        elif kind == "found":
            ids += result["items"]
        elif kind == "rec_list" and result.get("explains"):
            ids += [row["item"] for row in result["recommendations"]]
        elif kind == "remembered":
            ids += result["remembered"]["item_ids"]
    return tuple(dict.fromkeys(ids))
