"""What is seen in films: stills from every scene, with their seconds, through what looks at pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from retrieval.perception.pictures import open_picture
from retrieval.perception.pillow_colours import PillowColours
from retrieval.perception.pyav_video import MOST_STILLS, FilmStills, SeenInFilm, stretches_of
from tests.films import make_film, plain
from vouch.errors import InputError, ModelFailed, UnreadableMedia
from vouch.types import MediaKind, Perceived


class SizeNoter:
    """Says how large a picture is, some at a time; fails where it is told to."""

    takes: frozenset[MediaKind] = frozenset({"picture"})
    made_by = "size/1"
    batch = 2

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.calls: list[int] = []

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        raise AssertionError("it takes several files at once")

    def perceive_batch(self, paths: Sequence[Path]) -> list[tuple[Perceived, ...] | InputError | ModelFailed]:
        self.calls.append(len(paths))
        if self.fails:
            return [ModelFailed("out of memory") for _ in paths]
        return [(Perceived(channel="caption", text=str(open_picture(path).size)),) for path in paths]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_film(tmp_path / "film.mp4", [(plain("red"), 3), (plain("blue"), 4), (plain("green"), 2)])


def test_each_scene_is_seen_with_its_seconds(film: Path) -> None:
    seen = SeenInFilm(PillowColours(), FilmStills()).perceive(film)
    assert [p.text for p in seen] == ["red", "blue", "green"]
    assert [p.start_s for p in seen] == pytest.approx([0, 3, 7], abs=0.6)
    assert [p.end_s for p in seen] == pytest.approx([3, 7, 9], abs=0.6)
    assert {p.channel for p in seen} == {"colours"}


def test_a_passage_names_the_model_that_looked(film: Path) -> None:
    assert SeenInFilm(PillowColours(), FilmStills()).made_by.startswith("colours-1")


def test_the_same_words_for_neighbours_are_one_passage(film: Path) -> None:
    noter = SizeNoter()
    (seen,) = SeenInFilm(noter, FilmStills()).perceive(film)
    assert (seen.text, seen.start_s) == ("(160, 96)", 0.0)
    assert seen.end_s == pytest.approx(9, abs=0.6)
    assert noter.calls == [3]


def test_the_same_words_after_others_are_a_passage_of_their_own(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", [(plain("red"), 3), (plain("blue"), 4), (plain("red"), 3)])
    seen = SeenInFilm(PillowColours(), FilmStills()).perceive(film)
    assert [p.text for p in seen] == ["red", "blue", "red"]


def test_stills_are_chosen_once_for_all_perceivers_and_again_for_a_changed_film(film: Path) -> None:
    stills = FilmStills()
    assert stills.of(film) is stills.of(film)
    make_film(film, [(plain("white"), 2)])
    assert len(stills.of(film)) == 1


def test_a_model_that_fails_on_a_still_fails_on_the_film(film: Path) -> None:
    with pytest.raises(ModelFailed, match="out of memory"):
        SeenInFilm(SizeNoter(fails=True), FilmStills()).perceive(film)


def test_a_sound_in_a_film_s_clothes_has_nothing_to_see(tmp_path: Path) -> None:
    sound = Path(__file__).parent.parent / "demo" / "media" / "fur-elise-melody.opus"
    (tmp_path / "film.webm").write_bytes(sound.read_bytes())
    assert FilmStills().of(tmp_path / "film.webm") == ()


@pytest.mark.parametrize("content", [b"", b"no film at all", None])
def test_what_is_no_film_is_unreadable(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "film.mp4").write_bytes(content)
    with pytest.raises(UnreadableMedia, match=r"film\.mp4"):
        FilmStills().of(tmp_path / "film.mp4")


def test_of_a_film_that_is_cut_off_is_seen_what_is_there(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mkv", [(plain("red"), 3), (plain("blue"), 4)])
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 6 // 10])
    assert SeenInFilm(PillowColours(), FilmStills()).perceive(film)[0].text == "red"


def thumbs(*runs: tuple[int, int]) -> np.ndarray:
    """Looks at one grey each, (grey, how many)."""
    return np.concatenate([np.full((count, 2, 3, 3), grey, np.uint8) for grey, count in runs])


def test_a_long_scene_is_looked_at_every_ten_seconds_at_most_twelve_times() -> None:
    minute = stretches_of([0.5 * i for i in range(120)], thumbs((40, 120)))
    assert len(minute) == 8  # 60 s, halved until no piece is longer than 10 s
    hour = stretches_of([float(i) for i in range(3600)], thumbs((40, 3600)))
    assert len(hour) == MOST_STILLS
    assert (hour[0][0], hour[-1][1]) == (0.0, 3600.0)


def test_of_many_scenes_the_short_ones_join_their_neighbours() -> None:
    runs = [(250 if n % 2 else 10, 1 + n % 4) for n in range(40)]
    looks = thumbs(*runs)
    found = stretches_of([0.5 * i for i in range(len(looks))], looks)
    assert len(found) == MOST_STILLS
    assert all(a[1] == b[0] for a, b in pairwise(found))
    assert min(end - start for start, end in found) >= 1.5


def test_constant_movement_makes_no_scenes() -> None:
    there_and_back = [0, 60, 120, 180, 240, 180, 120, 60] * 2
    assert len(stretches_of([0.5 * i for i in range(16)], thumbs(*((grey, 1) for grey in there_and_back)))) == 1


def test_one_look_is_one_stretch() -> None:
    assert stretches_of([0.0], thumbs((9, 1))) == [(0.0, 0.5)]
