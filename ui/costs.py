"""What a language model did for a reply, as words for the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping


def cost_text(counters: Mapping[str, int | float | str]) -> str:
    """What a language model did for a reply, as words; "" where none was asked.

    >>> cost_text({"calls": 1, "prompt_tokens": 812, "cached_tokens": 790, "completion_tokens": 64, "seconds": 3.21, "removed": 2})
    'language model: 1 call, 812 tokens read (790 from memory), 64 written, 3.2 s; 2 sentences left out'
    """
    if not counters.get("calls"):
        return ""
    calls, seconds, removed = counters["calls"], float(counters.get("seconds", 0)), counters.get("removed", 0)
    read = f"{counters.get('prompt_tokens', 0)} tokens read ({counters.get('cached_tokens', 0)} from memory)"
    left_out = f"; {removed} sentence{'s' if removed != 1 else ''} left out" if removed else ""
    return (
        f"language model: {calls} call{'s' if calls != 1 else ''}, {read}, {counters.get('completion_tokens', 0)} written, "
        f"{seconds:.1f} s{left_out}"
    )
