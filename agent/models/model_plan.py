"""What a language model finds for a list beside the planner: checked call by call, and nothing stands in it that the person did not say or see.

What code can settle stays code's: what is wanted, titles, filters and things to remember are the planner's whatever the model says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolCall
from langchain_core.runnables import Runnable
from pydantic import ValidationError

from agent.evidence import fenced
from agent.ledger import Ledger
from agent.models.listening import Spent, listen
from agent.planner.plan_types import Plan
from agent.tool_schemas import arguments_of
from retrieval.catalogue import Catalogue
from retrieval.titles import fold, title_forms
from tools.toolbox import TOOL_NAMES, Toolbox
from vouch.errors import ModelFailed
from vouch.types import ToolCall as Call

LISTS = frozenset({"recommend", "more_like"})
PLAN_TOKENS = 400
_TITLES = ("title", "other", "like", "titles", "liked", "disliked", "exclude")
_CONDITIONS = ("filters", "prefer")
_EARLIER = 4
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class NoPlan(ModelFailed):
    """The model made no call that can be used, twice."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a plan may rest on: the message, the earlier ones, and the titles that were shown."""

    message: str
    earlier: tuple[str, ...]
    shown: tuple[str, ...]

    def said(self, words: str) -> bool:
        """Whether the person said these words, in any message."""
        return (
            any(f" {fold(words)} " in f" {fold(text)} " for text in (self.message, *self.earlier)) if words else False
        )

    def prompt(self) -> str:
        """The changing end of the prompt: what was shown and said, and the message last."""
        lines = [f"Earlier they said: {fenced(text)}" for text in self.earlier[-_EARLIER:]]
        if self.shown:
            lines.append("Shown before: " + "; ".join(f"{n}. {fenced(t)}" for n, t in enumerate(self.shown, 1)))
        return "\n".join([*lines, f"Person: {fenced(self.message)}"])


def heard(message: str, ledger: Ledger, catalogue: Catalogue, *, alone: bool = False) -> Heard:
    """What the person said and saw; `alone`: only the message and what was shown, for a model that must not learn more."""
    shown = tuple(catalogue.by_id[i].title for i in ledger.listed if i in catalogue.by_id)
    return Heard(message=message, earlier=() if alone else tuple(turn.said for turn in ledger.turns), shown=shown)


def ask_for_plan(
    model: Runnable[Any, AIMessage], system: str, what: Heard, *, until: float, spent: Spent
) -> tuple[Call, ...]:
    """The valid calls of a model's plan, at most three; a plan without one is asked for once more.

    Raises:
        NoPlan: there was no valid call in two answers.
        ModelFailed: the model failed, or was too slow.
    """
    prompt: list[BaseMessage] = [SystemMessage(content=system), HumanMessage(content=what.prompt())]
    why = ""
    for _ in range(2):
        if why:
            prompt = [*prompt[:1], HumanMessage(content=f"{what.prompt()}\n({why} Answer with a call of a tool.)")]
        answer = _whole(listen(model, prompt, until=until, spent=spent, tokens=PLAN_TOKENS))
        calls, why = _valid(answer.tool_calls)
        if calls:
            return calls[:3]
        why = why or "That was no call that can be read."
    raise NoPlan(why)


def _whole(pieces: Iterator[AIMessageChunk]) -> AIMessageChunk:
    whole = next(pieces, AIMessageChunk(content=""))
    for piece in pieces:
        whole = whole + piece
        if len(whole.text) > 8 * PLAN_TOKENS:
            break  # it babbles
    return whole


def _valid(calls: Sequence[ToolCall]) -> tuple[tuple[Call, ...], str]:
    """The calls whose tool there is and whose arguments it takes; and what was wrong with the first of the others."""
    good: list[Call] = []
    why = ""
    for call in calls:
        if call["name"] not in TOOL_NAMES:
            why = why or f"There is no tool {fenced(call['name'])[:40]}; there are {', '.join(TOOL_NAMES)}."
            continue
        try:
            checked = arguments_of(getattr(Toolbox, call["name"])).model_validate(call["args"])
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            why = why or f"{call['name']}: {'.'.join(map(str, first['loc']))}: {first['msg']}."
            continue
        good.append(Call(name=call["name"], arguments=checked.model_dump(exclude_unset=True, mode="json")))
    return tuple(good), why


def settle(calls: Sequence[Call], planned: Plan, what: Heard, catalogue: Catalogue) -> tuple[Call, ...]:
    """The planner's calls, its list with what the model's call of the same tool found besides, less what nobody said.

    What is wanted (a list, like what, an answer about which item) and what is to be remembered is the planner's to tell: a model that
    mishears must not change a taste, nor answer something else.
    """
    own = next((call for call in planned.calls if call.name in LISTS), None)
    if own is None:
        return planned.calls
    supported = (_supported(call, what, catalogue) for call in calls if call.name == own.name)
    found = next((call for call in supported if call is not None), None)
    return (
        planned.calls if found is None else tuple(_with_planners(found, own) if c is own else c for c in planned.calls)
    )


def _supported(call: Call, what: Heard, catalogue: Catalogue) -> Call | None:
    """The call without unsupported slots; None where it needs one of them."""
    arguments: dict[str, Any] = dict(call.arguments)
    for name in _TITLES:
        given = arguments.get(name)
        if isinstance(given, str) and given and not _title_stands(given, what, catalogue):
            return None
        if isinstance(given, list):
            arguments[name] = [title for title in given if _title_stands(title, what, catalogue)]
    for name in _CONDITIONS:
        if name in arguments:
            arguments[name] = [f for f in arguments[name] if _condition_stands(f, what, catalogue)]
    if "avoid" in arguments:
        arguments["avoid"] = [word for word in arguments["avoid"] if what.said(word)]
    if "text" in arguments and not _words_stand(str(arguments["text"]), what):
        del arguments["text"]
    needs_titles = call.name == "score" and not arguments.get("titles")
    return None if needs_titles else Call(name=call.name, arguments={k: v for k, v in arguments.items() if v != []})


def _title_stands(title: str, what: Heard, catalogue: Catalogue) -> bool:
    items = catalogue.find(title)
    return any(item.title in what.shown or any(map(what.said, title_forms(item.title))) for item in items)


def _condition_stands(condition: Mapping[str, Any], what: Heard, catalogue: Catalogue) -> bool:
    attribute, value = catalogue.attribute(condition["attribute"]), condition["value"]
    if attribute is None:
        return False
    if isinstance(value, float | int) and not isinstance(value, bool):
        numbers = {float(n) for text in (what.message, *what.earlier) for n in _NUMBER.findall(text)}
        return float(value) in numbers
    values = value if isinstance(value, list) else [str(value)]
    return bool(values) and all(what.said(one) or what.said(f"{one}s") for one in values)


def _words_stand(text: str, what: Heard) -> bool:
    """Whether most of the words are the person's own."""
    words = fold(text).split()
    return bool(words) and 2 * sum(what.said(word) for word in words) >= len(words)


def _with_planners(call: Call, own: Call) -> Call:
    """A list's call with what the planner read beside it: of one attribute, its condition counts."""
    arguments: dict[str, Any] = dict(call.arguments)
    mine: dict[str, Any] = dict(own.arguments)
    for name in _CONDITIONS:
        taken = {f["attribute"] for f in mine.get(name, ())}
        more = [f for f in arguments.get(name, ()) if f["attribute"] not in taken]
        arguments[name] = [*mine.get(name, ()), *more]
    for name in ("liked", "disliked") if call.name == "recommend" else ():
        arguments[name] = list(mine.get(name, ()))  # what is said of a title is the planner's to tell
    for name in ("avoid", "exclude"):
        arguments[name] = list(dict.fromkeys([*mine.get(name, ()), *arguments.get(name, ())]))
    for name in ("text", "k"):
        if mine.get(name) or (name in mine and name not in arguments):
            arguments[name] = mine[name]
    return Call(name=call.name, arguments={k: v for k, v in arguments.items() if v != []})
