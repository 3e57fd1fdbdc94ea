"""What people say in several words when they liked something or did not, as the plain words for it.

“I fell asleep during Faust”, “it did nothing for me” and “way too long for my liking” all say that it was not liked, “it blew me away” that it was.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from agent.planner.words import word_set

_IT = r"(?P<it>TITLE|it|they|this(?: one| movie| film)?|that(?: one| movie| film)?|them|those|either(?: (?:one|of (?:them|those)))?)"
_I = r"(?:(?:i|we|ive|id|im) (?:\w+ ){0,2}?|(?:and|but) (?:just |really |then |i )?|^(?:\w+ly |just |was |were |had to |could |would )*)"
_VERY = r"(?:(?:really|very|quite|just|kind of|kinda|pretty|so|way|far|a bit|a little|nearly|almost|absolutely|totally|at all|that|too|all that) )*"
_PEOPLE = r"(?:people|everyone|everybody|anyone|anybody|they|so many people)"
_NOT = r"(?:not|wasnt|isnt|werent|never|didnt|doesnt|dont|did not|does not|do not|cant|couldnt|cannot|could not|can not|wouldnt|would not|wont)"
_WAS = r"(?:was|is|were|are|has been|seemed|got)"
_LIKE = r"(?:(?:films|movies|books|things|stuff|anything) like )?"
_HOW = r"(?:dull|boring|silly|stupid|lame|bad|awful|terrible|overrated|annoying)"
_HATED = tuple(
    re.compile(rf"\b{pattern}\b")
    for pattern in (
        rf"{_I}{_NOT} {_VERY}(?:even |ever )?(?:get into|stand|stomach|finish|(?:get|sit) through|connect with|care for) {_LIKE}{_IT}",
        rf"{_IT} {_VERY}(?:did|does|do) {_VERY}nothing for (?:me|us)",
        rf"{_IT} {_VERY}{_NOT} {_VERY}(?:do it|work|click|do much|do anything) for (?:me|us)",
        rf"{_IT} {_VERY}{_NOT} {_VERY}hold (?:my|our) (?:attention|interest)",
        rf"{_I}fell asleep(?: (?:halfway|half way|twice|right))*(?: (?:during|in|watching|through|to|on|at))*(?: {_IT})?",
        rf"{_I}(?:dozed|nodded) off(?: (?:during|in|watching))?(?: {_IT})?",
        rf"{_IT} {_VERY}(?:put (?:me|us) to sleep|bored (?:me|us)(?: to (?:tears|death|sleep))?|let (?:me|us) down|fell {_VERY}(?:flat|short))",
        rf"{_I}(?:had to |just )?(?:turn(?:ed)?|switch(?:ed)?|shut) {_IT} off",
        rf"{_I}(?:turned|switched|shut) off {_IT}",
        rf"{_I}(?:walked out|gave up|lost interest|lost patience)(?: (?:of|on|in|with|watching|during))+ {_IT}",
        rf"{_I}(?:tried to (?:watch|see|like|read) {_IT} (?:but|and) (?:i )?(?:gave up|stopped|quit|couldnt))",
        rf"(?:i|we|ive) (?:tried|started|began|read|watched|saw) (?:to (?:read|watch|like) )?{_IT} (?:\w+ ){{0,3}}?(?:and|but|then) (?:i )?"
        r"(?:lost interest|gave up|stopped|quit|put it (?:down|away)|fell asleep)(?: \w+)?",
        rf"{_I}(?:lost interest|gave up|walked out)(?: (?:after|halfway)(?: \w+){{0,2}})?$",
        rf"{_I}regret(?:ted)? (?:ever )?(?:watching|seeing|reading|buying) {_IT}",
        rf"{_I}(?:{_NOT} |never )(?:want to |wanna |care to |need to )?(?:see|watch|sit through|read) {_IT} (?:ever )?again",
        rf"{_I}{_NOT} {_VERY}(?:get|see|understand) the (?:hype|appeal|fuss)(?: (?:around|of|about|with|behind|for))?(?: {_IT})?",
        rf"{_I}{_NOT} (?:get|know|see|understand) why {_PEOPLE} (?:likes?|loves?|liked|loved|enjoys?) {_IT}",
        rf"{_I}{_NOT} {_VERY}(?:impressed|crazy|wild|thrilled|blown away|taken|fond)(?: (?:by|with|about|of))?(?: {_IT})?",
        rf"{_I}{_VERY}(?:disappointed|let down|bored|underwhelmed)(?: (?:by|with|in|at|of|during))?(?: {_IT})?",
        rf"{_I}(?:never|{_NOT}) {_VERY}cared? (?:much )?for {_IT}",
        rf"(?:they |he |she |hollywood )(?:\w+ )?ruined {_IT}",
        rf"(?:{_IT} )?(?:{_WAS} )?(?:just |really )?{_NOT} {_VERY}(?:my|our) (?:cup of tea|thing|type|jam|style|bag|taste|kind of (?:movie|film|book|thing))",
        rf"{_IT} (?:{_WAS} )?{_NOT} {_VERY}for me",
        rf"{_I}(?:am |was |are |were )?{_NOT} {_VERY}into {_IT}",
        rf"^(?:(?:really|im|i am|i was|just) )*not (?:an?|much of an?|the biggest|the) (?:(?:big|huge|real|great) )?fan of {_IT}",
        rf"(?:{_IT} (?:{_WAS} )?|its |thats ){_NOT} {_VERY}as (?:good|great|funny|scary) as (?:(?:i (?:had )?)?(?:hoped|expected|thought)|"
        rf"{_PEOPLE} (?:says?|said|think|claims?))",
        rf"(?:i|we) (?:(?:was|were) not|wasnt(?: not)?|werent) {_VERY}interested in (?:watching |seeing )?{_IT}",
        rf"{_IT} {_VERY}{_NOT} {_VERY}(?:enthuse|excite|impress|move|grab|thrill|interest|convince) (?:me|us)",
        rf"{_I}(?:couldnt|could not|cant|cannot) (?:stay|keep) (?:focused|awake|interested)(?: (?:during|in|through|watching))?(?: {_IT})?",
    )
)
_LOVED = tuple(
    re.compile(rf"\b{pattern}\b")
    for pattern in (
        rf"{_IT} {_VERY}(?:blew (?:me|us) away|blew (?:my|our) minds?|took my breath away|knocked my socks off|moved me to tears|swept me away)",
        rf"{_IT} (?:was|were) {_VERY}(?:right )?up my (?:alley|street)",
        rf"{_I}{_VERY}(?:blown away|hooked|enthralled|captivated|spellbound)(?: (?:by|on|with))?(?: {_IT})?$",
        rf"{_I}(?:couldnt|could not) put {_IT} down",
        rf"{_I}(?:couldnt|could not) (?:stop (?:watching|reading)|take my eyes off) {_IT}",
        rf"{_I}could (?:watch|read|see|hear|listen to) {_IT} (?:forever|all day|every day|(?:over and )?over again|a hundred times)",
        rf"{_I}(?:cant|cannot|can not) get enough of {_IT}",
        rf"(?:they|he|she|it|everyone) (?:did|do|does) (?:a|an|such a) {_VERY}(?:good|great|fantastic|amazing|wonderful) job(?: (?:with|on|in) {_IT})?",
        rf"{_IT} (?:{_WAS} )?{_VERY}(?:always )?worth (?:another|a second) (?:look|watch|read|viewing)",
        r"(?P<it>they|those|these) are (?:all |both )?(?:my|our) (?:kind|type|sort) of (?:movies|films|books|stories)",
    )
)
_BAD = (
    (re.compile(rf"\b{_VERY}too \w+ for (?:me|us|my (?:liking|taste|tastes|own good))\b"), "boring"),
    (re.compile(rf"\b(?P<it>TITLE|it|that|this) {_VERY}(?:drags|dragged)(?: on)*(?: and on)*\b"), "{it} was boring"),
    (re.compile(r"\b(?:a |such a )?(?:bit of a |total |complete |huge |big |real )*(?:mess|let ?down|snoozefest|drag|bore)\b"), "bad"),
    (re.compile(r"\b(?:a |such a |what a )?(?:total |complete |huge )*waste of (?:\w+ ){0,2}(?:time|money|hours)\b"), "bad"),
    (re.compile(r"\bover ?hyped\b"), "overrated"),
    (re.compile(r"\b(?:painful|hard|impossible|a chore) to (?:watch|sit through|get through|read|finish)\b"), "awful"),
    (re.compile(rf"\b(?:i|we) (?:thought|found) (?P<it>TITLE|it|that|this)(?: to be| was)? {_VERY}(?P<how>{_HOW})\b"), "{it} was {how}"),
    (re.compile(rf"(?<=was ){_VERY}too (?:long|slow|silly|violent|gory|predictable|confusing|weird|cheesy|sad|dark|childish|much)$"), "boring"),
)  # fmt: skip
_MAY = word_set(
    "never not wasnt isnt werent didnt doesnt dont cant couldnt cannot wouldnt wont nothing asleep off sleep bored down flat "
    "short walked gave lost tried regret regretted disappointed let underwhelmed ruined too drags dragged waste mess letdown "
    "snoozefest snooze drag bore overhyped hyped painful hard impossible chore found thought "
    "blew blown breath socks moved swept up hooked enthralled captivated spellbound could interested enthuse "
    "excite impress grab thrill convince focused awake job worth kind type sort"
)
"""One of these is in every such idiom."""
LONGEST = 60
"""A stretch of more words without a mark between them is not searched."""


def plain_verdicts(tokens: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The tokens of a message, each word with the marks before it, with idioms of dislike as “hated it” or “was bad”, those of praise as “loved it”.

    >>> plain_verdicts([("i", ""), ("fell", ""), ("asleep", ""), ("during", ""), ("TITLE", ""), ("sorry", ".")])
    [('i', ''), ('hated', ''), ('TITLE', ''), ('sorry', '.')]
    """
    if not _MAY & {word for word, _ in tokens}:
        return list(tokens)
    starts = [n for n, (_, stop) in enumerate(tokens) if stop or n == 0]
    found: list[tuple[str, str]] = []
    for start, end in itertools.pairwise([*starts, len(tokens)]):
        said = [word for word, _ in tokens[start:end]]
        words = _plain(" ".join(said)).split() if len(said) <= LONGEST else said
        found += [(word, tokens[start][1] if n == 0 else "") for n, word in enumerate(words)]
    return found


def _plain(said: str) -> str:
    for pattern, words in _BAD:
        said = pattern.sub(lambda m, words=words: words.format(**m.groupdict()), said)  # type: ignore[misc]
    for patterns, verb in ((_HATED, "hated"), (_LOVED, "loved")):
        for pattern in patterns:
            said = pattern.sub(lambda m, verb=verb: f"i {verb} {m.groupdict().get('it') or 'it'}", said)  # type: ignore[misc]
    return said
