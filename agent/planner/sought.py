"""Which words of a message a search in the texts should look for: “a bit {darker}, I saw that one with my aunt”."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

SOUGHT = 0.15
"""A word less likely than this is not looked for."""
Span = tuple[int, int]


class WordsSought(Protocol):
    """Tells words that say what something should be like from talk, circumstances and politeness."""

    def sought(self, text: str, spans: Sequence[Span]) -> Sequence[float]:
        """The probability of each span, characters start to end (end excluded) of the text. Raises ModelFailed, and ModelUnavailable where
        the weights are not here."""
        ...
