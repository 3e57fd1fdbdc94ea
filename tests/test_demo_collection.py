"""The demo's films and music, and the covers, introductions and melodies made for them."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from demo.make_covers import HEIGHT, MOTIFS, WIDTH, draw_cover, read_works
from demo.make_melodies import notes, pitch_hz, play
from demo.tunes import TUNES

DEMO = Path(__file__).parent.parent / "demo"
MEDIA = DEMO / "media"


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEMO / "works" / name).read_text(encoding="utf-8").splitlines()]


FILMS, MUSIC = _rows("films.jsonl"), _rows("music.jsonl")
INTRODUCTIONS = _rows("introductions.jsonl")
WORKS = read_works()
KEYS = ["id", "title", "kind", "year", "creator", "country", "genres", "moods", "minutes", "description"]
FILM_GENRES = {
    "comedy",
    "drama",
    "horror",
    "fantasy",
    "adventure",
    "romance",
    "science fiction",
    "crime",
    "war",
    "western",
    "documentary",
    "animation",
    "epic",
    "melodrama",
    "experimental",
    "slapstick",
    "thriller",
}
MUSIC_GENRES = {
    "symphony",
    "concerto",
    "chamber",
    "piano",
    "song",
    "opera",
    "ballet",
    "choral",
    "orchestral",
    "waltz",
    "march",
    "ragtime",
    "jazz",
    "organ",
    "baroque",
    "romantic",
    "impressionist",
    "classical",
}
MOODS = {
    "eerie",
    "melancholy",
    "funny",
    "tender",
    "dark",
    "hopeful",
    "tense",
    "dreamy",
    "playful",
    "grand",
    "wistful",
    "exciting",
    "slow-burning",
    "cosy",
    "satirical",
    "haunting",
    "joyful",
    "tragic",
    "serene",
    "romantic",
    "mysterious",
    "bleak",
    "whimsical",
    "stirring",
    "unsettling",
}


def test_there_are_at_least_65_films_and_45_pieces_of_music_from_before_1930() -> None:
    assert len(FILMS) >= 65
    assert len(MUSIC) >= 45
    assert [work["id"] for work in FILMS + MUSIC if work["year"] >= 1930] == []


def test_every_film_and_piece_has_the_same_keys_in_the_same_order() -> None:
    assert [work["id"] for work in FILMS + MUSIC if list(work) != KEYS] == []
    assert {work["kind"] for work in FILMS} == {"film"}
    assert {work["kind"] for work in MUSIC} == {"music"}


def test_no_id_is_used_twice_in_the_whole_collection() -> None:
    assert [item_id for item_id, count in Counter(work["id"] for work in WORKS).items() if count > 1] == []


def test_descriptions_of_films_and_music_have_60_to_120_words() -> None:
    lengths = {work["id"]: len(work["description"].split()) for work in FILMS + MUSIC}
    assert {item_id: words for item_id, words in lengths.items() if not 60 <= words <= 120} == {}


def test_no_two_descriptions_of_films_and_music_begin_with_the_same_three_words() -> None:
    openings = Counter(tuple(work["description"].split()[:3]) for work in FILMS + MUSIC)
    assert [opening for opening, count in openings.items() if count > 1] == []


@pytest.mark.parametrize(("works", "genres"), [(FILMS, FILM_GENRES), (MUSIC, MUSIC_GENRES)], ids=["films", "music"])
def test_genres_and_moods_come_from_the_closed_vocabulary(works: list[dict[str, Any]], genres: set[str]) -> None:
    assert {genre for work in works for genre in work["genres"]} - genres == set()
    assert {mood for work in works for mood in work["moods"]} - MOODS == set()
    assert [work["id"] for work in works if not 1 <= len(work["genres"]) <= 4 or not 2 <= len(work["moods"]) <= 4] == []


def test_every_work_has_a_cover_of_the_same_size() -> None:
    sizes = {}
    for work in WORKS:
        with Image.open(MEDIA / f"{work['id']}.webp") as cover:
            sizes[work["id"]] = cover.size
    assert {item_id: size for item_id, size in sizes.items() if size != (WIDTH, HEIGHT)} == {}


def test_a_cover_is_drawn_the_same_way_each_time_and_differs_by_work() -> None:
    first, second = draw_cover(WORKS[0], "castle"), draw_cover(WORKS[0], "castle")
    assert first.tobytes() == second.tobytes()
    assert draw_cover(WORKS[1], "castle").tobytes() != first.tobytes()


def test_every_named_motif_exists_and_belongs_to_a_work() -> None:
    named = json.loads((DEMO / "works" / "motifs.json").read_text(encoding="utf-8"))
    assert set(named.values()) - set(MOTIFS) == set()
    assert set(named) - {work["id"] for work in WORKS} == set()


def test_at_least_42_works_are_introduced_aloud_in_12_to_25_seconds() -> None:
    import av

    ids = {work["id"] for work in WORKS}
    assert len(INTRODUCTIONS) >= 42
    for introduction in INTRODUCTIONS:
        assert introduction["id"] in ids
        with av.open(str(MEDIA / f"{introduction['id']}.opus")) as sound:
            assert 11.5 <= sound.duration / 1_000_000 <= 25, introduction["id"]


def test_at_least_10_melodies_of_8_to_16_seconds_belong_to_pieces_of_music() -> None:
    import av

    assert len(TUNES) >= 10
    assert set(TUNES) - {work["id"] for work in MUSIC} == set()
    for name in TUNES:
        with av.open(str(MEDIA / f"{name}-melody.opus")) as sound:
            assert 8 <= sound.duration / 1_000_000 <= 16, name


def test_notes_have_the_pitches_of_equal_temperament() -> None:
    assert pitch_hz("A4") == pytest.approx(440)
    assert pitch_hz("C4") == pytest.approx(261.63, abs=0.01)
    assert pitch_hz("Bb3") == pytest.approx(pitch_hz("A#3"))
    assert list(notes("A4:1 -:.5 A3+A5:2")) == [(0, 1, (440,)), (1.5, 2, (220, 880))]


def test_a_melody_is_played_without_clipping_and_ends_in_silence() -> None:
    sound = play(TUNES["fur-elise"])
    assert 0.6 < abs(sound).max() <= 0.7001
    assert abs(sound[-480:]).max() < 0.01


def test_the_media_kept_in_the_repository_take_less_than_11_megabytes() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "demo/media"],
        cwd=DEMO.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("This is no git checkout, so it cannot be told which media are kept")
    assert sum((DEMO.parent / name).stat().st_size for name in listed.stdout.split("\0") if name) < 11_000_000
