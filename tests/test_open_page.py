"""An ingest beside an open page: neither is refused, people are answered from what is in so far, and a kill spoils nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from agent.build import build_conversation
from agent.conversation import Conversation
from agent.keeping_up import FreshTools, Keeper
from retrieval import ingest as ingesting
from retrieval.build import Collection, open_collection, run_ingest, scorer_upkeep
from retrieval.ingest import IngestReport
from retrieval.scorers.upkeep import NEWS
from retrieval.stores.chroma_index import ChromaIndex
from retrieval.stores.ingest_lock import ingest_lock
from retrieval.stores.sql_catalogue import SqlCatalogue
from ui.gradio_chat import build_shelf
from vouch.errors import HomeBusy
from vouch.settings import Settings
from vouch.types import Interaction

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")

BOOKS: Mapping[str, str] = {
    "The Lighthouse": "A keeper waits for ships and sings to the sea through a long winter.",
    "Bread": "Three sisters open a bakery by the market and quarrel about flour and yeast.",
    "Gold": "Pirates hide a chest of gold on an island and forget where the island is.",
    "The Clock": "A watchmaker builds a clock that counts the days backwards until he is young.",
}
NEW = {"Dragon": "A dragon learns to knit scarves for the knights that it used to fight."}


class Silent:
    """Is told, and says nothing."""

    def catalogue(self, file: object) -> None: ...

    def interactions(self, file: object) -> None: ...

    def step(self, step: object) -> None: ...

    def say(self, message: str) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", threads=1)


def ingest(settings: Settings, books: Mapping[str, str], *, likes: Path | None = None) -> IngestReport:
    file = settings.home.parent / "books.csv"
    rows = [f'{n},"{title}","{plot}"' for n, (title, plot) in enumerate(books.items())]
    file.write_text("\n".join(["id,title,plot", *rows]), encoding="utf-8")
    return run_ingest(settings, file, media_dir=None, interactions=likes, column_map={}, prune=False, watcher=Silent())


@pytest.fixture
def page(settings: Settings) -> Iterator[tuple[Collection, Conversation, Keeper]]:
    """An opened collection of four books, the conversation about it, and who keeps it up to date."""
    ingest(settings, BOOKS)
    collection = open_collection(settings)
    conversation = build_conversation(settings, collection)
    keeper = Keeper(settings, collection, conversation)
    yield collection, conversation, keeper
    conversation.close()
    keeper.collection.index.close()


def titles(conversation: Conversation, words: str) -> list[str]:
    reply = conversation.reply(words, conversation_id=words)
    return [one.item.title for one in reply.rec_list.recommendations]


def test_what_an_ingest_adds_is_recommended_by_the_open_page(
    settings: Settings, page: tuple[Collection, Conversation, Keeper]
) -> None:
    collection, conversation, keeper = page
    shelf = build_shelf(conversation, media_dir=Path())
    assert not keeper.look()
    assert ingest(settings, {**BOOKS, **NEW}).added == 1
    assert titles(conversation, "a knitting dragon")[:1] != ["Dragon"]
    assert keeper.look()
    assert titles(conversation, "a knitting dragon")[0] == "Dragon"
    assert [item.title for item in shelf.items.values()] == [*BOOKS, *NEW]
    assert keeper.collection.index.tier.startswith("chroma ")
    assert keeper.collection.index.count("text") == collection.index.count("text") + 2
    assert not keeper.look()


def version_in_use(keeper: Keeper) -> tuple[str, int]:
    """The scorer's version that the page's tiers tell and the number in its edition."""
    return keeper.collection.tiers["likes"], int(keeper.collection.edition.split()[-1])


def test_the_open_page_takes_the_scorer_that_is_put_in_use_beside_it(settings: Settings) -> None:
    likes = settings.home.parent / "likes.csv"
    rows = [f"p{p},{item},5,{p}" for p in range(6) for item in (p % 4, (p + 1) % 4)]
    likes.write_text("\n".join(["user_id,item_id,rating,timestamp", *rows]), encoding="utf-8")
    ingest(settings, BOOKS, likes=likes)
    collection = open_collection(settings)
    conversation = build_conversation(settings, collection)
    keeper = Keeper(settings, collection, conversation)
    assert not keeper.look()
    scorer_upkeep(settings).refit()
    assert keeper.look()
    assert version_in_use(keeper)[1] == 2
    assert not keeper.look()
    scorer_upkeep(settings).go_back()
    assert keeper.look()
    assert version_in_use(keeper)[1] == 1
    scorer_upkeep(settings).refit()
    assert keeper.look()
    before = version_in_use(keeper)[0]
    for n in range(NEWS - 1):
        conversation.toolbox.recommender.remember(
            Interaction(user_id=f"member{n}", item_id="0", kind="like", at=n + 1.0, source="click")
        )
    assert not keeper.look()
    conversation.toolbox.recommender.remember(
        Interaction(user_id="member0", item_id="1", kind="like", at=99.0, source="click")
    )
    assert keeper.look()
    assert version_in_use(keeper)[0] != before
    assert not keeper.look()
    conversation.close()
    keeper.collection.index.close()


def test_the_page_shows_columns_that_an_ingest_has_brought(
    settings: Settings, page: tuple[Collection, Conversation, Keeper]
) -> None:
    _, conversation, keeper = page
    shelf = build_shelf(conversation, media_dir=settings.home)
    file = settings.home.parent / "books.csv"
    file.write_text(
        'id,title,plot,pages\n0,Bread,"Three sisters open a bakery.",120\n1,Gold,"Pirates.",300', encoding="utf-8"
    )
    run_ingest(settings, file, media_dir=None, interactions=None, column_map={}, prune=False, watcher=Silent())
    assert shelf.schema is not None
    assert "pages" not in [attribute.name for attribute in shelf.schema.attributes]
    assert keeper.look()
    assert "pages" in [attribute.name for attribute in shelf.schema.attributes]


def test_an_agent_s_tools_know_what_was_ingested_after_their_start(settings: Settings) -> None:
    ingest(settings, BOOKS)
    tools = FreshTools(settings, person="stranger:mcp")
    first = tools.collection
    assert tools().recommender is first.recommender
    ingest(settings, {**BOOKS, **NEW})
    found = tools().recommend(text="a dragon that knits").recommendations
    assert found[0].item.title == "Dragon"
    assert tools().recommender is tools.collection.recommender
    tools.collection.index.close()


def test_answers_that_began_before_the_change_can_be_finished(
    settings: Settings, page: tuple[Collection, Conversation, Keeper]
) -> None:
    collection, _, keeper = page
    vector = collection.embedder.embed(["pirates"])[0]
    before = collection.index.search(vector, 3, "text")
    ingest(settings, {**BOOKS, **NEW})
    keeper.look()
    assert collection.index.search(vector, 3, "text") == before


def test_an_ingest_that_dies_beside_the_page_leaves_what_it_wrote_and_the_next_one_completes_it(
    settings: Settings, page: tuple[Collection, Conversation, Keeper]
) -> None:
    _, conversation, keeper = page
    more = {**BOOKS, **NEW, "Snow": "It snows for a year in a village of postmen.", "Ink": "A printer runs out of ink."}
    written = SqlCatalogue.put_items
    calls: list[Any] = []

    def dying(store: SqlCatalogue, records: Any) -> None:
        calls.append(records)
        if len(calls) == 2:
            raise KeyboardInterrupt
        written(store, records)

    with (
        patch.object(ingesting, "_BATCH_ITEMS", 1),
        patch.object(SqlCatalogue, "put_items", dying),
        pytest.raises(KeyboardInterrupt),
    ):
        ingest(settings, more)
    assert keeper.look()
    assert len(keeper.collection.catalogue.items) == 5
    assert titles(conversation, "a knitting dragon")[0] == "Dragon"
    assert ingest(settings, more).added == 2
    assert keeper.look()
    assert titles(conversation, "a village of postmen in the snow")[0] == "Snow"


def test_a_page_opened_during_an_ingest_answers_and_takes_over_the_index_afterwards(settings: Settings) -> None:
    ingest(settings, BOOKS)
    with ChromaIndex.open(settings.home / "index", catalogue=SqlCatalogue(settings.database), for_writing=True):
        collection = open_collection(settings)
        conversation = build_conversation(settings, collection)
        keeper = Keeper(settings, collection, conversation)
        assert collection.index.tier.startswith("exact copy")
        assert titles(conversation, "pirates and gold")[0] == "Gold"
    ingest(settings, {**BOOKS, **NEW})
    assert keeper.look()
    assert keeper.collection.index.tier.startswith("chroma ")
    assert titles(conversation, "a knitting dragon")[0] == "Dragon"
    conversation.close()
    keeper.collection.index.close()


def test_two_ingests_at_a_time_are_refused(settings: Settings) -> None:
    with ingest_lock(settings.home), pytest.raises(HomeBusy, match="Another ingest"):
        ingest(settings, BOOKS)
    assert ingest(settings, BOOKS).added == 4
