"""An item's media files, seen by the ingest: found within the media folder, told apart by content, perceived once.

A media path comes from an untrusted file: nothing outside the folder is opened, by ".." or by a link. Knows no model: perceivers are ports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from retrieval.passages import Draft, perceived_passages
from retrieval.perception.cache import content_digest
from retrieval.perception.lanes import Answer, Lanes
from vouch.errors import ModelFailed, UnreadableMedia
from vouch.ports import Perceiver
from vouch.types import Media

FileFacts = tuple[int, int, str]
"""size, mtime_ns, content digest."""

Aspect = Literal["captions", "transcripts"]
ASPECTS: tuple[Aspect, ...] = ("captions", "transcripts")
"""What costs much to perceive, so that what an earlier model made stays until it is to be made anew."""

_BESIDE = (".txt", ".srt", ".vtt")


@dataclass(frozen=True, kw_only=True)
class Perceptions:
    """What an item's media say. `troubles` are (media path, why); `again`: a model failed, so the next ingest should try again."""

    drafts: tuple[Draft, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An item's files on their way: for each file and perceiver the answer to come, or why there will be none."""

    item_id: str
    answers: tuple[tuple[Media, str, Future[Answer] | UnreadableMedia], ...]


@dataclass
class MediaReader:
    """Perceives files of one media folder (None: there is none, and every path is a trouble).

    `known` are the facts of files at the last ingest: a file of the same size and time is not read again. `fresh` are the facts found
    out since. With `seen`, tags go to the space "seen".
    """

    media_dir: Path | None
    perceivers: Sequence[Perceiver]
    known: Mapping[str, FileFacts]
    seen: bool
    fresh: dict[str, FileFacts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Without a folder every path is refused before this one is used.
        self._root = (self.media_dir or Path()).resolve()
        self._names: dict[Path, frozenset[str]] = {}

    def fingerprint(self, media: Media) -> list[str]:
        """Digests of the file and of the texts beside it, and who would perceive it; changes when what is made of it could.

        Whoever makes captions and transcripts is left out: see `makers`.
        """
        perceivers = [p.made_by for p in self.perceivers if media.kind in p.takes and aspect_of(p) is None]
        try:
            path = self.locate(media.path)
            return [media.path, media.kind, self._digest(media.path, path), *self._digests_beside(path), *perceivers]
        except UnreadableMedia as error:
            return [media.path, media.kind, error.why, *perceivers]

    def makers(self, media: Sequence[Media], aspect: Aspect) -> list[str]:
        """Who would make the captions, or the transcripts, of these files."""
        kinds = {one.kind for one in media}
        return [p.made_by for p in self.perceivers if aspect_of(p) == aspect and not kinds.isdisjoint(p.takes)]

    def locate(self, name: str) -> Path:
        """The file of a media path, really within the media folder. Raises UnreadableMedia."""
        if self.media_dir is None:
            raise UnreadableMedia(name, "no media folder was given")
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\0" in name or not pure.parts:
            raise UnreadableMedia(name, "the path leads out of the media folder")
        return self._within(self._root / pure, name)

    def ask(self, item_id: str, media: Sequence[Media], lanes: Lanes) -> Asked:
        """Sends an item's files to all who take them."""
        return Asked(
            item_id=item_id,
            answers=tuple(
                (one, perceiver.made_by, self._ask(one, perceiver, lanes))
                for one in media
                for perceiver in self.perceivers
                if one.kind in perceiver.takes
            ),
        )

    def perceptions(self, asked: Asked) -> Perceptions:
        """The passages of an item's files, in order of files and perceivers; what can't be perceived becomes a trouble, one a file."""
        drafts: dict[str, Draft] = {}
        troubles: dict[str, str] = {}
        again = False
        for one, made_by, answer in asked.answers:
            try:
                if isinstance(answer, UnreadableMedia):
                    raise answer
                perceived = answer.result()
            except UnreadableMedia as error:
                troubles.setdefault(one.path, error.why)
            except ModelFailed as error:
                troubles.setdefault(one.path, str(error))
                again = True
            else:
                made = perceived_passages(asked.item_id, one, perceived, made_by=made_by, seen=self.seen)
                for draft in made:
                    drafts.setdefault(draft.passage.passage_id, draft)
        return Perceptions(drafts=tuple(drafts.values()), troubles=tuple(troubles.items()), again=again)

    def _ask(self, media: Media, perceiver: Perceiver, lanes: Lanes) -> Future[Answer] | UnreadableMedia:
        try:
            path = self.locate(media.path)
            if _reads_beside(perceiver):
                self._paths_beside(path)  # raises where one of them leads out of the folder
                return lanes.ask(perceiver, path, digest=None)
            return lanes.ask(perceiver, path, digest=self._digest(media.path, path))
        except UnreadableMedia as error:
            return error

    def _digest(self, name: str, path: Path) -> str:
        try:
            stat = path.stat()
            facts = self.fresh.get(name) or self.known.get(name)
            if facts is None or facts[:2] != (stat.st_size, stat.st_mtime_ns):
                facts = self.fresh[name] = (stat.st_size, stat.st_mtime_ns, content_digest(path))
        except OSError as error:
            raise UnreadableMedia(name, f"cannot be read ({error.strerror})") from error
        return facts[2]

    def _digests_beside(self, path: Path) -> list[str]:
        if not any(map(_reads_beside, self.perceivers)):
            return []
        return [f"{beside.name} {content_digest(beside)}" for beside in self._paths_beside(path)]

    def _paths_beside(self, path: Path) -> list[Path]:
        if path.parent not in self._names:
            self._names[path.parent] = frozenset(there.name for there in path.parent.iterdir())
        names = [start + ending for start in (path.name, path.stem) for ending in _BESIDE]
        there = [path.with_name(name) for name in names if name in self._names[path.parent]]
        return [self._within(beside, beside.name) for beside in there]

    def _within(self, path: Path, name: str) -> Path:
        try:
            real = path.resolve()
            if not real.is_relative_to(self._root):
                raise UnreadableMedia(name, "the path leads out of the media folder")
            if not real.is_file():
                raise UnreadableMedia(name, "no such file in the media folder")
        except OSError as error:
            raise UnreadableMedia(name, f"cannot be read ({error.strerror})") from error
        return path


def aspect_of(perceiver: Perceiver) -> Aspect | None:
    """Whether it makes captions, also of a film's stills, or transcripts; None for what is quick: measuring, reading, counting."""
    maker = getattr(perceiver, "of_pictures", perceiver)
    return "captions" if hasattr(maker, "caption") else "transcripts" if hasattr(maker, "transcribe") else None


def _reads_beside(perceiver: Perceiver) -> bool:
    # What stands beside a file can change while the file does not: it is read each time, and never kept under the file's digest.
    return perceiver.made_by.startswith("sidecar")
