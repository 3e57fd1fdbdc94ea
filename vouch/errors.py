"""One tree, sorted by who can mend it.

VouchError
|-- InputError            who asks can mend it (exit status 2)
|   |-- UnknownItem         no item of that title or id; carries close titles
|   |-- AmbiguousItem       several items of that title; carries them
|   |-- UnreadableMedia     a file that no reader could open
|   |-- UnreadableCatalogue a catalogue file that is not what it should be
|   `-- BadFilter           an attribute, operator or value that the schema does not have
|-- SetupError            who runs it can mend it (exit status 4)
|   |-- MissingExtra        a package is not installed; carries the command
|   |-- IndexMismatch       the index is not of this catalogue; carries the command
|   |-- HomeBusy            another process writes to this home
|   `-- ModelUnavailable    weights are not here and could not be had
|-- SourceFailed          a candidate source failed; the list is made without it, with a note
`-- ModelFailed           a model failed on one input; what depends on it falls back, and says so

Anything else is a bug and is never caught.
"""

from __future__ import annotations


class VouchError(Exception):
    """The root. The message says what was asked, what there is and what to do; the facts are attributes."""


class InputError(VouchError):
    """Who asks can mend it."""


class UnknownItem(InputError):
    """No item of that title or id."""

    def __init__(self, asked: str, close_titles: tuple[str, ...] = ()) -> None:
        near = f" Close titles: {'; '.join(close_titles)}." if close_titles else " Nothing close to it is here either."
        super().__init__(f"There is no “{asked}” in this catalogue.{near}")
        self.asked = asked
        self.close_titles = close_titles


class AmbiguousItem(InputError):
    """Several items bear the title that was asked for. `item_ids` and `titles` stand in the same order."""

    def __init__(self, asked: str, item_ids: tuple[str, ...], titles: tuple[str, ...]) -> None:
        named = "; ".join(f"{title} [{item_id}]" for item_id, title in zip(item_ids, titles, strict=True))
        super().__init__(f"“{asked}” could be any of: {named}. Ask again with one of these ids.")
        self.asked = asked
        self.item_ids = item_ids
        self.titles = titles


class UnreadableMedia(InputError):
    """A picture, sound or video that no reader could open."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class UnreadableCatalogue(InputError):
    """A catalogue or interactions file that cannot be read as one."""


class BadFilter(InputError):
    """An attribute, operator or value that the schema does not have."""

    def __init__(self, message: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(f"{message} Allowed: {', '.join(allowed)}." if allowed else message)
        self.allowed = allowed


class SetupError(VouchError):
    """Who runs it can mend it."""


class MissingExtra(SetupError):
    """A package is not installed."""

    def __init__(self, package: str, command: str) -> None:
        super().__init__(f"{package} is not installed. Install it with: {command}")
        self.package = package
        self.command = command


class IndexMismatch(SetupError):
    """What is on disk does not belong together."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(f"{message} Mend it with: {command}")
        self.command = command


class HomeBusy(SetupError):
    """Another process writes to this home."""


class ModelUnavailable(SetupError):
    """Weights are not here and could not be had."""


class SourceFailed(VouchError):
    """A candidate source failed."""

    def __init__(self, source: str, why: str) -> None:
        super().__init__(f"{source}: {why}")
        self.source = source
        self.why = why


class ModelFailed(VouchError):
    """A model failed on one input."""
