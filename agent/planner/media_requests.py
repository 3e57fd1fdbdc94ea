"""“Something like this”, with a picture or sound attached: the words that point at the file are taken out, the rest is planned as ever."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from agent.planner.plan_types import Plan, for_me_alone
from vouch.types import ToolCall

_FILE = r"(?:picture|photo|photograph|image|cover|poster|drawing|sketch|screenshot|sound|song|tune|track|recording|clip|audio|video|music|file|one)"
_POINTS = re.compile(
    rf"\b(?:(?:that|which) )?(?:(?:looks?|sounds?|feels?|is|are|would go|goes?) )?(?:just |a bit |most |more )?"
    rf"(?:like|similar to|close to|as in|as on|resembling|matching|in the style of|with the mood of|along the lines of|with)"
    rf" (?:this|that|the attached|my|the)(?: attached)?(?: {_FILE})?\b(?: here)?"
    rf"|\b(?:this|that|the attached|my attached)(?: attached)? {_FILE}\b|\bfind (?:this|that|it)\b|\bwhat(?:'?s| is) (?:this|that|it)\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"^\W*(?:(?:please|can you|could you|find|show|give|recommend|suggest|i want|i need|me|us|something|anything|more|some|a|any|thing|things)\W*)*$",
    re.IGNORECASE,
)


def plan_with_media(message: str, media: Sequence[str], plan: Callable[[str], Plan]) -> Plan:
    """The plan for a message with attached files (handles): its list is asked with them. `plan` plans the words that are left."""
    left = " ".join(_POINTS.sub(" ", message).split())
    bare = Plan(calls=(ToolCall(name="recommend", arguments={"text": ""}),), aside={"intent": "recommend"})
    made = bare if _EMPTY.match(left) else plan(left)
    if not made.calls or for_me_alone(made.calls[-1]).name != "recommend":
        remembered = tuple(call for call in made.calls if call.name.startswith("remember"))
        made = replace(bare, calls=(*remembered, *bare.calls))
    last = for_me_alone(made.calls[-1])
    asked = ToolCall(name=last.name, arguments={**last.arguments, "media": list(media)})
    return replace(made, calls=(*made.calls[:-1], asked))
