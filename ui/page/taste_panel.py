"""The taste card as a panel: what is known of the person, where each thing comes from, and the buttons that change it. All text is escaped."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent.taste_words import FALLS, RISES
from tools.render import clean, filter_text
from tools.taste_card import EntryKind, TasteCard, TasteChanged, TasteEntry
from tools.toolbox import CLICK, ConditionKind, FilterArg, Remembered, RememberKind, Toolbox
from vouch.answers import Move
from vouch.errors import InputError

GROUPS: Mapping[EntryKind, str] = {
    "like": "You like",
    "dislike": "Not for you",
    "hide": "Never to be shown",
    "seen": "You know",
    "never": "Never broken, in every list",
    "prefer": "Preferred, in every list",
}
SHOWN = 12
"""So many of a group are open; the rest is behind a fold."""
LONGEST_SOURCE = 120
CONDITIONS: Mapping[str, ConditionKind] = {"never": "never_break", "prefer": "prefer", "release": "forget"}
VERBS: Mapping[RememberKind, str] = {
    "like": "You like {title}.",
    "dislike": "You don’t like {title}.",
    "pin": "{title} counts twice now.",
    "unpin": "{title} counts as before.",
    "forget": "Forgotten: {title}.",
}


def panel_html(card: TasteCard, moves: Sequence[Move] = ()) -> str:
    """The inside of the panel: what the last change moved, then each group with its entries, then what can be done with all."""
    groups = "".join(_group_html(kind, [e for e in card.entries if e.kind == kind]) for kind in GROUPS)
    if not groups:
        groups = (
            '<p class="none">Nothing yet. Like or hide a card, or say in the conversation what you love or '
            "can’t stand; it will stand here with its source.</p>"
        )
    return f"{_moves_html(moves)}{groups}{_foot_html(card)}"


def changed_by_button(toolbox: Toolbox, said: Mapping[str, Any]) -> tuple[Remembered | TasteChanged, str]:
    """What a button of the panel does: `said` has the action as "taste", and an "item" or a "condition". With a sentence that says so.

    Raises InputError for an action, item or condition that there is not.
    """
    action, item_id = str(said.get("taste", "")), str(said.get("item", ""))
    if action == "undo":
        done = toolbox.undo()
        titles = ", ".join(done.titles)
        return (
            done,
            f"Undone: {titles}." if titles else "Undone." if done.kind == "undo" else "There is nothing to undo.",
        )
    if action == "forget_all":
        return toolbox.forget_all(source=CLICK), "Forgotten, but for what is pinned."
    if action in CONDITIONS:
        return toolbox.remember_condition(
            CONDITIONS[action], [_condition(said)], source=CLICK
        ), "Changed for every list."
    kind = next((kind for kind in VERBS if kind == action), None)
    if kind is None:
        raise InputError("That could not be changed: the page is older than the server. Please reload it.")
    remembered = toolbox.remember(kind, [item_id], source=CLICK)
    return remembered, VERBS[kind].format(title=remembered.titles[0])


def _condition(said: Mapping[str, Any]) -> FilterArg:
    """The condition that a button's JSON names. Raises InputError where it is none."""
    try:
        wanted = TypeAdapter(FilterArg).validate_json(str(said.get("condition", "")))
    except ValidationError as error:
        raise InputError("That is no condition.") from error
    return wanted


def moved_text(moves: Sequence[Move]) -> str:
    """The largest move with its cause, in one short sentence; "" where nothing moved for a cause that can be told."""
    return next((f"{text}." for move in moves if (text := _move_text(move))), "")


def _group_html(kind: EntryKind, entries: Sequence[TasteEntry]) -> str:
    if not entries:
        return ""
    rows = [_entry_html(entry) for entry in entries]
    rest = "".join(rows[SHOWN:])
    fold = f"<details><summary>{len(rows) - SHOWN} more</summary><ul>{rest}</ul></details>" if rest else ""
    return (
        f"<section><h3>{GROUPS[kind]} <small>{len(rows)}</small></h3><ul>{''.join(rows[:SHOWN])}</ul>{fold}</section>"
    )


def _entry_html(entry: TasteEntry) -> str:
    name = filter_text(entry.filter) if entry.filter else clean(entry.title)
    subject = (
        f'data-condition="{escape(json.dumps(asdict(entry.filter)))}"'
        if entry.filter
        else f'data-item="{escape(entry.item_id or "")}"'
    )
    buttons = "".join(
        f'<button type="button" data-taste="{action}" aria-pressed="{"true" if pressed else "false"}" '
        f'aria-label="{escape(f"{text}: {name}")}">{text}</button>'
        for action, text, pressed in _actions(entry)
    )
    pinned = ' class="pinned"' if entry.pinned else ""
    return (
        f'<li{pinned} {subject}><p><b>{escape(name)}</b><span class="source">{escape(_source(entry))}</span></p>'
        f'<div class="acts">{buttons}</div></li>'
    )


def _actions(entry: TasteEntry) -> list[tuple[str, str, bool]]:
    """(action, label, whether it is so now): what can be changed about an entry."""
    if entry.kind in {"never", "prefer"}:
        return [
            ("never", "Never break", entry.kind == "never"),
            ("prefer", "Prefer", entry.kind == "prefer"),
            ("release", "Forget", False),
        ]
    opinions = [("like", "Like", entry.kind == "like"), ("dislike", "Dislike", entry.kind == "dislike")]
    pin = ("unpin" if entry.pinned else "pin", "Pinned" if entry.pinned else "Pin", entry.pinned)
    return [*opinions, *([pin] if entry.kind in {"like", "dislike"} else []), ("forget", "Forget", False)]


def _source(entry: TasteEntry) -> str:
    """Where it is from and since when: “I loved Metropolis”, 3 May; a click; the collection's own history."""
    day = time.strftime("%d %b %Y", time.localtime(entry.at)).lstrip("0") if entry.at > 0 else ""
    if entry.source == "file":
        return "from the collection’s own history"
    said = clean(entry.source)
    said = said if len(said) <= LONGEST_SOURCE else said[:LONGEST_SOURCE].rsplit(" ", 1)[0] + " …"
    what = {"click": "a click", "message": "a message"}.get(entry.source, f"“{said}”")
    return f"{what}, {day}" if day else what


def _moves_html(moves: Sequence[Move]) -> str:
    rows = "".join(f"<li>{escape(text)}</li>" for move in moves if (text := _move_text(move)))
    return f'<section class="moves"><h3>What that moved in your list</h3><ul>{rows}</ul></section>' if rows else ""


def _move_text(move: Move) -> str:
    up = move.now is not None and (move.was is None or move.now < move.was)
    why = (RISES if up else FALLS).get(move.part)
    if why is None:
        return ""
    there = f"{move.was} → {move.now}" if move.was and move.now else f"in at {move.now}" if move.now else "out of sight"
    return f"{clean(move.title)}: {there}, because {why}"


def _foot_html(card: TasteCard) -> str:
    undo = ""
    if card.last is not None:
        titles = ", ".join(map(clean, card.last.titles)) or "the last change"
        undo = f'<button type="button" data-taste="undo">Undo <small>{escape(card.last.kind.replace("_", " "))}: {escape(titles)}</small></button>'
    every = (
        '<button type="button" data-taste="forget_all">Forget everything but what is pinned</button>'
        if card.entries
        else ""
    )
    return f'<div class="all">{undo}{every}</div>' if undo or every else ""
