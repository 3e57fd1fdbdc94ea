"""A folder of pictures, sounds, a film and a CSV by one command, by the real models: found by what is seen, heard and said.

The command is killed on its way and run again: what was perceived before is not perceived again, and another run calls no model.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from demo.copy_prints import copy_prints
from retrieval.build import Collection, build_perceivers, open_collection, run_ingest
from retrieval.ingest import IngestReport
from retrieval.perception.sounds import RATE_HZ, open_sound
from tests.films import make_film, plain
from tests.test_end_to_end import Watcher
from ui.page.reasons import reason_html
from ui.page.shelf import Shelf
from vouch.settings import Settings
from vouch.types import CitedPassage, Query, Recommendation

MEDIA = Path(__file__).parent.parent / "demo" / "media"
SILENCE_S = 6
SOUNDS = ("a-christmas-carol", "fur-elise-melody", "gymnopedie-no-1-melody")
PICTURES = ("print-1.png", "print-3.png", "print-4.jpg")
"""A cup of coffee, a cat, a rocket."""
KINDS = ("picture",) * 3 + ("sound",) * 3 + ("video",)

pytestmark = [
    pytest.mark.weights,
    pytest.mark.filterwarnings("ignore:builtin type .* has no __module__ attribute:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures, three sounds and a film whose speaker begins after six seconds of silence; the titles say nothing."""
    folder = tmp_path_factory.mktemp("mixed")
    copy_prints(folder / "all")
    for name in PICTURES:
        shutil.copy(folder / "all" / name, folder)
    shutil.rmtree(folder / "all")
    for name in SOUNDS:
        shutil.copy(MEDIA / f"{name}.opus", folder)
    silence = np.zeros(SILENCE_S * RATE_HZ, np.float32)
    spoken = np.concatenate([silence, open_sound(MEDIA / "nosferatu.opus")])
    make_film(folder / "film.mp4", [(plain("navy"), 10), (plain("orange"), 12)], spoken)
    files = [*PICTURES, *(f"{name}.opus" for name in SOUNDS), "film.mp4"]
    rows = [f"{number},Lot {number},{file}" for number, file in enumerate(files, start=1)]
    (folder / "lots.csv").write_text("\n".join(["id,title,file", *rows]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Settings:
    folder = tmp_path_factory.mktemp("home")
    return Settings(home=folder / "home", cache=folder / "cache", weights=weights_folder)


def kill_while_it_perceives(settings: Settings, folder: Path) -> int:
    """Starts the command and kills it when something has been perceived; how much had been."""
    environment = {
        **os.environ,
        "VOUCH_HOME": str(settings.home),
        "VOUCH_CACHE": str(settings.cache),
        "VOUCH_WEIGHTS": str(settings.weights_folder),
    }
    words = [sys.executable, "-m", "ui.cli", "ingest", str(folder / "lots.csv"), "--media", str(folder)]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not perceived(settings):
        time.sleep(0.05)
    process.kill()
    process.wait()
    return perceived(settings)


def perceived(settings: Settings) -> int:
    """How many answers of perceivers are kept."""
    return sum(path.suffix == ".json" for path in (settings.cache / "perceived").rglob("*"))


def ingest(settings: Settings, folder: Path) -> IngestReport:
    return run_ingest(
        settings,
        folder / "lots.csv",
        media_dir=folder,
        interactions=None,
        column_map={},
        prune=False,
        watcher=Watcher(),
    )


@pytest.fixture(scope="module")
def reports(settings: Settings, folder: Path) -> tuple[int, IngestReport, IngestReport]:
    """How much the killed command had perceived, and the two runs after it."""
    before = kill_while_it_perceives(settings, folder)
    return before, ingest(settings, folder), ingest(settings, folder)


@pytest.fixture(scope="module")
def collection(settings: Settings, reports: tuple[int, IngestReport, IngestReport]) -> Iterator[Collection]:
    collection = open_collection(settings)
    yield collection
    collection.index.close()


def first(collection: Collection, text: str) -> tuple[Recommendation, str]:
    """The first recommendation, and the file that it is of."""
    best = collection.recommender.recommend(Query(text=text, k=3)).recommendations[0]
    return best, best.item.media[0].path


def test_a_killed_command_is_gone_on_with_and_another_run_calls_no_model(
    settings: Settings, reports: tuple[int, IngestReport, IngestReport]
) -> None:
    before, resumed, again = reports
    assert before > 0
    asked = sum(kind in p.takes for kind in KINDS for p in build_perceivers(settings))
    assert 0 < resumed.looks <= asked - before
    assert (resumed.complete, len(resumed.troubles)) == (True, 0)
    assert again.unchanged == 7
    assert (again.looks, again.embedded) == (0, 0)


def test_music_is_found_by_how_it_sounds(collection: Collection) -> None:
    best, file = first(collection, "fast music with a steady beat")
    assert file == "fur-elise-melody.opus"
    (cited,) = [r for r in best.reasons if isinstance(r, CitedPassage) and r.passage.channel == "sound"]
    assert "fast music with a steady beat" in cited.passage.text


@pytest.mark.parametrize(
    ("asked", "file", "from_s"),
    [
        ("the clip where someone speaks of copies that were printed", "a-christmas-carol.opus", 0),
        ("the clip where someone speaks of copies that were to be burned", "film.mp4", SILENCE_S),
    ],
)
def test_what_is_said_is_found_and_the_reason_plays_that_second(
    collection: Collection, asked: str, file: str, from_s: int
) -> None:
    best, found = first(collection, asked)
    assert found == file
    cited = next(r for r in best.reasons if isinstance(r, CitedPassage) and r.passage.channel == "transcript")
    assert cited.passage.media == file
    assert cited.passage.start_s == pytest.approx(from_s, abs=1.5)
    catalogue = collection.catalogue
    shelf = Shelf(catalogue.by_id, schema=catalogue.schema, media_dir=collection.media_dir or Path(), simulated=False)
    assert f'data-play="/media/{best.item.item_id}/0" data-start="{cited.passage.start_s:.2f}"' in reason_html(
        cited, shelf
    )


@pytest.mark.parametrize(
    ("asked", "file"), [("a cat", "print-3.png"), ("a cup of coffee", "print-1.png"), ("a rocket", "print-4.jpg")]
)
def test_a_picture_is_found_by_what_is_seen(collection: Collection, asked: str, file: str) -> None:
    assert first(collection, asked)[1] == file
