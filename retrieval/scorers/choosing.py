"""Which scorer a collection gets, by its size and the memory that is free: said before the work starts, recorded, and shown."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from retrieval.scorers.edlae import bytes_to_fit

ScorerKind = Literal["edlae", "als"]

MOST_MODELS = ((4_000, 5), (8_000, 4), (12_000, 3), (20_000, 2))
"""Up to how many items how many matrices: an inverse takes 1, 8, 25 and 110 seconds there on two cores (it grows with their cube)."""
SHARE = 0.5
"""How much of the free memory a fit may take."""


@dataclass(frozen=True, kw_only=True)
class ScorerChoice:
    """What is fitted to so many items. `models`: at most so many matrices (0: none); `bytes_to_fit`: at the peak; `told` for people."""

    kind: ScorerKind
    n_items: int
    models: int
    bytes_to_fit: int
    told: str


def choose_scorer(
    n_items: int, *, n_people: int, n_likes: int, factors: int, memory: int | None = None
) -> ScorerChoice:
    """Adaptive EDLAE up to 20,000 items where its two matrices fit into half of the free memory, else matrix factorisation.

    Args:
        factors: of the matrix factorisation.
        memory: free bytes; None: those of this machine now.

    >>> choose_scorer(3_500, n_people=5_000, n_likes=450_000, factors=64, memory=2**33).told
    'adaptive EDLAE, up to 5 matrices of 3,500 items, 98 MB while it is fitted'
    >>> choose_scorer(100_000, n_people=50_000, n_likes=2_000_000, factors=64, memory=2**33).told
    'ALS with 64 factors, because 100,000 items are more than 20,000; 125 MB while it is fitted'
    """
    free = free_memory() if memory is None else memory
    models = next((models for items, models in MOST_MODELS if n_items <= items), 0)
    dense = bytes_to_fit(n_items)
    if models and dense <= SHARE * free:
        told = f"adaptive EDLAE, up to {models} matrices of {n_items:,} items, {_mb(dense)} while it is fitted"
        return ScorerChoice(kind="edlae", n_items=n_items, models=models, bytes_to_fit=dense, told=told)
    why = (
        f"{n_items:,} items would need {_mb(dense)} and {_mb(free)} are free"
        if models
        else f"{n_items:,} items are more than {MOST_MODELS[-1][0]:,}"
    )
    needed = 4 * factors * (n_people + n_items) * 2 + 12 * n_likes * 2
    told = f"ALS with {factors} factors, because {why}; {_mb(needed)} while it is fitted"
    return ScorerChoice(kind="als", n_items=n_items, models=0, bytes_to_fit=needed, told=told)


def free_memory() -> int:
    """Bytes that a new process could take without swapping; half of all memory where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _mb(size: int) -> str:
    return f"{max(size / 1e6, 1):,.0f} MB"
