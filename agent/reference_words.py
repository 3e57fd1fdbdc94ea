"""How people point at what was shown: ordinals, pronouns, superlatives, descriptions; patterns over folded words."""

from __future__ import annotations

import re

from agent.planner.words import word_set

NTH = (
    {
        word: n
        for n, word in enumerate(
            ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
        )
    }
    | {f"{n} {ending}": n for n, ending in enumerate(["st", "nd", "rd", *["th"] * 5], 1)}
    | {"top": 1, "last": -1, "final": -1, "bottom": -1}
)
COUNTS = {word: n for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight"], 1)}
COUNTS |= {str(n): n for n in COUNTS.values()}
ORD = "|".join(sorted(NTH, key=len, reverse=True))
NOUN = (
    r"(?:one|ones|film|movie|book|novel|piece|song|track|tune|item|product|thing"
    r"|title|recommendation|suggestion|picture|photo|print|result|choice|option|pick)s?"
)
ORDINAL = re.compile(
    rf"(?:(?:the|your|that) )?(?P<nth>{ORD})(?: and (?:the )?(?P<also>{ORD}))? (?P<noun>{NOUN})(?P<ever>"
    rf" (?:that )?(?:you )?(?:mentioned|showed|recommended|suggested|named|listed"
    rf"|gave)(?: me)?(?: (?:first|earlier|before))?)?(?= |$)"
)
BARE_ORDINAL = re.compile(rf"the (?P<nth>{ORD})(?: and (?:the )?(?P<also>{ORD}))?(?= |$)")
BEHIND_ORDINAL = word_set(
    "and or but is was looks sounds please again of then too instead about from by made set called in to on with for any suitable worth okay"
    " have has had do does did can will would end ends begin begins start starts"
)
NUMBER = re.compile(
    r"(?:number|no|nr|item|option|choice) (?P<n>\d{1,2}|one|two|three|four|five|six|seven|eight)(?= |$)"
)
FIRST_N = re.compile(
    r"(?:the )?(?P<end>first|last) (?P<n>two|three|four|2|3|4)(?: (?:ones|of them|films|books|items))?(?= |$)"
)
MENTIONED = re.compile(
    rf"the (?P<noun>{NOUN}) (?:that )?you (?:mentioned|showed|recommended|suggested"
    rf"|named|listed)(?: me)?(?: (?P<when>first|last|earlier|before|just now|at first"
    rf"|at the (?:start|beginning)))?(?= |$)"
)
ALL = re.compile(
    r"(?:(?:both|all|any|none)(?: (?:\d|two|three|four|five))? of (?:these|those|them)|(?:them|these|those) all"
    r"|(?<!we )(?<!weve )(?<!have )(?<!us )(?<!they )(?<!you )(?<!are )both"
    r"|(?:(?<=seen )|(?<=like )|(?<=love )|(?<=know )|(?<=liked )|(?<=hate )|(?<=read ))(?:these|those|them)"
    r"(?! (?:two |three )?(?:actors?|actress(?:es)?|directors?|people|guys|kinds?|types?|sorts?|genres?)\b))(?= |$)"
)
THAT = re.compile(
    rf"(?:that|this) {NOUN}(?= |$)|(?:(?<=like )|(?<=than )|(?<=not )|(?<=why"
    rf" )|(?<=about )|(?<=hide )|(?<=loved )|(?<=liked )|(?<=hated )|(?<=seen )|(?<=read"
    rf" )|(?<=heard )|(?<=know )|(?<=watched )|(?<=saw )|(?<=is )|(?<=was )|(?<=enjoyed"
    rf" )|(?<=love )|(?<=hate )|(?<=after )|(?<=similar to )|(?<=directed )|(?<=wrote"
    rf" )|(?<=to ))(?:that|this)(?= (?:but|one|and|please|a lot|very|already|too|again"
    rf"|instead|or|was|is|so|then|yet|another|something|anything|what|show|give|any)|$)"
)
IT = re.compile(
    r"(?:(?<=^)|(?<= ))(?:it|its)(?= (?:is|was|has|have|long|short|about|good|sad"
    r"|scary|funny|any|a|an|in|on|for|by|set|from|worth|too|very|suitable|like|made"
    r"|rated|cost|expensive|cheap|already|before|yesterday|last|and|but|so|again"
    r"|please|now|have|the|really|actually|more|based|black|silent|suit|waterproof"
    r"|warm|plot|director|author|year|length|price|genre|rating)|$)"
)
NO_IT_BEFORE = re.compile(r"(?:^|\s)(?:make|forget|drop|call|keep|take|bring|thats|got|stop|so be|find) $")
NO_IT_BEHIND = re.compile(r"(?:should|must|has to|needs to|can|could|would|ll)\b")
SUPERLATIVES = {
    "shortest": ("minutes", "pages", min),
    "thickest": ("pages", "minutes", max),
    "thinnest": ("pages", "minutes", min),
    "briefest": ("minutes", "pages", min),
    "lengthiest": ("minutes", "pages", max),
    "longest": ("minutes", "pages", max),
    "oldest": ("year", "year", min),
    "earliest": ("year", "year", min),
    "newest": ("year", "year", max),
    "latest": ("year", "year", max),
    "most recent": ("year", "year", max),
    "cheapest": ("price", "price", min),
    "least expensive": ("price", "price", min),
    "most expensive": ("price", "price", max),
    "priciest": ("price", "price", max),
}
SUPERLATIVE = re.compile(
    rf"(?:the )?(?P<word>{'|'.join(SUPERLATIVES)})(?: {NOUN})?(?: of (?:them|these|those|the lot|all))?(?= |$)"
)
BEHIND_SUPERLATIVE = word_set(
    "is was are of please and or but here there then again instead you in looks sounds among that which i does costs"
)
SUPERLATIVE_OF = {
    "longer": "longest",
    "shorter": "shortest",
    "older": "oldest",
    "newer": "newest",
    "cheaper": "cheapest",
}
WHICH = re.compile(
    rf"which (?:{NOUN} )?(?:of (?:them|these|those|the two) )?is"
    rf" (?:the )?(?P<word>{'|'.join(SUPERLATIVE_OF)})(?: one)?(?= |$)"
)
DESCRIBED = re.compile(
    rf"the (?P<before>(?:[\w]+ ){{1,3}}?)(?P<noun>{NOUN})(?= |$)|the one (?:with"
    rf"|about|from|by|in|where|that has|set in|of|called|featuring|starring|which"
    rf" has|who|that is|thats) (?P<after>.+?)(?= (?:but|and|please|instead)\b|$)|the"
    rf" (?P<only>film|movie|book|novel|piece|song|print|picture|photo)(?= (?:is|was"
    rf"|please|instead|again|then|looks|sounds)\b|$)"
)
STOP = word_set(
    "the a an of in on with about from by where that has which who is set and or one at to it there some my your "
    "other same black-and-white"
)
NOT_DESCRIBED = word_set(
    "other same next right wrong only best good very whole new another such kind of from for in at on with little younger elder"
)
COMPARED = re.compile(
    rf"the (?P<word>{'|'.join(SUPERLATIVE_OF)})(?: {NOUN})?(?: of (?:them|the two|these|those))?(?= |$)"
)
OF_SERIES = re.compile(
    r"the (?:first|1 st|1st|original) (?:one|movie|film|book|novel)(?= |$)"
    r"|the (?:first|1 st|1st|original)(?= (?:and|or|but|is|was|as|too|better|more)\b|$)"
)
"""“I liked the first one better”, said of a sequel."""
SEQUEL = re.compile(r"(?P<base>\w+(?: \w+){0,5}) (?:[2-9]|ii|iii|iv|two|three)(?= |$)")
"""A title with its number, folded."""
