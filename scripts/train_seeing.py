"""Trains what sees: the map from EfficientNet-Lite2's features to the space of words, and the decoder that captions from there.

    python scripts/train_seeing.py DATA_FOLDER [--steps 9000]     (DATA_FOLDER: like coco-photos, see `read_photos`)

Writes seeing-map.safetensors and vouch-seeing.safetensors into retrieval/perception/weights, each with its training record; their
digests go into vouch/weights.py by hand. What is slow to make (features, vectors, the decoder every thousand steps) is kept in
--scratch: a run that was stopped goes on. Choices are made on photos held out of the train split; the test split is measured once,
by --test.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import math
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.cider import cider_d
from eval.held_out_photos import held_out_of
from retrieval.embedders.label_embedder import unit
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.perception.caption_decoder import END, MOST_WORDS, UNKNOWN, build_decoder, scores, states, to_text, write
from retrieval.perception.efficientnet_eye import load, look
from retrieval.perception.seeing_captioner import choose
from retrieval.perception.seeing_map import features
from vouch.settings import Settings
from vouch.weights import weights_path

WEIGHTS = Path(__file__).parent.parent / "retrieval/perception/weights"
PENALTY = 3000.0
GROUPS, POOLED = 256, 1280
FOLDS, FOLDINGS = 8, 2
FEWEST_TIMES = 10
TEXT_BATCH, PHOTO_BATCH = 64, 32
LEARNING_RATE, WARM_UP, SMOOTHING, DROPOUT, WEIGHT_DECAY = 1.5e-3, 300, 0.1, 0.1, 0.02
BLUR = (0.45, 0.95)
CHECKPOINT_EVERY, TOLD_EVERY = 1000, 100

RECORD = {
    "data": "COCO 2014/2017 (Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014; cocodataset.org): photos and captions "
    "laid out like coco-photos, and captions of other COCO photos. None of them is part of this project.",
    "licence": "the weights: Apache-2.0, as the project; the captions learned from: CC BY 4.0",
    "looks by": "EfficientNet-Lite2 (frozen); texts by all-MiniLM-L6-v2 (frozen)",
    "split": "the train split without photos held out for choices; test: the photos of val2017",
    "made by": "scripts/train_seeing.py",
}

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, kw_only=True)
class Photos:
    """Photos with people's captions, features of shape (n, 2280), and captions without photos."""

    names: tuple[str, ...]
    splits: NDArray[Any]
    captions: tuple[tuple[str, ...], ...]
    seen: Floats
    more: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Map:
    """Standardises features and maps them to caption vectors: (x - middle) / spread @ matrix, to which `common` is added back."""

    middle: Floats
    spread: Floats
    matrix: Floats
    common: Floats

    def __call__(self, seen: Floats) -> Floats:
        """The caption vectors' expected differences from the mean of all, shape (n, 384); not scaled."""
        mapped = (seen - self.middle) / self.spread @ self.matrix
        return np.asarray(mapped, np.float32)


@dataclass
class Examples:
    """What the decoder learns from: words by number (END behind them), caption vectors, and what the map makes of the photos."""

    words: list[NDArray[np.int64]]
    vectors: Floats
    photo_words: list[NDArray[np.int64]]
    photo_of: NDArray[np.int64]
    mapped: Floats
    """Shape (foldings, photos, 384), rows of length 1: each photo's vector by maps that have not seen it."""
    shrink: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    residuals: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def main() -> None:
    """Reads, looks, maps, trains, measures on the photos held out, and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--scratch", type=Path, default=Settings().cache / "train-seeing")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--test", action="store_true", help="measure the test split too, and write it into the record")
    told = parser.parse_args()
    told.scratch.mkdir(parents=True, exist_ok=True)
    photos = read_photos(told.data, told.scratch)
    embed = embedding(told.scratch)
    train, held_out = split(photos, told.seed)
    which = {"held out": held_out} | ({"test": np.flatnonzero(photos.splits == "test")} if told.test else {})
    ends = np.cumsum([len(captions) for captions in photos.captions])
    vectors = np.split(embed([caption for captions in photos.captions for caption in captions]), ends[:-1])
    learned = fit(photos.seen[train], np.stack([vectors[i].mean(0) for i in train]))
    told_of = {"seed": told.seed, "photos learned from": len(train)}
    figures = {name: found(learned, photos, rows, vectors) for name, rows in which.items()}
    keep(told.out, "seeing-map", vars(learned), (), {**told_of, "penalty": PENALTY, "figures": figures})
    vocabulary = count_words(photos, train)
    examples = make_examples(photos, train, vectors, learned, embed, vocabulary, told.seed)
    say(f"{len(vocabulary)} words; {len(examples.words)} captions without and {len(examples.photo_words)} with photos")

    def measure(decoder: Any, rows: NDArray[np.int64]) -> float:
        """CIDEr-D of the captions of these photos."""
        captions = captions_of(decoder, unit(learned(photos.seen[rows])), learned.common, embed, vocabulary)
        return round(float(np.mean(cider_d(captions, [photos.captions[i][:5] for i in rows]))), 4)

    decoder = train_decoder(examples, len(vocabulary), told, lambda decoder: measure(decoder, held_out))
    captioned = {name: {"photos": len(rows), "CIDEr-D": measure(decoder, rows)} for name, rows in which.items()}
    told_of |= {"captions without photos": len(examples.words), "steps": told.steps, "figures": captioned}
    tensors = {name: tensor.float().numpy() for name, tensor in decoder.state_dict().items()}
    tensors["middles"] = middles((photos.seen[train] - learned.middle) / learned.spread, told.seed)
    keep(told.out, "vouch-seeing", tensors, vocabulary[2:], told_of)


def middles(standard: Floats, seed: int) -> Floats:
    """Shape (256, 1280), rows of length 1: the middles of groups of like photos (k-means), by which a photo is known to be familiar."""
    from sklearn.cluster import KMeans

    pooled = unit(standard[:, :POOLED])
    most = min(GROUPS, len(np.unique(pooled.round(3), axis=0)))
    return unit(KMeans(most, n_init=1, max_iter=20, random_state=seed).fit(pooled).cluster_centers_)


def found(learned: Map, photos: Photos, rows: NDArray[np.int64], vectors: Sequence[Floats]) -> dict[str, float]:
    """How often a person's caption is nearest to the right one of these photos, and how often that is among the first five."""
    seen = unit(unit(learned(photos.seen[rows])) + learned.common)
    scores = np.concatenate([vectors[i] @ seen.T for i in rows])
    right = np.repeat(np.arange(len(rows)), [len(vectors[i]) for i in rows])
    place = (scores > scores[np.arange(len(right)), right][:, None]).sum(1)
    return {
        "photos": len(rows),
        "recall@1": round(float((place < 1).mean()), 4),
        "recall@5": round(float((place < 5).mean()), 4),
    }


def say(sentence: str) -> None:
    """Prints with the time of day."""
    print(time.strftime("%H:%M:%S"), sentence, flush=True)


def read_photos(folder: Path, scratch: Path) -> Photos:
    """The data set: photos.zip, captions.jsonl (photo, split, captions a line), and more-captions.txt.gz, where there is one."""
    raw = [json.loads(line) for line in (folder / "captions.jsonl").read_text(encoding="utf-8").splitlines()]
    more = folder / "more-captions.txt.gz"
    lines = gzip.decompress(more.read_bytes()).decode().splitlines() if more.is_file() else []
    names = tuple(str(row["photo"]) for row in raw)
    return Photos(
        names=names,
        splits=np.array([row["split"] for row in raw]),
        captions=tuple(tuple(row["captions"]) for row in raw),
        seen=looked_at(folder / "photos.zip", names, scratch),
        more=tuple(filter(None, (line.strip().strip('"').replace('""', '"') for line in lines))),
    )


def looked_at(archive_path: Path, names: Sequence[str], scratch: Path) -> Floats:
    """Features of every photo, squeezed to a square; kept in pieces of 200, so that a stopped run goes on."""
    from PIL import Image

    network: Any = None
    pieces = []
    with zipfile.ZipFile(archive_path) as archive:
        for start in range(0, len(names), 200):
            some = names[start : start + 200]
            kept = scratch / f"features-{hashlib.sha256(' '.join(some).encode()).hexdigest()[:12]}.npy"
            if not kept.is_file():
                network = network or load(
                    weights_path("efficientnet-lite2", folder=Settings().weights_folder), threads=0
                )
                views = [Image.open(io.BytesIO(archive.read(name))).convert("RGB").resize((260, 260)) for name in some]
                rows = [features(*look(network, views[i : i + 8])) for i in range(0, len(views), 8)]
                part = kept.with_suffix(".part.npy")
                np.save(part, np.concatenate(rows))
                part.replace(kept)
                say(f"looked at {start + len(some)} of {len(names)} photos")
            pieces.append(np.load(kept))
    return np.concatenate(pieces).astype(np.float32)


def embedding(scratch: Path) -> Embed:
    """The words' vectors by MiniLM; those of many texts in bfloat16, which is faster (they are blurred anyway), and kept."""
    import torch

    embedder = MiniLmEmbedder()

    def embed(texts: Sequence[str]) -> Floats:
        if len(texts) < 1000:
            return embedder.embed(texts)
        kept = scratch / f"vectors-{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:12]}.npy"
        if not kept.is_file():
            rows = []
            for start in range(0, len(texts), 10_000):
                with torch.autocast("cpu", torch.bfloat16):
                    rows.append(embedder.embed(texts[start : start + 10_000]).astype(np.float16))
                say(f"embedded {min(start + 10_000, len(texts))} of {len(texts)} captions")
            np.save(kept, np.concatenate(rows))
        vectors: Floats = np.load(kept).astype(np.float32)
        return vectors

    return embed


def split(photos: Photos, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the photos to learn from, and of those held out for choices, of the train photos that five people captioned."""
    held_out = np.array(held_out_of(photos.splits.tolist(), [len(told) for told in photos.captions], seed), np.int64)
    return np.setdiff1d(np.flatnonzero(photos.splits != "test"), held_out), held_out


def fit(seen: Floats, vectors: Floats) -> Map:
    """Ridge regression (Hoerl and Kennard 1970) of centred vectors (n, 384) on standardised features (n, d), penalty 3,000."""
    middle, spread, common = seen.mean(0), seen.std(0) + 1e-3, vectors.mean(0)
    standard = ((seen - middle) / spread).astype(np.float64)
    inner = standard.T @ standard + PENALTY * np.eye(standard.shape[1])
    matrix = np.linalg.solve(inner, standard.T @ (vectors - common).astype(np.float64)).astype(np.float32)
    return Map(middle=middle, spread=spread, matrix=matrix, common=common)


def words_of(caption: str) -> list[str]:
    """Lower-case words, as CIDEr-D here counts them."""
    return re.findall(r"[a-z]+(?:'[a-z]+)?|[0-9]+", caption.lower())


def count_words(photos: Photos, train: NDArray[np.int64]) -> list[str]:
    """The vocabulary: two empty places (END, UNKNOWN), then the words that occur ten times, most frequent first."""
    counts = Counter(word for caption in photos.more for word in words_of(caption))
    counts.update(word for i in train for caption in photos.captions[i] for word in words_of(caption))
    return ["", "", *(word for word, times in counts.most_common() if times >= FEWEST_TIMES)]


def make_examples(
    photos: Photos,
    train: NDArray[np.int64],
    vectors: Sequence[Floats],
    learned: Map,
    embed: Embed,
    vocabulary: Sequence[str],
    seed: int,
) -> Examples:
    """Numbers for words, vectors centred and of length 1, and the photos' vectors by maps fitted without them."""
    number = {word: i for i, word in enumerate(vocabulary) if word}

    def numbered(caption: str) -> NDArray[np.int64]:
        return np.array([number.get(w, UNKNOWN) for w in words_of(caption)[:MOST_WORDS]] + [END])

    draw = np.random.default_rng(seed)
    targets = np.stack([vectors[i].mean(0) for i in train])
    mapped = np.zeros((FOLDINGS, len(train), targets.shape[1]), np.float32)
    for folding in range(FOLDINGS):
        fold = draw.permutation(len(train)) % FOLDS
        for k in range(FOLDS):
            without = fit(photos.seen[train[fold != k]], targets[fold != k])
            mapped[folding, fold == k] = unit(without(photos.seen[train[fold == k]]))
        say(f"cross-fitted {folding + 1} of {FOLDINGS} times")
    photo_of = np.array([row for row, i in enumerate(train) for _ in photos.captions[i]])
    told = unit(np.concatenate([vectors[i] for i in train]) - learned.common)
    # How the map blurs: what of a caption's vector comes through (`shrink`, by ridge), and what else it adds (`residuals`).
    through = mapped[0][photo_of]
    more = photos.more or tuple(caption for i in train for caption in photos.captions[i])
    shrink = np.linalg.solve(told.T @ told + 10 * np.eye(told.shape[1]), told.T @ through).astype(np.float32)
    return Examples(
        words=[numbered(caption) for caption in more],
        vectors=unit(embed(more) - learned.common),
        photo_words=[numbered(caption) for i in train for caption in photos.captions[i]],
        photo_of=photo_of,
        mapped=mapped,
        shrink=shrink,
        residuals=through - told @ shrink,
    )


def blurred(examples: Examples, rows: NDArray[np.int64], draw: np.random.Generator) -> Floats:
    """Caption vectors as the map would have made them: half as it blurs photos' captions, half evenly, to a cosine in BLUR."""
    vectors = examples.vectors[rows]
    as_map = vectors @ examples.shrink + examples.residuals[draw.integers(len(examples.residuals), size=len(rows))]
    cosine = draw.uniform(*BLUR, (len(rows), 1)).astype(np.float32)
    noise = draw.standard_normal(vectors.shape, np.float32)
    noise = unit(noise - (noise * vectors).sum(1, keepdims=True) * vectors)
    evenly = cosine * vectors + np.sqrt(1 - cosine**2) * noise
    return unit(np.where(draw.random((len(rows), 1)) < 0.5, as_map, evenly))


def train_decoder(examples: Examples, n_words: int, told: argparse.Namespace, check: Callable[[Any], float]) -> Any:
    """The decoder after `told.steps` steps of AdamW, each over captions without photos and captions with them."""
    import torch

    torch.manual_seed(told.seed)
    decoder = build_decoder(n_words, dropout=DROPOUT)
    optimiser = torch.optim.AdamW(decoder.parameters(), LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY)
    kept = told.scratch / f"decoder-{told.seed}-{told.steps}.pt"
    begin = 0
    if kept.is_file():
        state = torch.load(kept, weights_only=True)
        decoder.load_state_dict(state["decoder"])
        optimiser.load_state_dict(state["optimiser"])
        begin = int(state["step"])
    started, losses = time.monotonic(), []
    for step in range(begin, told.steps):
        draw = np.random.default_rng([told.seed, step])
        rate = min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / told.steps))
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * rate
        losses.append(train_step(decoder, optimiser, *batch(examples, draw)))
        if (step + 1) % TOLD_EVERY == 0:
            pace = (time.monotonic() - started) / (step + 1 - begin)
            say(f"step {step + 1}: loss {np.mean(losses[-TOLD_EVERY:]):.4f}; {pace:.3f} s a step")
        if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == told.steps:
            state = {"decoder": decoder.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}
            torch.save(state, kept.with_suffix(".part"))
            kept.with_suffix(".part").replace(kept)
            say(f"step {step + 1}: CIDEr-D {check(decoder):.3f} on the photos held out")
    return decoder.eval()


def batch(examples: Examples, draw: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    """Vectors (96, 384) and word numbers (96, longest), -1 behind each caption's end."""
    without = draw.integers(len(examples.words), size=TEXT_BATCH)
    photo = draw.integers(len(examples.photo_words), size=PHOTO_BATCH)
    ways = draw.integers(len(examples.mapped), size=PHOTO_BATCH)
    captions = [examples.words[i] for i in without] + [examples.photo_words[i] for i in photo]
    words = np.full((len(captions), max(map(len, captions))), -1)
    for row, caption in zip(words, captions, strict=True):
        row[: len(caption)] = caption
    seen = examples.mapped[ways, examples.photo_of[photo]]
    return np.concatenate([blurred(examples, without, draw), seen]).astype(np.float32), words


def train_step(decoder: Any, optimiser: Any, vectors: Floats, words: NDArray[np.int64]) -> float:
    """One step, in bfloat16 where that is faster; its loss."""
    import torch

    decoder.train()
    target = torch.from_numpy(words)
    with torch.autocast("cpu", torch.bfloat16):
        read = states(decoder, torch.from_numpy(vectors), target[:, :-1].clamp(min=END))
        given = target >= 0
        predicted = scores(decoder, read[given])
    loss = torch.nn.functional.cross_entropy(predicted.float(), target[given], label_smoothing=SMOOTHING)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def captions_of(decoder: Any, directions: Floats, common: Floats, embed: Embed, vocabulary: Sequence[str]) -> list[str]:
    """The caption of each direction (n, 384) as the captioner chooses it; `common`: the mean of all captions."""
    written = write(decoder.eval(), directions)
    texts = [[to_text(one.words, vocabulary) for one in group] for group in written]
    told = np.split(embed([text for group in texts for text in group]) - common, len(texts))
    chosen = [choose(*three)[0] for three in zip(written, told, directions, strict=True)]
    return [group[best] for group, best in zip(texts, chosen, strict=True)]


def keep(out: Path, name: str, tensors: Mapping[str, Floats], words: Sequence[str], facts: dict[str, Any]) -> None:
    """Writes a model's weights in float16 with its words, and the training record beside them."""
    from safetensors.numpy import save_file

    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{name}.safetensors"
    halves = {key: np.ascontiguousarray(tensor, np.float16) for key, tensor in tensors.items()}
    save_file(halves, target, {"words": " ".join(words)} if words else None)
    sha256 = hashlib.sha256(target.read_bytes()).hexdigest()
    record = {"file": target.name, "sha256": sha256, "size_bytes": target.stat().st_size, **RECORD, **facts}
    target.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    say(f"{target.name}: {target.stat().st_size:,} bytes, sha256 {sha256}; {facts['figures']}")


if __name__ == "__main__":
    main()
