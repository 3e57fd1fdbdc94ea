"""Who sits before the page: a stranger, a member of the demo, or a name. What a browser says of itself is checked here."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

LONGEST_NAME = 40
_CONVERSATION = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person who can be chosen on the page. `simulated` people are invented, and the page says so."""

    user_id: str
    label: str
    simulated: bool = True


class Who(TypedDict):
    """What the browser keeps of a visitor. `id` is a member's user_id or a given name; empty for a stranger."""

    kind: Literal["stranger", "member", "name"]
    id: str


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """One tab of one browser: its conversation, and the person under whom likes are kept."""

    conversation: str
    who: Who
    person: str
    label: str
    simulated: bool


def visitor(said: object, members: Sequence[Member]) -> Visitor:
    """The visitor that a browser claims to be. Whatever is missing or malformed makes a stranger with a fresh conversation."""
    told = cast(Mapping[str, object], said) if isinstance(said, Mapping) else {}
    conversation = str(told.get("conversation") or "")
    if not _CONVERSATION.fullmatch(conversation):
        conversation = secrets.token_urlsafe(18)
    who = told.get("who")
    told_who = cast(Mapping[str, object], who) if isinstance(who, Mapping) else {}
    kind, given = told_who.get("kind"), str(told_who.get("id") or "")
    if kind == "member":
        member = next((one for one in members if one.user_id == given), None)
        if member:
            return Visitor(
                conversation=conversation,
                who=Who(kind="member", id=member.user_id),
                person=member.user_id,
                label=member.label,
                simulated=member.simulated,
            )
    name = clean_name(given)
    if kind == "name" and name:
        person = f"name:{name.casefold()}"
        return Visitor(
            conversation=conversation, who=Who(kind="name", id=name), person=person, label=name, simulated=False
        )
    return Visitor(
        conversation=conversation,
        who=Who(kind="stranger", id=""),
        person=f"stranger:{conversation}",
        label="A stranger",
        simulated=False,
    )


def clean_name(text: str) -> str:
    """A name on one line, at most 40 characters, without control characters.

    >>> clean_name("  Ada   Lovelace ")
    'Ada Lovelace'
    """
    plain = "".join(
        c if not unicodedata.category(c).startswith("C") else " " for c in unicodedata.normalize("NFC", text)
    )
    return " ".join(plain.split())[:LONGEST_NAME].strip()
