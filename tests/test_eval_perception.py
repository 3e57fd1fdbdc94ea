"""Measurements of perception: CIDEr-D by hand, places in lists, words in drawn pictures, what is missing is said."""

from __future__ import annotations

import io
import json
import math
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from eval import caption_sheets as sheets
from eval.caption_sheets import caption_sheets
from eval.cider import cider_d
from eval.held_out_photos import HELD_OUT, held_out_of, held_out_table
from eval.perception import PerceptionTable, Tier, captioner_of, perception_table, shop
from eval.rendered_text import TEXTS, draw_texts, words_found
from retrieval.build import build_perceivers
from retrieval.catalogue_file import read_catalogue
from retrieval.perception.pictures import open_picture
from tests.stand_ins_perception import HashEmbedder
from vouch.settings import Settings
from vouch.types import MediaKind, Passage, Perceived, Query, RecList, Recommendation


class Silent:
    """Takes pictures and says nothing of them."""

    takes: frozenset[MediaKind] = frozenset({"picture"})
    made_by = "rapidocr-silent"

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """Nothing."""
        return ()


def test_a_caption_that_is_its_only_reference_scores_ten() -> None:
    captions = ["a cat sits on a mat", "two dogs run off"]
    assert cider_d(captions, [[caption] for caption in captions]) == pytest.approx((10, 10))


def test_words_that_all_pictures_share_tell_nothing() -> None:
    assert cider_d(["photo", "boat"], [["photo cat"], ["photo boat"]])[0] == 0


def test_a_caption_of_another_length_pays_by_the_gaussian() -> None:
    # One word of two, unigrams only: cosine 1 / sqrt(2) of ten quarters, and a gap of one word with sigma 6.
    half, _ = cider_d(["cat", "dog"], [["cat mat"], ["dog"]])
    assert half == pytest.approx(10 / 4 / math.sqrt(2) * math.exp(-1 / 72))


def test_repeating_a_word_is_clipped() -> None:
    once, again = (cider_d([said, "dog"], [["cat mat"], ["dog"]])[0] for said in ("cat mat", "cat cat"))
    assert again < once


def test_every_text_is_drawn_in_every_size_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    drawn, again = draw_texts(first, TEXTS[:2]), draw_texts(second, TEXTS[:2])
    assert [text for _, text in drawn] == [TEXTS[0]] * 3 + [TEXTS[1]] * 3
    assert [a.read_bytes() for a, _ in drawn] == [b.read_bytes() for b, _ in again]


def test_words_are_found_whatever_their_case_and_blanks() -> None:
    read = (Perceived(channel="ocr", text="OPEN daily\nfromnine"), Perceived(channel="ocr", text="to fife"))
    assert words_found("Open daily from nine to five", read) == pytest.approx(5 / 6)
    assert words_found("Open daily", ()) == 0


def test_data_that_are_not_here_are_named_and_the_rest_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.perception.draw_texts", lambda folder: [(folder / "a.png", "a text")])

    def unopened(*_: object) -> None:
        raise AssertionError

    tier = Tier(perceivers=(Silent(),), unsilenced=(Silent(),), opened=unopened)  # type: ignore[arg-type]
    table: PerceptionTable = perception_table(tmp_path, tier)
    assert [sentence.split()[0] for sentence in table.missing] == ["speech", "photos", "eshop-catalog", "coco-photos"]
    assert [(row.what, row.model, row.figures) for row in table.rows] == [
        ("text in pictures", "rapidocr-silent", {"words found": 0.0})
    ]


def test_each_product_is_looked_for_in_its_own_picture_alone(tmp_path: Path) -> None:
    """The pictures are named by the products' numbers: an item called 2 would be given 2.webp beside its own."""
    (tmp_path / "pics").mkdir()
    for number in (1, 2, 3):
        Image.new("RGB", (8, 8)).save(tmp_path / "pics" / f"{number}.webp")
    products = [{"Id": number, "Name": f"product {number}"} for number in (1, 2, 3)]
    (tmp_path / "catalog.json").write_text(json.dumps(products), encoding="utf-8")

    class Read(Exception):
        """The catalogue was read."""

    def opened(catalogue: Path, media: Path, *_: object) -> None:
        items = read_catalogue(catalogue, media_dir=media).items
        raise Read([[one.path for one in item.media] for item in items])

    tier = Tier(perceivers=(Silent(),), unsilenced=(Silent(),), opened=opened)  # type: ignore[arg-type]
    with pytest.raises(Read) as read:
        shop(tmp_path, tier, print)
    assert read.value.args == ([["1.webp"], ["2.webp"], ["3.webp"]],)


@pytest.mark.parametrize(
    ("captioner", "name"),
    [
        ("offline", "vouch-seeing"),
        ("smolvlm-500m-instruct", "smolvlm-500m-instruct"),
        ("http://127.0.0.1:9/v1#some-model", "some-model@server"),
        ("tiny.gguf", "tiny"),
    ],
)
def test_whoever_captions_pictures_is_measured_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, captioner: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.gguf").write_bytes(b"GGUF")
    perceivers = build_perceivers(Settings(captioner=captioner, weights=tmp_path))
    assert captioner_of(perceivers).made_by.startswith(name)
    tier = Tier(perceivers=perceivers, unsilenced=(), opened=lambda *_: pytest.fail("nothing is opened"))
    tags, captions = tier.makers("efficientnet").split(", ")
    assert tags.startswith("efficientnet-lite2")
    assert captions.startswith(name)


class RedOnly:
    """Captions what is red, and nothing else."""

    takes: frozenset[MediaKind] = frozenset({"picture"})
    made_by = "red/caption-1"

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """One caption or none."""
        red, green, _ = open_picture(path).split()
        said = sum(red.histogram()[:128]) < sum(green.histogram()[:128])
        return (Perceived(channel="caption", text="something red"),) if said else ()


def photo_set(folder: Path, colours: str, split: str = "test") -> None:
    """A folder like coco-photos: a photo for each letter, r red and g green, each told of by five people."""
    folder.mkdir()
    rows = []
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        for number, letter in enumerate(colours):
            buffer = io.BytesIO()
            Image.new("RGB", (20, 20), {"r": "red", "g": "green"}[letter]).save(buffer, "PNG")
            archive.writestr(f"{number}.png", buffer.getvalue())
            rows.append({"photo": f"{number}.png", "split": split, "captions": [f"{number} {n}" for n in range(5)]})
    (folder / "captions.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")


def tier_of(*perceivers: RedOnly) -> Tier:
    return Tier(perceivers=perceivers, unsilenced=perceivers, opened=lambda *_: pytest.fail("nothing is opened"))


def test_what_is_said_is_drawn_and_the_rest_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "COVERS", tmp_path / "covers")
    (tmp_path / "covers").mkdir()
    Image.new("RGB", (20, 30), "red").save(tmp_path / "covers" / "a.webp")
    photo_set(tmp_path / "coco-photos", "r" * 13 + "g" * 4)
    table = caption_sheets(tmp_path, tier_of(RedOnly()), tmp_path / "out", say=print)
    assert [(row.data, row.count, row.figures) for row in table.rows] == [
        ("photos", 17, {"said": 13}),
        ("covers", 1, {"said": 1}),
    ]
    assert [sentence.split(":")[0] for sentence in table.missing] == ["shop"]
    drawn = {path.name: open_picture(path) for path in (tmp_path / "out").iterdir()}
    assert sorted(drawn) == ["covers-1.png", "photos-1.png", "photos-2.png"]
    cell = (sheets.CELL_PX, sheets.CELL_PX + sheets.CAPTION_PX)
    assert drawn["photos-1.png"].size == (4 * cell[0], 3 * cell[1])
    assert drawn["photos-2.png"].size == (4 * cell[0], cell[1])
    last = [drawn["photos-2.png"].getpixel((column * cell[0] + 100, 100)) for column in range(4)]
    assert last == [(255, 0, 0), *[(255, 255, 255)] * 3]
    below = drawn["photos-2.png"].crop((0, sheets.CELL_PX, cell[0], cell[1])).convert("L")
    assert below.histogram()[0] > 20, "the caption is not there"


def test_the_photos_of_the_sheets_are_drawn_by_the_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PHOTOS", 5)
    photo_set(tmp_path / "coco-photos", "r" * 40)
    chosen = [[one["photo"] for one in sheets._test_photos(tmp_path / "coco-photos", seed)] for seed in (1, 1, 2)]
    assert chosen[0] == chosen[1] != chosen[2]
    assert all(len(set(one)) == 5 for one in chosen)


def test_photos_are_held_out_of_those_that_five_people_told_of_outside_the_test(tmp_path: Path) -> None:
    splits = ["train", "test", "train"] * 300
    captions = [5, 5, 4] * 300
    held_out = held_out_of(splits, captions)
    assert len(held_out) == len(set(held_out)) == len(range(0, 900, 3)) // 3 < HELD_OUT
    assert held_out == sorted(held_out) == held_out_of(splits, captions) != held_out_of(splits, captions, seed=1)
    assert all(i % 3 == 0 for i in held_out)
    assert len(held_out_of(["train"] * 900, [5] * 900)) == HELD_OUT
    photo_set(tmp_path / "coco-photos", "r" * 9, split="train")
    table = caption_sheets(tmp_path, tier_of(RedOnly()), tmp_path / "out", held_out=True, say=print)
    assert [(row.data, row.count) for row in table.rows] == [("held-out", 3)]


def test_without_the_photos_nothing_held_out_is_measured(tmp_path: Path) -> None:
    table = held_out_table(tmp_path, tier_of(RedOnly()), say=print)
    assert table.rows == ()
    assert table.missing[0].startswith("coco-photos is not in")


def test_held_out_photos_are_looked_for_where_some_have_a_text_some_a_picture_some_both(tmp_path: Path) -> None:
    photo_set(tmp_path / "coco-photos", "r" * 36, split="train")
    homes: list[list[tuple[bool, bool]]] = []
    embedder = HashEmbedder()

    def opened(catalogue: Path, media: Path, *_: object) -> SimpleNamespace:
        """A home that finds the photo whose number is the first word, and has pictures where their captions lie."""
        items = read_catalogue(catalogue, media_dir=media).items
        homes.append([(bool(item.media), "description" in item.attributes) for item in items])
        of_number = {str(number): item for number, item in zip(held_out, items, strict=True)}

        def recommend(query: Query) -> RecList:
            first = Recommendation(rank=1, item=of_number[query.text.split()[0]], score=1.0, parts={})
            return RecList(query=query, recommendations=(first,))

        passages = [
            Passage(passage_id=n, item_id=item.item_id, channel="tags", text="", made_by="x", space="seen")
            for n, item in of_number.items()
        ]
        vectors = embedder.embed([f"{number} 1" for number in held_out])
        return SimpleNamespace(
            recommender=SimpleNamespace(recommend=recommend),
            index=SimpleNamespace(close=lambda: None),
            store=SimpleNamespace(passages_and_vectors=lambda: (passages, vectors)),
            embedder=embedder,
        )

    held_out = held_out_of(["train"] * 36, [5] * 36)
    tier = Tier(perceivers=(RedOnly(),), unsilenced=(RedOnly(),), opened=opened)  # type: ignore[arg-type]
    captions, *mixes, cosines = held_out_table(tmp_path, tier, say=print).rows
    assert (captions.count, captions.figures["shown"]) == (12, 1)
    assert [row.count for row in mixes] == [4 * 12] * 5
    assert all(row.figures == {"recall@1": 1, "recall@5": 1} for row in mixes)
    assert [(sum(seen for seen, _ in home), sum(told for _, told in home)) for home in homes] == [
        *((12, 6), (6, 6), (8, 8), (2, 10), (10, 2)),
        (12, 0),
    ]
    assert all(seen or told for home in homes for seen, told in home)
    assert set(cosines.figures) == {"slope", "shift"}
