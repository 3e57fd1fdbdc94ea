"""What a person says of items: liked, disliked, seen, hidden; and what they take back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.planner.courtesies import clauses
from agent.planner.heard import REQUEST, Heard, Names
from agent.planner.plan_types import Plan
from agent.planner.requests import AGAIN, Requests
from agent.planner.speech_acts import act_of
from agent.planner.standing import Standing, call, conditions_of
from agent.planner.titles import TitleMention
from agent.planner.verdicts import verdicts
from agent.planner.words import BLAME, LEAD, PRAISE, VERY
from vouch.types import ToolCall

_ALIKE = re.compile(r"\b(?:similar|like (?:it|that|this)|along those lines|in that vein|same)\b")
_NONE_OF_THESE = re.compile(
    r"\b(?:any of (?:these|those|them)|none of (?:these|those|them)|(?:dont|didnt"
    r"|do not) (?:really )?like (?:these|those|them))\b"
)
_NOT = re.compile(r"^(?:(?:no|nah|nope|ok|okay|but|please) )*not\b")
_SWAPS = re.compile(
    rf"^{LEAD}(?:can you )?(?:please )?(?:swap|replace|exchange|drop|remove|take out|leave out)(?: out)? the\b"
)
_NOT_THAT = re.compile(
    rf"^{LEAD}not (?:that|this|it)(?: (?:one|film|movie|book|novel|piece|song|item))?(?:"
    r" (?:either|please|again|though|thanks))*$"
)


_NAMES_KIND = re.compile(rf"^{LEAD}(?:a|an|some|any|more)\b")
_SO = rf"(?:(?:{VERY}|such|always|an?|one|of|my|the|all|time) )*"
_PRAISED = re.compile(
    rf"^{LEAD}(?:i (?:think|thought) )?(?:another )?(?:(?:it|its|that|thats|this|that one|this one|that movie|it really)(?: (?:is|was|s))? )?{_SO}"
    rf"(?:{PRAISE}|favou?rites?|classic)(?= |$)"
    r"(?!.*\b(?:sounds?|looks?|would|will|choice|idea|recommendations?|suggestions?|please|night|day|how|you|for a|to watch)\b)"
)
_PANNED = re.compile(
    rf"^{LEAD}(?:i (?:think|thought) )?(?:it|its|that|thats|this|that one|this one|that movie)(?: (?:is|was|s))? {_SO}"
    rf"(?:{BLAME}|not (?:very |that |so |really )?(?:good|great|funny|my thing))(?= |$)"
)


_DROPS = re.compile(
    rf"{LEAD}(?:forget|never mind|leave out|drop)(?: about)?(?: the)? (?P<what>(?!(?:it|that|this|everything|all|me|my|i|what|about)\b)\w+(?: \w+)?)"
)
_OF_ITS_OWN = frozenset({"forget", "undo", "group"})
"""What takes back or tells of somebody else notes nothing beside it."""


@dataclass(frozen=True)
class Statements:
    """Plans what is remembered, and the list that follows from it."""

    requests: Requests
    names: Names
    standing: Standing

    def states(self, heard: Heard, rule: str | None) -> Plan | None:
        remembering = self.remembering(heard)
        if not remembering:
            return None
        if _NONE_OF_THESE.search(heard.folded) and heard.ledger.standing is not None and heard.references:
            return self.requests.again(heard)
        slots = heard.slots
        said = slots.said("like", "dislike", "seen", "hide")
        liked, anchors = slots.said("like"), slots.said("anchor")
        wants = bool(REQUEST.search(slots.rest)) or bool(
            (slots.text and _NAMES_KIND.match(slots.rest))
            or slots.filters
            or slots.prefer
            or slots.changes
            or slots.avoid
            or anchors
        )
        standing = self._left_standing(heard)
        listed = heard.ledger.listed
        pointed = any(r.start == m.start for r in heard.references for m in said) or any(
            i in listed for m in said for i in m.item_ids
        )
        alike = len(liked) == 1 and _ALIKE.search(heard.folded)
        if anchors or alike:
            made = self.requests.similar(heard, *(anchors or liked))
            return Plan(calls=(*remembering, made), aside=heard.aside("state", wants=bool(anchors) or None))
        # what says nothing of what is wanted lets the request stand, and so does a like of something else where more was asked for
        only_met = {*slots.roles} <= {"seen", "hide"} or (not wants and standing is not None and _asks(standing))
        turned = bool(slots.changes) and {*slots.roles} <= {
            "seen",
            "hide",
            "dislike",
        }  # “I fell asleep during X, something shorter”
        if standing is not None and (pointed or only_met or turned) and not (slots.text or slots.filters):
            changes = slots.changes or slots.prefer or slots.avoid
            by_id = self.requests.reader.catalogue.by_id
            named = [by_id[i] for m in said for i in m.item_ids] if turned and not pointed else []
            compared = named or self.requests.compared(heard)
            again = self.standing.changed(standing, slots, compared=compared, instead=False) if changes else standing
            made = self.requests.excluding(again, heard, again=bool(AGAIN.search(heard.folded)))
            return Plan(calls=(*remembering, made), aside=heard.aside("state", again=True))
        hints = () if liked or not wants or slots.text or slots.filters else slots.said("seen")
        disliked = self.names.of(slots.said("dislike"))
        made = self.requests.recommending(
            heard, text=slots.text if wants else "", liked=self.names.of(liked or hints), disliked=disliked
        )
        return Plan(calls=(*remembering, made), aside=heard.aside("state", wants=wants or None))

    def _left_standing(self, heard: Heard) -> ToolCall | None:
        """The request that stands; where it asked for what is like something that is disliked now, the one before it."""
        standing, before = heard.ledger.standing, heard.ledger.asked_before
        disliked = self.names.of(heard.slots.said("dislike"))
        if standing is None or standing.name != "more_like" or standing.arguments["title"] not in disliked:
            return standing
        return before if before is not None and before.name != "more_like" else None

    def judges(self, heard: Heard, rule: str | None) -> Plan | None:
        """“That was a great one”, where several were just shown or spoken of together and none is judged for certain: asks which."""
        last = heard.ledger.last
        known = (last.about or last.shown) if last is not None else ()
        judging = heard.slots.only_text and not heard.judged and any(verdict.own for verdict in verdicts(heard))
        if len(known) < 2 or not judging:
            return None
        for start, end in clauses(heard.message):
            said = " ".join(w.folded for w in heard.message.words[start:end])
            kind = (
                "dislike" if _PANNED.match(said) else "like" if _PRAISED.match(said) and len(said.split()) > 1 else None
            )
            if kind:
                words = heard.message.words[start].text
                offer = list(known[:4])
                return Plan(
                    aside=heard.aside("which", offer=offer, said=words, original=heard.raw, about=offer, roles=[kind])
                )
        return None

    def which(self, heard: Heard, rule: str | None) -> Plan | None:
        """“Loved it”, behind a list that was asked for, of which none was spoken of: asks which."""
        last, pronouns = heard.ledger.last, {r.start for r in heard.references if r.pronoun}
        told = heard.slots.said("like", "dislike", "seen")
        if (
            last is None
            or last.asked is None
            or len(last.shown) < 2
            or last.about
            or not told
            or any(m.start not in pronouns for m in told)
        ):
            return None
        (mention, role), *_ = [
            (m, r) for m, r in zip(heard.slots.mentions, heard.slots.roles, strict=True) if m in told
        ]
        if mention.said.casefold() not in {"it", "its"} or mention.item_ids != last.shown[:1]:
            return None
        offer = list(last.shown[:4])
        return Plan(
            aside=heard.aside("which", offer=offer, said=mention.said, original=heard.raw, about=offer, roles=[role])
        )

    def rejects(self, heard: Heard) -> Plan | None:
        """“Not that one”: what was shown first or spoken of last is hidden, and the list goes on; “not the first one, it was boring” is disliked."""
        standing, last = heard.ledger.standing, heard.ledger.last
        focus = (last.shown if last is not None and {*heard.targets[:1]} <= {*last.liked} else heard.targets)[:1]
        kind = self._rejected(heard)
        if standing is None or not focus or kind is None:
            return None
        names = [self.names.name(i) for i in focus]
        given = standing.arguments.get("exclude", [])
        before = list(given) if isinstance(given, list) else []
        again = ToolCall(
            name=standing.name,
            arguments=dict(standing.arguments) | {"exclude": list(dict.fromkeys([*before, *names]))},
        )
        return Plan(calls=(call("remember", kind=kind, titles=names), again), aside=heard.aside("state", again=True))

    def _rejected(self, heard: Heard) -> str | None:
        """How the one item is turned down that a message is about: hidden, or disliked where it says what was bad about it."""
        if _NOT_THAT.match(heard.folded):
            return "hide"
        if _SWAPS.match(heard.folded):
            return "hide" if [m.end for m in heard.slots.mentions] == [len(heard.message.words)] else None
        pointed = [m for m in heard.slots.said("except") if any(r.start == m.start for r in heard.references)]
        if len(pointed) != 1 or len(heard.slots.mentions) != 1 or not _NOT.match(heard.folded):
            return None
        behind = " ".join(w.folded for w in heard.message.words[pointed[0].end :])
        return "hide" if not behind else "dislike" if _PANNED.match(behind) else None

    def remembering(self, heard: Heard, *, but: TitleMention | None = None) -> list[ToolCall]:
        """One call a kind, in the order in which they were said; nothing of the mention `but`."""
        groups: dict[str, list[str]] = {}
        for mention, role in zip(heard.slots.mentions, heard.slots.roles, strict=True):
            if (
                role in {"like", "dislike", "seen", "hide"}
                and mention.item_ids
                and not mention.close
                and mention != but
            ):
                groups.setdefault(role, []).extend(self.names.name(i) for i in mention.item_ids)
        return [call("remember", kind=kind, titles=list(dict.fromkeys(titles))) for kind, titles in groups.items()]

    def judging(self, heard: Heard, plan: Plan) -> Plan:
        """The plan with all that is liked or disliked, named or not, whatever else it does; a remark that says it is a statement."""
        intent = plan.aside.get("intent")
        if intent in _OF_ITS_OWN:
            return plan
        told = [c.arguments for c in plan.calls if c.arguments.get("kind") not in {"seen", "hide"}]
        known = {str(t) for given in told for key in ("titles", "liked", "disliked") for t in _listed(given.get(key))}
        known |= {
            str(given.get("title")) for call in plan.calls if call.name == "more_like" for given in [call.arguments]
        }
        another = any(mention.close for mention in heard.slots.mentions)
        said = [(str(role), self.names.name(i)) for i, role in heard.judged if not another]
        said += [
            (str(c.arguments["kind"]), str(title))
            for c in self.remembering(heard)
            if c.arguments["kind"] in {"like", "dislike"} and intent != "which"
            for title in _listed(c.arguments["titles"])
        ]
        if intent in {"state", "seen"}:  # “I like films like that one” likes it, though no list is asked for
            alike = [m for m in heard.slots.said("anchor") if heard.message.at(m.start - 1) != "than" and not m.close]
            said += [("like", title) for title in self.names.of(alike)]
        new = [(kind, title) for kind, title in dict.fromkeys(said) if title not in known]
        if not said:
            return plan
        calls = [
            call("remember", kind=kind, titles=[t for k, t in new if k == kind])
            for kind in dict.fromkeys(k for k, _ in new)
        ]
        kept = act_of(plan) != "talk" and intent not in {"which", "seen"}
        return Plan(calls=(*calls, *plan.calls), aside=plan.aside if kept else heard.aside("state"))

    def _dropping(self, heard: Heard) -> tuple[str, ...]:
        """The words of “forget the dragons” that are to leave the request that stands; () for another message, or one of the person's own taste."""
        found = _DROPS.fullmatch(heard.folded)
        held = heard.slots.mentions or heard.slots.filters or heard.slots.changes
        return () if found is None or held else tuple(found["what"].split())

    def forgets(self, heard: Heard, rule: str | None) -> Plan | None:
        standing = heard.ledger.standing
        if standing is not None and not heard.slots.mentions and not heard.slots.filters:
            names = self.standing.forgotten(heard.folded, standing)
            stands = conditions_of(standing, "prefer") if names else []
            also = [c.argument for c in heard.slots.prefer if c.argument in stands and c.attribute not in names]
            base = self.standing.without(self.standing.dropped(standing, names), also)
            names = tuple(sorted({*names, *(str(c["attribute"]) for c in also)}))
            others = [c for c in heard.slots.prefer if c.attribute not in names]
            if names and (others or heard.slots.changes):
                changed = self.standing.changed(
                    base, heard.slots, compared=self.requests.compared(heard), instead=False
                )
                return Plan(calls=(changed,), aside=heard.aside("refine", dropped=list(names)))
            if names:
                return Plan(calls=(base,), aside=heard.aside("refine", dropped=list(names)))
        back = heard.taken_back
        if standing is not None and back:
            dropped = sorted({c["attribute"] for c in back})
            return Plan(calls=(self.standing.without(standing, back),), aside=heard.aside("refine", dropped=dropped))
        if standing is not None and (words := self._dropping(heard)):
            text = str(standing.arguments.get("text", "")).split()
            if not {*words} <= {*text}:
                return Plan(aside=heard.aside("not_asked", what=" ".join(words)))
            left = dict(standing.arguments) | {"text": " ".join(word for word in text if word not in words)}
            return Plan(calls=(ToolCall(name=standing.name, arguments=left),), aside=heard.aside("refine"))
        forgotten = heard.slots.said("forget")
        if rule != "forget" and not forgotten:
            return None
        if not forgotten:
            return Plan(calls=(call("undo"),), aside=heard.aside("forget"))
        made = call("remember", kind="forget", titles=self.names.of(forgotten))
        return Plan(calls=(made,), aside=heard.aside("forget"))


def _asks(standing: ToolCall) -> bool:
    """Whether a request says what it looks for, beside whom it is for and what they like."""
    return bool(standing.arguments.get("text") or conditions_of(standing))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
