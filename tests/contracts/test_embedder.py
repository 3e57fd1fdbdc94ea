"""What every embedder and every label embedder must do."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.embedders import minilm_embedder
from retrieval.embedders.label_embedder import AveragedLabelEmbedder
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from tests.stand_ins_perception import HashEmbedder, HashLabelEmbedder
from vouch.errors import ModelUnavailable
from vouch.ports import Embedder, LabelEmbedder, Vectors
from vouch.weights import weights_path

WORDS = {
    "tabby cat": "pet lying on a sofa",
    "airliner": "plane flying in the sky",
    "coffee mug": "hot drink on a table",
}


@pytest.fixture(scope="module")
def minilm() -> MiniLmEmbedder:
    return MiniLmEmbedder()


@pytest.fixture(params=["hash", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return HashEmbedder() if request.param == "hash" else request.getfixturevalue("minilm")


@pytest.fixture(params=["hash labels", "averaged hash", "averaged minilm"])
def label_embedder(request: pytest.FixtureRequest) -> LabelEmbedder:
    makers: dict[str, Callable[[], LabelEmbedder]] = {
        "hash labels": HashLabelEmbedder,
        "averaged hash": lambda: AveragedLabelEmbedder(HashEmbedder(), WORDS),
        "averaged minilm": lambda: AveragedLabelEmbedder(request.getfixturevalue("minilm"), WORDS),
    }
    return makers[request.param]()


def assert_unit_rows(vectors: Vectors, shape: tuple[int, int]) -> None:
    assert vectors.shape == shape
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def assert_same(one: Vectors, other: Vectors) -> None:
    """The same but for what bfloat16 rounds off."""
    assert (one * other).sum(axis=1) == pytest.approx(1, abs=5e-4)


def test_every_text_gets_a_row_of_length_1(embedder: Embedder) -> None:
    texts = ["a gloomy castle", "", "   ", "Größe ☃ 猫", "word " * 2000]
    assert_unit_rows(embedder.embed(texts), (5, embedder.dimensions))


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_a_text_has_the_same_vector_in_any_company(embedder: Embedder) -> None:
    texts = [f"{'long ' * (i * 7 % 60)}story number {i}" for i in range(80)]
    assert_same(embedder.embed(texts)[[3, 41, 79]], embedder.embed([texts[3], texts[41], texts[79]]))


def test_texts_about_the_same_are_nearer_than_others(embedder: Embedder) -> None:
    whale, whales, piano = embedder.embed(
        ["a captain hunts a whale", "a captain hunting whales", "quiet music for piano"]
    )
    assert whale @ whales > whale @ piano + 0.1


def test_an_embedder_says_who_it_is(embedder: Embedder) -> None:
    assert embedder.embedder_id
    assert embedder.embedder_id == type(embedder)().embedder_id


def test_threads_may_embed_at_once_while_the_model_is_loaded() -> None:
    fresh, found = MiniLmEmbedder(), {}
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: fresh.embed([f"text {i}", "a text for all"])}))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = MiniLmEmbedder().embed([f"text {i}" for i in range(4)])
    assert_same(np.stack([found[i][0] for i in range(4)]), alone)


def test_meaning_counts_where_no_word_is_shared(minilm: MiniLmEmbedder) -> None:
    asked, sea, kitchen = minilm.embed(
        ["a voyage on the ocean", "sailors and their ship in a storm", "how to bake bread"]
    )
    assert asked @ sea > asked @ kitchen + 0.15


def test_vectors_are_those_of_sentence_transformers(minilm: MiniLmEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    peer_of = pytest.importorskip("sentence_transformers").SentenceTransformer
    texts = ["a gloomy castle", "word " * 300, "Größe ☃ 猫", "a captain hunts a whale"]
    peer = peer_of(str(weights_path("all-minilm-l6-v2")), device="cpu")
    theirs = peer.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert_same(minilm.embed(texts), theirs)
    monkeypatch.setattr(minilm_embedder, "BFLOAT16", ())
    exact = MiniLmEmbedder().embed(texts)
    np.testing.assert_allclose(exact, theirs, atol=1e-5)
    assert_same(minilm.embed(texts), exact)


def test_bfloat16_is_taken_where_the_processor_can(monkeypatch: pytest.MonkeyPatch) -> None:
    for able, kind in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: {"avx512_bf16": able})
        assert minilm_embedder.precision() is kind


def test_a_missing_model_says_what_is_missing() -> None:
    def gone() -> None:
        raise ModelUnavailable("all-minilm-l6-v2 is not here.")

    with pytest.raises(ModelUnavailable, match="all-minilm"):
        MiniLmEmbedder(weights=gone).embed(["a"])  # type: ignore[arg-type]


def test_every_picture_gets_a_row_of_length_1(label_embedder: LabelEmbedder) -> None:
    groups = [[("tabby cat", 0.6), ("coffee mug", 0.1)], [], [("never heard of", 0.0)], [("never heard of", 0.5)]]
    assert_unit_rows(label_embedder.embed_labels(groups), (4, label_embedder.dimensions))
    assert label_embedder.embed_labels([]).shape == (0, label_embedder.dimensions)


def test_a_picture_has_the_same_vector_in_any_company(label_embedder: LabelEmbedder) -> None:
    cat, plane = [("tabby cat", 0.6), ("coffee mug", 0.1)], [("airliner", 0.9)]
    together = label_embedder.embed_labels([cat, plane, cat])
    assert_same(together[[0, 0]], together[[2, 2]])
    assert_same(together[[1]], label_embedder.embed_labels([plane]))


def test_the_likelier_label_decides(label_embedder: LabelEmbedder) -> None:
    cat, mug, mostly_cat = label_embedder.embed_labels(
        [[("tabby cat", 1.0)], [("coffee mug", 1.0)], [("coffee mug", 0.1), ("tabby cat", 0.7)]]
    )
    assert mostly_cat @ cat > mostly_cat @ mug


def test_what_a_map_made_of_a_picture_counts_beside_its_labels(label_embedder: LabelEmbedder) -> None:
    cat = [("tabby cat", 1.0)]
    mug = label_embedder.embed_labels([[("coffee mug", 1.0)]])[0]
    alone, mapped = label_embedder.embed_labels([cat, cat], [(), tuple(map(float, mug))])
    assert_same(alone[None], label_embedder.embed_labels([cat]))
    assert np.linalg.norm(mapped) == pytest.approx(1, abs=1e-5)
    assert mapped @ mug > 0.7 > alone @ mug
    assert mapped @ alone > mug @ alone


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([*WORDS, "unknown thing"]), st.floats(0, 1)), max_size=5))
def test_any_probabilities_are_taken(labels: list[tuple[str, float]]) -> None:
    assert_unit_rows(AveragedLabelEmbedder(HashEmbedder(), WORDS).embed_labels([labels]), (1, 64))


def test_an_ordinary_query_finds_the_picture(minilm: MiniLmEmbedder) -> None:
    seen = AveragedLabelEmbedder(minilm).embed_labels(
        [
            [("tabby cat", 0.5), ("tiger cat", 0.2), ("Egyptian Mau", 0.1)],
            [("seashore", 0.4), ("promontory", 0.1), ("lakeshore", 0.1)],
            [("espresso", 0.6), ("cup", 0.2)],
        ]
    )
    queries = minilm.embed(["a kitten asleep", "waves on the beach", "something hot to drink"])
    assert (queries @ seen.T).argmax(1).tolist() == [0, 1, 2]


def test_other_words_make_another_embedder() -> None:
    first, second = (AveragedLabelEmbedder(HashEmbedder(), {"tabby cat": words}) for words in ("pet", "wild"))
    assert first.embedder_id != second.embedder_id
