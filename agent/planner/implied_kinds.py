"""Kinds that a verb or a maker implies: “something to read” is a book, “by a composer” is music, where the catalogue has such kinds."""

from __future__ import annotations

import re

from agent.planner.conditions import Condition, Reading
from agent.planner.lexicon import Lexicon
from agent.planner.words import singular

_VERBS = re.compile(
    r"(?:^|\s)(?:(?:(?:please|can you|could you|would you|just|ok) )?(?P<play>play)"
    r" (?:me|us|something|some|anything)|(?:to|should i|can i|could i|shall i|should we|can we|could we|i can"
    r"|we can|i could|want to|wanna|id like to) (?P<verb>read|watch|listen to|listen"
    r"|hear))(?= |$)"
)
_VERB_KINDS = {
    "read": ("book", "novel"),
    "watch": ("film", "movie"),
    "listen to": ("music", "song"),
    "listen": ("music", "song"),
    "hear": ("music", "song"),
}


_MAKER_KINDS = {
    "composer": ("music", "song"),
    "author": ("book", "novel"),
    "novelist": ("book", "novel"),
    "writer": ("book", "novel"),
    "poet": ("book", "novel"),
    "playwright": ("book", "play"),
    "director": ("film", "movie"),
    "filmmaker": ("film", "movie"),
    "photographer": ("print", "photo"),
    "painter": ("print", "painting"),
}
_BY_MAKER = re.compile(rf"(?:^|\s)by (?:an? |some )?(?:\w+ ){{0,2}}(?P<maker>(?:{'|'.join(_MAKER_KINDS)})s?)(?= |$)")


def read_kind_of_verb(reading: Reading, lexicon: Lexicon) -> None:
    """“Something to read” asks for a book where the catalogue has books."""
    kinds = lexicon.about("kind")
    if not kinds or any(c.attribute == kinds[0].name for c in reading.conditions):
        return
    found = _VERBS.search(reading.message.folded)
    made = _BY_MAKER.search(reading.message.folded)
    verb = ("listen" if found["play"] else found["verb"]) if found else ""
    for said in _VERB_KINDS[verb] if found else _MAKER_KINDS[singular(made["maker"])] if made else ():
        meanings = [
            m for m in lexicon.phrases.get((said,), ()) if m.attribute == kinds[0].name and m.strength == "same"
        ]
        if meanings:
            reading.add(Condition(attribute=kinds[0].name, op="any_of", value=[m.value for m in meanings]))
            return
