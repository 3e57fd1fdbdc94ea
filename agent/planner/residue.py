"""What is left of a message when slots and polite phrases are taken away: the query's text. Knows no catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from agent.planner.conditions import Reading
from agent.planner.sought import SOUGHT, Span
from agent.planner.values import comparative_base
from agent.planner.words import KIN, word_set

Sought = Callable[[str, Sequence[Span]], Sequence[float]]
_DO = (
    r"(?:rec+om+[ae]nd|sug+est|give|show|find|tell|get|pick|choose|bring|fetch|offer|list|name|play|serve|propose|hit)"
)
_USE = r"(?:watch|read|see|hear|listen to|listen|buy|try|have|get|find|know|play)"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|to(?:day|night)|tomorrow|this|the)"
_WHEN = r"(?: (?:next|now|tonight|today|tomorrow|this evening))?"
_OPENER = (
    r"(?:ok|okay|well|so|oh|ah|h+m+|um|uh|yes|yeah|no|nah|nope|great|cool|nice|alright|right|now|then|actually|perhaps|and|but|also|again|sure"
    r"|or|fine|sorry|wait|anyway)"
)
OF_OTHERS = re.compile(
    rf"(?:^| )(?:(?:(?:my|our|a|the) (?:\w+ )?)?{KIN}s?|he|she|they) (?:(?:really|also|just|never|always) |(?:does|do|did) ?(?:not|nt) )*"
    r"(?:(?:loves?|likes?|enjoys?|adores?|wants?|needs?|hates?|dislikes?|says?|said|thinks?|prefers?|(?:can ?not|cant|can t) (?:stand|bear))"
    r"(?: (?:those|these|them|that|it|this|no)(?= |$))?"
    r"|(?:reads?|watch|watches|listens?)(?: (?:much|a lot|many|often|anything)| to much)*|turns? \d+|is \d+(?: years old)?)(?=[ ,]|$),?"
)
"""What is told of somebody else around a wish: “my dad turns 80”, “he doesn't read much”, “my wife says”."""
_FILLER = tuple(
    re.compile(rf"(?:^| )(?:{phrase})(?= |$)")
    for phrase in (
        r"(?:what|which)?(?: \w+)? ?(?:did|does|has|have|had) (?:ever )?"
        r"(?:writ\w+|compos\w+|direct\w*|ma[kd]e|paint\w*|record\w*|publish\w*|creat\w+|do|done)",
        r"(?:a few )?more of (?:those|these|them|that|this|the same)|^(?:i am|im|we are) (?:\w+ )?bored",
        r"(?:(?:with|of|about|in|from|by) )?(?:the |a )?same (?:theme|mood|topic|subject|style|vein|idea|feel|kind|sort|genre|spirit"
        r"|country|maker|author|director|place)"
        r"|(?:for )?(?:people|someone|somebody|a friend|anyone|anybody|those|a person) who (?:really )?(?:likes?|loves?|enjoys?|adores?)"
        r"|(?:that|which|what) (?:(?:did|do) )?(?:most |the )?(?:people|others|members|everyone|everybody)(?: here)? (?:really |actually )?"
        r"(?:like|love|enjoy|watch|read)(?: the)?(?: most| best)?(?: here)?"
        r"|(?:im |i am )?not sure|no idea|dunno|maybe"
        r"|any (?:genre|length|year|kind|country|type|mood|price|period|author|director)(?: is fine| will do)?"
        r"|whatever you (?:like|want)|dont care what|random|make (?:it|that|them)|(?:a )?list of(?: all)?(?: the)?|all (?:the|your|of (?:the|your))|every"
        r"|popular|famous|well known|best known|top rated|highest rated|cheer me up with|of all times?|ever made|on average"
        r"|(?:that )?(?:you|everyone|everybody|one) (?:should|must) (?:have )?seen?",
        rf"(?:for |on )?{_DAY} (?:night|evening|afternoon|morning|weekend)|(?:for |on )(?:an? (?:\w+ ){{0,2}})?(?:mon|tues|wednes|thurs|fri|satur|sun)day",
        rf"^{_OPENER}(?: {_OPENER})*",
        rf"(?:(?:do|can|could|would|will|may|might) )?(?:you|u) (?:(?:please|maybe|perhaps|possibly|can|could|would|might) )?{_DO}(?: (?:me|us))?",
        rf"{_DO} (?:me|us)",
        r"can you (?:please )?help(?: me)?|on the lookout for|(?:your )?(?:recommendations?|suggestions?|help|advice|thoughts) (?:on|for)"
        r"|(?:i am|i m|im) (?:\w+ly )?interested in|open to|(?:would be|is) (?:great|ideal|nice|good|perfect)"
        r"|lately|recently|usually|check for me|honestly|a lot|of course|ma ?am|sir|packed with|filled with|full of"
        r"|in general|right|lol|haha|i mean|not (?:that|this|the same) (?:kind|sort|type|one)"
        r"|at all|for (?:the|my|our) (?:whole|entire)|(?:have |ve )?(?:seen|watched|read|heard) (?:it|that|them|this)"
        r"|(?:an? )?(?:hundred|thousand|million|dozen|few|many|several|\d+) times",
        rf"^(?:my|our) (?:\w+ )?{KIN}s?$|for (?:my|our) (?:\w+ )?{KIN}s?",
        r"(?:is|hes|shes|turning|aged) \d{1,2}(?: years? old)?|likes|loves|adores|enjoys",
        r"(?:(?:for|with|at) )?(?:my|our) (?:(?:book|film|movie|cinema|reading) )?(?:club|reading group|book group)(?: (?:meets?|starts?|picks?))?",
        r"(?:someone|somebody)(?: who)?|^remember (?:that )?(?:i|we) (?:like|love)",
        rf"^(?:just )?{_DO}",
        r"(?:i am|im|i m|we are|were|ive been|i was) (?:\w+ )?(?:looking|searching|hunting|hoping|after|shopping)(?: for)?",
        r"(?:looking|searching|hunting) for|^(?:need|craving)",
        r"(?:(?:the )?(?:others?|rest)|i|we|they) (?:dont|do not|doesnt) (?:care|mind)(?: much| at all)?",
        r"(?:to )?(?:learn|know|hear|find out|read) (?:something |a bit |more )?about",
        r"(?:(?:i am|im|i m|we are|were) )?(?:really )?in the mood for",
        rf"(?:(?:what|which|anything|something) )?(?:should|could|can|shall|would|may) (?:i|we|you) (?:\w+ )?(?:{_USE}|{_DO}|like){_WHEN}",
        r"(?:i|we|id|wed|ill)(?: (?:d|ll))? (?:(?:just|kind of|sort of|do|now|also|still|always|rather|\w+ly) )*"
        r"(?:want|need|wanna|fancy|feel like|would like|would love|could use|am after|prefer|crave|require|wish|like|love|enjoy|hate|dislike"
        rf"|take|have|dont want|do not want|dont like)(?: (?:to )?{_USE})?",
        r"(?:have you got|do you (?:have|know|carry|sell)|have you|got any|you got|is there|are there|any chance of|(?:what|how) about"
        r"|what have you got|what do you have|what else)(?: (?:any|anything|something|some))?",
        r"(?:it|this|that) (?:should|must|has to|needs to|ought to|shouldnt|mustnt|can|could|may)(?: not)?(?: be| have)?",
        rf"to {_USE}{_WHEN}|watch|read|hear|listen to",
        r"(?:like|similar to|in the (?:style|vein|spirit) of|along the lines of) (?:that|this|it|those|these|them)(?: one)?",
        r"(?:fall asleep|go to sleep|sleep|doze off|nap) to",
        r"something|anything|someting|somthing|sumthing|smthing|somethin|smth|sth|stuff|things?|ones?|somewhat",
        r"similar|alike|related|comparable|instead|this time|next|tonight|tonite|today|now|for (?:me|us|this evening)|please|pls|plz"
        r"|if possible|if you can|you know|you have|you got|you can find|i guess|i think|preferably|ideally|though|again|by the way"
        r"|somehow|or so|etc|in particular|particularly|especially",
        r"films?|movies?|products?|items?|good|great|nice|decent|best|him|her|them|favou?rite|recommended|recommendations?|suggestions?"
        r"|ideas?|others?|another|(?:(?:completely|entirely|totally|altogether) )?different|else|more|most|really|very|truly|quite|pretty"
        r"|bit|little|(?:kind|sort|type) of",
        r"^(?:(?:a|an|some) )?(?:\w+day |christmas )?(?:present|gift)s?(?: for)?",
        r"(?:(?:to|that|which) )?(?:makes?|making) (?:me|us|him|her|them)",
        r"(?:for )?(?:an? )?fans?(?: (?:pick|choose|like|love|enjoy|watch|read))?",
    )
)
_EDGE = word_set(
    "everything theyve weve already either list nothing director directors author authors composer composers writer writers where when while ever among"
    " loved liked hated seen watched a an the some any and or but with that is are was be it its of in from by for to on at as than then this"
    " which who me my us i you we here too also so such not only just no would like want there going lasts lasting costs costing runs running"
    " goes takes always never rather if what whats do does can could should has have had lot they he she his your our were im ive id youre"
    " thats up about made published released written produced set yet much many kind sort type got get let lets s t ll re d m"
)
_ABOUT = re.compile(
    r"\b(?:(?:book|film|movie|novel|song|poem|one|work)s?|story|stories|something|anything) (?:all )?about (?:(?:my|our|a|an|the) )?(?=\w)"
    r"|^(?:with|more) (?:lots of |a lot of |many |plenty of )(?=\w)"
)
"""“A book about my dad”, “with lots of pictures”: the word behind it is looked for."""
_OF_ONESELF = re.compile(
    r"(?:^| )(?:i|im|ive|ill|my|me|you|u|we|dont|cant|didnt|they|theyre|he|she|it|but|that)(?= |$)"
)
_SPEAKS = re.compile(
    r"\b(?:i|im|ive|id|ill|me|my|mine|you|your|youre|u|we|us|our|weve|this|these|those|it|its|he|she|please|thanks|thank|hi|hello|hey|no|not|yes|ok"
    r"|something|anything|some|any|want|need|show|find|give|recommend|suggest|films?|movies?|books?|music|instead|rather|maybe|better|good|great)\b"
)
DESCRIBES = 4
"""So many words besides little ones make a description."""
_TALK = _EDGE | word_set(
    "cant cannot dont didnt wont havent hasnt isnt arent wasnt still even well ok okay yes because am u theyre weve ill will might may"
    " how into out off think thought believe know see say said pick watching both these those all few definitely probably likely tough day"
    " weekend week"
)
"""What people say of themselves around a wish; in a text that speaks of oneself these words look for nothing."""


def residue(reading: Reading, sought: Sought | None = None) -> str:
    """The words that say what it should be like; "" where nothing but slots and politeness was said. `sought`: how likely a search should
    look for words; None where all count that are left."""
    shown = {
        place: reading.rewritten.get(place) or comparative_base(word.folded) or _as_said(reading, place)
        for place, word in enumerate(reading.message.words)
        if reading.claimed[place] != "drop"
    }
    text = " ".join(shown.values())
    for pattern in (OF_OTHERS, *_FILLER):
        text = _without(pattern, text)
    if _OF_ONESELF.search(text.casefold()):
        text = " ".join(word for word in text.split() if _plain(word) not in _TALK)
    text = _trimmed(text)
    if not text or sought is None or _describes(reading.message.folded, text):
        return text
    return _likely(text, reading, shown, sought)


def _describes(folded: str, text: str) -> bool:
    """Whether a message with nobody in it who speaks, is spoken to or wishes is all a description (“two brothers swap places”)."""
    return not _SPEAKS.search(folded) and sum(_plain(word) not in _EDGE for word in text.split()) >= DESCRIBES


def _as_said(reading: Reading, place: int) -> str:
    word = reading.message.words[place]
    return word.text if word.capital and place and not reading.message.raw.isupper() else word.text.lower()


def _likely(text: str, reading: Reading, shown: Mapping[int, str], sought: Sought) -> str:
    """The words of a text that are likely to be looked for, and the little words between them."""
    message = reading.message
    odds = sought(message.raw, tuple((word.start, word.end) for word in message.words))
    likely: dict[str, float] = {}
    told = {message.folded[: found.end()].count(" ") for found in _ABOUT.finditer(message.folded)}
    for place, said in shown.items():
        sure = 1.0 if reading.claimed[place] == "keep" or place in told else odds[place]
        likely |= {word: max(sure, likely.get(word, 0.0)) for word in _plain(said).split()}
    kept: list[str] = []
    between: list[str] | None = None
    for word in text.split():
        little = _plain(word) in _EDGE
        if little and between is not None:
            between.append(word)
        elif not little and likely.get(_plain(word), 1.0) >= SOUGHT:
            kept += [*(between or ()), word]
            between = []
        elif not little:
            between = None
    return " ".join(kept)


def _plain(word: str) -> str:
    return word.casefold().replace("'", "").replace("’", "")


def _without(pattern: re.Pattern[str], text: str) -> str:
    plain = text.casefold().replace("'", "").replace("’", "")
    if len(plain) != len(text):
        text = text.replace("'", "").replace("’", "")
        plain = text.casefold()
    if len(plain) != len(text):
        return text
    kept, last = [], 0
    for found in pattern.finditer(plain):
        kept.append(text[last : found.start()])
        last = found.end()
    return re.sub(r" +", " ", " ".join([*kept, text[last:]])).strip()


def _trimmed(text: str) -> str:
    words = text.split()
    while words and words[0].casefold() in _EDGE:
        words.pop(0)
    while words and words[-1].casefold() in _EDGE:
        words.pop()
    only_numbers = all(word.isdigit() and len(word) < 3 for word in words)
    return "" if only_numbers else " ".join(words)
