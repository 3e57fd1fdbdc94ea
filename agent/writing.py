"""What the writing model is asked for one list: a line for each of the first items, and the grammar under which it writes nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from agent.evidence import Evidence, ItemEvidence
from agent.models.grammar import text_rule
from agent.phrases import plain

LINES = 3
"""So many items get a line of the writer's."""
_RULES = r"""
lead ::= " " [a-z] (letter | initial){12,100}
letter ::= [^\n\x00-\x1F<>{}\[\]|`*_#.!?:;“”"()]
initial ::= [A-Z] "."
"""
"""The writer's own words run to a colon; then comes a sentence of the item's own, which it chooses but cannot change."""
_LEAD_MOST = 100
_SAME_WORDS = 5
_LEAST_WORDS = 4


def asked(evidence: Evidence, items: Sequence[ItemEvidence]) -> str:
    """What changes from turn to turn: the items with their evidence, and the person's message."""
    return f"{evidence.block(items)}\nPerson: {evidence.message}\nReply:"


def lines_grammar(items: Sequence[ItemEvidence]) -> str:
    """The grammar (GBNF) of one line an item: its title, some words, and one of its own sentences in quotation marks."""
    return f"root ::= {_CUT.join(_line(item) for item in items)} {text_rule(chr(10))}{_RULES}"


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
    quotes = " | ".join(text_rule(sentence) for sentence in item.quotable)
    return f'{text_rule(plain(item.title))} lead ": “" ({quotes}) "”"'


_CUT = f" {text_rule(chr(10))} "
