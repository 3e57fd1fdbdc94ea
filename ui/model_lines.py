"""`vouch models` and `vouch pull`: each profile's models with size, licence and what is here; fetching those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ui import terminal
from vouch.errors import InputError, ModelUnavailable
from vouch.hub import HUB_MODELS, hub_model, is_here, pull, pulled_folder
from vouch.weights import TABLE, Progress, Weights, verified, weights_path

PROFILES = ("offline", "laptop", "gpu", "cluster")
PARTS = {"all-minilm-l6-v2": "words", "whisper-base": "sound"}
"""What our own table's models are for; the others of the offline profile see, those of no profile talk."""


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """One model. `profiles` use it by themselves; empty: only where a setting or a command names it. `bring` is empty where it is here."""

    name: str
    profiles: tuple[str, ...]
    part: str
    size_bytes: int
    licence: str
    source: str
    here: bool
    bring: str


def model_rows(folder: Path) -> tuple[ModelRow, ...]:
    """All models that are known: those of the table of weights, then the hub's."""
    return (*(_own_row(name, weights, folder) for name, weights in TABLE.items()), *_hub_rows(folder))


def _own_row(name: str, weights: Weights, folder: Path) -> ModelRow:
    everywhere = weights.needed_by == "offline"
    here = verified(folder / name, weights) if weights.installed is None else _is_installed(name)
    bring = "vouch pull offline" if everywhere else f"vouch pull {name}"
    return ModelRow(
        name=name,
        profiles=_users(name) if everywhere else (),
        part=PARTS.get(name, "pictures" if everywhere else "chat"),
        size_bytes=weights.size_bytes,
        licence=weights.licence,
        source=weights.hub,
        here=here,
        bring="" if here else bring,
    )


def _users(name: str) -> tuple[str, ...]:
    """The profiles that use an offline model: all, but where the hub's Whisper takes the place of the base."""
    if name != "whisper-base":
        return PROFILES
    larger = {profile for model in HUB_MODELS.values() if model.part == "sound" for profile in model.profiles}
    return tuple(profile for profile in PROFILES if profile not in larger)


def _is_installed(name: str) -> bool:
    try:
        weights_path(name)
    except ModelUnavailable:
        return False
    return True


def _hub_rows(folder: Path) -> Iterable[ModelRow]:
    for name, model in HUB_MODELS.items():
        here = is_here(pulled_folder(name, folder))
        yield ModelRow(
            name=name,
            profiles=model.profiles,
            part=model.part,
            size_bytes=model.size_bytes,
            licence=model.licence,
            source=model.repository,
            here=here,
            bring="" if here else f"vouch pull {name}",
        )


def show_models(rows: Sequence[ModelRow], *, as_json: bool) -> None:
    """The table of models, or one JSON list."""
    if as_json:
        terminal.print_json([asdict(row) for row in rows])
        return
    lines = [("model", "for", "profiles", "size", "licence", "here")]
    for row in rows:
        profiles = "all" if row.profiles == PROFILES else ", ".join(row.profiles) or "on request"
        there = "yes" if row.here else f"no: {row.bring}"
        lines.append((row.name, row.part, profiles, size(row.size_bytes), row.licence.partition(";")[0], there))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        terminal.out.print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())
    terminal.out.print(
        "VOUCH_PROFILE chooses a profile; VOUCH_CAPTIONER, VOUCH_TRANSCRIBER and VOUCH_CHAT_MODEL stand above it.\n"
        "The cluster profile describes pictures through a server that VOUCH_CAPTIONER names."
    )


def size(size_bytes: int) -> str:
    """A size in words.

    >>> size(145_217_532), size(16_930_000_000)
    ('145 MB', '16.9 GB')
    """
    return f"{size_bytes / 1e6:.0f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:.1f} GB"


def pull_models(
    what: str, *, folder: Path, chosen: Sequence[str], fetch_talker: Callable[[str], Path], progress: Progress
) -> tuple[str, ...]:
    """Fetches a profile's models, or one model; the names of those that are here now.

    Args:
        what: a profile, a name of `model_rows`, or an owner/name of the hub.
        chosen: the names that the settings put in the place of the profile's own models of the hub.
        fetch_talker: fetches a language model of the table and prepares it.

    Raises:
        InputError: there is no such profile or model.
        ModelUnavailable: the hub cannot be reached, or has other bytes.
    """
    if what in PROFILES:
        own = [row.name for row in model_rows(folder) if what in row.profiles and row.name in TABLE]
        for name in own:
            weights_path(name, folder=folder, progress=progress)
        for name in chosen:
            pull(name, folder, progress)
        return (*own, *chosen)
    if what in TABLE and TABLE[what].needed_by != "offline":
        fetch_talker(what)
    elif what in TABLE:
        weights_path(what, folder=folder, progress=progress)
    else:
        try:
            hub_model(what)
        except InputError as error:
            known = ", ".join((*PROFILES, *TABLE, *HUB_MODELS))
            raise InputError(
                f"There is nothing called “{what}” to pull: {known}, or any owner/name of the hub."
            ) from error
        pull(what, folder, progress)
    return (what,)
