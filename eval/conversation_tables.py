"""The tables of `eval planner` and `eval dialogue`, drawn."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from eval.dialogue import DialogueTable
from eval.planner import PlannerTable

Interval = tuple[float, float, float]


def show_planner(table: PlannerTable, console: Console) -> None:
    """Prints accuracy of the intent and F1 of each kind of slot, with 95 % intervals over dialogues."""
    kinds = tuple(dict.fromkeys(kind for row in table.rows for kind in row.slots))
    drawn = Table(title="messages of real seekers, as understood")
    for heading in ("model", "half", "data", "messages", "intent", *(f"{kind} F1" for kind in kinds)):
        drawn.add_column(heading)
    for row in table.rows:
        figures = (_figure(row.intent), *(_figure(row.slots[kind]) for kind in kinds))
        drawn.add_row(row.model, row.half, row.data, str(row.messages), *figures)
    console.print(drawn)


def show_dialogue(table: DialogueTable, console: Console) -> None:
    """Prints recall of each model, with 95 % intervals over dialogues."""
    names = tuple(dict.fromkeys(name for row in table.rows for name in row.recall))
    drawn = Table(title="films that recommenders named, found on the full catalogue")
    for heading in ("data", "half", "turns", "model", *names):
        drawn.add_column(heading)
    for row in table.rows:
        drawn.add_row(row.data, row.half, str(row.turns), row.model, *(_figure(row.recall[name]) for name in names))
    console.print(drawn)


def _figure(figure: Interval) -> str:
    value, low, high = figure
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
