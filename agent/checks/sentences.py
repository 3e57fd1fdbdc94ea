"""Text that streams in -> whole sentences. Abbreviations, initials and titles that end in a mark do not end a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"(?:[.!?…]+[”\"’')\]]*)(?=\s+\S)|\n+")
_SHORT = re.compile(
    r"(?:^|[\s(“\"])(?:Dr|Mr|Mrs|Ms|St|Jr|Sr|Prof|No|Nos|Op|vs|etc|e\.g|i\.e|min|approx|ca|vol|Vol|[A-Z]|(?:[A-Z]\.)+[A-Z])\.$"
)
LONGEST = 600
"""Characters after which a text without an end is given out as it is: nobody's sentence is longer."""


@dataclass
class Sentences:
    """Splits a stream. What has been fed and not given out is held."""

    held: str = ""

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that are whole now: an end is one once the next word has begun."""
        self.held += piece
        while (cut := self._cut()) is not None:
            sentence, self.held = self.held[:cut].strip(), self.held[cut:]
            if sentence:
                yield sentence

    def rest(self) -> str:
        """What is left, which is no longer held."""
        left, self.held = self.held.strip(), ""
        return left

    def _cut(self) -> int | None:
        for match in _END.finditer(self.held):
            if match.group().isspace():
                return match.end()
            before, after = self.held[: match.end()], self.held[match.end() :].lstrip()
            if _SHORT.search(before) and not _begins(before, after):
                continue
            if after[:1].islower() or after[:1] in "(,;:" or _open(before):
                continue
            return match.end()
        return len(self.held) if len(self.held) > LONGEST else None


def _begins(before: str, after: str) -> bool:
    """Whether “Jr.” or “No.” ends a sentence all the same: a common opening follows."""
    return bool(
        re.search(r"(?:Jr|Sr|etc)\.$", before) and re.match(r"(?:It|The|This|That|You|And|Then|In|A|If|For)\b", after)
    )


def _open(before: str) -> bool:
    """Whether a curly quotation is still open: its sentences stay together."""
    return before.count("“") > before.count("”")


def split(text: str) -> list[str]:
    """The sentences of a whole text.

    >>> split("Sherlock Jr. is short. F. W. Murnau made it in 1922! Safety Last! is next.")
    ['Sherlock Jr. is short.', 'F. W. Murnau made it in 1922!', 'Safety Last! is next.']
    """
    sentences = Sentences()
    found = [*sentences.feed(text)]
    left = sentences.rest()
    return [*found, left] if left else found
