"""What an item says, cut into passages: pieces of some 40 to 120 words that end where sentences end, each with a stable id.

A passage is both what is indexed and what is cited, so its text is the source's own words (white space and HTML tags aside).
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from retrieval.titles import fold
from vouch.types import Attribute, AttributeValue, Channel, Item, Media, Passage, Perceived, Schema

FORMAT = 2
"""Goes into every item's digest: with another number all passages are made again (their vectors are kept by their text)."""

FEWEST_WORDS = 40
MOST_WORDS = 120
_BEST_WORDS = 80

_WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|table|blockquote)\b[^<>]{0,500}>", re.IGNORECASE)
# The look-behinds keep a long run of marks from being tried again at each of its characters.
_END = re.compile(
    r"(?:(?<![.!?…])[.!?…]+[\"'”’»)\]]*\s+(?=\S))"  # marks, then space
    r"|(?:(?<![。！？])[。！？]+[」』”’）]*)"  # wide marks need no space
    r"|\n\n|\n(?=[-*•–·] )"  # a paragraph, a bullet
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“'])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|approx|No|Nos|Vol|Op|ed|cf|e\.g|i\.e|ca|Bros|Inc|Ltd|Co)$"
)
ECHO = 0.75
"""The part of the words read in a picture that must stand in the row already, for the text to be left out."""
_PAUSES = ",;:，、；："
_REVIEWS = re.compile(r"review|comment|opinion|critic", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A passage, and what its vector is made of: `labels` with probabilities for what is seen, and the picture's `vector` where
    a map made one; else its text."""

    passage: Passage
    labels: tuple[tuple[str, float], ...] = ()
    vector: tuple[float, ...] = ()


def passages_of(item: Item, schema: Schema) -> tuple[Draft, ...]:
    """The passages of an item's own row: its title with its short attributes in one line, then its texts."""
    found = [
        Passage(passage_id="", item_id=item.item_id, channel="title", text=title_line(item, schema), made_by="file")
    ]
    for attribute in schema.attributes:
        text = item.attributes.get(attribute.name)
        if attribute.type == "text" and isinstance(text, str):
            channel: Channel = "review" if _REVIEWS.search(attribute.name) else "description"
            found += [replace(found[0], channel=channel, text=piece) for piece in split_text(text)]
    return tuple(Draft(passage=p) for p in _with_ids(found))


def perceived_passages(
    item_id: str, media: Media, perceived: Sequence[Perceived], *, made_by: str, seen: bool
) -> tuple[Draft, ...]:
    """The passages of what one perceiver made of one file. With `seen`, tags with labels go to the space "seen"."""
    found: list[Passage] = []
    pieces: list[Perceived | None] = []
    for piece in perceived:
        is_seen = seen and piece.channel == "tags" and bool(piece.labels)
        texts = [piece.text.strip()] if is_seen or piece.start_s is not None else split_text(piece.text)
        for text in filter(None, texts):
            found.append(
                Passage(
                    passage_id="",
                    item_id=item_id,
                    channel=piece.channel,
                    text=text,
                    made_by=made_by,
                    space="seen" if is_seen else "text",
                    media=media.path,
                    start_s=piece.start_s,
                    end_s=piece.end_s,
                )
            )
            pieces.append(piece if is_seen else None)
    return tuple(
        Draft(passage=p, labels=piece.labels, vector=piece.vector) if piece else Draft(passage=p)
        for p, piece in zip(_with_ids(found), pieces, strict=True)
    )


def without_echoes(item: Item, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The drafts without text read in a picture that only says again what the item's row says: a title on its own cover."""
    told = frozenset(fold(" ".join([item.title, *map(_words_of, item.attributes.values())])).split())
    return tuple(d for d in drafts if d.passage.channel != "ocr" or not _echoes(d.passage.text, told))


def _echoes(text: str, told: frozenset[str]) -> bool:
    read = [word for word in fold(text).split() if len(word) > 2]
    return sum(word in told for word in read) >= ECHO * len(read)


def _words_of(value: AttributeValue) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def title_line(item: Item, schema: Schema) -> str:
    """The title and the item's short attributes: "The General (genres: comedy, war; year: 1926; length: 78 min)".

    At most 60 words; a value that another attribute has already said is not said again.
    """
    said = {item.title.casefold()}
    facts: list[str] = []
    order = {"list": 0, "category": 1, "date": 2, "number": 3, "boolean": 4}
    words = 0
    for attribute in sorted((a for a in schema.attributes if a.type in order), key=lambda a: order[a.type]):
        value = _short_value(item, attribute, said)
        words += count_words(value)
        if value and words <= MOST_WORDS // 2:
            facts.append(value)
    return f"{item.title} ({'; '.join(facts)})" if facts else item.title


def split_text(text: str) -> tuple[str, ...]:
    """The text in pieces of some 40 to 120 words, cut between sentences where that can be done.

    Of all ways to cut, the one whose pieces lie nearest to 80 words each. Empty for a text without words.

    >>> split_text("One. Two.")
    ('One. Two.',)
    """
    sentences = [part for sentence in _sentences(_plain(text)) for part in _cut_long(sentence)]
    counts = [count_words(sentence) for sentence in sentences]
    if sum(counts) <= MOST_WORDS:
        whole = _joined(sentences)
        return (whole,) if whole else ()
    cuts = _best_cuts(counts)
    return tuple(_joined(sentences[a:b]) for a, b in pairwise(cuts))


def count_words(text: str) -> int:
    """Words between white space; each Chinese, Japanese or Korean character counts as one.

    >>> count_words("two words"), count_words("電影")
    (2, 2)
    """
    return sum(1 for _ in _WORD.finditer(text))


def _with_ids(passages: Iterable[Passage]) -> list[Passage]:
    # The id is made of what the passage says and where it stands, so it stays when other passages come or go.
    times: Counter[str] = Counter()
    found = []
    for p in passages:
        place = json.dumps([p.item_id, p.channel, p.media, p.start_s, p.text])
        times[place] += 1
        digest = hashlib.blake2b(f"{times[place]}{place}".encode(), digest_size=8).hexdigest()
        found.append(replace(p, passage_id=digest))
    return found


def _short_value(item: Item, attribute: Attribute, said: set[str]) -> str:
    """The like of "genres: comedy, war", or "" where there is nothing short and new to say; adds to `said`."""
    value = item.attributes.get(attribute.name)
    if value is None or value is False:
        return ""
    if value is True:
        return attribute.name
    if isinstance(value, float):
        number = str(int(value)) if value.is_integer() else str(value)
        if re.search(rf"(?<!\d){re.escape(number)}(?!\d)", item.title):  # "Alien (1979)"
            return ""
        unit = attribute.unit or ""
        said_by_name = not unit or attribute.name.casefold().startswith(unit.casefold())  # "minutes: 94 min"
        return f"{attribute.name}: {number}" if said_by_name else f"{attribute.name}: {number} {unit}"
    values = [
        v for v in ((value,) if isinstance(value, str) else value[:8]) if v.casefold() not in said and len(v) < 80
    ]
    said.update(v.casefold() for v in values)
    return f"{attribute.name}: {', '.join(values)}" if values else ""


def _plain(text: str) -> str:
    if _TAG.search(text):
        text = html.unescape(_TAG.sub(" ", _BLOCK_TAG.sub("\n\n", text)))
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r"\n\n+", "\n\n", re.sub(r" ?\n ?", "\n", text))


def _sentences(text: str) -> list[str]:
    found, start = [], 0
    for end in _END.finditer(text):
        mark = text[end.start()]
        if mark == "." and (
            _ABBREVIATION.search(text[max(0, end.start() - 12) : end.start()]) or text[end.end()].islower()
        ):
            continue
        found.append(text[start : end.end()])
        start = end.end()
    found.append(text[start:])
    return [sentence for sentence in found if sentence.strip()]


def _cut_long(sentence: str) -> list[str]:
    """The sentence; a longer one than MOST_WORDS in pieces, cut behind a comma or a semicolon where one is near."""
    words = list(_WORD.finditer(sentence))
    pieces, first = [], 0
    while len(words) - first > MOST_WORDS:
        places = range(first + _BEST_WORDS, first + _BEST_WORDS * 2 // 3, -1)
        next_first = next((at for at in places if words[at - 1].group()[-1] in _PAUSES), first + _BEST_WORDS)
        pieces.append(sentence[words[first].start() : words[next_first].start()])
        first = next_first
    return [*pieces, sentence[words[first].start() :]]


def _best_cuts(counts: Sequence[int]) -> list[int]:
    """Where pieces begin, and the end: the cheapest way to sum up neighbours, by dynamic programming."""
    cost = [0.0] + [float("inf")] * len(counts)
    begin = [0] * (len(counts) + 1)
    for end in range(1, len(counts) + 1):
        words = 0
        for start in range(end - 1, -1, -1):
            words += counts[start]
            if words > MOST_WORDS and start < end - 1:
                break
            here = cost[start] + ((words - _BEST_WORDS) / _BEST_WORDS) ** 2 + (words < FEWEST_WORDS)
            if here < cost[end]:
                cost[end], begin[end] = here, start
    cuts = [len(counts)]
    while cuts[-1]:
        cuts.append(begin[cuts[-1]])
    return cuts[::-1]


def _joined(sentences: Sequence[str]) -> str:
    return " ".join("".join(sentences).split())
