"""From words to models: which captioner and which transcriber a profile, a name, a path or an address stands for. Loads nothing yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from retrieval.perception.faster_whisper_transcriber import FasterWhisperTranscriber
from retrieval.perception.llama_cpp_captioner import LlamaCppCaptioner
from retrieval.perception.openai_captioner import OpenAiCaptioner
from retrieval.perception.transformers_captioner import TransformersCaptioner
from retrieval.perception.whisper_transcriber import WhisperTranscriber, named_checkpoint
from vouch.errors import InputError
from vouch.hub import HUB_MODELS, Part, fingerprint, hub_model, pulled, pulled_folder
from vouch.ports import Perceiver
from vouch.weights import weights_path

OFFLINE = "offline"
BASE = "whisper-base"
OPENAI = "openai-whisper:"
GPU_BATCH, CPU_BATCH = 8, 2
UNNAMED = " (no server for captions: VOUCH_CAPTIONER names none)"


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """What was chosen, in words: a profile, and what stands above it. `captioner` and `transcriber` are "auto", a name, an id of the
    hub, a path, or for pictures the address of a server with the model behind a #; `folder` is where weights lie."""

    profile: str
    folder: Path
    captioner: str = "auto"
    captioner_key: str | None = None
    transcriber: str = "auto"
    threads: int = 0

    @property
    def captioner_name(self) -> str:
        """What looks at pictures; "offline" where only our own small models do, as in a cluster whose server nobody has named."""
        return (profile_model(self.profile, "pictures") or OFFLINE) if self.captioner == "auto" else self.captioner

    @property
    def transcriber_name(self) -> str:
        """What listens."""
        return (profile_model(self.profile, "sound") or BASE) if self.transcriber == "auto" else self.transcriber

    @property
    def hub_names(self) -> tuple[str, ...]:
        """Those of the two that are pulled from the hub."""
        return tuple(
            name for name in (self.captioner_name, self.transcriber_name) if name in HUB_MODELS or _is_id(name)
        )

    @property
    def pictures_tier(self) -> str:
        """What the page and the terminal say of the models that see."""
        named = "a small model of our own" if self.captioner_name == OFFLINE else _shown(self.captioner_name)
        lacks = self.profile == "cluster" and self.captioner == "auto"
        return f"captions by {named}, tags by EfficientNet-Lite2, text by RapidOCR{UNNAMED if lacks else ''}"

    @property
    def sound_tier(self) -> str:
        """What they say of the one that listens."""
        named = "Whisper base" if self.transcriber_name == BASE else _shown(self.transcriber_name)
        return f"{named}, measures by librosa"


def _is_id(name: str) -> bool:
    return name.count("/") == 1 and "://" not in name and not Path(name).expanduser().exists() and name[0] not in "./~"


def _shown(name: str) -> str:
    """A name, the model behind an address, or the last part of a path."""
    if "://" in name:
        return name.partition("#")[2] or name
    return name if _is_id(name) or name in HUB_MODELS else Path(name).name


def profile_model(profile: str, part: Part) -> str:
    """The hub's model for a part of a profile; empty where it needs none from there."""
    return next((n for n, model in HUB_MODELS.items() if model.part == part and profile in model.profiles), "")


def chosen_captioner(choice: ModelChoice) -> Perceiver | None:
    """The vision-language model that looks at pictures; None where only our own small models do. Raises InputError."""
    wanted = choice.captioner_name
    if wanted == OFFLINE:
        return None
    if wanted.startswith(("http://", "https://")):
        url, _, model = wanted.partition("#")
        if not model:
            raise InputError(
                f"“{wanted}” names no model. Put its name behind a #, as in http://127.0.0.1:8080/v1#model."
            )
        return OpenAiCaptioner(url, model, key=choice.captioner_key)
    path = Path(wanted).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        return LlamaCppCaptioner(path, name=f"{path.stem}:{fingerprint(path)}", threads=choice.threads)
    gpu = choice.profile == "gpu"
    look = partial(TransformersCaptioner, batch=GPU_BATCH if gpu else CPU_BATCH, tiles=gpu, threads=choice.threads)
    if path.is_dir():
        return look(lambda: path, name=f"{path.name}:{fingerprint(path)}")
    _require(wanted, "captioner", "a folder, a .gguf file, an address with #model, an owner/name of the hub, offline")
    there = pulled_folder(wanted, choice.folder)
    return look(partial(pulled, wanted, choice.folder), name=f"{wanted}:{fingerprint(there)}")


def chosen_transcriber(choice: ModelChoice) -> Perceiver:
    """The Whisper that listens. Raises InputError."""
    wanted = choice.transcriber_name
    hear = partial(
        FasterWhisperTranscriber, device="cuda" if choice.profile == "gpu" else "cpu", threads=choice.threads
    )
    if wanted == BASE:
        return hear(partial(weights_path, BASE, folder=choice.folder))
    if wanted.startswith(OPENAI):
        model = wanted.removeprefix(OPENAI)
        return WhisperTranscriber(partial(named_checkpoint, model, choice.folder), name=wanted, threads=choice.threads)
    path = Path(wanted).expanduser()
    if path.suffix == ".pt" and path.is_file():
        return WhisperTranscriber(lambda: path, name=f"{path.stem}:{fingerprint(path)}", threads=choice.threads)
    if path.is_dir():
        return hear(lambda: path, name=f"{path.name}:{fingerprint(path)}")
    _require(wanted, "transcriber", f"{BASE}, a folder, a .pt checkpoint, {OPENAI}NAME, an owner/name of the hub")
    there = pulled_folder(wanted, choice.folder)
    return hear(partial(pulled, wanted, choice.folder), name=f"{wanted}:{fingerprint(there)}")


def _require(wanted: str, part: str, others: str) -> None:
    try:
        hub_model(wanted)
    except InputError as error:
        raise InputError(f"“{wanted}” is no {part}: it is auto, {', '.join(HUB_MODELS)}, {others}.") from error
