"""A conversation that answers from a script over eight works, with covers drawn by Pillow and sounds of sine waves."""

from __future__ import annotations

import math
import re
import struct
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from PIL import Image, ImageDraw

from agent.conversation import Cards, Words
from retrieval.asked_media import AskedFiles
from retrieval.catalogue import Catalogue
from retrieval.memory import Memory
from retrieval.recommender import Recommender
from tests.stand_ins_recommender import ListStore
from tools.toolbox import Toolbox
from vouch.answers import Move
from vouch.errors import InputError
from vouch.types import (
    Attribute,
    AttributeType,
    AttributeValue,
    CitedPassage,
    Filter,
    Interaction,
    Item,
    LikedItem,
    Media,
    MetFilter,
    Note,
    Passage,
    Popularity,
    Query,
    Reason,
    RecList,
    Recommendation,
    Reply,
    Schema,
    Taste,
    ToolCall,
)

WORKS: tuple[tuple[str, str, dict[str, AttributeValue], str], ...] = (
    (
        "nosferatu",
        "Nosferatu",
        {
            "kind": "film",
            "year": 1922.0,
            "creator": "F. W. Murnau",
            "country": "Germany",
            "length": 94.0,
            "genres": ("horror", "silent"),
        },
        "A clerk travels to a castle in the Carpathians to sell a house, and brings death home with him. Slow, pale and full of "
        "shadows that arrive before the thing that casts them; the dread grows out of stillness rather than shock.",
    ),
    (
        "general",
        "The General",
        {
            "kind": "film",
            "year": 1926.0,
            "creator": "Buster Keaton",
            "country": "United States",
            "length": 79.0,
            "genres": ("comedy", "silent"),
        },
        "An engine driver chases his stolen locomotive across the lines of two armies. Dry, precise and very fast: every joke is "
        "built like a machine, and the machine is a real train.",
    ),
    (
        "frankenstein",
        "Frankenstein; or, The Modern Prometheus",
        {
            "kind": "book",
            "year": 1818.0,
            "creator": "Mary Shelley",
            "country": "United Kingdom",
            "pages": 280.0,
            "genres": ("gothic", "science fiction"),
        },
        "A student makes a living being and will not look at it. A tale told inside a tale, from the ice of the Arctic back to a "
        "stormy laboratory; sorrowful and angry in equal parts.",
    ),
    (
        "clair",
        "Clair de lune",
        {
            "kind": "music",
            "year": 1905.0,
            "creator": "Claude Debussy",
            "country": "France",
            "length": 5.0,
            "moods": ("calm", "tender"),
        },
        "A piano piece that hardly touches the keys: moonlight on water, a slow tide of chords, a melody that keeps almost falling "
        "asleep.",
    ),
    (
        "caligari",
        "The Cabinet of Dr. Caligari",
        {
            "kind": "film",
            "year": 1920.0,
            "creator": "Robert Wiene",
            "country": "Germany",
            "length": 77.0,
            "genres": ("horror", "silent"),
        },
        "A sleepwalker kills by night at the bidding of a showman. Painted streets lean and stab at the people in them; nothing "
        "stands upright, least of all the story.",
    ),
    ("print-07", "Print 7", {"kind": "print"}, ""),
    (
        "xss",
        "<img src=x onerror=alert(1)> & “Sons”",
        {"kind": "book", "year": 1911.0, "creator": "[A link](javascript:alert(1))", "country": "<b>Nowhere</b>"},
        "A title that tries to be a picture. **Not bold**, and <script>alert(2)</script> stays text as well.",
    ),
    (
        "turn",
        "The Turn of the Screw",
        {
            "kind": "book",
            "year": 1898.0,
            "creator": "Henry James",
            "country": "United Kingdom",
            "pages": 120.0,
            "genres": ("gothic",),
        },
        "A governess, two too well-behaved children, and two people who should not be in the house. The prose winds itself tighter "
        "with each page, and never says whether there is anything there.",
    ),
)
NO_COVER = frozenset({"turn"})
HEARD = {"clair": 0.0, "nosferatu": 2.0}
TIERS = {"chat": "scripted answers", "embedder": "none", "pictures": "drawn covers", "sound": "sine waves"}
FRESH_S = 1_700_000_000.0


def catalogue() -> Catalogue:
    """The eight works with their passages: a title and a description each, two heard ones, one seen, one read."""
    return Catalogue(items=tuple(_item(*work) for work in WORKS), schema=_schema(), passages=tuple(_passages()))


def draw_media(folder: Path) -> Path:
    """Covers of several shapes and two sounds of six seconds, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, (item_id, title, _, _) in enumerate(WORKS):
        if item_id not in NO_COVER:
            _draw_cover(folder / f"{item_id}.webp", title=title, n=n)
    for item_id in HEARD:
        _draw_sound(folder / f"{item_id}.wav")
    return folder


@dataclass
class ScriptedRecommender:
    """Recommends the works in their order, without those that the person has met; films only where "film" is asked for."""

    catalogue: Catalogue = field(default_factory=catalogue)
    store: ListStore = field(default_factory=ListStore)

    @property
    def memory(self) -> Memory:
        return Memory(self.store)

    @property
    def interactions(self) -> list[Interaction]:
        return self.store.rows

    def taste(self, user_id: str) -> Taste:
        return self.memory.taste(user_id)

    def effect(self, before: Taste, after: Taste, query: Query) -> tuple[Move, ...]:
        """Each newly liked item lifts the film after it."""
        liked = {p.item_id for p in after.liked} - {p.item_id for p in before.liked}
        return tuple(Move(item_id="general", title="The General", was=2, now=1, part="alike") for _ in liked)

    def recommend(self, query: Query) -> RecList:
        out = frozenset[str]().union(*(taste.out for taste in query.tastes))
        films = "film" in query.text
        items = [
            item
            for item in self.catalogue.items
            if item.item_id not in out and (not films or item.attributes["kind"] == "film")
        ]
        taste = query.tastes[0] if query.tastes else Taste(user_id="nobody")
        recommendations = tuple(self._recommendation(n, item, taste) for n, item in enumerate(items[: query.k], 1))
        notes = (
            ()
            if taste.liked
            else (
                Note(
                    kind="no_history",
                    text="Nothing is known of your taste yet, so this goes by what the works are like.",
                ),
            )
        )
        return RecList(query=query, recommendations=recommendations, notes=notes)

    def explain(self, item_id: str, query: Query) -> Recommendation:
        return self._recommendation(1, self.catalogue.by_id[item_id], query.tastes[0])

    def affinities(self, taste: Taste, item_ids: list[str]) -> tuple[tuple[str, float, tuple[LikedItem, ...]], ...]:
        return tuple((item_id, 0.5, ()) for item_id in item_ids if taste.liked)

    def _recommendation(self, rank: int, item: Item, taste: Taste) -> Recommendation:
        cited: list[Reason] = [
            CitedPassage(passage=passage, similarity=0.5, span=_span(passage.text))
            for passage in self.catalogue.passages_of(item.item_id)
            if passage.channel != "title"
        ]
        shares = (0.41, 0.27, -0.08)
        liked: list[Reason] = [
            LikedItem(item_id=p.item_id, title=self.catalogue.by_id[p.item_id].title, contribution=share, share=share)
            for p, share in zip(taste.liked, shares, strict=False)
        ]
        met: list[Reason] = []
        if "length" in item.attributes:
            under = Filter(attribute="length", op="<=", value=100.0)
            met = [MetFilter(filter=under, value=item.attributes["length"])]
        popular: list[Reason] = [Popularity(people=41, place=7)] if rank % 3 == 2 else []
        reasons = (*cited, *liked, *met, *popular)
        return Recommendation(rank=rank, item=item, score=1 / rank, parts={"dense": 1 / rank}, reasons=reasons)


@dataclass
class ScriptedConversation:
    """Answers every message with the scripted list and a sentence about it; "why" is answered without a list.

    A message with "nonsense" raises InputError, one with "crash" a bug's error. Remembers conversations in memory.
    """

    recommender: ScriptedRecommender = field(default_factory=ScriptedRecommender)
    tiers: Mapping[str, str] = field(default_factory=lambda: dict(TIERS))
    replies: dict[str, list[tuple[str, Reply]]] = field(default_factory=dict)
    people: list[tuple[str, str]] = field(default_factory=list)
    given: list[tuple[bool | None, tuple[str, ...]]] = field(default_factory=list)
    asked: AskedFiles | None = None

    @property
    def toolbox(self) -> Toolbox:
        return Toolbox(recommender=cast(Recommender, self.recommender), clock=self._clock, asked=self.asked)

    def stream(
        self,
        message: str,
        *,
        conversation_id: str,
        person: str | None = None,
        share_taste: bool | None = None,
        media: Sequence[str] = (),
    ) -> Iterator[Cards | Words | Reply]:
        self.given.append((share_taste, tuple(media)))
        if "nonsense" in message:
            raise InputError("There is no “nonsense” in this catalogue. Close titles: Nosferatu.")
        if "crash" in message:
            raise RuntimeError("a bug")
        who = person or f"stranger:{conversation_id}"
        self.people.append((conversation_id, who))
        if message.startswith("why"):
            rec_list, text = RecList(query=Query(text=message)), "Nosferatu is here for its slow dread."
        else:
            rec_list = self.toolbox.for_person(who).recommend(message)
            yield Cards(rec_list=rec_list)
            text = _sentence(rec_list)
        for word in re.findall(r"\S+\s*", text):
            yield Words(text=word)
        reply = self._reply(message, conversation_id, rec_list, text)
        yield replace(reply, about=("nosferatu",)) if message.startswith("why") else reply

    def history(self, conversation_id: str) -> tuple[tuple[str, Reply], ...]:
        return tuple(self.replies.get(conversation_id, ()))

    def _reply(self, message: str, conversation_id: str, rec_list: RecList, text: str) -> Reply:
        turns = self.replies.setdefault(conversation_id, [])
        reply = Reply(
            conversation=conversation_id,
            turn=len(turns),
            text=text,
            rec_list=rec_list,
            plan=(ToolCall(name="recommend", arguments={"text": message}),),
            tiers=self.tiers,
            seconds=0.1,
        )
        turns.append((message, reply))
        return reply

    def _clock(self) -> float:
        return FRESH_S + len(self.recommender.interactions)


def _sentence(rec_list: RecList) -> str:
    titles = [one.item.title for one in rec_list.recommendations]
    if not titles:
        return "Nothing here fits, because you have met all of it."
    second = f" {titles[1]} is quicker on its feet, if you would rather laugh." if len(titles) > 1 else ""
    return f"{titles[0]} comes closest: the dread in it grows slowly, and it stays under two hours.{second}"


def _item(item_id: str, title: str, attributes: dict[str, AttributeValue], text: str) -> Item:
    media: list[Media] = [] if item_id in NO_COVER else [Media(path=f"{item_id}.webp", kind="picture")]
    if item_id in HEARD:
        media.append(Media(path=f"{item_id}.wav", kind="sound"))
    described = {**attributes, "description": text} if text else attributes
    return Item(item_id=item_id, title=title, attributes=described, media=tuple(media))


def _schema() -> Schema:
    def attribute(name: str, kind: str, unit: str | None = None) -> Attribute:
        return Attribute(name=name, type=cast(AttributeType, kind), column=name.capitalize(), unit=unit, present=7)

    return Schema(
        id_columns=("id",),
        title_column="title",
        text_columns=("description",),
        attributes=(
            replace(attribute("kind", "category"), values=(("film", 3), ("book", 3), ("music", 1), ("print", 1))),
            replace(attribute("year", "number"), minimum=1818.0, maximum=1926.0),
            attribute("creator", "category"),
            attribute("country", "category"),
            replace(attribute("length", "number", "min"), minimum=5.0, maximum=94.0),
            attribute("pages", "number", "pages"),
            attribute("genres", "list"),
            attribute("moods", "list"),
            attribute("description", "text"),
        ),
    )


def _passages() -> Iterator[Passage]:
    for item_id, title, _, text in WORKS:
        yield Passage(passage_id=f"{item_id}/title", item_id=item_id, channel="title", text=title, made_by="file")
        if text:
            yield Passage(
                passage_id=f"{item_id}/description", item_id=item_id, channel="description", text=text, made_by="file"
            )
    for item_id, start_s in HEARD.items():
        yield Passage(
            passage_id=f"{item_id}/heard",
            item_id=item_id,
            channel="transcript",
            text="This is a work that you should meet late in the evening, with the lamp turned down. It does not hurry.",
            made_by="whisper-base:3f2a91c0/int8-1",
            media=f"{item_id}.wav",
            start_s=start_s,
            end_s=start_s + 1.0,
        )
    yield Passage(
        passage_id="print-07/tags",
        item_id="print-07",
        channel="tags",
        text="tabby cat (0.62), Egyptian cat (0.11)",
        made_by="efficientnet-lite2:9c0d12ef/tags-1",
        space="seen",
        media="print-07.webp",
    )


def _span(text: str) -> tuple[int, int]:
    end = text.find(".")
    return (0, end + 1) if 0 < end < len(text) - 1 and len(text) > 60 else (0, len(text))


def _draw_cover(path: Path, *, title: str, n: int) -> None:
    width, height = ((400, 600), (400, 600), (380, 600), (500, 500))[n % 4] if n != 5 else (600, 400)
    hue = (n * 67 + 200) % 360
    picture = Image.new("HSV", (width, height), (hue * 255 // 360, 90, 110)).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for ring in range(9):
        shade = Image.new("HSV", (1, 1), (((hue + 12 * ring) % 360) * 255 // 360, 120, 120 + 12 * ring)).convert("RGB")
        r = int(width * (0.62 - 0.06 * ring))
        x, y = width * (0.3 + 0.05 * (n % 5)), height * (0.32 + 0.03 * (n % 3))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=cast("tuple[int, int, int]", shade.getpixel((0, 0))))
    pen.rectangle((0, height * 0.78, width, height), fill=(24, 22, 26))
    pen.text((width * 0.07, height * 0.82), title[:22], fill=(245, 240, 230), font_size=width / 11)
    picture.save(path, "WEBP", quality=80)


def _draw_sound(path: Path) -> None:
    rate, seconds = 8_000, 6
    samples = (int(8_000 * math.sin(2 * math.pi * (220 + 55 * (t // rate)) * t / rate)) for t in range(rate * seconds))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", s) for s in samples))
