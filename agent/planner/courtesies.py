"""What people say besides wishes, verdicts and questions: greetings, thanks, “I'll watch that”, “I haven't seen it”, remarks.

These words are taken out before anything else is read of a message, so that “have a great day” asks for nothing great. Knows no catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.planner.titles import TitleMention
from agent.planner.words import EXCLAIMED, LEAD, PRAISE, VERY, Message

Act = Literal["greeting", "close", "accept", "seen", "unseen", "remark"]

_WISHED = (
    r"want|wanna|need|like|likes|love|loves|looking|look for|mood|prefer|recommend\w*|suggest\w*|enjoy|enjoys|fancy|wish"
    r"|crave|feel like|interested|into|open to|favou?rites?|fan|something|anything|hoping|searching|could use|rather|should|must"
    r"|has to|have to be|needs?|can be|cannot be|cant be|hate|hated|dislike|disliked|cant stand|avoid|without|more|less|too|any|another|others?"
    r"|show me|find|give|instead|shorter|longer|older|newer|cheaper|bored|gift|watch|read|listen|hear|see|buy"
    r"|forget|remember|hide|undo|doesnt matter|afraid|scared|allergic|stuff|dont|didnt|about"
)
_ASKED = r"what|whats|which|who|whos|when|where|why|how"
_SPICE = rf"(?:{VERY}|all|both)"
_FINE = rf"(?:{PRAISE}|cool|nice|super|neat|fine|right up my alley)"
_IT = r"(?:it|that|this|they|those|these|them|one|ones|both|all|TITLE|either)"
_ON = rf"(?: (?!(?:but|on|is|i|ive|we|weve|{_WISHED}|{_ASKED})(?!\S))\w+)*"
"""More words, to the end of the sentence or to where something is wished for or asked."""
_THANKS = (
    r"(?:(?:many )?(?:thanks(?: you)?|thank ?(?:you|u)|thx|cheers|much appreciated)"
    r"|(?:(?:i|id|we|ill|\w+ly|do|would|so) )*appreciate(?: (?:it|that|this|you|TITLE|(?:all )?(?:of )?(?:your|the) \w+|both|all))+)"
    r"(?: (?:so much|very much|a lot|a bunch|again|too|then|once more|you|all|friend|buddy|man|though))*"
    rf"(?: for(?: (?:(?:suggest|recommend)\w+|ideas?|advice){_ON}|{_ON})+)?"
)
_BYE = (
    r"(?:(?:good ?bye|bye(?: bye| now)?|byee+|see (?:you|ya)(?: later| soon| around)?|good night|nite|take care)"
    r"|(?:(?:i|really|hope|you|to) )*(?:have|has|had|enjoy) (?:a|an|your|the) (?:\w+ ){0,4}?(?:day|night|evening|weekend|time|holidays?"
    r"|christmas|chat|afternoon|week|one|movies?)(?: (?:too|as well|also|then|everyone))*"
    r"|(?:and )?(?:you|u) (?:too|as well)|(?:the )?same to (?:you|u)|merry christmas|happy (?:holidays|weekend|new year)"
    r"|(?:(?:it|its|was|has|been|is|a|very|really|so) )*(?:nice|great|good|pleasure|fun|lovely)"
    r" (?:chatting|talking|speaking|(?:to )?chat|to talk|meeting)(?: (?:with|to|you|u|too|as|well|all))*"
    r"|(?:thats|that is|that will be|thatll be|that would be) (?:all(?! right)|it|everything)(?: for (?:now|today|me))?"
    r"|(?:we are|were|im|i am|weve|all) (?:all )?(?:done|set|finished|good to go)(?: (?:then|here|now|too))?"
    r"|no problem|no worries|you are welcome|youre welcome|my pleasure|you (?:really )?made my day"
    r"|i am excited|im excited|done(?=$)|(?:i )?hope (?:so|you (?:like|enjoy) \w+))"
)
_WILL = (
    rf"(?:(?:i|ill|im|id|we|well|{VERY}|most|now|still|probably|possibly|think|thought|that|guess|believe|feel|am|sure|certain) )*"
    r"(?:(?:will|ll|ill|may|might|should|could|can|would|(?:will |would )?(?:have|like|love) to|(?:need|want|plan|try) to|(?:am )?going to"
    rf"|(?:have )?been meaning to|gonna|wanna|must|gotta|lets|go and|try and) (?:(?:{VERY}|probably|possibly|now|still|go|be) )*)+"
)
_DO = (
    r"(?:check|look|(?:re)?watch|try(?: and see)?|see|add|give|take|accept|rent|stream|pick|find|buy|catch|read|listen to|hear|play"
    r"|choose|enjoy|keep|remember|like|consider|start with|go with)"
)
_TAIL = (
    r"(?: (?:out|up|in|into|at|for|a|to|my|the|your|of|with|by|and|or|as|when|again|tonight|today|tomorrow|later|soon|sometime|now|then|first"
    r"|also|this|next|one|two|very|definitely|list|movies?|films?|trailers?|suggestions?|recommendations?)"
    rf"(?: (?!(?:TITLE|but|on|is|{_WISHED})(?!\S))\w+)*)?"
)
"""When and with whom."""
_ACCEPT = (
    rf"(?:(?:lets )?(?:take|go with|choose|pick) {_IT}"
    rf"|(?:add|keep|save|bookmark) {_IT}(?: one)?(?=$)"
    rf"|{_WILL}{_DO}(?: (?:out|up|into|at|for|back|also|again|the|your|new|of|all|any|to|a))*(?: {_IT}|(?: (?:trailers?|suggestions?"
    rf"|recommendations?|movies?|list|TITLE)))(?: (?:and )?{_IT})*{_TAIL}"
    rf"|(?:(?:{_IT}|(?:those|these|both|all) (?:movies?|films?)|which|all|both|(?:the )?trailers?|suggestions?) )*(?:would |will |does |do )?"
    rf"(?:sounds?|looks?|seems?|suits?|sound|works?)(?: like)?(?: (?:a|an|my|me|it|for|just))*(?: {_SPICE})* ?"
    rf"(?:{_FINE}|fun|what i want|genre|style|something i would (?:like|enjoy))"
    rf"(?: (?:one|ones|movies?|films?|choices?|ideas?|fun|then|though|too|enough|to me|options?|flicks?|and|{_FINE}|for me"
    r"|as well|(?:for )?the holiday season))*"
    r"|(?:i |ill |i will |i do |im |i am |and |also )*accept(?:ing|ed)?(?: (?:it|that|the|your|this|both|recommendations?"
    r"|suggestions?|for|movies?|TITLE|as|soon|i|receive))*"
    rf"|(?:{_IT}|which) (?:would|will|ll) be (?:{_SPICE} )*{_FINE}(?: (?:then|too|thanks|movies?))*"
    r"|(?:i|we) (?:most |certainly |definitely |really |surely |sure )*(?:will|would|do)(?: (?:love to|like to|be|enjoy it|it|try|too|for sure))*(?=$)"
    r"|(?:im|i am) (?:sure|certain|positive) (?:i|ill|we|well|it|that)(?: (?:will|would|do|enjoy|like|love|it|them))*"
    r"|lets (?:hear|see|do|try|go)(?: (?:it|that|for|with|them))*"
    r"|i (?:was )?(?:read|reading|have read|just read) the plot(?: of TITLE| of (?:this|that|the) movie)?"
    rf"|(?:add|save|keep|bookmark|note|put) (?:down )?(?:{_IT}|TITLE|the (?:first|second|third|fourth|fifth|last))(?: one)?(?: (?:and )?TITLE)*"
    r" (?:(?:to|on) (?:my|the|a)(?: \w+)? list|for later|for another (?:day|time)|aside|down)|TITLE (?:is|was|would be) perfect"
    r"|(?:im|i am|ill be|i will be) (?:happy|glad|satisfied)(?: with (?:it|that|them|these|those))?"
    rf"|(?:sure|yes|yeah|ok|okay) (?:i|we) can (?:watch|try|see)(?: {_IT})*"
    rf"|(?:im|i am) sold(?: on {_IT}(?: one)?)?|(?:(?:ill be|im|i am) )?going with (?:{_IT}|TITLE|the (?:first|second|third|fourth|fifth|last))(?: one)?"
    r"|sounds like a plan|you (?:are|re) (?:reading my mind|the best|awesome)|youre (?:the best|awesome)"
    r"|(?:its|that is|thats|this is) (?:just |exactly )?(?:my (?:style|genre|kind of thing)|what i (?:want|wanted|need|needed)))"
)
_UNSEEN = (
    r"(?:(?:(?:i|we|ive|weve) )?(?:still |just |also |actually )?(?:(?:have not|havent|havnt|havens|ihaven|ihavent|have never|ve never|never"
    r"|had not|hadnt|did not|didnt|dont think i have|don t think i have|have yet to|have not yet|havent yet)(?: actually| ever| even| really"
    r"| yet| had a chance to| had the chance to| gotten to| got to)*)"
    rf" (?:seen|heard|watched|saw|see|watch|know|tried)(?: (?:of|about))?(?: {_IT})?"
    r"(?: (?:it|that|this|them|those|these|either|one|ones|both|yet|before|movies?|films?|in a long time|of|any|as well|too|the|other"
    r"|new|that i know of|though|or|and|but))*"
    r"|(?:i|we|ive) (?:have )?(?:only )?heard (?:\w+ ){0,2}?(?:of|about) TITLE"
    r"|no (?:not yet|i (?:have not|havent|didnt)|we (?:have not|havent)|never)|not yet|(?:we|i) (?:have not|havent)(?=$)"
    rf"|{_IT} (?:is|s) (?:new to me|one i (?:havent|have not) seen(?: (?:yet|as well|before))*)"
    r"|thats one i (?:havent|have not) seen(?: (?:yet|as well|before))*"
    r")"
)
_SEEN = (
    r"(?:(?:(?:yes|yea|yeah|i|we|ive|weve|have|already|just|actually|think|thought|only|also|both) )*(?:seen|watched|saw) (?:it|that|this|them|these"
    r"|those|both|all|either|one|ones|TITLE)(?: (?:of|them|those|one|ones|movies?|films?|too|as well|already|before|last|night|week|long|time|ago|a|in|the"
    r"|theaters?|both|it|twice|times|not|day|came|out|yesterday|recently|lots|many|few|now))*"
    r"|(?:yes|yea|yeah|oh) (?:i|we) (?:did|have)(?: and)?(?=$)"
    r"|(?:i|we) (?:(?:really|also|absolutely|just) )*(?:liked|loved|enjoyed|hated|disliked) the (?:first|second|last|new|old|original) (?:one|movie|film)"
    r"(?: (?:as well|too|better|more|a lot))*)"
)
_OF_YOU = (
    r"(?:so )?(?:(?:do|did|dont|didnt) you (?:also |really |even |not )*(?:like|love|enjoy|prefer|believe|think|agree|watch|liked)|have you (?:ever )?liked"
    r"|(?:are|r) (?:you|u) (?:a )?(?:fan|girl|boy|man|woman|human|real|bot|robot|married|single|friend))(?: \w+)*"
)
_GREETING = (
    r"(?:(?:hi|hello|hey|hiya|howdy|heya|hai|yo|greetings|good (?:morning|evening|afternoon|day))"
    r"(?: (?:there|again|friend|everyone|all|you|vouch))*"
    r"|(?:so )?how (?:are|r) (?:you|u|ya|things)(?: (?:doing|today|tonight|all))*|hows (?:it going|your day|things)|whats up"
    r"|how about (?:you|yours|yourself)|nice to meet you|(?:i )?hope (?:all is well|you are (?:doing )?well|youre (?:doing )?well)"
    r"|(?:i |im |i am |doing |am |very )*(?:doing )?(?:good|well|fine|great|ok|okay|alright)"
    r"(?: (?:too|today))*(?: and)? (?:you|u|yourself|how (?:are|r) (?:you|u|ya)(?: \w+)?)(?=$)"
    rf"|(?:im|i am|i m) (?:doing )?(?:{_SPICE} )*(?:good|well|fine|great|ok|okay|alright)(?: (?:too|today|thanks))*(?=$| and| how| thank))"
)
_DENIES = frozenset(["never", "not", "dont", "cant", "couldnt", "cannot", "wont"])
_PRONOUNS = frozenset(["it", "that", "this", "them", "these", "those", "one", "both", "all", "they", "its", "thats"])
_NOUNS = (
    "film ",
    "movie ",
    "book ",
    "one ",
    "something ",
    "anything ",
    "films ",
    "movies ",
    "books ",
    "story ",
    "stories ",
)
_SPANS: tuple[tuple[Act, re.Pattern[str]], ...] = tuple(
    (act, re.compile(rf"(?<!\S){pattern}(?!\S)"))  # type: ignore[misc]
    for act, pattern in (
        ("close", _BYE),
        ("close", _THANKS),
        ("greeting", _GREETING),
        ("remark", rf"(?<!\S)(?:^{LEAD}){_OF_YOU}"),
        ("unseen", _UNSEEN),
        ("seen", _SEEN),
        ("accept", _ACCEPT),
    )
)
_INTERJECTION = re.compile(
    rf"{LEAD}(?:{EXCLAIMED}|got it|will do|goody|good to know|glad you asked"
    r"|good choice|nice one|great suggestions?|excellent recommendations?(?: friend)?|true that|i see|i agree|i dont (?:mind|know|care)"
    r"|sure am|same here|no way"
    r"|(?:i )?appreciate it|(?:awesome )?got both|good idea|thats a great idea|great idea|legendary film|great movies?|very good movies?)"
)
_ACCEPTING = re.compile(
    r"\b(?:sure|of course|definitely|absolutely|certainly|ok|okay|cool|awesome|perfect|great|excellent|nice|goody|yay|good choice"
    r"|good idea|great idea|got it|got both|will do|recommendations?|suggestions?|appreciate)\b"
)
_REMARK = re.compile(
    rf"^{LEAD}(?:i (?:think|guess|thought|believe|know|heard|agree|mean|feel like|feel|bet|wonder|remember(?:ed)?|was) )?"
    r"(?:that )?(?:it|its|that|thats|this|he|hes|she|shes|they|theyre"
    r"|those|these|there|theres|everyone|everybody|people|nobody|you|youre|your|u"
    r"|(?:my|our|his|her|their|the) (?:\w+ ){1,3}?(?:is|are|was|were|has|had|wants?|can|will|really|just|and))(?= |$)"
)
_SELF = re.compile(
    rf"^{LEAD}(?:i|im|ive|id|ill|we|weve|were|me|my)(?= |$)|^(?:still|same|basically|try|trying|such|not|hope)\b"
)
_WISH = re.compile(rf"\b(?:{_WISHED})\b")
_ASKS = re.compile(rf"\b(?:{_ASKED})\b")
_CHAT = re.compile(
    r"\b(?:i|im|ive|id|ill|me|my|mine|myself|you|your|u|he|she|they|we|us|our|everyone|was|were|am|is|are|will|would|has|had|have"
    r"|did|does|lol|haha\w*|dont|didnt|its|thats|hope|yeap|yep|yea|lets)\b"
)
_CLEAR_WISH = re.compile(
    r"\b(?:recommend|suggest|looking for|want|wanna|in the mood|prefer|something|anything|any|more like|another|other|else|what|how about"
    r"|do you (?:have|know)|got|show me|find me|give me|similar|should i|instead)\b"
)


@dataclass(frozen=True, kw_only=True)
class Courtesy:
    """Words start..end (end excluded) do this; `titles` are the places of the mentions in them."""

    act: Act
    start: int
    end: int
    titles: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    title: int = -1


def interjections(message: Message) -> tuple[tuple[int, int], ...]:
    """The clauses that are nothing but an exclamation (“Awesome!!”), which are no titles whatever films are called."""
    return tuple(
        (start, end)
        for start, end in clauses(message)
        if _INTERJECTION.fullmatch(" ".join(w.folded for w in message.words[start:end]))
        and not any(w.quote for w in message.words[start:end])
    )


def courtesies(message: Message, mentions: Sequence[TitleMention]) -> tuple[Courtesy, ...]:
    """What is said besides, in order, none overlapping."""
    tokens = _tokens(message, mentions)
    found: list[Courtesy] = []
    for start, end in interjections(message):
        said = " ".join(w.folded for w in message.words[start:end])
        found.append(Courtesy(act="accept" if _ACCEPTING.search(said) else "remark", start=start, end=end))
    for act, pattern in _SPANS:
        taken = {place for f in found for place in range(f.start, f.end)}
        for low, high in _matches(pattern, tokens, message, taken):
            start, end = tokens[low].start, tokens[high - 1].end
            denied = act == "accept" and message.at(start - 1) in _DENIES  # “I never want to see X again”
            if not denied and all(end <= f.start or start >= f.end for f in found):
                titles = tuple(t.title for t in tokens[low:high] if t.title >= 0)
                found.append(Courtesy(act=act, start=start, end=end, titles=titles))
    found += _remarks(message, mentions, found)
    return tuple(sorted(found, key=lambda c: c.start))


def clauses(message: Message) -> Iterator[tuple[int, int]]:
    """The word ranges between the marks that end a sentence."""
    start = 0
    for place, word in enumerate(message.words):
        if place > start and any(mark in word.stop for mark in ".!?;…"):
            yield start, place
            start = place
    if start < len(message.words):
        yield start, len(message.words)


def idle(message: Message, start: int, end: int) -> bool:
    """Whether a clause that names nothing only tells of the person (“I agree”, “my wife is asleep”) and wishes nothing."""
    said = " ".join(w.folded for w in message.words[start:end])
    return bool(_SELF.search(said) or _REMARK.search(said)) and not wishes(said)


def wishes(folded: str) -> bool:
    """Whether words that are left hold a wish or a question."""
    return bool(_WISH.search(folded) or _ASKS.search(folded))


def wishes_clearly(folded: str) -> bool:
    """Whether words beside thanks or “I'll watch it” ask for something after all."""
    return bool(_CLEAR_WISH.search(folded))


def chats(folded: str) -> bool:
    """Whether words are a sentence of talk rather than a name for what is looked for."""
    return bool(_CHAT.search(folded))


def _remarks(message: Message, mentions: Sequence[TitleMention], found: Sequence[Courtesy]) -> Iterator[Courtesy]:
    """Clauses that say what something is like and ask for nothing; questions and clauses with titles are none."""
    for start, end in clauses(message):
        mark = message.words[end].stop if end < len(message.words) else message.ending
        taken = any(f.start < end and start < f.end for f in found)
        named = any(m.start < end and start < m.end for m in mentions)
        said = " ".join(w.folded for w in message.words[start:end])
        if not (taken or named or "?" in mark) and _REMARK.search(said) and not _WISH.search(said):
            yield Courtesy(act="remark", start=start, end=end)


def _tokens(message: Message, mentions: Sequence[TitleMention]) -> list[_Token]:
    """The words, each title as one word TITLE."""
    tokens: list[_Token] = []
    place = 0
    by_start = {m.start: number for number, m in enumerate(mentions)}
    while place < len(message.words):
        number = by_start.get(place, -1)
        if number >= 0 and message.at(place) not in _PRONOUNS:
            mention = mentions[number]
            tokens.append(_Token("TITLE", place, mention.end, number))
            place = mention.end
        else:
            tokens.append(_Token(message.words[place].folded, place, place + 1, number))
            place += 1
    return tokens


def _matches(
    pattern: re.Pattern[str], tokens: Sequence[_Token], message: Message, taken: Collection[int]
) -> Iterator[tuple[int, int]]:
    """The pattern's matches as token ranges; no match runs over the end of a sentence or what is taken."""
    low = 0
    while low < len(tokens):
        if tokens[low].start in taken:
            low += 1
            continue
        high = low + 1
        while (
            high < len(tokens)
            and tokens[high].start not in taken
            and not any(mark in message.words[tokens[high].start].stop for mark in ".!?;…")
        ):
            high += 1
        text = " ".join(token.text for token in tokens[low:high])
        starts, position = {}, 0
        for number in range(low, high):
            starts[position] = number
            position += len(tokens[number].text) + 1
        ends = {start + len(tokens[number].text): number + 1 for start, number in starts.items()}
        for match in pattern.finditer(text):
            relative = text[: match.start()].endswith(_NOUNS) and match.group().startswith(("that ", "which "))
            if match.start() in starts and match.end() in ends and match.end() > match.start() and not relative:
                yield starts[match.start()], ends[match.end()]
        low = high
