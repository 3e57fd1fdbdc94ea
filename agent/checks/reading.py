"""A sentence with what it speaks of: which titles stand in it, and whose fact a place in it tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from agent.checks.words import known, stems_of, value_stems, words_of
from agent.evidence import Evidence, ItemEvidence
from retrieval.titles import fold

MASK = "\x00"
QUOTE = re.compile(r"“([^“”]*)”|\"([^\"]*)\"|(?<!\w)[‘']([^‘’']{12,})[’'](?!\w)")
_JOINS = re.compile(r"[,;:—–(]|\b(?:and|or|while|whereas|but|then|with|than|as|like|to|from)\b", re.IGNORECASE)
_COORDINATED = re.compile(
    r"^[\s\x00,&“”\"']*(?:and|or|then|plus|,)?[\s“”\"']*(?:\([^()]*\))?[\s,]*(?:and|or|then)?[\s“”\"']*$"
)
_CHANNELS = {
    "transcript": "recording sound voice hear heard listen spoken narrator talk clip audio",
    "sound": "sound music recording measured hear sounds",
    "tags": "picture image photo model sees see seen spot detected recognises tags labels visible guesses sure",
    "caption": "picture image photo model sees see seen caption visible",
    "ocr": "picture cover print reads read text letters words",
    "colours": "picture colour colours",
    "review": "review",
}
_ALL = re.compile(
    r"\b(?:both|all (?:of|are|six|five|four|three|eight|seven|the|these|come)|each|every one|they|these|them|their|those"
    r"|neither|none|(?:this|the) list|listed here|shown here|most of what)\b|^all\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:than|unlike|half of|length of|not)\s+(?:the\s+)?[“\"*]?$", re.IGNORECASE)
_OF_MATCH = re.compile(r"\b(?:match|fit|share|weight|comes? from|owes?)\b", re.IGNORECASE)
_TALK = re.compile(
    r"^\W*(?:tell|let|would|could|shall|should|do|did|if|i|i['’]\w+|please|enjoy|sorry|thanks|thank|hello|hi|want|which|what"
    r"|you|you['’]\w+|your|here|happy|any|nothing is|just)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """A title in a sentence. `item` is None for a liked title or the anchor."""

    start: int
    end: int
    title: str
    item: ItemEvidence | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that the evidence does not carry, and the text that would mend it where that is clear."""

    start: int
    end: int
    why: str
    fix: str | None = None


@dataclass(frozen=True, eq=False)
class Reading:
    """One sentence read against its evidence. `topic`: the items that the sentence before was about."""

    text: str
    evidence: Evidence
    topic: tuple[ItemEvidence, ...] = ()

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """All titles in the sentence, in order; a longer title hides a shorter one within it."""
        found: list[Mention] = []
        for form, mention in _forms(self.evidence):
            for match in re.finditer(form, self.text):
                start, end = match.span()
                if any(start < m.end and m.start < end for m in found) or not _stands_as_title(self.text, start, end):
                    continue
                found.append(Mention(start, end, mention.title, mention.item))
        return tuple(sorted(found, key=lambda m: m.start))

    @cached_property
    def masked(self) -> str:
        """The sentence with its titles blotted out, all places kept."""
        text = self.text
        for mention in self.mentions:
            text = text[: mention.start] + MASK * (mention.end - mention.start) + text[mention.end :]
        return text

    @cached_property
    def unquoted(self) -> str:
        """The masked sentence with its quotes blotted out too: what the writer says itself."""
        text = self.masked
        for match in QUOTE.finditer(self.text):
            text = text[: match.start()] + MASK * (match.end() - match.start()) + text[match.end() :]
        return text

    @cached_property
    def told(self) -> tuple[Mention, ...]:
        """The mentions of items of this turn's lists."""
        return tuple(mention for mention in self.mentions if mention.item is not None)

    @cached_property
    def about(self) -> tuple[ItemEvidence, ...]:
        """The items that the sentence speaks of."""
        if self.told:
            return tuple(dict.fromkeys(m.item for m in self.told if m.item is not None))
        if makers := self._by_maker:
            return makers
        if _TALK.search(self.text):
            carried = any(m.item is None for m in self.mentions) and _OF_MATCH.search(self.masked)
            return self.topic if carried else ()  # “you like Dracula, and most of the match comes from there”
        if _ALL.search(self.unquoted):
            return self.topic if len(self.topic) > 1 else self.evidence.items
        return self.topic

    @cached_property
    def _by_maker(self) -> tuple[ItemEvidence, ...]:
        """The one item that bears the names of a sentence without a title: its maker's (“Christie's book”), or those in its passages (“Nemo”)."""
        words = words_of(self.masked)
        names = {
            fold(w.low)
            for w in words
            if w.capital and len(w.low) > 3 and w.low not in known("function") | known("soft")
        }
        if not names:
            return ()
        by_maker = [(len(names & set(fold(" ".join(i.of("people"))).split())), i) for i in self.evidence.items]
        by_text = [(len(names & _capitals(i)), i) for i in self.evidence.items]
        for counts in (by_maker, by_text):
            most = max((count for count, _ in counts), default=0)
            best = [item for count, item in counts if count == most]
            if most and len(best) == 1:
                return (best[0],)
        return ()

    @cached_property
    def _parts(self) -> tuple[tuple[int, int, tuple[ItemEvidence, ...]], ...]:
        """Stretches of the sentence with their owners."""
        if not self.told:
            return ((0, len(self.text), self.about),)
        parts: list[tuple[int, int, tuple[ItemEvidence, ...]]] = []
        group: list[Mention] = []
        start = 0
        for place, mention in enumerate(self.told):
            if parts and _COMPARED.search(self.masked[: mention.start]) and mention.item is not None:
                # “ONE is shorter than OTHER with its 300 pages, and it ...”: behind that clause the first is spoken of again.
                first, end = parts[-1][2], self.clause_span(mention.end)[1]
                last = self.told[place + 1].start if place + 1 < len(self.told) else len(self.text)
                end = min(end, last)
                parts += [(start, end, (mention.item,)), (end, last, first)]
                start = last
                continue
            group.append(mention)
            following = self.told[place + 1] if place + 1 < len(self.told) else None
            end = len(self.text)
            if following is not None:
                between = self.masked[mention.end : following.start]
                if _COORDINATED.match(between):
                    end = following.start
                    parts.append((start, end, (mention.item,) if mention.item else ()))
                    start = end
                    continue
                joins = list(_JOINS.finditer(between))
                end = mention.end + (joins[-1].start() if joins else len(between))
            owners = tuple(dict.fromkeys(m.item for m in group if m.item is not None))
            if len(owners) > 1:
                parts.append((start, mention.end, (mention.item,) if mention.item else ()))
                start = mention.end
            parts.append((start, end, owners))
            start, group = end, []
        return tuple(parts)

    def owners(self, place: int) -> tuple[ItemEvidence, ...]:
        """The items whose fact stands at this place; () where it is nobody's."""
        return next((owners for start, end, owners in self._parts if start <= place < end), self.about)

    def clause_span(self, place: int) -> tuple[int, int]:
        """Where the clause around a place begins and ends."""
        before = (m.end() for m in re.finditer(r"[,;:—–]\s|\b(?:but|while|whereas)\b", self.masked[:place]))
        after = re.search(r"[,;:—–.]\s|\b(?:but|while|whereas)\b", self.masked[place:])
        return max(before, default=0), place + after.start() if after else len(self.masked)

    def clause(self, place: int) -> str:
        """The clause around a place, titles blotted out."""
        start, end = self.clause_span(place)
        return self.masked[start:end]

    @cached_property
    def asked(self) -> frozenset[str]:
        """The stems of what the person said and what was looked for."""
        liked = (*self.evidence.liked, self.evidence.anchor)
        return stems_of((self.evidence.message, self.evidence.wished, *liked))


Check = Callable[[Reading], Sequence[Finding]]


@lru_cache(maxsize=512)
def _capitals(item: ItemEvidence) -> frozenset[str]:
    """The capitalised words of an item's passages, folded."""
    return frozenset(fold(w.low) for text in item.texts for w in words_of(text) if w.capital)


@lru_cache(maxsize=512)
def held_stems(item: ItemEvidence) -> frozenset[str]:
    """The stems of everything that an item's evidence says."""
    names = (name for fact in item.facts for name in (fact.name, fact.topic) if name != "other")
    values = (value_stems(value) for fact in item.facts for value in fact.values)
    channels = (_CHANNELS.get(cited.passage.channel, "") for cited in item.passages)
    return stems_of((item.title, *names, *item.texts, *channels)).union(*values)


def _forms(evidence: Evidence) -> list[tuple[str, Mention]]:
    """Patterns of all titles, the longest first."""
    shapes: list[tuple[str, Mention]] = []
    for item in evidence.items:
        shapes += [(form, Mention(0, 0, item.title, item)) for form in _shapes(item.title)]
    for title in (*evidence.liked, *(t for ts in evidence.told.values() for t in ts), evidence.anchor):
        shapes += [(form, Mention(0, 0, title)) for form in _shapes(title) if title]
    shapes += [(form, Mention(0, 0, item.title, item)) for item in evidence.items for form in _aliases(item, evidence)]
    shapes.sort(key=lambda shape: -len(shape[0]))
    return [(rf"(?<!\w){_pattern(form)}(?!\w)", mention) for form, mention in shapes]


def _shapes(title: str) -> list[str]:
    """The ways in which a title is written: whole, without what is in brackets, before a colon, without its article."""
    bare = title.split(" (")[0]
    moved = bare.rsplit(", ", 1)
    turned = f"{moved[1]} {moved[0]}" if len(moved) == 2 and moved[1] in {"The", "A", "An"} else bare
    whole = [title, bare, turned, *([turned.split(": ")[0]] if ": " in turned else [])]
    short = [form.split(" ", 1)[1] for form in whole if form.split(" ")[0] in {"The", "A", "An"} and " " in form]
    kept = [form for form in short if len(form) > 3]
    return list(dict.fromkeys([*whole, *kept]))


def _aliases(item: ItemEvidence, evidence: Evidence) -> list[str]:
    """Parts of a title that only this item has: “Usher”, “the Rue Morgue”."""
    parts = [part for part in re.split(r"[\s,:()]+", item.title) if part]
    others = [i for i in evidence.items if i is not item]
    taken = {
        fold(w) for i in others for t in (i.title, *i.texts, *(v for f in i.facts for v in f.values)) for w in t.split()
    }
    taken |= {fold(word) for title in (*evidence.liked, evidence.anchor) for word in title.split()}
    own = {fold(word) for fact in item.facts for value in fact.values for word in value.split()}
    found = []
    for start in range(len(parts)):
        for end in range(start + 1, min(start + 5, len(parts)) + 1):
            run = parts[start:end]
            clear = [
                w
                for w in run
                if w[:1].isupper()
                and len(w) > 3
                and fold(w) not in taken | own
                and w.casefold() not in known("function") | known("soft")
            ]
            if clear and run[0][:1].isupper() and run[-1][:1].isupper() and " ".join(run) != item.title:
                found.append(" ".join(run))
    return found


def _pattern(title: str) -> str:
    """A title as a pattern: any apostrophe, quote, dash and space, accents or none."""
    out = []
    for character in title.rstrip(".!?"):
        if character in "'’‘ʻ":
            out.append("['’‘ʻ]?")
        elif character in "-–—":
            out.append("[-–—]")
        elif character.isspace():
            out.append(r"\s+")
        elif fold(character) != character.casefold() and fold(character):
            out.append(f"[{re.escape(character)}{re.escape(fold(character))}]")
        else:
            out.append(re.escape(character))
    return "".join(out) + (re.escape(title[len(title.rstrip(".!?")) :]) and r"[.!?]?" if title[-1:] in ".!?" else "")


def _stands_as_title(text: str, start: int, end: int) -> bool:
    """Whether a title that is also an everyday word (“We”, “Mother”) is meant as one here."""
    word = text[start:end]
    if " " in word or word.casefold() not in known("function") | known("soft") | {"mother", "passing", "faust"}:
        return True
    quoted = text[start - 1 : start] in "“\"'*" and start > 0
    after = text[end:].lstrip("”\"'*")
    begins = not text[:start].strip(" “\"'*")
    capital = word[:1].isupper()
    clear = bool(re.match(r"\s*[(,]|\s+(?:is|by|follows|has|was|tells|keeps|comes|from)\b|['’]s\b", after))
    return capital and (quoted or clear or not begins)
