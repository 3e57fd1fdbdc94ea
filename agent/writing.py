"""What the writing model is asked for one list: a sentence for each of the first items, and the grammar under which it writes nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from agent.evidence import Evidence
from agent.models.grammar import text_rule
from agent.phrases import plain

LINES = 3
"""So many items get a sentence of the writer's."""
_RULES = r"""
rest ::= [ :,(] (letter | initial){20,330} "."
letter ::= [^\n\x00-\x1F<>{}\[\]|`*_#.!?]
initial ::= [A-Z] "."
"""
"""A sentence has no full stop before its end, but for initials: a model that goes on is stopped there."""


def asked(evidence: Evidence, items: int) -> str:
    """What changes from turn to turn: the first items with their evidence, and the person's message."""
    return f"{evidence.block(items)}\nPerson: {evidence.message}\nReply:"


def lines_grammar(titles: Sequence[str]) -> str:
    """The grammar (GBNF) of one line a title, each beginning with its title and ending with a full stop.

    A line that is ended by force is longer than any sentence that grounding lets through.
    """
    lines = r' "\n" '.join(f"{text_rule(plain(title))} rest" for title in titles)
    return f'root ::= {lines} "\\n"{_RULES}'
