"""What may lie beside a catalogue file: perceived.jsonl (what perception made of its media), members.json (people with labels), examples.txt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PERCEIVED = "perceived.jsonl"
MEMBERS = "members.json"
EXAMPLES = "examples.txt"
_MOST_PEOPLE = 12


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the collection whose place can be taken on the page. `simulated` people are invented."""

    user_id: str
    label: str
    simulated: bool


def perceived_file(catalogue_file: Path) -> Path | None:
    """The file with what perception made of the catalogue's media, or None."""
    path = catalogue_file.with_name(PERCEIVED)
    return path if path.is_file() else None


def examples(catalogue_file: Path) -> tuple[str, ...]:
    """Messages to begin with, one a line; () where there is no such file."""
    path = catalogue_file.with_name(EXAMPLES)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def people(catalogue_file: Path, known: Sequence[tuple[str, int]]) -> tuple[Person, ...]:
    """At most twelve people to choose from: the first of each cluster of members.json, else those who did most.

    `known` are (user_id, number of interactions); people who came by the page are left out.
    """
    labels = _labels(catalogue_file.with_name(MEMBERS))
    here = {user_id for user_id, _ in known}
    clusters: dict[str, Person] = {}
    for user_id, told in labels.items():
        label, cluster = str(told.get("label", user_id)), str(told.get("cluster", user_id))
        plain = ", also " not in label
        if user_id in here and plain and cluster not in clusters:
            clusters[cluster] = Person(user_id=user_id, label=label, simulated="simulated" in label)
    if clusters:
        return tuple(clusters.values())[:_MOST_PEOPLE]
    busiest = sorted(known, key=lambda row: (-row[1], row[0]))[:_MOST_PEOPLE]
    return tuple(Person(user_id=u, label=f"{u} ({n} interactions)", simulated=False) for u, n in busiest if n > 1)


def _labels(path: Path) -> Mapping[str, Mapping[str, object]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(u): row for u, row in told.items() if isinstance(row, dict)} if isinstance(told, dict) else {}
