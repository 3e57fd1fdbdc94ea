"""Texts beside media, and how short stretches of speech become passages."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.perception.sidecar_reader import SidecarReader
from retrieval.perception.spoken_passages import Stretch, spoken_passages
from retrieval.perception.whisper_limits import trusted
from vouch.errors import UnreadableMedia
from vouch.types import Perceived

SRT = """1
00:00:01,000 --> 00:00:04,000
<i>Printing</i> differs from
most arts &amp; crafts.

2
00:00:04,500 --> 00:00:13,250
It began in Mainz.

3
01:00:00,000 --> 01:00:02,000
{\\an8}The end.
"""
VTT = """WEBVTT - a talk

NOTE nobody sees this

intro
00:01.000 --> 00:04.000 align:start position:10%
<v Ada>Printing differs from most arts &amp; crafts.

00:04.500 --> 00:13.250
It began in Mainz.

01:00:00.000 --> 01:00:02.000
The end.
"""
TALK = (
    Perceived(
        channel="transcript",
        text="Printing differs from most arts & crafts. It began in Mainz.",
        start_s=1.0,
        end_s=13.25,
    ),
    Perceived(channel="transcript", text="The end.", start_s=3600.0, end_s=3602.0),
)


@pytest.mark.parametrize("beside", ["talk.srt", "talk.mp3.srt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_subtitles_become_a_transcript_with_times(tmp_path: Path, beside: str, encoding: str, newline: str) -> None:
    (tmp_path / beside).write_bytes(SRT.replace("\n", newline).encode(encoding))
    assert SidecarReader().perceive(tmp_path / "talk.mp3") == TALK


def test_webvtt_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "talk.vtt").write_text(VTT, encoding="utf-8")
    assert SidecarReader().perceive(tmp_path / "talk.mp3") == TALK


@pytest.mark.parametrize("beside", ["photo.jpg.txt", "photo.txt"])
def test_a_text_beside_a_photo_is_one_passage(tmp_path: Path, beside: str) -> None:
    (tmp_path / beside).write_text("A dog on the beach.\nSunset.\n", encoding="utf-8")
    expected = (Perceived(channel="sidecar", text="A dog on the beach.\nSunset."),)
    assert SidecarReader().perceive(tmp_path / "photo.jpg") == expected


def test_subtitles_come_before_a_text_and_the_full_name_before_the_stem(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("the stem", encoding="utf-8")
    (tmp_path / "talk.mp3.txt").write_text("the full name", encoding="utf-8")
    assert SidecarReader().perceive(tmp_path / "talk.mp3")[0].text == "the full name"
    (tmp_path / "talk.srt").write_text(SRT, encoding="utf-8")
    assert SidecarReader().perceive(tmp_path / "talk.mp3") == TALK


def test_nothing_beside_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg.txt").write_text("  \n", encoding="utf-8")
    assert SidecarReader().perceive(tmp_path / "photo.jpg") == ()
    assert SidecarReader().perceive(tmp_path / "other.jpg") == ()


def test_an_old_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg.txt").write_bytes("Café “Größe”".encode("cp1252"))
    assert SidecarReader().perceive(tmp_path / "photo.jpg")[0].text == "Café “Größe”"


@pytest.mark.parametrize(("content", "why"), [(b"\x00\x01\x02", "no|not a text"), (b"a" * 5_000_001, "5 MB")])
def test_what_is_no_text_is_unreadable(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "photo.jpg.txt").write_bytes(content)
    with pytest.raises(UnreadableMedia, match=why):
        SidecarReader().perceive(tmp_path / "photo.jpg")


@given(st.text(max_size=300))
def test_any_subtitle_text_is_read_without_a_fuss(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.srt").write_text(
        f"00:00:01,0 --> 00:00:02,0\n{text}", encoding="utf-8", errors="replace", newline=""
    )
    try:
        assert len(SidecarReader().perceive(folder / "any.mp3")) <= 1
    except UnreadableMedia:
        assert "\0" in text


def stretch(text: str, start_s: float, end_s: float) -> Stretch:
    return Stretch(text=text, start_s=start_s, end_s=end_s)


def test_a_passage_ends_with_a_sentence_once_it_is_ten_seconds_long() -> None:
    said = [stretch("One.", 0, 5), stretch("Two and", 5, 11), stretch("a half.", 11, 14), stretch("Three.", 14, 26)]
    assert [p.text for p in spoken_passages(said)] == ["One. Two and a half.", "Three."]


def test_a_passage_ends_before_a_long_pause() -> None:
    said = [stretch("Before the music", 0, 4), stretch("and after it.", 11, 15)]
    assert [(p.start_s, p.end_s) for p in spoken_passages(said)] == [(0, 4), (11, 15)]


def test_a_short_rest_joins_the_passage_before_it() -> None:
    said = [stretch("A long first sentence.", 0, 12), stretch("Thank you.", 12, 13)]
    assert [p.text for p in spoken_passages(said)] == ["A long first sentence. Thank you."]


SURE = {"text": " Printing began. ", "start": 1.0, "end": 3.0, "avg_logprob": -0.3}
SURE |= {"no_speech_prob": 0.1, "compression_ratio": 1.2}


@pytest.mark.parametrize(
    ("how", "believed"),
    [
        ({}, True),
        ({"no_speech_prob": 0.9}, True),  # it is sure of the words
        ({"avg_logprob": -0.8}, True),  # it is sure that somebody speaks
        ({"avg_logprob": -0.8, "no_speech_prob": 0.7}, False),
        ({"avg_logprob": -1.1}, False),
        ({"compression_ratio": 2.5}, False),
        ({"text": " ... "}, False),
    ],
)
def test_what_whisper_is_unsure_of_or_repeats_is_not_believed(how: dict[str, object], believed: bool) -> None:
    heard = list(trusted([SimpleNamespace(**SURE | how)], start_s=600.0))
    assert heard == ([stretch("Printing began.", 601.0, 603.0)] if believed else [])


def test_a_word_without_length_gets_a_tenth_of_a_second() -> None:
    (heard,) = trusted([SimpleNamespace(**SURE | {"end": 1.0})])
    assert (heard.start_s, heard.end_s) == (1.0, 1.1)


lengths = st.lists(
    st.tuples(st.floats(0, 20), st.floats(0.1, 30), st.sampled_from(["and", "so.", "why?"])), max_size=40
)


@given(lengths)
def test_every_word_is_kept_in_order_and_no_passage_is_longer_than_40_seconds(
    said: list[tuple[float, float, str]],
) -> None:
    stretches, now = [], 0.0
    for i, (pause, length, word) in enumerate(said):
        stretches.append(stretch(f"{i} {word}", now + pause, now + pause + length))
        now += pause + length
    passages = spoken_passages(stretches)
    assert " ".join(p.text for p in passages) == " ".join(s.text for s in stretches)
    for passage in passages:
        assert passage.start_s is not None
        assert passage.end_s is not None
        assert 0 < passage.end_s - passage.start_s <= 40.01
