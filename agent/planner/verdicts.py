"""What the clauses of a message say of something, in a few kinds: praise or dislike, of what is pointed at, named or neither.

The small clauses of talk (“I have seen that one it was good any others”) are found by their subjects, since people leave the marks out.
Knows no weights: `mention_features` takes them as features.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.planner.heard import Heard
from agent.planner.idioms import plain_verdicts
from agent.planner.words import BAD, GOOD, word_set

LIKE = word_set(
    "love loved loves like liked likes enjoy enjoyed enjoys adore adored fan recommend prefer preferred dig"
)
NOT = word_set("not dont didnt doesnt isnt wasnt never no cant couldnt wont havent hasnt arent without werent nothing")
POINTS = word_set("it that this them these those one ones both all its thats they theyre either others")
MANY = word_set("they them these those both either all theyre ones others each movies films flicks classics")
_OPENS = word_set(
    "is was were are s has had have looks look sounds sound seems seem would will really wasnt isnt does did could might ll"
)
_SPEAKERS = word_set("i ive im id ill we weve you youre u he hes she shes")
_REPORTS = word_set(
    "think thought heard hear said say says know hope sure guess bet believe if whether because when like than suggest where how read "
    "felt mean wish as of the and but did do have are can could"
)
_RELATED = word_set(
    "that which what movie movies film films one ones who things thing book books this these those them"
)
"""Behind these “I saw” tells which is meant (“the one I saw”)."""
_HOPES = word_set(
    "would will ill might may maybe should could want wanted wanna sounds sound looks look looked seems seem heard hear hope hoping if "
    "going gonna check try looking id"
)
_YOU = word_set("you youre your u he hes she shes him her who his")
_FILMS = word_set(
    "movie movies film films flick flicks one ones classic classics show story comedy twist time times series trilogy franchise saga"
)
_MADE_OF = word_set("plot story acting cast ending music soundtrack effects visuals plots")
_LITTLE = word_set(
    "too as well and but though also to for in with on of so very really pretty i it that this than if when because or from at the "
    "lol haha thanks thank yes yeah just actually honestly all by about already definitely ever either both them those these a lot much "
    "again mine my which until what enough overall honestly imo tbh though bye"
)
_VERY = word_set("really very so pretty quite super just such kind of sort totally absolutely too most all old little ")
_CRIES = word_set(
    "oh ah wow ok okay yes yeah yea yep no well so very really sounds great good nice perfect awesome cool excellent fantastic wonderful "
    "amazing fun lovely brilliant all the best sure definitely absolutely thanks thank you and another bye goodbye ohh yess yup aye haha lol omg"
)
_MADE = word_set("done made acted written crafted shot told")
_SAW = word_set("seen watched watch saw see seeing watching rewatch rewatched")
_OFTEN = word_set("many more number countless several hundred million thousand dozen few multiple")
_AGREES = re.compile(
    r"(?:(?:oh|yes|yeah|yea|yep|haha|lol|well|and|wow|no|really) )*(?:me too|me as well|same here|same|so (?:did|do) (?:i|we)|i (?:did|do) too"
    r"|i (?:thought|feel|felt|think) (?:so too|the same)|(?:its )?mine too|likewise|we did too)(?= |$)(?! for)"
)
_FEELS = LIKE | word_set("hate hated dislike disliked meh")
_LONG = sorted(word for word in GOOD | BAD | LIKE if len(word) > 5)
_OFTEN_SEEN = frozenset({"times", "twice", "every", "everyday"})
_WISHES = word_set(
    "something anything nothing some any show recommend find give need want wanted looking suggest list please ones more which what who"
)
_OTHERS = word_set(
    "people everyone everybody they he she sister brother wife husband mom mum dad mother father kids kid son daughter friend friends "
    "girlfriend boyfriend critics niece nephew others members"
)
_IT = word_set("it that this these those they both one others")
_IS = word_set("is was are were s has had really")
_IT_IS = word_set("its thats theyre")
_MOVIES = word_set("movie movies film films flick flicks classic classics book books story")
_AROUND = word_set("oldie a an one of my time times bro man dude and but as well also")
_DETERMINERS = word_set("a an the only just good great best funny")
_IT_WAS = frozenset(
    f"{it} {was}" for it, was in (("it", "was"), ("it", "is"), ("they", "are"), ("they", "were"), ("that", "was"))
)
_MINE = word_set("thing type taste style cup jam bag kind")
_WISHED = frozenset({("have", "a"), ("had", "a"), ("having", "a")})
_ENDS = frozenset(".!?;…")
_BE = word_set("is was are were")
_SUBJECTS = word_set("it that this they those these he she")
_ASKS = word_set("what who how where when why which title yes it that this they those these he she there here")
_BEFORE_ONE = word_set("that this the those these first second third last other another good new old which")


@dataclass(frozen=True)
class Verdict:
    """`good` or not; `of`: "named", "point", "bare", "cry" or "other"; `mood`: "told", "hoped", "yours" or "asked"; `behind`: how many
    titles stand before it in the message, and `right`: whether the last of them stands in its own clause; `many`: said of several;
    `own`: the one who speaks says it of what they met, and wishes for nothing with it; `theirs`: somebody else is said to feel so;
    `first`: nothing but cries stands before its clause; `clause`: the so many-th of the message."""

    good: bool
    of: str
    mood: str
    behind: int
    right: bool
    many: bool = False
    own: bool = False
    theirs: bool = False
    first: bool = False
    clause: int = 0

    @property
    def plain(self) -> bool:
        """Whether it is told of what is pointed at, or of nothing else."""
        return self.of in {"point", "bare"} and self.mood == "told"


@dataclass(frozen=True)
class Clause:
    """The folded words of a small clause, titles as TITLE, and whether it is a question."""

    words: tuple[str, ...]
    asks: bool


def small_clauses(heard: Heard) -> list[Clause]:
    """The clauses in order."""
    found: list[Clause] = []
    now: list[str] = []
    tokens = plain_verdicts(list(_tokens(heard)))
    for place, (word, stop) in enumerate(tokens):
        behind = tokens[place + 1][0] if place + 1 < len(tokens) and not tokens[place + 1][1] else ""
        judged = len(now) > 1 and now[-1] in {"one", "movie", "film"} and now[-2] in GOOD | BAD
        if now and (stop or _begins(word, behind, "" if judged and word in _SPEAKERS else now[-1])):
            found.append(Clause(tuple(now), "?" in stop or _inverted(now)))
            now = []
        now.append(word)
    return [*found, Clause(tuple(now), "?" in heard.message.ending or _inverted(now))] if now else found


def _inverted(words: Sequence[str]) -> bool:
    """“Is it good”: a question by its order, whatever mark stands behind it."""
    return len(words) > 2 and words[0] in _BE and words[1] in _SUBJECTS


def verdicts(heard: Heard) -> list[Verdict]:
    """What each small clause says, in order; nothing of those that judge nothing."""
    found: list[Verdict] = []
    named, first = 0, True
    for number, clause in enumerate(small_clauses(heard)):
        words = clause.words
        for place, word in enumerate(words):
            good = _sense(words, place)
            if good is not None:
                before = words[:place].count("TITLE")
                mood, many = _mood(clause, place), _many(words)
                theirs = word in _FEELS and bool({*words[:place]} & _OTHERS)
                own = mood == "told" and not theirs and _is_own(words, place)
                found.append(
                    Verdict(good, _of(words, place), mood, named + before, before > 0, many, own, theirs, first, number)
                )
                if word in LIKE | BAD:
                    break
        named += words.count("TITLE")
        first = first and {*words} <= _CRIES
    return found


@lru_cache(maxsize=10_000)
def spelt(word: str) -> str:
    """A judging word for one with a slip in it (“hillarious”); a word that is one already, or that is short, stays."""
    if len(word) < 6 or word.removesuffix("s") in _LONG:
        return word
    found = process.extractOne(word, _LONG, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found and found[0][0] == word[0] else word


def agrees(folded: str) -> bool:
    """Whether folded words begin with saying the same as the other one (“me too”, “so did I”)."""
    return bool(_AGREES.match(folded))


def confirms(heard: Heard) -> bool:
    """Whether a message begins with nothing but that it is so (“yes, it was!”)."""
    said = next((c for c in small_clauses(heard) if not {*c.words} <= _CRIES), None)
    return said is not None and not said.asks and " ".join(w for w in said.words if w not in _CRIES | _VERY) in _IT_WAS


def applying(found: Sequence[Verdict]) -> list[Verdict]:
    """Those that are not of a title in their own clause; of them those that judge what is pointed at, where there are any."""
    others = [v for v in found if not (v.of == "named" and v.right)]
    return [v for v in others if v.plain] or others


def _sense(words: tuple[str, ...], place: int) -> bool | None:
    """Whether a word praises or pans; None where it does neither."""
    word, behind = words[place], words[place + 1] if place + 1 < len(words) else ""
    before = {*words[max(0, place - 5) : place]}
    if word == "like" and _compares(words, place):
        return None
    if word == "times" and words[max(0, place - 2) : place] == ("too", "many"):
        return None
    if (word == "well" and behind in _MADE) or (word in {"times", "twice"} and before & (_SAW | _OFTEN)):
        return True
    if word == "every" and behind in {"year", "christmas", "time", "halloween", "week", "day"} and before & _SAW:
        return True
    if (word == "everyday" and before & _SAW and before & (_IT - {"one"})) or (
        word in {"watch", "see"} and words[max(0, place - 2) : place] == ("a", "must")
    ):
        return True
    if word in _MINE and place and words[place - 1] == "my":
        return False if NOT & before else None
    if word == "care" and behind == "for":
        return False if NOT & before else None
    if (word == "down" and words[place - 1] == "let") or (word == "bomb" and words[place - 1] == "the"):
        return word == "bomb"
    if word == "better" and (
        words[max(0, place - 1)] in {"even", "much", "way"} or {*words[max(0, place - 2) : place]} & {"was", "is"}
    ):
        return not NOT & before
    if (word == "into" and NOT & before) or (word == "better" and words[place - 1] == "seen"):
        return False
    denied = bool(NOT & before) and "who" not in before  # “who doesn't love it?”
    return (word in BAD) == denied if word in GOOD | LIKE | BAD else None


def _many(words: tuple[str, ...]) -> bool:
    """Whether a clause is of several things."""
    return any(
        w in MANY
        and not (w == "all" and words[n + 1 : n + 2] in {("time",), ("the",)})
        and not (
            w in _MOVIES and ("one", "of") in itertools.pairwise(words[max(0, n - 6) : n])
        )  # “one of my favorite movies”
        for n, w in enumerate(words)
    )


def _tokens(heard: Heard) -> Iterator[tuple[str, str]]:
    """Each word with the marks before it; a title is one, what only points stays."""
    message = heard.message
    ends = {
        m.start: m.end
        for m in heard.slots.mentions
        if m.end - m.start > 1 or message.words[m.start].folded not in POINTS
    }
    pointing = {r.start for r in heard.references}
    place = 0
    while place < len(message.words):
        stop = "".join(mark for mark in message.words[place].stop if mark in _ENDS or mark == ",")
        if place in ends and place not in pointing:
            yield "TITLE", "" if stop == "," else stop
            place = ends[place]
        else:
            yield spelt(message.words[place].folded), stop
            place += 1


def _begins(word: str, behind: str, before: str) -> bool:
    """Whether a subject stands here that begins a clause of its own."""
    asks = word in {"have", "do", "did", "can", "could", "any", "are"} and behind in {
        "you",
        "u",
        "others",
        "more",
        "other",
        "there",
    }
    if word in {"but", "although", "though"} or asks:
        return True
    if (
        word == "have"
        and behind == "a"
        and before not in _SPEAKERS | {"to", "ill", "will", "would", "did", "do", "can", "always", "and", "you"}
    ):
        return True  # “that was great have a nice day”
    if word == "which" and behind in {"other", "others", "ones"}:
        return True
    if word in {"one", "ones"} and before in _BEFORE_ONE:
        return False
    if word in _BE and behind in _SUBJECTS and before not in _REPORTS | _ASKS | POINTS:
        return True
    if word == "TITLE" and behind in {"is", "was"} and before in _FILMS | {"TITLE", "bro", "man", "dude"}:
        return True
    if before in _REPORTS or (word == "that" and before in _RELATED):
        return False
    if word in {"its", "thats", "theyre", "ive", "im", "id", "ill", "weve"} or (word in _SPEAKERS and behind):
        return before not in _RELATED or word in {"its", "thats"}
    return word in POINTS and behind in _OPENS


def _is_own(words: tuple[str, ...], place: int) -> bool:
    """Whether somebody says with a judging word how something was to themselves: “I loved it”, “that was great”, “so funny, a great film”.

    “Something funny”, “good ones for kids”, “a great comedy please” are wishes, and what a sister loves says nothing of the one who speaks.
    """
    before = words[:place]
    of_it = bool({*before} & _IT_IS or ({*before} & _IT and {*before} & _IS))
    if (before[:1] == ("all",) and before[1:2] != ("the",)) or before[:1] == ("both",):
        return True  # “all really good”
    if ("what", "a") in itertools.pairwise(before):
        return True  # “what a good movie”
    often = words[place] in _OFTEN_SEEN or (words[place] == "recommend" and bool({*before} & {"i", "id"}))
    if ({*words} & (_WISHES - {"ones"} if of_it else _WISHES) and not often) or before[-1:] == ("too",):
        return False
    if often:
        return bool({*before} & {"i", "we", "ive", "weve", "id"})
    if words[place] in _FEELS and not (words[place] == "meh" and of_it):
        first = next((w for w in before if w not in _VERY | _CRIES | NOT | {"but", "huge", "big", "also"}), "")
        mine = {*before} & {"i", "im", "we", "ive", "weve"} or not first or first in _SAW
        return bool(mine)
    if of_it:
        return True
    film = bool({*words[place + 1 :][:2]} & _MOVIES)
    left = [w for w in words if w not in GOOD | BAD | NOT | _VERY | _CRIES | _MOVIES | _AROUND]
    if film and (
        words[place + 2 : place + 3] == ("and",)
        or (words[place + 1] in _MOVIES and left == [words[-1]] and left[0].endswith("ly"))
    ):
        return True  # “great movie and great suggestion”, “great film honestly”
    if words[0] in {"was", "were"} and left == [words[0]]:
        return True  # “was good”
    if left or words[0] == "the":  # “the best one” asks for it
        return film and words[0] not in _DETERMINERS
    return (film or len(words) > 1) and not {*words} <= _CRIES


def _before_seen(words: tuple[str, ...], place: int) -> bool:
    """“I love Robin Williams and have seen X”: what is loved is not the title behind it."""
    behind = words[place + 1 :]
    return words[place] in LIKE and "TITLE" in behind and bool({*behind[: behind.index("TITLE")]} & _SAW)


def _compares(words: tuple[str, ...], place: int) -> bool:
    """Whether “like” means “such as” there."""
    before = words[place - 1] if place else ""
    return not before or before in word_set(
        "something anything movie movies film films more stuff just looks sounds was is ones one be that it"
    )


def _of(words: tuple[str, ...], place: int) -> str:
    """What a judging word is said of."""
    last = words[place - 1] if place else ""
    if "TITLE" in words:
        return "other" if _before_seen(words, place) else "named"
    behind = next((w for w in words[place + 1 :] if w not in _VERY | GOOD | _MADE), "")
    before = {w for n, w in enumerate(words[:place]) if w != "that" or n == 0 or words[n - 1] not in _RELATED}
    if behind in _MADE_OF and before & POINTS and before & {"had", "has", "have"}:
        return "point"  # “that one had a great plot”
    if (
        (last in {"im", "am", "doing"} and words[place] != "meh")
        or "as" in words[max(0, place - 2) : place]
        or words[max(0, place - 2) : place] in _WISHED
    ):
        return "other"
    if words[place] in LIKE | word_set("hate hated dislike disliked care"):
        at = words.index(behind, place) + 1 if behind else len(words)
        at += words[at : at + 1] in {("two",), ("three",)}
        if behind in word_set("that this these those") and at < len(words) and words[at] not in _FILMS | _LITTLE:
            return "other"
        if behind == "the" and words[at : at + 1] in {("movie",), ("film",)} and not {*words[at + 1 :]} - _LITTLE:
            return "point"  # “loved the movie”
        if behind in POINTS or (behind in word_set("watching seeing") and {*words[place:]} & POINTS):
            return "point"
        return "bare" if not behind or behind in _LITTLE - {"the", "a", "my"} else "other"
    if behind and behind not in _FILMS | _LITTLE | POINTS:
        kind = words[words.index(behind, place) + 1 :][:1]  # “it was a good war movie”
        return "point" if kind and kind[0] in _MOVIES and before & POINTS and before & (_IS | _IT_IS) else "other"
    if behind not in _FILMS and _welcomes([w for w in words[:place] if w not in _VERY | _CRIES]):
        return "cry"
    if before & POINTS or behind in POINTS:
        return "point"
    return "cry" if {*words} <= _CRIES and last != "so" else "bare"


def _welcomes(before: list[str]) -> bool:
    """“That's great” welcomes what was said; “that was great” and “it's great” judge."""
    said = before[2:] if before[:2] in (["i", "think"], ["i", "guess"]) else before
    return said in (["thats"], ["that", "is"], ["this", "is"], ["these", "are"])


def _mood(clause: Clause, place: int) -> str:
    words = clause.words
    before = {*words[:place]}
    if clause.asks:
        return "asked"
    if before & _YOU:
        return "yours"
    if before & {"if", "whether"} and before & {"sure", "know", "wonder", "wondering"}:
        return "hoped"
    sure = (
        words[place] == "recommend" or ("say" in before and not before & _OTHERS) or words[place - 1 : place] == ("my",)
    )
    return "hoped" if before & _HOPES and not sure and not before & {"never", "not"} else "told"
