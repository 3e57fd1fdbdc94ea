"""How well unsupported sentences are caught and faithful ones kept: `python -m eval grounding`.

The sets lie in tests/data/grounding: 25 lists that the recommender made over the demo collection (stored with the passages that they
cite), and replies about them by seven authors. All replies were written by hand (by a language model asked to write as different people
would: terse, chatty, formal, by fact, by plot, by quote), none from a template, faithful ones from the stored evidence, unsupported ones
with one wrong thing each, whose words are named in `wrong`. A reply is caught where no shown sentence has those words; it is kept where
every sentence is shown as it was written. The replies of the fourth and of the sixth author, who had not seen the checks, are reported, and what
is missed among them is never printed; all others were tuned on. The first four wrote freely, as they would of things they like ("free");
the last three wrote what language models answer to the prompt for writers, of the items that it shows ("to the prompt").
It does not know how a model writes: `python -m eval grounding` says nothing of fluent sentences that nobody thought of.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from agent.checks.sentences import split
from agent.evidence import Evidence, build_evidence
from agent.grounding import Grounder, Verdict
from agent.planner.lexicon import Lexicon
from agent.writing import LINES
from retrieval.catalogue import Catalogue
from retrieval.catalogue_file import read_catalogue
from tools.artifact import from_json
from vouch.types import Passage, RecList

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "grounding"
DEMO = Path(__file__).parent.parent / "demo" / "catalogue.jsonl"
AUTHORS = 7
_TO_THE_PROMPT = (5, 6, 7)
Group = Literal["tuned on", "reported, to the prompt", "reported, free prose"]
_GROUPS: dict[int, Group] = {4: "reported, free prose", 6: "reported, to the prompt"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One reply about one list by one of the authors (1 to 7). `wrong` is "" for a faithful one."""

    case_id: str
    author: int
    evidence: Evidence
    text: str
    kind: str = "faithful"
    wrong: str = ""

    @property
    def group(self) -> Group:
        """What the reply is for."""
        return _GROUPS.get(self.author, "tuned on")


@dataclass(frozen=True, kw_only=True)
class GroundingRow:
    """Counts of one kind of replies in one group. `right`: caught or kept; with the 95 % interval of the part."""

    group: Group
    kind: str
    replies: int
    right: int
    part: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GroundingTable:
    """All rows, and the replies tuned on that came out wrong."""

    rows: tuple[GroundingRow, ...]
    missed: tuple[str, ...]


def grounding_table() -> GroundingTable:
    """The figures of each group, over all and by kind."""
    results = [(case, is_right(case)) for case in cases()]
    rows = []
    for group in ("tuned on", *_GROUPS.values()):
        of_group = [(case, right) for case, right in results if case.group == group]
        unsupported = [(case, right) for case, right in of_group if case.wrong]
        rows.append(_row(group, "faithful kept", [right for case, right in of_group if not case.wrong]))
        rows.append(_row(group, "unsupported caught", [right for _, right in unsupported]))
        for kind in sorted({case.kind for case, _ in unsupported}):
            rows.append(_row(group, f"  {kind}", [right for case, right in unsupported if case.kind == kind]))
    missed = tuple(f"{case.case_id}: {case.text}" for case, right in results if not right and case.group == "tuned on")
    return GroundingTable(rows=tuple(rows), missed=missed)


def _row(group: Group, kind: str, right: Sequence[bool]) -> GroundingRow:
    part, low, high = proportion(sum(right), len(right))
    return GroundingRow(group=group, kind=kind, replies=len(right), right=sum(right), part=part, low=low, high=high)


def proportion(right: int, of: int) -> tuple[float, float, float]:
    """The part with the bounds of its 95 % interval (Wilson 1927).

    >>> [round(x, 3) for x in proportion(9, 10)]
    [0.9, 0.596, 0.982]
    """
    if of == 0:
        return 0.0, 0.0, 1.0
    z, part = 1.96, right / of
    middle, spread = part + z * z / (2 * of), z * math.sqrt(part * (1 - part) / of + z * z / (4 * of * of))
    return part, (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def is_right(case: Case) -> bool:
    """Whether an unsupported reply does not show what is wrong, or a faithful one is shown as it is."""
    verdicts = verdicts_on(case)
    if case.wrong:
        return all(case.wrong.casefold() not in verdict.text.casefold() for verdict in verdicts)
    return all(verdict.kind == "kept" for verdict in verdicts)


def verdicts_on(case: Case) -> tuple[Verdict, ...]:
    """The verdicts on a reply's sentences in order."""
    grounder = Grounder(case.evidence)
    for sentence in split(case.text):
        list(grounder.feed(sentence + "\n"))
    list(grounder.finish())
    return tuple(verdict for _, verdict in grounder.verdicts)


@cache
def cases() -> tuple[Case, ...]:
    """All replies, each author's faithful ones first. Who wrote to the prompt saw only what it shows."""
    found = []
    for author in range(1, AUTHORS + 1):
        for name in ("faithful", "unsupported"):
            for row in _rows(f"author{author}_{name}.jsonl"):
                evidence = lists()[row["list"]]
                if author in _TO_THE_PROMPT:
                    evidence = replace(evidence, items=evidence.tellable(LINES))
                kind, wrong = row.get("kind", "faithful"), row.get("wrong", "")
                found.append(
                    Case(case_id=row["id"], author=author, evidence=evidence, text=row["text"], kind=kind, wrong=wrong)
                )
    return tuple(found)


@cache
def lists() -> dict[str, Evidence]:
    """The evidence of each stored list by its name."""
    file = read_catalogue(DEMO)
    found = {}
    for row in _rows("lists.jsonl"):
        passages = tuple(Passage(**passage) for passage in row["passages"])
        catalogue = Catalogue(items=file.items, schema=file.schema, passages=passages)
        result = from_json(row["result"], catalogue)
        if isinstance(result, RecList):
            found[row["list"]] = build_evidence([result], row["said"], Lexicon(file.schema).topics)
    return found


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
