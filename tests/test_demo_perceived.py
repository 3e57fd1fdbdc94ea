"""What ships as perceived is what perception makes of the collection's files, with real weights."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from demo.make_perceived import MEDIA, TARGET
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.perception.cache import PerceptionCache, content_digest
from retrieval.perception.efficientnet_captioner import EfficientNetCaptioner
from retrieval.perception.efficientnet_eye import EfficientNetEye
from retrieval.perception.faster_whisper_transcriber import FasterWhisperTranscriber
from retrieval.perception.pillow_colours import PillowColours
from retrieval.perception.rapidocr_reader import RapidOcrReader
from retrieval.perception.seeing_captioner import SeeingCaptioner
from retrieval.perception.seeing_map import SeeingMap
from vouch.ports import Perceiver
from vouch.weights import weights_path

FILES = sorted(path for path in MEDIA.iterdir() if not path.name.startswith("print-"))


@pytest.fixture
def shipped(tmp_path: Path) -> PerceptionCache:
    return PerceptionCache(tmp_path, shipped=TARGET)


def test_every_file_of_the_collection_has_its_entries(shipped: PerceptionCache) -> None:
    makers = {
        ".webp": [
            EfficientNetCaptioner(EfficientNetEye(Path), SeeingMap()).made_by,
            SeeingCaptioner(EfficientNetEye(Path), SeeingMap(), embedder=MiniLmEmbedder()).made_by,
            RapidOcrReader().made_by,
            PillowColours.made_by,
        ],
        ".opus": [FasterWhisperTranscriber(Path).made_by],
    }
    missing = [
        (file.name, made_by)
        for file in FILES
        for made_by in makers[file.suffix]
        if shipped.get(content_digest(file), made_by) is None
    ]
    assert not missing, "perceive them: python -m demo.make_perceived"


def test_every_introduction_was_heard_and_no_melody_was(shipped: PerceptionCache) -> None:
    made_by = FasterWhisperTranscriber(Path).made_by
    heard = {file.name: shipped.get(content_digest(file), made_by) for file in FILES if file.suffix == ".opus"}
    assert not [name for name, passages in heard.items() if bool(passages) == name.endswith("-melody.opus")]


@pytest.mark.parametrize("name", ["the-time-machine.webp", "dracula.webp", "nosferatu.opus"])
def test_three_files_perceived_afresh_give_what_ships(
    name: str, shipped: PerceptionCache, weights_folder: Path
) -> None:
    weights = partial(weights_path, folder=weights_folder)
    eye, seeing = EfficientNetEye(partial(weights, "efficientnet-lite2")), SeeingMap()
    perceivers: tuple[Perceiver, ...] = (
        EfficientNetCaptioner(eye, seeing),
        SeeingCaptioner(eye, seeing, embedder=MiniLmEmbedder()),
        RapidOcrReader(),
        PillowColours(),
        FasterWhisperTranscriber(partial(weights, "whisper-base")),
    )
    file = MEDIA / name
    kind = "picture" if file.suffix == ".webp" else "sound"
    for perceiver in perceivers:
        if kind in perceiver.takes:
            afresh = perceiver.perceive(file)
            ships = shipped.get(content_digest(file), perceiver.made_by)
            assert ships is not None
            assert [(p.channel, p.text) for p in afresh] == [(p.channel, p.text) for p in ships]
            close = [
                abs(a - b) < 0.01
                for p, q in zip(afresh, ships, strict=True)
                for (_, a), (_, b) in zip(p.labels, q.labels, strict=True)
            ]
            assert all(close)
