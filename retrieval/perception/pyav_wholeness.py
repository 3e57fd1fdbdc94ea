"""Whether a sound or a film is all there: what its file says of its length against the packets that it has. Nothing is decoded.

Where a format does not write down its length, a file that is cut off can't be told from a short one.
"""

from __future__ import annotations

from pathlib import Path

from vouch.errors import UnreadableMedia
from vouch.types import MediaKind, Perceived

MISSING_S, MISSING = 2.0, 0.05
"""A file is cut off where this many seconds and this share of its length are missing."""


class Wholeness:
    """Perceives nothing; a file that is cut off gets its line in the report, and what is there of it is heard all the same."""

    takes: frozenset[MediaKind] = frozenset({"sound", "video"})
    made_by = "whole-1"

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """Nothing. Raises UnreadableMedia where the file is cut off, or no reader could open it."""
        import av

        try:
            with av.open(str(path), metadata_errors="ignore") as container:
                said_s = (container.duration or 0) / av.time_base
                ends = [
                    float((packet.pts + (packet.duration or 0)) * packet.time_base)
                    for packet in container.demux()
                    if packet.pts is not None and packet.time_base is not None
                ]
                there_s = max(ends, default=0.0) - (container.start_time or 0) / av.time_base
        except (av.FFmpegError, OSError, ValueError) as failure:
            raise UnreadableMedia(str(path), f"cannot be read as a sound or a video ({failure})") from failure
        if said_s - there_s > max(MISSING_S, MISSING * said_s):
            raise UnreadableMedia(
                str(path), f"is cut off: {there_s:.0f} of {said_s:.0f} seconds are there, and were heard"
            )
        return ()
