"""How well unsupported sentences are caught and faithful ones kept: `python -m eval grounding`.

The sets lie in tests/data/grounding: ten lists that the recommender made over the demo collection (stored with the passages that they
cite), and replies about them. All replies were written by hand (by a language model asked to write as different people would: terse,
chatty, formal, by fact, by plot, by quote), none from a template, faithful ones from the stored evidence, unsupported ones with one
wrong thing each, whose words are named in `wrong`. A reply is caught where no shown sentence has those words; it is kept where every
sentence is shown as it was written. The first set and half of the fresh one, which is by another author,
were tuned on; the other half of the fresh one is reported.
It does not know how a model writes: `python -m eval grounding` says nothing of fluent sentences that nobody thought of.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from agent.checks.sentences import split
from agent.evidence import Evidence, build_evidence
from agent.grounding import Grounder, Verdict
from agent.planner.lexicon import Lexicon
from retrieval.catalogue import Catalogue
from retrieval.catalogue_file import read_catalogue
from tools.artifact import from_json
from vouch.ports import Embedder
from vouch.types import Passage, RecList

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "grounding"
DEMO = Path(__file__).parent.parent / "demo" / "catalogue.jsonl"
Half = Literal["tuned on", "reported"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One reply about one list. `wrong` is "" for a faithful one."""

    case_id: str
    evidence: Evidence
    text: str
    kind: str = "faithful"
    wrong: str = ""

    @property
    def half(self) -> Half:
        """Reported is a half, by the digest of the id, of what an author wrote who had not seen the checks; all else was tuned on."""
        fresh = self.case_id.startswith("fresh-")
        return "reported" if fresh and hashlib.sha256(self.case_id.encode()).digest()[0] % 2 else "tuned on"


@dataclass(frozen=True, kw_only=True)
class GroundingRow:
    """Counts of one kind of replies in one half. `right`: caught or kept; with the 95 % interval of the part."""

    half: Half
    kind: str
    replies: int
    right: int
    part: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GroundingTable:
    """All rows, and the replies of the reported half that came out wrong."""

    rows: tuple[GroundingRow, ...]
    missed: tuple[str, ...]


def grounding_table(embedder: Embedder | None) -> GroundingTable:
    """The figures of both halves, over all and by kind."""
    results = [(case, is_right(case, embedder)) for case in cases()]
    rows = []
    for half in ("tuned on", "reported"):
        of_half = [(case, right) for case, right in results if case.half == half]
        unsupported = [(case, right) for case, right in of_half if case.wrong]
        rows.append(_row(half, "faithful kept", [right for case, right in of_half if not case.wrong]))
        rows.append(_row(half, "unsupported caught", [right for _, right in unsupported]))
        for kind in sorted({case.kind for case, _ in unsupported}):
            rows.append(_row(half, f"  {kind}", [right for case, right in unsupported if case.kind == kind]))
    missed = tuple(f"{case.case_id}: {case.text}" for case, right in results if not right and case.half == "reported")
    return GroundingTable(rows=tuple(rows), missed=missed)


def _row(half: Half, kind: str, right: Sequence[bool]) -> GroundingRow:
    part, low, high = proportion(sum(right), len(right))
    return GroundingRow(half=half, kind=kind, replies=len(right), right=sum(right), part=part, low=low, high=high)


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


def is_right(case: Case, embedder: Embedder | None) -> bool:
    """Whether an unsupported reply does not show what is wrong, or a faithful one is shown as it is."""
    verdicts = verdicts_on(case, embedder)
    if case.wrong:
        return all(case.wrong.casefold() not in verdict.text.casefold() for verdict in verdicts)
    return all(verdict.kind == "kept" for verdict in verdicts)


def verdicts_on(case: Case, embedder: Embedder | None) -> tuple[Verdict, ...]:
    """The verdicts on a reply's sentences in order."""
    grounder = Grounder(case.evidence, embedder)
    for sentence in split(case.text):
        list(grounder.feed(sentence + "\n"))
    list(grounder.finish())
    return tuple(verdict for _, verdict in grounder.verdicts)


@cache
def cases() -> tuple[Case, ...]:
    """All replies, faithful ones first."""
    evidence = lists()
    found = []
    for name in ("faithful", "unsupported", "fresh_faithful", "fresh_unsupported"):
        for row in _rows(f"{name}.jsonl"):
            kind, wrong = row.get("kind", "faithful"), row.get("wrong", "")
            found.append(
                Case(case_id=row["id"], evidence=evidence[row["list"]], text=row["text"], kind=kind, wrong=wrong)
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
