"""Ratings in a message (“I give it 4 stars”, “Metropolis 3/5”, “9 out of 10”): liked, disliked or only seen. The message itself is kept as
the source, so the number can be read on the taste card. Knows no catalogue.
"""

from __future__ import annotations

import re
from typing import Literal

from agent.planner.heard import REQUEST, Heard, Names
from agent.planner.plan_types import Plan
from agent.planner.spoken_numbers import amount_of
from agent.planner.standing import call

LIKED, DISLIKED = 0.7, 0.4
"""Shares of the scale from which on it is liked, and up to which it is disliked."""
_STARS = 5.0
_NUMBER = r"(?P<n>\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
_RATING = re.compile(
    rf"{_NUMBER}\s*(?:/|out of|of)\s*(?P<scale>5|10|100|five|ten)\b|{_NUMBER.replace('?P<n>', '?P<s>')}[\s-]stars?\b",
    re.IGNORECASE,
)
_BOUND = re.compile(r"\b(?:at least|over|above|more than|under|below|rated|with|or more|minimum|min)\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:i|id|ill|we|me|my|gets?|deserves?|is a|was a)\b", re.IGNORECASE)


def rating_of(raw: str) -> float | None:
    """The share of its scale that a message gives, in [0, 1]; None where it gives none.

    >>> rating_of("I give it 4 stars"), rating_of("3/5"), rating_of("nine out of ten from me"), rating_of("two films")
    (0.8, 0.6, 0.9, None)
    """
    found = _RATING.search(raw)
    if found is None:
        return None
    share = amount_of(found["n"]) / amount_of(found["scale"]) if found["n"] else amount_of(found["s"]) / _STARS
    return share if 0 <= share <= 1 else None


def rates(heard: Heard, names: Names) -> Plan | None:
    """A plan that remembers a rating of the one item that is named or in focus; None where the message gives none or asks for a list."""
    if several := _several(heard):
        calls = tuple(call("remember", kind=_kind(share), titles=[names.name(i)]) for i, share in several.items())
        return Plan(calls=calls, aside={"intent": "state"})
    share = rating_of(heard.raw)
    targets = heard.targets
    own = bool(heard.slots.mentions) or bool(_OWN.search(heard.raw.replace("'", "")))
    if share is None or len(targets) != 1 or not own or REQUEST.search(heard.folded):
        return None
    if _BOUND.search(heard.raw) and not _OWN.search(heard.raw.replace("'", "")):
        return None
    made = call("remember", kind=_kind(share), titles=[names.name(targets[0])])
    return Plan(calls=(made,), aside={"intent": "state"})


def _several(heard: Heard) -> dict[str, float]:
    """ "Inception 5 stars and Avatar 2": item_id -> share, where each of several titles has a rating behind it; {} otherwise."""
    mentions = [m for m in heard.slots.mentions if len(m.item_ids) == 1 and not m.close]
    if len(mentions) < 2 or len(mentions) != len(heard.slots.mentions) or REQUEST.search(heard.folded):
        return {}
    found: dict[str, float] = {}
    for mention, following in zip(mentions, [*mentions[1:], None], strict=True):
        said = heard.message.text(mention.end, following.start if following else len(heard.message.words))
        share = rating_of(said)
        if share is None and found and (bare := re.match(r"\W*(?:an? )?([0-5])\b\W*(?:and\W*|but\W*)?$", said)):
            share = float(bare[1]) / _STARS
        if share is None:
            return {}
        found[mention.item_ids[0]] = share
    return found


def _kind(share: float) -> Literal["like", "dislike", "seen"]:
    return "like" if share >= LIKED else "dislike" if share <= DISLIKED else "seen"
