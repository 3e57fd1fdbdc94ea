"""How conditions narrow a catalogue down, in one sentence: "74 are films, 5 of them from Japan, none of them under 60 minutes"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.phrases import Phrases
from agent.planner.lexicon import Topic
from retrieval.filters import admitted
from vouch.types import Filter, RecList, Relaxation

_ORDER: tuple[Topic, ...] = (
    "kind",
    "genre",
    "mood",
    "other",
    "language",
    "colour",
    "people",
    "brand",
    "country",
    "year",
)
"""People narrow down so: first what it is, then what it is like, then who and where, then how much."""


class FunnelWords:
    """Words for one catalogue."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def told(self, rec_list: RecList) -> str:
        """The counts after each condition, up to the first that leaves nothing; "" where there are fewer than two conditions."""
        filters = sorted(rec_list.query.filters, key=self._place)
        if len(filters) < 2 or not rec_list.funnel:
            return ""
        counted: list[str] = []
        for end in range(1, len(filters) + 1):
            count = len(admitted(self._phrases.catalogue, filters[:end]))
            counted.append(self._step(filters[end - 1], count, first=end == 1))
            if not count:
                break
        else:
            counted[-1] += self._met(rec_list)
        return f"{', '.join(counted)}."

    def changes(self, relaxations: Sequence[Relaxation]) -> str:
        """The smallest changes with how many items each would admit; "" where there are none."""
        told = [self._phrases.relaxation(change) for change in relaxations[:3]]
        return f"The smallest changes that would help: {'; '.join(told)}." if told else ""

    def _place(self, condition: Filter) -> tuple[int, bool]:
        topic = self._phrases.topic(condition.attribute)
        return (_ORDER.index(topic) if topic in _ORDER else len(_ORDER)), condition.op in {"none_of", "!="}

    def _step(self, condition: Filter, count: int, *, first: bool) -> str:
        number = f"{count:,}" if count else "none"
        said = self._phrases.condition(condition)
        return f"{number.capitalize()} {'is' if count == 1 else 'are'} {said}" if first else f"{number} of them {said}"

    def _met(self, rec_list: RecList) -> str:
        met = sum(step.before - step.after for step in rec_list.funnel if step.filter is None)
        return f"; {met} of those you have met or been shown" if met else ""
