"""The nouns of a person's memory: what they clicked and said, as it is kept, and one change of it. Frozen values, as in `types`."""

from __future__ import annotations

from dataclasses import dataclass

from vouch.types import Interaction, StandingPreference


@dataclass(frozen=True, kw_only=True)
class OwnTaste:
    """What one person clicked and said, as it is kept. `pinned` are item_ids; of `dropped` ones the file's history counts no more."""

    interactions: tuple[Interaction, ...] = ()
    standing: tuple[StandingPreference, ...] = ()
    pinned: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class TasteChange:
    """One change of a person's taste: what was done ("like", "forget" ...) with which titles or conditions, in whose words."""

    kind: str
    titles: tuple[str, ...] = ()
    source: str = "click"
    at: float = 0.0
