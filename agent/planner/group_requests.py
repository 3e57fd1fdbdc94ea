"""Requests for several people (“for me and my sister who hates horror”, “we are three: one loves X”), and for a surprise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.planner.heard import REQUEST, Heard, Names
from agent.planner.plan_types import Plan, for_me_alone
from agent.planner.slots import SlotReader, Slots
from agent.planner.spoken_numbers import amount_of
from agent.planner.standing import Standing, call
from agent.planner.words import KIN, LEAD, read_message, word_set
from retrieval.groups import YOU
from vouch.types import ToolCall

_TASTE = (
    r"(?:(?:really|absolutely|only|also|just|always|usually|mostly|rather|too) )*"
    r"(?:love[sd]?|like[sd]?|hate[sd]?|dislike[sd]?|prefers?|adore[sd]?|enjoy(?:s|ed)?|detests?|loathes?|cant stand|can not stand|cannot stand"
    r"|doesnt|does not|dont|do not|never|is (?:into|fond of|a fan of|scared of|afraid of))"
)
GROUP = re.compile(
    rf"\b(?:for|with) (?:me|us|myself)(?: both)?,? (?:and|plus|with) (?:(?:my|our|a|some) )?{KIN}\b|\bmy {KIN} and (?:i|me|myself)\b|\b(?:me|i) and my {KIN}\b"
    rf"|\btogether with (?:my|our) {KIN}\b|\b(?:with|for) (?:my|our) {KIN},? (?:who|he|she|they|one)\b"
    rf"|\b(?:my|our) {KIN} {_TASTE} .*\b(?:and|but) i {_TASTE}\b|\bi {_TASTE} .*(?<!that)(?<!which)(?<!what)(?<!because) (?:my|our) {KIN} {_TASTE}\b"
    rf"|\b(?:watch|see|read|hear|listen to|play|enjoy|share)(?: \w+){{0,3}} with (?:my|our) {KIN}\b"
    r"|\b(?:we are|were|there are) (?:two|three|four|five|[2-5])\b|\b(?:for|of) (?:the )?(?:two|three|four|five|[2-5]|both) of us\b"
    rf"|^{LEAD}(?:my|our) {KIN} {_TASTE} .*\b(?:what|which|something|anything|any)\b.* (?:she|he|they|her|him|them)\b"
    r"(?: (?:like|love|enjoy|want|read|watch|hear))?"
    r"|\bwed? (?:(?:would|can|could|might|will) )?(?:both|all) (?:would |can |might )?(?:like|enjoy|love)\b"
    rf"|\b(?:what (?:else )?|something (?:that )?|anything (?:that )?)(?:would |could |might |will |does )?(?:my|our) {KIN} (?:would |could |might |will )?"
    r"(?:like|love|enjoy|want|prefer)\b"
)
_FOR_THEM = re.compile(
    rf"for (?:my|our)\b|(?:what|something|anything)\b|{LEAD}(?:my|our) {KIN} {_TASTE}"
    r" (?!.*\b(?:i(?! (?:give|get|buy|show|find|bring|read|play|lend)\b)|me|us|we)\b)"
)
"""“For my nephew, who …”, “what would my mum like?”: the list is theirs alone; “for me and”, “with my” and “for both” make it common."""
_WANTS = r"(?:(?:really |rather )?wants?|would (?:rather|like|prefer|love)|(?<=d )(?:rather|like|love)|prefers?|(?:(?:is|am) )?in the mood for)"


def _person(says: str) -> re.Pattern[str]:
    """Somebody of whom something is said."""
    return re.compile(
        rf"\b(?:my|our) (?P<kin>{KIN})\b(?= (?:who |that |she |he |they )?{says}\b)"
        rf"|\b(?P<one>one(?: of us)?|another(?: one)?|(?:the |a )?(?:other|others|first|second|third|fourth|last)(?: one)?)(?= {says}\b)"
        rf"|\b(?P<they>(?:she|he|they)[ds]?)(?= {says}\b)|\b(?P<me>i[dm]?|wed?)(?= {says}\b)"
    )


_PERSON, _WISHER = _person(_TASTE), _person(rf"(?:{_TASTE}|{_WANTS})")
_EACH_WANTS = re.compile(
    rf"\b(?:(?:she|he|they)[ds]?|(?:my|our) {KIN}) {_WANTS} .*\bi[dm]? {_WANTS}\b"
    rf"|\bi[dm]? {_WANTS} .*\b(?:and|but|while|whereas) (?:(?:she|he|they)[ds]?|(?:my|our) {KIN}) {_WANTS}\b"
)
"""“He wants a western, I want something romantic”: what I want is mine alone."""
EACH_OF_US = re.compile(
    rf"^{LEAD}one(?: of us)? {_TASTE}\b|\b(?:she|he|they) {_TASTE} .*\bi {_TASTE}\b|\bi {_TASTE} .*\b(?:and|but|while) (?:she|he|they) {_TASTE}\b"
)
"""Behind a list for several people: who they are."""
_KIN_HATES = re.compile(
    rf"\b(?:my|our) {KIN} (?:(?:really|absolutely|just) )*(?:hates?|dislikes?|detests?|(?:cant|can not|cannot) stand|doesnt (?:like|want)|dont (?:like|want))\b"
)
"""Beside a request (“a film for tonight, my girlfriend hates violence”): it is for her as well."""
WE = re.compile(rf"\bwe (?:both |all )?{_TASTE}\b")
_ASKS = word_set("something anything a an we what find recommend suggest show please can could under any maybe nothing")
_TOLD_OF = frozenset({"who", "he", "she", "they"})
_THE_FIRST = ("one of you", "another of you", "the third of you", "the fourth of you", "the fifth of you")
_COUNT = re.compile(r"\b(?:we are|were|there are|the|of) (?P<n>two|three|four|five|[2-5])\b")
_NOBODY = {"name": "the other of you", "liked": [], "disliked": [], "never": [], "prefer": []}
_AVERAGE = re.compile(r"\b(?:on average|by (?:the )?majority|most of us|what most)\b")
_SURPRISE = re.compile(
    r"\b(?:surprise (?:me|us)|(?:i|we) (?:want|would like|d like|like|love) to be surprised"
    r"|a surprise(?! \w)|a wild ?card|something (?:completely |totally |quite )?(?:unexpected|surprising|out of the ordinary"
    r"|different from (?:what i|my) \w+(?: \w+)?|new to me|unusual for me)|out of my comfort zone|off the beaten (?:track|path)|take a (?:risk|chance)"
    r"|hidden gems?|(?:less|lesser|not so|not too|not very) (?:(?:well )?known|famous|obvious)"
    r"|obscure|less popular|not mainstream|underrated|overlooked|under the radar"
    r"|(?:that |which )?(?:nobody|no one|hardly any ?(?:body|one)|few(?: people)?)(?: here)? knows?"
    r"|feeling (?:lucky|adventurous)|dealers choice)\b"
)
_LEFT_OVER = re.compile(
    r"^(?:(?:with|by|please|give me|show me|recommend|can you|could you|i want|i would like|and|some) )+"
    r"|^(?:please|give me|show me|with|and)$",
    re.IGNORECASE,
)
EXPLORE = 0.5
_THEIRS = re.compile(r"\b(hate|love|like|dislike|prefer|adore|enjoy|detest|loathe|want)s\b", re.IGNORECASE)
_WHO = re.compile(r"^\W*(?:(?:and|who|he|she|they|that|really|also|but) )*", re.IGNORECASE)


_HATES = re.compile(
    r"I (?:\w+ )?(?:hate|dislike|detest|loathe|don['’]?t|do not|can['’]?t|cannot|never|am scared|am afraid)\b",
    re.IGNORECASE,
)
OF_THEM = re.compile(
    rf"\W*(?:(?:and|but|oh|well|actually|also|no|yes|ok|okay|sorry)[, ]+)*(?:he|she|they|(?:my|our) {KIN}) (?:(?:really|also|absolutely|only) )*"
    r"(?P<verb>(?:hate|dislike|like|love|prefer|enjoy|adore|detest)(?:s|d|ed|red)?|can['’]?t stand|cannot stand|does(?:n['’]?t| not) (?:like|enjoy|want)"
    r"|(?:is|are|gets?) (?:\w+ly )?(?:afraid|scared|frightened|terrified) of)"
    r" (?!(?:it|that|this|these|those|them|him|her)\b)(?P<what>[^?]+?)\W*",
    re.IGNORECASE,
)
"""What is told of somebody."""
AGAINST = re.compile(r"hate|dislike|detest|can|does|is|are|get", re.IGNORECASE)


@dataclass(frozen=True)
class GroupRequests:
    """Plans lists for several people."""

    reader: SlotReader
    names: Names
    standing: Standing

    def asks(self, heard: Heard, rule: str | None) -> Plan | None:
        """One list for the person and the people whom the message describes; None where it describes none."""
        standing = heard.ledger.standing
        goes_on = standing is not None and standing.name == "recommend_together"
        apart = _EACH_WANTS.search(heard.folded) if re.search(rf"\b(?:my|our) {KIN}\b", heard.folded) else None
        group = GROUP.search(heard.folded) or apart or (EACH_OF_US.search(heard.folded) if goes_on else None)
        group = group or self._hates_beside(heard)
        if group is None:
            return None
        told = self._told(heard)
        mine = [slots for who, slots, _ in told if who == YOU]
        count = _COUNT.search(heard.folded)
        named = dict.fromkeys(f"your {kin}" for kin in re.findall(rf"\b(?:my|our) ({KIN})\b", heard.folded))
        others = self._people(named, told, int(amount_of(count["n"])) if count else 0)
        others = others or _last_people(heard) or [dict(_NOBODY)]
        asked = self.reader.read(self._request(heard, group, [span for _, _, span in told]))
        sought = asked.text or ", ".join(
            dict.fromkeys(slots.text for who, slots, _ in told if who != YOU and slots.text)
        )
        own = self.said(mine)
        if WE.search(heard.folded):  # “we loved Nosferatu” is said of everybody
            others = [p | {"liked": list(dict.fromkeys([*p.get("liked", []), *own["liked"]]))} for p in others]
        theirs = _FOR_THEM.match(group[0]) is not None
        made = call(
            "recommend_together",
            people=[*others, *([_wishing(own["prefer"])] if own["prefer"] else [])],
            with_me=False if theirs or (count and not mine and len(others) >= amount_of(count["n"])) else None,
            filters=[
                *([] if theirs and goes_on else self.standing.kind(heard.ledger.standing, asked)),
                *(c.argument for c in asked.filters if not c.lasting),
                *self.standing.childrens([c.argument for c in heard.slots.filters if c not in asked.filters]),
            ],
            prefer=[c.argument for c in asked.prefer],
            avoid=list(dict.fromkeys([*asked.avoid, *(word for who, s, _ in told if who != YOU for word in s.avoid)])),
            k=asked.k,
            together="average" if _AVERAGE.search(heard.folded) else None,
        )
        listing = ToolCall(name=made.name, arguments={"text": sought, **made.arguments})
        missing = [call("find_item", title=m.said) for m in heard.slots.mentions if m.close or not m.item_ids]
        return Plan(calls=(*self._remembering(own), *missing, listing), aside=heard.aside("group") | {"lasting": []})

    def _hates_beside(self, heard: Heard) -> re.Match[str] | None:
        """What somebody hates, said beside a request: not “films that my husband hates”."""
        found = _KIN_HATES.search(heard.folded)
        place = len(heard.folded[: found.start()].split()) if found else 0
        beside = heard.message.boundary(place) or heard.message.at(place - 1) in {"and", "but", "while"}
        asks = REQUEST.search(heard.folded) or any(not c.rules_out for c in heard.slots.filters)
        return found if place and beside and asks else None

    def without_surprise(self, raw: str) -> str | None:
        """The message without its wish for a surprise (“surprise me with a book” -> “a book”); None where it has none."""
        message = read_message(raw)
        found = _SURPRISE.search(message.folded)
        if found is None:
            return None
        start, end = (len(message.folded[:at].split()) for at in (found.start(), found.end()))
        kept = [w for place, w in enumerate(message.words) if not start <= place < end]
        left = " ".join(f"{word.stop} {word.text}".strip() for word in kept).strip(" ,.;:")
        return _LEFT_OVER.sub("", left).strip(" ,.;:")

    def surprising(self, plan: Plan) -> Plan:
        """The plan whose list goes farther from the usual; a plan without a list gets one."""
        if not plan.calls or for_me_alone(plan.calls[-1]).name != "recommend":
            listing = ToolCall(name="recommend", arguments={"text": "", "explore": EXPLORE})
            calls = plan.calls if plan.calls and plan.calls[-1].name.startswith("remember") else ()
            return Plan(calls=(*calls, listing), aside={**plan.aside, "intent": "recommend"})
        last = for_me_alone(plan.calls[-1])
        made = ToolCall(name=last.name, arguments={**last.arguments, "explore": EXPLORE})
        return replace(plan, calls=(*plan.calls[:-1], made))

    def reads(self, said: str) -> Slots:
        """What one says of oneself; who hates long films asks for no films by it."""
        slots = self.reader.read(said)
        if not _HATES.match(said):
            return slots
        hard = tuple(c for c in slots.filters if c.rules_out)
        avoid = slots.avoid or ((slots.text,) if slots.text and not (hard or slots.prefer) else ())
        return replace(slots, text="", filters=hard, avoid=avoid)

    def _told(self, heard: Heard) -> list[tuple[str, Slots, tuple[int, int]]]:
        """Who is said to like or hate what: a name, what was read of the words about them, and which words these are."""
        found = list((_WISHER if _EACH_WANTS.search(heard.folded) else _PERSON).finditer(heard.folded))
        told: list[tuple[str, Slots, tuple[int, int]]] = []
        numbered = 0
        for place, match in enumerate(found):
            last = found[place + 1].start() if place + 1 < len(found) else len(heard.folded)
            start, behind = (len(heard.folded[:at].split()) for at in (match.start(), match.end()))
            end = self._end(heard, behind, len(heard.folded[:last].split()))
            if match["they"]:
                who = next(
                    (name for name, _, _ in reversed(told) if name != YOU), self._named_before(heard, match.start())
                )
            else:
                who = YOU if match["me"] else f"your {match['kin']}" if match["kin"] else _THE_FIRST[min(numbered, 4)]
            numbered += bool(match["one"])
            told += [(who, self.reads(said), (start, end)) for said in _clauses(heard.message.text(behind, end))]
        return told

    def _named_before(self, heard: Heard, at: int) -> str:
        kin = re.findall(rf"\b(?:my|our) ({KIN})\b", heard.folded[:at])
        others = [str(person["name"]) for person in _last_people(heard) if person["name"] != YOU]
        return f"your {kin[-1]}" if kin else others[0] if len(others) == 1 else _THE_FIRST[0]

    def _end(self, heard: Heard, start: int, last: int) -> int:
        """Where the words about a person end: at the next person, the next sentence, or a comma with a request behind it."""
        for place in range(start + 1, last):
            word = heard.message.words[place]
            if any(mark in word.stop for mark in ".;:!?") or ("," in word.stop and word.folded in _ASKS):
                return place
        return last

    def _people(
        self, named: Mapping[str, None], told: Sequence[tuple[str, Slots, tuple[int, int]]], count: int
    ) -> list[dict[str, Any]]:
        """Each person but the one who asks, once, with all that was said of them; people who are only counted are called by their number."""
        tellers = dict.fromkeys(who for who, _, _ in told if who != YOU)
        # “my two friends, one loves …, the other …” are two people
        names = tellers if {*tellers} & {*_THE_FIRST} else dict.fromkeys([*named, *tellers])
        people = [{"name": name, **self.said([s for who, s, _ in told if who == name])} for name in names]
        missing = count - 1 - len(people) if count and not people else 0
        return people + [{"name": f"person {n + 2}", **self.said([])} for n in range(missing)]

    def said(self, told: Sequence[Slots]) -> dict[str, Any]:
        """Titles and conditions of several readings of one person's words."""
        disliked = [m for slots in told for m in slots.said("dislike", "hide") if m.item_ids and not m.close]
        liked = [m for slots in told for m in slots.mentions if m not in disliked and m.item_ids and not m.close]
        conditions = [c for slots in told for c in (*slots.filters, *slots.prefer)]
        hard = [c.argument for slots in told for c in slots.filters if c.rules_out]
        return {
            "liked": self.names.of(liked),
            "disliked": self.names.of(disliked),
            "never": hard,
            "prefer": [c.argument for c in conditions if not c.rules_out],
        }

    def _remembering(self, own: Mapping[str, Any]) -> list[ToolCall]:
        """What the person says of themselves beside the others is remembered as ever."""
        kinds = (("like", own["liked"]), ("dislike", own["disliked"]))
        told = [call("remember", kind=kind, titles=titles) for kind, titles in kinds if titles]
        if own["never"]:
            told.append(call("remember_condition", kind="never_break", filters=own["never"]))
        return told

    def _request(self, heard: Heard, group: re.Match[str], spans: Sequence[tuple[int, int]]) -> str:
        """The message without the words that say for whom it is and what these people like; what else is told of them (“who is learning
        the violin”) is looked for only where nothing else is."""
        words = heard.message.words
        start, end = (len(heard.folded[:at].split()) for at in (group.start(), group.end()))
        told = end
        if words[end - 1].folded in _TOLD_OF and not any(low <= end <= high for low, high in spans):
            while told < len(words) and not words[told].stop and words[told].folded not in _ASKS - {"a", "an", "the"}:
                told += 1

        def without(behind: int) -> str:
            out = [(start, behind), *spans]
            kept = [word for place, word in enumerate(words) if not any(low <= place < high for low, high in out)]
            return " ".join(f"{word.stop.strip(':')} {word.text}".strip() for word in kept).strip(" ,.;:")

        asked = without(told)
        return asked if told == end or not self.reader.read(asked).empty else without(end)


def _wishing(prefer: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The one who asks, with what they would rather have in this list."""
    return {"name": YOU, "liked": [], "disliked": [], "never": [], "prefer": list(prefer)}


def _last_people(heard: Heard) -> list[dict[str, Any]]:
    """The others of the newest list that was made for several people: “one for both of us” means them again."""
    calls = (call for turn in reversed(heard.ledger.turns) for call in reversed(turn.calls))
    people = next((c.arguments.get("people") for c in calls if c.name == "recommend_together"), None)
    return list(people) if isinstance(people, list) else []


def told_of(raw: str) -> list[str]:
    """What a message tells of somebody, as they would say it: “he also hates opera” -> “I hate opera”; [] where it tells of nobody."""
    told = OF_THEM.fullmatch(raw)
    if told is None:
        return []
    return _clauses(f"{'hate' if AGAINST.match(told['verb']) else 'love'} {told['what']}")


def _clauses(said: str) -> list[str]:
    """What is said of somebody, verdict by verdict: “hates horror and loves The General” are two."""
    parts = re.split(rf"\s*,?\s+(?:and|but)\s+(?=(?:also )?{_TASTE}\b)", said, flags=re.IGNORECASE)
    return [_of_oneself(part) for part in parts if part.strip()]


def _of_oneself(said: str) -> str:
    """What is said of somebody, as they would say it: “who hates horror” -> “I hate horror”."""
    plain = _THEIRS.sub(r"\1", re.sub(r"\bdoes(n['’]?t| not)\b", r"do\1", said, flags=re.IGNORECASE))
    return f"I {_WHO.sub('', plain)}" if plain.strip() else ""
