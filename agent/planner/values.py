"""Values of the catalogue in a message, in everyday forms, with what is said of them: demanded, preferred or ruled out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from agent.planner.conditions import Condition, Reading
from agent.planner.contexts import Context, in_story, of_the_work, work_noun_near
from agent.planner.lexicon import Lexicon, Meaning, Topic
from agent.planner.people import People, person_context
from agent.planner.words import KEEN, Message, word_set
from prompts import comparatives
from retrieval.titles import fold
from vouch.types import FilterOp

_NO = re.compile(
    r"(?:^|\s)(?P<no>no|not|without|except|except for|nothing|non|avoid|avoiding"
    r"|minus|excluding|outside|outside of|other than|anything but|everything but|but not|rather than"
    r"|instead of|dont want|dont like|do not want|do not like"
    r"|(?:dont|do not|never|didnt) (?:\w+ly )?(?:watch|see|care for|go for|enjoy)"
    r"|hate|hates|dislike|dislikes|cant stand|isnt|arent|never|neither|nor|less|too|least"
    r"|(?:enough|sick|tired|bored) of|skip|(?:dont|do not|didnt) feel like)"
    rf"(?: (?:{KEEN}|a|an|any|the|so|very|much|really|another|of|your|to be|anything|something"
    r"|more|overly|that|too|kind of|as|all|some|those|these|being|by|from|with|in))*$"
)
_LASTING = re.compile(
    r"\b(?:(?:i|we) (?:really |absolutely |just )?|^(?:i|we) (?:love|adore|like) .* (?:and|but) )(?:hate|dislike|cant stand|dont like"
    r"|do not like|never (?:watch|read|listen to)|detest|loathe)\b"
)
_OPEN = re.compile(r"(?:doesnt|dont|does not|do not|neednt|need not) (?:(?:have|need) to )?be(?: an?)? $")
_TOLD_OF = re.compile(
    r"(?:is|was|its|thats) (?:an?|another|one) (?:(?:really|very|pretty|great|good|nice|fun|classic) )*$"
)
_ONLY_SEEMS = re.compile(r"(?:nothing but|not only|not just|why not|if not)(?: \w+)?$")
_SOFT = frozenset(["least", "less", "too"])
_JOINS = frozenset({"or", "and", "nor", "&"})
_MAKERS = word_set(
    "director directors author authors writer writers composer composers novelist"
    " novelists artist artists poet poets filmmaker "
    "filmmakers playwright playwrights photographer photographers painter painters brand brands maker makers"
)
_BEFORE_VERB = word_set(
    "i we would d id wed really you do also they to just always still absolutely definitely totally kids who ill he she people friends"
)
_VERB_PLAY = re.compile(r"(?:^play|(?:to|you|me|ll|please|can|could|will|should|i|we|they|kids|would|may) play)$")
_PLAYS_IT = word_set("it them that this all every always me us with along loudly")
_ENDS_HEAD = word_set(
    "and or but with about from by for to that which in under over below of please set where who instead this "
    "without like made tonight at between before after if is are was less only on not no as rather than i you we "
    "it too then"
)
_BEFORE_HEAD = word_set(
    "a an some any good great nice best more another only of just want like love something anything really "
    "classic other different and or"
)
_NOTHING_BESIDES = word_set(
    "the a an and only just ok okay then please instead no i mean meant version one as now show me well"
)
_SPOKEN_TOO = {
    "english": ("american", "irish", "scottish", "australian", "new zealand"),
    "german": ("austrian",),
    "spanish": ("mexican", "argentinian", "chilean"),
    "portuguese": ("brazilian",),
}
"""Where else a language is spoken: “in English” means more than British where only countries are recorded."""
_DESCRIBED = word_set("something anything only is be are just it or and not more one")
_TIMES = word_set("before after during since between")
_STANDS_BEFORE = word_set("please only ones one or and but with")
_LEADS_NAME = word_set("from by in of starring directed the")
_NAMED: frozenset[Topic] = frozenset(["country", "people", "language", "brand"])
_BEFORE_US = word_set(
    "for of with to let lets give show tell both all between like than recommend suggest find get make around"
)
OPEN: tuple[Topic, ...] = ("mood",)


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A phrase that means something in this catalogue, and how it is meant."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    context: Context
    negated: bool = False
    soft: bool = False


@dataclass(frozen=True)
class ValueReader:
    """Reads values against the lexicon of a catalogue.

    `known`: words of its texts, which are never taken for slips of others; `usual`: those of several texts, which name nobody.
    """

    lexicon: Lexicon
    known: Collection[str] = ()
    usual: Collection[str] = ()

    @cached_property
    def _people(self) -> People:
        return People(self.lexicon, self.usual)

    def read(self, reading: Reading, story: tuple[tuple[int, int], ...]) -> None:
        """Adds one condition an attribute and direction."""
        mentions: list[Mention] = []
        place = 0
        while place < len(reading.message.words):
            found = self._at(reading, place, story, mentions)
            place = found.end if found else place + 1
            if found and found.context != "story":
                mentions.append(found)
        self._negated(reading, [m for m in mentions if m.negated])
        self._wanted(reading, [m for m in mentions if not m.negated])

    def _at(
        self, reading: Reading, place: int, story: tuple[tuple[int, int], ...], before: list[Mention]
    ) -> Mention | None:
        words = tuple(word.folded for word in reading.message.words)
        for end in range(min(place + self.lexicon.longest, len(words)), place, -1):
            if any(word.stop for word in reading.message.words[place + 1 : end]) or not reading.free(place, end):
                continue
            meanings = self._meanings(reading, words[place:end], place)
            meanings = self._people.meant(reading.message, (place, end), meanings)
            if meanings and self._only_tells(reading, place, end, meanings):
                reading.claim(place, end)
                return None
            if meanings:
                negated, soft = self._denied(reading, place, before)
                context = self._context(reading, (place, end), meanings, story)
                if negated and (context == "loose" or reading.message.at(place - 1) == "in"):
                    context = "work"
                return Mention(start=place, end=end, meanings=meanings, context=context, negated=negated, soft=soft)
        return None

    def _meanings(self, reading: Reading, words: tuple[str, ...], place: int) -> tuple[Meaning, ...]:
        found = () if _means_ourselves(reading.message, words, place) else self.lexicon.phrases.get(words, ())
        names = len(words) in {2, 3} and all(w.capital for w in reading.message.words[place : place + len(words)])
        if not found and (reading.message.at(place - 1) == "by" or names):
            named = self.lexicon.suggests_name(words)
            found = self.lexicon.phrases[named] if named else ()
        if self._of_country(words) and self._behind_in(reading.message, place):
            elsewhere = (self.lexicon.phrases.get(tuple(said.split()), ()) for said in _SPOKEN_TOO.get(words[-1], ()))
            found = tuple(dict.fromkeys((*found, *itertools.chain(*elsewhere))))
        if found or len(words) > 1:
            return found
        base = comparative_base(words[0])
        if base and (base,) in self.lexicon.phrases:
            reading.rewritten[place] = base
            return self.lexicon.phrases[base,]
        meant = None if words[0] in self.known else self.lexicon.suggests(words[0])
        if meant and not self.lexicon.is_name(meant):
            reading.rewritten[place] = meant[0]
            return self.lexicon.phrases[meant]
        return ()

    def _only_tells(self, reading: Reading, place: int, end: int, meanings: tuple[Meaning, ...]) -> bool:
        """Whether a genre is no wish: told of a work that was named (“it is a horror film”), left open (“needn't be animated”), part of a name."""
        message = reading.message
        if self.lexicon.topics[meanings[0].attribute] != "genre":
            return False
        before = " ".join(word.folded for word in message.words[max(0, place - 6) : place]) + " "
        if _OPEN.search(before) or (message.at(end - 1) == "comic" and message.at(end) in {"book", "books", "strip"}):
            return True
        if _TOLD_OF.search(before):
            start = next((p for p in range(place - 1, -1, -1) if message.at(p) in {"is", "was", "its", "thats"}), place)
            pointed = message.at(start) in {"its", "thats"} or message.at(start - 1) in {"it", "that", "this"}
            return pointed or start - 1 in reading.titled
        name = message.words[place].capital and place > 1 and message.words[place - 1].capital
        shouted = sum(w.capital for w in message.words) * 2 > len(message.words)
        inside = name and not message.words[place].stop and not message.boundary(place - 1)
        return inside and not shouted and (message.at(place - 1),) not in self.lexicon.phrases

    def _denied(self, reading: Reading, place: int, before: list[Mention]) -> tuple[bool, bool]:
        message = reading.message
        low = place
        while low > 0 and place - low < 8 and not message.words[low].stop:
            low -= 1
        said = " ".join(word.folded for word in message.words[low:place])
        found = _NO.search(said)
        if found and not _ONLY_SEEMS.search(said):
            denial = said[found.start("no") :].split()
            reading.claim(place - len(denial), place)
            return True, found["no"] in _SOFT or bool({"too", "so", "very", "overly"} & {*denial[1:]})
        if before and before[-1].negated and self._joined(reading, before[-1].end, place):
            return True, before[-1].soft
        return False, False

    def _joined(self, reading: Reading, end: int, start: int) -> bool:
        between = [word.folded for word in reading.message.words[end:start]]
        commas = start < len(reading.message.words) and set(reading.message.words[start].stop) <= {","}
        linked = len(between) <= 2 and set(between) <= _JOINS | {"a", "an", "any"}
        return commas and linked and (bool(between) or "," in reading.message.words[start].stop)

    def _context(
        self, reading: Reading, span: tuple[int, int], meanings: tuple[Meaning, ...], story: tuple[tuple[int, int], ...]
    ) -> Context:
        start, end = span
        message, topic = reading.message, self.lexicon.topics[meanings[0].attribute]
        if topic == "people" or topic == "brand":
            return person_context(reading, span, story)
        if in_story(start, story) and not (
            message.at(start - 1) == "from" and of_the_work(reading, start, self.lexicon)
        ):
            return "story"
        if _VERB_PLAY.search(" ".join(w.folded for w in message.words[max(0, start - 1) : start + 1])):
            return "story"
        if message.at(start) == "plays" and message.at(start + 1) in _PLAYS_IT:  # “my neighbour plays it all day”
            return "story"
        if message.at(start - 1) == "the" and message.at(start - 2) in _TIMES:
            return "story"
        openly = any(self.lexicon.topics[m.attribute] in OPEN and m.strength == "same" for m in meanings)
        if message.at(start) in {"love", "like", "fancy"} and self._is_verb(message, start):
            return "story"
        compared = [
            p
            for p in range(max(0, start - 3), start)
            if message.at(p) == "like" and message.at(p - 1) not in {"i", "we", "d", "id", "would"}
        ]
        if (compared and topic != "kind") or meanings[0].strength == "near" or openly:
            return "loose"
        if topic in {"country", "language"}:
            return self._of_place(reading, span)
        if topic == "kind":
            pointing = message.at(start - 1) in {"that", "this", "the"} and not message.at(end - 1).endswith("s")
            pointing = pointing and not _lone(message, start, end)
            goods = message.at(start - 1) == "for" or self._kind_follows(message.at(end))
            return "story" if pointing else "loose" if goods else "work"
        return self._of_head(reading, span)

    def _is_verb(self, message: Message, place: int) -> bool:
        """“I love”, “would love”, and “Love Kate Hudson” at the beginning of a sentence."""
        follows = message.words[place + 1 : place + 2]
        named = bool(follows) and (follows[0].capital or follows[0].folded in {"that", "it", "him", "her", "the"})
        return message.at(place - 1) in _BEFORE_VERB or (named and message.boundary(place))

    def _kind_follows(self, word: str) -> bool:
        return any(self.lexicon.topics[m.attribute] == "kind" for m in self.lexicon.phrases.get((word,), ()))

    def _of_place(self, reading: Reading, span: tuple[int, int]) -> Context:
        message, (start, end) = reading.message, span
        if message.at(end) in _MAKERS and message.at(start - 1) in {"a", "an", "some", "any", "by", "the"}:
            return "work"
        if message.at(start - 1) == "in" and not self._is_own_name(message, span) and _stands_alone(message, end):
            return "work"  # “in French” is the language of the work, “in France” may be the place of its story
        leads = message.at(start - 2) if message.at(start - 1) == "the" else message.at(start - 1)
        noun = leads != "of" or self._is_own_name(message, span)
        if leads in {"from", "in", "of"} and noun and not work_noun_near(message, end, self.lexicon):
            return "work" if of_the_work(reading, start, self.lexicon) else "story"
        described = message.at(start - 1) in _DESCRIBED
        alone = message.boundary(start) and _stands_alone(message, end)
        return "work" if described or alone or work_noun_near(message, end, self.lexicon) else "loose"

    def _of_country(self, words: tuple[str, ...]) -> bool:
        return any(self.lexicon.topics[m.attribute] == "country" for m in self.lexicon.phrases.get(words, ()))

    def _behind_in(self, message: Message, place: int) -> bool:
        """Whether “in” stands before a place, or before others joined with it (“in English, German or French”)."""
        low = place - 1
        while low > 0 and (message.at(low) in _JOINS or self._of_country((message.at(low),))):
            low -= 1
        return message.at(low) == "in"

    def _is_own_name(self, message: Message, span: tuple[int, int]) -> bool:
        """Whether words are a value as it stands (“France”), not another form of it (“French”)."""
        words = tuple(message.at(place) for place in range(*span))
        return any(fold(m.value) == " ".join(words) for m in self.lexicon.phrases.get(words, ()))

    def _of_head(self, reading: Reading, span: tuple[int, int]) -> Context:
        message, (start, end) = reading.message, span
        if work_noun_near(message, end, self.lexicon, 2):
            return "work"
        ends = message.boundary(end) or message.at(end) in _ENDS_HEAD or reading.claimed[end] is not None
        begins = message.boundary(start) or message.at(start - 1) in _BEFORE_HEAD or reading.claimed[start - 1]
        return "work" if ends and (begins or message.at(end - 1) in self.lexicon.work_nouns) else "loose"

    def _negated(self, reading: Reading, mentions: list[Mention]) -> None:
        firm: dict[str, list[str]] = {}
        soft: dict[str, list[str]] = {}
        for mention in mentions:
            same = [m for m in mention.meanings if m.strength == "same"]
            for number, m in enumerate(same or mention.meanings):
                strong = not mention.soft and (bool(same) or number < 3)
                (firm if strong else soft).setdefault(m.attribute, []).append(m.value)
            reading.claim(mention.start, mention.end)
        lasting = bool(_LASTING.search(reading.message.folded))
        for group, hard in ((firm, True), (soft, False)):
            for name, values in group.items():
                once = list(dict.fromkeys(values))
                held = lasting and hard
                reading.add(Condition(attribute=name, op="none_of", value=once, hard=hard, lasting=held))

    def _wanted(self, reading: Reading, mentions: list[Mention]) -> None:
        for mention in mentions:
            self._prefer(reading, mention)
        groups: dict[str, list[tuple[Mention, tuple[str, ...]]]] = {}
        for mention in mentions:
            if mention.context == "work":
                name = mention.meanings[0].attribute
                values = tuple(m.value for m in mention.meanings if m.attribute == name and m.strength == "same")
                groups.setdefault(name, []).append((mention, values))
        for name, said in groups.items():
            self._demand(reading, name, said)

    def _demand(self, reading: Reading, name: str, said: list[tuple[Mention, tuple[str, ...]]]) -> None:
        attribute = self.lexicon.schema.attribute(name)
        values = list(dict.fromkeys(value for _, found in said for value in found))
        several = attribute is not None and attribute.type == "list" and len(said) > 1 and len(values) == len(said)
        op: FilterOp = "all_of" if several and not self._either(reading, [m for m, _ in said]) else "any_of"
        topic = self.lexicon.topics[name]
        if attribute is not None and attribute.type == "category" and len(values) == 1:
            reading.add(Condition(attribute=name, op="=", value=values[0]))
        else:
            reading.add(Condition(attribute=name, op=op, value=values))
        for mention, _ in said:
            start = mention.start
            while topic in _NAMED and reading.message.at(start - 1) in _LEADS_NAME and reading.free(start - 1, start):
                start -= 1
            reading.claim(start, mention.end, "keep" if topic in self._kept else "drop")

    @property
    def _kept(self) -> set[Topic]:
        """Topics whose words stay in the query's text; of goods the kind too, since “shoes” says more than “Footwear”."""
        kept: set[Topic] = {"mood", "other", "colour"}
        return kept if self.lexicon.about("people") else kept | {"kind"}

    def _either(self, reading: Reading, mentions: list[Mention]) -> bool:
        """Whether several values are said as a choice: “or”, commas alone, or plurals (“comedies and dramas”)."""
        message = reading.message
        for one, other in itertools.pairwise(mentions):
            between = {w.folded for w in message.words[one.end : other.start]}
            plural = (
                message.at(one.end - 1).endswith("s") and message.at(other.end - 1).endswith("s") and "and" in between
            )
            if "or" in between or plural or (not between and message.words[other.start].stop):
                return True
        return False

    def _prefer(self, reading: Reading, mention: Mention) -> None:
        if mention.context != "loose":
            return
        wanted: dict[str, list[str]] = {}
        same = [m for m in mention.meanings if m.strength == "same"]
        for m in mention.meanings:
            if m.strength == "same" or not any(s.attribute == m.attribute for s in same):
                wanted.setdefault(m.attribute, []).append(m.value)
        for name, values in wanted.items():
            reading.add(Condition(attribute=name, op="any_of", value=values, hard=False))
        told = bool(same) and all(self.lexicon.topics[m.attribute] == "genre" for m in same)
        reading.claim(mention.start, mention.end, "drop" if told else "keep")


def _stands_alone(message: Message, end: int) -> bool:
    """Whether nothing follows that the words before a place could describe."""
    return message.boundary(end) or message.at(end) in _STANDS_BEFORE


def _lone(message: Message, start: int, end: int) -> bool:
    """Whether a message says nothing besides these words (“the book”, “ok the film then”)."""
    around = {w.folded for p, w in enumerate(message.words) if not start <= p < end}
    return around <= _NOTHING_BESIDES


def comparative_base(word: str) -> str:
    """The plain form of a comparative that people use of works: "funnier" -> "funny"; "" for other words."""
    return comparatives().get(word) or comparatives().get(word.removesuffix("est") + "er", "")


def _means_ourselves(message: Message, words: tuple[str, ...], place: int) -> bool:
    """“Something for us”: no country, unless it is the one word in capitals."""
    capitals = message.words[place].text.isupper() and not message.raw.isupper()
    return words == ("us",) and not capitals and message.at(place - 1) in _BEFORE_US
