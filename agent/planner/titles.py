"""Titles of the catalogue in a message: exact forms, longest first; a title made of everyday words only where a title stands.

Close spellings are found too, but only named, never taken: `TitleMention.close` says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agent.planner.said_forms import main_parts, said_forms
from agent.planner.words import BAD, GOOD, Message, singular, word_set
from prompts import common_words
from retrieval.catalogue import Catalogue
from retrieval.titles import fold, title_forms

_SMALL = word_set("a an the of and or in on to for de la le les du des der die das il el et und y e")
_BEFORE_TITLE = word_set(
    "loved love adore adored enjoyed enjoy liked hated hate disliked seen watched read heard like about called "
    "named titled have rewatched reread than directed wrote composed made written why recommend suggested "
    "recommended hide of is was know got find forget saw played to not except without"
    " found find thought besides finished"
)
_AFTER_TITLE = word_set(
    "is was were because boring dull great awful terrible bad too very wonderful tedious overrated again already"
)
_BEFORE_FILM = word_set(
    "loved love adore adored enjoyed liked hated seen watched watch see saw called titled recommend suggested watching seeing rewatched"
)
"""Behind these several everyday words that are a title name it, whatever follows (“i will watch fight club again”)."""
_WORKS = word_set(
    "movies films docs documentaries stories books novels shows series comedies dramas thrillers stuff things music songs genre genres"
)
_OF_SERIES = word_set("first second third last original newest latest new old")
"""“I enjoyed the first Frozen.”"""
_JUDGING = GOOD | BAD
_EXCLAIMED = _JUDGING | word_set("yes no yep wow")
"""“It was awesome” and “Yes!” name no film, whatever films are called."""
_JOINS = frozenset(["and", "or", "but", "&", "with"])
_FILM = word_set("movie film flick story book show series")
_PRONOUNS = word_set("i you he she it we they me him her us them one this that who what")
_BEFORE_THING = word_set("without no with any some about more many of against")
_INDEFINITE = word_set(
    "a an some any no my your his her their our this that these those other another good great new old more"
)
_OPENERS = word_set(
    "i ive im its it thats that this have do did can what whats who how is are was were and but or the a thanks thank yes no not also my "
    "he she they we you by with has had in on for of love loved like liked both any so"
)
"""Words that a sentence begins with where the mark before it was left out."""


_FEW, _LEAST_LETTERS = 3, 5


@dataclass(frozen=True, kw_only=True)
class TitleMention:
    """Words start..end (end excluded) name one of `item_ids`; several where the title is borne by several.

    `series`: the words begin the titles of all of them. `close`: the words are no title; `item_ids` are those whose titles look
    like them, () where none does: a title that is not here.
    """

    start: int
    end: int
    said: str
    item_ids: tuple[str, ...]
    close: bool = False
    series: bool = False


@dataclass(frozen=True)
class TitleReader:
    """Finds titles in messages. Built once a catalogue."""

    catalogue: Catalogue

    @cached_property
    def _forms(self) -> dict[str, Mapping[tuple[str, ...], tuple[str, ...]]]:
        return said_forms(self.catalogue)

    @property
    def told(self) -> Collection[str]:
        """The folded words of all descriptions."""
        return self._texts_with.keys()

    @cached_property
    def usual(self) -> frozenset[str]:
        """The folded words that several descriptions hold."""
        return frozenset(word for word, count in self._texts_with.items() if count > 3)

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The folded words of all titles, and their singulars."""
        own = {word for item in self.catalogue.items for word in fold(item.title).split()}
        return frozenset(own | {singular(word) for word in own})

    @cached_property
    def _texts_with(self) -> dict[str, int]:
        """Word -> how many items' descriptions hold it although their titles do not."""
        found: dict[str, set[str]] = {}
        for passage in self.catalogue.passages:
            title = (
                set(fold(self.catalogue.by_id[passage.item_id].title).split())
                if passage.item_id in self.catalogue.by_id
                else set()
            )
            for word in set(fold(passage.text).split()) - title:
                found.setdefault(word, set()).add(passage.item_id)
        return {word: len(ids) for word, ids in found.items()}

    def read(self, message: Message, familiar: frozenset[str] = frozenset()) -> tuple[TitleMention, ...]:
        """The titles in a message, in order, none overlapping. `familiar`: item_ids that were shown, whose titles may stand anywhere."""
        found: list[TitleMention] = []
        place = 0
        while place < len(message.words):
            mention = self._quoted(message, place) or self._at(message, place, before=found, familiar=familiar)
            if mention is not None and message.at(place) in _SMALL:  # “the Star Wars films” names no “The Star”
                longer = self._at(message, place + 1, before=found, familiar=familiar)
                mention = longer if longer is not None and longer.end > mention.end else mention
            if mention is not None:
                found.append(mention)
                place = mention.end
            else:
                place += 1
        return tuple(found)

    def close(self, said: str, least: float = 78) -> tuple[str, ...]:
        """The item_ids whose titles are so close to what was said that it may be a slip of the fingers."""
        from rapidfuzz import fuzz, process

        ids: list[str] = []
        bare = re.sub(r"^(?:the|a|an) ", "", said, flags=re.IGNORECASE)
        near = [*self.catalogue.close_titles(said), *(self.catalogue.close_titles(bare) if bare != said else ())]
        for title in dict.fromkeys(near):
            forms = title_forms(title)
            asked = {singular(w) for w in fold(said).split() if w not in _SMALL}
            within = len(asked) >= 2 and asked <= {singular(w) for w in fold(title).split()}
            if within or max(fuzz.ratio(fold(said), form) for form in (*forms, *main_parts(title))) >= least:
                ids += [item.item_id for item in self.catalogue.find(title)]
        alike = process.extract(fold(bare), self._spelled, scorer=fuzz.ratio, limit=3, score_cutoff=max(least, 85))
        ids += [i for form, _, _ in alike for i in self._forms[form.split()[0]][tuple(form.split())]]
        part = self._by_word.get(fold(bare), ())  # “Gatsby”: a word that only a few titles have
        return tuple(dict.fromkeys([*ids, *(part if len(part) <= _FEW else ())]))

    @cached_property
    def _by_word(self) -> dict[str, tuple[str, ...]]:
        """A word of at least five letters -> the item_ids in whose titles it stands."""
        found: dict[str, list[str]] = {}
        for item in self.catalogue.items:
            for word in dict.fromkeys(fold(item.title).split()):
                if len(word) >= _LEAST_LETTERS:
                    found.setdefault(word, []).append(item.item_id)
        return {word: tuple(ids) for word, ids in found.items()}

    @cached_property
    def _spelled(self) -> list[str]:
        return [" ".join(words) for forms in self._forms.values() for words in forms if len(" ".join(words)) > 4]

    def _quoted(self, message: Message, place: int) -> TitleMention | None:
        quote = message.words[place].quote
        if not quote or (place and message.words[place - 1].quote == quote):
            return None
        end = place
        while end < len(message.words) and message.words[end].quote == quote:
            end += 1
        said = message.text(place, end)
        ids = self._ids(message, place, end) or tuple(item.item_id for item in self.catalogue.find(said))
        close = () if ids else self.close(said)
        return TitleMention(start=place, end=end, said=said, item_ids=ids or close, close=not ids)

    def _ids(self, message: Message, start: int, end: int) -> tuple[str, ...]:
        words = tuple(word.folded for word in message.words[start:end])
        return self._forms.get(words[0], {}).get(words, ())

    def _at(
        self, message: Message, place: int, *, before: list[TitleMention], familiar: frozenset[str]
    ) -> TitleMention | None:
        for words, ids in self._fitting(message, place):
            end = place + len(words)
            if self._goes_on(message, end):
                continue
            known = familiar.intersection(ids) and not (len(words) == 1 and words[0] in _PRONOUNS)
            known = known and not (len(words) == 1 and self._in_a_name(message, place))
            article = message.at(place - 1) in _INDEFINITE
            dated = self._dated(message, end, ids)
            if dated or (known and not article) or self._stands_as_title(message, place, end, before):
                ids = tuple(i for i in ids if i in familiar) if known and len(ids) > 1 else ids
                end, ids = self._with_year(message, end, ids)
                series = len(ids) > 1 and not any(
                    " ".join(words) in title_forms(self.catalogue.by_id[i].title) for i in ids
                )
                return TitleMention(start=place, end=end, said=message.text(place, end), item_ids=ids, series=series)
        return None

    def _fitting(self, message: Message, place: int) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """The title forms that begin at a place, longest first; a possessive last word (“Metropolis's”) fits too."""
        forms = self._forms.get(message.at(place), {})
        if not forms and message.at(place).endswith("s"):
            forms = {
                words: ids for words, ids in self._forms.get(message.at(place)[:-1], {}).items() if len(words) == 1
            }
        rest = tuple(word.folded for word in message.words[place : place + 16])
        for words in sorted(forms, key=len, reverse=True):
            same = rest[: len(words)] == words
            owner = rest[: len(words) - 1] == words[:-1] and rest[len(words) - 1 : len(words)] in {
                (words[-1] + "s",),
                (words[-1] + "ss",),
            }
            apostrophe = owner and re.search(r"['’]s$", message.words[place + len(words) - 1].text)
            inside = all(
                not w.stop or w.stop in {":", ",", "-", "–", "—", "."}
                for w in message.words[place + 1 : place + len(words)]
            )
            if (same or apostrophe) and inside:
                yield words, forms[words]

    def _goes_on(self, message: Message, end: int) -> bool:
        """Whether a subtitle follows that makes it another title (“Jumanji: Next Level”)."""
        if end >= len(message.words) or message.words[end].stop != ":":
            return False
        word = message.words[end]
        attached = message.raw[message.words[end - 1].end : word.start] == ":"
        return attached or (word.capital and word.folded not in _OPENERS | _EXCLAIMED)

    def _dated(self, message: Message, end: int, ids: tuple[str, ...]) -> bool:
        """Whether the year of one of them stands in brackets right behind: then the words are its title, whatever they are."""
        bracketed = end < len(message.words) and "(" in message.words[end].stop
        return bracketed and any(message.at(end) in self._years(i) for i in ids)

    def _with_year(self, message: Message, end: int, ids: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """A year right behind a title that several items bear, as in Dracula (1931), chooses between them."""
        found = re.match(r"(1[5-9]\d\d|20\d\d)$", message.at(end))
        if not found:
            return end, ids
        fitting = tuple(i for i in ids if found.group(1) in self._years(i))
        bracket = "(" in message.words[end].stop
        return (end + 1, fitting) if fitting and (len(ids) > 1 or bracket) else (end, ids)

    def _years(self, item_id: str) -> set[str]:
        item = self.catalogue.by_id[item_id]
        numbers = {
            str(int(v)) for v in item.attributes.values() if isinstance(v, float | int) and not isinstance(v, bool)
        }
        return numbers | set(re.findall(r"\d{4}", item.title))

    def _stands_as_title(self, message: Message, start: int, end: int, before: list[TitleMention]) -> bool:
        words = message.words[start:end]
        folded = [word.folded for word in words]
        if (
            message.at(start - 1) in _INDEFINITE
            and folded[0] not in {"a", "an", "the"}
            and not self._capitals(message, start, end)
        ):
            return False
        if sum(map(len, folded)) <= 2 and (not words[0].capital or self._glued(message, start)):
            return False
        if folded in (["the", "one"], ["the", "ones"]) and not words[-1].capital:
            return False
        if message.at(start - 1) == "of" and message.at(start - 2) in {"kind", "sort"} and not words[0].capital:
            return False  # “she is kind of old school”
        if len(folded) == 1 and folded[0].isdigit() and "(" in words[0].stop:
            return False  # the year of a title that is not here
        if (
            len(folded) == 1
            and message.at(start - 1) in {"a", "an"}
            and message.at(end) in _FILM
            and self._everyday(folded)
        ):
            return False  # “a Vampire movie”
        first = message.at(start - 1) in _OF_SERIES and message.at(start - 2) == "the"
        stands = message.at(start - 3 if first else start - 1) in _BEFORE_TITLE
        if len(folded) == 1 and folded[0] in _PRONOUNS and len(message.words) > 1:
            return stands and words[0].capital and message.boundary(end)
        if len(folded) == 1 and folded[0] in _EXCLAIMED and len(message.words) > 1:
            judged = message.at(start - 1) in {"is", "was", "are", "were", "its", "thats"}
            return stands and words[0].capital and message.boundary(end) and not judged
        if len(folded) == 1 and self._partly(folded):
            cued = stands and words[0].capital and message.at(start - 1) not in {"is", "was"}
            if message.at(start - 1) in _BEFORE_THING or (self._everyday(folded) and not cued):
                return False
        if start == 0 and end == len(message.words):
            return (
                len(message.words) > 1
                or message.words[0].capital
                or (len(folded[0]) > 3 and folded[0] not in _PRONOUNS)
            )
        if len(folded) == 1 and self._in_a_name(message, start):
            return False
        if self._capitals(message, start, end):
            return True
        if not self._everyday(folded):
            return True
        if len(folded) == 1 and message.at(start - 1) == "to" and not words[0].capital:
            return False
        after_title = (
            bool(before)
            and start - before[-1].end <= 1
            and (message.at(start - 1) in _JOINS or message.words[start].stop == ",")
        )
        ends = message.boundary(end) or message.at(end) in _JOINS or message.at(end) in _AFTER_TITLE
        content = len([w for w in folded if w not in _SMALL])
        longish = content >= 2
        if (content >= 3 or (longish and len(folded) >= 4)) and sum(map(len, folded)) >= 12:
            return True
        cue, vague = message.at(start - 1), folded[0].endswith("thing") or folded[0] in _INDEFINITE
        vague = vague or message.at(end) in _WORKS  # “I love true crime docs” names a kind
        if longish and not vague and not message.words[start].stop and (cue in _BEFORE_FILM or after_title):
            return True
        if longish and message.boundary(start) and message.at(end) in {"is", "was", "are", "were"}:
            return True
        return (
            (stands or after_title)
            and ends
            and (longish or folded[0] in {"the", "a", "an"} or message.at(start - 1) not in {"about", "of"})
        )

    def _glued(self, message: Message, start: int) -> bool:
        """Whether a word is the end of another (“D” of “3D”)."""
        return start > 0 and message.words[start - 1].end == message.words[start].start

    def _in_a_name(self, message: Message, start: int) -> bool:
        """Whether a capital word stands right beside another that begins no sentence (“Bird Box”, “Christopher Guest”)."""

        def capital(place: int) -> bool:
            word = message.words[place]
            return word.capital and word.folded not in _OPENERS and word.text[:1].isalpha()

        if not message.words[start].capital or message.raw.isupper() or all(w.capital for w in message.words):
            return False
        behind = start + 1 < len(message.words) and not message.words[start + 1].stop and capital(start + 1)
        opens = start < 2 or any(mark in message.words[start - 1].stop for mark in ".!?)")
        return behind or (not opens and not message.words[start].stop and capital(start - 1))

    def _partly(self, folded: list[str]) -> bool:
        """Whether words are only a part of every title that they may name (“Guest” of “The Guest”)."""
        said = " ".join(folded)
        forms = [
            title_forms(self.catalogue.by_id[i].title) for i in self._forms.get(folded[0], {}).get(tuple(folded), ())
        ]
        return all(said not in own or any(form.split()[1:] == folded for form in own) for own in forms)

    def _capitals(self, message: Message, start: int, end: int) -> bool:
        """Whether it is written as a title is: its words capital, and not only because a sentence begins or all is capital."""
        words = [w for w in message.words[start:end] if w.folded not in _SMALL] or list(message.words[start:end])
        named = (
            len(words) > 1 and words[0].capital and message.at(start - 1) in _BEFORE_TITLE
        )  # “I have seen Girls trip”
        if not named and not all(w.capital or w.text[:1].isdigit() for w in words):
            return False
        if message.raw.isupper() or (len(message.words) > 3 and all(w.capital for w in message.words)):
            return False
        first = message.words[start]
        begins = (
            start == 0
            or any(mark in first.stop for mark in ".!?)")
            or (len(words) == 1 and len(first.text) > 2 and first.text.isupper())
        )
        alone = end - start == 1 and (begins or first.folded == "i")
        if begins and not alone:
            return len(words) > 1 or first.folded in _SMALL or not self._everyday([w.folded for w in words])
        return not alone

    def _everyday(self, folded: list[str]) -> bool:
        """Whether the words could stand in any message without naming a work."""
        content = [w for w in folded if w not in _SMALL]
        known = common_words()
        usual = [
            w in known or w in _JUDGING or singular(w) in known or w.isdigit() or self._texts_with.get(w, 0) > 3
            for w in content
        ]
        return all(usual) and len(content) < 4
