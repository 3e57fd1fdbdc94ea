"""Tiny language models of random weights, made on the spot: a llama as GGUF, and one in transformers' own form. They talk nonsense."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.gguf_file import write_gguf

WIDTH, HEADS, LAYERS, INNER, CONTEXT = 32, 2, 2, 64, 8192
_PROMPTS = Path(__file__).parent.parent / "prompts"
_UNKNOWN, _CONTROL, _NORMAL, _BYTE = 2, 3, 1, 6
_PIECES = r"""▁the ▁a ▁and {" ":" "," "} ]} [" "] calls name arguments text title \n ▁▁ ?? .. é 漢 \" \\"""


def random_gguf(path: Path, *, seed: int = 0) -> Path:
    """A llama of random weights, with bytes, letters and some mischievous pieces as its vocabulary."""
    tokens, scores, types = _vocabulary()
    known = {
        "general.architecture": "llama",
        "llama.context_length": CONTEXT,
        "llama.embedding_length": WIDTH,
        "llama.block_count": LAYERS,
        "llama.feed_forward_length": INNER,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": HEADS,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }
    write_gguf(path, known, _weights(len(tokens), np.random.default_rng(seed)))
    return path


def _vocabulary() -> tuple[list[str], list[float], list[int]]:
    letters = [chr(c) for c in range(33, 127)]
    own = ["<unk>", "<s>", "</s>", *(f"<0x{b:02X}>" for b in range(256)), "▁", *letters]
    words = (_PROMPTS / "common_words.txt").read_text(encoding="utf-8").splitlines()[3:9]
    # A word is found through its beginnings, each a token of its own.
    begun = [f"▁{word[:n]}" for line in words for word in line.split() for n in range(1, len(word) + 1)]
    tokens = list(dict.fromkeys([*own, *_PIECES.split(" "), *begun]))
    types = [_UNKNOWN, _CONTROL, _CONTROL, *[_BYTE] * 256, *[_NORMAL] * (len(tokens) - 259)]
    return tokens, [-float(n) for n in range(len(tokens))], types


def _weights(words: int, dice: np.random.Generator) -> Mapping[str, NDArray[np.float32]]:
    def drawn(*shape: int) -> NDArray[np.float32]:
        return dice.normal(0.0, 0.4, shape).astype(np.float32)

    weights = {"token_embd.weight": drawn(words, WIDTH), "output.weight": drawn(words, WIDTH)}
    weights["output_norm.weight"] = np.ones(WIDTH, np.float32)
    for n in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weights[f"blk.{n}.{name}.weight"] = drawn(WIDTH, WIDTH)
        weights[f"blk.{n}.ffn_gate.weight"] = drawn(INNER, WIDTH)
        weights[f"blk.{n}.ffn_up.weight"] = drawn(INNER, WIDTH)
        weights[f"blk.{n}.ffn_down.weight"] = drawn(WIDTH, INNER)
        weights[f"blk.{n}.attn_norm.weight"] = np.ones(WIDTH, np.float32)
        weights[f"blk.{n}.ffn_norm.weight"] = np.ones(WIDTH, np.float32)
    return weights


def random_transformer(folder: Path, *, seed: int = 0) -> Path:
    """A small llama of random weights with a tokenizer of single characters, as `save_pretrained` lays them out."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(seed)
    letters = pre_tokenizers.ByteLevel.alphabet()
    words = {word: n for n, word in enumerate(["<s>", "</s>", *sorted(letters)])}
    raw = Tokenizer(models.BPE(vocab=words, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=raw, bos_token="<s>", eos_token="</s>").save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, max_position_embeddings=CONTEXT, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def reciter(folder: Path, text: str) -> Any:
    """The tiny transformer of a folder, made to answer every prompt with this text: its words are set, all else is transformers' own."""
    import torch
    from transformers import AutoTokenizer, LlamaForCausalLM

    script = [*AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=False)["input_ids"], 1]

    class Reciter(LlamaForCausalLM):  # type: ignore[misc]
        told = 0

        def forward(self, input_ids: Any = None, **given: Any) -> Any:
            answer = super().forward(input_ids=input_ids, **given)
            self.told = 0 if input_ids.shape[1] > 1 else self.told + 1
            answer.logits = torch.zeros_like(answer.logits)
            answer.logits[:, -1, script[min(self.told, len(script) - 1)]] = 1.0
            return answer

    return Reciter.from_pretrained(folder)
