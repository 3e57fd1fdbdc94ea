"""Tunes all-MiniLM-L6-v2 to read which films a message likes, and what it does (agent/models/minilm_reader.npz and its record).

    python scripts/train_reader.py DATA_FOLDER               (the folder of the data sets; about a quarter of an hour on two cores)
    python scripts/train_reader.py DATA_FOLDER --hold-out 0  (learns without a fifth of the dialogues, measures on it, writes nothing)

It learns from the messages that scripts/train_planner.py learns from. Of the layers' weights only changes of low rank are learned; besides them
the vectors of the marks and the two heads.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress, track
from torch import nn
from torch.nn.utils import parametrize

from agent.models.minilm_reader import LEARNED, TOKENS, Tokens, as_tokens
from agent.planner.intents import IntentReader
from agent.planner.plan import Planner
from agent.planner.speech_acts import ACTS
from agent.planner.targets import MESSAGE
from eval.dialogues import read_dialogues, read_films
from prompts import utterances
from retrieval.embedders.minilm_embedder import MiniLmEmbedder, load
from scripts.train_planner import Labelled, answers, fold_of, judgements, labelled_messages, say, written
from vouch.weights import weights_path

ROLES = ("no", "liked", "disliked")
RANK, EPOCHS, BATCH, RATE, ACTS_SHARE = 16, 6, 32, 1.5e-3, 0.3
WIDTH = 384
IGNORED = -100


@dataclass(frozen=True)
class Row:
    """A message. `labels`: a role for each target; `act`: what it does; both by number or IGNORED."""

    group: str
    tokens: Tokens
    labels: list[int]
    act: int


class LowRank(nn.Module):  # type: ignore[misc]
    """A weight with a learned change of low rank added."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.zeros(rows, RANK))
        self.down = nn.Parameter(torch.randn(RANK, columns) / columns**0.5)

    def forward(self, weight: Any) -> Any:
        return weight + self.up @ self.down


class Tuned(nn.Module):  # type: ignore[misc]
    """The model with what is learned of it."""

    def __init__(self, model: Any, marks: Sequence[int], like: Sequence[int]) -> None:
        super().__init__()
        self.model, self.marks = model, list(marks)
        for parameter in model.parameters():
            parameter.requires_grad = False
        for _, layer in linear_layers(model):
            parametrize.register_parametrization(layer, "weight", LowRank(layer.out_features, layer.in_features))
        words = model.embeddings.word_embeddings.weight
        self.vectors = nn.Parameter(words[list(like)].clone())
        self.drop = nn.Dropout(0.1)
        self.targets, self.acts = nn.Linear(2 * WIDTH, len(ROLES)), nn.Linear(2 * WIDTH, len(ACTS))

    def forward(self, rows: Sequence[Row]) -> tuple[Any, Any]:
        """The scores of all targets of these rows, one below the other, and of the rows' acts."""
        longest = max(len(row.tokens.ids) for row in rows)
        ids = torch.tensor([row.tokens.ids + [0] * (longest - len(row.tokens.ids)) for row in rows])
        mask = torch.tensor([[int(n < len(r.tokens.ids)) for n in range(longest)] for r in rows])
        kinds = mask * torch.tensor([[int(n >= r.tokens.message) for n in range(longest)] for r in rows])
        vectors = self.model.embeddings.word_embeddings(ids)
        for mark, vector in zip(self.marks, self.vectors, strict=True):
            vectors = torch.where((ids == mark)[..., None], vector, vectors)
        states = self.model(inputs_embeds=vectors, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        means = (states * kinds[..., None]).sum(1) / kinds.sum(1, keepdim=True)
        which = [n for n, row in enumerate(rows) for _ in row.tokens.targets]
        places = [place for row in rows for place in row.tokens.targets]
        targets = torch.cat([states[which, places], means[which]], -1)
        whole = torch.cat([states[:, 0], means], -1)
        return self.targets(self.drop(targets)).float(), self.acts(self.drop(whole)).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--hold-out", type=int, metavar="FOLD", help="0 to 4: measure on this fifth of the dialogues")
    arguments = parser.parse_args()
    every = rows_of(arguments.data)
    fold = arguments.hold_out
    tuned = learn([row for row in every if fold is None or fold_of(row.group) != fold])
    if fold is not None:
        measured = [row for row in every if fold_of(row.group) == fold]
        say(
            "fold {}: F1 of what is liked or disliked {:.3f}, accuracy of the acts {:.3f}".format(
                fold, *figures(tuned, measured)
            )
        )
        return
    write(tuned, every)


def rows_of(folder: Path) -> list[Row]:
    """The labelled messages that can be learned from, as the planner reads them."""
    films, (tokenizer, _) = read_films(folder), base()
    planner = Planner(films, IntentReader(MiniLmEmbedder(), utterances()), choices={})
    labelled = [*labelled_messages(read_dialogues(folder, films)), *answers(films), *judgements(films), *written()]
    return [row_of(planner, tokenizer, message) for message in track(labelled, "reading") if message.text.strip()]


def row_of(planner: Planner, tokenizer: Any, message: Labelled) -> Row:
    """One message; what it says of a film counts for all of its name."""
    names = planner.catalogue.by_id
    said = {names[i].title.rsplit(" (", 1)[0]: role for i, role in (message.roles or {}).items()}
    targets = planner.targets(message.text, message.ledger)
    tokens = as_tokens(tokenizer, targets.text)
    titles = [[names[i].title.rsplit(" (", 1)[0] for i in targets.item_ids(n)] for n in targets.order]
    roles = [next((said[t] for t in own if t in said), "no") for own in titles[: len(tokens.targets)]]
    labels = [IGNORED if message.roles is None else ROLES.index(role) for role in roles]
    return Row(message.dialogue_id, tokens, labels, ACTS.index(message.act) if message.act else IGNORED)


def base() -> tuple[Any, Any]:
    """The tokenizer, which cuts nothing, and the package's model in full precision."""
    kept: list[Any] = []
    tokenizer, _ = load(weights_path("all-minilm-l6-v2"), threads=0, change=lambda model: kept.append(deepcopy(model)))
    tokenizer.no_truncation()
    return tokenizer, kept[0]


def linear_layers(model: Any) -> list[tuple[str, Any]]:
    """All linear layers with their names."""
    return [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Linear)]


def learn(rows: Sequence[Row]) -> Tuned:
    """Tuned on these rows: AdamW, the rate rising at first and falling to nothing; the same rows give the same weights up to rounding."""
    torch.manual_seed(0)
    order = random.Random(0)
    tokenizer, model = base()
    ids = [tokenizer.token_to_id(token) for mark, token in TOKENS.items() if mark != MESSAGE]
    tuned = Tuned(model, ids, [tokenizer.token_to_id(word) for word in ("movie", "i", "you", "before")])
    tuned.train()
    parameters = [p for p in tuned.parameters() if p.requires_grad]
    steps = EPOCHS * math.ceil(len(rows) / BATCH)
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / (0.06 * steps + 1)) * max(0.0, 1 - step / steps)
    )
    with Progress() as bar:
        task = bar.add_task("learning", total=steps)
        for _ in range(EPOCHS):
            for batch in batches(list(rows), order):
                with torch.autocast("cpu", torch.bfloat16):
                    targets, acts = tuned(batch)
                wanted = torch.tensor([label for row in batch for label in row.labels])
                does = torch.tensor([row.act for row in batch])
                loss = cross_entropy(targets, wanted) + ACTS_SHARE * cross_entropy(acts, does)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                schedule.step()
                bar.update(task, advance=1, description=f"loss {loss.item():.3f}")
    tuned.eval()
    return tuned


def batches(rows: list[Row], order: random.Random) -> list[list[Row]]:
    """All rows once, those of about one length together."""
    order.shuffle(rows)
    found: list[list[Row]] = []
    for start in range(0, len(rows), 20 * BATCH):
        alike = sorted(rows[start : start + 20 * BATCH], key=lambda row: len(row.tokens.ids))
        found += [alike[n : n + BATCH] for n in range(0, len(alike), BATCH)]
    order.shuffle(found)
    return found


def cross_entropy(scores: Any, wanted: Any) -> Any:
    """Of those that are labelled; 0 where none is."""
    if not (wanted != IGNORED).any():
        return scores.sum() * 0
    return nn.functional.cross_entropy(scores, wanted, ignore_index=IGNORED)


def figures(tuned: Tuned, rows: Sequence[Row]) -> tuple[float, float]:
    """F1 of liked and disliked together, and the accuracy of the acts."""
    guessed, wanted, acts = list[int](), list[int](), list[bool]()
    with torch.inference_mode():
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            targets, does = tuned(batch)
            guessed += targets.argmax(-1).tolist()
            wanted += [label for row in batch for label in row.labels]
            told = zip(batch, does.argmax(-1).tolist(), strict=True)
            acts += [row.act == act for row, act in told if row.act != IGNORED]
    known = [(g, w) for g, w in zip(guessed, wanted, strict=True) if w != IGNORED]
    f1 = 2 * sum(g == w != 0 for g, w in known) / max(1, sum((g != 0) + (w != 0) for g, w in known))
    return f1, sum(acts) / max(1, len(acts))


def write(tuned: Tuned, rows: Sequence[Row]) -> None:
    """The changes in half precision, and the record beside them."""
    arrays: dict[str, Any] = {"marks/ids": np.array(tuned.marks, np.float16), "marks/vectors": tuned.vectors}
    for head, layer in (("targets", tuned.targets), ("acts", tuned.acts)):
        arrays |= {f"{head}/weights": layer.weight.T, f"{head}/bias": layer.bias}
    for name, layer in linear_layers(tuned.model):
        change = layer.parametrizations.weight[0]
        arrays |= {f"{name}/up": change.up, f"{name}/down": change.down}
    halves = {n: a.detach().numpy().astype(np.float16) if isinstance(a, torch.Tensor) else a for n, a in arrays.items()}
    np.savez_compressed(LEARNED, **halves)
    record = {
        "learned_from": f"{len(rows)} messages, {sum(label != IGNORED for row in rows for label in row.labels)} films named in them or before",
        "rank": RANK,
        "epochs": EPOCHS,
        "command": "python scripts/train_reader.py DATA_FOLDER",
    }
    LEARNED.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    say(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
