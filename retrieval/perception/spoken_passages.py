"""What is said in short stretches, merged into passages that can be cited: 10 to 40 seconds, ending where a sentence ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vouch.types import Perceived

SHORTEST_S, LONGEST_S, PAUSE_S = 10.0, 40.0, 6.0
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A few words with the times between which they were said, in seconds."""

    text: str
    start_s: float
    end_s: float


def spoken_passages(
    stretches: Sequence[Stretch], *, language: tuple[tuple[str, float], ...] = ()
) -> tuple[Perceived, ...]:
    """Passages of channel "transcript", in order, with every word of the stretches; `language` becomes the labels of each.

    A passage ends at a sentence's end once it is 10 seconds long, before a pause of 6 seconds, and before it grows beyond 40; one
    stretch is never divided. What is left at the end joins the passage before it where both together stay within 40 seconds.
    """
    groups: list[list[Stretch]] = []
    for stretch in stretches:
        if not groups or ends_between(groups[-1], stretch):
            groups.append([])
        groups[-1].append(stretch)
    if len(groups) > 1 and length_s(groups[-1]) < SHORTEST_S and joinable(groups[-2], groups[-1]):
        groups[-2:] = [groups[-2] + groups[-1]]
    return tuple(
        Perceived(
            channel="transcript",
            text=" ".join(stretch.text for stretch in group),
            start_s=round(group[0].start_s, 2),
            end_s=round(max(stretch.end_s for stretch in group), 2),
            labels=language,
        )
        for group in groups
    )


def ends_between(group: Sequence[Stretch], following: Stretch) -> bool:
    """Whether a passage ends before the stretch that follows it."""
    if following.end_s - group[0].start_s > LONGEST_S or following.start_s - group[-1].end_s > PAUSE_S:
        return True
    return length_s(group) >= SHORTEST_S and SENTENCE_END.search(group[-1].text) is not None


def joinable(first: Sequence[Stretch], second: Sequence[Stretch]) -> bool:
    """Whether two groups may be one passage."""
    return second[-1].end_s - first[0].start_s <= LONGEST_S and second[0].start_s - first[-1].end_s <= PAUSE_S


def length_s(group: Sequence[Stretch]) -> float:
    """From the first word to the last, in seconds."""
    return group[-1].end_s - group[0].start_s
