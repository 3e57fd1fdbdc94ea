"""Ingest: nothing is made twice, what changed is made again, what fails is a line in the report."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.catalogue_file import Trouble
from retrieval.ingest import IngestParts, IngestReport, Progress, ingest
from retrieval.media_reader import Aspect
from retrieval.stores.chroma_index import ChromaIndex
from tests.stand_ins_perception import HashEmbedder, ScriptTranscriber, SidecarCaptioner
from tests.stand_ins_stores import SCHEMA, catalogue_file, film, ingest_parts
from vouch.errors import HomeBusy, InputError, ModelFailed
from vouch.ports import PassageIndex
from vouch.types import Item, Media, MediaKind, Perceived

FILMS = tuple(film(n) for n in range(10))


class CountingCaptioner(SidecarCaptioner):
    """A SidecarCaptioner that remembers what it looked at; `made_by` does not begin with “sidecar”, so it is cached."""

    def __init__(self, made_by: str = "counting/1") -> None:
        self.made_by = made_by
        self.looked_at: list[str] = []

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        self.looked_at.append(path.name)
        return super().perceive(path)


class FailingTranscriber:
    """A model that fails on everything."""

    made_by = "failing/1"
    takes: frozenset[MediaKind] = frozenset({"sound"})

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        raise ModelFailed(f"{path.name}: out of memory")


@pytest.fixture
def media_dir(tmp_path: Path) -> Path:
    """A folder of three pictures with captions and one sound with words."""
    folder = tmp_path / "media"
    folder.mkdir()
    for n, caption in enumerate(["tabby cat 0.62", "pirate ship 0.5", "lighthouse 0.9"]):
        (folder / f"{n}.jpg").write_bytes(b"picture %d" % n)
        (folder / f"{n}.jpg.txt").write_text(caption, encoding="utf-8")
    (folder / "talk.wav").write_bytes(b"sound")
    (folder / "talk.wav.script").write_text("Someone speaks of printing.\nThen of paper.", encoding="utf-8")
    return folder


@pytest.fixture
def parts(tmp_path: Path, media_dir: Path) -> Iterator[IngestParts]:
    made = ingest_parts(tmp_path / "home", media_dir=media_dir)
    yield replace(made, perceivers=(CountingCaptioner(), ScriptTranscriber()))
    made.catalogue.close()


def run(
    parts: IngestParts, items: Sequence[Item], *, prune: bool = False, refresh: frozenset[Aspect] = frozenset()
) -> IngestReport:
    return ingest(catalogue_file(items), source=Path("films.csv"), parts=parts, prune=prune, refresh=refresh)


def with_media(item: Item, *paths: str) -> Item:
    kinds: dict[str, MediaKind] = {".jpg": "picture", ".wav": "sound"}
    return replace(item, media=tuple(Media(path=p, kind=kinds[Path(p).suffix]) for p in paths))


def embedded(parts: IngestParts) -> list[str]:
    """What was embedded so far, each text as often as it was."""
    assert isinstance(parts.embedder, HashEmbedder)
    return [text for call in parts.embedder.calls for text in call]


def index_of(parts: IngestParts) -> PassageIndex:
    assert parts.index is not None
    return parts.index


def looked_at(parts: IngestParts) -> list[str]:
    """The pictures that were looked at so far."""
    captioner = parts.perceivers[0]
    assert isinstance(captioner, CountingCaptioner)
    return captioner.looked_at


def counts(report: IngestReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed, report.gone


def test_items_and_passages_are_there_in_the_order_of_the_file(parts: IngestParts) -> None:
    report = run(parts, FILMS)
    assert counts(report) == (10, 0, 0, 0, 0)
    assert parts.catalogue.items() == FILMS
    assert parts.catalogue.schema() == SCHEMA
    assert report.passages == len(parts.catalogue.passages()) == index_of(parts).count("text") == 20


def test_a_passage_is_found_by_its_words(parts: IngestParts) -> None:
    run(parts, [*FILMS, film(77, "A pirate hides a chest of gold under the palms.")])
    hit = index_of(parts).search(parts.embedder.embed(["pirate gold chest"])[0], 1, "text")[0]
    assert hit.item_id == "f77"


def test_a_second_run_changes_nothing_and_makes_nothing(parts: IngestParts) -> None:
    items = [with_media(FILMS[0], "0.jpg", "talk.wav"), *FILMS[1:]]
    run(parts, items)
    version, calls, looks = parts.catalogue.version(), len(embedded(parts)), len(looked_at(parts))
    again = run(parts, items)
    assert (counts(again), again.looks, again.embedded) == ((0, 0, 10, 0, 0), 0, 0)
    assert (parts.catalogue.version(), len(embedded(parts)), len(looked_at(parts))) == (version, calls, looks)


def test_a_changed_row_is_updated_and_only_its_new_text_is_embedded(parts: IngestParts) -> None:
    run(parts, FILMS)
    before = len(embedded(parts))
    report = run(parts, [*FILMS[:4], film(4, "Now it is about a bakery."), *FILMS[5:]])
    assert counts(report) == (0, 1, 9, 0, 0)
    assert embedded(parts)[before:] == ["Now it is about a bakery."]
    assert [p.text for p in parts.catalogue.passages() if p.item_id == "f4"][1] == "Now it is about a bakery."


def test_a_new_order_moves_items_and_embeds_nothing(parts: IngestParts) -> None:
    run(parts, FILMS)
    before = len(embedded(parts))
    assert counts(run(parts, FILMS[::-1])) == (0, 0, 10, 0, 0)
    assert parts.catalogue.items() == FILMS[::-1]
    assert len(embedded(parts)) == before


def test_items_that_have_gone_stay_behind_the_others_until_pruned(parts: IngestParts) -> None:
    run(parts, FILMS)
    assert counts(run(parts, FILMS[5:])) == (0, 0, 5, 0, 5)
    assert parts.catalogue.items() == (*FILMS[5:], *FILMS[:5])
    assert counts(run(parts, FILMS[5:], prune=True)) == (0, 0, 5, 5, 0)
    assert parts.catalogue.items() == FILMS[5:]
    assert index_of(parts).count("text") == 10


def test_equal_texts_are_embedded_once(parts: IngestParts) -> None:
    run(parts, [film(n, "The same for all.") for n in range(200)])
    assert embedded(parts).count("The same for all.") == 1


def test_another_file_into_the_same_home_is_refused_by_name(parts: IngestParts) -> None:
    run(parts, FILMS)
    with pytest.raises(InputError, match="VOUCH_HOME"):
        ingest(catalogue_file(FILMS[:2]), source=Path("books.csv"), parts=parts)
    assert parts.catalogue.items() == FILMS


def test_another_embedder_embeds_everything_again(parts: IngestParts) -> None:
    run(parts, FILMS)
    other = HashEmbedder()
    other.embedder_id = "hash-words/2"
    report = run(replace(parts, embedder=other), FILMS)
    assert report.updated == 10
    assert sum(map(len, other.calls)) == 20
    assert parts.catalogue.known_vectors([("hash-words/1", "x")]) == {}


def test_items_that_have_gone_don_t_stay_with_vectors_of_another_embedder(parts: IngestParts) -> None:
    run(parts, FILMS)
    other = HashEmbedder()
    other.embedder_id = "hash-words/2"
    assert counts(run(replace(parts, embedder=other), FILMS[2:])) == (0, 8, 0, 2, 0)
    assert parts.catalogue.items() == FILMS[2:]


def test_the_media_folder_is_remembered_and_may_be_the_file_s(parts: IngestParts, media_dir: Path) -> None:
    run(parts, FILMS)
    assert parts.catalogue.media_dir() == media_dir
    file = replace(catalogue_file([with_media(film(0), "0.jpg")]), media_dir=media_dir)
    report = ingest(file, source=Path("films.csv"), parts=replace(parts, media_dir=None))
    assert (report.troubles, parts.catalogue.media_dir()) == ((), media_dir)
    run(replace(parts, media_dir=None), FILMS)
    assert parts.catalogue.media_dir() is None


def test_pictures_and_sounds_become_passages_that_say_where_they_come_from(parts: IngestParts) -> None:
    run(parts, [with_media(FILMS[0], "0.jpg", "talk.wav"), with_media(FILMS[1], "1.jpg")])
    found = [(p.item_id, p.space, p.media, p.made_by, p.start_s) for p in parts.catalogue.passages() if p.media]
    assert found == [
        ("f0", "seen", "0.jpg", "counting/1", None),
        ("f0", "text", "talk.wav", "script/1", 0.0),
        ("f0", "text", "talk.wav", "script/1", 10.0),
        ("f1", "seen", "1.jpg", "counting/1", None),
    ]
    query = parts.embedder.embed(["a pirate ship"])[0]
    assert [hit.item_id for hit in index_of(parts).search(query, 2, "seen")] == ["f1", "f0"]


def test_without_a_label_embedder_what_is_seen_is_text(parts: IngestParts) -> None:
    run(replace(parts, label_embedder=None), [with_media(FILMS[0], "0.jpg")])
    assert [p.space for p in parts.catalogue.passages()] == ["text"] * 3


def test_a_picture_is_looked_at_once_for_its_content_wherever_it_lies(parts: IngestParts, media_dir: Path) -> None:
    (media_dir / "copy.jpg").write_bytes((media_dir / "0.jpg").read_bytes())
    run(parts, [with_media(FILMS[0], "0.jpg"), with_media(FILMS[1], "copy.jpg")])
    assert looked_at(parts) == ["0.jpg"]


def test_a_changed_picture_is_looked_at_again_and_a_touched_one_is_not(parts: IngestParts, media_dir: Path) -> None:
    items = [with_media(film(n), f"{n}.jpg") for n in range(3)]
    run(parts, items)
    (media_dir / "1.jpg").write_bytes(b"another picture")
    os.utime(media_dir / "2.jpg", ns=(1, 1))
    assert counts(run(parts, items)) == (0, 1, 2, 0, 0)
    assert looked_at(parts) == ["0.jpg", "1.jpg", "2.jpg", "1.jpg"]


def test_an_unchanged_file_is_not_even_read(parts: IngestParts, media_dir: Path) -> None:
    items = [with_media(film(0), "0.jpg")]
    run(parts, items)
    stat = (media_dir / "0.jpg").stat()
    (media_dir / "0.jpg").write_bytes(b"PICTURE 0")
    os.utime(media_dir / "0.jpg", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert run(parts, items).unchanged == 1


class Ruler:
    """Measures how long a file is: neither a captioner nor a transcriber."""

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(self, made_by: str = "ruler/1") -> None:
        self.made_by = made_by

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        return (Perceived(channel="colours", text=f"{path.stat().st_size} bytes by {self.made_by}"),)


def made_by(parts: IngestParts) -> list[str]:
    """Who made the passages of media, in order."""
    return [p.made_by for p in parts.catalogue.passages() if p.media]


def test_another_way_to_measure_measures_again_what_is_already_there(parts: IngestParts) -> None:
    items = [with_media(film(0), "0.jpg"), film(1)]
    run(replace(parts, perceivers=(Ruler(),)), items)
    report = run(replace(parts, perceivers=(Ruler("ruler/2"),)), items)
    assert counts(report) == (0, 1, 1, 0, 0)
    assert made_by(parts) == ["ruler/2"]


def test_what_an_earlier_model_saw_stays_until_captions_are_refreshed(parts: IngestParts) -> None:
    items = [with_media(film(0), "0.jpg", "talk.wav"), with_media(film(1), "1.jpg"), with_media(film(2), "talk.wav")]
    run(parts, items)
    hearing = ScriptTranscriber()
    better = replace(parts, perceivers=(CountingCaptioner("counting/2"), hearing))
    kept = run(better, items)
    assert (counts(kept), kept.older, kept.looks) == ((0, 0, 3, 0, 0), 2, 0)
    assert "counting/2" not in made_by(parts)
    renewed = run(better, items, refresh=frozenset({"captions"}))
    assert (counts(renewed), renewed.older, renewed.looks) == ((0, 2, 1, 0, 0), 0, 2)
    assert set(made_by(parts)) == {"counting/2", "script/1"}
    assert counts(run(better, items, refresh=frozenset({"captions"}))) == (0, 0, 3, 0, 0)


def test_refreshed_transcripts_leave_captions_alone(parts: IngestParts) -> None:
    items = [with_media(film(0), "0.jpg"), with_media(film(1), "talk.wav")]
    run(parts, items)
    hearing = ScriptTranscriber()
    hearing.made_by = "script/2"
    better = replace(parts, perceivers=(CountingCaptioner("counting/2"), hearing))
    report = run(better, items, refresh=frozenset({"transcripts"}))
    assert (counts(report), report.older) == ((0, 1, 1, 0, 0), 1)
    assert set(made_by(parts)) == {"counting/1", "script/2"}
    assert counts(run(better, items, refresh=frozenset({"captions", "transcripts"}))) == (0, 1, 1, 0, 0)


def test_a_new_item_and_a_changed_one_are_seen_by_the_model_of_now(parts: IngestParts) -> None:
    run(parts, [with_media(film(0), "0.jpg"), with_media(film(1), "1.jpg")])
    better = replace(parts, perceivers=(CountingCaptioner("counting/2"),))
    items = [with_media(film(0), "0.jpg"), with_media(film(1, "Another plot."), "1.jpg"), with_media(film(2), "2.jpg")]
    assert run(better, items).older == 1
    assert made_by(parts) == ["counting/1", "counting/2", "counting/2"]


def test_what_stands_beside_a_file_is_read_anew_when_it_changes(parts: IngestParts, media_dir: Path) -> None:
    parts = replace(parts, perceivers=(SidecarCaptioner(),))
    items = [with_media(film(0), "0.jpg")]
    run(parts, items)
    (media_dir / "0.jpg.txt").write_text("grey wolf 0.7", encoding="utf-8")
    assert run(parts, items).updated == 1
    assert [p.text for p in parts.catalogue.passages() if p.media] == ["grey wolf (70%)"]
    (media_dir / "0.jpg.txt").unlink()
    assert run(parts, items).updated == 1
    assert [p for p in parts.catalogue.passages() if p.media] == []


def test_a_broken_file_is_a_line_in_every_report_and_the_item_stays(parts: IngestParts, media_dir: Path) -> None:
    (media_dir / "1.jpg").write_bytes(b"broken")
    items = [film(0), with_media(film(1), "1.jpg", "missing.jpg"), film(2)]
    for _ in range(2):
        report = run(parts, items)
        assert [(t.row, t.column, t.value, t.skipped) for t in report.troubles] == [
            (2, "cover", "1.jpg", False),
            (2, "cover", "missing.jpg", False),
        ]
    assert report.unchanged == 3
    assert len(parts.catalogue.items()) == 3
    (media_dir / "1.jpg").write_bytes(b"mended")
    (media_dir / "missing.jpg").write_bytes(b"here now")
    assert run(parts, items).troubles == ()


def test_rows_that_the_file_skipped_are_counted_in_the_numbers_of_rows(parts: IngestParts) -> None:
    skipped = Trouble(row=2, column=None, value="", why="no title", skipped=True)
    file = replace(catalogue_file([film(0), with_media(film(1), "missing.jpg")]), troubles=(skipped,))
    report = ingest(file, source=Path("films.csv"), parts=parts)
    assert [(t.row, t.skipped) for t in report.troubles] == [(2, True), (3, False)]
    assert report.files_left_out == 1
    assert not report.complete


def test_what_a_model_failed_on_is_tried_again_next_time(parts: IngestParts) -> None:
    items = [with_media(film(0), "talk.wav"), film(1)]
    report = run(replace(parts, perceivers=(FailingTranscriber(),)), items)
    assert [t.why for t in report.troubles] == ["talk.wav: out of memory"]
    report = run(replace(parts, perceivers=(FailingTranscriber(),)), items)
    assert counts(report) == (0, 1, 1, 0, 0)
    assert len(run(parts, items).troubles) == 0


@pytest.mark.parametrize(
    "path", ["../secret.jpg", "/etc/secret.jpg", "a/../../secret.jpg", "link.jpg", "away/secret.jpg", "nul\0.jpg"]
)
def test_nothing_outside_the_media_folder_is_opened(
    path: str, parts: IngestParts, media_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (media_dir / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (media_dir / "away").symlink_to(tmp_path)
    report = run(parts, [with_media(film(0), path)])
    assert [(t.value, t.why) for t in report.troubles] == [(path, "the path leads out of the media folder")]
    assert looked_at(parts) == []


def test_a_text_beside_a_file_that_leads_away_is_not_read(parts: IngestParts, media_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("password 0.9", encoding="utf-8")
    (media_dir / "0.jpg.txt").unlink()
    (media_dir / "0.jpg.txt").symlink_to(tmp_path / "secret.txt")
    report = run(replace(parts, perceivers=(SidecarCaptioner(),)), [with_media(film(0), "0.jpg")])
    assert [t.why for t in report.troubles] == ["the path leads out of the media folder"]
    assert not any("password" in p.text for p in parts.catalogue.passages())


def test_a_link_within_the_media_folder_is_followed(parts: IngestParts, media_dir: Path) -> None:
    (media_dir / "again.jpg").symlink_to(media_dir / "0.jpg")
    assert run(parts, [with_media(film(0), "again.jpg")]).troubles == ()


def test_without_a_media_folder_files_are_troubles(parts: IngestParts) -> None:
    report = run(replace(parts, media_dir=None), [with_media(film(0), "0.jpg")])
    assert [t.why for t in report.troubles] == ["no media folder was given"]


def test_progress_counts_to_the_end(parts: IngestParts) -> None:
    told: list[Progress] = []
    ingest(catalogue_file(FILMS), source=Path("films.csv"), parts=parts, progress=told.append)
    assert (told[0].done, told[0].total, told[0].seconds_left) == (0, 10, None)
    assert (told[-1].done, told[-1].total) == (10, 10)


def test_a_first_file_that_takes_long_is_told_without_a_guess(
    parts: IngestParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.ingest._GUESSING_S", 0.0)
    told: list[Progress] = []
    ingest(catalogue_file(FILMS[:2]), source=Path("films.csv"), parts=parts, progress=told.append)
    assert [(step.done, step.seconds_left) for step in told if step.what == FILMS[0].title] == [(0, None)]


def test_a_lost_index_is_made_again_with_nothing_perceived_or_embedded(parts: IngestParts, tmp_path: Path) -> None:
    home = tmp_path / "home"
    items = [with_media(FILMS[0], "0.jpg", "talk.wav"), *FILMS[1:]]
    query = HashEmbedder().embed(["lighthouse keeper"])[0]
    results = []
    for damage in (None, "vectors-", "chroma"):
        for path in home.glob(f"{damage}*/*"):
            if path.is_file():
                path.write_bytes(b"garbage")
        with ChromaIndex.open(home, catalogue=parts.catalogue, for_writing=True, exact_up_to=0) as index:
            run(replace(parts, index=index), items)
            results.append([index.search(query, 5, "text"), index.search(query, 5, "seen")])
        if damage is None:
            embeddings, looks = len(embedded(parts)), len(looked_at(parts))
    assert results[0] == results[1] == results[2]
    assert (len(embedded(parts)), len(looked_at(parts))) == (embeddings, looks)


def test_while_another_process_holds_the_index_nothing_is_synced(parts: IngestParts, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with (
        ChromaIndex.open(home, catalogue=parts.catalogue, for_writing=True),
        ChromaIndex.open(home, catalogue=parts.catalogue) as other,
        pytest.raises(HomeBusy),
    ):
        run(replace(parts, index=other), FILMS)
