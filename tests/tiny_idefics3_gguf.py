"""The tests' tiny Idefics3 as llama.cpp takes a model that sees: a GGUF of the language model, one of the eyes (mmproj).

The names and the order of the rotated halves are those of llama.cpp's own convert_hf_to_gguf.py (`conversion/llama.py`, `smolvlm.py`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.gguf_file import write_gguf

_CONTROL, _NORMAL = 3, 1
_TEXT_LAYER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
}
_EYES_LAYER = {
    "layer_norm1": "ln1",
    "layer_norm2": "ln2",
    "mlp.fc1": "ffn_up",
    "mlp.fc2": "ffn_down",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.out_proj": "attn_out",
}
_ELSEWHERE = {
    "model.text_model.embed_tokens": "token_embd",
    "model.text_model.norm": "output_norm",
    "model.vision_model.embeddings.patch_embedding": "v.patch_embd",
    "model.vision_model.embeddings.position_embedding": "v.position_embd",
    "model.vision_model.post_layernorm": "v.post_ln",
    "model.connector.modality_projection.proj": "mm.model.fc",
}


def as_gguf(model: Path, folder: Path) -> Path:
    """Writes tiny.gguf and tiny-mmproj.gguf of the model's folder into another, and returns the former."""
    from safetensors.numpy import load_file

    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    heads = config["text_config"]["num_attention_heads"]
    named = dict(_named(name, weight, heads) for name, weight in load_file(model / "model.safetensors").items())
    eyes = {name: weight for name, weight in named.items() if name.startswith(("v.", "mm."))}
    folder.mkdir(parents=True, exist_ok=True)
    write_gguf(folder / "tiny-mmproj.gguf", _about_eyes(model, config), eyes)
    text = {name: weight for name, weight in named.items() if name not in eyes}
    write_gguf(folder / "tiny.gguf", _about_text(model, config["text_config"]), text)
    return folder / "tiny.gguf"


def _named(name: str, weight: NDArray[np.float32], heads: int) -> tuple[str, NDArray[np.float32]]:
    """A tensor by llama.cpp's name; the language model's queries and keys with neighbours turned where transformers turns halves."""
    part, _, kind = name.rpartition(".")
    if part in _ELSEWHERE:
        return f"{_ELSEWHERE[part]}.{kind}", weight
    before, number, rest = part.split("layers.")[0], *part.split("layers.")[1].split(".", 1)
    if before == "model.vision_model.encoder.":
        return f"v.blk.{number}.{_EYES_LAYER[rest]}.{kind}", weight
    if rest in ("self_attn.q_proj", "self_attn.k_proj"):
        rows, columns = weight.shape
        weight = weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    return f"blk.{number}.{_TEXT_LAYER[rest]}.{kind}", weight


def _about_text(model: Path, config: dict[str, Any]) -> dict[str, Any]:
    written = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    tokens = [token for token, _ in sorted(written["model"]["vocab"].items(), key=lambda one: one[1])]
    control = {one["id"] for one in written["added_tokens"]}
    return {
        "general.architecture": "llama",
        "llama.block_count": config["num_hidden_layers"],
        "llama.context_length": config["max_position_embeddings"],
        "llama.embedding_length": config["hidden_size"],
        "llama.feed_forward_length": config["intermediate_size"],
        "llama.attention.head_count": config["num_attention_heads"],
        "llama.attention.head_count_kv": config["num_key_value_heads"],
        "llama.attention.layer_norm_rms_epsilon": config["rms_norm_eps"],
        "llama.rope.dimension_count": config["head_dim"],
        "llama.rope.freq_base": config["rope_parameters"]["rope_theta"],
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [_CONTROL if number in control else _NORMAL for number in range(len(tokens))],
        "tokenizer.ggml.merges": [" ".join(merge) for merge in written["model"]["merges"]],
        "tokenizer.ggml.bos_token_id": config["bos_token_id"],
        "tokenizer.ggml.eos_token_id": config["eos_token_id"],
        "tokenizer.ggml.add_bos_token": False,  # the template begins with it
        "tokenizer.chat_template": (model / "chat_template.jinja").read_text(encoding="utf-8"),
    }


def _about_eyes(model: Path, config: dict[str, Any]) -> dict[str, Any]:
    eyes = config["vision_config"]
    pictures = json.loads((model / "processor_config.json").read_text(encoding="utf-8"))["image_processor"]
    return {
        "general.architecture": "clip",
        "clip.has_vision_encoder": True,
        "clip.projector_type": "idefics3",
        "clip.use_gelu": True,
        "clip.vision.image_size": eyes["image_size"],
        "clip.vision.preproc_image_size": pictures["size"]["longest_edge"],
        "clip.vision.patch_size": eyes["patch_size"],
        "clip.vision.embedding_length": eyes["hidden_size"],
        "clip.vision.feed_forward_length": eyes["intermediate_size"],
        "clip.vision.block_count": eyes["num_hidden_layers"],
        "clip.vision.attention.head_count": eyes["num_attention_heads"],
        "clip.vision.attention.layer_norm_epsilon": eyes["layer_norm_eps"],
        "clip.vision.projection_dim": config["text_config"]["hidden_size"],
        "clip.vision.projector.scale_factor": config["scale_factor"],
        "clip.vision.image_mean": pictures["image_mean"],
        "clip.vision.image_std": pictures["image_std"],
    }
