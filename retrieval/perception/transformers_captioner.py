"""What a vision-language chat model says about pictures, by transformers: SmolVLM and other Idefics3, LLaVA, Qwen-VL and their like.

Any folder with an image-text-to-text chat model is taken. What it says may be wrong; nothing here checks it against the picture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.perception.seen_answer import MAX_TOKENS, OPENING, Outcome, Turn, look_at, prompt_digest
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived
from vouch.weights import keep_libraries_offline

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_PX = 2048
"""Pictures are made this small before the model's own processor resizes them."""


class TransformersCaptioner:
    """Captions by a local chat model; loaded by the first picture; calls from several threads wait for each other.

    Args:
        model: gives the folder of the model.
        name: the model's name and digest, for `made_by`.
        batch: how many pictures go through the model at once.
        tiles: whether a processor that can cut a picture into tiles does: finer, and up to 17 times as slow.
        threads: torch's threads, for the whole process; 0 leaves them as they are.
    """

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(
        self, model: Callable[[], Path], *, name: str, batch: int = 2, tiles: bool = False, threads: int = 0
    ) -> None:
        self.made_by = f"{name}/{'tiles-' if tiles else ''}caption-{prompt_digest()}"
        self.batch = batch
        self._folder = model
        self._tiles = tiles
        self._threads = threads
        self._looking = threading.Lock()
        self._chat: VisionChat | None = None

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """The fields of the model's answer, each in its channel. Raises UnreadableMedia, ModelFailed, and SetupError where it can't run."""
        (outcome,) = self.perceive_batch([picture])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)

    def perceive_batch(self, paths: Sequence[Path]) -> list[Outcome]:
        """What each picture says, in the order of `paths`; why it says nothing stands in its place. Raises SetupError."""
        with self._looking:
            return look_at(paths, self._ask, batch=self.batch, largest_px=LARGEST_PX)

    def _ask(self, pictures: Sequence[Image], talks: Sequence[tuple[Turn, ...]]) -> list[str | ModelFailed]:
        if self._chat is None:
            self._chat = VisionChat(self._folder(), tiles=self._tiles, threads=self._threads)
        return self._chat.answers(pictures, talks)


class VisionChat:
    """A loaded model with its processor. Greedy: the same pictures give the same answers.

    Raises ModelUnavailable where the folder holds no such model or one that needs what is not installed.
    """

    def __init__(self, folder: Path, *, tiles: bool, threads: int) -> None:
        keep_libraries_offline()
        import torch
        from transformers.utils import logging

        logging.set_verbosity_error()  # its hints are for programmers, and its bars would lie across ours
        logging.disable_progress_bar()
        self._torch = torch
        if threads:
            torch.set_num_threads(threads)
        self._processor = load_processor(folder)
        self._model = load_model(folder)
        cuts = hasattr(getattr(self._processor, "image_processor", None), "do_image_splitting")
        self._options = {"do_image_splitting": tiles} if cuts else {}

    def answers(self, pictures: Sequence[Image], talks: Sequence[tuple[Turn, ...]]) -> list[str | ModelFailed]:
        """An answer a picture. Where a batch fails (memory is the usual reason) it is halved, so that one bad picture loses only itself."""
        try:
            return list(self._generate(pictures, talks))
        except (RuntimeError, ValueError, IndexError) as failure:
            half = len(pictures) // 2
            if not half:
                return [ModelFailed(f"the vision-language model failed: {failure}")]
        return self.answers(pictures[:half], talks[:half]) + self.answers(pictures[half:], talks[half:])

    def _generate(self, pictures: Sequence[Image], talks: Sequence[tuple[Turn, ...]]) -> list[str]:
        prompts = [self._prompt(talk) for talk in talks]
        inputs = self._processor(
            text=prompts, images=list(pictures), padding=True, return_tensors="pt", **self._options
        ).to(self._model.device, dtype=self._model.dtype)
        with self._torch.inference_mode():
            made = self._model.generate(**inputs, do_sample=False, max_new_tokens=MAX_TOKENS)
        new = made[:, inputs["input_ids"].shape[1] :]
        return [OPENING + text for text in self._processor.batch_decode(new, skip_special_tokens=True)]

    def _prompt(self, talk: tuple[Turn, ...]) -> str:
        """The talk by the model's own template, with the first characters of the answer already said."""
        messages: list[dict[str, Any]] = [
            {"role": turn.role, "content": [{"type": "text", "text": turn.text.replace("<", "(")}]} for turn in talk
        ]
        messages[0]["content"].insert(0, {"type": "image"})
        text: str = self._processor.apply_chat_template(messages, add_generation_prompt=True)
        return f"{text}{'' if text[-1:].isspace() else ' '}{OPENING}"


def load_processor(folder: Path) -> Any:
    """The model's processor, padding before the prompt as generation needs it. Raises ModelUnavailable."""
    from transformers import AutoProcessor

    if not (folder / "config.json").is_file():
        raise ModelUnavailable(f"{folder} holds no model: a folder with config.json, weights and tokenizer is wanted.")
    try:
        processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    except ImportError as missing:
        package = "torchvision" if "orchvision" in str(missing) else missing.name or "A package"
        raise MissingExtra(
            f"{package}, which the processor of {folder.name} needs,",
            f"pip install {package} (a build that fits your torch); SmolVLM of the first generation and LLaVA need none",
        ) from missing
    except (OSError, ValueError, KeyError) as failure:
        raise ModelUnavailable(f"{folder} holds no processor that can be loaded ({first_line(failure)}).") from failure
    if not getattr(processor, "chat_template", None):
        raise ModelUnavailable(f"{folder} holds no chat template: a chat model that sees pictures is wanted.")
    processor.tokenizer.padding_side = "left"
    return processor


def load_model(folder: Path) -> Any:
    """The model, on the GPUs as accelerate spreads it (bfloat16), else on the CPU (float32). Raises ModelUnavailable."""
    import torch
    from transformers import AutoModelForImageTextToText

    gpu = torch.cuda.is_available()
    placed = {"dtype": torch.bfloat16, "device_map": "auto"} if gpu else {"dtype": torch.float32}
    try:
        model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True, **placed)
    except (OSError, ValueError, RuntimeError) as failure:
        raise ModelUnavailable(
            f"{folder} holds no image-text-to-text model that can be loaded ({first_line(failure)})."
        ) from failure
    return model.eval()


def first_line(failure: Exception) -> str:
    """The first line of a long message."""
    return next((line.strip() for line in str(failure).splitlines() if line.strip()), type(failure).__name__)
