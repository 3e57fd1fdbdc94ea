"""Words of a sentence and how they are compared. Knows no item."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from prompts import common_words, near_forms, same_forms, writer_words
from retrieval.titles import fold

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_POSSESSIVE = re.compile(r"['’]s?$")
_ENDINGS = (
    "fulness",
    "iness",
    "ingly",
    "ness",
    "edly",
    "ment",
    "ing",
    "ies",
    "ied",
    "ily",
    "est",
    "ed",
    "ly",
    "y",
    "e",
)
_IRREGULAR = {
    "wrote": "write", "written": "write", "told": "tell", "thought": "think", "went": "go", "gone": "go", "kept": "keep",
    "found": "find", "made": "make", "came": "come", "ran": "run", "stood": "stand", "fell": "fall", "fallen": "fall",
    "saw": "see", "seen": "see", "grew": "grow", "grown": "grow", "built": "build", "lost": "lose", "left": "leave",
    "children": "child", "men": "man", "women": "woman", "people": "person", "lives": "life", "wives": "wife",
    "ill": "sick", "woke": "wake", "broke": "break", "broken": "break", "hid": "hide", "hidden": "hide", "stolen": "steal",
    "murderer": "murder", "heard": "hear", "lay": "lie", "lying": "lie", "drawn": "draw", "began": "begin", "begun": "begin",
    "laid": "lay", "led": "lead", "met": "meet", "sang": "sing", "sung": "sing", "won": "win", "drove": "drive", "driven": "drive",
    "rode": "ride", "ridden": "ride", "flew": "fly", "flown": "fly", "threw": "throw", "thrown": "throw", "sold": "sell", "bought": "buy",
    "fought": "fight", "caught": "catch", "taught": "teach", "sank": "sink", "sunk": "sink", "chose": "choose", "chosen": "choose",
    "spoke": "speak", "spoken": "speak", "stole": "steal", "swam": "swim", "wore": "wear", "worn": "wear", "knew": "know", "known": "know",
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """A word with its place in the sentence."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """In lower case, without a possessive ending."""
        return _POSSESSIVE.sub("", self.text.casefold().replace("’", "'"))

    @property
    def capital(self) -> bool:
        """Whether it starts with a capital."""
        return self.text[:1].isupper()


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in order; numbers are not among them."""
    return tuple(Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(text))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its ending; two forms of a word mostly meet here.

    >>> stem("whispers"), stem("whispering")
    ('whisper', 'whisper')
    """
    low = fold(word).replace(" ", "")
    low = _IRREGULAR.get(low, low)
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is", "ies")):
        low = low[:-1]
    for ending in _ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            low = low[: -len(ending)]
            break
    return low[:-1] if len(low) > 3 and low[-1] == low[-2] else low


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """The stems that a word stands for: its own, and those of the phrases that mean the same. Its possessive is the word itself."""
    low = fold(_POSSESSIVE.sub("", word))
    found = {stem(low)}
    for group in _groups().get(stem(low), ()):
        found |= {stem(part) for phrase in group for part in phrase.split() if len(phrase.split()) == 1}
    return frozenset(found)


@lru_cache(maxsize=20_000)
def same_forms_of(word: str) -> frozenset[str]:
    """The stems of a word and of what means the same; not of what is only near to it."""
    own = stem(fold(_POSSESSIVE.sub("", word)))
    groups = ([stem(phrase) for phrase in group if " " not in phrase] for group in same_forms())
    return frozenset([own]).union(*(group for group in groups if own in group))


@cache
def _groups() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Stem -> groups of words of the same meaning, and the values that a word is near to."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    near = [(said, *meant) for said, meant in near_forms() if " " not in said]
    for group in (*same_forms(), *near):
        singles = [phrase for phrase in group if " " not in phrase]
        for phrase in singles if group in same_forms() else singles[:1]:
            groups.setdefault(stem(phrase), []).append(group)
    return {key: tuple(found) for key, found in groups.items()}


@cache
def known(section: str) -> frozenset[str]:
    """The words of one section of writer_words.txt."""
    return writer_words().get(section, frozenset())


@cache
def _same() -> dict[str, frozenset[str]]:
    """Folded value -> the stems of all words in phrases that mean the same: "united kingdom" -> british, english."""
    found: dict[str, set[str]] = {}
    for group in same_forms():
        stems = {stem(word) for phrase in group for word in phrase.split()}
        for phrase in group:
            found.setdefault(fold(phrase), set()).update(stems)
    return {phrase: frozenset(stems) for phrase, stems in found.items()}


def value_stems(value: str) -> frozenset[str]:
    """The stems of a catalogue value and of what people call it."""
    return _same().get(fold(value), frozenset()) | stems_of((value,))


def is_free(word: Word) -> bool:
    """Whether a word claims nothing: a function word, or one of those with which a recommendation is made."""
    low = word.low
    return low in known("function") or low in known("soft") or "n't" in low or len(low) == 1


def is_talk(word: Word) -> bool:
    """Whether a word may stand in plain conversation."""
    return is_free(word) or word.low in known("chat")


@cache
def everyday() -> frozenset[str]:
    """Words that begin sentences without being names."""
    return common_words() | known("function") | known("soft") | known("chat")


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words of some texts, with what they mean the same as."""
    return frozenset(form for text in texts for word in words_of(text) for form in forms(word.text))


def overlap(text: str, texts: Iterable[str]) -> float:
    """Which part of a text's content words stands in some other texts; 1 where it has none."""
    own = [word for word in words_of(text) if word.low not in known("function")]
    held = stems_of(texts)
    return sum(bool(forms(word.text) & held) for word in own) / len(own) if own else 1.0
