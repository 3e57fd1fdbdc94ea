"""What is left of a message when slots and polite phrases are taken away: the query's text. Knows no catalogue."""

from __future__ import annotations

import re

from agent.planner.conditions import Reading
from agent.planner.values import comparative_base
from agent.planner.words import word_set

_DO = (
    r"(?:recommend|recomend|reccomend|reccommend|recommand|suggest|sugest|give|show"
    r"|find|tell|get|pick|choose|bring|fetch|offer|list|name|play|serve|propose|hit)"
)
_KIN = (
    "grandma|grandmother|granny|grandpa|grandfather|mum|mom|mother|dad|father|sister|brother|wife|husband|friend"
    "|girlfriend|boyfriend|partner|aunt|uncle|son|daughter|boss|colleague|neighbour|neighbor"
)
OF_OTHERS = re.compile(
    rf"(?:^| )(?:(?:(?:my|our|a|the) (?:\w+ )?)?(?:{_KIN})s?|he|she|they) (?:(?:really|also|just|never|always) |(?:does|do|did) ?(?:not|nt) )*"
    r"(?:(?:loves?|likes?|enjoys?|adores?|wants?|needs?|hates?|dislikes?|says?|said|thinks?|prefers?|(?:can ?not|cant|can t) (?:stand|bear))"
    r"(?: (?:those|these|them|that|it|this|no)(?= |$))?"
    r"|(?:reads?|watch|watches|listens?)(?: (?:much|a lot|many|often|anything)| to much)*|turns? \d+|is \d+(?: years old)?)(?=[ ,]|$),?"
)
"""What is told of somebody else around a wish: “my dad turns 80”, “he doesn't read much”, “my wife says”."""
_FILLER = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:^| )(?:what|which)?(?: \w+)? ?(?:did|does|has|have|had) (?:ever )?"
        r"(?:write|written|compose|composed|direct|directed|make|made|paint|painted|record|recorded|publish|published"
        r"|create|created|do|done)(?= |$)",
        r"(?:^| )what (?:could|would|might|should) (?:he|she|they) (?:like|enjoy|want|watch|read|hear)(?= |$)",
        r"(?:^| )(?:some |a few |many |any )?more of (?:those|these|them|that|this|the same)(?: but)?(?= |$)"
        r"|^(?:i am|im|we are) (?:so |really |very )?bored(?= |$)",
        r"(?:^| )(?:surprise me|(?:with |of |about |in )?(?:the |a )?same (?:theme|mood"
        r"|topic|subject|style|vein|idea|feel|kind|sort|genre|spirit)|(?:for )?(?:people"
        r"|someone|somebody|a friend|anyone|anybody|those|a person) who (?:really )?(?:likes?"
        r"|loves?|enjoys?|adores?)|(?:that |which |what )(?:(?:did|do) )?(?:most )?(?:people|others|everyone"
        r"|everybody) (?:really |actually )?(?:like|love|watch|read)(?: most| best)?|(?:im |i am )?not sure"
        r"|i dont know|no idea|dunno|maybe"
        r"|perhaps|any (?:genre|length|year|kind|country|type|mood|price|period|author"
        r"|director)(?: is fine| will do)?|whatever you (?:like|want)|you choose|you"
        r" pick|dont care"
        r" what|a random one|random|make (?:it|that|them)|(?:a )?list of(?: all)?(?:"
        r" the)?|all the|every|whats popular|most popular|popular|famous|well known|best"
        r" known|top rated|highest rated|most liked|cheer me up with"
        r"|of all times?|ever made|(?:that )?(?:you|everyone|everybody|one) (?:should|must) (?:have )?seen?)(?= |$)",
        r"^(?:(?:hi|hey|hello|hiya|nah|nope|hmmm|good (?:morning|evening|afternoon|day)|ok|okay|well"
        r"|so|oh|ah|hmm|um|uh|yes|yeah|no|great|thanks|thank you|thx|cool|nice|alright"
        r"|right|please|pls|plz|now|then|actually|maybe|perhaps|and|but|also|there|again"
        r"|sure|or|fine|sorry|wait|lol|haha|anyway|instead)(?: |$))+",
        rf"(?:^| )(?:can|could|would|will|might) you (?:please |maybe |perhaps |possibly"
        rf" )?{_DO}(?: (?:me|us))?(?= |$)",
        rf"(?:^| )(?:please |pls |just |now |so )?{_DO} (?:me|us)(?: |$)",
        rf"(?:^| )(?:(?:that|which|what) )?(?:do|would|can|could|may|might)? ?(?:you|u) (?:can |could |would |might )?{_DO}(?= |$)",
        r"(?:^| )(?:can you (?:please )?help(?: me)?|on the lookout for|(?:your )?(?:recommendations?|suggestions?|help|advice|thoughts) (?:on|for)"
        r"|i (?:am|m) (?:\w+ly )?interested in|im (?:\w+ly )?interested in|open to|is ideal|(?:would be|is) (?:great|ideal|nice|good|perfect)"
        r"|lately|recently|usually|check for me|honestly|a lot|of course|ma ?am|sir|packed with|filled with|full of|sounds? (?:like )?(?:good|great|fun)"
        r"|in general|right|lol|haha|u|i mean|not (?:that|this|the same) (?:kind|sort|type|one)"
        r"|at all|for (?:the|my|our) (?:whole|entire)|(?:have |ve )?(?:seen|watched|read|heard) (?:it|that|them|this)"
        r"|(?:an? )?(?:hundred|thousand|million|dozen|few|many|several|\d+) times)(?= |$)",
        rf"^(?:my|our) (?:\w+ )?(?:{_KIN})s?$",
        r"(?:^| )(?:and |who )*(?:(?:is|hes|shes|turning|aged) \d{1,2}(?: years? old)?|likes|loves|adores|enjoys)(?= |$)",
        r"(?:^| )(?:to |for )?(?:someone|somebody)(?: who)?(?= |$)|^remember (?:that )?(?:i|we) (?:like|love)(?= |$)",
        rf"^(?:please |pls |just )?{_DO}(?: |$)",
        r"(?:^| )(?:i am|im|i m|we are|were|ive been|i was) (?:\w+ )?(?:looking|searching"
        r"|hunting|hoping|after|shopping) (?:for )?",
        r"(?:^| )(?:looking|searching|hunting) for(?: |$)",
        r"^(?:need|craving)(?= |$)",
        r"(?:^| )what do (?:the )?(?:people|others|members|most people)(?: here)? (?:like|love|enjoy)(?: the)?(?: most| best)?(?: here)?(?= |$)",
        r"(?:^| )(?:from|by) the same (?:country|maker|author|director|place|kind)(?= |$)",
        r"(?:^| )(?:i am|im|i m|we are|were)? ?(?:really )?in the mood for(?: |$)",
        r"(?:^| )(?:i|we) (?:(?:really|just|kind of|sort of|only|do|now|also|still|always|\w+ly) )*(?:want"
        r"|need|wanna|fancy|feel like|would like|d like|would love|d love|could use|am"
        r" after|prefer|crave|require|wish|like|love|enjoy|hate|dislike|dont want|do"
        r" not want|dont like)(?: (?:to )?(?:see|watch|read|hear|listen to|buy|try|have"
        r"|get|find|know|listen|play))?(?= |$)",
        r"(?:^| )(?:id|i d|wed|we d|ill|i ll) (?:really |also |rather |just )?(?:like"
        r"|love|prefer|take|have|enjoy|fancy)(?: (?:to )?(?:see|watch|read|hear|listen"
        r" to|buy|try|have|get|find|listen))?(?= |$)",
        r"(?:^| )(?:what|which|anything|something) (?:should|could|can|do|shall|would)"
        r" (?:i|we|you) (?:\w+ )?(?:watch|read|see|hear|listen to|buy|try|get|suggest"
        r"|recommend|have|like|play|listen)(?: (?:next|now|tonight|today))?(?= |$)",
        r"(?:^| )(?:have you got|do you have|do you know|do you carry|do you sell|have"
        r" you|got any|you got|is there|are there|any chance of|what about|how about"
        r"|what have you got|what do you have|whats good|what is good|what else)(?: (?:any"
        r"|anything|something|some))?(?= |$)",
        r"(?:^| )(?:can|could|may|shall) (?:i|we) (?:have|get|see|watch|read|hear|buy|try)(?= |$)",
        r"(?:^| )(?:it|this|that) (?:should|must|has to|needs to|ought to|shouldnt|mustnt"
        r"|can|could|may)(?: not)?(?: be| have)?(?= |$)",
        r"(?:^| )(?:to|for me to|for us to) (?:watch|read|see|hear|listen to|listen|buy"
        r"|try|play)(?: (?:next|now|tonight|today|this evening|tomorrow))?(?= |$)",
        r"(?:^| )(?:watch|read|hear|listen to)(?= |$)",
        r"(?:^| )(?:more |another |other |some |a |any |one of )?(?:like|similar to|in"
        r" the (?:style|vein|spirit) of|along the lines of) (?:that|this|it|those|these"
        r"|them|that one|this one)(?= |$)",
        r"(?:^| )(?:to )?(?:fall asleep|go to sleep|sleep|doze off|nap) to(?= |$)",
        r"(?:^| )(?:something|anything|someting|somthing|sumthing|smthing|somethin|smth|sth|stuff|things?"
        r"|ones?|somewhat)(?= |$)",
        r"(?:^| )(?:similar|alike|related|comparable|instead|this time|next|tonight|tonite|today"
        r"|now|for (?:me|us|tonight|today|now|this evening)|right now|please|pls|plz"
        r"|thanks|thank you|thx|if possible|if you can|you know|you have|you got|you"
        r" can find|i guess|i think|preferably|ideally|though|again|by the way|somehow"
        r"|or so|or something|etc|in particular|particularly|especially)(?= |$)",
        r"(?:^| )(?:films?|movies?|products?|items?|good|great|nice|decent|best|ideas?"
        r" for tonight|him|her|them|favou?rite"
        r"|recommended|recommendations?"
        r"|suggestions?|ideas?|others?|another|(?:(?:completely|entirely|totally|altogether) )?different|else|more|most|really|very|truly"
        r"|quite|pretty|bit|little|kind of|sort of|type of)(?= |$)",
        r"^(?:(?:a|an|some) )?(?:\w+day |christmas )?(?:present|gift)s?(?: for)?(?= |$)",
        r"(?:^| )(?:(?:to|that|which) )?(?:makes?|making) (?:me|us|him|her|them)(?= |$)",
        r"(?:^| )(?:for )?(?:an? )?fans?(?: (?:pick|choose|like|love|enjoy|watch|read))?(?= |$)",
    )
)
_EDGE = word_set(
    "everything already either list nothing director directors author authors composer composers"
    " writer writers where when while ever among loved liked hated seen watched"
    " thing things a an"
    " the some any and or but with that is are was be it its of in from by for to"
    " on at as than then this "
    "which who me my us i you we here too also so such not only just one no would like want something anything there "
    "going lasts lasting costs costing runs running goes takes "
    "always never please rather if when what whats do does can could should has have had really very bit lot them they he she "
    "his her your our were im ive id youre thats up about made published released written produced set yet quite "
    "much many kind sort type please got get let lets s t ll re d m"
)


_OF_ONESELF = re.compile(
    r"(?:^| )(?:i|im|i'm|ive|ill|i'll|my|me|you|u|we|dont|cant|didnt|they|theyre|he|she|it|but|that)(?= |$)"
)
_TALK = _EDGE | word_set(
    "be cant cannot dont didnt wont havent hasnt isnt arent wasnt still yet also even well ok okay yes no not but because am u"
    " theyre weve ill will would might may much how if then there here into out up off think thought believe know see say said pick"
    " watching seen watched liked both these those all few definitely probably likely quite tough day weekend week"
)
"""What people say of themselves around a wish; in a text that speaks of oneself these words look for nothing."""


def residue(reading: Reading) -> str:
    """The words that say what it should be like; "" where nothing but slots and politeness was said."""
    pieces: list[str] = []
    for place, word in enumerate(reading.message.words):
        if reading.claimed[place] == "drop":
            continue
        shown = word.text if word.capital and place and not reading.message.raw.isupper() else word.text.lower()
        pieces.append(reading.rewritten.get(place) or comparative_base(word.folded) or shown)
    text = " ".join(pieces)
    for pattern in (OF_OTHERS, *_FILLER):
        text = _without(pattern, text)
    if _OF_ONESELF.search(text.casefold()):
        text = " ".join(word for word in text.split() if word.casefold().replace("'", "").replace("’", "") not in _TALK)
    return _trimmed(text)


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
    return " ".join(words)
