"""Perception beside everything else: each perceiver has a thread of its own, so that decoding, looking, hearing, embedding and writing overlap.

What is waiting is as long as the caller lets it be. Knows no model: perceivers are ports.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from retrieval.perception.cache import PerceptionCache
from vouch.errors import VouchError
from vouch.ports import BatchPerceiver, Perceiver
from vouch.types import Perceived

Answer = tuple[Perceived, ...]


@dataclass(frozen=True, eq=False)
class _Request:
    path: Path
    digest: str | None
    answer: Future[Answer] = field(default_factory=Future)


class Lanes:
    """A lane a perceiver. A context manager: at its end what is waiting is dropped, and what is running is not waited for.

    `calls` counts the files that were shown to a perceiver, cached answers not.
    """

    def __init__(self, perceivers: Sequence[Perceiver], cache: PerceptionCache) -> None:
        self._lanes: Mapping[str, _Lane] = {p.made_by: _Lane(p, cache) for p in perceivers}

    @property
    def calls(self) -> int:
        """How many files were shown to perceivers so far."""
        return sum(lane.calls for lane in self._lanes.values())

    def ask(self, perceiver: Perceiver, path: Path, *, digest: str | None) -> Future[Answer]:
        """What this perceiver says of the file, soon; with the content's `digest` it is kept in the cache, and looked for there.

        The future raises what `perceive` raises.
        """
        return self._lanes[perceiver.made_by].ask(_Request(path, digest))

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Ends the threads."""
        for lane in self._lanes.values():
            lane.end()


class _Lane:
    """One perceiver's thread, started by the first request. A daemon: hours of sound being heard don't hold up the end of a process."""

    def __init__(self, perceiver: Perceiver, cache: PerceptionCache) -> None:
        self.calls = 0
        self._perceiver = perceiver
        self._cache = cache
        self._waiting: deque[_Request] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._thread: threading.Thread | None = None

    def ask(self, request: _Request) -> Future[Answer]:
        with self._changed:
            self._waiting.append(request)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._perceiver.made_by, daemon=True)
                self._thread.start()
            self._changed.notify()
        return request.answer

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._waiting.clear()
            self._changed.notify()

    def _work(self) -> None:
        while requests := self._next():
            try:
                self._answer(requests)
            except BaseException as error:  # noqa: BLE001  it belongs to whoever waits for the answer, bugs too
                for request in requests:
                    if not request.answer.done():
                        request.answer.set_exception(error)

    def _next(self) -> list[_Request]:
        """The next request, or as many as a perceiver likes that takes several; none at the end. A file is never among them twice."""
        most = self._perceiver.batch if isinstance(self._perceiver, BatchPerceiver) else 1
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended)
            taken: list[_Request] = []
            digests: set[str | None] = set()
            while self._waiting and len(taken) < most and self._waiting[0].digest not in digests:
                taken.append(self._waiting.popleft())
                digests.add(taken[-1].digest)
            return taken

    def _answer(self, requests: Sequence[_Request]) -> None:
        left = []
        for request in requests:
            known = self._cache.get(request.digest, self._perceiver.made_by) if request.digest else None
            if known is None:
                left.append(request)
            else:
                request.answer.set_result(known)
        self.calls += len(left)
        if len(left) > 1 and isinstance(self._perceiver, BatchPerceiver):
            answers = self._perceiver.perceive_batch([request.path for request in left])
            for request, answer in zip(left, answers, strict=True):
                self._give(request, answer)
            return
        for request in left:
            try:
                self._give(request, self._perceiver.perceive(request.path))
            except VouchError as error:
                request.answer.set_exception(error)

    def _give(self, request: _Request, answer: Answer | VouchError) -> None:
        if isinstance(answer, VouchError):
            request.answer.set_exception(answer)
            return
        if request.digest is not None:
            self._cache.put(request.digest, self._perceiver.made_by, answer)
        request.answer.set_result(answer)
