"""How well unsupported answers of a writing model are caught and faithful ones kept: `python -m eval grounding`.

The sets lie in tests/data/grounding: 25 lists that the recommender made over the demo collection (stored with the passages that they
cite), and answers to the prompt for writers about them by three authors, language models that saw the prompt and nothing of the check.
Faithful answers choose what stands there; unsupported ones have one wrong thing each (`kind`), and `wrong` is what must not be shown.
An answer is caught where no shown line has those words; it is kept where every line is shown with all that it chose. The answers of the
first author were read; those of the second and third are reported, and what is missed among them is never printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

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
AUTHORS = 3
Group = Literal["read", "reported"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One answer about one list by one of the authors (1 to 3). `wrong` is "" for a faithful one."""

    case_id: str
    author: int
    evidence: Evidence
    text: str
    kind: str = "faithful"
    wrong: str = ""

    @property
    def group(self) -> Group:
        """Whether anybody who worked on the check has read it."""
        return "read" if self.author == 1 else "reported"


@dataclass(frozen=True, kw_only=True)
class GroundingRow:
    """Counts of one kind of answers in one group. `right`: caught or kept; with the 95 % interval of the part."""

    group: Group
    kind: str
    replies: int
    right: int
    part: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GroundingTable:
    """All rows, and the answers that were read and came out wrong."""

    rows: tuple[GroundingRow, ...]
    missed: tuple[str, ...]


def grounding_table() -> GroundingTable:
    """The figures of each group, over all and by kind."""
    results = [(case, is_right(case)) for case in cases()]
    rows = []
    groups: tuple[Group, ...] = ("read", "reported")
    for group in groups:
        of_group = [(case, right) for case, right in results if case.group == group]
        unsupported = [(case, right) for case, right in of_group if case.wrong]
        rows.append(_row(group, "faithful kept", [right for case, right in of_group if not case.wrong]))
        rows.append(_row(group, "unsupported caught", [right for _, right in unsupported]))
        for kind in sorted({case.kind for case, _ in unsupported}):
            rows.append(_row(group, f"  {kind}", [right for case, right in unsupported if case.kind == kind]))
    missed = tuple(f"{case.case_id}: {case.text}" for case, right in results if not right and case.group == "read")
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
    """Whether an unsupported answer does not show what is wrong, or every line of a faithful one is shown with all that it chose."""
    verdicts = verdicts_on(case)
    if case.wrong:
        return all(case.wrong.casefold() not in verdict.text.casefold() for verdict in verdicts)
    return all(verdict.kind == "kept" for verdict in verdicts)


def verdicts_on(case: Case) -> tuple[Verdict, ...]:
    """The verdicts on an answer's lines in order."""
    grounder = Grounder(case.evidence.tellable(LINES))
    list(grounder.feed(case.text))
    list(grounder.finish())
    return tuple(verdict for _, verdict in grounder.verdicts)


@cache
def cases() -> tuple[Case, ...]:
    """All answers, each author's faithful ones first."""
    return tuple(
        Case(
            case_id=row["id"],
            author=author,
            evidence=lists()[row["list"]],
            text=row["text"],
            kind=row.get("kind", "faithful"),
            wrong=row.get("wrong", ""),
        )
        for author in range(1, AUTHORS + 1)
        for name in ("faithful", "unsupported")
        for row in _rows(f"author{author}_{name}.jsonl")
    )


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
            found[row["list"]] = build_evidence(result, row["said"], Lexicon(file.schema).topics)
    return found


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
