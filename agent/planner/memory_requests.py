"""“What do you know about me?”, “forget that”, “undo”, “pin Dracula”, “from now on nothing over two hours”: the person's own memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from agent.ledger import LISTS
from agent.planner.heard import REQUEST, TAKES_BACK, Heard, Names
from agent.planner.intents import UNDO
from agent.planner.plan_types import Plan
from agent.planner.standing import call
from agent.planner.words import LEAD
from vouch.types import ToolCall

_UNDO = re.compile(
    rf"^{LEAD}(?:(?:can|could) you )?(?:(?:{UNDO})(?: (?:that|it|this|the last (?:one|thing|change|step)))?"
    r"|forget (?:that|it|what i (?:just )?said)(?: i said)?|revert(?: that)?|go back(?: one step)?)(?: please| again)?$"
)
_ALL = re.compile(
    r"\b(?:forget|delete|clear|reset|wipe|erase)\b.*\b(?:everything|all|about me|me|my (?:likes|taste|tastes|history|profile|data))\b"
    r"|^(?:please )?start over$"
)
_BACK = re.compile(
    rf"^{LEAD}(?:show me |give me |see |(?:go )?back to |what (?:was|were) )?(?:the )?"
    r"(?:(?:ones?|list|films|books|things) (?:from |of )?(?:before|earlier)|(?:previous|earlier|former) (?:ones?|list|films|books|things))"
    r"(?: again| once more)?$"
)
_PIN = re.compile(rf"^{LEAD}(?:(?P<loose>un ?pin|let go of)|pin|always (?:remember|count|keep)|keep (?:.* )?in mind)\b")
_ALWAYS = re.compile(
    r"\b(?:from now on|always|in (?:general|future)|generally|every time|as a rule|for (?:all|every) lists?|in all lists"
    r"|never (?:show|recommend|suggest|give|anything|something)|(?:dont|do not) ever)\b"
)
_USUALLY = re.compile(
    r"^(?:please )?remember (?:that )?(?:i|we) (?:like|love)\b|\b(?:usually|generally|mostly|normally|in general|as a rule|tend to)\b"
)
_ADORES = re.compile(
    r"^(?:(?:hi|hello|well|and|oh|but) )*(?:i|we) (?:(?:really|absolutely|just|also|simply|totally) )*(?:love|adore)\b"
)


@dataclass(frozen=True)
class MemoryRequests:
    """Plans what is seen, changed and taken back of a person's taste."""

    names: Names

    def asks(self, heard: Heard, rule: str | None) -> Plan | None:
        """A plan where the message is about the person's memory and nothing else."""
        if heard.slots.mentions:
            return self._pins(heard)
        everything = _ALL.search(heard.folded) if rule == "forget" else None
        if everything and (not heard.slots.filters or " my " in everything[0]):  # “my history” is no genre
            return Plan(calls=(call("forget_all"),), aside=heard.aside("forget"))
        if _UNDO.match(heard.folded):
            return self._undoes(heard)
        before = heard.ledger.asked_before if _BACK.search(heard.folded) else None
        if before is not None:
            return Plan(calls=(before,), aside=heard.aside("refine"))
        held = heard.slots.filters
        if (
            held
            and not heard.taken_back
            and TAKES_BACK.match(heard.folded)
            and (rule == "forget" or not heard.slots.text.replace("forget", ""))
        ):
            made = call("remember_condition", kind="forget", filters=[c.argument for c in held])
            return Plan(calls=(made,), aside=heard.aside("forget") | {"lasting": []})
        return None

    def held(self, heard: Heard, plan: Plan) -> Plan:
        """The plan with what the message says of every list (“I hate horror”, “never anything over two hours”) remembered before it."""
        slots = heard.slots
        if plan.aside.get("intent") in {"forget", "group"} or not (plan.calls and plan.calls[-1].name in LISTS):
            return plan
        always, usually = bool(_ALWAYS.search(heard.folded)), bool(_USUALLY.search(heard.folded))
        never = (
            " never " in f" {heard.folded} "
        )  # “never over two hours”: only what was read as ruled out is held, its opposite never
        hard = [
            c.argument for c in slots.filters if c.lasting or (always and not usually and (not never or c.rules_out))
        ]
        adores = bool(_ADORES.match(heard.folded)) and not slots.text and not REQUEST.search(heard.folded)
        wished = (*slots.prefer, *slots.filters) if (always or usually or adores) and not never else ()
        soft = [c.argument for c in wished if c.argument not in hard]
        calls = [self._remembering("never_break", hard)] if hard else []
        calls += [self._remembering("prefer", soft)] if soft else []
        return replace(plan, calls=(*calls, *plan.calls)) if calls else plan

    def _remembering(self, kind: str, filters: list[dict[str, Any]]) -> ToolCall:
        return call("remember_condition", kind=kind, filters=filters)

    def _pins(self, heard: Heard) -> Plan | None:
        found = _PIN.match(heard.folded)
        if found is None:
            return None
        titles = self.names.of(heard.slots.mentions)
        made = call("remember", kind="unpin" if found["loose"] else "pin", titles=titles)
        return Plan(calls=(made,), aside=heard.aside("state"))

    def _undoes(self, heard: Heard) -> Plan:
        """What was said last of the taste is taken back; where the last turn only changed the list, the list before comes again."""
        turns = heard.ledger.turns
        last = turns[-1] if turns else None
        told = last is not None and any(c.name.startswith("remember") for c in last.calls)
        changed = last is not None and not told and last.aside.get("intent") == "refine" and last.asked is not None
        before = heard.ledger.asked_before if changed else None
        if before is not None:
            return Plan(calls=(before,), aside=heard.aside("refine"))
        return Plan(calls=(call("undo"),), aside=heard.aside("forget"))
