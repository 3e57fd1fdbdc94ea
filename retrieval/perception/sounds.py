"""The one place that opens sounds: any file that FFmpeg's libraries read, by PyAV, to samples. No ffmpeg program is needed.

A file of any length is read in windows that end where it is quiet, so that hours of sound need no more memory than minutes.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vouch.errors import UnreadableMedia

RATE_HZ = 16_000
WINDOW_S = 600.0
QUIET_WITHIN_S, QUIET_S = 60.0, 0.4
"""A window ends in the middle of the quietest stretch of 0.4 seconds of its last minute: hardly ever within a word."""

FULL_SCALE = np.float32(32768)


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of a sound: mono samples in [-1, 1] at 16 kHz, shape (n,), and the second at which it begins."""

    start_s: float
    samples: NDArray[np.float32]


def open_sound(path: Path, *, longest_s: float = math.inf) -> NDArray[np.float32]:
    """The first sound track as mono samples in [-1, 1] at 16 kHz; of a longer one than `longest_s` its beginning.

    Empty where a video has no sound track. Raises UnreadableMedia as `sound_windows` does.
    """
    with closing(sound_windows(path, window_s=longest_s)) as windows:
        return next((window.samples for window in windows), np.zeros(0, np.float32))


def sound_windows(path: Path, *, window_s: float = WINDOW_S) -> Generator[Window]:
    """The first sound track, window by window, each at most `window_s` long; none where a video has no sound track.

    Raises UnreadableMedia: no such file, or nothing in it that can be decoded. Of a file that is cut off comes what can be decoded.
    """
    import av

    if not path.is_file():
        raise UnreadableMedia(str(path), "there is no such file")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if container.streams.audio:
                yield from _windows(container, path, window_s)
            elif not container.streams.video:
                raise UnreadableMedia(str(path), "has no sound in it")
    except (av.FFmpegError, OSError, ValueError) as failure:
        raise UnreadableMedia(str(path), f"cannot be read as a sound ({failure})") from failure


def _windows(container: Any, path: Path, window_s: float) -> Iterator[Window]:
    gathered: list[NDArray[np.int16]] = []
    size, given = 0, 0
    for piece in decoded(container):
        gathered.append(piece)
        size += len(piece)
        while size >= window_s * RATE_HZ:
            samples = np.concatenate(gathered)
            cut = quiet_place(samples[: round(window_s * RATE_HZ)])
            yield Window(given / RATE_HZ, samples[:cut].astype(np.float32) / FULL_SCALE)
            gathered, size, given = [samples[cut:]], size - cut, given + cut
    if size:
        yield Window(given / RATE_HZ, np.concatenate(gathered).astype(np.float32) / FULL_SCALE)
    elif not given:
        raise UnreadableMedia(str(path), "has a sound track, but nothing of it can be decoded")


def quiet_place(samples: NDArray[np.int16]) -> int:
    """Where to cut: the middle of the quietest stretch in the last minute, or in the last half of what is shorter; the later of two."""
    stretch = round(QUIET_S * RATE_HZ)
    first = len(samples) - min(round(QUIET_WITHIN_S * RATE_HZ), len(samples) // 2)
    count = (len(samples) - first) // stretch
    if not count:
        return len(samples)
    stretches = samples[len(samples) - count * stretch :].reshape(count, stretch).astype(np.float32)
    loudness = np.square(stretches).mean(-1)
    quietest = count - 1 - int(np.argmin(loudness[::-1]))
    return len(samples) - count * stretch + quietest * stretch + stretch // 2


def decoded(container: Any) -> Iterator[NDArray[np.int16]]:
    """Pieces of 16-bit mono at 16 kHz, half the size of floats while they are gathered. A broken packet is skipped."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    any_yet = False
    for packet in container.demux(audio=0):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            any_yet = True
            yield from (piece.to_ndarray()[0] for piece in resampler.resample(frame))
    if any_yet:
        yield from (piece.to_ndarray()[0] for piece in resampler.resample(None))
