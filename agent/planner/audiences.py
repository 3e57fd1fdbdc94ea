"""For whom a conversation's lists are: kept from request to request until somebody else is named, and told more of (“he also loves Beethoven”)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.ledger import LISTS, Ledger
from agent.planner.conditions import Condition
from agent.planner.group_requests import EACH_OF_US, GROUP, WE, GroupRequests, told_of
from agent.planner.heard import Heard
from agent.planner.plan_types import Plan
from agent.planner.slots import SlotReader
from agent.planner.standing import Standing, conditions_of
from agent.planner.words import KIN, Message
from retrieval.groups import YOU
from vouch.types import ToolCall

_FOR_KIN = re.compile(
    rf"\bfor (?P<whose>my|our|her|his|their) (?P<kin>{KIN})(?:s birthday)?\b(?! and (?:me|i|myself)\b)"
)
_FOR_HIM = re.compile(
    rf"\b(?P<whose>my|our) (?P<kin>{KIN})\b.*\b(?:(?:give|get|buy|show|bring|find|read|play|for|to) (?:to )?(?:him|her|them)|(?:he|she|they)d like)\b"
)
"""“My grandfather was a train driver, what could I give him?”"""
_A_CHILD = re.compile(rf"\b(?:hes|shes|(?:he|she|(?:my|our) {KIN}) is) (?:only |just |still )?(?:a )?child\b")
"""“She is nine”: the age is a word for a child by then."""
_FOR_ME = re.compile(r"\bfor (?:me|myself|grown ups|grownups|adults)\b(?! and)")
_FOR_US = re.compile(r"\bfor (?:us|ourselves)\b(?! and)")
"""Of a list for me and others it is still for them; of one for others, or for a child, it begins anew."""
_OF_MINE = re.compile(
    r"\b(?:i|ive) (?:(?:really|also|absolutely|only|just|always|usually|mostly|rather|myself) )*"
    r"(?:loved?|liked?|enjoy(?:ed)?|prefer|adored?|hated?|disliked?)\b|\bmy (?:own )?taste\b"
)
"""Behind a list for somebody else: the one who asks speaks of themselves."""
_CHILD = frozenset({"child", "kid"})
_OF_THE_PERSON = frozenset({"remember", "remember_condition"})
_ALONE = frozenset({"explore", "quotas", "media"})
"""Arguments that a list for several people does not have."""


@dataclass(frozen=True)
class Audience:
    """`people` as `recommend_together` is told of them."""

    people: tuple[Mapping[str, Any], ...]
    with_me: bool = True

    @property
    def others(self) -> tuple[Mapping[str, Any], ...]:
        """All but the one who asks."""
        return tuple(person for person in self.people if person["name"] != YOU)


def audience_of(ledger: Ledger) -> Audience | None:
    """For whom the newest list is; None where it is for the person who asks alone. “More like it” goes on for the same."""
    asked = (turn.asked for turn in reversed(ledger.turns) if turn.asked is not None)
    newest = next((call for call in asked if call.name != "more_like"), None)
    people = newest.arguments.get("people") if newest is not None else None
    if newest is None or not isinstance(people, list):
        return None
    return Audience(people=tuple(people), with_me=newest.arguments.get("with_me") is not False)


@dataclass(frozen=True)
class Audiences:
    """Keeps lists with the people for whom they are."""

    reader: SlotReader
    groups: GroupRequests
    standing: Standing

    def back_to_me(self, message: Message, ledger: Ledger) -> bool:
        """“Something calm for me”, behind a list that was for somebody else, or for a child: it begins anew."""
        audience, child = audience_of(ledger), self.standing.for_a_child(ledger.standing)
        ours = audience is not None and audience.with_me
        ends = _FOR_ME.search(message.folded) or (not ours and _FOR_US.search(message.folded))
        return bool((audience or child) and ends) and not GROUP.search(message.folded)

    def made_for(self, heard: Heard, plan: Plan) -> Plan:
        """The plan with its list made for whom the message names, else for whom the lists before were; what is said of oneself asks for oneself."""
        last = plan.calls[-1] if plan.calls else None
        if last is None or last.name not in LISTS or plan.aside.get("intent") == "lives":
            return plan
        named, stands = self._named(heard), audience_of(heard.ledger)
        told = any(call.name in _OF_THE_PERSON for call in plan.calls) or bool(_OF_MINE.search(heard.folded))
        told = told and not (stands is not None and stands.with_me)
        given: dict[str, Any] = dict(last.arguments)
        if not (named or told):
            given |= self._still_for_a_child(heard, plan, given.get("filters", []))
        audience = named or (None if told else stands)
        if audience is not None and last.name == "recommend" and not _ALONE & given.keys():
            here = {key: given.pop(key, []) for key in ("liked", "disliked")}
            mine = told or audience.with_me or plan.aside.get("intent") == "refine"  # what I like, or what was for me
            theirs = {} if mine else here
            people = [self._with(person, theirs) for person in audience.people]
            given = {"people": people, **({} if audience.with_me else {"with_me": False}), **given}
            last = replace(last, name="recommend_together")
        if last.name == "recommend_together" and WE.search(heard.folded):
            both = {"liked": [t for c in plan.calls if c.arguments.get("kind") == "like" for t in _titles(c)]}
            given["people"] = [self._with(person, both) for person in given["people"]]
        return replace(plan, calls=(*plan.calls[:-1], replace(last, arguments=given)))

    def _still_for_a_child(
        self, heard: Heard, plan: Plan, filters: Sequence[Mapping[str, Any]]
    ) -> dict[str, list[Mapping[str, Any]]]:
        """The filters with those of a list for a child, where a request begins anew: what changes the list that stands holds them already."""
        changes = plan.aside.get("intent") in {"refine", "group"} and "of_same" not in plan.aside
        child = [] if changes else self.standing.for_a_child(heard.ledger.standing, heard.slots)
        return {"filters": _once([*child, *filters])} if child else {}

    def _named(self, heard: Heard) -> Audience | None:
        found = _FOR_KIN.search(heard.folded) or _FOR_HIM.search(heard.folded)
        if found is None or GROUP.search(heard.folded):
            return None
        kin = found["kin"]
        known = audience_of(heard.ledger)
        whose = found["whose"] if found["whose"] in {"her", "his", "their"} else "your"
        name = f"the {kin}" if kin in _CHILD else f"{whose} {kin}"
        again = [person for person in known.others if person["name"] == name] if known else []
        return Audience(people=(again[0] if again else _person(name),), with_me=False)

    def each_tells(self, message: Message, ledger: Ledger) -> bool:
        """Whether a message tells of several people: “she loves comedies and I love horror”."""
        return bool(GROUP.search(message.folded) or (audience_of(ledger) and EACH_OF_US.search(message.folded)))

    def meant(self, message: Message, ledger: Ledger) -> Mapping[str, Any] | None:
        """The one of the people for whom the list is that a message tells of; None where it is none of them, or may be several."""
        audience = audience_of(ledger)
        if audience is None or self.each_tells(message, ledger):
            return None
        kin = re.search(rf"\b(?:my|our) ({KIN})\b", message.folded)
        meant = [p for p in audience.others if kin is None or str(p["name"]).split()[-1] == kin[1].split()[-1]]
        return meant[0] if len(meant) == 1 else None

    def told(self, heard: Heard) -> Plan | None:
        """Behind a list for somebody: “he also loves Beethoven”, “she hates opera”, “she is nine”. The list is made anew with it."""
        audience, asked, said = audience_of(heard.ledger), heard.ledger.standing, told_of(heard.raw)
        child = bool(_A_CHILD.search(heard.folded)) and not said
        person = self.meant(heard.message, heard.ledger) if said or child else None
        if person is None or audience is None or asked is None:
            return None
        read = [self.groups.reads(part) for part in said]
        more = self.groups.said(read)
        stood = conditions_of(asked, "filters")
        if child:
            stood = _once([*stood, *self.standing.for_children])
        filters = self._beside(stood, more["prefer"])
        loosened = [c for c in stood if c not in filters and c not in more["prefer"]]
        changed = self._with(person, more | {"prefer": [*more["prefer"], *loosened]})
        words = [] if loosened else [str(asked.arguments.get("text", ""))]
        given: dict[str, Any] = dict(asked.arguments) if asked.name == "recommend_together" else {}
        arguments = given | {
            "people": [changed if p is person else dict(p) for p in audience.people],
            "with_me": None if audience.with_me else False,
            "filters": filters,
            "text": ", ".join(dict.fromkeys(filter(None, [*words, *(slots.text for slots in read)]))),
            "avoid": _once([*given.get("avoid", ()), *(word for slots in read for word in slots.avoid)]),
        }
        kept = {key: value for key, value in arguments.items() if value not in ("", [], None) or key == "text"}
        made = ToolCall(name="recommend_together", arguments=kept)
        return Plan(calls=(made,), aside=heard.aside("group") | {"lasting": []})

    def _beside(self, filters: Sequence[dict[str, Any]], wishes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The filters of a list that a wish is told of: those that stand where they leave room for it; else it leads, with what still does.

        Who looks for a western and loves Beethoven as well loves two things.
        """
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        child = self.standing.childrens(filters)
        of_kind = [c for c in filters if c["attribute"] in kinds or c in child]
        if self._room(filters, wishes):
            return list(filters)
        leaves = next((kept for kept in (of_kind, child) if self._room(kept, wishes)), None)
        return list(filters) if leaves is None else [*leaves, *wishes]

    def _room(self, filters: Sequence[dict[str, Any]], wishes: Sequence[dict[str, Any]]) -> bool:
        """Whether something that the filters admit meets each wish."""
        return all(self.reader.fitting([Condition(**c) for c in (*filters, wish)]) for wish in wishes)

    def _with(self, person: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
        """A person with more that is known of them; who asks is no guest of theirs."""
        if person["name"] == YOU:
            return dict(person)
        merged = {key: [*person.get(key, ()), *more.get(key, ())] for key in ("liked", "disliked", "never", "prefer")}
        return {"name": person["name"], **{key: _once(values) for key, values in merged.items()}}


def _person(name: str) -> dict[str, Any]:
    """Somebody of whom nothing is known yet."""
    return {"name": name, "liked": [], "disliked": [], "never": [], "prefer": []}


def _once(values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value not in values[:place]]


def _titles(remembering: ToolCall) -> list[str]:
    titles = remembering.arguments.get("titles")
    return [str(title) for title in titles] if isinstance(titles, list) else []
