"""A plan: what will be called, and what the words should know besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vouch.types import ToolCall


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`calls` in order; `aside` is plain JSON: the intent, and what the words should speak of. No calls: the aside is answered in words."""

    calls: tuple[ToolCall, ...] = ()
    aside: Mapping[str, Any] = field(default_factory=dict)
