"""The one place that opens sounds: any file that FFmpeg's libraries read, by PyAV, to samples. No ffmpeg program is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vouch.errors import UnreadableMedia

RATE_HZ = 16_000


def open_sound(path: Path) -> NDArray[np.float32]:
    """The first sound track as mono samples in [-1, 1] at 16 kHz; empty where a video has no sound track.

    Raises UnreadableMedia: no such file, or nothing in it that can be decoded. Of a file that is cut off comes what can be decoded.
    """
    import av

    if not path.is_file():
        raise UnreadableMedia(str(path), "there is no such file")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                if container.streams.video:
                    return np.zeros(0, np.float32)
                raise UnreadableMedia(str(path), "has no sound in it")
            pieces = decoded(container)
    except (av.FFmpegError, OSError, ValueError) as failure:
        raise UnreadableMedia(str(path), f"cannot be read as a sound ({failure})") from failure
    if not pieces:
        raise UnreadableMedia(str(path), "has a sound track, but nothing of it can be decoded")
    return np.concatenate(pieces).astype(np.float32) / np.float32(32768)


def decoded(container: Any) -> list[NDArray[np.int16]]:
    """Pieces of 16-bit mono at 16 kHz, half the size of floats while they are gathered. A broken packet is skipped."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    pieces: list[NDArray[np.int16]] = []
    for packet in container.demux(audio=0):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            frame.pts = None  # some files count time wrongly, and the resampler refuses those
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)] if pieces else []
    return pieces
