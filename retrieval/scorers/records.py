"""What a version of a scorer holds: its record as JSON, its arrays as they are. Knows neither how it is fitted nor how it is used."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.scorers.ease import Solution
from retrieval.scorers.edlae import LevelChoice
from retrieval.scorers.lending import Exchange, Lending
from retrieval.scorers.told import Vocabulary
from retrieval.scorers.training import Training
from retrieval.scorers.versions import write_array, write_text

RECORD = "scorer.json"
FORMAT = "edlae/8"
"""What is kept changes with this: a version of another format is not read, and the scorer is fitted anew."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands in a version beside its arrays. `version` and `said`: of the store when it was read; `made`: "fit" or "update".

    `likes`: item_id -> people; `met`: item_id -> people who met it in any way; `recent`: item_id -> likes that age with
    `half_life_days`, None where they do not; `exchange`: None where new items get no place;
    `models`: (penalty, dropout), the penalties in units of `unit`; `changed`: how many items' columns updates have changed since
    the last fit; `chooser`: which scorer this is and why; `als`: how its factors were fitted, where it is that.
    """

    format: str
    version: str
    said: int
    made: str
    at: float
    seconds: float
    likes: Mapping[str, int]
    met: Mapping[str, int]
    half_life_days: float | None = None
    recent: Mapping[str, float] | None = None
    item_ids: Sequence[str] = ()
    exchange: Mapping[str, Any] | None = None
    scorer: str = ""
    unit: float = 0.0
    models: Sequence[tuple[float, float]] = ()
    levels: Sequence[Mapping[str, Any]] = ()
    chosen: Sequence[Mapping[str, Any]] = ()
    validation_people: int = 0
    bytes_to_fit: int = 0
    changed: int = 0
    chooser: str = ""
    als: Mapping[str, Any] | None = None

    @property
    def choices(self) -> tuple[LevelChoice, ...]:
        """How the levels were chosen."""
        return tuple(LevelChoice(**choice) for choice in self.chosen)


def write_record(made: Path, *, began: float, told: Mapping[str, Any]) -> None:
    """The record of a version that is being made since `began` (monotonic seconds)."""
    seconds = round(time.monotonic() - began, 2)
    record = Record(format=FORMAT, at=time.time(), seconds=seconds, **told)
    write_text(made / RECORD, json.dumps(asdict(record), ensure_ascii=False))


def write_solution(made: Path, place: int, solution: Solution) -> None:
    """One model of a version."""
    write_array(made / f"weights-{place}.npy", solution.weights)
    write_array(made / f"diagonal-{place}.npy", solution.diagonal)


def write_lending(made: Path, lending: Lending) -> None:
    """What lends to new items; its exchange stands in the record."""
    for place, one in enumerate(lending.maps):
        write_array(made / f"lending-{place}.npy", one)
    write_array(made / "lending-centre.npy", lending.centre)
    write_array(made / "lending-popularity.npy", lending.popularity)
    if lending.vocabulary is not None:
        write_text(made / "lending-values.json", json.dumps(asdict(lending.vocabulary), ensure_ascii=False))


def read_lending(folder: Path, record: Record) -> Lending | None:
    """What a version lends to new items, memory-mapped; None where it was fitted without vectors."""
    if not (folder / "lending-centre.npy").exists():
        return None
    return Lending(
        [np.load(folder / f"lending-{place}.npy", mmap_mode="r") for place in range(len(record.models))],
        np.load(folder / "lending-centre.npy"),
        np.load(folder / "lending-popularity.npy"),
        None if record.exchange is None else Exchange(**record.exchange),
        _read_vocabulary(folder / "lending-values.json"),
    )


def _read_vocabulary(path: Path) -> Vocabulary | None:
    if not path.exists():
        return None
    told = json.loads(path.read_text("utf-8"))
    return Vocabulary(tuple((name, word, weight) for name, word, weight in told["words"]), told["knots"])


def write_training(made: Path, training: Training) -> None:
    """What the version was fitted on, for updates to start from."""
    from scipy.sparse import save_npz

    save_npz(made / "likes.npz", training.likes, compressed=False)
    save_npz(made / "evidence.npz", training.evidence, compressed=False)
    write_text(made / "people.json", json.dumps(training.user_ids, ensure_ascii=False))


def read_training(folder: Path, record: Record) -> Training:
    """What a version was fitted on."""
    from scipy.sparse import load_npz

    people = json.loads((folder / "people.json").read_text("utf-8"))
    likes, evidence = load_npz(folder / "likes.npz"), load_npz(folder / "evidence.npz")
    return Training(likes, evidence, tuple(record.item_ids), tuple(people))


def read_solution(folder: Path, place: int) -> Solution:
    """One model of a version, its weights memory-mapped."""
    return Solution(np.load(folder / f"weights-{place}.npy", mmap_mode="r"), np.load(folder / f"diagonal-{place}.npy"))


def read_record(folder: Path) -> Record | None:
    """The record of a version; None where there is none of this format."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return None
    return Record(**record)
