"""References to what was shown are resolved by code, newest first; two close readings are not decided."""

from __future__ import annotations

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.words import read_message
from agent.references import ReferenceReader
from tests.stand_ins_agent import after_list, reader
from vouch.types import ToolCall

LIST = ("nosferatu", "the-general", "moby-dick", "dracula", "clair-de-lune")


def pointed(message: str, ledger: Ledger | None = None) -> list[tuple[str, ...]]:
    references = ReferenceReader(reader().catalogue, reader().lexicon)
    return [r.item_ids or r.close for r in references.read(read_message(message), ledger or after_list(*LIST))]


@pytest.mark.parametrize(
    ("message", "item_ids"),
    [
        ("why the second one?", ("the-general",)),
        ("the last one", ("clair-de-lune",)),
        ("tell me about number 3", ("moby-dick",)),
        ("the first two", ("nosferatu", "the-general")),
        ("who wrote the second book?", ("dracula",)),
        ("the first film you mentioned", ("nosferatu",)),
        ("is it long?", ("nosferatu",)),
        ("more like that", ("nosferatu",)),
        ("the one with the whaling ship", ("moby-dick",)),
        ("the one by Keaton", ("the-general",)),
        ("which one is the oldest?", ("moby-dick",)),
    ],
)
def test_a_reference_points_at_the_list(message: str, item_ids: tuple[str, ...]) -> None:
    assert pointed(message) == [item_ids]


def test_two_close_readings_are_left_open() -> None:
    references = ReferenceReader(reader().catalogue, reader().lexicon)
    (reference,) = references.read(read_message("the american one"), after_list(*LIST))
    assert (reference.item_ids, set(reference.close)) == ((), {"the-general", "moby-dick"})


def test_beyond_the_end_of_the_list_is_said() -> None:
    references = ReferenceReader(reader().catalogue, reader().lexicon)
    (reference,) = references.read(read_message("the ninth one"), after_list(*LIST))
    assert reference.beyond == 9


def test_the_newest_list_comes_first() -> None:
    asked = ToolCall(name="recommend", arguments={"text": ""})
    older = Turn(said="a", calls=(asked,), shown=("metropolis", "faust-film"))
    newer = Turn(said="b", calls=(asked,), shown=("dracula", "moby-dick"))
    ledger = Ledger(turns=(older, newer))
    assert pointed("the first one", ledger) == [("dracula",)]
    assert pointed("the film you mentioned first", ledger) == [("metropolis",)]
    assert pointed("the one by Fritz Lang", ledger) == [("metropolis",)]


def test_it_is_what_the_last_words_were_about() -> None:
    spoken = Turn(said="who made the second one?", about=("the-general",))
    assert pointed("is it long?", Ledger(turns=(*after_list(*LIST).turns, spoken))) == [("the-general",)]


def test_nothing_is_pointed_at_before_anything_was_shown() -> None:
    assert pointed("the second one", Ledger()) == []


@pytest.mark.parametrize("message", ["make it a comedy", "it should be short", "something that makes me laugh"])
def test_filler_words_point_at_nothing(message: str) -> None:
    assert pointed(message) == []
