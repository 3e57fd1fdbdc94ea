"""What is seen in a film: a few stills, spread over its length and over its scenes, shown to what looks at pictures. By PyAV.

It sees what stands still: no motion, and nothing that comes and goes between two stills.
"""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vouch.errors import InputError, ModelFailed, UnreadableMedia
from vouch.ports import BatchPerceiver, Perceiver
from vouch.types import MediaKind, Perceived

MOST_STILLS = 12
STILL_EVERY_S = 10.0
"""A scene that is longer than this gets more than one still, as long as there are fewer than the most."""
LOOK_EVERY_S = 0.5
KEY_FRAMES_FROM_S = 600.0
"""Of a film this long only key frames are decoded: they come every few seconds, and often at cuts."""
NEW_SCENE, ABOVE_USUAL = 0.12, 2.5
"""A new scene begins where a small copy of the frame differs by this share of full scale, and so many times more than it usually does."""
LARGEST_SIDE_PX = 1280

Stretch = tuple[float, float]
"""From second to second."""


@dataclass(frozen=True, kw_only=True)
class Still:
    """One frame as a PNG file's bytes, for the stretch of the film from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    png: bytes


class FilmStills:
    """Chooses the stills of films; remembers those of the last one, so that several perceivers share them. Safe for several threads."""

    def __init__(self) -> None:
        self._choosing = threading.Lock()
        self._last: tuple[tuple[Path, int, int], tuple[Still, ...]] | None = None

    def of(self, film: Path) -> tuple[Still, ...]:
        """At most 12 stills in order; none where the file has no moving picture. Raises UnreadableMedia."""
        with self._choosing:
            if not film.is_file():
                raise UnreadableMedia(str(film), "there is no such file")
            stat = film.stat()
            key = (film, stat.st_size, stat.st_mtime_ns)
            if self._last is None or self._last[0] != key:
                self._last = (key, choose_stills(film))
            return self._last[1]


class SeenInFilm:
    """A perceiver of films: shows the stills to a perceiver of pictures, and gives what it says its seconds."""

    takes: frozenset[MediaKind] = frozenset({"video"})

    def __init__(self, perceiver: Perceiver, stills: FilmStills) -> None:
        self.of_pictures = perceiver
        self.made_by = f"{perceiver.made_by}+stills-1"
        self._stills = stills

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """What is seen, in order; the same words again make the passage longer. Raises UnreadableMedia, ModelFailed."""
        stills = self._stills.of(path)
        found: list[Perceived] = []
        for still, seen in zip(stills, self._seen(stills), strict=True):
            for piece in seen:
                _add(found, replace(piece, start_s=still.start_s, end_s=still.end_s))
        return tuple(sorted(found, key=lambda piece: piece.start_s or 0.0))

    def _seen(self, stills: Sequence[Still]) -> list[tuple[Perceived, ...]]:
        with tempfile.TemporaryDirectory(prefix="vouch-stills-") as folder:
            files = [Path(folder, f"{number}.png") for number in range(len(stills))]
            for file, still in zip(files, stills, strict=True):
                file.write_bytes(still.png)
            if not isinstance(self.of_pictures, BatchPerceiver):
                return [self.of_pictures.perceive(file) for file in files]
            answers = self.of_pictures.perceive_batch(files)
        for answer in answers:
            if isinstance(answer, InputError | ModelFailed):
                raise answer
        return [answer for answer in answers if isinstance(answer, tuple)]


def _add(found: list[Perceived], piece: Perceived) -> None:
    """Adds a piece; one that says what the stretch just before it said in its channel makes that one longer instead."""
    for place, before in enumerate(found):
        if (before.channel, before.text, before.end_s) == (piece.channel, piece.text, piece.start_s):
            found[place] = replace(before, end_s=piece.end_s)
            return
    found.append(piece)


def choose_stills(film: Path) -> tuple[Still, ...]:
    """The stills of one film, each from the middle of its stretch. Raises UnreadableMedia: nothing in it can be decoded."""
    import av

    try:
        looks = list(_looks(film))
        if not looks:
            return ()
        stretches = stretches_of([at for at, _ in looks], np.stack([thumb for _, thumb in looks]))
        times = np.array([at for at, _ in looks])
        places = [int(np.abs(times - (start + end) / 2).argmin()) for start, end in stretches]
        frames = dict(_frames_at(film, frozenset(places)))
    except (av.FFmpegError, OSError, ValueError) as failure:
        raise UnreadableMedia(str(film), f"cannot be read as a video ({failure})") from failure
    return tuple(
        Still(start_s=round(start, 2), end_s=round(end, 2), png=_png(frames[place]))
        for (start, end), place in zip(stretches, places, strict=True)
    )


def stretches_of(times: Sequence[float], thumbs: NDArray[Any]) -> list[Stretch]:
    """The stretches of a film that get a still each: its scenes, long ones divided, the shortest joined to a neighbour.

    Args:
        times: the second of each look, ascending.
        thumbs: small copies of the frames, shape (looks, height, width, colours), 0 to 255.
    """
    change = np.abs(np.diff(thumbs.astype(np.float32), axis=0)).mean(axis=(1, 2, 3)) / 255
    usual = float(np.median(change)) if len(change) else 0.0
    cuts = [times[i + 1] for i, c in enumerate(change) if c >= NEW_SCENE and c >= ABOVE_USUAL * usual]
    step = float(np.median(np.diff(times))) if len(times) > 1 else LOOK_EVERY_S
    edges = [times[0], *cuts, times[-1] + step]
    while len(edges) - 1 > MOST_STILLS:
        lengths = np.diff(edges)
        shortest = int(lengths.argmin())
        left, right = shortest > 0, shortest + 1 < len(lengths)
        to_the_left = left and (not right or lengths[shortest - 1] <= lengths[shortest + 1])
        del edges[shortest if to_the_left else shortest + 1]
    while len(edges) - 1 < MOST_STILLS and max(np.diff(edges)) > STILL_EVERY_S:
        longest = int(np.diff(edges).argmax())
        edges.insert(longest + 1, (edges[longest] + edges[longest + 1]) / 2)
    return list(pairwise(edges))


def _looks(film: Path) -> Iterator[tuple[float, NDArray[Any]]]:
    for _, at, frame in _sampled(film):
        yield at, frame.reformat(width=32, height=18, format="rgb24").to_ndarray()


def _frames_at(film: Path, places: frozenset[int]) -> Iterator[tuple[int, Any]]:
    left = set(places)
    for place, _, frame in _sampled(film):
        if place in left:
            left.remove(place)
            yield place, _upright(frame)
        if not left:
            return


def _sampled(film: Path) -> Iterator[tuple[int, float, Any]]:
    """Number, second and frame, one every half second, or the key frames of a long film; none where there is no moving picture."""
    import av

    with av.open(str(film), metadata_errors="ignore") as container:
        moving = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        if not moving:
            return
        stream = moving[0]
        stream.thread_type = "AUTO"
        if (container.duration or 0) / av.time_base >= KEY_FRAMES_FROM_S:
            stream.codec_context.skip_frame = "NONKEY"
        number, following_s, any_yet = 0, 0.0, False
        for at, frame in _decoded(container, stream):
            any_yet = True
            if at >= following_s:
                yield number, at, frame
                number, following_s = number + 1, at + LOOK_EVERY_S - 1e-3
        if not any_yet:
            raise UnreadableMedia(str(film), "has a video track, but nothing of it can be decoded")


def _decoded(container: Any, stream: Any) -> Iterator[tuple[float, Any]]:
    """Frames with their seconds from the first one on. A broken packet is skipped."""
    import av

    rate = float(stream.average_rate or 25)
    first_s: float | None = None
    count = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            at = count / rate if frame.time is None else float(frame.time)
            first_s = at if first_s is None else first_s
            count += 1
            yield at - first_s, frame


def _upright(frame: Any) -> Any:
    """The frame as a Pillow picture, turned as a telephone held sideways noted it, at most 1,280 pixels on a side."""
    picture = frame.to_image()
    if frame.rotation:
        picture = picture.rotate(frame.rotation, expand=True)
    picture.thumbnail((LARGEST_SIDE_PX, LARGEST_SIDE_PX))
    return picture


def _png(picture: Any) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", compress_level=1)
    return made.getvalue()
