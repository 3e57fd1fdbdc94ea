"""Questions: about an item, about the reasons, about a title, about the collection and about the person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.planner.courtesies import Act, chats, wishes, wishes_clearly
from agent.planner.heard import REQUEST, Heard, Names
from agent.planner.intents import SURE, TALK, IntentReader
from agent.planner.lexicon import Topic, plain_name
from agent.planner.plan_types import Plan
from agent.planner.questions import POINTS, TELLS_ON, Aspect, aspect_of, checked
from agent.planner.requests import Requests
from agent.planner.slots import SlotReader
from agent.planner.standing import call
from agent.planner.statements import Statements
from agent.planner.titles import TitleMention
from agent.planner.why_not_requests import asks_why_not
from agent.planner.words import LEAD, singular, word_set
from agent.reference_words import SUPERLATIVES
from retrieval.titles import fold, title_forms

_FIND = re.compile(
    r"\b(?:do you (?:have|know|carry|sell)|have you (?:got|heard of)|is there (?:a"
    r" |an |any )?(?:film|movie|book|piece|novel|song)? ?(?:called|named|titled)"
    r"|(?<!hes )(?<!shes )(?<!has )(?<!they have )got|find|search for|look up|look for|search|is .* (?:here|available|in (?:the"
    r"|your)))\b"
)
_FIND_REST = re.compile(
    rf"^{LEAD}(?:do you (?:have|know|carry|sell|stock)|have you"
    r" (?:got|heard of)|is there|find|search for|look up|you got|got)(?: (?:a|an"
    r"|the|any))?(?: (?:film|movie|book|piece|novel|song|item|product))?(?: (?:called"
    r"|named|titled))? (?P<rest>.+)$"
)
_NOT_A_TITLE = word_set(
    "anything something any some about with for from films film books book movies movie music more like good by "
    "one ones else that which under similar of"
)
_VERSION = re.compile(
    rf"^{LEAD}(?:is there|are there|do you have|have you got|you got|got|any chance of) (?:an? |the |any )?\w+"
    r" (?:version |adaptation )?(?:of|from|based on|after|about) "
)
_NEVER_AGAIN = re.compile(r"\b(?:never|dont|not) (?:want|wish|need|care) to \w+ .* again$")
_HOW_MANY = re.compile(rf"^{LEAD}how many (?P<what>.+?) (?:do you (?:have|carry|know)|have you(?: got)?|are there)\b")
_SAVES = re.compile(
    r"\b(?:save|keep|bookmark|note|put|add)\b.*\b(?:for (?:later|another (?:day|time))|(?:to|on) (?:my|the|a)(?: \w+)? list|aside|down)\b"
)
_TELL_MORE = re.compile(
    r"\b(?:tell me|say|give me|show me) (?:a (?:bit|little) )?more(?: about (?:it|that|this)(?: one)?)?(?: please)?$"
)
_SAID_OF = word_set("like dislike seen hide forget anchor")
_POINTING = word_set("it these those them one ones thing things everything stuff nothing series show shows trailer")
_OF_ACT: tuple[tuple[Act, str], ...] = (
    ("seen", "seen"),
    ("accept", "accept"),
    ("close", "thanks"),
    ("unseen", "unseen"),
    ("greeting", "greeting"),
    ("remark", "remark"),
)
_SUPERLATIVE = re.compile(rf"\b(?:which|whats?).*\b(?:{'|'.join(SUPERLATIVES)})\b")
_WANTS_LIST = re.compile(
    r"\b(?:recommend|suggest|something|anything|similar|like (?:it|that|this)|more by|else|any (?:others?|more))\b"
)
_PLAYS = re.compile(rf"^{LEAD}(?:(?:can|could|would) you )?(?:please )?(?:play|let me (?:hear|listen to)|start)\b")
_SAID_FOR: dict[Topic, frozenset[str]] = {
    "people": word_set("creator author director composer artist"),
    "year": word_set("year decade date"),
    "kind": word_set("kind type category sort"),
    "country": word_set("country"),
    "genre": word_set("genre style"),
    "mood": word_set("mood"),
}
_OF_A_LIFE = re.compile(
    rf"^{LEAD}(?:(?:when|where|how) (?:was|were|is|did|does) (?P<who>.+?) (?:born|die|died|live|grow up)"
    r"|(?:is|are|was|were) (?P<alive>.+?) (?:still )?(?:alive|dead|married)(?: now)?|how old (?:is|was|were) (?P<old>.+?))$"
)
_SOMEBODY = word_set("he she they")
_SPEAKERS = word_set(
    "i im ive ill id me my you youre youve your we were us our it its that thats this they he she hes shes"
)


@dataclass(frozen=True)
class Enquiries:
    """Plans answers to questions."""

    reader: SlotReader
    intents: IntentReader
    names: Names
    requests: Requests
    statements: Statements

    def talk(self, heard: Heard, intent: str) -> Plan:
        if intent == "facets":
            named = [
                a.name
                for a in self.reader.lexicon.schema.attributes
                if any(self._speaks_of(a.name, w.folded) for w in heard.message.words)
            ]
            counted = re.search(r"how many|how big", heard.folded) is not None
            filters, many = heard.slots.filters, _HOW_MANY.match(heard.folded)
            if many and not filters:  # “comedies do you have” is no kind of comedy
                filters = self.reader.read(many["what"]).filters
            conditions = [c.argument for c in filters]
            return Plan(
                calls=(call("facets"),),
                aside=heard.aside("facets", attributes=named, counted=counted, filters=conditions),
            )
        if intent == "taste":
            return Plan(calls=(call("taste"),), aside=heard.aside("taste"))
        return Plan(aside=heard.aside(intent))

    def courteous(self, heard: Heard, rule: str | None) -> Plan | None:
        """What is only thanks, a greeting, “I'll watch it” or a remark is answered in words; the weightiest of several counts."""
        slots = heard.slots
        if slots.empty and _NEVER_AGAIN.search(heard.folded):
            return Plan(aside=heard.aside("remark"))
        last = heard.ledger.last
        if (
            heard.targets
            and TELLS_ON.fullmatch(heard.folded)
            and last is not None
            and last.aside.get("intent") == "details"
        ):
            return self._about(heard, heard.targets, Aspect(kind="all"))
        works = any(word in self.reader.lexicon.work_nouns - _POINTING for word in slots.rest.split())
        asks = heard.message.ending.startswith("?") and bool(slots.text or slots.rest)
        if not slots.only_text or asks or (works and slots.text) or (rule == "why" and slots.mentions):
            return None
        strong = bool({"accept", "close", "unseen", "seen"} & set(slots.acts))
        names = any(word in self.reader.titles.title_words for word in fold(slots.text).split())
        if heard.slots.mentions and _TELL_MORE.search(slots.rest):  # “the second one looks nice, tell me more”
            return self._about(heard, heard.targets, Aspect(kind="all"))
        if strong and not wishes_clearly(slots.rest) and (not names or chats(slots.rest)):
            return self.answered(heard)
        if slots.acts and slots.empty and not REQUEST.search(slots.rest) and not wishes(slots.rest):
            return self.answered(heard)
        speaks = any(
            word.folded in _SPEAKERS for word in heard.message.words
        )  # without one it may quote what is looked for
        if speaks and slots.text and chats(slots.rest) and not wishes(slots.rest) and len(heard.message.words) > 2:
            return Plan(aside=heard.aside("remark"))
        return None

    def answered(self, heard: Heard) -> Plan:
        """The answer to what was said besides: to the weightiest of several courtesies."""
        intent = next(intent for act, intent in _OF_ACT if act in heard.slots.acts)
        about = list(heard.targets) if intent == "accept" and heard.slots.mentions else []
        saves = intent == "accept" and bool(_SAVES.search(heard.folded))
        return Plan(aside=heard.aside(intent, about=about, saves=saves or None))

    def small_talk(self, heard: Heard, rule: str | None) -> Plan | None:
        """What is neither a request nor about an item: decided by the nearest utterances, and only where those are near."""
        slots = heard.slots
        if slots.filters or slots.prefer or slots.avoid or slots.changes or slots.mentions or slots.unknown or slots.k:
            return None
        if rule == "recommend":
            return None
        intent, likeness = self.intents.nearest(slots.masked)
        works = any(w.folded in self.reader.lexicon.work_nouns for w in heard.message.words)
        if likeness < SURE:
            asks = slots.text or works or REQUEST.search(slots.rest)
            return None if asks else Plan(aside=heard.aside("unclear"))
        wished = intent == "greeting" and REQUEST.search(heard.folded)  # “something for this evening”
        if intent in TALK | {"facets", "taste"} and not wished and not (works and intent == "out_of_scope"):
            return self.talk(heard, intent)
        if intent in {"yes", "no", "forget", "why", "details"} and not slots.text:
            return Plan(aside=heard.aside("unclear"))
        return None

    def _speaks_of(self, name: str, word: str) -> bool:
        topic = self.reader.lexicon.topics[name]
        return singular(word) in {singular(plain_name(name)), *_SAID_FOR.get(topic, ())}

    def asks(self, heard: Heard, rule: str | None) -> Plan | None:
        if _PLAYS.match(heard.folded) and heard.slots.mentions and not heard.slots.text:
            return self._about(heard, heard.targets, Aspect(kind="all"))
        spans = tuple((m.start, m.end) for m in heard.slots.mentions)
        pointed = {(r.start, r.end) for r in heard.references}
        titles = tuple(span for span in spans if span not in pointed)
        said_of = not _SAID_OF.isdisjoint(heard.slots.roles)
        if said_of and not heard.message.ending.startswith("?"):
            return None
        if _FIND.search(heard.folded) and heard.slots.mentions:
            return None
        asked = aspect_of(heard.message, self.reader.lexicon, spans, titles)
        aspect = (self._last_aspect(heard) or Aspect(kind="all")) if heard.asks_on else asked
        if aspect is None or self._wants_list(heard):
            return None
        if heard.slots.mentions:
            return self._about(heard, heard.targets, aspect)
        focus = heard.ledger.in_focus
        points = bool(POINTS.match(heard.folded))
        if focus is None and points and heard.message.ending.startswith("?") and not heard.slots.filters:
            return Plan(aside=heard.aside("nothing_shown"))
        if focus is None or (aspect.kind in {"passage", "value"} and not points):
            return None
        short = aspect.kind == "all" and len(heard.message.words) <= 4
        other = not points and (
            heard.slots.filters
            or heard.slots.prefer
            or len(heard.message.words) > 7
            or (not short and self.intents.nearest(heard.slots.masked)[0] not in {"details", "why", "find"})
        )
        return None if other else self._about(heard, (focus,), aspect)

    def of_lives(self, heard: Heard, rule: str | None) -> Plan | None:
        """“When was he born?”, “is Jane Austen still alive?”: only what people made is known here, and that is listed where they are named."""
        asked = _OF_A_LIFE.match(heard.folded)
        if asked is None:
            return None
        who = next(filter(None, asked.groups()))
        if who in _SOMEBODY:
            return Plan(aside=heard.aside("lives"))
        named = self.reader.read(who).filters
        if {self.reader.lexicon.topics[c.attribute] for c in named} != {"people"}:
            return None
        made = call("recommend", filters=[c.argument for c in named])
        return Plan(calls=(made,), aside=heard.aside("lives"))

    def of_listed(self, heard: Heard) -> Plan:
        """Which of those shown last are, or have, what the message says."""
        asked = checked([w.folded for w in heard.message.words], self.reader.lexicon)
        return self._about(heard, heard.ledger.listed, asked)

    def of_focus(self, heard: Heard) -> Plan:
        """A question whose aspect the rules do not know: all that is known of what it is about."""
        spans = tuple((m.start, m.end) for m in heard.slots.mentions)
        targets = heard.targets
        if not targets:
            return Plan(aside=heard.aside("nothing_shown"))
        return self._about(heard, targets, aspect_of(heard.message, self.reader.lexicon, spans) or Aspect(kind="all"))

    def namesakes(self, heard: Heard, rule: str | None) -> Plan | None:
        """“The book” after an item was spoken of: that of its name and that kind. “Is there a film of it?”: looked for by its title."""
        slots, focus, last = heard.slots, heard.ledger.in_focus, heard.ledger.last
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        asked = [c.argument for c in slots.filters if c.attribute in kinds]
        if len(asked) != 1 or len(slots.filters) != 1 or slots.prefer or slots.changes:
            return None
        if _VERSION.match(heard.folded) and slots.mentions and heard.targets:
            title = self.reader.catalogue.by_id[heard.targets[0]].title
            made = call("recommend", text=title, filters=asked, exclude=[self.names.name(heard.targets[0])])
            return Plan(calls=(made,), aside=heard.aside("recommend"))
        spoken_of = last is not None and last.aside.get("intent") in {"details", "find", "which"}
        if focus is None or not spoken_of or slots.text or slots.mentions or heard.message.at(0) in {"a", "an"}:
            return None
        forms = set(title_forms(self.reader.catalogue.by_id[focus].title))
        fitting = self.reader.fitting([c for c in slots.filters if c.attribute in kinds])
        named = [i.item_id for i in fitting if forms & set(title_forms(i.title))]
        return self._about(heard, named, Aspect(kind="all")) if named else None

    def _last_aspect(self, heard: Heard) -> Aspect | None:
        last = heard.ledger.last
        given = last.aside.get("aspect") if last else None
        if not isinstance(given, Mapping):
            return None
        return Aspect(
            kind=str(given["kind"]),
            attributes=tuple(given["attributes"]),
            words=tuple(given["words"]),
            value=str(given["value"]),
        )

    def _wants_list(self, heard: Heard) -> bool:
        return "anchor" in heard.slots.roles or bool(_WANTS_LIST.search(heard.folded))

    def _about(self, heard: Heard, targets: Sequence[str], aspect: Aspect) -> Plan:
        most = 8 if aspect.kind in {"passage", "value"} else 4
        calls = tuple(call("item_details", title=self.names.name(i)) for i in targets[:most])
        superlative = bool(_SUPERLATIVE.search(heard.folded))
        return Plan(calls=calls, aside=heard.aside("details", aspect=aspect.plain, superlative=superlative or None))

    def finds(self, heard: Heard, rule: str | None) -> Plan | None:
        """What is looked for by its title, or named and nothing else; several that are only named are liked."""
        slots, sought = heard.slots, bool(_FIND.search(heard.folded))
        mentions = slots.said("topic")
        if not mentions:
            return None if slots.mentions else self._finds_untold(heard)
        pronouns = {r.start for r in heard.references if r.pronoun}
        if sought and slots.text and all(m.start in pronouns for m in mentions):
            return self._about(heard, heard.targets, Aspect(kind="passage", words=tuple(fold(slots.text).split())))
        if sought:
            named = [m.said if len(m.item_ids) > 1 else self.names.name(m.item_ids[0]) for m in mentions if m.item_ids]
            filters = [c.argument for c in slots.filters]
            calls = tuple(call("find_item", title=title) for title in named)
            return Plan(calls=calls, aside=heard.aside("find", filters=filters))
        beside = len(heard.message.words) - sum(m.end - m.start for m in slots.mentions)
        if beside > 2 or slots.text or slots.filters or slots.changes:
            return None
        if len(mentions) == 1:
            return self._about(heard, heard.targets, Aspect(kind="all"))
        liked = self.requests.recommending(heard, liked=self.names.of(mentions))
        return Plan(calls=(liked,), aside=heard.aside("recommend"))

    def _finds_untold(self, heard: Heard) -> Plan | None:
        """“Do you have Casablanca?”, where no such title is known: it is looked for, and by its words."""
        found = _FIND_REST.match(heard.folded)
        if found is None or heard.slots.filters or heard.slots.prefer or heard.slots.changes:
            return None
        rest = found["rest"]
        words = rest.split()
        if len(words) > 4 or set(words) & _NOT_A_TITLE or (len(words) == 1 and rest.endswith("s")):
            return None
        raw = heard.raw.rstrip(" ?!.")
        said = raw[-len(rest) :] if raw.casefold().endswith(rest) else rest
        calls = (call("find_item", title=said), self.requests.recommending(heard, text=rest))
        return Plan(calls=calls, aside=heard.aside("absent", said=said, roles=["topic"], original=heard.raw))

    def unclear(self, heard: Heard) -> Plan | None:
        """Two close readings of a reference or a title: ask. A list that is not so long: say so. A title that is not here: look for it."""
        for reference in heard.references:
            if reference.close:
                return Plan(aside=self._asking(heard, reference.close, reference.said))
            if reference.missing:
                return Plan(aside=heard.aside("not_described", said=reference.missing))
            if reference.beyond:
                return Plan(aside=heard.aside("beyond", n=reference.beyond, shown=len(heard.ledger.listed)))
        pointed = {r.start for r in heard.references}
        for mention, role in zip(heard.slots.mentions, heard.slots.roles, strict=True):
            several = len(mention.item_ids) > 1 and not (mention.close or mention.series or mention.start in pointed)
            if several and not _FIND.search(heard.folded):
                calls = tuple(self.statements.remembering(heard, but=mention))
                return Plan(calls=calls, aside=self._asking(heard, mention.item_ids[:4], mention.said, roles=[role]))
        unknown = [m for m in heard.slots.mentions if m.close or not m.item_ids]
        return self._absent(heard, unknown) if unknown else None

    def _asking(self, heard: Heard, item_ids: Sequence[str], said: str, **more: object) -> dict[str, Any]:
        offer = list(item_ids)
        return heard.aside("which", offer=offer, said=said, original=heard.raw, about=offer, **more)

    def _absent(self, heard: Heard, unknown: list[TitleMention]) -> Plan:
        """A title that is not here is looked for, never swapped; what else was said is still done."""
        slots, first = heard.slots, unknown[0]
        offer = list(first.item_ids[:3])
        calls = [call("find_item", title=m.said) for m in unknown[:3]] + self.statements.remembering(heard)
        known = [m for m in slots.mentions if not m.close and m.item_ids]
        asks = bool(REQUEST.search(slots.rest))
        wants = asks or slots.text or slots.filters or slots.prefer or known or "anchor" in slots.roles
        about_it = aspect_of(heard.message, self.reader.lexicon, ()) is not None and not asks
        if wants and not offer and not about_it and not asks_why_not(heard):
            text = " ".join([*(m.said for m in slots.said("anchor") if m in unknown), slots.text]).strip()
            liked = self.names.of([m for m in slots.said("like", "anchor") if m in known])
            calls.append(self.requests.recommending(heard, text=text, liked=liked))
        roles = [slots.roles[slots.mentions.index(m)] for m in unknown[:3]]
        aside = heard.aside("absent", offer=offer, said=first.said, original=heard.raw, roles=roles)
        return Plan(calls=tuple(calls), aside=aside)
