"""What the clauses of a message say of something, in a few kinds: praise or dislike, of what is pointed at, named or neither.

The small clauses of talk (“I have seen that one it was good any others”) are found by their subjects, since people leave the marks out.
Knows no weights: `mention_features` takes them as features.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.planner.heard import Heard
from agent.planner.words import word_set

GOOD = word_set(
    "good great amazing awesome wonderful fantastic excellent brilliant hilarious funny classic fun lovely perfect cute cool best "
    "favorite favorites favourite favourites fav favs fave faves favor interesting scary beautiful enjoyable entertaining epic nice "
    "incredible superb legendary phenomenal terrific goodie creepy greatest outstanding masterpiece lit hysterical"
)
LIKE = word_set(
    "love loved loves like liked likes enjoy enjoyed enjoys adore adored fan recommend prefer preferred dig"
)
BAD = word_set(
    "bad boring awful terrible dull horrible overrated disappointing stupid worst meh hate hated dislike disliked sucks sucked annoying "
    "cheesy silly weird lame disappointed"
)
NOT = word_set("not dont didnt doesnt isnt wasnt never no cant couldnt wont havent hasnt arent without werent nothing")
POINTS = word_set("it that this them these those one ones both all its thats they theyre either")
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
    "going gonna check try looking"
)
_YOU = word_set("you youre your u he hes she shes him her who his")
_FILMS = word_set("movie movies film films flick flicks one ones classic classics show story comedy twist time times")
_LITTLE = word_set(
    "too as well and but though also to for in with on of so very really pretty i it that this than if when because or from at the "
    "lol haha thanks thank yes yeah just actually honestly all by about already definitely ever either both them those these a lot much "
    "again mine my which until"
)
_VERY = word_set("really very so pretty quite super just such kind of sort totally absolutely too most all old little ")
_CRIES = word_set(
    "oh ah wow ok okay yes yeah yea yep no well so very really sounds great good nice perfect awesome cool excellent fantastic wonderful "
    "amazing fun lovely brilliant all the best sure definitely absolutely thanks thank you and"
)
_ENDS = frozenset(".!?;…")


@dataclass(frozen=True)
class Verdict:
    """`good` or not; `of`: "named", "point", "bare", "cry" or "other"; `mood`: "told", "hoped", "yours" or "asked"; `behind`: how many
    titles stand before it in the message, and `right`: whether the last of them stands in its own clause."""

    good: bool
    of: str
    mood: str
    behind: int
    right: bool


@dataclass(frozen=True)
class Clause:
    """The folded words of a small clause, titles as TITLE, and whether it is a question."""

    words: tuple[str, ...]
    asks: bool


def small_clauses(heard: Heard) -> list[Clause]:
    """The clauses in order."""
    found: list[Clause] = []
    now: list[str] = []
    tokens = list(_tokens(heard))
    for place, (word, stop) in enumerate(tokens):
        behind = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        if now and (stop or _begins(word, behind, now[-1])):
            found.append(Clause(tuple(now), "?" in stop))
            now = []
        now.append(word)
    return [*found, Clause(tuple(now), "?" in heard.message.ending)] if now else found


def verdicts(heard: Heard) -> list[Verdict]:
    """What each small clause says, in order; nothing of those that judge nothing."""
    found: list[Verdict] = []
    named = 0
    for clause in small_clauses(heard):
        words = clause.words
        for place, word in enumerate(words):
            if word in GOOD | LIKE | BAD and not (word == "like" and _compares(words, place)):
                denied = bool(NOT & {*words[max(0, place - 5) : place]})
                before = words[:place].count("TITLE")
                found.append(
                    Verdict(
                        (word in BAD) == denied, _of(words, place), _mood(clause, place), named + before, before > 0
                    )
                )
                if word in LIKE | BAD:
                    break
        named += words.count("TITLE")
    return found


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
            yield message.words[place].folded, stop
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
    if before in _REPORTS:
        return False
    if word in {"its", "thats", "theyre", "ive", "im", "id", "ill", "weve"} or (word in _SPEAKERS and behind):
        return before not in _RELATED or word in {"its", "thats"}
    return word in POINTS and behind in _OPENS


def _compares(words: tuple[str, ...], place: int) -> bool:
    """Whether “like” means “such as” there."""
    before = words[place - 1] if place else ""
    return not before or before in word_set(
        "something anything movie movies film films more stuff just looks sounds was is ones one be that it"
    )


def _of(words: tuple[str, ...], place: int) -> str:
    """What a judging word is said of."""
    if "TITLE" in words:
        return "named"
    behind = next((w for w in words[place + 1 :] if w not in _VERY | GOOD), "")
    before = {*words[:place]}
    if words[place] in LIKE | word_set("hate hated dislike disliked"):
        at = words.index(behind, place) + 1 if behind else len(words)
        if behind in word_set("that this these those") and at < len(words) and words[at] not in _FILMS | _LITTLE:
            return "other"
        if behind in POINTS or (behind in word_set("watching seeing") and {*words[place:]} & POINTS):
            return "point"
        return "bare" if not behind or behind in _LITTLE - {"the", "a", "my"} else "other"
    if behind and behind not in _FILMS | _LITTLE | POINTS:
        return "other"
    if before & POINTS or behind in POINTS:
        return "point"
    return "cry" if {*words} <= _CRIES else "bare"


def _mood(clause: Clause, place: int) -> str:
    words = clause.words
    before = {*words[:place]}
    if clause.asks:
        return "asked"
    if before & _YOU:
        return "yours"
    sure = words[place] == "recommend" or "say" in before
    return "hoped" if before & _HOPES and not sure else "told"
