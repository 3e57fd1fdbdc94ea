"""What speaks for and against: “why?”, “which would you pick?”, “why not X?”, “what would make X appear?”, “compare X and Y”, “why so few?”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.planner.audiences import audience_of
from agent.planner.heard import Heard, Names
from agent.planner.plan_types import Plan
from agent.planner.standing import call, conditions_of
from agent.planner.words import LEAD
from vouch.types import ToolCall

_WHY_NOT = re.compile(
    r"\bwhy (?:not\b(?! (?:a|an|some|something|both)\b)|isnt|arent|wasnt|werent|didnt|dont|doesnt|cant|no\b"
    r"|(?:is|are|was|were|did|do|does) .*\bnot\b)"
    r"|\b(?:how come|what happened to|whats wrong with|what speaks against|what is against|whats against)\b"
    r"|\bwhy (?:did|have|has|do|does) (?:you|it|that) (?:\w+ )?(?:leave|left|skip|skipped|omit|miss|missed|drop|exclude)\b"
)
_APPEAR = re.compile(
    r"\bwhat (?:would|will|could|does|do i have to|must i|should i|can i) .*"
    r"\b(?:appear|show|shown|include|included|list|listed|in|come up|get|qualify|fit|recommend)\b"
    r"|\bhow (?:can|could|do|would) (?:i|you|it|that|title) .*\b(?:appear|show|include|included|list|listed|recommend|recommended|in|get)\b"
    r"|\bwhat (?:keeps|kept|stops|stopped|holds|held) |\bwhen would (?:you|it|title) (?:show|recommend|appear|list|be)\b"
)
_COMPARES = re.compile(
    r"\b(?:compare|comparison|differences? between|difference|vs|versus|how do(?:es)? .* (?:differ|compare)"
    r"|which (?:one )?(?:of (?:the two|them|these|those) )?(?:is|would be|suits|fits|should i))\b|^(?:\w+ ){0,2}or\b"
)
_WITH_IT = re.compile(rf"^{LEAD}compare (?:it|that|this)(?: one)? (?:with|to|and)\b")
_EITHER = re.compile(
    r"^(?:(?:should|shall|would|do|is|are|i|we|you|it|watch|read|hear|pick|take|rather|better|ok|so|the) )*$"
)
_FEW = re.compile(
    r"\bwhy (?:so|are there so|is there so|do you have so|are there|is there|do i get|did i get|only|just) ?(?:so )?"
    r"(?:few|little|only|just|nothing|none|no\b|\d+|one|two|three)\b"
    r"|\b(?:what (?:did|have|has) (?:you|been) (?:leave|left|filter|filtered|drop|dropped|throw|thrown) (?:out|away)?"
    r"|how did you (?:narrow|filter|get)|how many (?:were|are|was) left"
    r"|how many (?:\w+ )?(?:did|do|have) you (?:look|consider|check|go|gone|choose|search|compare)\w*|which condition|what condition"
    r"|whats? (?:the )?(?:limiting|narrowing))\b"
)
_ONLY_SO_MANY = re.compile(
    rf"{LEAD}(?:(?:is|are) (?:there|that|those) )?(?:only|just) (?:one|two|three|four|\d)(?: of (?:them|those))?"
)
_MOST_LIKED = re.compile(
    r"\b(?:which|whats?)\b.*\b(?:most (?:popular|liked|loved|likes|votes|famous|well known)|(?:best|highest|top) (?:liked|rated|known))\b"
    rf"|^{LEAD}(?:the )?most (?:popular|liked|loved)(?: one)? of (?:these|those|them)\b"
)
_PICK = re.compile(
    r"\bwh(?:ich|at)(?: one)?(?: of (?:these|those|them))? (?:would|do|should|shall|will) (?:you|i|we)"
    r" (?:pick|choose|take|go (?:for|with)|(?:start|begin) with)\b"
    r"|\bwh(?:ich|at)(?: one)?(?: of (?:these|those|them))? would (?:he|she|they|my \w+) (?:like|enjoy|love|prefer)(?: best| most| more)?$"
    r"|\bwh(?:ich|at)(?: one)?(?: of (?:these|those|them))? (?:is|would be) (?:the )?best (?:to (?:begin|start)(?: with)?|for a (?:beginner|start))$"
    r"|\bwh(?:ich|at)(?: one)?(?: of (?:these|those|them))? would you (?:watch|read|hear|see|buy|listen to)\b"
    r"|\bwh(?:ich|at)(?:s| is) your (?:pick|favou?rite|choice)\b|\bpick one(?: for me)?$"
)
_HOW_SURE = re.compile(
    r"\b(?:do|did) (?:(?:other|most|many) )?(?:people|others|members|they)(?: here)? (?:like|love|enjoy|liked) (?:it|that|this|the)\b"
    r"|\b(?:who|how many)(?: people| others| members| else)* (?:likes?|liked|loves?|loved) (?!and|what)"
    r"|\bhow (?:sure|certain|confident) (?:are you|is it)\b|^says who$|\bwhat makes you (?:think|believe|say)\b"
    r"|\bis (?:it|that|this)(?: one| film| book| movie)? (?:any |really |actually |that )?(?:good|worth (?:it|watching|reading|seeing|hearing|my time))\b"
)
_CARRIED = ("text", "filters", "prefer", "avoid", "liked", "disliked", "exclude", "k")


@dataclass(frozen=True)
class WhyNots:
    """Plans answers about what is not in the list."""

    names: Names

    def whys(self, heard: Heard, rule: str | None) -> Plan | None:
        """Why an item was recommended; “and the second?” asks on."""
        last = heard.ledger.last
        if heard.ledger.listed and not heard.slots.mentions and _MOST_LIKED.search(heard.folded):
            calls = tuple(call("explain", title=self.names.name(i)) for i in heard.ledger.listed)
            return Plan(calls=calls, aside=heard.aside("why", most_liked=True))
        if heard.ledger.listed and not heard.slots.mentions and _PICK.search(heard.folded):
            return self._why(heard, heard.ledger.listed[:1], picked=True)
        told = last.aside if last is not None and not last.aside.get("most_liked") else {}
        on = told.get("intent") == "why" and heard.asks_on
        worth = _HOW_SURE.search(heard.folded) and (heard.message.ending.startswith("?") or heard.slots.mentions)
        if rule != "why" and not on and not worth:
            return None
        targets = heard.targets
        if not targets:
            return Plan(aside=heard.aside("why"))
        return self._why(heard, targets[:3])

    def _why(self, heard: Heard, targets: Sequence[str], **more: object) -> Plan:
        standing = heard.ledger.standing
        text = str(standing.arguments.get("text", "")) if standing else ""
        wished = {key: conditions_of(standing, key) if standing else [] for key in ("filters", "prefer")}
        calls = tuple(call("explain", title=self.names.name(i), text=text, **wished) for i in targets)
        return Plan(calls=calls, aside=heard.aside("why", for_others=_for_others(heard), **more))

    def asks(self, heard: Heard, rule: str | None) -> Plan | None:
        """A plan for one of the four questions, or None."""
        named = tuple(dict.fromkeys(i for m in heard.slots.mentions for i in m.item_ids))
        focus = heard.ledger.in_focus
        if len(named) == 1 and focus is not None and focus not in named and _WITH_IT.search(heard.folded):
            named = (focus, *named)
        if len(named) == 2 and self._compares(heard):
            return self._compared(heard, named)
        about = named if named and len(heard.slots.mentions) <= 2 else self._spoken_of(heard)
        last = heard.ledger.last
        on = last is not None and last.aside.get("intent") == "why_not" and heard.asks_on
        if about and (on or asks_why_not(heard)):
            calls = tuple(self._why_not(heard, item_id) for item_id in about[:3])
            return Plan(calls=calls, aside=heard.aside("why_not", about=list(about[:3]), for_others=_for_others(heard)))
        standing = heard.ledger.standing
        few = _FEW.search(heard.folded) or (_ONLY_SO_MANY.fullmatch(heard.folded) and "?" in heard.message.ending)
        if standing is not None and not named and few:
            return Plan(calls=(standing,), aside=heard.aside("refine", funnel=True))
        return None

    def _spoken_of(self, heard: Heard) -> tuple[str, ...]:
        """“What would make it appear?” after an answer about an item that is not listed."""
        last = heard.ledger.last
        on = last is not None and last.aside.get("intent") in {"why", "why_not", "details", "find"} and not last.shown
        return last.about[:3] if last is not None and on and asks_why_not(heard) else ()

    def _why_not(self, heard: Heard, item_id: str) -> ToolCall:
        """The item against the request that stands, with all its words."""
        standing = heard.ledger.standing
        given: dict[str, Any] = dict(standing.arguments) if standing is not None else {}
        kept = {key: given[key] for key in _CARRIED if key in given}
        like = given.get("title", "") if standing is not None and standing.name == "more_like" else ""
        return call("why_not", title=self.names.name(item_id), like=like, **kept)

    def _compares(self, heard: Heard) -> bool:
        if _COMPARES.search(heard.folded):
            return True
        one, other = heard.slots.mentions[0], heard.slots.mentions[-1]
        between = " ".join(w.folded for w in heard.message.words[one.end : other.start])
        before = " ".join(w.folded for w in heard.message.words[: one.start])
        return between in {"or", "or the", "or rather"} and bool(_EITHER.match(f"{before} " if before else ""))

    def _compared(self, heard: Heard, named: tuple[str, ...]) -> Plan:
        standing = heard.ledger.standing
        given: dict[str, Any] = dict(standing.arguments) if standing is not None else {}
        kept = {key: given[key] for key in ("text", "filters", "prefer") if key in given}
        one, other = (self.names.name(item_id) for item_id in named)
        made = call("compare", title=one, other=other, **kept)
        return Plan(calls=(made,), aside=heard.aside("compare", about=list(named), for_others=_for_others(heard)))


def _for_others(heard: Heard) -> bool | None:
    """True where the list is for other people alone, so that the words speak of their taste."""
    audience, asked = audience_of(heard.ledger), heard.ledger.standing
    together = asked is not None and asked.name == "recommend_together"
    return True if together and audience is not None and not audience.with_me else None


def asks_why_not(heard: Heard) -> bool:
    """Whether a message asks why an item is missing, or what would bring it in; titles are masked, so that their words say nothing."""
    spans = [(m.start, m.end) for m in heard.slots.mentions]
    words = [
        "title" if any(place == start for start, _ in spans) else word.folded
        for place, word in enumerate(heard.message.words)
        if not any(start < place < end for start, end in spans)
    ]
    masked = " ".join(words)
    return bool(_WHY_NOT.search(masked) or _APPEAR.search(masked))
