"""Settings of the models that are measured, found on validation people by `python -m eval ranking --data FOLDER --tune`."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.scorers.als import AlsChoice
from retrieval.scorers.alternatives import ALS
from retrieval.scorers.edlae import LevelChoice
from retrieval.scorers.neighbours import Likeness


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What `--tune` chooses. `ease_penalty`: lambda; `neighbours`: a like's neighbours (implicit's K), weighed by `neighbours_kind`.

    `levels` of our own model are chosen by each fit where they are None.
    """

    ease_penalty: float | None = None
    neighbours: int = 200
    neighbours_kind: Likeness = "cosine"
    als: AlsChoice = ALS
    levels: tuple[LevelChoice, ...] | None = None


RECORDED: dict[str, Tuned] = {
    "ml-100k": Tuned(
        ease_penalty=306,
        neighbours=387,
        neighbours_kind="bm25",
        als=AlsChoice(factors=18, regularization=0.057, alpha=2.4),
    ),
    "ml-latest-small": Tuned(
        ease_penalty=76,
        neighbours=500,
        neighbours_kind="cosine",
        als=AlsChoice(factors=35, regularization=1.9, alpha=4.7),
    ),
    "ml-1m-multvae": Tuned(
        neighbours=493, neighbours_kind="bm25", als=AlsChoice(factors=70, regularization=21.0, alpha=2.9)
    ),
}
"""By the name of the data's folder; other data, and what was not found better than the default, are measured with the defaults."""
