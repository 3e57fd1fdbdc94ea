"""GGUF files, version 3, as llama.cpp reads them: what is known of a model, and its tensors as 32-bit floats."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_ALIGNMENT = 32


def write_gguf(path: Path, known: Mapping[str, object], weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Writes header, what is known, the tensors' table, then their numbers, each aligned.

    Args:
        path: where to.
        known: strings, whole numbers, floats, truth values, and lists of one of them.
        weights: name to tensor, as numpy lays it out; the file names the fastest dimension first.
    """
    head = b"GGUF" + struct.pack("<IQQ", 3, len(weights), len(known))
    head += b"".join(_text(key) + _value(value) for key, value in known.items())
    place = 0
    for name, weight in weights.items():
        shape = weight.shape[::-1]
        head += _text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", 0, place)
        place += -(-weight.nbytes // _ALIGNMENT) * _ALIGNMENT
    with path.open("wb") as file:
        file.write(head.ljust(-(-len(head) // _ALIGNMENT) * _ALIGNMENT, b"\0"))
        for weight in weights.values():
            file.write(weight.astype(np.float32).tobytes().ljust(-(-weight.nbytes // _ALIGNMENT) * _ALIGNMENT, b"\0"))


def _text(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def _value(value: object) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _text(value)
    if isinstance(value, bool):
        return struct.pack("<I?", _BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", _UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT32, value)
    if not isinstance(value, list):
        raise TypeError(f"no such value in a GGUF: {value!r}")
    kinds = {str: _STRING, float: _FLOAT32, int: _INT32}
    packed = b"".join(
        _text(v) if isinstance(v, str) else struct.pack("<f" if isinstance(v, float) else "<i", v) for v in value
    )
    return struct.pack("<IIQ", _ARRAY, kinds[type(value[0])], len(value)) + packed
