"""Settings of the models that are measured, found on validation people by `python -m eval ranking --data FOLDER --tune`."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.scorers.edlae import LevelChoice


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What `--tune` chooses. `ease_penalty`: lambda; `neighbours`: a like's neighbours (implicit's K), weighed by `neighbours_kind`.

    `levels` of our own model are chosen by each fit where they are None.
    """

    ease_penalty: float | None = None
    neighbours: int = 200
    neighbours_kind: str = "cosine"
    als_factors: int = 64
    als_regularization: float = 0.05
    als_alpha: float = 1.0
    levels: tuple[LevelChoice, ...] | None = None


RECORDED: dict[str, Tuned] = {}
"""By the name of the data's folder; other data are measured with the defaults."""
