"""What every captioner must do; the real network also has to know a cat, and to keep quiet about a drawing."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.perception.efficientnet_captioner import UNNAMED, EfficientNetCaptioner, tags_text
from retrieval.perception.efficientnet_eye import EfficientNetEye
from retrieval.perception.imagenet import imagenet_words
from retrieval.perception.openai_captioner import OpenAiCaptioner
from retrieval.perception.seeing_captioner import SeeingCaptioner
from retrieval.perception.seeing_map import SeeingMap
from retrieval.perception.transformers_captioner import TransformersCaptioner
from tests.scripted_server import server
from tests.stand_ins_perception import SidecarCaptioner
from tests.tiny_idefics3 import dozen, tiny_idefics3
from vouch.errors import UnreadableMedia
from vouch.ports import Captioner, Perceiver
from vouch.settings import Settings
from vouch.weights import weights_path


@dataclass(frozen=True)
class Case:
    """A captioner with a picture that it says something of, and one that it says nothing of."""

    captioner: Captioner
    told: Path
    untold: Path


def cat_photo() -> Path:
    """A photograph of a tabby cat that scikit-image carries."""
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        pytest.skip("scikit-image, whose photographs are looked at, is not installed")
    return Path(package.origin).parent / "data" / "chelsea.png"


def drawn_cover(path: Path) -> Path:
    """A flat drawing with a title, as the demo's covers are."""
    cover = Image.new("RGB", (400, 600), (24, 40, 72))
    draw = ImageDraw.Draw(cover)
    draw.ellipse((120, 80, 280, 240), fill=(230, 200, 120))
    draw.polygon([(0, 600), (0, 420), (150, 320), (300, 430), (400, 360), (400, 600)], fill=(12, 16, 30))
    draw.text((30, 20), "NOSFERATU", fill="white", font_size=44)
    draw.text((30, 550), "F. W. Murnau 1922", fill="white", font_size=24)
    cover.save(path)
    return path


@pytest.fixture(scope="module")
def efficientnet(weights_folder: Path) -> EfficientNetCaptioner:
    eye = EfficientNetEye(lambda: weights_path("efficientnet-lite2", folder=weights_folder))
    return EfficientNetCaptioner(eye, SeeingMap())


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A picture that the tiny model was fitted to."""
    path = tmp_path / "drawn.png"
    dozen()[0][0].save(path)
    return path


@pytest.fixture
def idefics3(drawn: Path, tmp_path: Path) -> Case:
    folder = tiny_idefics3(Settings().cache)
    return Case(
        TransformersCaptioner(lambda: folder, name="tiny", threads=1), drawn, drawn_cover(tmp_path / "cover.png")
    )


@pytest.fixture
def served(drawn: Path, tmp_path: Path) -> Iterator[Case]:
    with server((200, json.dumps(dozen()[0][1]))) as (url, _):
        yield Case(OpenAiCaptioner(url, "scripted"), drawn, drawn_cover(tmp_path / "cover.png"))


@pytest.fixture(params=["sidecar", pytest.param("efficientnet", marks=pytest.mark.weights), "idefics3", "served"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param in ("idefics3", "served"):
        found: Case = request.getfixturevalue(request.param)
        return found
    return tagging_case(request)


@pytest.fixture(params=["sidecar", pytest.param("efficientnet", marks=pytest.mark.weights)])
def tagging(request: pytest.FixtureRequest) -> Case:
    """Only captioners that know how sure they are."""
    return tagging_case(request)


def tagging_case(request: pytest.FixtureRequest) -> Case:
    tmp_path: Path = request.getfixturevalue("tmp_path")
    untold = drawn_cover(tmp_path / "cover.png")
    if request.param == "efficientnet":
        return Case(request.getfixturevalue("efficientnet"), cat_photo(), untold)
    told = drawn_cover(tmp_path / "told.png")
    told.with_name("told.png.txt").write_text("tabby cat 0.62\ntiger cat 0.2", encoding="utf-8")
    return Case(SidecarCaptioner(), told, untold)


def test_what_is_seen_is_said_without_times(case: Case) -> None:
    seen = case.captioner.caption(case.told)
    assert {one.channel for one in seen} <= {"caption", "tags", "colours", "ocr"}
    assert all(one.text and (one.start_s, one.end_s) == (None, None) for one in seen)
    assert {"caption", "tags"} & {one.channel for one in seen}


def test_what_is_seen_is_named_with_its_probabilities(tagging: Case) -> None:
    (seen,) = tagging.captioner.caption(tagging.told)
    assert seen.channel == "tags"
    probabilities = [p for _, p in seen.labels]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= p <= 1 for p in probabilities)
    assert sum(probabilities) <= 1.001
    assert seen.labels[0][0] in seen.text
    assert f"{probabilities[0] * 100:.0f}" in seen.text


def test_nothing_is_said_where_nothing_is_certain_enough(tagging: Case) -> None:
    assert tagging.captioner.caption(tagging.untold) == ()


def test_a_second_look_sees_the_same(case: Case) -> None:
    assert case.captioner.caption(case.told) == case.captioner.caption(case.told)


def test_a_captioner_says_who_it_is(case: Case) -> None:
    assert case.captioner.made_by


def test_a_captioner_is_a_perceiver_of_pictures(case: Case) -> None:
    perceiver: Perceiver = case.captioner  # type: ignore[assignment]
    assert perceiver.takes == {"picture"}
    assert perceiver.perceive(case.told) == case.captioner.caption(case.told)


@pytest.mark.parametrize("content", [b"", b"broken"])
def test_a_broken_file_is_unreadable(case: Case, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(content)
    with pytest.raises(UnreadableMedia, match=r"broken\.jpg"):
        case.captioner.caption(broken)


def test_a_missing_file_is_unreadable(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"gone\.jpg"):
        case.captioner.caption(tmp_path / "gone.jpg")


@pytest.mark.weights
def test_a_cat_is_a_cat(efficientnet: EfficientNetCaptioner) -> None:
    (seen,) = efficientnet.caption(cat_photo())
    assert "cat" in seen.text
    assert not seen.text.startswith("perhaps")
    assert len(seen.labels) == 20
    assert len(seen.vector) == 384
    assert efficientnet.made_by.startswith("efficientnet-lite2:9656183e+seeing-map:")


@pytest.mark.weights
def test_our_own_model_captions_what_it_is_sure_of_and_no_drawing(weights_folder: Path, tmp_path: Path) -> None:
    eye = EfficientNetEye(lambda: weights_path("efficientnet-lite2", folder=weights_folder))
    seeing, embedder = SeeingMap(), MiniLmEmbedder()
    own = SeeingCaptioner(eye, seeing, embedder=embedder)
    always = SeeingCaptioner(eye, seeing, embedder=embedder, always=True)
    street, cover = cat_photo().with_name("motorcycle_left.png"), drawn_cover(tmp_path / "cover.png")
    (said,) = own.caption(street)
    assert (said.channel, said.labels) == ("caption", ())
    assert "motorcycle" in said.text.lower().split()
    assert own.caption(street) == (said,) == always.caption(street)
    assert own.caption(cover) == own.caption(cat_photo()) == ()
    (guessed,) = always.caption(cat_photo())
    assert "cat" in guessed.text.lower().split()
    assert always.caption(cover) != ()
    assert own.made_by.startswith("vouch-seeing:")
    assert own.takes == {"picture"}


def test_unlikely_labels_are_said_with_perhaps_or_not_at_all() -> None:
    assert tags_text((("tabby cat", 0.62), ("tiger cat", 0.2), ("sink", 0.01))) == "tabby cat 62 %, tiger cat 20 %"
    assert tags_text((("desk", 0.12), ("notebook computer", 0.1))) == "perhaps desk 12 %, notebook computer 10 %"
    assert tags_text((("carton", 0.05),)) == UNNAMED


def test_there_are_a_thousand_labels_each_with_everyday_words() -> None:
    words = imagenet_words()
    assert len(words) == 1000
    assert list(words)[281] == "tabby cat"
    assert all(words.values())
