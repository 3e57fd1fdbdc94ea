"""Texts to vectors by all-MiniLM-L6-v2, whose files an installed package carries; the package itself is never imported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vouch.errors import ModelFailed
from vouch.ports import Vectors
from vouch.weights import keep_libraries_offline, weight_digest, weights_path

BATCH_TOKENS = 2048
MAX_TOKENS = 256
BFLOAT16 = ("avx512_bf16", "amx_bf16")
"""A processor with one of these multiplies bfloat16 twice as fast as float32 or faster; elsewhere it would be slower."""


class MiniLmEmbedder:
    """Mean of the token vectors, scaled to length 1 (Reimers and Gurevych 2019), as sentence-transformers does it.

    Transformers alone is imported, because sentence-transformers takes seconds more. The model is loaded by the first call; calls
    may come from several threads. Where the processor can, it computes in bfloat16: over twice as fast, and a text's vector has a cosine
    of .9999 with that of float32, whichever texts it stands beside (`make bench`), so vectors of both kinds may stand in one index.

    Args:
        weights: gives the folder with the model's files; by default the installed package's, its digest checked.
        threads: torch's threads, for the whole process; 0 leaves them as they are.
    """

    dimensions = 384

    def __init__(self, *, weights: Callable[[], Path] | None = None, threads: int = 0) -> None:
        self.embedder_id = f"all-minilm-l6-v2:{weight_digest('all-minilm-l6-v2')[:8]}/mean-{MAX_TOKENS}"
        self._weights = weights or partial(weights_path, "all-minilm-l6-v2")
        self._threads = threads
        self._loading = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384), float32, rows of length 1. A text's words beyond 256 tokens are not read.

        Raises ModelFailed, and ModelUnavailable where the weights are not here.
        """
        tokenizer, model = self._model()
        out = np.zeros((len(texts), self.dimensions), np.float32)
        tokens = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
        for batch in batches([len(row) for row in tokens]):
            out[batch] = mean_vectors(model, [tokens[i] for i in batch])
        return out

    def _model(self) -> tuple[Any, Any]:
        with self._loading:
            if self._loaded is None:
                self._loaded = load(self._weights(), threads=self._threads)
            return self._loaded


def load(folder: Path, *, threads: int, change: Callable[[Any], None] | None = None) -> tuple[Any, Any]:
    """The tokenizer, which cuts at 256 tokens and pads nothing, and the model, ready to run. `change`: is given the model in full precision."""
    keep_libraries_offline()
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers.models.bert.configuration_bert import BertConfig
    from transformers.models.bert.modeling_bert import BertModel

    if threads:
        torch.set_num_threads(threads)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    model = BertModel(BertConfig.from_json_file(folder / "config.json"), add_pooling_layer=False)
    # Loaded by hand: from_pretrained prints a report about the pooling layer, which the sentence model does not use.
    missing, _ = model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    if missing:
        raise ModelFailed(f"all-MiniLM-L6-v2 in {folder} lacks {', '.join(missing[:3])}.")
    if change is not None:
        change(model)
    return tokenizer, model.to(precision()).eval()


def precision() -> Any:
    """torch's kind of number that the model computes in on this processor."""
    import torch

    known = torch.cpu.get_capabilities()
    return torch.bfloat16 if any(known.get(name) for name in BFLOAT16) else torch.float32


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes of texts of about the same length, so that there is little padding, at most 2048 tokens at a time.

    >>> list(batches([256, 3, 256, 4]))
    [[1, 3, 0, 2]]
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[i] * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def mean_vectors(model: Any, tokens: Sequence[Sequence[int]]) -> Vectors:
    """Each token list's mean vector, scaled to length 1: shape (len(tokens), 384)."""
    import torch

    longest = max(map(len, tokens))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in tokens])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in tokens])
    try:
        with torch.inference_mode():
            hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            rows: Vectors = torch.nn.functional.normalize(mean).numpy()
    except RuntimeError as failure:
        raise ModelFailed(f"all-MiniLM-L6-v2 could not embed {len(tokens)} texts: {failure}") from failure
    return rows
