"""Message, ledger and catalogue -> tool calls with plain JSON arguments, and an aside that says what was understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from agent.ledger import LISTS, Ledger, Turn
from agent.planner.audiences import Audiences
from agent.planner.enquiries import Enquiries
from agent.planner.group_requests import GroupRequests
from agent.planner.heard import REQUEST, Heard, Names
from agent.planner.intents import IntentReader
from agent.planner.learned import Choice, read_choices
from agent.planner.memory_requests import MemoryRequests
from agent.planner.offers import Offers
from agent.planner.plan_types import Plan
from agent.planner.questions import questions
from agent.planner.ratings import rates
from agent.planner.requests import Requests
from agent.planner.rewordings import Rewordings, plainly
from agent.planner.second_opinion import SecondOpinion
from agent.planner.slots import SlotReader
from agent.planner.sought import WordsSought
from agent.planner.speech_acts import SpeechAct, sentences
from agent.planner.standing import Standing
from agent.planner.statements import Statements
from agent.planner.targets import MarkedReader, Targets, targets_of
from agent.planner.values import comparative_base
from agent.planner.why_not_requests import WhyNots
from agent.planner.words import LEAD, Message, read_message, word_set
from agent.references import Reference, ReferenceReader
from retrieval.catalogue import Catalogue

__all__ = ["Plan", "Planner"]

_MORE = word_set("more next again another others")
_AGAIN = re.compile(
    r"\b(?:show|see|give|repeat|bring)\b.*\b(?:list|those|them|these)\b.*\b(?:again|once more)$|^(?:the )?(?:list|same) again$"
    rf"|^{LEAD}show me again$|^(?:so |and |then )*what(?:s| is) left(?: then| now)?$"
)
_HELLO = re.compile(r"\s*(?:hi|hello|hey|hiya)(?: (?:there|vouch|again))?[\s,.!]+(?P<rest>\S.*)", re.IGNORECASE)
_ASIDE = re.compile(
    r"\s*(?:(?:ok(?:ay)?|no|well)[, ]+)?(?:forget|never ?mind|leave) (?:about )?(?:that|it|this|those|them|(?:my|the|his|her|their) \w+)"
    r"\s*[,.;:!–-]+\s*(?P<rest>\S.*)",
    re.IGNORECASE,
)
"""“Forget my dad, something for me: jazz” begins anew."""
_SORTS = re.compile(
    rf"^{LEAD}(?:(?:can|could) you )?(?:sort|order|arrange|rank) (?:them|these|those|it|the list|everything|by)\b"
    r"|^(?:with |put )?(?:the )?(?:longest|shortest|newest|oldest|latest|earliest|cheapest|best) (?:ones? )?(?:first|at the top)$"
)
_WHICH_OF_THESE = re.compile(
    rf"^{LEAD}which (?:ones? )?of (?:these|those|them) (?:is|are|has|have) (?P<what>(?!the\b|most\b|more\b).+)"
)
_MOST_OF_THESE = re.compile(
    rf"^{LEAD}(?:(?:(?:which|what) (?:one )?is|whats) )?(?:the )?(?:(?P<most>\w+est)|most (?P<what>(?!popular|liked|loved|famous)\w+))(?: ones?)?"
    r" of (?:these|those|them)$|^(?:and|or) the (?P<next>\w+est)(?: one)?$"
    rf"|^{LEAD}which (?:ones? )?of (?:these|those|them) (?:is|are) the (?P<of>(?!short|long|old|new|late|earli|cheap|pric|thick|thin|brief)\w+est)$"
)
_MOST_OF_ALL = re.compile(
    rf"^{LEAD}which (?:one )?is (?:the )?(?:most (?P<what>(?!popular|liked|loved|famous|recent|expensive)\w+)"
    r"|(?P<of>(?!short|long|old|new|late|earli|cheap|pric|thick|thin|brief)\w+est))$"
)
_LIKE_IT = re.compile(r"\b(?:like|similar to) (?:it|that|this|those|these|them)$")
_IT = re.compile(r"\bit\b", re.IGNORECASE)
_TALK = frozenset({"greeting", "thanks", "help", "taste", "facets"})


_ASKS_OF = re.compile(r"\?|\b(?:have|did|do) you\b|\b(?:how|what) about\b")
_THEM = frozenset({"them", "these", "those", "both", "them all", "both of them", "all of them"})
_NEVER_MIND = re.compile(rf"{LEAD}(?:never ?mind|nvm)(?: (?:then|now|thanks|that|it))*")


class Planner:
    """Plans one message at a time; holds nothing between messages. `choices`: what was learned; {} for the rules alone. `marked`: reads
    what is liked, and what a message does; None where that is left to the features. `sought`: tells which words a search should look for."""

    def __init__(
        self,
        catalogue: Catalogue,
        intents: IntentReader,
        *,
        choices: Mapping[str, Choice] | None = None,
        marked: MarkedReader | None = None,
        sought: WordsSought | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.intents = intents
        self._titles_only = bool(catalogue.items) and all(p.channel == "title" for p in catalogue.passages)
        known = read_choices() if choices is None else choices
        self._opinion = SecondOpinion(known, intents.embedder, catalogue, marked)
        self.reader = SlotReader(catalogue, sought)
        self._references = ReferenceReader(catalogue, self.reader.lexicon)
        self._names = names = Names(catalogue)
        standing = Standing(self.reader)
        self._requests = Requests(self.reader, intents, names, standing)
        self._statements = Statements(self._requests, names, standing)
        self._enquiries = Enquiries(self.reader, intents, names, self._requests, self._statements)
        self._why_nots = WhyNots(names)
        self._memory = MemoryRequests(names)
        self._groups = GroupRequests(self.reader, names, standing)
        self._offers = Offers(self.reader, intents, names)
        self._audiences = Audiences(self.reader, self._groups, standing)
        self._rewordings = Rewordings(self.reader, self._audiences)

    def plan(self, raw: str, ledger: Ledger) -> Plan:
        """The tool calls for a message after what the ledger holds."""
        raw, ledger = plainly(raw), self._with_named(ledger)
        message = read_message(raw)
        if not message.words:
            return Plan(aside={"intent": "help"})
        left = self._groups.without_surprise(raw)
        if left is not None:
            return self._groups.surprising(self.plan(left, ledger) if left else Plan(aside={"intent": "recommend"}))
        if message.folded in _MORE and ledger.standing is not None:  # a title, too, but not behind a list
            return self._requests.again(self._heard("something else", read_message("something else"), ledger))
        if _NEVER_MIND.fullmatch(message.folded):
            return Plan(aside={"intent": "no"})
        if self.intents.rule(message.folded) == "out_of_scope" and len(sentences(raw)) == 1:
            return Plan(aside={"intent": "out_of_scope"})
        if _SORTS.match(message.folded) and ledger.standing is not None:
            return Plan(aside={"intent": "sorts"})
        if _AGAIN.search(message.folded) and ledger.standing is not None:
            return Plan(calls=(ledger.standing,), aside={"intent": "refine"})
        if (anew := _ASIDE.fullmatch(raw)) and REQUEST.search(read_message(anew["rest"]).folded):
            return self._anew(anew["rest"], ledger)
        greeted = _HELLO.match(raw)
        told = not ledger.turns and greeted is not None and len(greeted["rest"].split()) > 1
        if greeted and (told or self.intents.rule(read_message(greeted["rest"]).folded) in _TALK):
            made = self.plan(greeted["rest"], ledger)
            said_nothing = not made.calls and made.aside.get("intent") in {"remark", "unclear"}
            return Plan(aside={"intent": "greeting"}) if said_nothing else made
        reworded = self._rewordings.of(raw, message, ledger)
        if reworded is not None:
            return self.plan(reworded, ledger)
        if ledger.listed and (asked := _of_these(message)):
            return self._enquiries.of_listed(self._heard(asked, read_message(asked), ledger))
        if self._audiences.back_to_me(message, ledger):
            return self._anew(raw, ledger)
        settled = self._offers.settled(message, ledger)
        if settled is not None:
            return self.plan(settled, Ledger(turns=ledger.turns[:-1]))
        heard = self.heard(raw, ledger)
        of_them = self._audiences.told(heard)
        if of_them is not None:
            return self._told(of_them)
        plan = self._groups.asks(heard, None) or self._enquiries.unclear(heard) or self._plan(heard)
        plan = self._statements.judging(heard, plan)
        act = self._opinion.of_act(heard, plan)
        plan = self._memory.held(heard, self._as(act, heard) if act else plan)
        return self._told(self._audiences.made_for(heard, plan))

    def _anew(self, raw: str, ledger: Ledger) -> Plan:
        """The list that a message asks for when nothing of what stands holds on; what it points at still was shown."""
        heard = self.heard(raw, ledger)
        before = replace(heard, ledger=replace(ledger, turns=tuple(replace(t, calls=()) for t in ledger.turns)))
        return self._requests.anchored(before, None) or self._requests.fresh(before, anew=True)

    def _told(self, plan: Plan) -> Plan:
        """The plan with a word on what its query's text is looked for in, where nothing but titles is known."""
        wished = any(call.name in LISTS - {"more_like"} and call.arguments.get("text") for call in plan.calls)
        return replace(plan, aside={**plan.aside, "titles_only": True}) if wished and self._titles_only else plan

    def heard(self, raw: str, ledger: Ledger) -> Heard:
        """What was read of a message, before it is planned."""
        return self._opinion.of_roles(self._heard(raw, read_message(raw), self._with_named(ledger)))

    def targets(self, raw: str, ledger: Ledger) -> Targets:
        """What a message may judge, marked, as the model reads it."""
        return targets_of(self._heard(raw, read_message(raw), self._with_named(ledger)), self.catalogue)

    def _with_named(self, ledger: Ledger) -> Ledger:
        """The ledger with the titles that the last reply names, where nothing says which items it was about, and with what it asks about."""
        last = ledger.last
        if last is None or last.named or last.question or last.results or not last.text:
            return ledger
        if last.shown:
            question = self._asked_about(last)
            if len(question) != 1 or len(last.shown) == 1:
                return ledger
            return replace(ledger, turns=(*ledger.turns[:-1], replace(last, question=question)))
        mentions = self.reader.mentions(read_message(last.text))
        found = dict.fromkeys(m.item_ids[-1] for m in mentions if m.item_ids and not m.close)
        named = tuple(i for i in found if i not in last.about)
        return replace(ledger, turns=(*ledger.turns[:-1], replace(last, named=named))) if named else ledger

    def _asked_about(self, last: Turn) -> tuple[str, ...]:
        """The items in the last sentence of a reply that asks and names any."""
        for asked in reversed(sentences(last.text)):
            inside = self.reader.mentions(read_message(asked), familiar=frozenset(last.shown))
            question = tuple(i for i in last.shown if any(i in m.item_ids for m in inside))
            if question and _ASKS_OF.search(asked.lower()):
                return question
        return ()

    def _as(self, act: SpeechAct, heard: Heard) -> Plan:
        """The plan of a message that does this, whatever the rules made of it."""
        remembering = tuple(self._statements.remembering(heard))
        if act == "request":
            asked = self._requests
            made = asked.anchored(heard, None) or asked.follows(heard, None) or asked.fresh(heard)
            plan = replace(made, calls=(*remembering, *made.calls))
        elif act == "ask":
            plan = self._enquiries.of_focus(heard)
        elif act == "state":
            plan = Plan(calls=remembering, aside=heard.aside("state" if remembering or heard.judged else "seen"))
        else:
            talk = "remark" if act == "talk" else "thanks" if "close" in heard.slots.acts else "accept"
            plan = Plan(calls=remembering, aside=heard.aside(talk))
        return self._statements.judging(heard, plan)

    def _heard(self, raw: str, message: Message, ledger: Ledger) -> Heard:
        references = self._pointing(message, ledger)
        slots = self.reader.read(raw, references=tuple(r.mention for r in references), familiar=frozenset(ledger.shown))
        last = slots.mentions[-1] if slots.mentions else None
        if message.ending.startswith("?") and last is not None and last.end == len(message.words):
            asked = {self.reader.catalogue.by_id[i].title for i in last.item_ids}
            if asked and all(title.endswith("?") for title in asked):  # “I've read Whose Body?” asks nothing
                return self._heard(raw.rstrip(" ?"), read_message(raw.rstrip(" ?")), ledger)
        kept = tuple(r for r in references if any((m.start, m.end) == (r.start, r.end) for m in slots.mentions))
        if slots.mentions and slots.text in self.reader.lexicon.work_nouns and " with " not in message.folded:
            slots = replace(slots, text="")  # “frankenstein, the book” says which one is meant
        return Heard(raw, message, slots, kept, ledger)

    def _pointing(self, message: Message, ledger: Ledger) -> tuple[Reference, ...]:
        """The references of a message; a pronoun behind a title or another reference means that one, so it says nothing new."""
        references = self._references.read(message, ledger)
        titles = [m.start for m in self.reader.mentions(message, familiar=frozenset(ledger.shown))]
        named = titles + [r.start for r in references if not r.pronoun]
        return tuple(
            r
            for r in references
            if not (r.pronoun and any(start < r.start for start in named))
            and not (r.said.lower() in _THEM and any(start < r.start for start in titles))  # “A and B, I loved them”
        )

    def _plan(self, heard: Heard) -> Plan:
        if (
            not heard.ledger.shown
            and heard.ledger.in_focus is None
            and (self._references.points(heard.message) or _LIKE_IT.search(heard.folded))
            and not heard.slots.filters
            and not heard.slots.mentions
        ):
            return Plan(aside=heard.aside("nothing_shown"))
        rejected = self._statements.rejects(heard)
        if rejected is not None:
            return rejected
        rule = self.intents.rule(heard.folded)
        bare = not heard.slots.mentions
        if rule in _TALK and bare:
            return self._enquiries.talk(heard, rule or "help")
        if bare and not heard.slots.rest and heard.slots.acts and {*heard.slots.acts} <= {"greeting", "close"}:
            return self._enquiries.answered(heard)
        if rule in {"yes", "no"} and bare and heard.slots.empty:
            wants_others = rule == "no" and heard.ledger.standing is not None
            return self._requests.again(heard) if wants_others else self._enquiries.talk(heard, rule or "yes")
        attempts = (
            self._requests.by_same,
            self._requests.beyond,
            self._enquiries.namesakes,
            self._memory.asks,
            self._rated,
            self._statements.forgets,
            self._why_nots.asks,
            self._enquiries.of_lives,
            self._asks_beside,
            self._statements.which,
            self._statements.judges,
            self._why_nots.whys,
            self._enquiries.courteous,
            self._enquiries.asks,
            self._enquiries.finds,
            self._statements.states,
            self._requests.anchored,
            self._requests.follows,
            self._enquiries.small_talk,
        )
        for attempt in attempts:
            plan = attempt(heard, rule)
            if plan is not None:
                return plan
        return self._requests.fresh(heard)

    def _rated(self, heard: Heard, rule: str | None) -> Plan | None:
        return rates(heard, self._names)

    def _only_points(self, heard: Heard, end: int) -> bool:
        """Whether the words before a place only name an item."""
        named = {p for m in heard.slots.mentions for p in range(m.start, m.end)}
        return end > 0 and all(p in named for p in range(end))

    def _asks_beside(self, heard: Heard, rule: str | None) -> Plan | None:
        """A question about an item beside other sentences (“I loved the first one. What is the second about?”): both are answered."""
        if rule == "why" or REQUEST.search(heard.slots.rest):
            return None
        for start, end in questions(heard.message):
            raw = heard.message.text(start, end) + "?"
            before = {i for m in heard.slots.mentions if m.end <= start for i in m.item_ids}
            # “The third one, what is it about?” is one question, and so is “the second one sounds nice, how long is it?”
            if len(before) == 1:
                raw = _IT.sub(f"“{self.reader.catalogue.by_id[before.pop()].title}”", raw, count=1)
            elif self._only_points(heard, start):
                continue
            part = self._heard(raw, read_message(raw), heard.ledger)
            asked = None if part.slots.acts else self._enquiries.asks(part, self.intents.rule(part.folded))
            if asked is not None:
                return Plan(calls=(*self._statements.remembering(heard), *asked.calls), aside=asked.aside)
        return None


def _of_these(message: Message) -> str:
    """What is asked for of all that were shown: “funny” of “which of these is funny?” and of “the funniest of these”; "" for another message."""
    patterns = (_WHICH_OF_THESE, _MOST_OF_THESE, _MOST_OF_ALL)
    found = next(filter(None, (pattern.match(message.folded) for pattern in patterns)), None)
    if found is None or (found.re is _MOST_OF_THESE and found["next"] and "?" not in message.ending):
        return ""
    said = found.groupdict()
    return said["what"] or comparative_base(said.get("most") or said.get("next") or said["of"])
