"""What the page needs of a conversation; agent.conversation.Conversation has it, and so has the tests' scripted one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from tools.toolbox import Toolbox
from vouch.types import Reply

if TYPE_CHECKING:
    from agent.conversation import Cards, Words


class Talks(Protocol):
    """A conversation with any model: it yields Cards and Words while it answers, and the Reply at the end."""

    @property
    def tiers(self) -> Mapping[str, str]:
        """Each part's model, by the part's name."""
        ...

    @property
    def toolbox(self) -> Toolbox:
        """The tools, for any person."""
        ...

    def stream(
        self,
        message: str,
        *,
        conversation_id: str,
        person: str | None = None,
        share_taste: bool | None = None,
        media: Sequence[str] = (),
    ) -> Iterator[Cards | Words | Reply]:
        """The answer as it grows; `media` are handles of attached files. Raises InputError where the person can mend it."""
        ...

    def history(self, conversation_id: str) -> tuple[tuple[str, Reply], ...]:
        """The messages so far with their replies; () for a conversation that has not begun."""
        ...
