"""What everything must do that reads whether a message likes what is marked in it, and what it does."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from agent.models import minilm_reader
from agent.models.minilm_reader import LEARNED, MiniLmReader
from agent.planner.speech_acts import ACTS
from agent.planner.targets import EARLIER, MESSAGE, PERSON, REPLY, TARGET, MarkedReader
from tests.stand_ins_agent import WordReader, marked_reader

ONE = f"{REPLY}Have you seen {TARGET}?{MESSAGE}I loved it"
TWO = f"{TARGET}{EARLIER}{PERSON}hello{REPLY}hi{MESSAGE}{TARGET} was good"


@pytest.fixture(params=["words", "minilm"])
def reading(request: pytest.FixtureRequest) -> MarkedReader:
    return WordReader() if request.param == "words" else marked_reader()


@pytest.mark.parametrize(("text", "targets"), [(ONE, 1), (TWO, 2), (f"{MESSAGE}hello", 0), (MESSAGE, 0), ("", 0)])
def test_every_target_and_every_act_has_probabilities(reading: MarkedReader, text: str, targets: int) -> None:
    read = reading.read(text)
    assert read.roles.shape == (targets, 3)
    assert read.acts.shape == (len(ACTS),)
    assert (read.roles >= 0).all()
    np.testing.assert_allclose(read.roles.sum(axis=1), 1, atol=1e-5)
    assert (read.acts >= 0).all()
    assert read.acts.sum() == pytest.approx(1, abs=1e-5)


def test_the_same_text_is_read_the_same(reading: MarkedReader) -> None:
    first = reading.read(ONE)
    reading.read(TWO)
    again = reading.read(ONE)
    np.testing.assert_array_equal(again.roles, first.roles)
    np.testing.assert_array_equal(again.acts, first.acts)


def test_what_is_too_far_behind_is_left_out(reading: MarkedReader) -> None:
    assert len(reading.read(f"{MESSAGE}{TARGET} was good. " + "word " * 2000 + f"{TARGET} was bad").roles) == 1


def test_several_threads_read_at_once(reading: MarkedReader) -> None:
    alone = reading.read(TWO).roles
    found: list[object] = []

    def often() -> None:
        found.extend(np.allclose(reading.read(TWO).roles, alone, atol=1e-5) for _ in range(3))

    threads = [threading.Thread(target=often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 12


@pytest.mark.parametrize(("said", "role"), [("I loved it", 1), ("I hated it", 2), ("what is it about?", 0)])
def test_praise_blame_and_questions_are_told_apart(reading: MarkedReader, said: str, role: int) -> None:
    assert int(reading.read(f"{REPLY}Have you seen {TARGET}?{MESSAGE}{said}").roles[0].argmax()) == role


def test_what_was_learned_has_its_record_and_is_small() -> None:
    record = json.loads(LEARNED.with_suffix(".json").read_text("utf-8"))
    assert record["command"] == "python scripts/train_reader.py DATA_FOLDER"
    assert LEARNED.stat().st_size < 1_500_000
    with np.load(LEARNED, allow_pickle=False) as file:
        layers = [name.removesuffix("/up") for name in file if name.endswith("/up")]
        assert len(layers) == 36  # six in each of six layers
        assert all(file[f"{name}/down"].shape[0] == file[f"{name}/up"].shape[1] == record["rank"] for name in layers)
        assert all(np.isfinite(file[name]).all() for name in file)


def test_what_was_learned_makes_the_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    untuned = MiniLmReader()
    monkeypatch.setattr(minilm_reader, "_tune", lambda model, learned: None)
    assert not np.allclose(untuned.read(ONE).roles, marked_reader().read(ONE).roles, atol=0.05)
