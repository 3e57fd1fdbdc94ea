"""The small model of our own: the map is the formula, the decoder writes known words only and ends, training goes on, and is repeatable."""

from __future__ import annotations

import hashlib
import importlib
import json
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from PIL import Image

from retrieval.catalogue import Catalogue
from retrieval.perception import efficientnet_eye
from retrieval.perception.caption_decoder import END, MOST_WORDS, UNKNOWN, Written, build_decoder, to_text, write
from retrieval.perception.efficientnet_eye import SIDE_PX, EfficientNetEye, Floats, Look, four_views
from retrieval.perception.seeing_captioner import Caption, choose
from retrieval.perception.seeing_map import ROOT_WEIGHT, SeeingMap, features
from retrieval.sources.dense import literal_words
from retrieval.sources.lexical import document
from tests.stand_ins_perception import unit
from tools.render import reason_text
from ui.page.reasons import source_text
from vouch.errors import ModelFailed
from vouch.types import CitedPassage, Item, Passage, Schema

N_WORDS = 12
train_seeing = importlib.import_module("scripts.train_seeing")  # by name: mypy would find the file twice


def look(seed: int = 0) -> Look:
    draw = np.random.default_rng(seed)
    probabilities = draw.dirichlet(np.ones(1000)).astype(np.float32)
    return Look(pooled=draw.random(1280).astype(np.float32), probabilities=probabilities, drawn=False)


@pytest.fixture
def small_map(tmp_path: Path) -> tuple[SeeingMap, dict[str, np.ndarray]]:
    from safetensors.numpy import save_file

    draw = np.random.default_rng(1)
    shapes = {"middle": (2280,), "spread": (2280,), "matrix": (2280, 4), "common": (4,)}
    parts = {name: (draw.random(shape) + 0.5).astype(np.float16) for name, shape in shapes.items()}
    save_file(parts, tmp_path / "map.safetensors")
    return SeeingMap(lambda: tmp_path / "map.safetensors"), parts


def test_a_picture_lies_where_the_map_says_and_where_all_captions_lie(
    small_map: tuple[SeeingMap, dict[str, np.ndarray]],
) -> None:
    seeing, parts = small_map
    middle, spread, matrix, common = (
        parts[name].astype(np.float32) for name in ("middle", "spread", "matrix", "common")
    )
    seen = look()
    told = np.concatenate([seen.pooled, ROOT_WEIGHT * np.sqrt(seen.probabilities)])
    mapped = (told - middle) / spread @ matrix
    np.testing.assert_allclose(seeing.direction(seen), mapped / np.linalg.norm(mapped), atol=1e-5)
    np.testing.assert_allclose(seeing.vector(seen), seeing.direction(seen) + common, atol=1e-5)


def test_features_of_many_are_those_of_each() -> None:
    one, other = look(1), look(2)
    both = features(np.stack([one.pooled, other.pooled]), np.stack([one.probabilities, other.probabilities]))
    np.testing.assert_array_equal(both[1], features(other.pooled, other.probabilities))
    assert both.shape == (2, 2280)


@pytest.mark.parametrize("upright", [False, True])
def test_a_long_picture_is_seen_whole_and_at_its_start_middle_and_end(upright: bool) -> None:
    stripes = Image.new("RGB", (300, 100))
    for place, colour in enumerate(("red", "lime", "blue")):
        stripes.paste(colour, (100 * place, 0, 100 * place + 100, 100))
    views = four_views(stripes.transpose(Image.Transpose.TRANSPOSE) if upright else stripes)
    assert {view.size for view in views} == {(SIDE_PX, SIDE_PX)}
    means = [(np.asarray(view, float).mean((0, 1)) / 255).round(1).tolist() for view in views]
    assert means == [[0.3, 0.3, 0.3], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def vectors(n: int) -> np.ndarray:
    return unit(np.random.default_rng(3).standard_normal((n, 384)))


def test_captions_end_and_hold_known_words_only() -> None:
    import torch

    torch.manual_seed(0)
    for written in chain.from_iterable(write(build_decoder(N_WORDS).eval(), vectors(3))):
        assert len(written.words) <= MOST_WORDS
        assert not {END, UNKNOWN} & set(written.words)
        assert len(written.log_probabilities) == len(written.words) + 1
        assert all(p <= 0 for p in written.log_probabilities)


def test_a_caption_does_not_depend_on_its_company_and_a_wider_beam_finds_no_less_likely_one() -> None:
    import torch

    torch.manual_seed(1)
    decoder = build_decoder(N_WORDS).eval()
    seen = vectors(3)
    together = write(decoder, seen)
    assert [group[0].words for group in together] == [write(decoder, seen[i : i + 1])[0][0].words for i in range(3)]
    likely = [[float(np.mean(one.log_probabilities)) for one in group] for group in together]
    assert all(group == sorted(group, reverse=True) for group in likely)
    greedy = [float(np.mean(one.log_probabilities)) for (one,) in write(decoder, seen, beam=1)]
    assert np.mean([group[0] for group in likely]) >= np.mean(greedy)


def test_the_caption_that_fits_what_is_seen_is_chosen_unless_it_is_much_less_likely() -> None:
    likely, fitting, wild = (Written((2,), (p, p)) for p in (-0.5, -0.7, -9.0))
    told = np.array([[0.6, 0.8], [2.0, 0.2], [1.0, 0.0]], np.float32)
    best, fit = choose([likely, fitting, wild], told, np.array([1.0, 0.0], np.float32))
    assert best == 1
    assert fit == pytest.approx(2 / np.hypot(2, 0.2))


def test_a_caption_begins_with_a_capital() -> None:
    assert to_text((2, 3, 2), ("", "", "a", "cat")) == "A cat a"
    assert to_text((), ("", "")) == ""


class NumberedWords:
    """Texts to 384 numbers that their words decide."""

    def embed(self, texts: list[str]) -> np.ndarray:
        """Shape (len(texts), 384), rows of length 1."""
        words = [text.split() or [""] for text in texts]
        rows = [sum(np.random.default_rng(crc32(w.encode())).standard_normal(384) for w in ws) for ws in words]
        return unit(np.array(rows))


@pytest.fixture
def coco_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with forty photos of three kinds, and captions without photos; what looks and embeds is replaced by what is quick."""
    folder = tmp_path / "data"
    folder.mkdir()
    said = ("a black cat sleeps", "two dogs run outside", "red kite above water")
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        for i in range(40):
            Image.new("RGB", (8, 8), (80 * (i % 3), 40, 200 - 60 * (i % 3))).save(tmp_path / "p.png")
            archive.write(tmp_path / "p.png", f"{i}.png")
    rows = [
        {"photo": f"{i}.png", "split": "test" if i > 34 else "train", "captions": [said[i % 3]] * 5} for i in range(40)
    ]
    (folder / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setattr(train_seeing, "MiniLmEmbedder", NumberedWords)
    monkeypatch.setattr(train_seeing, "load", lambda path, threads: None)
    monkeypatch.setattr(train_seeing, "weights_path", lambda name, folder: Path())
    monkeypatch.setattr(train_seeing, "PENALTY", 1.0)

    def look(network: None, views: list[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
        colours = np.stack([np.asarray(view, np.float32).mean((0, 1)) / 255 for view in views])
        return colours, np.full((len(views), 4), 0.25, np.float32)

    monkeypatch.setattr(train_seeing, "look", look)
    return folder


def trained(
    folder: Path, out: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, *, steps: int
) -> dict[str, object]:
    words = [str(folder), "--out", str(out), "--scratch", str(scratch), "--steps", str(steps), "--test"]
    monkeypatch.setattr("sys.argv", ["train_seeing.py", *words])
    train_seeing.main()
    record: dict[str, object] = json.loads((out / "vouch-seeing.json").read_text())
    return record


def test_training_writes_weights_with_their_record_and_again_the_same(
    coco_like: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trained(coco_like, tmp_path / "1", tmp_path / "s1", monkeypatch, steps=2)
    again = trained(coco_like, tmp_path / "2", tmp_path / "s2", monkeypatch, steps=2)
    assert first == again
    for name in ("seeing-map", "vouch-seeing"):
        record = json.loads((tmp_path / "1" / f"{name}.json").read_text())
        weights = (tmp_path / "1" / f"{name}.safetensors").read_bytes()
        assert record["sha256"] == hashlib.sha256(weights).hexdigest()
        assert "COCO" in record["data"]
        assert set(record["figures"]) == {"held out", "test"}


def test_training_that_was_stopped_goes_on_where_it_was(
    coco_like: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_seeing, "CHECKPOINT_EVERY", 1)
    step, losses = train_seeing.train_step, list[float]()

    def noting(*given: object) -> float:
        if len(losses) == 2 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt
        losses.append(step(*given))
        return losses[-1]

    monkeypatch.setattr(train_seeing, "train_step", noting)
    with pytest.raises(KeyboardInterrupt):
        trained(coco_like, tmp_path / "1", tmp_path / "s1", monkeypatch, steps=3)
    assert trained(coco_like, tmp_path / "1", tmp_path / "s1", monkeypatch, steps=3)["steps"] == 3
    assert len(losses) == 3, "it began anew"
    assert losses[2] < losses[0]


def test_only_captions_by_our_own_model_are_called_a_small_model_s() -> None:
    ours = Passage(
        passage_id="p", item_id="1", channel="caption", text="A cat", made_by="vouch-seeing:35cd0906+seeing-map:fc5c/1"
    )
    said = CitedPassage(passage=ours, similarity=0.5, span=(0, 5))
    assert "a small model's caption" in reason_text(said)
    assert source_text(ours) == "seen by Vouch’s own small model"
    for other in (replace(ours, made_by="SmolVLM-500M:1"), replace(ours, channel="tags")):
        assert "a small model's caption" not in reason_text(replace(said, passage=other))


def test_what_our_own_model_says_finds_nothing_beside_the_picture_s_vector() -> None:
    ours = Passage(
        passage_id="p", item_id="1", channel="caption", text="A blue boat", made_by="vouch-seeing:35cd0906/1"
    )
    theirs = replace(ours, passage_id="q", made_by="SmolVLM-500M:1")
    catalogue = Catalogue(
        items=(Item(item_id="1", title="One"),),
        schema=Schema(id_columns=("id",), title_column="title"),
        passages=(ours, theirs),
    )
    assert "boat" not in document(catalogue.items[0], (ours,))
    assert "boat" in document(catalogue.items[0], (theirs,))
    assert literal_words(catalogue.passages) == {"p": frozenset()}


def test_those_who_look_at_a_picture_at_once_share_one_look_and_a_failure_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def slow(_: object, views: Sequence[object]) -> tuple[Floats, Floats]:
        looked.append(len(views))
        time.sleep(0.2)
        if len(looked) == 1:
            raise ModelFailed("out of memory")
        return np.zeros((4, 1280), np.float32), np.full((4, 1000), 0.001, np.float32)

    monkeypatch.setattr(efficientnet_eye, "look", slow)
    eye = EfficientNetEye(Path)
    eye._network = object()
    Image.new("RGB", (40, 40), "red").save(tmp_path / "a.png")
    with pytest.raises(ModelFailed):
        eye.look(tmp_path / "a.png")
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(eye.look, [tmp_path / "a.png"] * 4))
    assert looked == [4, 4]
    assert all(one is seen[0] for one in seen)


@pytest.mark.parametrize(
    ("text", "fitting", "familiar", "sure"),
    [("A cat", 0.79, 0.4, True), ("A cat", 0.77, 0.9, False), ("A cat", 0.9, 0.3, False), ("", 0.9, 0.9, False)],
)
def test_a_caption_is_said_where_it_fits_a_picture_like_those_learned_from(
    text: str, fitting: float, familiar: float, sure: bool
) -> None:
    assert Caption(text, fitting=fitting, familiar=familiar).sure == sure
