"""Titles that a person names and the catalogue does not have: so that it can be said instead of guessed."""

from __future__ import annotations

import re

from agent.planner.lexicon import Lexicon
from agent.planner.titles import TitleMention, TitleReader
from agent.planner.words import BLAME, LEAD, PRAISE, VERY, Message, Word, singular, word_set
from prompts import common_words
from retrieval.titles import fold

_CUE = re.compile(
    r"(?:(?:i|we|ive|weve|also|really|already|just|do you|you) (?:have |really |absolutely"
    r" |just |also )?(?:loved|love|liked|enjoyed|enjoy|hated|hate|adored|adore|seen"
    r"|watched|read|saw|disliked|know|have)"
    r"|(?:something|somthing|someting|sumthing|smth|smthing|sth|anything|films?|movies?|books?|more|similar|music|others?|another"
    r" one|stuff|just|exactly|not|is|whats|pieces?|novels?) (?:like|to)|^like|similar to"
    r"|in the (?:style|vein|spirit) of|have you got|do you know|have you heard of"
    r"|who (?:directed|wrote|composed|made)"
    r"|tell me about|what is|called|named|titled|fan of|favou?rites? (?:is|are)|when"
    r" was|how long is|find|search for|look up|find me|show me|what about|how about|as \w+ as|why not|why)$"
)
_JUDGED = re.compile(
    rf"{LEAD}(?P<said>\w+(?: \w+){{0,4}}?) (?:was|is|were|are) (?:(?:{VERY}|an?|not|my) )*(?:{PRAISE}|{BLAME}|favou?rite)\b"
)
_LINK = word_set("of the a an and in on to for de la le les du der die das von & s")
_END = word_set(
    "but and or please with from under because so made again is was were directed not too though since yesterday "
    "for instead at all"
)
_NOT = word_set(
    "i something anything it that this these those them everything all any some one ones films books movies music "
    "more none what which him her movie film book song"
)


def unknown_titles(
    message: Message, known: tuple[TitleMention, ...], lexicon: Lexicon, titles: TitleReader
) -> tuple[TitleMention, ...]:
    """What stands where a title stands, looks like one, and is none of the catalogue's; with the items whose titles are close."""
    alone = None if known else _misspelt(message, lexicon, titles) or _praised(message, titles)
    if alone is not None:
        return (alone,)
    found: list[TitleMention] = []
    taken = [(m.start, m.end) for m in known]
    for place in range(1, len(message.words)):
        inside = any(s <= place < e for s, e in (*taken, *((f.start, f.end) for f in found)))
        joined = (
            bool(found)
            and message.at(place - 1) in {"and", "or", "&"}
            and found[-1].end == place - 1
            and message.words[place].capital
        )
        if message.at(place) in {"not", "no"}:
            continue  # “why not X?”
        if inside or (
            not joined and not _CUE.search(" ".join(w.folded for w in message.words[max(0, place - 5) : place]))
        ):
            continue
        end = _capital_run(message, place) or _odd_run(message, place)
        if end and message.at(end - 1) in lexicon.work_nouns and not message.words[end - 1].capital:
            continue  # “superhero movies” are of a kind
        if (
            end
            and not all(w.folded in _NOT for w in message.words[place:end])
            and not any(s < end and place < e for s, e in taken)
            and not _means_something(message, (place, end), lexicon)
        ):
            said = message.text(place, end)
            found.append(TitleMention(start=place, end=end, said=said, item_ids=titles.close(said), close=True))
    return tuple(found)


def _misspelt(message: Message, lexicon: Lexicon, titles: TitleReader) -> TitleMention | None:
    """A whole message that is nothing but a slip of the fingers away from a title (“Draclua”, “pulp ficton”)."""
    words = tuple(w.folded for w in message.words)
    strange = [w for w in words if len(w) > 4 and w.isalpha() and not _known(w, titles)]
    if len(words) > 5 or not strange or any(w.stop for w in message.words[1:]):
        return None
    if any((w,) in lexicon.phrases or lexicon.suggests(w) for w in strange):
        return None
    close = titles.close(message.raw.strip(" ?!."), least=82)
    first = [i for i in close if fold(titles.catalogue.by_id[i].title).split()[0][:1] in {w[0] for w in words}]
    said = message.text(0, len(words))
    return TitleMention(start=0, end=len(words), said=said, item_ids=tuple(first), close=True) if first else None


def _praised(message: Message, titles: TitleReader) -> TitleMention | None:
    """What is said to be great or dull, where it is neither a title nor words that are known (“Blade Runer was great”)."""
    match = _JUDGED.match(message.folded)
    if match is None:
        return None
    start = len(message.folded[: match.start("said")].split())
    end = start + len(match["said"].split())
    words = [w.folded for w in message.words[start:end]]
    if all(_known(word, titles) or not word.isalpha() for word in words) or _NOT & {*words}:
        return None
    said = message.text(start, end)
    return TitleMention(start=start, end=end, said=said, item_ids=titles.close(said), close=True)


def _known(word: str, titles: TitleReader) -> bool:
    one = singular(word)
    return _everyday_word(one) or _everyday_word(word) or one in titles.title_words or word in titles.told


def _everyday_word(word: str) -> bool:
    return word in common_words()


def _capital_run(message: Message, place: int) -> int:
    """The end of a run of capitalised words that begins here; 0 where there is none."""
    words = message.words
    if message.raw.isupper() or not (words[place].capital or words[place].folded in {"the", "a"}):
        return 0
    end = last = place
    while (
        end < len(words)
        and (end == place or not words[end].stop)
        and (words[end].capital or words[end].folded in _LINK or words[end].text.isdigit())
    ):
        if words[end].capital or words[end].text.isdigit():
            last = end
        end += 1
    capitals = [w for w in words[place : last + 1] if w.capital and w.folded != "i"]
    return last + 1 if capitals else 0


def _odd_run(message: Message, place: int) -> int:
    """The end of one to three lower-case words that end a clause and are not all everyday words; 0 where there are none."""
    words = message.words
    for end in range(min(place + 3, len(words)), place, -1):
        run = words[place:end]
        ends = message.boundary(end) or message.at(end) in _END
        if ends and not any(w.stop for w in run[1:]) and run[0].folded not in _NOT and _odd(run):
            return end
    return 0


def _odd(run: tuple[Word, ...]) -> bool:
    content = [w.folded for w in run if w.folded not in _LINK]
    if any(re.fullmatch(r"best|cheap|\w{3,}est", word) for word in content):
        return False
    strange = [w for w in content if w.isalpha() and len(w) > 3 and not _everyday(w)]
    return bool(strange) and len(strange) >= len(content) - 1 and len(content) <= 2


def _everyday(word: str) -> bool:
    known = common_words()
    stems = (
        word,
        singular(word),
        word.removesuffix("ing"),
        word.removesuffix("ed"),
        word.removesuffix("y"),
        word.removesuffix("ly"),
        word.removesuffix("er"),
    )
    return (
        any(stem in known for stem in stems)
        or word.endswith(("ish", "like", "ness", "ful", "ing"))
        or singular(word) != word
    )


def _means_something(message: Message, span: tuple[int, int], lexicon: Lexicon) -> bool:
    """Whether the words are a value or a person of the catalogue after all."""
    words = tuple(w.folded for w in message.words[span[0] : span[1]])
    parts = {words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    known = any(part in lexicon.phrases for part in parts if len(part) >= max(1, len(words) - 1))
    known = known or any(len(part) > 1 and lexicon.is_name(part) for part in parts)  # “Laurel Ray and Hardy Bee”
    return known or bool(len(words) == 1 and lexicon.suggests(words[0]))
