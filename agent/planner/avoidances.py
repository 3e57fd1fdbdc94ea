"""Words that a person wants to stay clear of and that are no value of the catalogue: “no dogs”, “without violence”, “less cheesy”."""

from __future__ import annotations

import re

from agent.planner.conditions import Reading
from agent.planner.contexts import in_story
from agent.planner.words import word_set

_NO = re.compile(
    r"(?:(?P<keen>not)(?: really| so| very)? (?:in the mood for|into|a(?: big| huge)? fan of|fond of|keen on|up for|interested in)"
    r"|no|not|without|less|nothing|avoid|avoiding|minus|excluding|anything but"
    r"|(?:i )?(?:dont want|do not want|hate|cant stand|dont like|do not like|(?:dont|do not) feel like)(?:"
    r" (?:anything|something|films?|books?|movies?|stories|it))?)"
    r"(?: (?:too|so|very|that|overly|really|a|an|any|the|anything|about|with|of|to be|being|more|much|lots of))*(?= )"
)
_NOTHING_TO_AVOID = word_set(
    "my your his thing sure know care mind really only just that this it one ones much many like want"
    " have seen been looking interested necessarily yet "
    "possible matter thanks thank problem idea longer shorter more less older newer"
    " please but and or for in from by today tonight "
    "bad good long short expensive cheap old new recent way doubt need worries them"
    " these those him her me you not no then what why how because is are "
    "film films book books movie movies music song songs something anything everything"
    " stuff other others first second third last else again either whatsoever ever particular kind sort type"
)
_DENIES = word_set("is was are were am im try if do does did has have had will would can could thats its")
"""“It is not around now” says something; “not around now” would ask for it."""
_ENDS = word_set(
    "and or but with from by under over before after please though for in on at about that which who instead than if as"
)


def read_avoidances(reading: Reading, story: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """The words to avoid, taken out of the query's text; each of one to three words."""
    found: list[str] = []
    for start, end, match in reading.matches(_NO):
        phrase_end = _run(reading, end)
        if reading.message.at(start) == "not" and not match["keen"] and reading.message.at(start - 1) in _DENIES:
            continue
        apart = end < len(reading.message.words) and any(w.stop for w in reading.message.words[start + 1 : end + 1])
        if in_story(start, story) or phrase_end == end or apart:
            continue
        found.append(" ".join(reading.message.at(place) for place in range(end, phrase_end)))
        reading.claim(start, phrase_end)
        found += _joined(reading, phrase_end)
    return tuple(dict.fromkeys(found))


def _joined(reading: Reading, place: int) -> list[str]:
    """“No dogs or cats”: what is joined by “or” or “nor” is meant too."""
    if reading.message.at(place) not in {"or", "nor"} or not reading.free(place, place + 1):
        return []
    end = _run(reading, place + 1)
    if end == place + 1:
        return []
    reading.claim(place, end)
    return [" ".join(reading.message.at(p) for p in range(place + 1, end)), *_joined(reading, end)]


def _run(reading: Reading, place: int) -> int:
    message, end = reading.message, place
    while end < len(message.words) and end - place < 3 and reading.free(end, end + 1):
        if (end > place and message.words[end].stop) or message.at(end) in _ENDS:
            break
        if message.at(end) in _NOTHING_TO_AVOID:
            return place if end == place else end
        end += 1
    return end
