"""Message, ledger and catalogue -> tool calls with plain JSON arguments, and an aside that says what was understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.ledger import Ledger
from agent.planner.intents import SURE, IntentReader
from agent.planner.questions import Aspect, aspect_of
from agent.planner.slots import SlotReader, Slots
from agent.planner.standing import Standing, call
from agent.planner.titles import TitleMention
from agent.planner.words import Message, read_message
from agent.references import Reference, ReferenceReader
from retrieval.catalogue import Catalogue
from vouch.types import ToolCall

_REQUEST = re.compile(
    r"\b(?:recommend\w*|suggest\w*|something|anything|similar|looking for|what (?:else|next|now|should|could|can|would)|show me|find me|give me|any ideas?|more like|want|need|in the mood|got any|what do you have|another|help me (?:find|pick|choose))\b"
)
_FOLLOWS = re.compile(
    r"^(?:(?:ok|okay|hm+|well|yes|yeah|no|nah|thanks|great|cool|please|and|sorry|actually|oh|ah|nice) )*(?:but|only|just|instead|rather|what about|how about|make it|make them|more\b(?! like)|another|others?|any others?|anything else|something else|something different"
    r"|different|less|without|from|under|in|by|with|no|not|nothing|except|then|also|even|too|ones?|show me (?:more|others?|another|something else)|give me (?:more|others?|another|a few more)|next|go on|keep going|try again|same|preferably|maybe|this time|that are|which|who|as long as|over|at most|at least|before|after|since|cheaper|older|newer|shorter|longer|again|(?:i|id|i d) (?:would )?(?:prefer|rather)|can (?:it|they|you make)|could (?:it|you make)|(?:it|they) (?:should|must|has to|have to|can)|do you have (?:any )?(?:others?|more|it|them|a \w+er)|is there (?:anything|something) (?:else|\w+er)|something (?:more|less|\w+er|not)|any(?:thing)? (?:more|less|\w+er)|a (?:bit|little) (?:more|less|\w+er)|got any (?:more|others?))\b"
)
_FOLLOWS_INSIDE = re.compile(
    r"\b(?:instead|this time|else|other ones|different ones?|more of (?:those|these|the same|them)|other suggestions|another one|others|again|ones)\b"
)
_AGAIN = re.compile(
    r"\b(?:another|others?|else|different|more(?! (?:like|than|recent|modern|expensive|affordable|\w+$)| \w+ (?:please|ones?|and|but)| \w+,)|next|go on|keep going|try again|again)\b|^(?:show me |give me |any )?more(?: please| of (?:those|these|them|the same)| ones| suggestions| results)?$|^(?:some |a few |\w+ )?more$|not (?:that|those|these|this|them)|none of|dont like (?:any|these|those|them)|already (?:seen|know|read) (?:them|these|those|all)"
)
_FIND = re.compile(
    r"\b(?:do you (?:have|know|carry|sell)|have you (?:got|heard of)|is there (?:a |an |any )?(?:film|movie|book|piece|novel|song)? ?(?:called|named|titled)|got|find|search for|look up|look for|search|is .* (?:here|available|in (?:the|your)))\b"
)
_FIND_REST = re.compile(
    r"^(?:hi |hey |ok |so |and )*(?:do you (?:have|know|carry|sell|stock)|have you (?:got|heard of)|is there|find|search for|look up|you got|got)(?: (?:a|an|the|any))?(?: (?:film|movie|book|piece|novel|song|item|product))?(?: (?:called|named|titled))? (?P<rest>.+)$"
)
_NOT_A_TITLE = frozenset(
    ["anything", "something", "any", "some", "about", "with", "for", "from", "films", "film", "books", "book", "movies", "movie", "music", "more", "like", "good", "by", "one", "ones", "else", "that", "which", "under", "similar", "of"]
)
_SAID_OF = {"like": "like", "dislike": "dislike", "seen": "seen", "hide": "hide", "forget": "forget"}
_TALK = frozenset({"greeting", "thanks", "help", "out_of_scope"})
_SUPERLATIVE = re.compile(
    r"\b(?:which|whats|what is|what).*\b(?:shortest|longest|oldest|earliest|newest|latest|most recent|cheapest|least expensive|most expensive|priciest)\b"
)
_SAME_PERSON = re.compile(
    r"\b(?:(?:by|from) (?:him|her|them|the same (?:\w+))|(?:his|her) other|same (?:director|author|composer|artist|writer|creator|brand|maker))\b"
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`calls` in order; `aside` is plain JSON: the intent, and what the words should speak of. No calls: the aside is answered in words."""

    calls: tuple[ToolCall, ...] = ()
    aside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Heard:
    """One message with all that was read from it."""

    raw: str
    message: Message
    slots: Slots
    references: tuple[Reference, ...]
    ledger: Ledger

    @property
    def folded(self) -> str:
        return self.message.folded

    def aside(self, intent: str, **more: object) -> dict[str, Any]:
        unknown = {"unknown": list(self.slots.unknown)} if self.slots.unknown else {}
        return (
            {"intent": intent}
            | unknown
            | {key: value for key, value in more.items() if value not in (None, "", [], ())}
        )


class Planner:
    """Plans one message at a time; holds nothing between messages."""

    def __init__(self, catalogue: Catalogue, intents: IntentReader) -> None:
        self.catalogue = catalogue
        self.intents = intents
        self.reader = SlotReader(catalogue)
        self.references = ReferenceReader(catalogue, self.reader.lexicon)
        self._standing = Standing(self.reader)

    def plan(self, raw: str, ledger: Ledger) -> Plan:
        """The tool calls for a message after what the ledger holds."""
        message = read_message(raw)
        if not message.words:
            return Plan(aside={"intent": "help"})
        settled = self._settled(raw, message, ledger)
        if settled is not None:
            return self.plan(settled, Ledger(turns=ledger.turns[:-1]))
        references = self.references.read(message, ledger)
        slots = self.reader.read(raw, references=tuple(r.mention for r in references))
        kept = tuple(r for r in references if any(m.start == r.start and m.end == r.end for m in slots.mentions))
        heard = _Heard(raw, message, slots, kept, ledger)
        return self._unclear(heard) or self._plan(heard)

    def _plan(self, heard: _Heard) -> Plan:
        rule = self.intents.rule(heard.folded)
        bare = not heard.slots.mentions
        if rule in {"greeting", "thanks", "help", "taste", "facets"} and bare:
            return self._talk(heard, rule or "help")
        if rule in {"yes", "no"} and bare:
            return self._again(heard) if rule == "no" and heard.ledger.standing else self._talk(heard, rule or "yes")
        for attempt in (
            self._forgets,
            self._whys,
            self._asks,
            self._finds,
            self._states,
            self._anchored,
            self._by_same,
            self._follows,
        ):
            plan = attempt(heard, rule)
            if plan is not None:
                return plan
        return self._fresh(heard)

    # what a message settles of the question before

    def _settled(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """The message before, with its unclear words replaced by the title that this message chooses; None where it chooses none."""
        last = ledger.last
        offers: Sequence[str] = last.aside.get("offer", ()) if last else ()
        if last is None or not offers:
            return None
        chosen = self._chosen(message, offers)
        original, said = last.aside.get("original", last.said), last.aside.get("said", "")
        if chosen is None or not said or said not in original:
            return None
        return str(original).replace(said, f"“{self.name(chosen)}”", 1)

    def _chosen(self, message: Message, offers: Sequence[str]) -> str | None:
        text = message.folded
        if self.intents.rule(text) == "yes" or re.match(r"^(?:yes|yeah|yep|right|exactly|correct|sure)\b", text):
            named = self._named(message, offers)
            return named or (offers[0] if len(offers) == 1 else None)
        ordinal = re.match(
            r"^(?:the |i mean the |i meant the |no the )?(first|second|third|last|latter|former)(?: one)?(?: please)?$",
            text,
        )
        if ordinal:
            place = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}[ordinal[1]]
            return offers[place] if place < len(offers) else None
        return self._named(message, offers) if len(message.words) <= 8 else None

    def _named(self, message: Message, offers: Sequence[str]) -> str | None:
        for mention in self.reader.titles.read(message):
            for item_id in mention.item_ids:
                if item_id in offers:
                    return item_id
        years = [w.folded for w in message.words if re.fullmatch(r"\d{4}", w.folded)]
        fitting = [
            i
            for i in offers
            if any(
                str(int(v)) in years for v in self.catalogue.by_id[i].attributes.values() if isinstance(v, float | int)
            )
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _unclear(self, heard: _Heard) -> Plan | None:
        """Two close readings of a reference or a title: ask. A list that is not so long: say so. A title that is not here: look for it."""
        for reference in heard.references:
            if reference.close:
                offer = list(reference.close)
                return Plan(
                    aside=heard.aside("which", offer=offer, said=reference.said, original=heard.raw, about=offer)
                )
            if reference.beyond:
                return Plan(aside=heard.aside("beyond", n=reference.beyond, shown=len(heard.ledger.listed)))
        for mention in heard.slots.mentions:
            if (
                len(mention.item_ids) > 1
                and not mention.close
                and mention.said
                and not self._whole_list(mention, heard)
            ):
                offer = list(mention.item_ids[:4])
                return Plan(aside=heard.aside("which", offer=offer, said=mention.said, original=heard.raw, about=offer))
        unknown = [m for m in heard.slots.mentions if m.close or not m.item_ids]
        return self._absent(heard, unknown) if unknown else None

    def _whole_list(self, mention: TitleMention, heard: _Heard) -> bool:
        return any(r.start == mention.start for r in heard.references)

    def _absent(self, heard: _Heard, unknown: list[TitleMention]) -> Plan:
        """A title that is not here is looked for, never swapped; what else was said is still done."""
        first = unknown[0]
        offer = list(first.item_ids[:3])
        calls = [call("find_item", title=m.said) for m in unknown[:3]]
        known = [m for m in heard.slots.mentions if not m.close and m.item_ids]
        calls += self._remembering(heard)
        wants = bool(
            _REQUEST.search(heard.folded)
            or heard.slots.text
            or heard.slots.filters
            or heard.slots.prefer
            or known
            or "anchor" in heard.slots.roles
        )
        asked_about = aspect_of(heard.message, self.reader.lexicon, ()) is not None and not _REQUEST.search(
            heard.folded
        )
        if wants and not asked_about and not offer:
            by_words = [
                m.said
                for m, role in zip(heard.slots.mentions, heard.slots.roles, strict=True)
                if m in unknown and role == "anchor"
            ]
            text = " ".join([*by_words, heard.slots.text]).strip()
            calls.append(
                self._recommending(
                    heard, text=text, liked=self._names([m for m in known if m in heard.slots.said("like", "anchor")])
                )
            )
        return Plan(
            calls=tuple(calls),
            aside=heard.aside(
                "absent",
                offer=offer,
                said=first.said,
                original=heard.raw,
                roles=[heard.slots.roles[heard.slots.mentions.index(m)] for m in unknown[:3]],
            ),
        )

    # one attempt an intent

    def _talk(self, heard: _Heard, intent: str) -> Plan:
        if intent == "facets":
            named = [
                a.name
                for a in self.reader.lexicon.schema.attributes
                if any(self._speaks_of(a.name, w.folded) for w in heard.message.words)
            ]
            counted = re.search(r"how many|how big", heard.folded) is not None
            conditions = [c.argument for c in heard.slots.filters]
            return Plan(
                calls=(call("facets"),),
                aside=heard.aside("facets", attributes=named, counted=counted, filters=conditions),
            )
        if intent == "taste":
            return Plan(
                calls=(ToolCall(name="remember", arguments={"kind": "seen", "titles": []}),), aside=heard.aside("taste")
            )
        return Plan(aside=heard.aside(intent))

    def _speaks_of(self, name: str, word: str) -> bool:
        from agent.planner.lexicon import plain_name
        from agent.planner.words import singular

        topic = self.reader.lexicon.topics[name]
        also = {
            "people": {"creator", "author", "director", "composer", "artist"},
            "year": {"year", "decade", "date"},
            "kind": {"kind", "type", "category", "sort"},
            "country": {"country"},
            "genre": {"genre", "style"},
            "mood": {"mood"},
        }
        return singular(word) in {singular(plain_name(name)), *also.get(topic, set())}

    def _forgets(self, heard: _Heard, rule: str | None) -> Plan | None:
        standing = heard.ledger.standing
        if standing is not None and not heard.slots.mentions and not heard.slots.filters:
            names = self._standing.forgotten(heard.folded, standing)
            if names:
                return Plan(
                    calls=(self._standing.dropped(standing, names),), aside=heard.aside("refine", dropped=list(names))
                )
        forgotten = heard.slots.said("forget")
        if rule != "forget" and not forgotten:
            return None
        if re.search(
            r"\b(?:everything|all|my (?:likes|taste|history|profile)|about me|reset|start over)\b", heard.folded
        ):
            titles = [self.name(i) for i in self._all_taken(heard.ledger)]
        elif (
            forgotten
            and heard.slots.mentions
            and not re.match(r"^(?:\w+ )?(?:forget|take back|i take back) (?:that|it)(?: i said)?$|^undo", heard.folded)
        ):
            titles = self._names(forgotten)
        else:
            titles = [self.name(i) for i in self._last_taken(heard.ledger)]
        return Plan(
            calls=(call("remember", kind="forget", titles=titles),) if titles else (), aside=heard.aside("forget")
        )

    def _last_taken(self, ledger: Ledger) -> tuple[str, ...]:
        for turn in reversed(ledger.turns):
            done = [
                r["remembered"] for r in turn.results if r.get("kind") == "remembered" and r["remembered"]["item_ids"]
            ]
            if done and done[-1]["kind"] != "forget":
                return tuple(i for row in done for i in row["item_ids"])
        return ()

    def _all_taken(self, ledger: Ledger) -> tuple[str, ...]:
        latest = [r["remembered"] for turn in ledger.turns for r in turn.results if r.get("kind") == "remembered"]
        titles = [t for row in latest[-1:] for t in (*row["liked_titles"], *row["disliked_titles"])]
        known = [item.item_id for title in titles for item in self.catalogue.find(title)]
        return tuple(dict.fromkeys((*ledger.taken, *known)))

    def _whys(self, heard: _Heard, rule: str | None) -> Plan | None:
        if rule != "why":
            return None
        targets = self._targets(heard)
        if not targets:
            return Plan(aside=heard.aside("why"))
        standing = heard.ledger.standing
        text = str(standing.arguments.get("text", "")) if standing else ""
        calls = tuple(call("explain", title=self.name(i), text=text) for i in targets[:3])
        absent = bool(re.search(r"\bwhy (?:not|isnt|arent|wasnt|didnt you|dont you|is .* not)\b", heard.folded))
        return Plan(calls=calls, aside=heard.aside("why", why_not=absent))

    def _asks(self, heard: _Heard, rule: str | None) -> Plan | None:
        spans = tuple((m.start, m.end) for m in heard.slots.mentions)
        if any(
            role in _SAID_OF or role == "anchor" for role in heard.slots.roles
        ) and not heard.message.ending.startswith("?"):
            return None
        if _FIND.search(heard.folded) and heard.slots.mentions:
            return None
        aspect = aspect_of(heard.message, self.reader.lexicon, spans)
        if aspect is None or self._wants_list(heard):
            return None
        if heard.slots.mentions:
            return self._about(heard, self._targets(heard), aspect)
        focus = heard.ledger.in_focus
        if (
            focus is None
            or aspect.kind in {"passage", "value"}
            or (aspect.kind == "fact" and not aspect.attributes and not aspect.words)
        ):
            return None
        other = (
            heard.slots.filters
            or heard.slots.prefer
            or len(heard.message.words) > 7
            or self.intents.nearest(heard.slots.masked)[0] not in {"details", "why", "find"}
        )
        return None if other else self._about(heard, (focus,), aspect)

    def _wants_list(self, heard: _Heard) -> bool:
        return bool(
            re.search(
                r"\b(?:recommend|suggest|something|anything|similar|like (?:it|that|this)|more by|else)\b", heard.folded
            )
        ) or any(role == "anchor" for role in heard.slots.roles)

    def _about(self, heard: _Heard, targets: Sequence[str], aspect: Aspect) -> Plan:
        calls = tuple(call("item_details", title=self.name(i)) for i in targets[:4])
        superlative = bool(_SUPERLATIVE.search(heard.folded))
        return Plan(calls=calls, aside=heard.aside("details", aspect=aspect.plain, superlative=superlative or None))

    def _finds(self, heard: _Heard, rule: str | None) -> Plan | None:
        mentions = heard.slots.said("topic")
        rest = not heard.slots.text and not heard.slots.filters and not heard.slots.changes
        if mentions and (_FIND.search(heard.folded) or (rest and self._alone(heard))):
            if len(mentions) > 1 and not _FIND.search(heard.folded):
                return Plan(
                    calls=(self._recommending(heard, liked=self._names(mentions)),), aside=heard.aside("recommend")
                )
            if _FIND.search(heard.folded):
                return Plan(
                    calls=tuple(call("find_item", title=self.name(m.item_ids[0])) for m in mentions if m.item_ids),
                    aside=heard.aside("find"),
                )
            return self._about(heard, self._targets(heard), Aspect(kind="all"))
        found = _FIND_REST.match(heard.folded) if not heard.slots.mentions else None
        if found and not heard.slots.filters and not heard.slots.prefer and not heard.slots.changes:
            words = found["rest"].split()
            if len(words) <= 4 and not set(words) & _NOT_A_TITLE and (words[-1][-1:] != "s" or len(words) > 1):
                said = (
                    heard.raw.rstrip(" ?!.")[-len(found["rest"]) :]
                    if heard.raw.rstrip(" ?!.").casefold().endswith(found["rest"])
                    else found["rest"]
                )
                calls = (call("find_item", title=said), self._recommending(heard, text=found["rest"]))
                return Plan(calls=calls, aside=heard.aside("absent", said=said, roles=["topic"], original=heard.raw))
        return None

    def _alone(self, heard: _Heard) -> bool:
        covered = sum(m.end - m.start for m in heard.slots.mentions)
        return len(heard.message.words) - covered <= 2

    def _states(self, heard: _Heard, rule: str | None) -> Plan | None:
        remembering = self._remembering(heard)
        if not remembering:
            return None
        slots = heard.slots
        said = slots.said("like", "dislike", "seen", "hide")
        liked, anchors = slots.said("like"), slots.said("anchor")
        wants = bool(_REQUEST.search(heard.folded)) or bool(
            slots.text or slots.filters or slots.prefer or slots.changes or anchors
        )
        standing = heard.ledger.standing
        pointed = any(r.start == m.start for r in heard.references for m in said)
        if standing is not None and (pointed or not wants) and not (anchors or slots.text or slots.filters):
            again = (
                self._standing.changed(standing, slots, compared=self._compared(heard), instead=False)
                if slots.changes or slots.prefer
                else standing
            )
            return Plan(
                calls=(*remembering, self._excluding(again, heard, again=bool(_AGAIN.search(heard.folded)))),
                aside=heard.aside("state", again=True),
            )
        if anchors or (
            len(liked) == 1
            and re.search(r"\b(?:similar|like (?:it|that|this)|along those lines|in that vein|same)\b", heard.folded)
        ):
            target = (anchors or liked)[0]
            return Plan(calls=(*remembering, self._similar(heard, target)), aside=heard.aside("state"))
        return Plan(
            calls=(
                *remembering,
                self._recommending(
                    heard, text=slots.text, liked=self._names(liked), disliked=self._names(slots.said("dislike"))
                ),
            ),
            aside=heard.aside("state", wants=wants or None),
        )

    def _remembering(self, heard: _Heard) -> list[ToolCall]:
        """One call a kind, in the order in which they were said."""
        groups: dict[str, list[str]] = {}
        for mention, role in zip(heard.slots.mentions, heard.slots.roles, strict=True):
            if role in {"like", "dislike", "seen", "hide"} and mention.item_ids and not mention.close:
                groups.setdefault(role, []).extend(self.name(i) for i in mention.item_ids)
        return [call("remember", kind=kind, titles=list(dict.fromkeys(titles))) for kind, titles in groups.items()]

    def _anchored(self, heard: _Heard, rule: str | None) -> Plan | None:
        slots = heard.slots
        anchors = slots.said("anchor")
        if (
            not anchors
            and slots.mentions
            and (slots.text or slots.filters or slots.prefer or slots.changes)
            and slots.said("topic")
        ):
            anchors = slots.said("topic")
        if not anchors:
            return None
        if re.match(r"^(?:no |ok )*not\b", heard.folded) and heard.ledger.standing:
            return self._again(heard)
        if slots.changes and " than " in f" {heard.folded} ":
            return self._compared_with(heard, anchors[0])
        if len(anchors) > 1:
            return Plan(
                calls=(self._recommending(heard, text=slots.text, liked=self._names(anchors)),),
                aside=heard.aside("more_like"),
            )
        return Plan(calls=(self._similar(heard, anchors[0]),), aside=heard.aside("more_like"))

    def _similar(self, heard: _Heard, anchor: TitleMention) -> ToolCall:
        slots = heard.slots
        item = self.catalogue.by_id[anchor.item_ids[0]]
        changes = self._standing.of_changes(slots.changes, (item,))
        standing = heard.ledger.standing
        pointed = any(r.start == anchor.start for r in heard.references)
        kept = (
            [
                c
                for c in standing.arguments.get("filters", ())
                if c["attribute"] not in {x.attribute for x in slots.filters}
            ]
            if standing and pointed
            else []
        )  # type: ignore[attr-defined]
        filters = [*kept, *(c.argument for c in (*slots.filters, *changes))]
        if len(anchor.item_ids) > 1:
            return self._recommending(heard, text=slots.text, liked=[self.name(i) for i in anchor.item_ids])
        return call(
            "more_like",
            title=self.name(item.item_id),
            text=slots.text,
            filters=filters,
            prefer=[c.argument for c in slots.prefer],
            k=slots.k,
        )

    def _compared_with(self, heard: _Heard, anchor: TitleMention) -> Plan:
        items = [self.catalogue.by_id[i] for i in anchor.item_ids]
        standing = heard.ledger.standing
        if standing is not None:
            changed = self._standing.changed(standing, heard.slots, compared=items, instead=False)
            return Plan(calls=(self._excluding(changed, heard),), aside=heard.aside("refine"))
        conditions = [*heard.slots.filters, *self._standing.of_changes(heard.slots.changes, items)]
        kind = next(iter(self.reader.lexicon.about("kind")), None)
        made = self._recommending(heard, text=heard.slots.text)
        arguments = dict(made.arguments) | {"filters": [c.argument for c in conditions]}
        if (
            kind is not None
            and kind.name in items[0].attributes
            and not any(c.attribute == kind.name for c in conditions)
        ):
            arguments["filters"] = [
                {"attribute": kind.name, "op": "=", "value": items[0].attributes[kind.name]},
                *arguments["filters"],
            ]
        return Plan(calls=(ToolCall(name="recommend", arguments=arguments),), aside=heard.aside("refine"))

    def _by_same(self, heard: _Heard, rule: str | None) -> Plan | None:
        """“More by him”, “something by the same director”."""
        focus = heard.ledger.in_focus
        if focus is None or not _SAME_PERSON.search(heard.folded):
            return None
        topics = ("brand",) if re.search(r"same (?:brand|maker)", heard.folded) else ("people", "brand")
        item = self.catalogue.by_id[focus]
        for topic in topics:
            for attribute in self.reader.lexicon.about(topic):  # type: ignore[arg-type]
                value = item.attributes.get(attribute.name)
                if value:
                    values = list(value) if isinstance(value, tuple) else [str(value)]
                    filters = [{"attribute": attribute.name, "op": "any_of", "value": values}]
                    return Plan(
                        calls=(call("recommend", text=heard.slots.text, filters=filters, exclude=[self.name(focus)]),),
                        aside=heard.aside("refine"),
                    )
        return None

    def _follows(self, heard: _Heard, rule: str | None) -> Plan | None:
        standing, slots = heard.ledger.standing, heard.slots
        if standing is None or rule == "recommend":
            return None
        if not self._is_follow_up(heard):
            return None
        instead = bool(re.search(r"\b(?:instead|rather|no)\b", heard.folded)) and bool(slots.text)
        changed = self._standing.changed(
            standing, slots, compared=self._compared(heard), instead=instead and not slots.changes
        )
        return Plan(
            calls=(self._excluding(changed, heard, again=bool(_AGAIN.search(heard.folded))),),
            aside=heard.aside("refine", changes=[c.word for c in slots.changes]),
        )

    def _is_follow_up(self, heard: _Heard) -> bool:
        slots, folded = heard.slots, heard.folded
        if slots.changes or _FOLLOWS.match(folded) or _FOLLOWS_INSIDE.search(folded):
            return True
        short = len(heard.message.words) <= 3 and not slots.text
        if short and (slots.filters or slots.prefer) and heard.message.at(0) not in {"a", "an"}:
            return True
        intent, likeness = self.intents.nearest(slots.masked)
        return (
            intent == "refine"
            and likeness >= 0.6
            and not re.match(
                r"^(?:i (?:want|need|am)|im looking|can you|could you|recommend|show me a|find me|do you have)", folded
            )
        )

    def _compared(self, heard: _Heard) -> list[Any]:
        focus, last = heard.ledger.in_focus, heard.ledger.last
        if last is not None and last.about and not last.shown and focus is not None:
            return [self.catalogue.by_id[focus]]
        return [self.catalogue.by_id[i] for i in heard.ledger.listed]

    def _again(self, heard: _Heard) -> Plan:
        standing = heard.ledger.standing or ToolCall(name="recommend", arguments={})
        return Plan(calls=(self._excluding(standing, heard, again=True),), aside=heard.aside("refine"))

    def _excluding(self, made: ToolCall, heard: _Heard, *, again: bool = False) -> ToolCall:
        arguments = dict(made.arguments)
        if again:
            arguments["exclude"] = [self.name(i) for i in heard.ledger.shown]
        return ToolCall(name=made.name, arguments=arguments)

    def _fresh(self, heard: _Heard) -> Plan:
        slots = heard.slots
        nothing = not (slots.filters or slots.prefer or slots.changes or slots.mentions or slots.unknown)
        if nothing:
            intent, likeness = self.intents.nearest(slots.masked)
            works = any(w.folded in self.reader.lexicon.work_nouns for w in heard.message.words)
            if intent in {*_TALK, "facets", "taste"} and likeness >= SURE and not (works and intent == "out_of_scope"):
                return self._talk(heard, intent)
            if intent in {"yes", "no", "forget", "why", "details"} and not slots.text:
                return Plan(aside=heard.aside("unclear"))
        if slots.changes and heard.ledger.standing is None:
            made = self._recommending(heard, text=slots.text)
            return Plan(calls=(made,), aside=heard.aside("recommend", nothing_to_compare=True))
        return Plan(calls=(self._recommending(heard, text=slots.text),), aside=heard.aside("recommend"))

    def _recommending(
        self, heard: _Heard, *, text: str = "", liked: Sequence[str] = (), disliked: Sequence[str] = ()
    ) -> ToolCall:
        slots = heard.slots
        seen = self._names(slots.said("seen", "hide"))
        made = call(
            "recommend",
            filters=[c.argument for c in slots.filters],
            prefer=[c.argument for c in slots.prefer],
            liked=list(liked),
            disliked=list(disliked),
            exclude=seen,
            k=slots.k,
        )
        return ToolCall(name="recommend", arguments={"text": text, **made.arguments})

    # names

    def _targets(self, heard: _Heard) -> tuple[str, ...]:
        ids = [i for m in heard.slots.mentions for i in m.item_ids]
        focus = heard.ledger.in_focus
        return tuple(dict.fromkeys(ids)) or ((focus,) if focus else ())

    def _names(self, mentions: Sequence[TitleMention]) -> list[str]:
        return list(dict.fromkeys(self.name(i) for m in mentions for i in m.item_ids))

    def name(self, item_id: str) -> str:
        """The title where it names this item alone, else the id."""
        item = self.catalogue.by_id[item_id]
        return item.title if self.catalogue.find(item.title) == (item,) else item_id
