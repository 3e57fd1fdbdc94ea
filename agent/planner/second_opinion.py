"""Where the rules are unsure of a message, the learned choices decide: which films are liked, and what the message does.

The rules stay in charge of what they read for certain: conditions, references, comparisons, what is known of a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agent.planner.heard import Heard
from agent.planner.learned import Choice, Row
from agent.planner.mention_features import (
    answers_well,
    at_hand_features,
    named_features,
    of_a_person,
    says_no_to,
    says_yes_to,
)
from agent.planner.plan_types import Plan
from agent.planner.questions import ASKS_FOR_A_WORK, TELLS_ON
from agent.planner.roles import Role, asks_only, compared
from agent.planner.speech_acts import ACTS, SpeechAct, act_features, act_of, asked_before, asks_disliked
from agent.planner.targets import MarkedReader, Targets, pointing, targets_of
from agent.planner.titles import TitleMention
from agent.planner.verdicts import Verdict, agrees, applying, confirms, verdicts
from agent.planner.words import BAD, word_set
from retrieval.catalogue import Catalogue
from vouch.ports import Embedder

LIKELY = 0.5
"""From this probability on a role is taken, and an item that is at hand is what is judged."""
PRAISED = 0.35
"""From this probability on a title is liked behind which the rules read praise."""
SURE = 0.6
"""From this probability on it is one of several that were named together."""
SURE_NOT = 0.7
"""From this probability on a role that the rules found is given up."""
NEVER = 0.85
"""From this probability on it is given up whatever stands before it."""
READ = 0.4
"""The weight of what was read of a marked text beside that of the features."""
DOUBT = 0.05
"""So much doubt is left of what was read: it is surer than it is right."""
MARGIN = 0.25
"""So much likelier than what the rules made of it must another act be at the beginning and behind a list, where people mostly ask,
and in talk where the rules read something exact."""
MUCH = 0.6
"""So much likelier in talk, where the rules read a question about the collection."""
_SETTLED = frozenset({"hide", "forget", "except"})
_CERTAIN = frozenset(
    {
        "nothing_shown",
        "why",
        "facets",
        "taste",
        "why_not",
        "compare",
        "forget",
        "help",
        "beyond",
        "group",
        "not_asked",
        "lives",
    }
)
_DOUBTS = frozenset({"left yours", "left would", "left unseen", "left alike"})
"""Only where such words stand before a title is a like that the rules found given up: one word with a capital is a title more often
among a collection's own than among all films there are."""
_MY_LISTS = re.compile(r"\bmy (?:likes|dislikes|favou?rites)$")
_WISH = re.compile(r"\b(?:something|anything)(?! like (?:that|it|this)\b)")
_SOMEBODY = word_set("a an two three four somebody someone")
_PERSONAL = word_set(
    "i im ive id ill me my mine you youre u we us our he she him her they them their it its that thats this these those yes yeah no ok "
    "okay oh haha lol thanks thank hi hello bye sure"
)
_MORE_LIKE = re.compile(r"(?<!thats )(?<!s )\bmore like (?:it|this|that|them|these|those)\b")
"""“It was wonderful! More like it”; “that's more like it” is praise."""
_ASKS = re.compile(r"(?:what(?: i)?s popular|show me|find me|give me)\b")
_TOLD = frozenset({"genre", "star", "director"})
"""Attributes that people name in talk as often as in wishes."""
_LISTS = frozenset({"recommend", "more_like", "find_item", "remember", "item_details"})


@dataclass(frozen=True)
class SecondOpinion:
    """Holds the choices by name; without them it changes nothing."""

    choices: Mapping[str, Choice]
    embedder: Embedder
    catalogue: Catalogue
    reader: MarkedReader | None = None

    def of_roles(self, heard: Heard) -> Heard:
        """The message with the roles of its titles as learned, and with the items just shown that it praises or pans."""
        named, at_hand = self.choices.get("named"), self.choices.get("at_hand")
        if named is None or at_hand is None:
            return heard
        mentions, roles = heard.slots.mentions, list(heard.slots.roles)
        targets = targets_of(heard, self.catalogue)
        heard, read = self._read(heard, targets)
        for place, mention in enumerate(targets.named):
            number = mentions.index(mention)
            features = named_features(heard, mention, roles[number], place)
            odds = _judged_as_read(named.probabilities(features), read.get(place))
            roles[number] = _settled(heard, mention, roles[number], features, odds)
        judged_odds = self._of_at_hand(heard, at_hand, targets, read)
        meant = applying(verdicts(heard))
        # a wish for “something gripping” praises nothing
        tells = any(v.own for v in meant) or agrees(heard.folded) or confirms(heard) or answers_well(heard)
        of_others = not tells and any(v.theirs or v.mood != "told" for v in meant)
        for number, mention in enumerate(mentions):
            own = [judged_odds[i] for i in mention.item_ids if i in judged_odds]
            doubted = bool(own) and (max(own) <= 1 - SURE_NOT or max(own) < LIKELY <= max(judged_odds.values()))
            pointed = any(r.start == mention.start for r in heard.references)
            if _MY_LISTS.search(heard.folded):
                continue  # “put it among my likes”
            if (pointed and of_others) or (pointing(heard, mention) and doubted):
                roles[number] = _without(roles[number])
            elif (pointed and roles[number] in {"seen", "topic"} and _tells_of(mention, meant)) or (
                pointing(heard, mention) and roles[number] == "like" and _pans(meant)
            ):
                roles[number] = _sense_of(meant)
        said = {i for m, r in zip(mentions, roles, strict=True) if r in {"like", "dislike"} for i in m.item_ids}
        role = _sense_of(meant)
        points = any(not r.pronoun for r in heard.references)  # “not the first one, it was boring” speaks of that one
        faint = heard.message.at(0) == "not" and heard.message.at(1) in BAD  # “not bad, what else?” hardly praises
        # “we watched Faust. It was great!”, “I like a vampire movie”
        elsewhere = bool(meant) and all(v.of == "other" or (v.behind and not v.many) for v in meant)
        sure = tells and not points and not faint and not elsewhere
        judged = tuple((i, role) for i in _meant(heard, meant, judged_odds) if i not in said) if sure else ()
        if not judged and sure and len(heard.ledger.just) == 1 and (_opens(meant) or answers_well(heard)):
            judged = tuple((i, role) for i in heard.ledger.just if i not in said)
        if not meant and (liked := says_yes_to(heard)):
            judged = tuple((i, "like") for i in liked if i not in said)
        if not meant and (disliked := says_no_to(heard)):
            judged = tuple((i, "dislike") for i in disliked if i not in said)
        kept = tuple(
            _of_what_was_met(heard, m, r) if tells or r == "anchor" else m for m, r in zip(mentions, roles, strict=True)
        )
        return replace(heard, slots=replace(heard.slots, mentions=kept, roles=tuple(roles)), judged=judged)

    def _read(self, heard: Heard, targets: Targets) -> tuple[Heard, dict[int, Sequence[float]]]:
        """The message with what it was read to do, and what was read of each target; nothing of those that a place in a list points at
        (“add the second to my likes”), since people's talk has no such commands."""
        if self.reader is None:
            return heard, {}
        reading = self.reader.read(targets.text)
        told = dict(zip(targets.order, reading.roles.tolist(), strict=False))
        pointed = {r.start for r in heard.references}
        commands = {n for n, mention in enumerate(targets.named) if mention.start in pointed}
        return replace(heard, acts=tuple(reading.acts.tolist())), {n: p for n, p in told.items() if n not in commands}

    def _of_at_hand(
        self, heard: Heard, choice: Choice, targets: Targets, read: Mapping[int, Sequence[float]]
    ) -> dict[str, float]:
        """Of each item that is at hand and not named, how likely it is judged. Words that only point (“the second one”) judge nothing."""
        if len(heard.message.words) == sum(r.end - r.start for r in heard.references):
            return {}
        found = {}
        for number, item in enumerate(targets.at_hand, len(targets.named)):
            odds = choice.probabilities(at_hand_features(heard, item))
            found[item.item_id] = _judged_as_read(odds, read.get(number))["judged"]
        return found

    def of_act(self, heard: Heard, plan: Plan) -> SpeechAct | None:
        """What the message does after all; None where the plan stands."""
        choice = self.choices.get("acts")
        searching = heard.ledger.standing is not None or not heard.ledger.turns
        exact = read_exactly(heard, plan)
        if choice is None or choice.embedder_id != self.embedder.embedder_id:
            return None
        doubtless = certain(heard, plan)
        if (exact or doubtless) and (searching or doubtless == "limits"):
            return None
        odds = choice.probabilities(act_features(heard, plan), self.vectors(heard))
        commands = any(not r.pronoun for r in heard.references)
        # it was learned from people's talk: what opens a search is often no talk
        if heard.acts and not (searching or commands):
            odds = _pooled(odds, dict(zip(ACTS, heard.acts, strict=True)))
        best = max(ACTS, key=lambda act: odds[act])
        if best == "ask" and not heard.targets and not heard.slots.empty:
            return None  # “is there anything about whales?” is about nothing that was spoken of
        rules = act_of(plan)
        if rules == "request" and best == "ask" and ASKS_FOR_A_WORK.match(heard.folded):
            return None
        if rules == "ask" and TELLS_ON.fullmatch(heard.folded):
            return None
        if rules == "request" and best != "ask" and _MORE_LIKE.search(heard.folded):
            return None
        if searching and rules == "request" and best != "ask" and (_ASKS.match(heard.folded) or _describes(heard)):
            return None
        if rules == "request" and best != "ask" and heard.slots.text and _WISH.search(heard.slots.rest):
            return None  # “I loved X, something eerie”
        margin = MUCH if doubtless else MARGIN if exact or searching else 0.0
        return best if best != rules and odds[best] - odds[rules] >= margin else None

    def vectors(self, heard: Heard) -> Sequence[Row]:
        """The message and what was asked last, as the acts' choice takes them."""
        return act_vectors(self.embedder, [heard])[0]


def act_vectors(embedder: Embedder, messages: Sequence[Heard]) -> list[tuple[Row, ...]]:
    """For each message its vector and that of what was asked last, scaled as they are learned; zeros where nothing was said before."""
    asked = [asked_before(heard) for heard in messages]
    made = embedder.embed([heard.raw for heard in messages] + [text or "." for text in asked])
    rows: list[tuple[Row, ...]] = []
    for n in range(len(messages)):
        before = made[len(messages) + n] * (4.5 if asked[n] else 0.0)
        rows.append((made[n] * 4.5, before))
    return rows


def _describes(heard: Heard) -> bool:
    """“A village of postmen in the snow”: words to look for, with nobody in them who speaks or is spoken to or of, is no talk."""
    slots = heard.slots
    opens = heard.message.at(0) in _SOMEBODY and len(slots.text.split()) > 1
    return (
        opens
        and not slots.mentions
        and not slots.acts
        and not _PERSONAL & {word.folded for word in heard.message.words}
        and not verdicts(heard)
    )


def _judged_as_read(odds: dict[str, float], read: Sequence[float] | None) -> dict[str, float]:
    """The odds with what was read of whether it is judged; which way is told by the features, which know more of dislikes."""
    judged = sum(value for name, value in odds.items() if name != "no")
    if read is None or not judged:
        return odds
    left = min(max(read[0], DOUBT), 1 - DOUBT)
    pooled = _pooled({"no": odds["no"], "judged": judged}, {"no": left, "judged": 1 - left})
    return {name: pooled["no"] if name == "no" else pooled["judged"] * value / judged for name, value in odds.items()}


def _pooled(features: Mapping[str, float], read: Mapping[str, float]) -> dict[str, float]:
    """Two opinions as one: their weighted geometric mean (logarithmic pooling, Genest and Zidek 1986)."""
    odds = {name: features[name] ** (1 - READ) * read[name] ** READ for name in features}
    return {name: value / sum(odds.values()) for name, value in odds.items()}


def _sense_of(meant: Sequence[Verdict]) -> Role:
    return "dislike" if meant and not any(v.good for v in meant) else "like"


def _pans(meant: Sequence[Verdict]) -> bool:
    """Whether all that is said of what is pointed at is bad (“I wasn't crazy about it”)."""
    own = [v for v in meant if v.plain and v.own]
    return bool(own) and not any(v.good for v in own)


def _opens(meant: Sequence[Verdict]) -> bool:
    """“Great movie! Do you have another?”: what is said first judges what was just spoken of."""
    return bool(meant) and meant[0].plain and meant[0].own and meant[0].first and not meant[0].many


def _tells_of(mention: TitleMention, meant: Sequence[Verdict]) -> bool:
    """“I saw both and they were awesome”: what was seen is judged behind it, of as many as are pointed at."""
    return any(v.plain and v.own and (v.many or len(mention.item_ids) == 1) for v in meant)


def _meant(heard: Heard, meant: Sequence[Verdict], odds: Mapping[str, float]) -> list[str]:
    """The items at hand that are judged; of several that were named together only where all are meant, or a single one without doubt."""
    alone = {a.item_id for a in heard.ledger.at_hand if a.together == 1 or any(v.many for v in meant)}
    among = [i for i, likely in odds.items() if i not in alone and likely >= SURE]
    return [i for i, likely in odds.items() if (i in alone and likely >= LIKELY) or [i] == among]


def _of_what_was_met(heard: Heard, mention: TitleMention, role: Role) -> TitleMention:
    """“I've seen X”, and behind the list that follows “loved it”, “more like it”: that is X, and not the first of the list."""
    last = heard.ledger.last
    if last is None or len(last.met) != 1 or not pointing(heard, mention):
        return mention
    only_told = last.aside.get("intent") == "state" and not last.aside.get("wants")
    return (
        replace(mention, item_ids=last.met)
        if role in {"like", "dislike"} or (role == "anchor" and only_told)
        else mention
    )


def certain(heard: Heard, plan: Plan) -> Literal["", "limits", "asked"]:
    """What leaves no doubt of what is wanted: conditions that are never said in mere talk, or a question about the collection."""
    if plan.aside.get("of_same") or any(c.attribute not in _TOLD for c in heard.slots.filters):
        return "limits"
    questions = plan.aside.get("intent") in _CERTAIN or any(call.name not in _LISTS for call in plan.calls)
    return "asked" if questions else ""


def read_exactly(heard: Heard, plan: Plan) -> bool:
    """Whether the rules read what is mostly a wish: a comparison, a number of items, something to avoid, a place in the list."""
    slots, intent = heard.slots, plan.aside.get("intent")
    pointed = heard.ledger.standing is not None and any(not r.pronoun for r in heard.references)
    return bool(slots.changes or slots.k or slots.avoid or pointed or intent in {"absent", "more_like", "refine"})


def _settled(
    heard: Heard, mention: TitleMention, role: Role, features: Mapping[str, float], odds: Mapping[str, float]
) -> Role:
    """The role of a title in the message. That it was seen says nothing of how it was, unless something is praised beside it or it answers
    what was liked."""
    if role in {"anchor", "topic"} and compared(heard.message, mention):
        return "noted"
    asked = features.get("clause asks") and asks_only(heard.message, mention) and "then True told" not in features
    if role in _SETTLED or mention.close or asked:
        return role
    if role != "anchor" and of_a_person(heard, mention):
        return "noted"
    if role != "anchor" and _only_hoped(features):
        return _without(role)
    if role in {"topic", "seen", "like"} and asks_disliked(heard) and not verdicts(heard):
        return "dislike"
    learned = _role(odds)
    if role == "anchor":
        return "dislike" if learned == "dislike" else role
    panned = features.keys() & {"own False told", "then False told"} and "own True told" not in features
    if role == "dislike":
        return role if panned else learned or role
    praised = features.keys() & {"then True told", "own True told"}
    praises = praised or "before True told" in features
    if role in {"topic", "seen", "like"} and (panned or "before False told" in features) and not praises:
        return "dislike"  # “I fell asleep during X”
    if role == "seen" and praised:
        return "like"  # “have you seen X? Loved that one”
    if role == "topic" and praised and odds["liked"] >= PRAISED:
        return "like"
    if role == "topic" and _goes_on(heard, mention):
        return "like"
    if role in {"topic", "seen"} and features.get("whole asked liked") and not asks_only(heard.message, mention):
        return learned or "like"  # a title alone answers what was asked
    unsaid = (role == "topic" and features["whole"]) or (role == "seen" and "all liked" not in features)
    if learned == "like" and unsaid:
        return role
    doubted = odds["no"] >= (SURE_NOT if features.keys() & _DOUBTS else NEVER)
    return learned or (_without(role) if doubted else role)


def _goes_on(heard: Heard, mention: TitleMention) -> bool:
    """“And Alien” behind a message that told of titles goes on with it."""
    before = {word.folded for word in heard.message.words[: mention.start]}
    last = heard.ledger.last
    told = last is not None and bool(last.about) and not {*mention.item_ids} & {*heard.ledger.shown}
    return told and bool(before) and before <= {"and", "or", "also", "oh", "plus"} and before != {"oh"}


def _only_hoped(features: Mapping[str, float]) -> bool:
    """“I have heard that X is good”: praise of it, or the contrary, that is hearsay or a hope, and none that is told."""
    told = features.keys() & {"own True told", "then True told", "own False told", "then False told"}
    return bool(features.keys() & {"own True hoped", "own False hoped", "before False hoped"}) and not told


def _role(odds: Mapping[str, float]) -> Role | None:
    if odds["disliked"] >= 0.4 and odds["disliked"] > odds["liked"]:
        return "dislike"
    return "like" if odds["liked"] >= LIKELY else None


def _without(role: Role) -> Role:
    return "noted" if role in {"like", "dislike"} else role
