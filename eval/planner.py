"""How well messages of real seekers are understood: `python -m eval planner --data FOLDER` (the folder of the data sets).

The labels in tests/data/planner are of whole conversations, drawn by seed from ReDial's validation and INSPIRED's development part, which
three readers read (tests/data/planner/labels.md); they hold ids and labels, the texts are read from the data folder. Every message is planned
in its context: what the recommender named before counts as shown, what the person named as spoken of. The planner was tuned on labels.jsonl;
what is reported are the messages of reported.jsonl, which nobody who works on the planner has read.

A title counts by its name without the year, in the role liked or disliked; a filter by attribute, sense and value, whether demanded or
preferred; a word of the search text by its singular. A bound that is only preferred (“newer”) is left out: how new is a matter of taste.
It does not know whether the list that follows is any good: `eval dialogue` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from agent.ledger import Ledger, Turn
from agent.models.minilm_reader import MiniLmReader
from agent.planner.intents import IntentReader
from agent.planner.plan import Planner
from agent.planner.plan_types import Plan
from agent.planner.speech_acts import act_of
from agent.planner.words import singular
from eval.dialogues import DATA, Dialogue, Half, Message, read_dialogues, read_films
from prompts import utterances
from retrieval.catalogue import Catalogue
from retrieval.titles import fold, title_forms, trailing_year
from vouch.ports import Embedder

LABELS = Path(__file__).parent.parent / "tests" / "data" / "planner" / "labels.jsonl"
REPORTED = LABELS.with_name("reported.jsonl")
Interval = tuple[float, float, float]
MERGED = {"yes": "close", "thanks": "close", "greeting": "talk", "talk": "talk", "no": "request"}
"""Labels that call for the same: accepting and thanking end a search, “no” asks for others, the rest is talk."""
_BOUNDS = frozenset(["<", "<=", ">", ">="])
_SMALL = frozenset(["a", "an", "the", "of", "and", "or", "in", "with", "for", "to", "by", "from", "that", "is"])
KINDS = ("title", "liked", "disliked", "filter", "word")


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What one message was taken to say."""

    intent: str
    liked: frozenset[str] = frozenset()
    disliked: frozenset[str] = frozenset()
    filters: frozenset[tuple[str, str, str]] = frozenset()
    words: frozenset[str] = frozenset()

    def slots(self, kind: str) -> frozenset[object]:
        """The slots of one of `KINDS`."""
        titles = {("liked", t) for t in self.liked}, {("disliked", t) for t in self.disliked}
        by_kind: dict[str, Iterable[object]] = {
            "title": titles[0] | titles[1],
            "liked": titles[0],
            "disliked": titles[1],
            "filter": self.filters,
            "word": self.words,
        }
        return frozenset(by_kind[kind])


@dataclass(frozen=True, kw_only=True)
class Case:
    """A labelled message with what came before it."""

    dialogue: Dialogue
    message: Message
    label: Understood
    half: Half = "tuned on"

    @property
    def ledger(self) -> Ledger:
        """The conversation before, as if the recommender's films had been shown by us; what the person named was spoken of."""
        turns: list[Turn] = []
        said = ""
        about: tuple[str, ...] = ()
        for message in self.dialogue.messages:
            if message.number >= self.message.number:
                break
            if message.seeker:
                said, about = message.text, message.films
            else:
                turns.append(Turn(said=said, shown=message.films, about=about, text=message.text))
                about = ()
        return Ledger(turns=tuple(turns))


Understand = Callable[[Case], Understood]


@dataclass(frozen=True, kw_only=True)
class PlannerRow:
    """One line: `intent` is accuracy, `slots` F1 by kind, each with its 95 % interval over dialogues."""

    model: str
    half: Half
    data: str
    messages: int
    intent: Interval
    slots: dict[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlannerTable:
    """All rows."""

    rows: tuple[PlannerRow, ...]


def planner_table(folder: Path, embedder: Embedder) -> PlannerTable:
    """The figures of both halves, over both data sets and of each.

    Raises:
        InputError: the folder does not hold the data sets.
    """
    films = read_films(folder)
    labelled = cases(folder, films)
    halves: tuple[Half, ...] = ("tuned on", "reported")
    understand = by_planner(films, embedder)
    found = [(case, understand(case)) for case in labelled]
    rows = [row for half in halves for row in rows_of("planner", half, [p for p in found if p[0].half == half])]
    return PlannerTable(rows=tuple(rows))


def rows_of(model: str, half: Half, found: Sequence[tuple[Case, Understood]]) -> list[PlannerRow]:
    """The rows of one model over both data sets and over each that has messages."""
    by_data = {data: [pair for pair in found if data in ("both", pair[0].dialogue.data)] for data in ("both", *DATA)}
    return [_row(model, half, data, pairs) for data, pairs in by_data.items() if pairs]


def by_planner(films: Catalogue, embedder: Embedder) -> Understand:
    """The planner alone."""
    planner = planner_of(films, embedder)
    return lambda case: understood(planner.plan(case.message.text, case.ledger), films)


def planner_of(films: Catalogue, embedder: Embedder) -> Planner:
    """The planner over these films."""
    reader = MiniLmReader()
    return Planner(films, IntentReader(embedder, utterances()), marked=reader, sought=reader)


def cases(folder: Path, films: Catalogue) -> tuple[Case, ...]:
    """The labelled messages in the order of the files."""
    dialogues = {(d.data, d.dialogue_id): d for d in read_dialogues(folder, films)}
    found = []
    for row in labels():
        dialogue = dialogues[row["data"], row["dialogue"]]
        message = next(m for m in dialogue.messages if m.number == row["utterance"])
        found.append(Case(dialogue=dialogue, message=message, label=_label(row, films), half=row["half"]))
    return tuple(found)


@cache
def labels() -> tuple[dict[str, Any], ...]:
    """The rows of both files, each with its half."""
    halves: tuple[tuple[Half, Path], ...] = (("tuned on", LABELS), ("reported", REPORTED))
    return tuple(
        json.loads(line) | {"half": half} for half, path in halves for line in path.read_text("utf-8").splitlines()
    )


def _label(row: dict[str, Any], films: Catalogue) -> Understood:
    return Understood(
        intent=MERGED.get(row["intent"], row["intent"]),
        liked=frozenset(_name(films.by_id[i].title) for i in row.get("liked", ())),
        disliked=frozenset(_name(films.by_id[i].title) for i in row.get("disliked", ())),
        filters=frozenset((a, op, fold(str(value))) for a, op, value in row.get("filters", ())),
        words=_words(row.get("words", "")),
    )


def understood(plan: Plan, films: Catalogue) -> Understood:
    """What a plan says of the message, from its calls and its aside."""
    said = {"liked": set[str](), "disliked": set[str]()}
    filters: set[tuple[str, str, str]] = set()
    text = ""
    for call in plan.calls:
        given: dict[str, Any] = dict(call.arguments)
        if call.name == "remember" and given.get("kind") in {"like", "dislike"}:
            said[f"{given['kind']}d"].update(given["titles"])
        elif call.name == "recommend":
            said["liked"].update(given.get("liked", ()))
            said["disliked"].update(given.get("disliked", ()))
        elif call.name == "more_like":
            said["liked"].add(given["title"])
        if call.name in {"recommend", "more_like", "recommend_together"}:
            filters |= {f for c in given.get("filters", ()) for f in _filters(c)}
            filters |= {f for c in given.get("prefer", ()) if c["op"] not in _BOUNDS for f in _filters(c)}
            text = str(given.get("text", ""))
    if plan.aside.get("intent") == "which":
        role = {"like": "liked", "anchor": "liked", "dislike": "disliked"}.get(
            next(iter(plan.aside.get("roles", ())), ""), ""
        )
        if role and len({_name(_title(i, films)) for i in plan.aside["offer"]}) == 1:
            said[role].add(plan.aside["offer"][0])
    return Understood(
        intent=act_of(plan),
        liked=frozenset(_name(_title(t, films)) for t in said["liked"]),
        disliked=frozenset(_name(_title(t, films)) for t in said["disliked"]),
        filters=frozenset(filters),
        words=_words(text),
    )


def _filters(condition: dict[str, Any]) -> set[tuple[str, str, str]]:
    op, value = condition["op"], condition["value"]
    if op in _BOUNDS:
        step = {"<": -1, ">": 1}.get(op, 0)
        return {(condition["attribute"], op[0] + "=", str(int(float(value)) + step))}
    values = value if isinstance(value, list) else [value]
    sense = "not" if op in {"!=", "none_of"} else "is"
    return {(condition["attribute"], sense, fold(str(v))) for v in values}


def _title(said: str, films: Catalogue) -> str:
    return films.by_id[said].title if said in films.by_id else said


def _name(title: str) -> str:
    forms = title_forms(title)
    return forms[1] if trailing_year(title) and len(forms) > 1 else forms[0]


def _words(text: str) -> frozenset[str]:
    return frozenset(singular(word) for word in fold(text).split() if word not in _SMALL)


def _row(model: str, half: Half, data: str, found: Sequence[tuple[Case, Understood]]) -> PlannerRow:
    dialogues = sorted({case.dialogue.dialogue_id for case, _ in found})
    place = {name: n for n, name in enumerate(dialogues)}
    counts = np.zeros((len(dialogues), 2 + 3 * len(KINDS)))
    for case, read in found:
        own = counts[place[case.dialogue.dialogue_id]]
        own[:2] += (case.label.intent == read.intent, 1)
        for number, kind in enumerate(KINDS):
            wanted, got = case.label.slots(kind), read.slots(kind)
            own[2 + 3 * number : 5 + 3 * number] += (len(wanted & got), len(got), len(wanted))
    return PlannerRow(
        model=model,
        half=half,
        data=data,
        messages=len(found),
        intent=_resampled(counts, lambda c: c[..., 0] / c[..., 1]),
        slots={kind: _resampled(counts, _f1_of(2 + 3 * number)) for number, kind in enumerate(KINDS)},
    )


def _f1_of(first: int) -> Callable[[Any], Any]:
    """F1 = 2 x right / (given + wanted)."""
    return lambda c: 2 * c[..., first] / np.maximum(c[..., first + 1] + c[..., first + 2], 1)


def _resampled(counts: Any, figure: Callable[[Any], Any], *, resamples: int = 1000) -> Interval:
    """The figure of the summed counts with its 95 % interval by resampling dialogues (percentile bootstrap)."""
    draws = np.random.default_rng(0).integers(0, len(counts), size=(resamples, len(counts)))
    low, high = np.quantile(figure(counts[draws].sum(axis=1)), [0.025, 0.975])
    return float(figure(counts.sum(axis=0))), float(low), float(high)


__all__ = ["PlannerRow", "PlannerTable", "Understood", "cases", "planner_table", "understood"]
