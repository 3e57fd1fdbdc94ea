"""What a sentence says of the person's taste, of shares and of popularity. A share is of the match, never an opinion of others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.checks.numbers import numbers_of
from agent.checks.reading import Finding, Mention, Reading
from agent.checks.words import forms, is_talk, known, words_of
from agent.evidence import ItemEvidence
from retrieval.titles import fold

_LIKES = re.compile(
    r"\b(?:you(?:'ve|’ve| have)?(?: also| already| both)? (?:like|liked|love|loved|enjoy|enjoyed|told me|mentioned|named|said|care|cared|admire|praised|rated)"
    r"|your (?:taste|liking|love|like|fondness|affection|enjoyment)|thanks to|because of|owes|owed|comes? from|based on|close to|similar to|akin to|"
    r"like|likes|resembles|vein of|spirit of|kin of|near to|rests on|reminiscent of|echoes|pairs? with|match(?:es)? (?:with|for))\b",
    re.IGNORECASE,
)
_DISLIKES = re.compile(
    r"\byou(?:'ve|’ve| have)? (?:did(?:n't|n’t| not) (?:like|enjoy|love)|dislik\w+|hat\w+|do(?:n't|n’t| not) (?:like|enjoy|love)|can(?:'t|’t)? stand|loath\w+)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:critic\w*|review(?:er|ers|ed)|audiences?|viewers|readers|listeners|fans|everyone|everybody|people|members|users|voters|rating|rated|ratings|score|scored|scores|stars|approval|"
    r"popular\w*|acclaim\w*|prais\w*|well[ -]received|award\w*|liked by|loved by|enjoyed by|favou?rite of)\b",
    re.IGNORECASE,
)
_POPULAR = re.compile(r"\b(?:popular|popularity|liked by|loved by|enjoyed by|favou?rite|favou?rites)\b", re.IGNORECASE)
_CALLED_LIKED = re.compile(
    r"\b(?:you(?:'ve|’ve| have)?(?: also)? (?:liked?|loved?|enjoyed?)|your (?:liking|love|fondness) (?:for|of)|similar to|akin to"
    r"|in the vein of|reminiscent of)\s*[“\"']*$",
    re.IGNORECASE,
)
_SHARES = re.compile(
    r"\b(?P<all>entirely|solely|wholly|only|all of (?:the|its|that) match|nothing but)\b"
    r"|\b(?P<most>mostly|mainly|chiefly|largely|most of (?:the|its|that) (?:match|fit)|above all|especially|more than half|the bulk"
    r"|the (?:larger|bigger|greater|main|lion's) (?:share|part|half))\b"
    r"|\b(?P<less>the (?:smaller|lesser) (?:share|part|half)|less than half)\b"
    r"|\b(?P<even>equally|evenly|in equal (?:parts|measure)|half)\b",
    re.IGNORECASE,
)
_LOVE = re.compile(
    r"(?<!if )(?<!when )(?<!that )(?<!what )\b(?:since |as |because )?you(?:['’]ve)?(?: really| also| clearly)?"
    r" (?:like|love|enjoy|liked|loved|enjoyed|adore|prefer)"
    r"(?P<what>(?: [a-z][\w'’-]*){1,3})",
)
_YOU = re.compile(
    r"\byou(?:['’](?:ve|re|d)| have| are| were| had)?(?: also| just| clearly| already)? (?:ask(?:ed)? for|want(?:ed)?(?: to)?|said|told me|mentioned"
    r"|enjoy(?:ed)?|lov(?:e|ed)|lik(?:e|ed)|prefer(?:red)?|adored?|fond of|a fan of|keen on|interested in|looking for|in the mood for|watching|reading"
    r"|listening|travelling|planning)(?P<what>(?: [\w'’-]+){1,4})"
    r"|\byour(?P<yours>(?: [\w'’-]+){1,4})",
    re.IGNORECASE,
)
_YOURS = re.compile(
    r"(?P<what>(?:[\w'’-]+ ){1,3})(?:that |which )?you(?:['’]ve)? (?:asked for|want(?:ed)?|liked?|loved?|enjoy(?:ed)?|mentioned)(?=[,.;:)]|$)",
    re.IGNORECASE,
)
"""“The witches you asked for”."""
_IF = re.compile(
    r"\b(?:if|when|whether|should|unless|what|that|which|who|do|would|may|might|could)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_CARRIES = re.compile(r"[”\"]?\s*(?:carries|makes up|accounts for|gives|brings|holds|has|is)\s+")
_TOP_PLACES = 12


def check_likes(reading: Reading) -> Sequence[Finding]:
    """Liked titles that carry nothing here, a taste that was not stated, and shares told as praise."""
    return [
        *_liked_titles(reading),
        *_liked_kinds(reading),
        *_of_you(reading),
        *_disliked(reading),
        *_praise_by_share(reading),
        *_praise(reading),
    ]


def _liked_titles(reading: Reading) -> list[Finding]:
    findings = []
    titles = {title.casefold() for title in (*reading.evidence.liked, reading.evidence.anchor) if title}
    for mention in reading.mentions:
        low = mention.title.casefold()
        if mention.item is not None:
            if low not in titles and _CALLED_LIKED.search(reading.masked[: mention.start]):
                why = f"nothing says that you like {mention.title}"
                findings.append(Finding(start=mention.start, end=mention.end, why=why))
            continue
        for item in reading.owners(mention.start) if reading.about else ():
            carried = {liked.title.casefold() for liked in item.liked}
            if low not in carried and low != reading.evidence.anchor.casefold():
                findings.append(
                    Finding(
                        start=mention.start, end=mention.end, why=f"{mention.title} carries nothing of {item.title}"
                    )
                )
        if low in {t.casefold() for t in reading.evidence.told.get("dislike", ())} and _LIKES.search(
            reading.masked[: mention.start]
        ):
            findings.append(Finding(start=mention.start, end=mention.end, why=f"you do not like {mention.title}"))
    findings += _only(reading)
    return findings


def _liked_kinds(reading: Reading) -> list[Finding]:
    """ "you love horror", where the person has not said so; “if you love horror” claims nothing."""
    findings = []
    for match in _LOVE.finditer(reading.masked):
        words = words_of(match["what"])[:2]
        named = [w for w in words if w.low not in known("function") | known("soft") | known("chat")]
        if named and not any(forms(w.text) & reading.asked for w in named):
            findings.append(Finding(start=match.start(), end=match.end(), why="nothing says that you like that"))
    return findings


def _of_you(reading: Reading) -> list[Finding]:
    """ "you asked for science fiction", "your love of farce": what is told of the person must be in what they said."""
    findings = []
    for match in _YOURS.finditer(reading.unquoted):
        said = [w for w in words_of(match["what"]) if not is_talk(w)]
        if said and not all(forms(w.text) & reading.asked for w in said[-1:]):
            findings.append(Finding(start=match.start(), end=match.end(), why="nothing says that of you"))
    for match in _YOU.finditer(reading.unquoted):
        if _IF.search(reading.unquoted[: match.start()]):
            continue
        said = [w for w in words_of(match["what"] or match["yours"]) if not is_talk(w)]
        if said and not all(forms(w.text) & reading.asked for w in said):
            why = "nothing says that of you"
            findings.append(Finding(start=match.start(), end=match.end(), why=why))
    return findings


def _only(reading: Reading) -> list[Finding]:
    """ "only", "mostly", "equally", "all of the match" against the shares."""
    findings = []
    for match in _SHARES.finditer(reading.masked):
        start, end = reading.clause_span(match.start())
        clause = reading.clause(match.start())
        liked = [m for m in reading.mentions if m.item is None]
        of_match = re.search(r"\b(?:match|fit|share|weight)\b", clause, re.IGNORECASE)
        liked_after = [m for m in liked if start <= m.start < end] or (liked if of_match else [])
        if not liked_after or not re.search(
            r"\b(?:match|fit|like|liked|liking|love|loved|taste|because|owe|owes|rests|weight|comes)\b",
            clause,
            re.IGNORECASE,
        ):
            continue
        for item in reading.owners(match.start()):
            shares = {liked.title.casefold(): liked.share for liked in item.liked}
            first = shares.get(_beside(match.start(), match.end(), liked_after, reading.text))
            if first is None:
                continue
            wrong = (
                (match["all"] and first < 0.95)
                or (match["most"] and first < 0.5)
                or (match["less"] and first > 0.5)
                or (match["even"] and not 0.42 <= first <= 0.58)
            )
            if wrong:
                findings.append(Finding(start=match.start(), end=match.end(), why="the shares say otherwise"))
    return findings


def _beside(start: int, end: int, liked: Sequence[Mention], text: str) -> str:
    """The liked title that a word about shares stands with: the one that “carries” it, the next one, else the last one before it."""
    before = [m for m in liked if m.end <= start]
    if before and _CARRIES.fullmatch(text[before[-1].end : start]):
        return before[-1].title.casefold()
    following = [m for m in liked if m.start >= end]
    return (following[0] if following else [m for m in liked if m.end <= start][-1]).title.casefold()


def _disliked(reading: Reading) -> list[Finding]:
    """A dislike that the person has not stated."""
    said = reading.evidence.message.casefold()
    stated = (
        re.search(r"\b(?:not|no|hate\w*|dislike\w*|don'?t|don’t|didn'?t|didn’t|without|nothing|never|can'?t)\b", said)
        or reading.evidence.avoided
    )
    match = _DISLIKES.search(reading.text)
    return (
        [Finding(start=match.start(), end=match.end(), why="nothing says that you dislike it")]
        if match and not stated
        else []
    )


def _praise_by_share(reading: Reading) -> list[Finding]:
    """A percentage beside critics, audiences or ratings."""
    if re.search(r"\bnot\b.*\b(?:opinion|grade|rating|review)", reading.masked):
        return []
    for share in numbers_of(reading):
        others = _OTHERS.search(reading.clause(share.start))
        if share.unit in {"%", "percent", "per cent"} and others:
            why = f"a share of the match is not what {others.group()} think"
            return [Finding(start=share.start, end=share.end, why=why)]
    return []


def _praise(reading: Reading) -> list[Finding]:
    """Fame and the opinion of others, unless a passage or the count of people says so."""
    findings = []
    for word in words_of(reading.unquoted):
        if word.low not in known("praise"):
            continue
        owners = reading.owners(word.start)
        if not owners and word.low in reading.evidence.message.casefold():
            continue
        if word.capital and any(word.low in fold(name).split() for item in owners for name in item.of("people")):
            continue  # Oscar Wilde is no prize
        if owners and all(
            _popular(word.low, reading, item) or _said(word.text, item, reading, word.start) for item in owners
        ):
            continue
        findings.append(Finding(start=word.start, end=word.end, why=f"nothing says “{word.text}”"))
    return findings


def _popular(word: str, reading: Reading, item: ItemEvidence) -> bool:
    people = item.popularity
    if people is None:
        return False
    if word in {"popular", "favourite"}:
        return people.place <= _TOP_PLACES
    return False


def _said(word: str, item: ItemEvidence, reading: Reading, place: int) -> bool:
    """Whether a passage has the word, and for readers and the like that the words around it are the passage's too."""
    held = [{f for w in words_of(text) for f in forms(w.text)} for text in item.texts]
    near = [w for w in words_of(reading.clause(place)) if w.low not in known("function") | known("soft")]
    return any(
        forms(word) & stems and sum(bool(forms(w.text) & stems) for w in near) >= 0.6 * len(near) for stems in held
    )
