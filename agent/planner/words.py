"""A message as words with their places, so that what one reader claims is not read twice. Knows no catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.titles import fold

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)*|[$€£¥]|[<>]=?|[^\w\s]")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?$")
_QUOTES = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|(?<!\w)'([^']+)'(?!\w)|(?<!\w)‘([^’]+)’(?!\w)")
_YEARS = r"(?:[2-9]|1[0-2]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_AGE = re.compile(
    rf"(?:(?<=\bhe is )|(?<=\bshe is )|(?<=\bwho is )|(?<=\bhe's )|(?<=\bhe’s )|(?<=\bshe's )|(?<=\bshe’s )){_YEARS}(?=\s*(?:$|[,.;!?]|and\b|but\b))"
    rf"|\b{_YEARS}(?:[- ]?years?[- ]olds?|[- ]?yo)\b"
    r"(?: (?:son|daughter|kid|child|boy|girl|niece|nephew|cousin|brother|sister|grandson|granddaughter|grandchild)s?)?",
    re.IGNORECASE,
)
EXCLAIMED = (
    r"oh|ooh|ah+|aha|hm+|well|wow|ok|okay|alright|cool|awesome|great|nice|good|perfect|excellent|sweet|fine|yay|gotcha|sure|right|true"
    r"|absolutely|definitely|certainly|exactly|of course|yes|yea|yeah|yep|yeap|yup|lol|haha\w*"
)
"""What people exclaim, as alternatives of a pattern over folded words."""
LEAD = (
    rf"(?:(?:{EXCLAIMED}|um+|uh+|so|and|but|also|then|now|again|maybe|no|nope|nah|hi|hey|hello|please|thanks|sorry|wait|actually"
    r"|honestly|basically|omg|man|dude|bro) )*"
)
"""What people begin with before they say anything (“oh ok, and”), the space behind it included."""
PRAISE = (
    r"good|great|amazing|awesome|wonderful|fantastic|excellent|brilliant|hilarious|hysterical|fun|funny|lovely|perfect|interesting|intriguing"
    r"|exciting|terrific|promising|delightful"
)
BLAME = r"bad|boring|awful|terrible|dull|horrible|overrated|disappointing|rubbish|tedious|tiresome|dire|unwatchable|unreadable"
VERY = (
    r"really|very|so|pretty|quite|too|just|definitely|certainly|also|honestly|actually|absolutely|totally|super|kind of"
)
"""What people call a film that they liked or did not like, and the words before that; alternatives as in `EXCLAIMED`."""
KIN = (
    r"(?:(?:little|older|younger|big|elder|best|old|teenage|eldest|youngest|small|two|three) )?"
    r"(?:sister|brother|wife|husband|partner|girlfriend|boyfriend|friend|mother"
    r"|mum|mom|father|dad|son|daughter|kid|child|children|kids|friends|parents|roommate|flatmate|colleague|cousin|aunt|uncle|nephew|niece"
    r"|grandmother|grandma|gran|nan|nana|grandfather|grandpa|granny|fiance|fiancee|boss|neighbour|neighbor|in laws|family)"
)
"""Whom people tell of."""
KEEN = r"in|for|mood|into|fan|fond|keen|on|up|feel|feeling|interested|big|huge|like"
"""The words between “not” and what somebody does not care for: “not in the mood for”, “not a big fan of”, “not into”."""
_FACES = re.compile(r"(?:(?<=\s)|^)[:;=]['’]?-?[DPpOoSsXx3](?!\w)")
_SIGNS = frozenset("$€£¥") | {"<", ">", "<=", ">="}
_PLURALS = {
    "children": "child",
    "women": "woman",
    "men": "man",
    "people": "person",
    "series": "series",
    "news": "news",
    "movies": "movie",
    "shoes": "shoe",
}


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word. `folded` has no case, accents or apostrophes; `stop` is the punctuation before it ("" for none); `quote` counts from 1."""

    text: str
    folded: str
    start: int
    end: int
    stop: str = ""
    quote: int = 0

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[:1].isupper()


@dataclass(frozen=True, kw_only=True)
class Message:
    """The raw text, its words, and the punctuation at the very end."""

    raw: str
    words: tuple[Word, ...]
    ending: str = ""

    @property
    def folded(self) -> str:
        """All words, folded, one space apart."""
        return " ".join(word.folded for word in self.words)

    def text(self, start: int, end: int) -> str:
        """The raw text from one word to another (end excluded)."""
        return self.raw[self.words[start].start : self.words[end - 1].end] if start < end else ""

    def at(self, place: int) -> str:
        """The folded word at a place, "" outside."""
        return self.words[place].folded if 0 <= place < len(self.words) else ""

    def boundary(self, place: int) -> bool:
        """Whether a clause ends before that place: punctuation, the beginning or the end."""
        return place <= 0 or place >= len(self.words) or bool(self.words[place].stop)


def word_set(words: str) -> frozenset[str]:
    """The words of a text, for lists of words in code."""
    return frozenset(words.split())


GOOD = word_set(
    "good great amazing awesome wonderful fantastic excellent brilliant hilarious funny classic fun lovely perfect cute cool best "
    "favorite favorites favourite favourites fav favs fave faves favor interesting scary beautiful enjoyable entertaining epic nice "
    "incredible superb legendary phenomenal terrific goodie creepy greatest outstanding masterpiece lit hysterical heartwarming touching "
    "charming delightful stunning suspenseful gripping moving worth decent amusing marvelous marvellous fabulous stellar impressive "
    "magnificent adorable spectacular exceptional splendid gem"
)
BAD = word_set(
    "bad boring awful terrible dull horrible overrated disappointing stupid worst meh hate hated dislike disliked sucks sucked annoying "
    "cheesy silly weird lame rubbish tedious tiresome drivel dire unwatchable unreadable "
    "disappointed letdown trash garbage crap crappy mediocre lousy dreadful atrocious corny"
)


def _quote_of(raw: str) -> list[tuple[int, int]]:
    return [found.span() for found in _QUOTES.finditer(raw)]


def _is_stop(raw: str, start: int, end: int) -> bool:
    mark = raw[start:end]
    if mark in {"-", "–", "—"}:
        return start > 0 and raw[start - 1].isspace()
    closes = end >= len(raw) or raw[end].isspace() or raw[end] in "\"”»)'’.!?"
    run_on = mark == "." and bool(re.search(r"[a-z]{3}$", raw[:start])) and bool(re.match(r"[a-z]{3}", raw[end:]))
    return run_on or mark in {",", ";", ":", "!", "?", "(", ")", '"', "“", "”"} or (mark in {".", "…"} and closes)


def _is_abbreviation(word: Word) -> bool:
    """Whether a full stop behind a word ends no sentence: initials and titles of people."""
    initial = len(word.text) == 1 and word.capital and word.text != "I"
    return initial or word.folded in {"mr", "mrs", "ms", "dr", "st", "jr", "vs", "no", "op"}


def without_ages(raw: str) -> str:
    """A message in which a child's age is the word child: what is recorded are children's things, no years of life.

    >>> without_ages("a book for my 8-year-old niece")
    'a book for my child'
    >>> without_ages("a present for my nephew, he is nine and loves ships")
    'a present for my nephew, he is child and loves ships'
    """
    return _AGE.sub("child", raw)


def read_message(raw: str) -> Message:
    """The words of a message.

    >>> [w.folded for w in read_message("I don't like R.U.R., sci-fi under $1,200!").words]
    ['i', 'dont', 'like', 'r', 'u', 'r', 'sci', 'fi', 'under', '$', '1200']
    """
    quotes = _quote_of(raw)
    words: list[Word] = []
    stop = ""
    for found in _TOKEN.finditer(_FACES.sub(lambda face: " " * len(face.group()), raw)):
        mark = found.group()
        folded = mark.replace(",", "").rstrip(".") if _NUMBER.match(mark) else mark if mark in _SIGNS else fold(mark)
        if not folded:
            abbreviated = mark == "." and words and words[-1].end == found.start() and _is_abbreviation(words[-1])
            stop = (stop + mark) if _is_stop(raw, *found.span()) and not abbreviated else stop
            continue
        quote = next((n for n, (low, high) in enumerate(quotes, 1) if low <= found.start() < high), 0)
        words.append(Word(text=mark, folded=folded, start=found.start(), end=found.end(), stop=stop, quote=quote))
        stop = ""
    return Message(raw=raw, words=tuple(words), ending=stop)


def singular(word: str) -> str:
    """A guess at the singular of an English word; never shorter than three letters.

    >>> [singular(w) for w in ("comedies", "films", "boots", "classes", "glass", "series", "children")]
    ['comedy', 'film', 'boot', 'class', 'glass', 'series', 'child']
    """
    if word in _PLURALS:
        return _PLURALS[word]

    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
