"""A checkpoint for openai-whisper, rebuilt from the Whisper base weights that lie here in CTranslate2's format: the same numbers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

FLOAT16 = 4
DIMS = {
    "n_mels": 80,
    "n_audio_ctx": 1500,
    "n_audio_state": 512,
    "n_audio_head": 8,
    "n_audio_layer": 6,
    "n_vocab": 51865,
    "n_text_ctx": 448,
    "n_text_state": 512,
    "n_text_head": 8,
    "n_text_layer": 6,
}


def whisper_checkpoint(model_bin: Path, cache: Path) -> Path:
    """base.pt, made from the CTranslate2 file where it is not in the cache yet. Half precision: 145 MB."""
    import torch

    place = cache / "tests" / "openai-whisper-base" / "base.pt"
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not place.is_file():
            arrays = dict(variables(model_bin))
            state = {name: torch.from_numpy(array.copy()) for name, array in named(arrays)}
            torch.save({"dims": DIMS, "model_state_dict": state}, place.with_suffix(".partial"))
            place.with_suffix(".partial").replace(place)
    return place


def variables(model_bin: Path) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """The float16 arrays of a CTranslate2 model file by name."""
    with model_bin.open("rb") as file:
        number(file, "<I")  # the format's version
        text(file)
        number(file, "<I")  # the specification's revision
        for _ in range(number(file, "<I")):
            name = text(file)
            shape = [number(file, "<I") for _ in range(number(file, "<B"))]
            kind, size = number(file, "<B"), number(file, "<I")
            raw = file.read(size)
            if kind == FLOAT16:
                yield name, np.frombuffer(raw, np.float16).reshape(shape)


def named(arrays: dict[str, NDArray[np.float16]]) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """The arrays under the names of openai-whisper: joined projections are parted, keys have no bias there."""
    yield "encoder.positional_embedding", arrays["encoder/position_encodings/encodings"]
    yield "decoder.positional_embedding", arrays["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", arrays["decoder/embeddings/weight"]
    for n in (1, 2):
        for kind in ("weight", "bias"):
            yield f"encoder.conv{n}.{kind}", arrays[f"encoder/conv{n}/{kind}"]
    yield from norm(arrays, "encoder/layer_norm", "encoder.ln_post")
    yield from norm(arrays, "decoder/layer_norm", "decoder.ln")
    for part in ("encoder", "decoder"):
        for n in range(6):
            ours, theirs = f"{part}/layer_{n}", f"{part}.blocks.{n}"
            yield from attention(arrays, f"{ours}/self_attention", f"{theirs}.attn")
            if part == "decoder":
                yield from attention(arrays, f"{ours}/attention", f"{theirs}.cross_attn")
            yield from norm(arrays, f"{ours}/ffn/layer_norm", f"{theirs}.mlp_ln")
            for linear, place in (("linear_0", 0), ("linear_1", 2)):
                for kind in ("weight", "bias"):
                    yield f"{theirs}.mlp.{place}.{kind}", arrays[f"{ours}/ffn/{linear}/{kind}"]


def attention(
    arrays: dict[str, NDArray[np.float16]], ours: str, theirs: str
) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """Queries, keys, values and output; of self-attention all three are joined in linear_0, of cross-attention keys and values in linear_1."""
    joined = [f"{ours}/linear_{n}" for n in range(3) if f"{ours}/linear_{n}/weight" in arrays]
    weights = np.concatenate([arrays[f"{name}/weight"] for name in joined])
    biases = np.concatenate([arrays[f"{name}/bias"] for name in joined])
    for i, name in enumerate(("query", "key", "value", "out")):
        yield f"{theirs}.{name}.weight", weights[512 * i : 512 * (i + 1)]
        if name != "key":
            yield f"{theirs}.{name}.bias", biases[512 * i : 512 * (i + 1)]
    yield from norm(arrays, f"{ours}/layer_norm", f"{theirs}_ln")


def norm(arrays: dict[str, NDArray[np.float16]], ours: str, theirs: str) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """A layer norm's two arrays."""
    yield f"{theirs}.weight", arrays[f"{ours}/gamma"]
    yield f"{theirs}.bias", arrays[f"{ours}/beta"]


def number(file: BinaryIO, form: str) -> int:
    """The next integer."""
    return int(struct.unpack(form, file.read(struct.calcsize(form)))[0])


def text(file: BinaryIO) -> str:
    """The next string: its length, then its bytes, ended by a zero."""
    return file.read(number(file, "<H")).decode().rstrip("\0")
