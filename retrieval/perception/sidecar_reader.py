"""What people wrote beside a media file: `photo.jpg.txt`, `talk.srt`, `talk.vtt`. Believed as it stands.

What it returns depends on the text beside the file, not on the file: do not keep it in the perception cache.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path

from retrieval.perception.spoken_passages import Stretch, spoken_passages
from vouch.errors import UnreadableMedia
from vouch.types import MediaKind, Perceived

MAX_BYTES = 5_000_000
TIMES = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})")
MARKUP = re.compile(r"<[^>]*>|\{\\[^}]*\}")


class SidecarReader:
    """Subtitles become a transcript with times; a text becomes one passage of channel "sidecar". Subtitles come before a text."""

    takes: frozenset[MediaKind] = frozenset({"picture", "sound", "video"})
    made_by = "sidecar-1"

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """What stands beside the file; empty where nothing does. Raises UnreadableMedia where it is no text."""
        for beside in subtitle_paths(path):
            if beside.is_file():
                return spoken_passages(list(cues(read_text(beside))))
        for beside in text_paths(path):
            if beside.is_file():
                text = read_text(beside).strip()
                return (Perceived(channel="sidecar", text=text),) if text else ()
        return ()


def subtitle_paths(path: Path) -> tuple[Path, ...]:
    """Where subtitles may stand, made of the media file's own path only: `talk.mp3.srt`, `talk.srt`, and .vtt likewise."""
    return tuple(beside for ending in (".srt", ".vtt") for beside in beside_paths(path, ending))


def text_paths(path: Path) -> tuple[Path, ...]:
    """Where a text may stand: `photo.jpg.txt`, `photo.txt`."""
    return beside_paths(path, ".txt")


def beside_paths(path: Path, ending: str) -> tuple[Path, ...]:
    """The file's name with the ending added, and with the ending in place of its own."""
    return path.with_name(path.name + ending), path.with_name(path.stem + ending)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or, failing these, Windows-1252. Raises UnreadableMedia."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableMedia(
                str(path), f"is larger than {MAX_BYTES // 1_000_000} MB: too much for a text beside a file"
            )
        raw = path.read_bytes()
    except OSError as failure:
        raise UnreadableMedia(str(path), f"cannot be read ({failure.strerror})") from failure
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise UnreadableMedia(str(path), "is not a text")
    return text


def cues(text: str) -> Iterable[Stretch]:
    """The cues of an .srt or .vtt file, in order of time, without markup, numbers and notes; empty and backward ones left out."""
    found = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        times = TIMES.search(block)
        if times is None:
            continue
        start_s, end_s = seconds(*times.groups()[:4]), seconds(*times.groups()[4:])
        after = block[times.end() :].partition("\n")[2]  # on the line of the times stand .vtt's settings
        words = " ".join(html.unescape(MARKUP.sub("", after)).split())
        if words and end_s > start_s:
            found.append(Stretch(text=words, start_s=start_s, end_s=end_s))
    return sorted(found, key=lambda cue: cue.start_s)


def seconds(hours: str | None, minutes: str, whole: str, fraction: str) -> float:
    """A time of day of the film in seconds.

    >>> seconds("1", "02", "03", "500")
    3723.5
    """
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + float(f"0.{fraction}")
