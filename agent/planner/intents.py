"""What a message wants: rules that decide at once, and else the nearest labelled utterances in the embedder's space."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Literal

import numpy as np

from agent.planner.words import LEAD
from vouch.ports import Embedder, Vectors

Intent = Literal[
    "recommend",
    "more_like",
    "refine",
    "state",
    "why",
    "details",
    "find",
    "facets",
    "taste",
    "forget",
    "greeting",
    "thanks",
    "help",
    "yes",
    "no",
    "out_of_scope",
]
NEIGHBOURS = 5
TALK = frozenset({"greeting", "thanks", "help", "out_of_scope"})
"""Intents that are answered in words alone."""
SURE = 0.55
"""A message whose nearest utterance is less alike than this is not like any of them."""

UNDO = r"undo|scratch that|(?:i )?take (?:that|it) back|that was a mistake|i did ?no?t mean (?:that|it)"
"""What takes back what was said last, as alternatives of a pattern over folded words."""
ERRAND = (
    r"translate|convert \d+|calculate|solve|remind me|set (?:an?|the|my) (?:alarm|timer|reminder)|(?:turn|switch) o(?:n|ff)"
    r"|book (?:me |us )?(?:an?|some|the) (?:flight|table|room|hotel|taxi|cab|ticket|train)s?"
    r"|(?:order|call|get) (?:me |us )?(?:an?|some) (?:pizza|taxi|cab)s?"
    r"|send (?:an?|my|the|this) (?:e ?mail|message|text|letter)|tell (?:me|us) (?:an?|another) joke"
    r"|write (?:me |us )?(?:an?|some|my) (?:\w+ )?(?:poem|essay|e ?mail|letter|code|function|script|program|song|speech)"
)
"""What is not done here, as alternatives of a pattern over folded words."""
OF_THE_WORLD = (
    r"what(?: i)?s the (?:weather|news|temperature|time(?= now| in |$)|capital of|population of|distance (?:to|from|between)|square root)"
    r"|what time is it|how many people (?:live|speak)|how do (?:i|we|you) (?:get (?:to(?! see| know| watch| read| hear)|from)|cook|bake|say)"
    r"|who (?:i)?s the (?:president|prime minister|chancellor|king|queen|pope) of|who (?:invented|discovered)"
    r"|who won the (?:match|game|war|election|cup)|(?:will it|is it going to) (?:rain|snow)|do you speak"
)
"""Questions that no catalogue answers, likewise."""
_CAN_YOU = r"(?:(?:can|could|will|would) you )?(?:please )?"
_RULES: tuple[tuple[Intent, re.Pattern[str]], ...] = tuple(
    (intent, re.compile(pattern))  # type: ignore[misc]
    for intent, pattern in (
        ("help", r"^(?:help|who are you)$"),
        (
            "yes",
            r"^(?:yes|yes please|yeah|yep|yup|sure|right|exactly|correct|of course|yes that"
            r" one|thats the one|that one|please do|absolutely|y|si|oui)$",
        ),
        (
            "no",
            r"^(?:no|nope|nah|no thanks|no thank you|not really|neither|none of them|none"
            r"|not that one|not that|not these|no not that|not interested)$",
        ),
        (
            "taste",
            r"(?:what (?:do|did|have) you (?:know|learn|learned|learnt|remember(?:ed)?) (?:about"
            r"|of|from) (?:me|my taste)"
            r"|^(?:(?:show|tell) me )?what (?:has |s |have you )?changed(?: now| since then| about me)?$"
            r"|what have you (?:noted|remembered|learne?d|learnt|kept)(?: so far| down)?$|what do i like|what did i (?:like|tell you)|(?<!to )my (?:taste"
            r"|profile|likes|dislikes)$|do you remember me|what (?:are my|have i) (?:likes"
            r"|liked|disliked)|which .* (?:did|have) i (?:like|liked|seen|disliked|mark))",
        ),
        (
            "recommend",
            rf"^{LEAD}what (?:do|would|can|could|should) (?:you|i|we) "
            r"(?:recommend|suggest|watch|read|see|hear|try)(?: (?:me|us|to me|for me|now|then|next|tonight|today|instead))*$"
            rf"|^{LEAD}what(?:s| is) good(?: (?:here|now|then|tonight|today))*$",
        ),
        (
            "facets",
            r"(?:what|which) (?:genres?|kinds?|types?|categories|moods?|countries|brands?"
            r"|languages?|colou?rs|creators|authors|directors|years|sorts?|tags|themes|styles"
            r"|decades|attributes|makers)(?: of \w+)? (?:do you|are|have you|can|does|is"
            r" there|of)|^what (?:do you have|have you got|is in here|is here|is there)(?:"
            r" here| in (?:the|your) .*)?$|whats in (?:the|this|your) (?:collection|catalogue"
            r"|catalog|shop|store|library)|how (?:many|big) .*(?:do you have|are there|have"
            r" you|is (?:the|your|this) (?:collection|catalogue|catalog))|what can i (?:filter"
            r"|ask for|choose|search)|^list (?:all )?(?:the |your )?(?:genres|kinds|moods"
            r"|categories|countries|types|brands|authors|directors)",
        ),
        (
            "why",
            rf"^{LEAD}(?:why\b(?! not (?:a|an|some|something)\b)"
            r"|how come|(?:what|which facts?) (?:did|do) you (?:base (?:it|that|this|them|these) on|take into account|go by|consider)$|based on what$"
            r"|explain(?! how)|what makes (?:you|it|this|that|the)"
            r"|for what reason|what(?: i)?s the reason|on what grounds|justify|convince me"
            r"|how do you know i|(?:would|will|might) i (?:also |really |even )?(?:like|love|enjoy)"
            r"|do you think (?:i|id|ill|i d|i ll|we|wed|well) (?:would |will |might )?(?:also |really )?(?:like|love|enjoy))"
            r"|(?:^| )why (?:did|do|do you|would|are you|is|was|should"
            r"|this|that|the)\b",
        ),
        ("out_of_scope", rf"^{LEAD}{_CAN_YOU}(?:{ERRAND})\b|^{LEAD}(?:{OF_THE_WORLD})\b"),
        (
            "forget",
            rf"^{LEAD}(?:{UNDO}|forget (?:that|it|everything|all|what i said|about me|my|me)\b"
            r"|(?:delete|clear|reset|wipe|erase) (?:my|everything|all|the)\b|unlike\b|start over)",
        ),
    )
)


class IntentReader:
    """Names the intent of a masked message. Utterances are embedded once, by the first call or by `warm`."""

    def __init__(
        self, embedder: Embedder, utterances: Sequence[tuple[Intent, str]] | Sequence[tuple[str, str]]
    ) -> None:
        self.embedder = embedder
        self._utterances = tuple(utterances)
        self._intents = tuple(intent for intent, _ in self._utterances)
        self._vectors: Vectors | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Embeds the utterances now."""
        self._known()

    def rule(self, folded: str) -> Intent | None:
        """The intent of a message that leaves no doubt, or None."""
        return next((intent for intent, pattern in _RULES if pattern.search(folded)), None)

    def nearest(self, masked: str, *, among: frozenset[str] | None = None) -> tuple[str, float]:
        """The intent most alike and the likeness in [0, 1] of its nearest utterance; the neighbours vote with their likeness."""
        known = self._known()
        vector = self.embedder.embed([masked])[0]
        likeness = known @ vector
        if among is not None:
            likeness = np.where([intent in among for intent in self._intents], likeness, -1.0)
        order = np.argsort(-likeness, kind="stable")[:NEIGHBOURS]
        votes: dict[str, float] = {}
        for place in order:
            votes[self._intents[place]] = votes.get(self._intents[place], 0.0) + max(float(likeness[place]), 0.0) ** 4
        best = max(votes, key=lambda intent: votes[intent])
        nearest = max(float(likeness[place]) for place in order if self._intents[place] == best)
        return best, nearest

    def _known(self) -> Vectors:
        with self._lock:
            if self._vectors is None:
                self._vectors = self.embedder.embed([text for _, text in self._utterances])
            return self._vectors
