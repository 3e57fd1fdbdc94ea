"""What a message says of the titles in it: liked, hated, seen, asked about, or only named. Knows no catalogue."""

from __future__ import annotations

import re
from typing import Literal

from agent.planner.titles import TitleMention
from agent.planner.words import KIN, Message, word_set

Role = Literal["like", "dislike", "seen", "hide", "forget", "except", "anchor", "topic", "noted"]

_LIKE = (
    r"(?:love|loved|loves|adore|adored|adores|enjoy|enjoyed|enjoys|liked|likes|fan"
    r" of|fond of|crazy about|into|favou?rites? (?:is|are|was|were|film|movie|book)"
    r"|favou?rites?(?! (?:part|scene|character|moment|line)s?\b)"
    r"|(?:would|have to|got to|gotta|id|must) say|(?:it|that|this|my favou?rite) (?:may|might|could|would|must)(?: also)? be"
    r"|prefer|preferred|such as|obsessed with|thumbs up (?:for|to)|(?:i"
    r"|we|also|really|quite|do|rather|always|too|and i|still|they|friends?|sister"
    r"|brother|wife|husband|he|she) like)"
)
_DISLIKE = (
    r"(?:(?:not|dont|do not|never|isnt|arent|cant) (?:\w+ )?(?:into|like|stand|a fan of|fan of|fond of|care for) (?:movies|films|books|things|stuff|ones) "
    r"(?:like|such as)|"
    r"hate|hated|hates|dislike|disliked|detest|detested|loathe|loathed|despise"
    r"|despised|(?:do not|dont|didnt|did not|never|doesnt|wasnt|not|cant|couldnt"
    r"|wont|isnt|arent)"
    r" (?:(?!make|making|movies?|films?|books?|have|any|find|see)\w+ ){0,2}?(?:like|liked|love|loved|enjoy|enjoyed|stand|care for|get into"
    r"|a fan of|fan of|fond of|into|keen on)|couldnt finish|bored by|tired of|sick"
    r" of|thumbs down (?:for|to)|not keen on"
    r"|(?:not|nothing) (?:(?:something|anything|one) )?(?:thats |that is |too |so )?(?:like|similar to))(?<!who doesnt love)"
)
_SEEN = (
    r"(?:(?:have|ive|i|we|weve|already|just|has|had|recently|finally) (?:\w+ ){0,2}?(?:seen"
    r"|watched|read|heard|saw|finished|played|own|bought|know)"
    r"|(?:last|latest|previous) (?!question|thing|request|try)(?:\w+ ){1,4}(?:is|was)|seen|watched|saw|ive"
    r" read|already read|already know|rewatched|reread)"
)
_HIDE = (
    r"(?:hide|never (?:show|recommend|suggest)|(?:stop|quit) (?:showing|recommending"
    r"|suggesting)|(?:do not|dont) (?:show|recommend|suggest|give)|remove|no more"
    r"|block)"
)
_FORGET = r"(?:forget|unlike|undo|take back|i take back|forget that i (?:like|liked|hate|hated)|remove)"
_ANCHOR = (
    r"(?:(?:something|anything|stuff|more|films?|movies?|books?|music|ones?|others?"
    r"|another|similar|things?|just|much|exactly|pieces?|songs?|products?|items?"
    r"|that|is|are|sounds?|feels?|looks?|a bit|little|somewhat|not|whats|what is"
    r"|works?|kind of|sort of|along the lines of|\w+s) like|like|similar to|in the"
    r" (?:style|vein|spirit|manner|mood) of|along the lines of|reminds? me of|reminiscent"
    r" of|(?:the )?same (?:as|mood as|style as|vein as|kind as|spirit as)|close to|closest to|comparable to|akin"
    r" to|as \w+ as|a la|more of|followed by|based on|because i (?:liked|loved)|after"
    r"|than)"
)
_BAD_AFTER = (
    r"(?:to my dislikes|(?:wasnt|isnt|was not|is not) (?:\w+ )?(?:one of )?my favou?rites?"
    r"|(?:was|is|were|are|felt|seemed|bored|sounds?|looks?) (?:\w+ ){0,2}?(?:boring"
    r"|bored|awful|terrible|bad|dull|horrible|rubbish|overrated|not for me|disappointing"
    r"|tedious|unbearable|too \w+|annoying|stupid|crap|the worst)|bored me|not for"
    r" me|did(?:nt| not) (?:work|do it|grab)|i (?:hate|hated|didnt like|did not like"
    r"|dont like|do not like|disliked|couldnt stand)|wasnt (?:\w+ ){0,2}?(?:good"
    r"|great|for me|my thing|fun|my cup of tea)|(?:is|was)(?: (?:ok|okay|alright|fine|meh))?(?: but)? not (?:\w+ ){0,2}?(?:good"
    r"|great|for me|my thing|my cup of tea)|isnt (?:for me|my thing|my cup of tea)"
    r"|(?:\w+ ){0,3}?(?:and|but) (?:i )?(?:\w+ )?(?:hated|disliked|didnt like|did"
    r" not like) (?:it|them|both)|sucks|sucked|not so much|no thanks|nope|left me"
    r" cold|put me to sleep)"
)
_GOOD_AFTER = (
    r"(?:(?:with \w+ (?:\w+ )?)?(?:is|was|are|were|may be|might be|has to be|must be) (?:\w+ ){0,3}?(?:great|good|wonderful|amazing|brilliant"
    r"|fantastic|excellent|lovely|fun|funny|hilarious|creepy|cute|entertaining|interesting|cool|beautiful|superb|favou?rites?|awesome|terrific"
    r"|marvellous|marvelous|perfect|the best)|to my (?:likes|favou?rites)|i (?:love|loved|adore|adored|enjoyed"
    r"|liked|really liked)|(?:\w+ ){0,3}?(?:and|but) (?:i )?(?:\w+ )?(?:liked|loved"
    r"|enjoyed|adored) (?:it|them|both)|rocks|rocked|blew me away|made me (?:cry"
    r"|laugh|happy))"
)
_SEEN_AFTER = (
    r"(?:i (?:have |ve |ive )?(?:already )?(?:seen|watched|read|know|heard|saw)|ive"
    r" (?:already )?(?:seen|read|watched|heard)|i already (?:know|saw|read)|already"
    r" (?:seen|read|watched))"
)
_BAD_WORDS = (
    r"(?:\w+ ){0,2}?(?:boring|dull|awful|terrible|bad|tedious|overrated|too \w+|disappointing"
    r"|horrible|annoying|stupid)(?=\s|$)"
)
_EXCEPT = (
    r"(?:^|\s)(?:not|except|except for|without|other than|apart from|besides|excluding"
    r"|but not)(?: for| the film| the book)?$"
)
_CUE = re.compile(
    r"(?:^|\s)(?:i|we) (?:\w+ ){0,3}?(?:like|liked|love|loved|enjoy|enjoyed|hate|hated|dislike|disliked)$"
)
_LESS_SO = re.compile(r"(?:^|\s)but (?:not|less) so (?:much )?(?:in|for|with|of)$")
_COMPARED = re.compile(
    r"(?:(?:^|\s)(?:is|was) (?:it|that|this|the (?:movie|film|book|plot|story)) (?:(?!i |we |you )\w+ ){0,4}?"
    r"|(?:^|\s)(?:its|thats|(?:it|that|this|that one) (?:is|was|sounds?|looks?|seems?|feels?)) (?:(?!i |we |you )\w+ ){0,3}?"
    r"|^(?:do|did|have|would) you (?!know|have|got)(?:\w+ ){0,5}?|^(?:kind of|kinda|sort of|sorta) |^(?:is|was) (?!there)(?:\w+ ){1,8}?)"
    r"(?:like|similar to|take on|version of)(?: an?)?$"
)
_THEY_KNOW = re.compile(
    rf"(?:^|\s)(?:hes|shes|theyve|he|she|they|(?:my|our) {KIN})(?: (?:has|have|had|already|also|just|only))*"
    r" (?:seen|watched|watches|reads?|heard|saw|finished|plays?|played|owns?|bought|knows?)$"
    rf"|(?:^|\s)(?:hes|shes|theyve|he|she|they|(?:my|our) {KIN}) (?:already )?(?:(?:has|have) (?:already )?got|already (?:has|have|got)|owns)$"
)
"""“She has read X”: it is not the one who writes that knows it, but whoever the list is for."""
_OTHER_THAN = re.compile(
    r"(?:^|\s)other than$|(?:thanks|thank you) (?:(?:so|very) much )?for (?:suggesting|recommending|mentioning)$"
)
_NOT_AFTER = r"(?:wasnt|isnt|not so much|didnt|not really|was not|is not|less so|not)\b"
_ONLY_NAMED = (
    r"(?:why|about|who(?: \w+)?|when|how|where|what|whats|is|was|does|did|do you"
    r" (?:have|know)|have you got|got|find|whether|tell me|compare|describe|explain"
    r"|info on|details)"
)
_LINKS = re.compile(r"^(?:and|or|but|also|both|as well as|plus|then|the film|the book|the movie|i|&)*$")

_BEFORE: tuple[tuple[Role, str], ...] = (
    ("hide", _HIDE),
    ("forget", _FORGET),
    ("dislike", _DISLIKE),
    ("like", _LIKE),
    ("anchor", _ANCHOR),
    ("seen", _SEEN),
)


def roles_of(message: Message, mentions: tuple[TitleMention, ...]) -> tuple[Role, ...]:
    """One role a mention, in order. A cue before a title counts for those joined to it (“I loved A, B and C”), one behind it for it alone."""
    roles: list[Role] = []
    for number, mention in enumerate(mentions):
        start = mentions[number - 1].end if number else 0
        end = mentions[number + 1].start if number + 1 < len(mentions) else len(message.words)
        before, after = _clause_before(message, start, mention.start), _clause_after(message, mention.end, end)
        was = roles[-1] if roles else None
        if number and _LESS_SO.search(before):
            roles.append("dislike")  # “loved her in A, but not so much in B”
            continue
        if _LESS_SO.search(after) and number + 1 < len(mentions):
            after = ""
        if number + 1 < len(mentions) and _CUE.search(after) and len(after.split()) == end - mention.end:
            after = ""  # “A I do not like B”: that is said of B
        role = _said_after(after, was) or ("except" if _OTHER_THAN.search(before) else _said_before(before))
        if role is None and re.search(r"(?:^|\s)(?:found|find|thought|think)$", before) and re.match(_BAD_WORDS, after):
            role = "dislike"
        if role is None and was in {"like", "dislike"} and re.search(r"(?:^|but |and |though )not$", before):
            role = "dislike" if was == "like" else "like"
        if role is None and re.search(_EXCEPT, before):
            role = "except"
        if role in {None, "seen"} and _THEY_KNOW.search(before):
            role = "except"
        if role is None and before in {"also", "and also"}:
            role = "like"
        if role is None and number and joined(message, start, mention.start):
            role = roles[-1]
        roles.append(role or "topic")
    return _spread_back(message, mentions, roles)


def _said_before(words: str) -> Role | None:
    """The role that the last cue before a title gives it; the cue nearest to the title wins, and there the longest."""
    if re.search(r"(?:^|\s)(?:forget|unlike|undo|take back)(?=\s|$)", words):
        return "forget"
    best: tuple[int, int, Role] | None = None
    for role, cue in _BEFORE:
        for found in re.finditer(rf"(?:^|\s){cue}(?=\s|$)", words):
            gap = len(words[found.end() :].split())
            reach = 0 if role == "anchor" and found.group().strip() in {"like", "after", "than", "more of"} else 4
            rank = (found.end(), found.end() - found.start(), role)
            if gap <= reach and (best is None or rank[:2] > best[:2]):
                best = rank
    return best[2] if best else None


def _said_after(words: str, before: Role | None) -> Role | None:
    for role, cue in (("dislike", _BAD_AFTER), ("like", _GOOD_AFTER), ("seen", _SEEN_AFTER)):
        if re.match(rf"(?:\w+ )?{cue}(?=\s|$)", words):
            return role  # type: ignore[return-value]
    if re.match(_NOT_AFTER, words) and before in {"like", "dislike"}:
        return "dislike" if before == "like" else "like"
    return None


def _clause_before(message: Message, start: int, end: int) -> str:
    place = end
    while place > start and not (place < end + 1 and place < len(message.words) and _ends_sentence(message, place)):
        place -= 1
    return " ".join(word.folded for word in message.words[place:end])


def _clause_after(message: Message, start: int, end: int) -> str:
    place = start
    while place < end and (
        not message.words[place].stop
        or (place == start and message.words[place].stop == ")")
        or (message.words[place].stop == "," and message.at(place) == "but" and message.at(place + 1) == "not")
    ):
        place += 1
    return " ".join(word.folded for word in message.words[start:place])


def _ends_sentence(message: Message, place: int) -> bool:
    return any(mark in message.words[place].stop for mark in ".!?;:")


def joined(message: Message, start: int, end: int) -> bool:
    """Whether nothing but a link stands in words start..end, between two titles."""
    between = "".join(word.folded for word in message.words[start:end])
    return not (end < len(message.words) and _ends_sentence(message, end)) and bool(_LINKS.match(between))


def _spread_back(message: Message, mentions: tuple[TitleMention, ...], roles: list[Role]) -> tuple[Role, ...]:
    """“A and B are my favourites”: what is said behind the last of joined titles holds for those before it."""
    for number in range(len(roles) - 2, -1, -1):
        linked = joined(message, mentions[number].end, mentions[number + 1].start)
        if roles[number] == "topic" and linked and roles[number + 1] in {"like", "dislike", "seen"}:
            roles[number] = roles[number + 1]
    return tuple(roles)


def asks_only(message: Message, mention: TitleMention) -> bool:
    """Whether the words before a title ask about it (“who directed”, “tell me about”)."""
    before = _clause_before(message, 0, mention.start)
    return bool(re.search(rf"(?:^|\s){_ONLY_NAMED}(?=\s|$)", before))


def compared(message: Message, mention: TitleMention) -> bool:
    """Whether a title only says what something else is like (“is it like X?”, “it sounds like X”), and not what is wanted."""
    return bool(_COMPARED.search(_clause_before(message, 0, mention.start)))


def cue_spans(
    message: Message, mentions: tuple[TitleMention, ...], roles: tuple[Role, ...]
) -> tuple[tuple[int, int], ...]:
    """The word ranges around titles that belong to what is said of them: from the clause's beginning to the title, and a verdict behind it."""
    spans: list[tuple[int, int]] = []
    for number, (mention, role) in enumerate(zip(mentions, roles, strict=True)):
        low = mentions[number - 1].end if number else 0
        start = mention.start
        while start > low and not _ends_sentence(message, start) and "," not in message.words[start].stop:
            start -= 1
        if role in {"like", "dislike", "seen", "hide", "forget", "except"}:
            spans.append((_behind_request(message, start, mention.start), mention.start))
            spans.append((mention.end, mention.end + _verdict_length(message, mention.end)))
        elif role == "anchor":
            place = mention.start
            while place > low and message.at(place - 1) in _ANCHOR_WORDS:
                place -= 1
            spans.append((place, mention.start))
    return tuple(spans)


_ANCHOR_WORDS = word_set(
    "like similar to in the style vein spirit of along lines more something anything as much just than after "
    "based on because i loved liked a bit"
)


def _behind_request(message: Message, start: int, end: int) -> int:
    """Where the words of a verdict begin: behind a request in the same clause (“something sad, I loved X” keeps “something sad”)."""
    said = [message.at(place) for place in range(start, end)]
    subjects = [
        n
        for n, word in enumerate(said)
        if word
        in {
            "i",
            "ive",
            "we",
            "my",
            "and",
            "but",
            "weve",
            "he",
            "she",
            "they",
            "dont",
            "never",
            "stop",
            "hide",
            "forget",
            "not",
        }
    ]
    return start + (subjects[0] if subjects else 0)


def _verdict_length(message: Message, start: int) -> int:
    words = _clause_after(message, start, len(message.words))
    for cue in (_BAD_AFTER, _GOOD_AFTER, _SEEN_AFTER, _BAD_WORDS, _NOT_AFTER):
        found = re.match(
            rf"(?:\w+ )?{cue}(?: (?:a lot|very much|too|so much|already|yesterday|though|at all))?(?=\s|$)", words
        )
        if found:
            return len(found.group().split())
    return 0
