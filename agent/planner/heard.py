"""One message with all that was read from it, and how its items are named in tool calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.ledger import Ledger
from agent.planner.roles import Role
from agent.planner.slots import Slots
from agent.planner.titles import TitleMention
from agent.planner.words import LEAD, Message
from agent.references import Reference
from retrieval.catalogue import Catalogue

REQUEST = re.compile(
    r"\b(?:recommend|suggest|(?:any|some|more|other|your|for) (?:\w+ )?(?:recommendations?|suggestions?)|recommendations?$|suggestions?$"
    r"|something|anything|similar|looking for|what (?:else"
    r"|next|now|should|could|can|would)|show me|find me|give me|any ideas?|(?:any|some|what) (?:others?|more)|more like"
    r"|what(?: i)?s popular|what (?:do|did) (?:\w+ )?people|im bored|want|need|in the mood|got any|what do you have|another|help me (?:find|pick"
    r"|choose))\b"
)
"""Words that ask for something to be shown."""
_ON = re.compile(rf"{LEAD}(?:and|(?:what|how) about|and for|and of)")
_OF_MYSELF = re.compile(r"\b(?:i|im|ive|my|me)\b")
TAKES_BACK = re.compile(r"^(?:\w+ )?(?:forget|undo|take back)\b")


@dataclass(frozen=True)
class Heard:
    """A message, its slots, its references to what was shown, and the turns before it.

    `judged`: items that were just shown and are liked or disliked without being named, each with its role. `acts`: how likely it does
    each of `speech_acts.ACTS`, as a model read it; () where none did.
    """

    raw: str
    message: Message
    slots: Slots
    references: tuple[Reference, ...]
    ledger: Ledger
    judged: tuple[tuple[str, Role], ...] = ()
    acts: tuple[float, ...] = ()

    @property
    def folded(self) -> str:
        """The folded words, one space apart."""
        return self.message.folded

    @property
    def targets(self) -> tuple[str, ...]:
        """The item_ids that the message names or points at; without any, the item in focus."""
        ids = [i for m in self.slots.mentions for i in m.item_ids]
        focus = self.ledger.in_focus
        return tuple(dict.fromkeys(ids)) or ((focus,) if focus else ())

    @property
    def asks_on(self) -> bool:
        """Whether the message only names another item: “and the second?”, “what about Metropolis?”."""
        covered = {p for m in self.slots.mentions for p in range(m.start, m.end)}
        rest = " ".join(w.folded for p, w in enumerate(self.message.words) if p not in covered)
        return bool(self.slots.mentions) and bool(_ON.fullmatch(rest))

    @property
    def taken_back(self) -> list[dict[str, Any]]:
        """The conditions of the standing request that the message takes back (“forget the comedies”); a person's own (“that I …”) are none."""
        standing = self.ledger.standing
        if standing is None or not TAKES_BACK.match(self.folded) or self.slots.text.replace("forget", ""):
            return []
        if _OF_MYSELF.search(self.folded) or any(c.rules_out for c in self.slots.filters):
            return []
        named, asked = [c.argument for c in self.slots.filters], standing.arguments.get("filters")
        return named if isinstance(asked, list) and all(c in asked for c in named) else []

    def aside(self, intent: str, **more: object) -> dict[str, Any]:
        """What the words should know besides the results, as plain JSON; what says nothing is left out."""
        lasting = [c.argument for c in self.slots.filters if c.lasting]
        most = self.slots.most.plain if self.slots.most else None
        known = {"intent": intent, "unknown": list(self.slots.unknown), "lasting": lasting, "most": most}
        kept: dict[str, object] = known | more
        return {key: value for key, value in kept.items() if value not in (None, "", [], ())}


@dataclass(frozen=True)
class Names:
    """Names items in tool calls."""

    catalogue: Catalogue

    def name(self, item_id: str) -> str:
        """The title where it names this item alone, else the id."""
        item = self.catalogue.by_id[item_id]
        return item.title if self.catalogue.find(item.title) == (item,) else item_id

    def of(self, mentions: Sequence[TitleMention]) -> list[str]:
        """The names of all mentioned items, each once."""
        return list(dict.fromkeys(self.name(i) for m in mentions for i in m.item_ids))
