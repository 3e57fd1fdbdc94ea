"""What tells whether a film that is named, or that was just spoken of, is liked or disliked: the words around it and what was asked before.

Knows no weights: `learned` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.ledger import AtHand
from agent.planner.heard import Heard
from agent.planner.roles import Role, joined
from agent.planner.speech_acts import PRONOUNS, last_asked, stop_at
from agent.planner.titles import TitleMention
from agent.planner.verdicts import LIKE, NOT, agrees, applying, confirms, small_clauses, verdicts
from agent.planner.words import BAD, GOOD, word_set

_LOOKS = {
    "good": GOOD,
    "like": LIKE,
    "bad": BAD,
    "not": NOT,
    "seen": word_set("seen saw watched watch watching see read"),
    "will": word_set(
        "will ill gonna going would might may maybe try check look want wanted wanting should id add hope"
    ),
    "points": PRONOUNS | {"which", "he", "she"},
    "i": word_set("i ive im we weve my our id"),
    "you": word_set("you your youre u"),
    "alike": word_set("like similar something somewhat along lines style such"),
    "but": word_set("but though although"),
}
_LIKED = _LOOKS["good"] | _LOOKS["like"]
_ASKED = {
    "asked": re.compile(r"\?"),
    "asked seen": re.compile(r"\b(?:seen|see|watched|heard)\b[^?]*\?"),
    "asked liked": re.compile(
        r"\b(?:did|do|liked?|enjoy)\b[^?]*\b(?:like|enjoy)\b[^?]*(?:\?|$)|\b(?:liked|loved|enjoyed)\b[^?.]*\?|\bfav(?:e|ou?rite)?s?\b[^?]*\?"
        r"|think[^?]*\?"
    ),
    "said liked": re.compile(
        r"\b(?:i|we|my \w+) (?:\w+ )?(?:loved?|liked?|enjoyed|adored?)\b|favou?rite|(?:good|great|best)(?: one)?[.!]*$"
    ),
    "asked last": re.compile(r"\b(?:last|recent|latest)\b[^?]*\?"),
}
_PRAISED = re.compile(
    r"\b(?:i|we) (?:\w+ ){0,2}(?:loved?|liked?|enjoyed|adored?)\b|favou?rite"
    r"|^(?:\w+,? ){0,2}love \w+|\b(?:good|great|best|awesome|amazing|funny|hilarious|fantastic|wonderful)\b"
)
_YES = re.compile(
    r"^(?:o+h+ )?(?:(?:hell|heck) (?:yeah|yes)|yes|yeah|yep|yea|yup|of course|sure|absolutely|definitely|(?:i|we) (?:did|do))\b"
)
_LIKED_IT = re.compile(r"\bdid you (?:\w+ )?(?:like|love|enjoy)\b[^?]*(?:\?|$)")
_ONLY_YES = re.compile(
    r"(?:(?:oh|hell|heck|yes|yeah|yep|yea|yup|yas|sure|totally|absolutely|definitely|certainly|very much|so much|a lot|of course|i|we|did|so) ?)+"
)
_ENDS = frozenset(".!?;")
_QUOTED = re.compile(r"“[^”]*”")
"""What a reply quotes of an item asks nothing."""
_NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z]\w+|@\w+|\"\w+")
_CALLING = r"(?:actor|actress|comedian|comic|director|singer|author|writer)(?:e?s)?"
_CALLED = re.compile(rf"(?:is|are|was)(?: \w+){{0,5}} {_CALLING}(?: |$)")
_CALLS = re.compile(rf"(?:favou?rite|best) {_CALLING}(?: (?:is|are|was|has to be|would be|gotta be))?$")
_ONLY_NO = re.compile(
    r"(?:(?:no|nope|nah|sorry|honestly) )*(?:no|nope|nah|not (?:really|at all|much|especially|particularly)|(?:no )?(?:i|we) (?:didnt|did not)(?: really)?)"
)
_WHOM = re.compile(rf"(?:favou?rite|like|love) (?:\w+ )?{_CALLING}")
STRONG = 4.0
"""The value of a feature that is rare and tells much: its weight is drawn to nothing less than others' are."""
DATED = "dated"
"""The feature of a title with its year behind it."""


def named_features(heard: Heard, mention: TitleMention, role: Role, place: int) -> dict[str, float]:
    """Of a title in the message. `place`: which of its titles it is."""
    message = heard.message
    words = [word.folded for word in message.words]
    start, end = mention.start, mention.end
    low, high = _clause(heard, start, end)
    others = heard.slots.mentions
    before = max((m.end for m in others if low < m.end <= start), default=low)
    after = min((m.start for m in others if end <= m.start < high), default=high)
    rest = [w for p, w in enumerate(words[low:high], low) if not start <= p < end]
    found = {"bias": 1.0, f"role:{role}": 1.0, "before": float(before > low), "after": float(after < high)}
    found |= _looks("left", words[max(before, start - 7) : start]) | _looks("right", words[end : min(after, end + 8)])
    found |= _looks("clause", rest, "?" in stop_at(message, high))
    found |= _looks("all", [w for p, w in enumerate(words) if not start <= p < end], "?" in message.raw)
    found |= {f"l{n}:{w}": 0.7 for n, w in enumerate(reversed(words[max(before, start - 2) : start]))}
    found |= {f"r{n}:{w}": 0.7 for n, w in enumerate(words[end : min(after, end + 2)])}
    shown, last = set(heard.ledger.shown), heard.ledger.last
    ids = set(mention.item_ids)
    named = {p for m in others for p in range(m.start, m.end)}
    whole = float(len(words) - len(named) <= 2)
    found |= {
        "shown": float(bool(ids & shown)),
        "just shown": float(last is not None and bool(ids & set(last.shown))),
        "several": float(len(ids) > 1),
        "one word": float(end - start == 1),
        DATED: float(end - start > 1 and "(" in message.words[end - 1].stop),
        "whole": whole,
        "leads": float(place == 0),
    }
    pointing = {r.start for r in heard.references}
    titles = [
        m
        for m in heard.slots.mentions
        if m.start not in pointing and (m.end - m.start > 1 or message.at(m.start) not in PRONOUNS)
    ]
    low_title = high_title = next((n for n, m in enumerate(titles) if m.start == start), 0)
    while low_title and joined(message, titles[low_title - 1].end, titles[low_title].start):
        low_title -= 1
    while high_title + 1 < len(titles) and joined(message, titles[high_title].end, titles[high_title + 1].start):
        high_title += 1
    found |= _judged(heard, role, 1 + next((n for n, m in enumerate(titles) if m.start == start), len(titles)))
    for verdict in verdicts(heard):
        name = f"{'good' if verdict.good else 'bad'} {verdict.of} {verdict.mood}"
        ahead, since = low_title - verdict.behind, verdict.behind - high_title
        where = f"-{min(ahead, 2)}" if ahead >= 0 else f"+{min(since, 2)}" if since > 0 else "among"
        found[f"verdict {name} {where} {verdict.of == 'named' and not verdict.right}"] = 1.0
    asked = _asked(heard)
    found |= asked | {f"whole {name}": whole * value for name, value in asked.items()}
    return found | ({f"seen {name}": value for name, value in asked.items()} if role == "seen" else {})


def _judged(heard: Heard, role: Role, number: int) -> dict[str, float]:
    """What is said of the so many-th title in its clause, before it and right behind it, with the role that the rules found."""
    said = verdicts(heard)
    parts = {
        "own": [v for v in said if v.of == "named" and v.right and v.behind == number],
        "then": [v for v in said if v.behind == number and not v.right and v.plain and not v.many][:1],
        "before": [v for v in said if v.of == "named" and v.behind == number - 1 and not v.right],
    }
    found: dict[str, float] = {} if any(parts.values()) else {"unjudged": 1.0, f"unjudged {role}": 1.0}
    for name, part in parts.items():
        found |= {f"{name} none": float(not part)}
        for verdict in part:
            told = f"{name} {verdict.good} {verdict.mood}"
            found |= {told: 1.0, f"{told} {role}": STRONG if name == "then" else 1.0}
    return found


def at_hand_features(heard: Heard, item: AtHand) -> dict[str, float]:
    """Of an item that is at hand and not named in the message: whether the message judges it, whichever way."""
    words = [word.folded for word in heard.message.words]
    where = f"back:{item.back}"
    pointing = [
        role for m, role in zip(heard.slots.mentions, heard.slots.roles, strict=True) if item.item_id in m.item_ids
    ]
    found = {"bias": 1.0, f"{item.stands} {where}": 1.0, f"ago:{min(item.ago, 2)}": 1.0, where: 1.0}
    elsewhere = f"elsewhere:{_elsewhere(heard)}"
    found |= {f"{elsewhere} {where}": 1.0, f"{elsewhere} ours:{item.ours} {where}": 1.0}
    found |= {f"ours:{item.ours} {where}": 1.0, f"pointing:{pointing[0] if pointing else 'none'}": 1.0}
    found |= {f"besides:{act} {where}": 1.0 for act in heard.slots.acts} | {"length": min(len(words), 30) / 15}
    said = verdicts(heard)
    judging = {v.clause for v in applying(said)}
    every = small_clauses(heard)
    for near in ("here", "else"):
        clauses = [c for n, c in enumerate(every) if (n in judging) == (near == "here")]
        looks = _looks("all", [w for c in clauses for w in c.words], any(c.asks for c in clauses))
        for kind in ("unseen", "seen", "denied", "but", "will", "yours", "mine", "asks", "alike"):
            if f"all {kind}" in looks:
                found |= {f"{near} {kind}": 1.0, f"{near} {kind} {where}": 1.0}
    plain = False
    senses: set[bool] = set()
    for verdict in said:
        if (verdict.of == "named" and verdict.right) or (verdict.behind and not verdict.many):
            found[f"{'named' if verdict.right else 'behind'} {verdict.mood}"] = 1.0  # of a title in the message
            continue
        name = f"{verdict.of} {verdict.mood}"
        target = ("all" if item.together > 1 else "all of one") if verdict.many else item.stands
        found |= dict.fromkeys(
            (
                name,
                f"{name} {target} {where}",
                f"any {target} {where}",
                f"{verdict.good} {name}",
                f"own:{verdict.own} {name} {target} {where}",
                f"first:{verdict.first} own:{verdict.own} {name}",
            ),
            1.0,
        )
        if verdict.plain:
            plain = True
            found |= {f"plain {target} {where}": STRONG if verdict.many else 1.0, f"plain {where}": 1.0}
        senses |= {verdict.good} if verdict.mood == "told" and verdict.of not in {"named", "cry"} else set()
    asked = _asked(heard)
    found |= (
        asked | {f"{name} plain:{plain}": value for name, value in asked.items()} | {"mixed": float(len(senses) > 1)}
    )
    if not item.back and not item.ago:
        yes = bool(_YES.match(heard.folded)) and not NOT & {*words}
        cried = any(v.of == "cry" and v.mood == "told" for v in said)
        for name in ("asked seen", "asked liked"):
            if asked[name]:
                found |= {
                    f"{name} {item.stands} {plain} {cried}": 1.0,
                    f"{name} {item.stands} {yes} {plain or cried}": 1.0,
                }
        praised = bool(heard.ledger.last and _PRAISED.search(heard.ledger.last.text.lower()))
        if agrees(heard.folded) or confirms(heard):
            found[f"agrees {praised} {item.stands}"] = STRONG
        if asked["asked liked"] and yes:
            found[f"yes {item.stands}"] = 1.0
    return found


def _elsewhere(heard: Heard) -> bool:
    """Whether the reply before names nothing of the catalogue but something with a capital, as a film that is not here is."""
    last = heard.ledger.last
    return last is not None and not last.shown and not last.named and bool(_NAME.search(last.text))


def of_a_person(heard: Heard, mention: TitleMention) -> bool:
    """Whether words that are a title mean somebody: “The Rock is one of my favorite actors”, “love Morgan” where Morgan Freeman was named."""
    words = [word.folded for word in heard.message.words]
    low, high = _clause(heard, mention.start, mention.end)
    before, behind = " ".join(words[low : mention.start]), " ".join(words[mention.end : min(high, mention.end + 7)])
    if _CALLED.match(behind) or _CALLS.search(before):
        return True
    last = heard.ledger.last
    dated = "(" in heard.message.words[mention.end - 1].stop
    if last is not None and not dated and _WHOM.search(last_asked(last.text)):
        return True
    if last is None or mention.end - mention.start > 1 or {*mention.item_ids} & {*heard.ledger.shown}:
        return False
    word = re.escape(heard.message.words[mention.start].text)
    return bool(re.search(rf"\b{word} [A-Z][a-z]+|(?<![.!?] )\b[A-Z][a-z]+ {word}\b", last.text))


def answers_well(heard: Heard) -> bool:
    """“Yes, very good” to “have you seen ...?”: what would else only welcome an offer judges what was asked about."""
    last = heard.ledger.last
    met = last is not None and _ASKED["asked seen"].search(last.text.lower())
    cries = [v for v in verdicts(heard) if v.of == "cry"]
    return bool(met and _YES.match(heard.folded) and cries) and all(v.mood == "told" and v.good for v in cries)


def says_yes_to(heard: Heard) -> tuple[str, ...]:
    """The one item that the reply before asked about with “did you like ...?”, where the message is nothing but a yes."""
    last = heard.ledger.last
    asked = heard.ledger.just or tuple(a.item_id for a in heard.ledger.at_hand if not a.back and a.together == 1)
    yes = (
        len(asked) == 1
        and last is not None
        and _LIKED_IT.search(last.text.lower())
        and _ONLY_YES.fullmatch(heard.folded)
    )
    return asked if yes else ()


def says_no_to(heard: Heard) -> tuple[str, ...]:
    """The one item that the reply before asked about with “did you like ...?”, where the message is nothing but a no."""
    last, asked = heard.ledger.last, heard.ledger.just
    no = (
        len(asked) == 1
        and last is not None
        and _LIKED_IT.search(last.text.lower())
        and _ONLY_NO.fullmatch(heard.folded)
    )
    return asked if no else ()


def _looks(name: str, words: Sequence[str], asks: bool = False) -> dict[str, float]:
    """Which kinds of words a stretch holds, and whose liking it is."""
    said = set(words)
    found = {f"{name} {kind}": 1.0 for kind, known in _LOOKS.items() if said & known}
    for place, word in enumerate(words):
        near = words[max(0, place - 4) : place]
        if word in _LIKED:
            found[f"{name} {'denied' if set(near) & _LOOKS['not'] else 'liked'}"] = 1.0
        if word in _LOOKS["like"]:
            whose = [w for w in near if w in _LOOKS["i"] | _LOOKS["you"]]
            found |= {f"{name} {'yours' if whose[-1] in _LOOKS['you'] else 'mine'}": 1.0} if whose else {}
            found |= {f"{name} would": 1.0} if set(near[-3:]) & word_set("would will id ill might may") else {}
        if word in _LOOKS["seen"] and set(near[-3:]) & _LOOKS["not"]:
            found[f"{name} unseen"] = 1.0
    return found | ({f"{name} nothing": 1.0} if not words else {}) | ({f"{name} asks": 1.0} if asks else {})


def _clause(heard: Heard, start: int, end: int) -> tuple[int, int]:
    """The first and last place of the sentence around words."""
    words = heard.message.words
    while start > 0 and not set(words[start].stop) & _ENDS:
        start -= 1
    ends = [p for p in range(end, len(words)) if set(words[p].stop) & _ENDS]
    return start, ends[0] if ends else len(words)


def _asked(heard: Heard) -> dict[str, float]:
    """What the reply before asked."""
    last = heard.ledger.last
    text = _QUOTED.sub("", last.text).lower() if last is not None else ""
    found = {name: float(bool(pattern.search(text))) for name, pattern in _ASKED.items()}
    return found | {"asked kind": float(bool(re.search(r"\b(?:kind|type|genre|sort)s?\b", last_asked(text))))}
