"""What a list for several people says: for whom it is, and for each item what speaks for it to each of them."""

from __future__ import annotations

from agent.phrases import Phrases, listed, plain
from agent.planner.conditions import RULES_OUT
from retrieval.groups import YOU, for_somebody_else
from vouch.types import ForPerson, RecList, Recommendation


class GroupWords:
    """Words for one catalogue."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def opening(self, rec_list: RecList) -> str:
        """For whom the list is, and by what it goes; "" where it is for the person who asks alone."""
        query = rec_list.query
        if len(query.tastes) < 2:
            whose = self.of_somebody_else(rec_list)
            return f"For {whose}." if whose else ""
        whom = listed([plain(taste.label) for taste in query.tastes])
        told = {r.label for one in rec_list.recommendations for r in one.reasons if isinstance(r, ForPerson)}
        if len(told) < 2:
            return f"For {whom} together."
        goes_by = (
            "what all of you would like about as well" if query.together == "average" else "whoever would like it least"
        )
        return f"For {whom} together, going by {goes_by}."

    def of_somebody_else(self, rec_list: RecList) -> str:
        """The one whose list it is, where that is not the person who asks; else ""."""
        return plain(rec_list.query.tastes[0].label) if for_somebody_else(rec_list.query) else ""

    def reasons(self, recommendation: Recommendation) -> str:
        """The part of a sentence that says what speaks for an item to each person; "" where there is nothing to tell them apart."""
        told = self._told(recommendation)
        return f": {'; '.join(told)}" if told else ""

    def each(self, recommendation: Recommendation) -> list[str]:
        """The same as a sentence for each person."""
        return [f"{text[:1].upper()}{text[1:]}." for text in self._told(recommendation)]

    def _told(self, recommendation: Recommendation) -> list[str]:
        people = [r for r in recommendation.reasons if isinstance(r, ForPerson)]
        return [f"for {plain(person.label)} {text}" for person in people if (text := self._reason(person))]

    def _reason(self, person: ForPerson) -> str:
        pronoun = "you like" if person.label == YOU else "they like"
        liked = [f"it goes with {plain(one.title)}, which {pronoun}" for one in person.liked]
        wished = [one.filter for one in person.met if one.filter.op not in RULES_OUT]
        wished = wished or ([] if liked else [one.filter for one in person.met])
        met = [self._phrases.condition(one) for one in wished]
        if liked or met:
            return ", and ".join([*liked, *([f"it is {listed(met)}"] if met else [])])
        return f"it is number {person.place} in their own list" if person.place and person.label != YOU else ""
