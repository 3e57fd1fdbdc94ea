"""“The second one”, “that”, “the black one”, “the film you mentioned first”: resolved by code over what was shown, newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.ledger import LATELY, Ledger
from agent.planner.lexicon import Lexicon
from agent.planner.titles import TitleMention
from agent.planner.words import LEAD, Message, singular
from agent.reference_words import (
    ALL,
    BARE_ORDINAL,
    BEHIND_ORDINAL,
    BEHIND_SUPERLATIVE,
    COMPARED,
    COUNTS,
    DESCRIBED,
    FIRST_N,
    IT,
    MENTIONED,
    NO_IT_BEFORE,
    NO_IT_BEHIND,
    NOT_DESCRIBED,
    NTH,
    NUMBER,
    OF_SERIES,
    ORDINAL,
    SEQUEL,
    STOP,
    SUPERLATIVE,
    SUPERLATIVE_OF,
    SUPERLATIVES,
    THAT,
    WHICH,
)
from retrieval.catalogue import Catalogue
from retrieval.titles import fold, title_forms, trailing_year
from vouch.types import Item

_JUDGED = re.compile(r"\b(?:liked?|loved?|hated?|enjoyed|disliked?|seen|watched|saw|read) $")
_OPENS = re.compile(rf"{LEAD}(?:(?:what|how) about |tell me about |(?:what|who|when|where) (?:is|was) )?")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Words start..end (end excluded) point at items that were shown. Several in `close`: two readings are close, so ask.

    `beyond`: there was a list, but not that long. `missing`: nothing that was shown is said to be like that.
    """

    start: int
    end: int
    said: str
    item_ids: tuple[str, ...]
    close: tuple[str, ...] = ()
    beyond: int = 0
    missing: str = ""
    pronoun: bool = False

    @property
    def mention(self) -> TitleMention:
        """The reference as if its title had been said."""
        return TitleMention(start=self.start, end=self.end, said=self.said, item_ids=self.item_ids)


class ReferenceReader:
    """Resolves references against a ledger and a catalogue."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon) -> None:
        self._catalogue = catalogue
        self._lexicon = lexicon

    def points(self, message: Message) -> bool:
        """Whether a message points at a list at all (“the second one”), whatever was shown."""
        return any(self._places(message, pattern) for pattern in (ORDINAL, MENTIONED, FIRST_N))

    def read(self, message: Message, ledger: Ledger) -> tuple[Reference, ...]:
        """The references of a message in order, none overlapping; () where nothing was shown or spoken of yet."""
        found = self._of_series(message, ledger)
        if not ledger.listed and ledger.in_focus is None:
            return tuple(found)
        for reader in (
            self._firsts,
            self._ordinals,
            self._mentioned,
            self._superlatives,
            self._alls,
            self._described,
            self._pronouns,
        ):
            for reference in reader(message, ledger):
                if all(reference.end <= other.start or reference.start >= other.end for other in found):
                    found.append(reference)
        return tuple(sorted(found, key=lambda r: r.start))

    def _of_series(self, message: Message, ledger: Ledger) -> list[Reference]:
        """“The first one”, where a sequel was spoken of lately and no list is to be counted in: the film whose name it bears."""
        spans = self._places(message, OF_SERIES)
        if not spans or len(ledger.pointed_at) > 1:
            return []
        for turn in reversed(ledger.turns[-LATELY:]):
            titles = [self._catalogue.by_id[i].title for i in (*turn.shown, *turn.about)]
            for text in (*titles, turn.text, turn.said):
                for sequel in SEQUEL.finditer(fold(text)):
                    earlier = self._named(sequel["base"])
                    if earlier:
                        return [self._made(message, (start, end), (earlier,)) for start, end, _ in spans]
        return []

    def _named(self, words: str) -> str:
        """The item_id of the earliest work whose title these words end with, the longest title first; "" where there is none."""
        parts = words.split()
        for start in range(len(parts)):
            title = " ".join(parts[start:])
            found = [item for item in self._catalogue.find(title) if title in title_forms(item.title)]
            if found and len(title) > 2:
                return min(found, key=lambda item: (trailing_year(item.title) or 9999, item.item_id)).item_id
        return ""

    def _places(self, message: Message, pattern: re.Pattern[str]) -> list[tuple[int, int, re.Match[str]]]:
        text = message.folded
        starts, place = {}, 0
        for number, word in enumerate(message.words):
            starts[place] = number
            place += len(word.folded) + 1
        ends = {start + len(message.words[number].folded): number + 1 for start, number in starts.items()}
        found = [(starts.get(m.start()), ends.get(m.end()), m) for m in pattern.finditer(text)]
        return [(low, high, m) for low, high, m in found if low is not None and high is not None]

    def _made(self, message: Message, span: tuple[int, int], ids: tuple[str, ...]) -> Reference:
        return Reference(start=span[0], end=span[1], said=message.text(*span), item_ids=ids)

    def _firsts(self, message: Message, ledger: Ledger) -> list[Reference]:
        found = []
        for start, end, match in self._places(message, FIRST_N):
            n = COUNTS[match["n"]]
            ids = ledger.listed[:n] if match["end"] == "first" else ledger.listed[-n:]
            found.append(self._made(message, (start, end), ids))
        return found

    def _ordinals(self, message: Message, ledger: Ledger) -> list[Reference]:
        found = []
        for start, end, match in self._places(message, ORDINAL):
            noun = match["noun"]
            ever = bool(match["ever"]) and match["nth"] in {"first", "last"}
            wanted = [NTH[match["nth"]], *([NTH[match["also"]]] if match["also"] else [])]
            pool = ledger.shown if ever else _counted_in(ledger, wanted)
            of_kind = self._of_kind(pool, noun) if noun not in {"one", "ones"} else pool
            by_place = (
                pool
                if noun
                in {
                    "one",
                    "item",
                    "thing",
                    "title",
                    "recommendation",
                    "suggestion",
                    "result",
                    "choice",
                    "option",
                    "pick",
                }
                else of_kind
            )
            found.append(self._nth(message, (start, end), by_place, wanted))
        for start, end, match in self._places(message, BARE_ORDINAL):
            good_for = (message.at(end), message.at(end + 1)) == ("good", "for")
            if not (message.boundary(end) or message.at(end) in BEHIND_ORDINAL or good_for):
                continue  # “the third man”
            wanted = [NTH[match["nth"]], *([NTH[match["also"]]] if match["also"] else [])]
            found.append(self._nth(message, (start, end), _counted_in(ledger, wanted), wanted))
        for start, end, match in self._places(message, NUMBER):
            n = match["n"]
            found.append(self._nth(message, (start, end), ledger.listed, [COUNTS.get(n) or int(n)]))
        return found

    def _nth(self, message: Message, span: tuple[int, int], pool: tuple[str, ...], wanted: list[int]) -> Reference:
        ids = tuple(pool[n - 1 if n > 0 else n] for n in wanted if pool and (n < 0 or n <= len(pool)))
        beyond = max((n for n in wanted if n > len(pool)), default=0)
        return Reference(
            start=span[0], end=span[1], said=message.text(*span), item_ids=ids, beyond=beyond if not ids else 0
        )

    def _mentioned(self, message: Message, ledger: Ledger) -> list[Reference]:
        found = []
        for start, end, match in self._places(message, MENTIONED):
            pool = self._of_kind(ledger.shown, match["noun"])
            first = match["when"] in {"first", "at first", "at the start", "at the beginning", "earlier", "before"}
            newest = self._of_kind(ledger.listed, match["noun"])
            ids = pool[:1] if first else newest[:1]
            found.append(self._made(message, (start, end), ids))
        return found

    def _of_kind(self, pool: tuple[str, ...], noun: str) -> tuple[str, ...]:
        """Those of a pool that are of the kind a noun names; all where it names none."""
        meanings = [
            m
            for m in self._lexicon.phrases.get((noun,), ())
            if self._lexicon.topics[m.attribute] == "kind" and m.strength == "same"
        ]
        if not meanings:
            return pool
        return tuple(i for i in pool if any(_has(self._catalogue.by_id[i], m.attribute, m.value) for m in meanings))

    def _superlatives(self, message: Message, ledger: Ledger) -> list[Reference]:
        asks = re.match(
            r"(?:which|whats|what is|what|is|and|tell me|show me|id like|ill take|i want|give me|the|why|how)",
            message.folded,
        )
        found = [(span, word, ledger.listed) for *span, word in self._words(message, SUPERLATIVE) if asks]
        found += [(span, SUPERLATIVE_OF[word], ledger.last_two) for *span, word in self._words(message, WHICH)]
        if ledger.last is not None and len(ledger.last.about) == 2 and not ledger.last.shown:
            found += [(span, SUPERLATIVE_OF[word], ledger.last.about) for *span, word in self._words(message, COMPARED)]
        found = [(span, word, pool) for span, word, pool in found if _stands_alone(message, span[1])]
        made = [self._most(message, (span[0], span[1]), word, pool) for span, word, pool in found]
        return [reference for reference in made if reference is not None]

    def _words(self, message: Message, pattern: re.Pattern[str]) -> list[tuple[int, int, str]]:
        return [(start, end, match["word"]) for start, end, match in self._places(message, pattern)]

    def _most(self, message: Message, span: tuple[int, int], word: str, pool: tuple[str, ...]) -> Reference | None:
        """The item of a pool that has most or least of what a superlative measures."""
        *topics, choose = SUPERLATIVES[word]
        for topic in topics:
            numbers = [(n, i) for i in pool if (n := self._number(i, str(topic))) is not None]
            if numbers:
                best = choose(n for n, _ in numbers)
                return self._made(message, span, tuple(i for n, i in numbers if n == best)[:1])
        return None

    def _number(self, item_id: str, topic: str) -> float | None:
        item = self._catalogue.by_id[item_id]
        for attribute in self._lexicon.about(topic):  # type: ignore[arg-type]
            value = item.attributes.get(attribute.name)
            if isinstance(value, float | int):
                return float(value)
            if isinstance(value, str) and (year := re.match(r"\d{4}", value)):
                return float(year.group())
        return None

    def _alls(self, message: Message, ledger: Ledger) -> list[Reference]:
        return [
            self._made(message, (start, end), ledger.listed)
            for start, end, match in self._places(message, ALL)
            if len(ledger.listed) > ("both" in match.group())
        ]

    def _pronouns(self, message: Message, ledger: Ledger) -> list[Reference]:
        focus = ledger.in_focus
        if focus is None:
            return []
        spans = [(start, end) for start, end, _ in self._places(message, THAT)]
        for start, end, match in self._places(message, IT):
            before, behind = message.folded[: match.start()], message.folded[match.end() + 1 :]
            if not NO_IT_BEFORE.search(before) and not NO_IT_BEHIND.match(behind):
                spans.append((start, end))
        return [replace(self._made(message, span, (focus,)), pronoun=True) for span in spans]

    def _described(self, message: Message, ledger: Ledger) -> list[Reference]:
        found = []
        for start, end, match in self._places(message, DESCRIBED):
            words = (match["before"] or match["after"] or match["only"] or "").split()
            noun = match["noun"] or match["only"] or "one"
            if match["after"]:  # “the one with the rabbit, who made it?”
                end = next((p for p in range(start + 3, end) if message.words[p].stop), end)
                words = [message.at(p) for p in range(start + 3, end)]
            words = [w for w in words if w not in STOP and w != match["only"]]
            if set(words) & NOT_DESCRIBED or any(message.words[p].stop for p in range(start + 1, min(end, start + 3))):
                continue
            reference = self._best(message, (start, end), ledger, (words, noun))
            if reference is not None and reference.close and noun == "ones":
                continue  # “the animated ones” asks for such
            before = message.folded[: match.start()]
            asks = match["after"] and message.ending.startswith("?") and _OPENS.fullmatch(before)
            judges = match["before"] and noun == "one" and _JUDGED.search(before)
            if reference is None and (asks or judges):
                said = message.text(start + 3, end) if asks else " ".join(words)
                reference = Reference(start=start, end=end, said=message.text(start, end), item_ids=(), missing=said)
            if reference is not None:
                found.append(reference)
        return found

    def _best(
        self, message: Message, span: tuple[int, int], ledger: Ledger, said: tuple[list[str], str]
    ) -> Reference | None:
        words, noun = said
        for listed in ledger.lists:
            pool = self._of_kind(listed, noun)
            if not words and noun == "one":
                return None
            scores = sorted(
                ((self._fits(self._catalogue.by_id[i], words), -place, i) for place, i in enumerate(pool)), reverse=True
            )
            good = [
                (score, i) for score, _, i in scores if score >= (1.0 if words else 0.0) and score >= 0.5 * len(words)
            ]
            if not good:
                continue
            best = [i for score, i in good if score >= good[0][0] - 0.5]
            if len(best) > 1 and (words or len(pool) > 1):
                return Reference(
                    start=span[0], end=span[1], said=message.text(*span), item_ids=(), close=tuple(best[:3])
                )
            return self._made(message, span, (best[0],))
        return None

    def _fits(self, item: Item, words: list[str]) -> float:
        """How many of the words an item meets: by title or value 2, by what its passages say 1."""
        title = set(fold(item.title).split())
        texts = {singular(w) for p in self._catalogue.passages_of(item.item_id) for w in fold(p.text).split()}
        score = 0.0
        for word in words:
            meanings = self._lexicon.phrases.get((word,), ())
            valued = any(m.strength == "same" and _has(item, m.attribute, m.value) for m in meanings)
            if (
                word in title
                or valued
                or word in {str(int(v)) for v in item.attributes.values() if isinstance(v, float | int)}
            ):
                score += 2
            elif singular(word) in texts or any(_akin(word, other) for other in (*title, *texts)):
                score += 1
        return score


def _counted_in(ledger: Ledger, wanted: list[int]) -> tuple[str, ...]:
    """The items that ordinals count in: those just spoken of together where they are so many, else the newest list."""
    together = ledger.pointed_at
    return together if max(wanted) <= len(together) else ledger.listed


def _stands_alone(message: Message, end: int) -> bool:
    """Whether no noun of its own follows a superlative: “the cheapest backpack” is a request of its own."""
    return message.boundary(end) or message.at(end) in BEHIND_SUPERLATIVE


def _akin(word: str, other: str) -> bool:
    """Whether two words grow from one stem, as far as their first letters tell: whale, whaling; moon, moonlight."""
    stem = word[: max(4, len(word) - 1)]
    return len(word) > 3 and other.startswith(stem)


def _has(item: Item, attribute: str, value: str) -> bool:
    own = item.attributes.get(attribute)
    return value in own if isinstance(own, tuple) else own == value
