"""What a message does, in five kinds: it asks for a list, states a taste, asks about an item, closes, or is talk; and the features that tell.

Knows no weights: `learned` does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Literal

from agent.ledger import LISTS
from agent.planner.courtesies import clauses
from agent.planner.heard import Heard
from agent.planner.plan_types import Plan
from agent.planner.words import Message, word_set

SpeechAct = Literal["request", "state", "ask", "close", "talk"]
ACTS: tuple[SpeechAct, ...] = ("request", "state", "ask", "close", "talk")
PRONOUNS = word_set("it that this them these those one both all they its thats film movie book")
_OF_INTENT: dict[str, SpeechAct] = {
    "recommend": "request",
    "more_like": "request",
    "refine": "request",
    "not_asked": "request",
    "group": "request",
    "no": "request",
    "why": "ask",
    "details": "ask",
    "find": "ask",
    "facets": "ask",
    "taste": "ask",
    "nothing_shown": "ask",
    "sorts": "ask",
    "why_not": "ask",
    "compare": "ask",
    "beyond": "ask",
    "seen": "state",
    "yes": "close",
    "thanks": "close",
    "accept": "close",
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def act_of(plan: Plan) -> SpeechAct:
    """What a plan takes the message to do."""
    intent = str(plan.aside.get("intent", "help"))
    if intent == "state":
        return "request" if plan.aside.get("wants") else "state"
    if intent in {"which", "absent"}:
        roles = set(plan.aside.get("roles", ()))
        wants = any(call.name in LISTS for call in plan.calls)
        return "state" if roles & {"like", "dislike", "seen"} and not wants else "request" if wants else "ask"
    return _OF_INTENT.get(intent, "talk")


def last_asked(text: str) -> str:
    """The last question of a reply; without one its last sentence.

    >>> last_asked("I see. Have you seen it? It is good."), last_asked("Fine. Bye")
    ('Have you seen it?', 'Bye')
    """
    every = sentences(text)
    asked = [part for part in every if part.endswith("?")]
    return (asked or every or [""])[-1]


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


_BAD_ONES = re.compile(
    r"\b(?:what|which|any|some|name|are there|is there)\b.*(?:\b(?:dislike|hate|cannot stand|least favou?rite|worst)|(?:\bnot|n['’]?t) (?:\w+ly |much )?"
    r"(?:like|enjoy|love|care for|stand))",
    re.IGNORECASE,
)


def asks_disliked(heard: Heard) -> bool:
    """Whether it was asked last what is not liked (“which ones did you not like?”)."""
    last = heard.ledger.last
    return last is not None and last.asked is None and bool(_BAD_ONES.search(last_asked(last.text)))


def asked_before(heard: Heard) -> str:
    """What was asked or said last; "" behind a list, whose words ask nothing."""
    last = heard.ledger.last
    return last_asked(last.text) if last is not None and last.asked is None else ""


def masked(heard: Heard) -> list[str]:
    """The folded words, each title as TITLE; what only points (“it”) stays."""
    words = [word.folded for word in heard.message.words]
    ends = {m.start: m.end for m in heard.slots.mentions if m.end - m.start > 1 or words[m.start] not in PRONOUNS}
    found: list[str] = []
    place = 0
    while place < len(words):
        found.append("TITLE" if place in ends else words[place])
        place = ends.get(place, place + 1)
    return found


def grams(words: Sequence[str], name: str) -> dict[str, float]:
    """Words and neighbouring pairs as features."""
    padded = ["^", *words, "$"]
    pairs = itertools.pairwise(padded)
    return {**{f"{name}:{w}": 1.0 for w in padded}, **{f"{name}:{a}_{b}": 1.0 for a, b in pairs}}


def stop_at(message: Message, place: int) -> str:
    """The punctuation before a place; at the end that which ends the message."""
    return message.words[place].stop if place < len(message.words) else message.ending


def act_features(heard: Heard, plan: Plan) -> dict[str, float]:
    """Words of the message and of what was asked last, what the rules made of it, and its form."""
    message, slots, last = heard.message, heard.slots, heard.ledger.last
    words = masked(heard)
    found = {
        "bias": 1.0,
        "question": float("?" in message.ending),
        "asks": float("?" in message.raw),
        "length": min(len(words), 40) / 20,
        "short": float(len(words) <= 3),
        f"plan:{plan.aside.get('intent')}": 1.0,
        f"act:{act_of(plan)}": 1.0,
        "filters": float(bool(slots.filters)),
        "prefer": float(bool(slots.prefer)),
        "avoid": float(bool(slots.avoid)),
        "changes": float(bool(slots.changes)),
        "text": float(bool(slots.text)),
        "titles": float(bool(slots.mentions)),
        "first": float(last is None),
    }
    found |= grams(words, "w")
    found |= {f"besides:{act}": 1.0 for act in slots.acts} | {f"role:{role}": 1.0 for role in slots.roles}
    found |= _of_clauses(message)
    if last is not None:
        asked = asked_before(heard)
        before = re.findall(r"[a-z]+", asked.lower().replace("'", ""))
        found |= {f"before:{word}": 0.5 for word in before} | {f"before1:{word}": 1.0 for word in before[:1]}
        found |= {"asked": float(asked.endswith("?")), "asked before": float("?" in last.text)}
        found["shown"] = float(bool(last.shown))
    return found


def _of_clauses(message: Message) -> dict[str, float]:
    found: dict[str, float] = {}
    spans = list(clauses(message))
    for name, (start, end) in (("first", spans[0]), ("last", spans[-1])):
        said = [word.folded for word in message.words[start:end]]
        found[f"{name}:{said[0]}"] = 1.0
        found[f"{name}:{'_'.join(said[:2])}"] = 1.0
        found[f"{name}:asks"] = float("?" in stop_at(message, end))
    return found | {"clauses": min(len(spans), 5) / 3}
