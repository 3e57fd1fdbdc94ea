"""All other words of a sentence: each must be carried by a fact or a cited passage of the item spoken of, or claim nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.checks.names import name_runs
from agent.checks.numbers import kind_counts, numbers_of
from agent.checks.quotes import quoted
from agent.checks.reading import Finding, Reading, held_stems
from agent.checks.words import Word, forms, is_free, is_talk, known, same_forms_of, stem, stems_of, words_of
from agent.evidence import ItemEvidence
from agent.planner.lexicon import Topic

_NEGATION = re.compile(
    r"\b(?:not|no|nobody|never|without|nothing|none|neither|nor|hardly|lacks?|free of|rather than|instead of|cannot|(?<!\ba )few|refus\w+ to"
    r"|(?:is|are|was|does|do|did|wo|ca|had|has|have|would|could|were)n['’]t)\b",
    re.IGNORECASE,
)
_NOT_WITHOUT = re.compile(r"\b(?:not|never|hardly) without$", re.IGNORECASE)
_A_PICTURE = re.compile(r"\b(?:pictures?|photos?|images?|prints?)\b", re.IGNORECASE)
_ECHO = re.compile(
    r"\b(?:for (?:a|an|your|something|anything|someone|that|those|the)\b|if you|you['’]re|since you|as you|when you"
    r"|you (?:asked|want|wanted|said|are|were|like|love|mentioned|had in mind)|looking for|suits?|fits?|in mind|after"
    r"|your (?:wish|request|mood|taste|question|search))",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"^\W*(?:want|fancy|looking for|in the mood for|care for|prefer|need|feel like|after|rather have|would you (?:like|rather|prefer)"
    r"|do you (?:want|fancy|prefer|need))\b[^?]*\?\W*$"
    r"|^\W*(?:can|could|do|would|which|what|are|have|will|how|shall)\b[^?]*\byou(?:r)?\b[^?]*\?\W*$",
    re.IGNORECASE,
)
_RATHER = re.compile(r"\b(?:rather than|instead of)\s+[^,;:.!?\x00]*", re.IGNORECASE)
_OWN_DEGREE = re.compile(r"\b(?:less|more)\s+(?P<one>[\w-]+)\s+than\s+(?P<other>[\w-]+)", re.IGNORECASE)
_MAKING = re.compile(r"\b(?:wrote|writes|composed|composes|directed|directs|made|makes|penned|painted|shot|filmed)\b")
_DENIAL = re.compile(
    r"\b(?:no|not|never|nobody|without|neither|nor|refus\w+ to|\w+n['’]t|cannot)(?: [\w'’-]+){0,2} $",
    re.IGNORECASE,
)
_LISTED: tuple[Topic, ...] = ("kind", "genre", "mood")
_CROWD = frozenset(["simulated", "member", "members"])
_KINDS: dict[str, frozenset[str]] = {
    kind: frozenset(words.split())
    for kind, words in {
        "film": "film movie silent screen watch watching director directed cinema footage filmed reel starring",
        "book": "book novel novella read reading reader author pages page paperback prose chapter literature",
        "music": "piece song tune listen listening composer composed composition melody track recording score symphony concerto",
        "print": "print photograph photo picture",
    }.items()
}


_CALLED = {"film": ("film", "movie"), "book": ("book", "novel"), "music": ("song",), "print": ("print", "photo")}


def check_claims(reading: Reading) -> Sequence[Finding]:
    """Words that nothing carries, and facts that are denied."""
    if _WISH.match(reading.masked) and not reading.told:
        return []  # asking what somebody would like says nothing of anything
    skip = _verified(reading)
    findings = [*_negations(reading, skip), *_kinds(reading, skip)]
    skip += (
        [match.span() for match in _RATHER.finditer(reading.masked)]
        + [*own_degrees(reading).values()]
        + _makers(reading)
    )
    for word in words_of(reading.masked):
        if any(start <= word.start < end for start, end in skip):
            continue
        owners = reading.owners(word.start)
        if not owners:
            if word.low in _CROWD and any(item.popularity for item in reading.evidence.items):
                continue
            judged = word.low in known("praise") | known("superlative") | known("comparative")
            if not (is_talk(word) or judged or forms(word.text) & reading.asked):
                findings.append(_uncarried(word, reading))
            continue
        if (
            is_free(word)
            or word.low in known("chat")
            or word.low in known("praise") | known("superlative") | known("comparative")
        ):
            continue
        if all(carried(word, item, reading) for item in owners):
            if any(_only_denied(word, item) for item in owners) and not _denied_in_clause(reading.masked, word):
                findings.append(Finding(start=word.start, end=word.end, why=f"“{word.text}” is denied there"))
            continue
        if _denied_before(reading.masked, word) and forms(word.text) & _listed(reading):
            continue  # what is listed of others and not of this one may be denied
        if forms(word.text) & reading.asked and _ECHO.search(reading.masked[: word.start]):
            continue
        if (
            not reading.told
            and len(owners) > 1
            and _some(reading)
            and sum(carried(word, i, reading) for i in owners) >= _some(reading)
        ):
            continue
        findings.append(_uncarried(word, reading))
    return findings


def _denied_before(text: str, word: Word) -> bool:
    """Whether a denial stands at most three words before a word."""
    return bool(_DENIAL.search(text[: word.start]))


def _denied_in_clause(text: str, word: Word) -> bool:
    """Whether a denial stands before a word in its clause."""
    return bool(_NEGATION.search(re.split(r"[,;:.!?]", text[: word.start])[-1]))


def _only_denied(word: Word, item: ItemEvidence) -> bool:
    """Whether the item's texts have a word, its facts do not, and each time it is denied."""
    own = stem(word.low)
    if own in stems_of((item.title, *(value for fact in item.facts for value in fact.values))):
        return False
    places = [(text, w) for text in item.texts for w in words_of(text) if stem(w.low) == own]
    return bool(places) and all(_denied_before(text, w) for text, w in places)


def _listed(reading: Reading) -> frozenset[str]:
    """The stems of the kinds, genres and moods of all items."""
    values = (v for item in reading.evidence.items for topic in _LISTED for v in item.of(topic))
    return stems_of(values)


def own_degrees(reading: Reading) -> dict[int, tuple[int, int]]:
    """ "more joyful than quiet", "less eerie than melancholy" of one item that has the greater: where it begins -> the lesser word."""
    found = {}
    for match in _OWN_DEGREE.finditer(reading.masked):
        greater, lesser = ("other", "one") if match.group().casefold().startswith("less") else ("one", "other")
        owners = reading.owners(match.start())
        word = Word(match[greater], match.start(greater), match.end(greater))
        if owners and all(carried(word, item, reading) for item in owners):
            found[match.start()] = match.span(lesser)
    return found


def _makers(reading: Reading) -> list[tuple[int, int]]:
    """ "Poe wrote": what a maker does, behind the maker's name."""
    found = []
    for match in _MAKING.finditer(reading.masked):
        makers = {form for item in reading.owners(match.start()) for form in stems_of(item.of("people"))}
        before = words_of(reading.masked[: match.start()])
        if before and forms(before[-1].text) & makers:
            found.append(match.span())
    return found


def _some(reading: Reading) -> int:
    """How many items a loose count needs: "most" more than half, "some" two; 0 where all are meant."""
    low = reading.masked.casefold()
    if re.search(r"\bmost of\b|\bmost (?:are|have)\b", low):
        return len(reading.evidence.items) // 2 + 1
    return 2 if re.search(r"\b(?:some|several|a few|a couple)\b", low) else 0


def _uncarried(word: Word, reading: Reading) -> Finding:
    """What nothing carries; a wish told as a quality (“a clever detective story”) can be left out of the sentence."""
    why = f"nothing here says “{word.text}”"
    before = re.search(r"\b(?P<article>an?|the) $", reading.masked[: word.start], re.IGNORECASE)
    after = re.match(r" (?P<noun>[a-z])", reading.masked[word.end :])
    if before is None or after is None or not forms(word.text) & reading.asked:
        return Finding(start=word.start, end=word.end, why=why)
    article = before["article"]
    if article.casefold() != "the":
        article = ("an" if after["noun"] in "aeiou" else "a") if article.islower() else article
    return Finding(start=before.start(), end=word.end + 1, why=why, fix=f"{article} ")


def _verified(reading: Reading) -> list[tuple[int, int]]:
    """The stretches that other checks answer for: quotes, numbers, names."""
    spans = [(m.start(), m.end()) for m in quoted(reading.text)]
    spans += [(run[0].start, run[-1].end) for run in name_runs(reading)]
    spans += [match.span() for match, _ in kind_counts(reading)]
    for number in numbers_of(reading):
        after = re.match(
            r"[\s-]*(?:simulated )?(?:members?|people|minutes?|pages?|percent|per cent|hours?|mins?|century)(?:[- ](?:long|here|length))?\b",
            reading.text[number.end :],
        )
        spans.append((number.start, number.end + (after.end() if after else 0)))
    spans += [
        m.span()
        for m in re.finditer(
            r"\b(?:eighteen|nineteen|twen|seven|eigh|six)\w*[ -](?:century|twenties|thirties)\b|\btwenties\b|\b\d+0s\b|\bcentury\b|\b\w+teenth\b",
            reading.text,
        )
    ]
    return spans


def carried(word: Word, item: ItemEvidence, reading: Reading) -> bool:
    """Whether an item's evidence has a word, another form of it, or one that means the same.

    Closeness of vectors is not asked: on the replies tuned on it told what is carried from what is not hardly better than chance.
    """
    held = held_stems(item)
    if same_forms_of(word.text) & held or any(_same_root(stem(word.low), other) for other in held):
        return True
    if item.liked and word.low in {"alike", "kindred", "overlap", "overlaps", "overlapping", "affinity"}:
        return True
    if item.popularity and word.low in {"simulated", "members", "member", "crowd"}:
        return True
    kinds = {kind.casefold() for kind in item.of("kind")}
    return any(word.low in _KINDS.get(kind, ()) for kind in kinds)


def _same_root(one: str, other: str) -> bool:
    shared = min(len(one), len(other))
    return shared >= 5 and one[:shared] == other[:shared] and abs(len(one) - len(other)) <= 4


def _negations(reading: Reading, skip: Sequence[tuple[int, int]]) -> list[Finding]:
    """Something denied that the evidence says; a list's value that is denied and not listed may be denied."""
    findings = []
    for match in _NEGATION.finditer(reading.masked):
        if _NOT_WITHOUT.search(reading.masked[: match.end()]):
            continue
        if any(start <= match.start() < end for start, end in skip) or re.match(
            r"\s+(?:only|just|least|more than|too|yet|further|longer|more)\b", reading.masked[match.end() :]
        ):
            continue
        scope = re.match(r"[^,;:.!?\x00]*", reading.masked[match.end() :])
        end = match.end() + (scope.end() if scope else 0)
        for word in words_of(reading.masked[match.end() : end])[:5]:
            place = match.end() + word.start
            if (is_free(word) and word.low not in {"long", "short"}) or reading.masked[match.end() : place].find(
                " but "
            ) >= 0:
                continue
            if _A_PICTURE.search(reading.masked[match.end() : end]) and not _are_pictures(reading.owners(place)):
                continue  # a film is no picture of a cat, whatever is said in it of one
            for item in reading.owners(place):
                if carried(word, item, reading) and not _denied_there(word, item):
                    findings.append(
                        Finding(start=match.start(), end=place + len(word.text), why=f"{item.title} is {word.text}")
                    )
    return findings


def _are_pictures(items: Sequence[ItemEvidence]) -> bool:
    return not items or any("print" in {kind.casefold() for kind in item.of("kind")} for item in items)


def _denied_there(word: Word, item: ItemEvidence) -> bool:
    """Whether a passage denies it too."""
    for text in item.texts:
        for match in _NEGATION.finditer(text):
            near = re.split(r"[.;:!?]", text[match.end() : match.end() + 40])[0]
            if stem(word.low) in {stem(w.low) for w in words_of(near)}:
                return True
    return False


def _kinds(reading: Reading, skip: Sequence[tuple[int, int]]) -> list[Finding]:
    """ "the novel" of a film: what something is must be its kind, where kinds are known."""
    findings = []
    for word in words_of(reading.masked):
        kinds = {
            kind for kind, words in _KINDS.items() if word.low in words or word.low in {f"{w}s" for w in _CALLED[kind]}
        }
        denied = any(m.start() <= word.start < m.end() for m in _RATHER.finditer(reading.masked))
        if not kinds or denied or any(start <= word.start < end for start, end in skip):
            continue
        counted = word.low.endswith("s") and not reading.told
        for item in reading.owners(word.start) or (reading.evidence.items if counted else ()):
            own = {kind.casefold() for kind in item.of("kind")}
            if (
                own
                and own <= _KINDS.keys()
                and not own & kinds
                and word.low not in {"picture", "page", "score"}
                and not forms(word.text) & held_stems(item)
            ):
                findings.append(Finding(start=word.start, end=word.end, why=f"{item.title} is no {word.text}"))
    return findings
