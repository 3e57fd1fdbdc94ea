"""Models that come from the Hugging Face hub, and only when somebody asks for them: which there are, what is here, how they are fetched.

A model lies whole in a folder of its own, with a stamp that says which commit it is; a download that was broken off goes on where it
stopped. What the hub says of a large file (size, sha256) is checked. Beside vouch/weights.py the only code that downloads.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vouch.errors import InputError, ModelUnavailable
from vouch.weights import HUB, Progress, file_digest, held

Part = Literal["pictures", "sound"]
STAMP = ".pulled.json"
SECONDS = 10.0
TRANSFORMERS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
CTRANSLATE2 = ("*.json", "*.txt", "model.bin")
_EDGE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class HubModel:
    """One model. `size_bytes` is about what is downloaded; `files` are patterns; `profiles` use it unless a setting says otherwise."""

    repository: str
    part: Part
    size_bytes: int
    licence: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    revision: str = "main"


HUB_MODELS: Mapping[str, HubModel] = {
    "smolvlm-500m-instruct": HubModel(
        repository="HuggingFaceTB/SmolVLM-500M-Instruct",
        part="pictures",
        size_bytes=1_020_000_000,
        licence="Apache-2.0",
        files=TRANSFORMERS,
        profiles=("laptop",),
    ),
    "idefics3-8b-llama3": HubModel(
        repository="HuggingFaceM4/Idefics3-8B-Llama3",
        part="pictures",
        size_bytes=16_930_000_000,
        licence="Apache-2.0",
        files=TRANSFORMERS,
        profiles=("gpu",),
    ),
    "whisper-small": HubModel(
        repository="Systran/faster-whisper-small",
        part="sound",
        size_bytes=486_000_000,
        licence="MIT",
        files=CTRANSLATE2,
        profiles=("laptop", "cluster"),
    ),
    "whisper-large-v3-turbo": HubModel(
        repository="mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        part="sound",
        size_bytes=1_620_000_000,
        licence="MIT",
        files=CTRANSLATE2,
        profiles=("gpu",),
    ),
}


def hub_model(name: str) -> HubModel:
    """The model of a name in the table, or of any `owner/name` of the hub. Raises InputError."""
    if name in HUB_MODELS:
        return HUB_MODELS[name]
    if name.count("/") == 1 and all(name.split("/")):
        return HubModel(
            repository=name, part="pictures", size_bytes=0, licence="see the hub", files=(*TRANSFORMERS, "model.bin")
        )
    raise InputError(f"“{name}” is no model that is known here: {', '.join(HUB_MODELS)}, or any owner/name of the hub.")


def pulled_folder(name: str, folder: Path) -> Path:
    """Where the model lies, or would lie."""
    return folder / name.replace("/", "--")


def is_here(place: Path) -> bool:
    """Whether all files of a pulled model are in their folder."""
    with suppress(OSError, ValueError, KeyError):
        files = json.loads((place / STAMP).read_text(encoding="utf-8"))["files"]
        return all((place / name).stat().st_size == size for name, size in files.items())
    return False


def pulled(name: str, folder: Path) -> Path:
    """The folder of a model that has been pulled. Raises ModelUnavailable with the command that brings it."""
    place = pulled_folder(name, folder)
    if not is_here(place):
        raise ModelUnavailable(f"{name} is not here. Bring it with: vouch pull {name}")
    return place


def pull(name: str, folder: Path, progress: Progress, *, endpoint: str = "") -> Path:
    """Fetches what is missing of a model into `folder`; returns its folder.

    `endpoint`: the hub's address; empty: HF_ENDPOINT, where somebody has named a mirror, else the hub itself.

    Raises InputError where there is no such model, ModelUnavailable where the hub cannot be reached or has other bytes.
    """
    model, place = hub_model(name), pulled_folder(name, folder)
    endpoint = endpoint or os.environ.get("HF_ENDPOINT") or HUB
    if is_here(place):
        progress(f"{name}: here")
        return place
    with held(folder, place.name):
        place.mkdir(exist_ok=True)
        commit, files = listed(name, model, endpoint=endpoint, place=place)
        for file in files:
            fetch(name, model.repository, file, place=place, source=(endpoint, commit, progress))
        stamp = {"repository": model.repository, "commit": commit, "files": {file.name: file.size for file in files}}
        (place / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    progress(f"{name}: here")
    return place


@dataclass(frozen=True, kw_only=True)
class HubFile:
    """A file of a repository; `sha256` is empty for small files, of which the hub keeps none."""

    name: str
    size: int
    sha256: str


def listed(name: str, model: HubModel, *, endpoint: str, place: Path) -> tuple[str, Sequence[HubFile]]:
    """The commit and the files that are wanted. Raises ModelUnavailable."""
    import httpx2
    from huggingface_hub import HfApi

    try:
        info = HfApi(endpoint=endpoint).model_info(
            model.repository, revision=model.revision, files_metadata=True, timeout=SECONDS
        )
    except (OSError, httpx2.HTTPError) as failure:
        raise ModelUnavailable(unreached(name, model, failure, endpoint=endpoint, place=place)) from failure
    found = [
        HubFile(name=one.rfilename, size=int(one.size or 0), sha256=one.lfs.sha256 if one.lfs else "")
        for one in info.siblings or ()
        if any(fnmatch.fnmatch(one.rfilename, pattern) for pattern in model.files) and "/" not in one.rfilename
    ]
    if any(file.name.endswith(".safetensors") for file in found):
        found = [file for file in found if not file.name.endswith(".bin")]
    if not found:
        raise ModelUnavailable(f"{model.repository} at the hub holds no files that this program could use.")
    return str(info.sha), found


def fetch(name: str, repository: str, file: HubFile, *, place: Path, source: tuple[str, str, Progress]) -> None:
    """Brings one file, going on where an earlier attempt stopped. Raises ModelUnavailable."""
    import httpx2
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers, disable_progress_bars  # type: ignore[attr-defined]  # lazily exported

    endpoint, commit, progress = source
    target, part = place / file.name, place / f"{file.name}.part"
    if target.is_file() and target.stat().st_size == file.size:
        return
    disable_progress_bars()
    done = part.stat().st_size if part.is_file() and part.stat().st_size <= file.size else 0
    try:
        with Told(part, keep=done, say=lambda here: progress(sentence(name, file, here))) as to:
            http_get(
                hf_hub_url(repository, file.name, revision=commit, endpoint=endpoint),
                to,
                resume_size=done,
                headers=build_hf_headers(),
                expected_size=file.size,
            )
    except (OSError, httpx2.HTTPError) as failure:
        model = hub_model(name)
        raise ModelUnavailable(unreached(name, model, failure, endpoint=endpoint, place=place)) from failure
    if file.sha256 and file_digest(part) != file.sha256:
        part.unlink()
        raise ModelUnavailable(
            f"{name}: {file.name} from {endpoint} is not what the hub says it is; nothing of it was kept."
        )
    part.replace(target)


class Told(io.FileIO):
    """A file to append to, behind the first `keep` bytes, that says how many bytes it has after each piece."""

    def __init__(self, path: Path, *, keep: int, say: Any) -> None:
        super().__init__(path, "r+b" if path.exists() else "w+b")
        self._say = say
        self.truncate(keep)
        self.seek(keep)

    def write(self, data: Any) -> int:
        """As a file does."""
        written = super().write(data)
        self._say(self.tell())
        return written


def sentence(name: str, file: HubFile, here: int) -> str:
    """How far a download is."""
    return f"{name}: {file.name}, {here / 1e6:.0f} of {file.size / 1e6:.0f} MB"


def unreached(name: str, model: HubModel, failure: Exception, *, endpoint: str, place: Path) -> str:
    """One sentence on a hub that does not give a model, and what can be done."""
    answer = getattr(failure, "response", None)
    why = f"answers {answer.status_code} for {model.repository}" if answer is not None else "cannot be reached"
    return (
        f"{name} could not be fetched: {endpoint} {why}. What has come so far is kept; try again with a network, "
        f"or put the files of {model.repository} into a folder and name it in VOUCH_{SETTING[model.part]}."
    )


SETTING: Mapping[Part, str] = {"pictures": "CAPTIONER", "sound": "TRANSCRIBER"}


def fingerprint(path: Path) -> str:
    """Eight hexadecimal digits of a model's folder or file, from the sizes, first and last megabytes of its large files and its small
    files whole: quick for any size, another for another training of the same architecture. "absent" where nothing is there."""
    files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        if not file.is_file() or file.name.startswith(".") or file.suffix in (".part", ".md"):
            continue
        size = file.stat().st_size
        with file.open("rb") as opened:
            digest.update(f"{file.name}:{size}:".encode() + opened.read(_EDGE))
            opened.seek(max(size - _EDGE, 0))
            digest.update(opened.read(_EDGE))
    return digest.hexdigest()[:8] if any(file.is_file() for file in files) else "absent"
