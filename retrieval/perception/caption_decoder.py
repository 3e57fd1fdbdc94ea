"""A small decoder that says in words what a vector of seen things means: a Transformer (Vaswani et al. 2017) of 2.6 million weights.

It knows the words that its training counted often enough, in lower case, and no punctuation. The picture's vector comes before the
words as a prefix (ClipCap, Mokady et al. 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vouch.ports import Vectors

LAYERS, WIDTH, HEADS, PREFIX, MOST_WORDS = 3, 192, 4, 4, 20
END, UNKNOWN = 0, 1
"""Word numbers: where a caption ends, and a word that is not known; the words begin at 2."""
BEAM = 3


@dataclass(frozen=True)
class Written:
    """A caption as word numbers, and how likely each of its words was, the end with them: log-probabilities."""

    words: tuple[int, ...]
    log_probabilities: tuple[float, ...]


def build_decoder(n_words: int, *, dimensions: int = 384, dropout: float = 0.0) -> Any:
    """A decoder with weights drawn by chance: a torch module whose state dict is what is shipped."""
    from torch import nn

    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 4 * WIDTH, dropout, activation="gelu", batch_first=True, norm_first=True
    )
    decoder = nn.ModuleDict(
        {
            "words": nn.Embedding(n_words, WIDTH),
            "places": nn.Embedding(PREFIX + MOST_WORDS, WIDTH),
            "seen": nn.Linear(dimensions, PREFIX * WIDTH),
            "layers": nn.TransformerEncoder(layer, LAYERS, norm=nn.LayerNorm(WIDTH), enable_nested_tensor=False),
        }
    )
    for name in ("words", "places"):
        nn.init.normal_(decoder[name].weight, std=WIDTH**-0.5)
    return decoder


def states(decoder: Any, vectors: Any, words: Any) -> Any:
    """From what each next word is read, shape (n, 1 + length, WIDTH): of tensors (n, dimensions) and word numbers (n, length)."""
    import torch

    prefix = decoder["seen"](vectors).view(len(vectors), PREFIX, WIDTH)
    told = torch.cat([prefix, decoder["words"](words)], 1)
    length = told.shape[1]
    told = told + decoder["places"].weight[:length]
    mask = torch.nn.Transformer.generate_square_subsequent_mask(length, dtype=told.dtype)
    return decoder["layers"](told, mask=mask, is_causal=True)[:, PREFIX - 1 :]


def scores(decoder: Any, of_states: Any) -> Any:
    """The score of each word after each state, shape (..., n_words): the words' own vectors serve here again."""
    return of_states @ decoder["words"].weight.T


def write(decoder: Any, vectors: Vectors, *, beam: int = BEAM) -> list[list[Written]]:
    """The likeliest captions of each vector, by beam search, the one with the highest mean log-probability of a word first.

    Args:
        decoder: in evaluation mode.
        vectors: shape (n, dimensions), rows of length 1.
        beam: how many beginnings are followed.
    """
    import torch

    n, n_words = len(vectors), len(decoder["words"].weight)
    with torch.inference_mode():
        seen = torch.from_numpy(vectors).float().repeat_interleave(beam, 0)
        words = torch.zeros((n * beam, 0), dtype=torch.long)
        each = torch.zeros((n * beam, 0))
        total = torch.full((n, beam), float("-inf"))
        total[:, 0] = 0.0  # all beginnings are the same at first: one of them is followed
        ended = torch.zeros(n * beam, dtype=torch.bool)
        for place in range(MOST_WORDS + 1):
            next_word = torch.log_softmax(scores(decoder, states(decoder, seen, words)[:, -1]), -1)
            next_word[:, UNKNOWN] = float("-inf")
            if place == MOST_WORDS:
                next_word[:, END + 1 :] = float("-inf")
            next_word[ended] = float("-inf")
            next_word[ended, END] = 0.0
            total, best = (total.view(n * beam, 1) + next_word).view(n, beam * n_words).topk(beam, 1)
            origin = (best // n_words + beam * torch.arange(n)[:, None]).view(-1)
            word = (best % n_words).view(-1)
            each = torch.cat([each[origin], next_word[origin, word][:, None]], 1)
            ended = ended[origin] | (word == END)
            if ended.all() or place == MOST_WORDS:
                break
            words = torch.cat([words[origin], word[:, None]], 1)
        words = words[origin]
        lengths = (words != END).sum(1) + 1
        order = (total / lengths.view(n, beam)).argsort(1, descending=True) + beam * torch.arange(n)[:, None]
        return [
            [Written(tuple(words[i, : lengths[i] - 1].tolist()), tuple(each[i, : lengths[i]].tolist())) for i in group]
            for group in order.tolist()
        ]


def to_text(words: Sequence[int], vocabulary: Sequence[str]) -> str:
    """The words as a sentence's beginning is written, without a full stop.

    >>> to_text((2, 3), ("", "", "a", "cat"))
    'A cat'
    """
    said = " ".join(vocabulary[word] for word in words)
    return said[:1].upper() + said[1:]
