"""What reading a file found out: how each column was taken, and what could not be used. Plain values; knows no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vouch.types import AttributeType

Role = Literal["id", "title", "text", "media", "attribute", "ignored"]
EXAMPLE_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class ColumnGuess:
    """How one column was taken, with an example and the reason in a few words. `attribute`, `type`, `unit` only where it became one."""

    column: str
    role: Role
    attribute: str | None = None
    type: AttributeType | None = None
    unit: str | None = None
    example: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that could not be used. `row` counts data rows from 1 (0: the file as a whole).

    `skipped` False: only the value is missing and the row stays; True: the whole row is left out.
    """

    row: int
    column: str | None
    value: str
    why: str
    skipped: bool


def shortened(value: object, limit: int = EXAMPLE_LENGTH) -> str:
    """The value as one line of at most `limit` characters.

    >>> shortened(("Action", "Comedy"))
    'Action, Comedy'
    """
    # Cut before splitting: a cell can hold megabytes.
    whole = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    text = " ".join(whole[: 4 * limit].split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
