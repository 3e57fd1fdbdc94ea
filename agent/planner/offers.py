"""Answers to a question that was asked back: which of the offered titles was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.ledger import Ledger
from agent.planner.heard import Names
from agent.planner.intents import IntentReader
from agent.planner.slots import SlotReader
from agent.planner.words import Message

_FURTHER = re.compile(
    r"\s*(?:(?:yes|yeah|yep|right|exactly|correct|sure|that'?s it|that(?: one)?|the (?:first|second|third|last)(?: one)?)[\s,.!;–-]+)+(?P<rest>\w.*\w.*)",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|that one|that)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Offers:
    """Settles what the turn before left open."""

    reader: SlotReader
    intents: IntentReader
    names: Names

    def settled(self, message: Message, ledger: Ledger) -> str | None:
        """The message before, with its unclear words replaced by the title that this message chooses; None where it chooses none."""
        last = ledger.last
        offers: Sequence[str] = last.aside.get("offer", ()) if last else ()
        if last is None or not offers:
            return None
        chosen = self._chosen(message, offers)
        original, said = last.aside.get("original", last.said), last.aside.get("said", "")
        if chosen is None or not said or said not in original:
            return None
        if further := _FURTHER.match(message.raw):  # “yes, that one, I adore it”
            told = _IT.sub(f"“{self.names.name(chosen)}”", further["rest"], count=1)
            if told != further["rest"] and "?" not in told:
                return told
        return str(original).replace(said, f"“{self.names.name(chosen)}”", 1)

    def _chosen(self, message: Message, offers: Sequence[str]) -> str | None:
        text = message.folded
        if self.intents.rule(text) == "yes" or re.match(r"^(?:yes|yeah|yep|right|exactly|correct|sure)\b", text):
            named = self._named(message, offers)
            return named or (offers[0] if len(offers) == 1 else None)
        ordinal = re.match(
            r"^(?:the |i mean the |i meant the |no the )?(first|second|third|last|latter"
            r"|former)(?: one)?(?: please)?$",
            text,
        )
        if ordinal:
            place = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}[ordinal[1]]
            return offers[place] if place < len(offers) else None
        return (self._named(message, offers) or self._of_kind(message, offers)) if len(message.words) <= 8 else None

    def _of_kind(self, message: Message, offers: Sequence[str]) -> str | None:
        """“The film”: the one offered item of a kind that the message names."""
        meant = [
            m for w in message.words for m in self.reader.lexicon.phrases.get((w.folded,), ()) if m.strength == "same"
        ]
        fitting = [
            i
            for i in offers
            if any(self.reader.catalogue.by_id[i].attributes.get(m.attribute) == m.value for m in meant)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _named(self, message: Message, offers: Sequence[str]) -> str | None:
        for mention in self.reader.titles.read(message):
            for item_id in mention.item_ids:
                if item_id in offers:
                    return item_id
        years = [w.folded for w in message.words if re.fullmatch(r"\d{4}", w.folded)]
        fitting = [
            i
            for i in offers
            if any(
                str(int(v)) in years
                for v in self.reader.catalogue.by_id[i].attributes.values()
                if isinstance(v, float | int)
            )
        ]
        return fitting[0] if len(fitting) == 1 else None
