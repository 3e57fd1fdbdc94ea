"""Learns what the planner's rules leave open: what a message does, and which films it likes; writes agent/planner/learned.npz and its record.

    python scripts/train_planner.py DATA_FOLDER     (the folder of the data sets; about two minutes)

It learns from conversations that the planner may be tuned on, messages labelled by reading (labels.jsonl and learned_from.jsonl in
tests/data/planner), with an L2 penalty. Beside them stand answers and judgements written for this project (the .tsv files
there), never held out. Features of what a message does come from plans made without its own dialogue (five folds). What it prints is measured on dialogues
held out in the same way; `python -m eval planner` reports on messages that nothing here reads.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from agent.ledger import Ledger, Turn
from agent.models.minilm_reader import MiniLmReader
from agent.planner.heard import Heard
from agent.planner.intents import IntentReader
from agent.planner.learned import WEIGHTS, Choice, row_of
from agent.planner.mention_features import DATED, at_hand_features, named_features
from agent.planner.plan import Planner
from agent.planner.second_opinion import act_vectors
from agent.planner.speech_acts import ACTS, act_features, act_of
from agent.planner.targets import pointing
from eval.dialogues import Dialogue, Message, film_named, read_dialogues, read_films
from eval.planner import LABELS, MERGED, Case, Understood
from prompts import utterances
from retrieval.catalogue import Catalogue
from retrieval.embedders.minilm_embedder import MiniLmEmbedder

Matrix = NDArray[np.float32]
CLASSES = {"named": ("no", "liked", "disliked"), "at_hand": ("no", "judged")}
FOLDS = 5
L2 = {"acts": 10.0, "named": 8.0, "at_hand": 8.0}
_FILLED = {"TITLE": "Alien", "NUMBER": "90 minutes", "VALUE": "comedy", "PERSON": "Tom Hanks", "PERIOD": "the 1990s"}
WRITTEN = {"utterances": 0.5, "answers": 0.7, "judgements": 1.0}
"""The weights of messages written for this project beside one of a real person."""
_MARKED = re.compile(r"\{([^}]*)\}")
_OF_UTTERANCE = {"no": "request", "yes": "close", "thanks": "close", "out_of_scope": "talk", "forget": "ask"}


@dataclass(frozen=True)
class Labelled:
    """A message with its label; `roles` maps the films that it likes or dislikes, None where not all of them were noted."""

    dialogue_id: str
    text: str
    ledger: Ledger
    act: str | None
    roles: dict[str, str] | None


@dataclass(frozen=True)
class Example:
    """One row to learn from."""

    group: str
    row: Matrix
    label: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    films, embedder = read_films(arguments.data), MiniLmEmbedder()
    every = read_dialogues(arguments.data, films)
    labelled = [*labelled_messages(every), *answers(films), *judgements(films)]
    rules = Planner(films, IntentReader(embedder, utterances()), choices={}, sought=MiniLmReader())
    say("reading labelled messages")
    known = list(role_examples(rules, labelled))
    read = {m.dialogue_id for m in labelled} - WRITTEN.keys()
    choices = {name: role_choice(name, known) for name in CLASSES}
    acts, weights = act_examples(films, embedder, labelled, known)
    say("fitting")
    choices["acts"] = Choice(ACTS, fit(acts, ACTS, l2=L2["acts"], weights=weights), embedder.embedder_id)
    record = {
        "learned_from": f"{sum(m.dialogue_id in read for m in labelled)} labelled messages of {len(read)} dialogues; "
        f"{len(labelled)} with what was written for it",
        "acts_held_out": round(held_out_accuracy(acts, weights), 3),
        "named": dict(Counter(e.label for n, e in known if n == "named")),
        "at_hand": dict(Counter(e.label for n, e in known if n == "at_hand")),
        "roles_held_out": {n: held_out_f1(n, known) for n in CLASSES},
        "l2": L2,
        "command": "python scripts/train_planner.py DATA_FOLDER",
    }
    write(choices, record)
    say(json.dumps(record, indent=1))


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


def labelled_messages(dialogues: Sequence[Dialogue]) -> list[Labelled]:
    """The labelled messages of these dialogues, of both files."""
    by_id = {(d.data, d.dialogue_id): d for d in dialogues}
    lines = [
        *LABELS.read_text("utf-8").splitlines(),
        *(LABELS.parent / "learned_from.jsonl").read_text("utf-8").splitlines(),
    ]
    found = []
    for row in map(json.loads, lines):
        dialogue = by_id[row["data"], row["dialogue"]]
        message = next(m for m in dialogue.messages if m.number == row["utterance"])
        intent = row.get("intent")
        roles = {**dict.fromkeys(row.get("liked", ()), "liked"), **dict.fromkeys(row.get("disliked", ()), "disliked")}
        found.append(
            Labelled(
                dialogue_id=dialogue.dialogue_id,
                text=message.text,
                ledger=_before(dialogue, message),
                act=MERGED.get(intent, intent),
                roles=None if row.get("partly") else roles,
            )
        )
    return found


def _rows_of(name: str) -> list[list[str]]:
    """The rows of a file of what was written for this project, without its comments."""
    lines = (LABELS.parent / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def answers(films: Catalogue) -> list[Labelled]:
    """The answers written for this project, each behind what was said before it. Which films they like is not learned from: it made that
    of held-out dialogues worse."""
    found = []
    for act, before, answer in _rows_of("answers.tsv"):
        shown = tuple(i for title in _MARKED.findall(before) if (i := film_named(title, films)) is not None)
        turn = Turn(said="", shown=shown, text=_MARKED.sub(r"\1", before))
        found.append(Labelled("answers", _MARKED.sub(r"\1", answer), Ledger(turns=(turn,)), act, None))
    return found


def judgements(films: Catalogue) -> list[Labelled]:
    """The judgements written for this project, each of one film."""
    found = []
    for role, before, said in _rows_of("judgements.tsv"):
        (title,) = _MARKED.findall(before + said)
        film = film_named(title, films)
        if film is None:
            raise ValueError(f"{title} of “{said}” is not among the films")
        shown = (film,) if "{" in before else ()
        turn = Turn(said="", shown=shown, text=_MARKED.sub(r"\1", before))
        roles = {film: role} if role != "no" else {}
        found.append(Labelled("judgements", _MARKED.sub(r"\1", said), Ledger(turns=(turn,)), None, roles))
    return found


def written() -> list[Labelled]:
    """The planner's own utterances, each at the beginning of a conversation."""
    found = []
    for intent, text in utterances():
        for mark, value in _FILLED.items():
            text = text.replace(mark, value)
        act = _OF_UTTERANCE.get(intent) or act_of_intent(intent)
        found.append(Labelled("utterances", text, Ledger(), act, None))
    return found


def _before(dialogue: Dialogue, message: Message) -> Ledger:
    return Case(dialogue=dialogue, message=message, label=Understood(intent="")).ledger


def role_examples(planner: Planner, labelled: Sequence[Labelled]) -> Iterator[tuple[str, Example]]:
    """What of the films of labelled messages is liked; “named” are those in the message, “at_hand” those spoken of before."""
    names = planner.catalogue.by_id
    for message in labelled:
        if message.roles is None or not message.text.strip():
            continue
        heard = planner.heard(message.text, message.ledger)
        said = {names[i].title.rsplit(" (", 1)[0]: role for i, role in message.roles.items()}

        def label(ids: Sequence[str], said: dict[str, str] = said) -> str:
            return next((said[t] for i in ids if (t := names[i].title.rsplit(" (", 1)[0]) in said), "no")

        for name, ids, row in _rows(heard):
            yield name, Example(message.dialogue_id, row, _class(name, label(ids)))


def _class(name: str, role: str) -> str:
    """A role as one of the classes of a choice: of what is at hand it is only told whether it is judged."""
    return role if name == "named" or role == "no" else "judged"


def _rows(heard: Heard) -> Iterator[tuple[str, Sequence[str], Matrix]]:
    mentions = zip(heard.slots.mentions, heard.slots.roles, strict=True)
    apart = [(m, role) for m, role in mentions if m.item_ids and not pointing(heard, m)]
    for place, (mention, role) in enumerate(apart):
        features = named_features(heard, mention, role, place)
        yield "named", mention.item_ids, row_of(features)
        if features[DATED]:  # ReDial writes every film with its year: without it the same was said
            yield "named", mention.item_ids, row_of(features | {DATED: 0.0})
    named = {i for m, _ in apart for i in m.item_ids}
    for item in heard.ledger.at_hand:
        if item.item_id not in named:
            yield "at_hand", (item.item_id,), row_of(at_hand_features(heard, item))


def role_choice(name: str, known: Sequence[tuple[str, Example]]) -> Choice:
    """Fitted to what was read."""
    return Choice(CLASSES[name], fit([e for n, e in known if n == name], CLASSES[name], l2=L2[name]))


def act_examples(
    films: Catalogue,
    embedder: MiniLmEmbedder,
    labelled: Sequence[Labelled],
    known: Sequence[tuple[str, Example]],
) -> tuple[list[Example], Matrix]:
    """What messages do, each planned with roles that were learned without its dialogue; the planner's own utterances beside them."""
    intents, reader = IntentReader(embedder, utterances()), MiniLmReader()
    groups: list[str] = []
    planned: list[tuple[Heard, Any, str]] = []
    for fold in range(FOLDS):
        say(f"planning fold {fold + 1} of {FOLDS}")
        others = [(n, e) for n, e in known if fold_of(e.group) != fold]
        choices = {name: role_choice(name, others) for name in CLASSES}
        planner = Planner(films, intents, choices=choices, sought=reader)
        for message in labelled:
            if max(fold_of(message.dialogue_id), 0) == fold and message.act and message.text.strip():
                planned.append(
                    (
                        planner.heard(message.text, message.ledger),
                        planner.plan(message.text, message.ledger),
                        message.act,
                    )
                )
                groups.append(message.dialogue_id)
    for said in written():
        assert said.act is not None
        planned.append((planner.heard(said.text, said.ledger), planner.plan(said.text, said.ledger), said.act))
        groups.append(said.dialogue_id)
    vectors = act_vectors(embedder, [heard for heard, _, _ in planned])
    examples = [
        Example(group, row_of(act_features(heard, plan), vector), act)
        for group, (heard, plan, act), vector in zip(groups, planned, vectors, strict=True)
    ]
    return examples, np.array([WRITTEN.get(group, 1.0) for group in groups], dtype=np.float32)


def act_of_intent(intent: str) -> str:
    """What an utterance of the planner's own list does."""
    from agent.planner.plan_types import Plan

    return act_of(Plan(aside={"intent": intent}))


def fold_of(group: str) -> int:
    """The fold of a dialogue, by its id; what was written for this project is never held out."""
    return -1 if group in WRITTEN else sum(group.encode()) % FOLDS


def fit(
    examples: Sequence[Example],
    classes: Sequence[str],
    *,
    l2: float,
    weights: Matrix | None = None,
) -> Matrix:
    """The weights (features, classes) that make the labels likely: minimises -log likelihood + l2 / 2 |W|^2."""
    rows = np.stack([e.row for e in examples]).astype(np.float64)
    used = np.flatnonzero(rows.any(axis=0))
    x = rows[:, used]
    y = np.array([classes.index(e.label) for e in examples])
    w = np.ones(len(y)) if weights is None else weights.astype(np.float64)
    shape = len(used), len(classes)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        coefficients = flat.reshape(shape)
        scores = x @ coefficients
        scores -= scores.max(axis=1, keepdims=True)
        log = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        off = np.exp(log)
        off[np.arange(len(y)), y] -= 1
        value = -(w * log[np.arange(len(y)), y]).sum() + l2 / 2 * float((coefficients**2).sum())
        return value, (x.T @ (off * w[:, None]) + l2 * coefficients).ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    full = np.zeros((rows.shape[1], len(classes)))
    full[used] = found.x.reshape(shape)
    return full.astype(np.float32)


def held_out_accuracy(examples: Sequence[Example], weights: Matrix) -> float:
    """Accuracy of the acts on dialogues that were held out in turn."""
    right = total = 0
    for fold in range(FOLDS):
        train = [n for n, e in enumerate(examples) if fold_of(e.group) != fold]
        learned = fit([examples[n] for n in train], ACTS, l2=L2["acts"], weights=weights[train])
        for example in (e for e in examples if fold_of(e.group) == fold):
            right += ACTS[int((example.row @ learned).argmax())] == example.label
            total += 1
    return right / total


def held_out_f1(name: str, known: Sequence[tuple[str, Example]]) -> float:
    """F1 of all classes but “no” together, on dialogues that were held out in turn."""
    found: Counter[str] = Counter()
    for fold in range(FOLDS):
        choice = role_choice(name, [(n, e) for n, e in known if fold_of(e.group) != fold])
        for n, example in known:
            if n == name and fold_of(example.group) == fold:
                guess = CLASSES[name][int((example.row @ choice.weights).argmax())]
                found["right"] += guess == example.label != "no"
                found["given"] += guess != "no"
                found["wanted"] += example.label != "no"
    return round(2 * found["right"] / (found["given"] + found["wanted"]), 3)


def write(choices: dict[str, Choice], record: dict[str, Any]) -> None:
    """The weights in half precision, and the record beside them."""
    arrays: dict[str, Any] = {}
    for name, choice in choices.items():
        arrays[f"{name}/weights"] = choice.weights.astype(np.float16)
        arrays[f"{name}/classes"] = np.array(choice.classes)
        arrays[f"{name}/embedder"] = np.array(choice.embedder_id)
    np.savez_compressed(WEIGHTS, **arrays)
    WEIGHTS.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
