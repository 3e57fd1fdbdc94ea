"""Requests for a list: new ones, those like an item, and changes of the one that stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.planner.conditions import Condition
from agent.planner.heard import REQUEST, Heard, Names
from agent.planner.intents import IntentReader
from agent.planner.plan_types import Plan
from agent.planner.residue import OF_OTHERS
from agent.planner.slots import SlotReader
from agent.planner.standing import Standing, call, conditions_of
from agent.planner.titles import TitleMention
from agent.planner.words import LEAD
from vouch.types import ToolCall

_BARE_DEGREE = re.compile(
    r"^(?:(?:a (?:bit|little|lot)|something|much|even|far) )?(?:(?!(?:other|after|later|matter|winter|water|thriller|killer)$)"
    r"\w{2,}(?:i|[dgklmnt])er"
    r"|(?:more|less) \w+)$"
)
"""“Quieter”, “something stormier”: of what was asked for before."""
_FOLLOWS = re.compile(
    r"^(?:set (?:in|on|at|during)|about|where|made|written|composed|featuring|starring|directed)\b"
    rf"|^{LEAD}(?:but|only|just|rather|what about|how about|make (?:it|them)|more\b(?! like)|another|others?|something different|less"
    r"|without|any (?:with|without|from|by|about|in|set)|from|under|in|by|with|no|not|nothing|except|then|also|even|too|ones?"
    r"|(?:show|give) me (?:more|others?|another|a few more)"
    r"|next|go on|keep going|same|preferably|maybe|that are|which|who|over|at most|at least|before|after|since|cheaper"
    r"|(?:i|id|i d) (?:would )?(?:prefer|rather)|c(?:an|ould) (?:it|they|you make)|(?:it|they) (?:should|must|has to|have to|can)"
    r"|do you have (?:any )?(?:others?|more|it|them|a \w+er)|is there (?:anything|something) \w+er"
    r"|(?:something|any(?:thing)?|a bit|a little) (?:more|less|\w+er)|something not|got any (?:more|others?))\b"
)
_FOLLOWS_INSIDE = re.compile(
    r"\b(?:instead|this time|else|(?:a|an) (?:\w+ ){1,2}one(?= please|$)|(?:\w+ly )?different(?= ones?\b|$)"
    r"|(?:in|of|with) (?:that|this) (?:mood|vein|style|spirit|kind|sort|genre)"
    r"|more of (?:those|these|the same|them)|same (?:theme|mood|topic|subject|style|vein|idea|feel|kind|sort|genre|spirit)"
    r"|other suggestions|another one|others|again|ones|maybe$"
    r"|perhaps$|only$)\b"
)
_ASKS_ANEW = re.compile(
    r"^(?:i (?:want|need|am|have|only have)|ive got|im looking|can you|could you|recommend|show me a|find me|do you have)\b"
)
AGAIN = re.compile(
    r"\b(?:another|others?|else|different|more(?! (?:like|than|recent|modern|expensive|affordable|\w+$)| \w+ (?:please|ones?|and|but)| \w+,)"
    r"|next|go on|keep going|try again|again)\b|^(?:\w+ me |any |some |a few )?more(?: please| of (?:those|these|them|the same)| ones"
    r"| suggestions| results)?$|not (?:that|those|these|this|them)|none of|dont like (?:any|these|those|them)"
    r"|already (?:seen|know|read) (?:them|these|those|all)"
)
_SIMILAR = re.compile(
    rf"^{LEAD}(?:(?:show|give) me |(?:i|id|i would) (?:like|want|prefer) "
    r"|(?:do )?you have |have you got |got |is there )?(?:(?:some|something|anything|more|ones?|films?|books?) )*similar\b(?! to)"
)
_MAKER = r"(?:author|director|composer|writer|artist|creator|maker|brand)"
_MAKES = r"(?:wr(?:it|ot)e|written|ma[kd]e|compose|composed|direct|directed|paint|painted|film|filmed|record|recorded)"
_SAME_PERSON = re.compile(
    rf"\b(?:(?:the|its|this|that) {_MAKER}s? (?:\w+ ){{0,3}}(?:else|others?|more)|(?:by|from) (?:this|that|the) {_MAKER}$|same {_MAKER}"
    r"|(?:has|have|did|does) (?:he|she|they) (?:also )?\w+ (?:(?:any|some)(?:thing)? )?(?:else|others?|more)"
    rf"|^{LEAD}(?:did|has|have|does|do) (?:he|she|they) (?:also |ever )?{_MAKES} (?:an?|any|some|anything|something)"
    r"|(?:more|others?|another|something|anything|else) of (?:his|hers|theirs)"
    r"|(?:by|from) (?:him|her|them|the same (?:person|man|woman|guy|one))|(?:his|her) other"
    rf"|what (?:else |other \w+ )?(?:did|has|have) (?:he|she|they|(?:that|this|the) {_MAKER}) "
    r"|what (?:else|others?|more) (?:does|do) (?:he|she|they) have(?! in))\b"
)
_PEOPLE = re.compile(r" and |, | & |; ")
_OF_THEM = re.compile(r"\b(?:he|she|him|her|his)\b")
_SOMETHING = re.compile(rf"^{LEAD}(?:something|anything)\b(?! (?:else|different))(?!.*\bfor (?:my|our)\b)")
_KNOWS_ALL = re.compile(
    r"\b(?:read|seen|heard|watched|know|knows|owns?|has|have|finished) (?:already )?(?:everything|all|all (?:the|of the) \w+|every \w+)(?: that is)?"
    r" (?:by|of|from)\b"
)
FEW_WORDS = 6
"""So many words say no more than a kind."""
LIKED_OF_MAKER = 5
"""Of a maker whose works somebody knows so many stand for what they like."""


@dataclass(frozen=True)
class Requests:
    """Plans lists."""

    reader: SlotReader
    intents: IntentReader
    names: Names
    standing: Standing

    def anchored(self, heard: Heard, rule: str | None) -> Plan | None:
        slots = heard.slots
        anchors = tuple(m for m in slots.said("anchor") if m.item_ids and not m.close)
        if (
            not anchors
            and slots.mentions
            and (
                slots.filters
                or slots.prefer
                or slots.changes
                or slots.avoid
                or (slots.text and REQUEST.search(slots.rest))
            )
        ):
            pronouns = {r.start for r in heard.references if r.pronoun}
            anchors = tuple(m for m in slots.said("topic") if m.item_ids and m.start not in pronouns)
        if not anchors:
            return None
        if re.match(r"^(?:no |ok )*not\b", heard.folded) and heard.ledger.standing:
            return self.again(heard)
        if any(c.op == "=" for c in slots.changes) or (slots.changes and " than " in f" {heard.folded} "):
            return self._compared_with(heard, anchors[0])
        return Plan(calls=(self.similar(heard, *anchors),), aside=heard.aside("more_like"))

    def similar(self, heard: Heard, anchor: TitleMention, *others: TitleMention) -> ToolCall:
        """Items like those that are named; conditions that stand hold on where one was pointed at in their list."""
        slots = heard.slots
        item = self.reader.catalogue.by_id[anchor.item_ids[0]]
        if others or len(anchor.item_ids) > 1:
            return self._like_several(heard, [anchor, *others])
        changes = self.standing.of_changes(slots.changes, (item,))
        kept = self._standing_filters(heard, [anchor], {c.attribute for c in (*slots.filters, *changes)})
        return call(
            "more_like",
            title=self.names.name(item.item_id),
            text=slots.text,
            filters=[*kept, *(c.argument for c in (*slots.filters, *changes))],
            prefer=[c.argument for c in slots.prefer],
            avoid=list(slots.avoid),
            k=slots.k,
        )

    def _like_several(self, heard: Heard, anchors: Sequence[TitleMention]) -> ToolCall:
        kept = self._standing_filters(heard, anchors, {c.attribute for c in heard.slots.filters})
        return self.recommending(heard, text=heard.slots.text, liked=self.names.of(anchors), kept=kept)

    def _standing_filters(self, heard: Heard, anchors: Sequence[TitleMention], taken: set[str]) -> list[dict[str, Any]]:
        """What stands and is not said anew, where one of these was pointed at in its list; nothing where things of another kind are wanted."""
        standing, starts = heard.ledger.standing, {anchor.start for anchor in anchors}
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        if standing is None or taken & kinds or not any(r.start in starts for r in heard.references):
            return []
        return [c for c in conditions_of(standing, "filters") if c["attribute"] not in taken]

    def _compared_with(self, heard: Heard, anchor: TitleMention) -> Plan:
        items = [self.reader.catalogue.by_id[i] for i in anchor.item_ids]
        standing = heard.ledger.standing
        if standing is not None:
            changed = self.standing.changed(standing, heard.slots, compared=items, instead=False)
            return Plan(calls=(self.excluding(changed, heard),), aside=heard.aside("refine"))
        conditions = [*heard.slots.filters, *self.standing.of_changes(heard.slots.changes, items)]
        kind = next(iter(self.reader.lexicon.about("kind")), None)
        made = self.recommending(heard, text=heard.slots.text)
        filters = [c.argument for c in conditions]
        if (
            kind is not None
            and kind.name in items[0].attributes
            and not any(c.attribute == kind.name for c in conditions)
        ):
            filters = [{"attribute": kind.name, "op": "=", "value": str(items[0].attributes[kind.name])}, *filters]
        arguments = dict(made.arguments) | {"filters": filters}
        listing = self.excluding(ToolCall(name="recommend", arguments=arguments), heard)
        return Plan(calls=(listing,), aside=heard.aside("refine"))

    def by_same(self, heard: Heard, rule: str | None) -> Plan | None:
        """“More by him”, “something by the same director”; “similar”, said of the item that was just spoken of."""
        focus, last = heard.ledger.in_focus, heard.ledger.last
        if _OF_THEM.search(heard.folded):
            focus = heard.ledger.spoken_of or focus
        if focus is None:
            return None
        if _SIMILAR.match(heard.folded) and last is not None and not heard.slots.mentions:
            liked = last.liked if len(last.liked) == 1 else ()
            if liked or not last.shown:
                made = self.similar(heard, TitleMention(start=0, end=0, said="", item_ids=liked or (focus,)))
                kept = self.standing.kind(heard.ledger.standing, heard.slots) if liked else []
                filters = [*kept, *(made.arguments.get("filters") or [])]  # type: ignore[misc]
                made = call("more_like", **{**made.arguments, "filters": filters})
                return Plan(calls=(made,), aside=heard.aside("more_like"))
        pointed = {r.start for r in heard.references}
        if not _SAME_PERSON.search(heard.folded) or any(m.start not in pointed for m in heard.slots.mentions):
            return None
        topics = ("brand",) if re.search(r"same (?:brand|maker)", heard.folded) else ("people", "brand")
        item = self.reader.catalogue.by_id[focus]
        for topic in topics:
            for attribute in self.reader.lexicon.about(topic):  # type: ignore[arg-type]
                value = item.attributes.get(attribute.name)
                if value:
                    values = self._with_others(attribute.name, value)
                    of_theirs = {"attribute": attribute.name, "op": "any_of", "value": values}
                    filters = [of_theirs, *(c.argument for c in heard.slots.filters if self._beside(c, attribute.name))]
                    made = call(
                        "recommend",
                        text=heard.slots.text,
                        filters=filters,
                        prefer=[c.argument for c in heard.slots.prefer],
                        avoid=list(heard.slots.avoid),
                        exclude=[self.names.name(focus)],
                    )
                    return Plan(
                        calls=(made,),
                        aside=heard.aside("refine", of_same=attribute.name),
                    )
        return None

    def _beside(self, condition: Condition, maker: str) -> bool:
        """Whether a condition is one besides the maker; that a director makes films is none."""
        means_kind = self.reader.lexicon.topics[condition.attribute] == "kind" and condition.op != "="
        return condition.attribute != maker and not means_kind

    def _with_others(self, attribute: str, value: object) -> list[str]:
        """The values of an attribute that name somebody whom this value names: “Buster Keaton and Donald Crisp” for “Buster Keaton”."""
        people = {person for own in _each(value) for person in _PEOPLE.split(own)}
        every = (own for item in self.reader.catalogue.items for own in _each(item.attributes.get(attribute)))
        return [own for own in dict.fromkeys([*_each(value), *every]) if people & {*_PEOPLE.split(own)}]

    def beyond(self, heard: Heard, rule: str | None) -> Plan | None:
        """“Someone who has read everything by Kafka”: others like his works."""
        makers = {a.name for a in self.reader.lexicon.about("people")}
        made_by = [c for c in heard.slots.filters if c.attribute in makers and not c.rules_out]
        if not made_by or not _KNOWS_ALL.search(heard.folded):
            return None
        known = self.reader.fitting(made_by)[:LIKED_OF_MAKER]
        others = [replace(c, op="none_of", value=[c.value] if isinstance(c.value, str) else c.value) for c in made_by]
        left = [c for c in heard.slots.filters if c not in made_by]
        rest = replace(heard, slots=replace(heard.slots, filters=(*left, *others)))
        made = self.recommending(rest, text=heard.slots.text, liked=[self.names.name(item.item_id) for item in known])
        return Plan(calls=(made,), aside=heard.aside("recommend"))

    def follows(self, heard: Heard, rule: str | None) -> Plan | None:
        standing, slots = heard.ledger.standing, heard.slots
        if standing is None or rule == "recommend":
            return None
        only_told = slots.empty and slots.mentions and not AGAIN.search(heard.folded)  # “my girlfriend loves X”
        if only_told or not self._is_follow_up(heard):
            return None
        standing = self.standing.without_superlative(standing, heard.ledger)
        another = re.search(r"\b(?:instead|rather|no)\b|^(?:\w+ )?(?:what|how) about\b", heard.folded)
        instead = another is not None and bool(slots.text)
        changed = self.standing.changed(
            standing, slots, compared=self.compared(heard), instead=instead and not slots.changes
        )
        # what changes nothing asks for others, but not what cannot be gone by
        same = changed == standing and not slots.said("except") and not slots.unknown
        again = same or bool(AGAIN.search(heard.folded))
        return Plan(
            calls=(self.excluding(changed, heard, again=again),),
            aside=heard.aside("refine", changes=[c.word for c in slots.changes]),
        )

    def _is_follow_up(self, heard: Heard) -> bool:
        slots, folded = heard.slots, OF_OTHERS.sub("", heard.folded).strip()
        if slots.changes or _FOLLOWS.match(folded) or _FOLLOWS_INSIDE.search(folded) or _BARE_DEGREE.match(folded):
            return True
        nouns = any(w.folded in self.reader.lexicon.work_nouns and w.folded != "ones" for w in heard.message.words)
        short = len(folded.split()) <= 3 and not slots.text and not nouns
        if short and (slots.filters or slots.prefer) and heard.message.at(0) not in {"a", "an"}:
            return True
        if self._only_its_kind(heard):
            return True
        anew = bool(_ASKS_ANEW.match(folded))
        only_ruled_out = (slots.avoid or slots.filters) and all(c.rules_out for c in slots.filters)
        if only_ruled_out and not slots.text and not anew:
            return True
        if slots.k and not (slots.text or slots.filters or slots.prefer or slots.mentions or nouns):
            return True
        if {*slots.roles} == {"except"} and replace(slots, mentions=(), roles=()).empty:
            return True
        intent, likeness = self.intents.nearest(slots.masked)
        return intent == "refine" and likeness >= 0.6 and not anew

    def _only_its_kind(self, heard: Heard) -> bool:
        """“A piece of music” behind “something melancholy”: of what kind that should be, where nothing said it before."""
        slots, standing = heard.slots, heard.ledger.standing
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        said = slots.filters and all(c.attribute in kinds and not c.rules_out for c in slots.filters)
        if not said or slots.text or slots.mentions or standing is None or len(heard.message.words) > FEW_WORDS:
            return False
        stands = conditions_of(standing)
        return bool(stands or standing.arguments.get("text")) and all(c["attribute"] not in kinds for c in stands)

    def compared(self, heard: Heard) -> list[Any]:
        focus, last = heard.ledger.in_focus, heard.ledger.last
        if any(c.op == "=" for c in heard.slots.changes):
            return self._as_long_as(heard)
        if last is not None and last.aside.get("intent") == "details" and focus is not None:
            return [self.reader.catalogue.by_id[focus]]
        return [self.reader.catalogue.by_id[i] for i in heard.ledger.listed]

    def _as_long_as(self, heard: Heard) -> list[Any]:
        """What “the same length” is measured by: the item spoken of last; behind a list its first one, or nothing where the list was asked
        for by length, which then stands."""
        focus, standing = heard.ledger.in_focus, heard.ledger.standing
        names = {name for change in heard.slots.changes for name in change.attributes}
        stands = standing is not None and any(c["attribute"] in names for c in conditions_of(standing, "filters"))
        spoken = heard.ledger.last is not None and not heard.ledger.last.shown
        return [self.reader.catalogue.by_id[focus]] if focus is not None and (spoken or not stands) else []

    def again(self, heard: Heard) -> Plan:
        standing = heard.ledger.standing or ToolCall(name="recommend", arguments={})
        return Plan(calls=(self.excluding(standing, heard, again=True),), aside=heard.aside("refine"))

    def excluding(self, made: ToolCall, heard: Heard, *, again: bool = False) -> ToolCall:
        arguments = dict(made.arguments)
        shown = [self.names.name(i) for i in heard.ledger.shown] if again else []
        ruled_out = self.names.of(heard.slots.said("except"))
        if any(c.op == "=" for c in heard.slots.changes):  # “as long as X” asks for others
            ruled_out += [self.names.name(i) for i in heard.targets[:1]]
        if shown or ruled_out:
            given = arguments.get("exclude", [])
            before = list(given) if isinstance(given, list) else []
            arguments["exclude"] = list(dict.fromkeys([*before, *shown, *ruled_out]))
        return ToolCall(name=made.name, arguments=arguments)

    def fresh(self, heard: Heard, *, anew: bool = False) -> Plan:
        """A list of what the message asks for; `anew`: nothing of what stands holds on."""
        slots = heard.slots
        if slots.changes and heard.ledger.standing is None:
            made = self.recommending(heard, text=slots.text)
            return Plan(calls=(made,), aside=heard.aside("recommend", nothing_to_compare=True))
        asks = heard.message.ending.startswith("?") or REQUEST.search(heard.folded)
        if slots.empty and heard.ledger.standing is not None and not asks:
            # what stands is not given up for a list that nobody asked for
            return Plan(aside=heard.aside("remark" if slots.mentions else "unclear"))
        goes_on = not anew and _SOMETHING.match(heard.folded)
        kept = self.standing.kind(heard.ledger.standing, slots) if goes_on else ()
        made = self.recommending(heard, text=slots.text, kept=kept)
        return Plan(calls=(made,), aside=heard.aside("recommend"))

    def recommending(
        self,
        heard: Heard,
        *,
        text: str = "",
        liked: Sequence[str] = (),
        disliked: Sequence[str] = (),
        kept: Sequence[dict[str, Any]] = (),
    ) -> ToolCall:
        slots = heard.slots
        made = call(
            "recommend",
            filters=[*kept, *(c.argument for c in slots.filters)],
            prefer=[c.argument for c in slots.prefer],
            avoid=list(slots.avoid),
            liked=list(liked),
            disliked=list(disliked),
            exclude=self.names.of(slots.said("except")),
            k=slots.k,
        )
        return ToolCall(name="recommend", arguments={"text": text, **made.arguments})


def _each(value: object) -> tuple[str, ...]:
    """An attribute's value or values as texts."""
    return tuple(map(str, value)) if isinstance(value, tuple) else () if value is None else (str(value),)
