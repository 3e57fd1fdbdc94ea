"""Texts as plain words for matching: folded, without the commonest English ones, plurals put aside."""

from __future__ import annotations

import re

from retrieval.titles import fold

_STOP_WORDS = """
a about after again all also am an and any are as at be because been before being both but by can could did do does
doing each few for from further had has have having he her here hers him his how i if in into is it its itself just
like me more most my no nor not now of off on once only or other our out over own same she should so some something
such than that the their them then there these they this those through to too under until up very was we were what
when where which while who whom why will with would you your yours want looking find show give recommend please
anything thing one s t don
"""
_HEARD = re.compile(
    r"^\W*(?:the |a |an |that |any )?(?:clip|recording|video|audio|sound|track|episode|passage|scene|talk|lecture|podcast)s? "
    r"(?:(?:where|in which|that|when) )?(?:(?:someone|somebody|a (?:man|woman|person|voice)|one|they|he|she|people|you|i) )?"
    r"(?:is |are )?(?:speak|talk|say|mention|tell|hear)(?:s|ing)? (?:(?:of|about|on) )?(?P<what>\w.*)$",
    re.IGNORECASE,
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


def stem(word: str) -> str:
    """The word without a plural ending (the S stemmer of Harman 1991); no stemmer of the pins is needed for it.

    >>> [stem(w) for w in ("boots", "stories", "glass", "taxes", "less")]
    ['boot', 'story', 'glass', 'taxe', 'less']
    """
    if len(word) > 4 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("us", "ss", "is")):
        return word[:-1]
    return word


def subject_of(text: str) -> str:
    """What a query is about, without the words that only say where it is heard: these would be looked for in titles.

    >>> subject_of("the clip where someone speaks of printing"), subject_of("a clip for the hair")
    ('printing', 'a clip for the hair')
    """
    match = _HEARD.match(text)
    return match["what"] if match else text


def words(text: str) -> list[str]:
    """The words that carry meaning, in order, repeats kept."""
    return [stem(word) for word in fold(text).split() if word not in STOP_WORDS]
