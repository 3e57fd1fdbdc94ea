"""Which words of a message a search in the texts looks for."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from agent.models.minilm_reader import WORDS
from agent.planner.slots import SlotReader
from agent.planner.sought import SOUGHT, Span
from scripts.train_words import HELD_OUT, LEARNED_FROM, marked
from tests.stand_ins_agent import marked_reader, reader, works


class Told:
    """A `WordsSought` that takes the words it was given for likely, and counts how often it was asked."""

    def __init__(self, *words: str) -> None:
        self.words, self.asked = words, 0

    def sought(self, text: str, spans: Sequence[Span]) -> Sequence[float]:
        """As the port says."""
        self.asked += 1
        return [1.0 if text[start:end] in self.words else 0.0 for start, end in spans]


@pytest.mark.parametrize(
    ("message", "words", "text"),
    [
        ("I want a tale of ghosts at sea and whatnot", ("tale", "ghosts", "sea"), "tale of ghosts at sea"),
        ("ghosts and whatnot and fog", ("ghosts", "fog"), "ghosts fog"),
        ("whatnot", (), ""),
        ("a poem about my whatnot", (), "whatnot"),
        ("with lots of whatnots", (), "whatnots"),
        ("fog, fog and more fog", ("fog",), "fog fog and fog"),
    ],
)
def test_unlikely_words_leave_the_text_and_little_ones_with_them(
    message: str, words: tuple[str, ...], text: str
) -> None:
    assert SlotReader(works(), Told(*words)).read(message).text == text


def test_what_names_a_value_is_looked_for_however_unlikely() -> None:
    assert SlotReader(works(), Told()).read("something scary").text == "scary"


def test_a_message_is_judged_once_and_only_where_words_are_left() -> None:
    told = Told("fog")
    slots = SlotReader(works(), told)
    slots.read("thank you very much!")
    assert told.asked == 0
    slots.read("fog in the harbour")
    slots.read("fog in the harbour")
    assert told.asked == 1


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("she can't see well anymore so something to listen to", ""),
        ("I have to write an essay about the industrial age, anything useful?", "industrial age"),
        ("My grandmother turns 90 and grew up by the sea, what could I give her?", "sea"),
        ("hmm, these all look the same. Something different", ""),
        ("in the meantime, something for me", ""),
        ("I fell asleep during it, something gloomier please", "gloomy"),
        ("what do you have with lighthouses?", "lighthouses"),
        ("we need something for a rainy sunday", ""),
        ("a novel about whales and storms", "whales and storms"),
        ("a coming of age story", "coming of age story"),
        ("the last train leaves at midnight", "last train leaves at midnight"),
        ("every copy was to be burned by order of a court", "copy was to be burned by order of a court"),
        ("un film sur la mer et les bateaux", "un la mer les bateaux"),
    ],
)
def test_talk_is_not_looked_for(message: str, text: str) -> None:
    assert reader().read(message).text == text


def test_the_figures_of_the_record_are_those_of_the_messages_held_out() -> None:
    record = json.loads(WORDS.with_suffix(".json").read_text("utf-8"))
    right = found = wanted = 0
    for text, spans, sought in marked(HELD_OUT):
        likely = np.array(marked_reader().sought(text, spans)) >= SOUGHT
        right += int((likely & np.array(sought, bool)).sum())
        found += int(likely.sum())
        wanted += sum(sought)
    assert record["threshold"] == SOUGHT
    assert right / found == pytest.approx(record["precision"], abs=0.03)
    assert right / wanted == pytest.approx(record["recall"], abs=0.03)
    assert right / wanted > 0.9
    assert right / found > 2.5 * wanted / sum(len(spans) for _, spans, _ in marked(HELD_OUT))


def test_nothing_that_is_measured_on_is_learned_from() -> None:
    learned = {text.casefold() for text, _, _ in marked(LEARNED_FROM)}
    assert len(learned) > 1000
    assert not learned & {text.casefold() for text, _, _ in marked(HELD_OUT)}


def test_no_words_and_far_words_have_probabilities_too() -> None:
    assert list(marked_reader().sought("", [])) == []
    long = "fog " * 2000
    assert len(marked_reader().sought(long, [(0, 3), (7996, 7999)])) == 2
