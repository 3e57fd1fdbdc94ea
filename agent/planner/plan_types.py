"""A plan: what will be called, and what the words should know besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vouch.types import ToolCall


def for_me_alone(asked: ToolCall) -> ToolCall:
    """A list for other people as one for the person who asks, with all else that was asked: only that takes files and surprises."""
    if asked.name != "recommend_together":
        return asked
    kept = {key: value for key, value in asked.arguments.items() if key not in {"people", "with_me", "together"}}
    return ToolCall(name="recommend", arguments={"text": "", **kept})


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`calls` in order; `aside` is plain JSON: the intent, and what the words should speak of. No calls: the aside is answered in words."""

    calls: tuple[ToolCall, ...] = ()
    aside: Mapping[str, Any] = field(default_factory=dict)
