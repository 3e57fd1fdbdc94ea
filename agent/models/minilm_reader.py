"""Reads whether a message likes what is marked in it, what it does, and which of its words a search should look for.

By all-MiniLM-L6-v2 tuned on people's messages. Only small changes of its layers are kept (low-rank adaptation, Hu et al. 2021), in half
precision; they are added to the package's weights. scripts/train_reader.py makes them. The words are told by a linear model over the states of
some layers (scripts/train_words.py).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.planner.sought import Span
from agent.planner.targets import EARLIER, MARKS, MESSAGE, PERSON, REPLY, TARGET, Reading
from retrieval.embedders.minilm_embedder import load
from vouch.errors import ModelFailed
from vouch.weights import weights_path

LEARNED = Path(__file__).with_suffix(".npz")
WORDS = Path(__file__).with_name("minilm_words.npz")
WORD_LAYERS = (2, 4, 6)
MAX_TOKENS = 256
WORDS_EMBEDDINGS = "embeddings.word_embeddings"
_CUT = re.compile(f"([{''.join(MARKS)}])")
TOKENS = {TARGET: "[unused1]", PERSON: "[unused2]", REPLY: "[unused3]", EARLIER: "[unused4]", MESSAGE: "[SEP]"}


@dataclass(frozen=True)
class Tokens:
    """A text for the model. `targets`: the places of its TARGETs, as far as it was read; `message`: where the message begins."""

    ids: list[int]
    targets: list[int]
    message: int


class MiniLmReader:
    """A `MarkedReader` and `WordsSought`. Loaded by the first call; calls may come from several threads.

    Args:
        weights: gives the folder with the model's files; by default the installed package's, its digest checked.
        threads: torch's threads, for the whole process; 0 leaves them as they are.
    """

    def __init__(self, *, weights: Callable[[], Path] | None = None, threads: int = 0) -> None:
        self._weights = weights or partial(weights_path, "all-minilm-l6-v2")
        self._threads = threads
        self._loading = threading.Lock()
        self._loaded: tuple[Any, Any, Mapping[str, NDArray[np.float32]]] | None = None
        self._words: NDArray[np.float32] | None = None

    def read(self, text: str) -> Reading:
        """As the port says."""
        tokenizer, model, learned = self._model()
        tokens = as_tokens(tokenizer, text)
        targets, whole = states(model, tokens)
        roles = _softmax(targets @ learned["targets/weights"] + learned["targets/bias"])
        return Reading(roles, _softmax(whole @ learned["acts/weights"] + learned["acts/bias"]))

    def sought(self, text: str, spans: Sequence[Span]) -> Sequence[float]:
        """As the port says."""
        tokenizer, model = self.model()
        if self._words is None:
            self._words = np.load(WORDS, allow_pickle=False)["weights"]
        scores = word_states(tokenizer, model, text, spans) @ self._words[:-1] + self._words[-1]
        return [float(odds) for odds in 1 / (1 + np.exp(-scores))]

    def model(self) -> tuple[Any, Any]:
        """The tokenizer, which cuts nothing, and the tuned model."""
        return self._model()[:2]

    def warm(self) -> None:
        """Loads the model, so that the first message does not wait for it."""
        self._model()

    def _model(self) -> tuple[Any, Any, Mapping[str, NDArray[np.float32]]]:
        with self._loading:
            if self._loaded is None:
                with np.load(LEARNED, allow_pickle=False) as file:
                    learned = {name: file[name].astype(np.float32) for name in file}
                tokenizer, model = load(self._weights(), threads=self._threads, change=partial(_tune, learned=learned))
                tokenizer.no_truncation()
                self._loaded = tokenizer, model, learned
            return self._loaded


def as_tokens(tokenizer: Any, text: str) -> Tokens:
    """The text with its marks as tokens of their own; what does not fit is left out at its end."""
    ids, targets, message = [tokenizer.token_to_id("[CLS]")], list[int](), 0
    for part in _CUT.split(text):
        if part in TOKENS:
            targets += [len(ids)] if part == TARGET else []
            ids.append(tokenizer.token_to_id(TOKENS[part]))
            message = len(ids) if part == MESSAGE else message
        elif part.strip():
            ids += tokenizer.encode(part, add_special_tokens=False).ids
    ids = [*ids[: MAX_TOKENS - 1], tokenizer.token_to_id("[SEP]")]
    return Tokens(ids, [t for t in targets if t < len(ids) - 1], min(message, len(ids) - 1))


def states(model: Any, tokens: Tokens) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Shapes (targets, 768) and (768,): the last layer's state of each target, and of the whole, each beside the mean of the message's
    states. Raises ModelFailed."""
    import torch

    kinds = torch.tensor([[int(n >= tokens.message) for n in range(len(tokens.ids))]])
    try:
        with torch.inference_mode():
            last = (
                model(input_ids=torch.tensor([tokens.ids]), token_type_ids=kinds).last_hidden_state[0].float().numpy()
            )
    except RuntimeError as failure:
        raise ModelFailed(f"the tuned all-MiniLM-L6-v2 could not read {len(tokens.ids)} tokens: {failure}") from failure
    mean = last[tokens.message :].mean(axis=0)
    beside = [np.concatenate([last[place], mean]) for place in (0, *tokens.targets)]
    return np.array(beside[1:], np.float32).reshape(-1, 2 * last.shape[1]), beside[0]


def word_states(tokenizer: Any, model: Any, text: str, spans: Sequence[Span]) -> NDArray[np.float32]:
    """Shape (spans, 3 * 384): the mean state of each span's tokens in some layers, one beside the other; zeros for those beyond 256 tokens.
    Raises ModelFailed."""
    import torch

    tokens = tokenizer.encode(text)
    try:
        with torch.inference_mode():
            read = model(input_ids=torch.tensor([tokens.ids[:MAX_TOKENS]]), output_hidden_states=True).hidden_states
    except RuntimeError as failure:
        raise ModelFailed(f"the tuned all-MiniLM-L6-v2 could not read {len(tokens.ids)} tokens: {failure}") from failure
    states = np.concatenate([read[layer][0].float().numpy() for layer in WORD_LAYERS], axis=1)
    found = np.zeros((len(spans), states.shape[1]), np.float32)
    for row, (start, end) in enumerate(spans):
        inside = [n for n, (s, e) in enumerate(tokens.offsets[:MAX_TOKENS]) if s < end and start < e]
        if inside:
            found[row] = states[inside].mean(axis=0)
    return found


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    likely: NDArray[np.float32] = odds / odds.sum(axis=-1, keepdims=True)
    return likely


def _tune(model: Any, learned: Mapping[str, NDArray[np.float32]]) -> None:
    """Adds what was learned to the model's layers, and the vectors of the marks."""
    import torch

    layers = dict(model.named_modules())
    with torch.no_grad():
        for name in (key.removesuffix("/up") for key in learned if key.endswith("/up")):
            layers[name].weight += torch.from_numpy(learned[f"{name}/up"] @ learned[f"{name}/down"])
        layers[WORDS_EMBEDDINGS].weight[learned["marks/ids"].astype(int)] = torch.from_numpy(learned["marks/vectors"])
