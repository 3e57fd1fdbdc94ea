"""Rows of `eval planner` for a language model: planning alone under the grammar, and joined with the planner as the conversation joins them.

A model is slow, so it is asked about a sample of the messages of the reported half, drawn by digest; the planner's row of the same sample
stands beside it. Each message is asked about once. What the model does not say within the limit counts as nothing understood.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from agent.graph import build_tools
from agent.models.chat_text import system_text
from agent.models.choosing import Place, open_language_model
from agent.models.joined_chat import planning_system
from agent.models.listening import Spent
from agent.models.model_plan import ask_for_plan, heard, settle
from agent.planner.plan import Planner
from agent.planner.plan_types import Plan
from eval.dialogues import read_films
from eval.planner import Case, PlannerTable, Understand, Understood, cases, planner_of, rows_of, understood
from tools.toolbox import Toolbox
from vouch.errors import ModelFailed
from vouch.ports import Embedder
from vouch.types import ToolCall

SECONDS = 60.0
"""So long a model may take for one plan."""
_INTENTS: Mapping[str, str] = {
    "item_details": "details",
    "find_item": "find",
    "explain": "why",
    "why_not": "why_not",
    "compare": "compare",
    "score": "compare",
    "facets": "facets",
    "taste": "taste",
}
_LISTS = ("recommend", "more_like", "recommend_together")


def model_table(
    folder: Path, embedder: Embedder, model: str, place: Place, *, messages: int, say: Callable[[str], None]
) -> PlannerTable:
    """The planner, the model alone and the two joined, each on the same sample of messages.

    Raises:
        InputError: no such model, or the folder does not hold the data sets.
        SetupError: the model cannot be loaded.
    """
    films = read_films(folder)
    planner = planner_of(films, embedder)
    chosen = sample(cases(folder, films), messages)
    say(f"loading {model}, which reads its instructions")
    system = system_text(planning_system(films), tools_of_planning())
    chat = open_language_model(model, place, systems=[system]).chat
    alone, joined = by_model(planner, chat, chosen, say)
    named = Path(model).name.removesuffix(".gguf")
    models: dict[str, Understand] = {
        "planner": lambda case: understood(planner.plan(case.message.text, case.ledger), films),
        f"{named} alone": alone,
        f"{named} joined": joined,
    }
    rows = [row for name, of in models.items() for row in rows_of(name, "reported", [(c, of(c)) for c in chosen])]
    return PlannerTable(rows=tuple(rows))


def sample(labelled: Sequence[Case], messages: int) -> tuple[Case, ...]:
    """So many of the reported half, by the digest of dialogue and number; all where there are fewer."""
    reported = [case for case in labelled if case.half == "reported"]
    return tuple(sorted(reported, key=_drawn)[:messages])


def _drawn(case: Case) -> str:
    return hashlib.sha256(f"{case.dialogue.dialogue_id}/{case.message.number}".encode()).hexdigest()


def tools_of_planning() -> list[Any]:
    """The tools that a plan may call; they are described, never run."""
    return list(build_tools(Toolbox(recommender=cast(Any, None))))


def by_model(
    planner: Planner, chat: Any, chosen: Sequence[Case], say: Callable[[str], None]
) -> tuple[Understand, Understand]:
    """What the model alone makes of a case, and what the two make of it joined; all plans are made here, with progress."""
    model = chat.bind_tools(tools_of_planning(), tool_choice="any")
    system, films = planning_system(planner.catalogue), planner.catalogue
    plans: dict[str, tuple[ToolCall, ...]] = {}
    began = time.monotonic()
    for number, case in enumerate(chosen, 1):
        what = heard(case.message.text, case.ledger, films)
        try:
            until = time.perf_counter() + SECONDS
            plans[_drawn(case)] = ask_for_plan(model, system, what, until=until, spent=Spent())
        except ModelFailed:
            plans[_drawn(case)] = ()
        if number % 5 == 0 or number == len(chosen):
            say(f"{number} of {len(chosen)} messages planned, {(time.monotonic() - began) / number:.1f} s each")

    def alone(case: Case) -> Understood:
        return understood(as_plan(plans[_drawn(case)]), films)

    def joined(case: Case) -> Understood:
        planned = planner.plan(case.message.text, case.ledger)
        own = plans[_drawn(case)] if planned.calls else ()
        calls = settle(own, planned, heard(case.message.text, case.ledger, films), films) or planned.calls
        same = {c.name for c in calls} == {c.name for c in planned.calls}
        return understood(Plan(calls=calls, aside=planned.aside if same else {"intent": "recommend"}), films)

    return alone, joined


def as_plan(calls: Sequence[ToolCall]) -> Plan:
    """A model's calls with the intent that they amount to.

    >>> as_plan([ToolCall(name="remember", arguments={})]).aside["intent"], as_plan([]).aside["intent"]
    ('state', 'remark')
    """
    names = [call.name for call in calls]
    wants = any(name in _LISTS for name in names)
    if "remember" in names:
        return Plan(calls=tuple(calls), aside={"intent": "state", "wants": wants})
    asked = next((_INTENTS[name] for name in names if name in _INTENTS), "remark")
    return Plan(calls=tuple(calls), aside={"intent": "recommend" if wants else asked})
