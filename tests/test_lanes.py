"""A perceiver's thread of its own: files that wait together are shown together, the same content once, and a failure is one file's."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.perception.cache import PerceptionCache
from retrieval.perception.lanes import Lanes
from vouch.errors import InputError, ModelFailed, UnreadableMedia
from vouch.types import MediaKind, Perceived

PATIENCE_S = 30


class Gate:
    """Looks at several pictures at once, once the gate is open; says each one's name; cannot read what is called broken."""

    takes: frozenset[MediaKind] = frozenset({"picture"})
    made_by = "gate/1"
    batch = 3

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()
        self.shown: list[list[str]] = []

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        (answer,) = self.perceive_batch([path])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def perceive_batch(self, paths: Sequence[Path]) -> list[tuple[Perceived, ...] | InputError | ModelFailed]:
        self.shown.append([path.name for path in paths])
        self.reached.set()
        assert self.open.wait(PATIENCE_S)
        return [
            UnreadableMedia(path.name, "is broken")
            if path.name == "broken"
            else (Perceived(channel="caption", text=path.name),)
            for path in paths
        ]


def asked(folder: Path, names: Sequence[str], digests: Sequence[str]) -> tuple[Gate, int, list[str]]:
    """The gate that was shown a first file and, while it looked, asked about these; its calls; what was said of each."""
    gate = Gate()
    with Lanes((gate,), PerceptionCache(folder)) as lanes:
        lanes.ask(gate, Path("first"), digest="first")
        assert gate.reached.wait(PATIENCE_S)
        answers = [lanes.ask(gate, Path(n), digest=d) for n, d in zip(names, digests, strict=True)]
        gate.open.set()
        failures = [answer.exception(PATIENCE_S) for answer in answers]
        said = [
            str(failure) if failure else answer.result()[0].text
            for answer, failure in zip(answers, failures, strict=True)
        ]
        return gate, lanes.calls, said


def test_files_that_wait_are_shown_together_as_many_as_the_perceiver_likes(tmp_path: Path) -> None:
    gate, calls, said = asked(tmp_path, "abcd", "abcd")
    assert gate.shown == [["first"], ["a", "b", "c"], ["d"]]
    assert (calls, said) == (5, ["a", "b", "c", "d"])


def test_the_same_content_is_shown_once_and_answers_for_every_name(tmp_path: Path) -> None:
    gate, calls, said = asked(tmp_path, "abc", "xxy")
    assert gate.shown == [["first"], ["a"], ["c"]]
    assert (calls, said) == (3, ["a", "a", "c"])


def test_a_file_that_cannot_be_read_loses_nothing_of_those_beside_it(tmp_path: Path) -> None:
    gate, _, (first, broken, last) = asked(tmp_path, ["a", "broken", "b"], "abc")
    assert gate.shown[1] == ["a", "broken", "b"]
    assert (first, last) == ("a", "b")
    assert "is broken" in broken


def test_at_the_end_what_waits_is_dropped(tmp_path: Path) -> None:
    gate = Gate()
    with Lanes((gate,), PerceptionCache(tmp_path)) as lanes:
        lanes.ask(gate, Path("first"), digest="first")
        assert gate.reached.wait(PATIENCE_S)
        waiting = lanes.ask(gate, Path("a"), digest="a")
    gate.open.set()
    with pytest.raises(TimeoutError):
        waiting.result(timeout=0.2)
    assert gate.shown == [["first"]]
