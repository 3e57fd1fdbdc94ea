"""What the writing model is asked for one list: a line for each of the first items, and the grammar under which it writes nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

from agent.evidence import Evidence, ItemEvidence, fenced
from agent.models.grammar import text_rule
from agent.phrases import plain
from agent.planner.lexicon import Topic

LINES = 3
"""So many items get a line of the writer's."""
_LEAD_MOST = 100
_SAME_WORDS = 5
_LEAST_WORDS = 4
_CHOICES = 4
_LIKE = re.compile(r"(?:moods?|tones?|feels?|vibes?|atmosphere)", re.IGNORECASE)
"""Attributes whose values are adjectives: “is eerie and dark”; those of other lists are what it is “listed as”."""
_NUMBERS: tuple[tuple[Topic, str], ...] = (("minutes", "{} minutes"), ("pages", "{} pages"), ("price", "priced at {}"))


def asked(evidence: Evidence, items: Sequence[ItemEvidence]) -> str:
    """What changes from turn to turn: the items with their evidence, and the person's message."""
    return f"{evidence.block(items)}\nPerson: {evidence.message}\nReply:"


def lines_grammar(items: Sequence[ItemEvidence]) -> str:
    """The grammar (GBNF) of one line an item: its title, facts of its own, and one of its own sentences in quotation marks.

    The writer chooses which facts and which sentence; it can say nothing that is not the item's.
    """
    return f"root ::= {_CUT.join(_line(item) for item in items)} {text_rule(chr(10))}"


def reads_well(line: str, item: ItemEvidence) -> bool:
    """Whether a line is more than a few words, was not cut off by the grammar, and does not say all twice, itself and in its quote."""
    if len(line.split()) < _LEAST_WORDS:
        return False
    lead, colon, quote = line.partition(": “")
    if not colon:
        return True
    own = lead.removeprefix(plain(item.title))
    words, told = own.casefold().split(), " ".join(quote.casefold().split())
    runs = (" ".join(words[n : n + _SAME_WORDS]) for n in range(len(words) - _SAME_WORDS + 1))
    return len(own) <= _LEAD_MOST and not any(run in told for run in runs)


def _line(item: ItemEvidence) -> str:
    quotes = _one_of(item.quotable)
    return f'{text_rule(plain(item.title))} {_lead(item)} ": “" {quotes} "”"'


def _lead(item: ItemEvidence) -> str:
    """Who made it, its year, what it is like, what it is listed as, whence it comes, how long it is or what it costs; each or not."""
    year = item.number("year")
    like = [value for fact in item.facts if _LIKE.fullmatch(fact.name) for value in fact.values]
    listed = [v for fact in item.facts if fact.topic in {"genre", "mood"} for v in fact.values if v not in like]
    numbers = [form.format(f"{n:g}") for topic, form in _NUMBERS if (n := item.number(topic)) is not None]
    slots = (
        [f" by {' and '.join(makers)}" for makers in [item.of("people") or item.of("brand")] if 0 < len(makers) <= 2],
        [f" ({year:.0f})"] if year is not None else [],
        [f" is {said}" for said in _one_or_two(like)],
        [f", listed as {said}" for said in _one_or_two(listed)],
        [f", from {' and '.join(places)}" for places in [item.of("country")] if 0 < len(places) <= 2],
        [f", {said}" for said in numbers],
    )
    return " ".join(f"{_one_of(slot)}?" for slot in slots if slot)


def _one_or_two(values: Sequence[str]) -> list[str]:
    first = values[:_CHOICES]
    return [*first, *(" and ".join(pair) for pair in permutations(first, 2))]


def _one_of(texts: Sequence[str]) -> str:
    return f"({' | '.join(text_rule(_within_line(text)) for text in texts)})"


def _within_line(text: str) -> str:
    """A text as it may stand in a reply, the space before it kept."""
    return f"{text[: len(text) - len(text.lstrip(' ,'))]}{fenced(text.lstrip(' ,'))}"


_CUT = f" {text_rule(chr(10))} "
