"""Which fact of an item a question asks for. A question about an attribute is never a filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agent.planner.lexicon import Lexicon, Topic, plain_name
from agent.planner.unrecorded import CAST
from agent.planner.words import LEAD, Message, word_set

_Asked = Topic | Literal["cast"]
_PATTERNS: tuple[tuple[str, tuple[_Asked, ...]], ...] = (
    (
        r"\bwho (?:is|are|was|were) (?:in|starring|playing|acting|performing|singing)\b|\bwhos in\b"
        r"|\bwho (?:stars?|starred|plays?|played|acts?|acted|performs?|performed|sings?|sang|appears?|appeared)\b"
        r"|\b(?:the|its) (?:cast|actors?|actress(?:es)?|lead(?:ing)? (?:actor|actress|role))\b|\bwhat actors?\b|\bwhich (?:actors?|actress(?:es)?)\b",
        ("cast",),
    ),
    (r"\b(?:shortest|longest|briefest|thickest|thinnest)\b|\bwhich .*\b(?:longer|shorter)\b", ("minutes", "pages")),
    (r"\b(?:oldest|newest|earliest|latest|most recent)\b|\bwhich .*\b(?:older|newer)\b", ("year",)),
    (r"\b(?:cheapest|priciest|most expensive|least expensive)\b", ("price",)),
    (
        r"\b(?:who (?:directed|wrote|made|composed|painted|created|is|are|was|were|did|by|shot"
        r"|authored)|whos|by whom|whose|(?:the |its"
        r" )?(?:director|author|composer|writer|creator)\b)",
        ("people", "brand"),
    ),
    (
        r"\b(?:how long|length|run ?time|running time|how many (?:pages|minutes|hours)"
        r"|(?:too|very|really|that|is it|it|so|quite) (?:long|short)\b|(?:long|short)$"
        r"|how thick)",
        ("minutes", "pages"),
    ),
    (r"\b(?:how much|price|costs?|expensive|cheap|how pricey)\b", ("price",)),
    (r"\b(?:when|what year|which year|what date|how old|year|how recent|is it (?:old|new|recent))\b", ("year",)),
    (
        r"\b(?:where (?:is|was|does|are|do) .*\b(?:from|made|come from|produced|shot)"
        r"|where (?:is|was) (?:it|that|this) from|what country|which country|country"
        r"|what nationality)\b",
        ("country",),
    ),
    (r"\b(?:what|which) (?:genres?|style)\b|\bgenres?\b", ("genre",)),
    (r"\b(?:what|which) (?:kind|type|sort|category)\b", ("kind", "genre")),
    (r"\b(?:what|which) language\b", ("language",)),
    (r"\b(?:what|which) mood\b", ("mood",)),
    (r"\b(?:what|which) colou?rs?\b", ("colour",)),
    (r"\b(?:what|which) brand\b|\bwho makes\b|\bwho sells\b", ("brand", "people")),
    (r"\b(?:ratings?|rated|score|how good|how many stars)\b", ("rating",)),
)
_TOPICS = tuple((re.compile(pattern), topics) for pattern, topics in _PATTERNS)
_ASKS = re.compile(
    rf"^{LEAD}(?:who|whos|whose|when|where"
    r"|how|what|whats|which|is|was|are|were|does|do|did|has|have|can|will|would|isnt"
    r"|tell me (?:how|who|when|where|what|if|whether))\b"
)
_PLACED = re.compile(r"^(?:in|from|by|on|at|for|with) (?=wh)")
_DESCRIBE = re.compile(
    r"\b(?:what (?:is|are|was) .*\babout\b|whats .*\babout\b|tell me|describe|more about|more details?"
    r"|more info(?:rmation)?|details? (?:on|about|of|please)|summary|summari[sz]e|plot|premise|what happens"
    r"|what does .*\b(?:say|deal with|tell)|synopsis|what kind of .* is|info on|elaborate|what is it|compare|the ending"
    r"|how (?:does|do) (?:it|they|that) end|the difference between|versus|what (?:do|did) (?:people|others|critics|they|you) (?:say|think|know)"
    r"|what(?: i)?s (?:it|that) like|what is (?:it|that|this|he|she) like)\b"
)
_A_WORK = (
    r"(?:(?:an?|another|one|some) (?:stor(?:y|ie)|film|movie|book|novel|poem|song|piece|album|picture|print|one)s?|one)"
    r" (?:about|with|by|on|set|where|from|for|like)\b"
)
ASKS_FOR_A_WORK = re.compile(rf"^{LEAD}(?:is|are) there {_A_WORK}")
"""“Is there a story about the sea?” asks nothing of what was spoken of."""
POINTS = re.compile(
    rf"^{LEAD}(?:(?:is|isnt|was|wasnt|are|arent|were|does|do|did|has|will|would) (?:it|this|that|they|he|she|the|there)\b"
    rf"(?! any| {_A_WORK})|(?:who|whos|what|whats|when|where|how|how long|which \w+|what \w+)(?: s| is| are| was| were| did| does| do)? (?:it|this"
    r"|that|they|the|he|she|in it|starring"
    r"|stars?)\b|who (?:is|are|was|were) |what (?:is|was|s) (?:it|that|the)\b)"
)
"""A question about something that was spoken of: its subject is a pronoun, or “the ...”."""
TELLS_ON = re.compile(rf"{LEAD}(?:tell me|say) (?:a (?:bit|little) )?more(?: please)?")
"""“Tell me more”: behind what was told of an item it is about that one."""
_YES_NO = re.compile(rf"^{LEAD}(?:is|isnt|was|are|does|do|did|has|can|will|would|tell me (?:if|whether)) ")


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """What is asked: "fact" with the attributes that may answer it, "value" with a value to check, "passage" with words to look for, "all"."""

    kind: str
    attributes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    value: str = ""

    @property
    def plain(self) -> dict[str, object]:
        """The aspect as plain JSON, for the planner's aside."""
        return {"kind": self.kind, "attributes": list(self.attributes), "words": list(self.words), "value": self.value}


def questions(message: Message) -> Iterator[tuple[int, int]]:
    """The word ranges that ask about something spoken of and stand beside other words, the last first."""
    places = [
        p for p in range(len(message.words)) if POINTS.match(" ".join(w.folded for w in message.words[p : p + 6]))
    ]
    for place in reversed(places):
        opens = message.boundary(place) or message.at(place - 1) in {"and", "but", "so", "yet", "then"}
        end = next(
            (p for p in range(place + 1, len(message.words)) if set(message.words[p].stop) & set(".!?;")),
            len(message.words),
        )
        mark = message.words[end].stop if end < len(message.words) else message.ending
        start = next((p for p in range(place, 0, -1) if message.boundary(p)), 0)
        before = " ".join(w.folded for w in message.words[start:place])
        begun = start < place and _ASKS.match(_PLACED.sub("", before))
        # “When was it made?” is one question, which “was it made” only ends.
        if (opens or ("?" in mark and not begun)) and (place > 0 or end < len(message.words)):
            yield place, end


_SMALL = word_set(
    "is it was are does do did has have can will would a an the any there in of on for to with and that this they "
    "its or be about tell me if whether set any them these those too very really"
    " so not one film movie book piece item i you he she "
    "suitable good her him them us my our me probably maybe"
)


def aspect_of(
    message: Message,
    lexicon: Lexicon,
    spans: tuple[tuple[int, int], ...],
    titles: tuple[tuple[int, int], ...] = (),
) -> Aspect | None:
    """The aspect that a message asks about; None where it is no question about an item.

    `spans`: the words that name the items; of these `titles` ask nothing themselves (“Whose Body?”), as “the shortest” does.
    """
    inside = {p for start, end in titles for p in range(start, end)}
    text = " ".join("title" if p in inside else w.folded for p, w in enumerate(message.words))
    rest = [w.folded for place, w in enumerate(message.words) if not any(s <= place < e for s, e in spans)]
    plain = " ".join(rest)
    asks = bool(_ASKS.match(text)) or message.ending.strip(' "”’)').endswith("?")
    if not asks and not _DESCRIBE.search(text):
        return None
    asked = [topics for pattern, topics in _TOPICS if pattern.search(plain) or pattern.search(text)]
    if asked:
        asked = asked[:1] if asked[0] == ("cast",) else asked[:2]
        names = tuple(dict.fromkeys(name for topics in asked for topic in topics for name in _told_by(lexicon, topic)))
        return Aspect(kind="fact", attributes=names, words=tuple(topics[0] for topics in asked))
    named = tuple(
        a.name
        for a in lexicon.schema.attributes
        if a.type != "text" and re.search(rf"\b{re.escape(plain_name(a.name))}\b", plain)
    )
    if named and asks:
        return Aspect(kind="fact", attributes=named, words=(plain_name(named[0]),))
    if _DESCRIBE.search(text):
        return Aspect(kind="all")
    if _YES_NO.match(text):
        return checked(rest, lexicon)
    return None


def _told_by(lexicon: Lexicon, topic: _Asked) -> Iterator[str]:
    """The attributes that may say something of a topic."""
    if topic == "cast":
        yield from (a.name for a in lexicon.about("people") if CAST & set(plain_name(a.name).split()))
    else:
        yield from (a.name for a in lexicon.about(topic))


def checked(rest: list[str], lexicon: Lexicon) -> Aspect:
    """A yes-or-no question: a value of the catalogue to check, or words to look for in the passages."""
    for length in (3, 2, 1):
        for start in range(len(rest) - length + 1):
            meanings = lexicon.phrases.get(tuple(rest[start : start + length]), ())
            if meanings and not all(word in _SMALL for word in rest[start : start + length]):
                said = " ".join(rest[start : start + length])
                names = tuple(dict.fromkeys(m.attribute for m in meanings))
                return Aspect(kind="value", attributes=names, words=tuple(m.value for m in meanings), value=said)
    words = tuple(word for word in rest if word not in _SMALL)
    return Aspect(kind="passage", words=words) if words else Aspect(kind="all")
