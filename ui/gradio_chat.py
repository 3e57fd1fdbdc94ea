"""The page: one Gradio component (ui/page/room.*) whose events are answered by a Room. Knows no model and no store."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ui.page.room import Room
from ui.page.seams import Talks
from ui.page.shelf import Shelf
from ui.page.visitors import Member
from vouch.types import Item, Schema

TITLE = "Vouch"
ASKERS_AT_ONCE = 4
NEVER = "1000000000"
"""After how many events Gradio sums up, in pandas, how long they took: it would do so after each one."""
_ASSETS = Path(__file__).parent / "page"
_FONT = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "Menlo", "Consolas", "monospace"]


def build_shelf(conversation: Talks, *, media_dir: Path, simulated: bool = False) -> Shelf:
    """The items of the conversation's catalogue with their media, which lie in `media_dir`.

    `simulated`: the collection's likes are of invented people, and the page calls them that.
    """

    def schema() -> Schema:
        return conversation.toolbox.recommender.catalogue.schema

    return Shelf(ItemsOf(conversation), schema=schema, media_dir=media_dir, simulated=simulated)


class ItemsOf(Mapping[str, Item]):
    """The items that a conversation is about now, by id: an ingest may add some while the page is open."""

    def __init__(self, conversation: Talks) -> None:
        self._conversation = conversation

    def __getitem__(self, item_id: str) -> Item:
        return self._by_id[item_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def _by_id(self) -> Mapping[str, Item]:
        return self._conversation.toolbox.recommender.catalogue.by_id


def build_page(
    conversation: Talks, *, shelf: Shelf, members: Sequence[Member] = (), examples: Sequence[str] = ()
) -> Any:
    """The page as gr.Blocks, to be mounted by rest_api.build_app.

    `members` are people who can be chosen; `examples` are messages to click while the conversation is empty.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", NEVER)
    import gradio as gr

    room = Room(conversation, shelf=shelf, members=members, examples=examples)

    def arrive(said: Any) -> Any:
        return room.arrive(said)

    def mark(said: Any) -> Any:
        return room.mark(said)

    def taste(said: Any) -> Any:
        return room.taste(said)

    def change_taste(said: Any) -> Any:
        return room.change_taste(said)

    def ask(event: Any) -> Iterator[Mapping[str, Any]]:
        yield from room.ask(event._data)

    ask.__annotations__["event"] = gr.EventData  # Gradio hands the event to what is annotated so, and reads no strings

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        shown = gr.HTML(
            value={},
            html_template=_asset("room.html"),
            js_on_load=_asset("room.js"),
            server_functions=[arrive, mark, taste, change_taste],
            apply_default_css=False,
            elem_id="vouch",
        )
        asked = shown.ask(
            ask,
            outputs=[shown],
            show_progress="hidden",
            concurrency_limit=ASKERS_AT_ONCE,
            api_visibility="private",
        )
        asked.failure(_failed, outputs=[shown], show_progress="hidden", api_visibility="private")
    return page


def mount_options() -> dict[str, Any]:
    """What gradio.mount_gradio_app is told about the page's looks: own style, system fonts, nothing from elsewhere."""
    import gradio as gr

    return {
        "theme": gr.themes.Base(font=_FONT, font_mono=_MONO),
        "css": _asset("theme.css"),
        "head": f"<title>{TITLE}</title><link rel='icon' href='/icon.svg' type='image/svg+xml'>",
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        "enable_monitoring": False,
        "pwa": False,
        "mcp_server": False,
        "max_file_size": "1kb",  # nothing is uploaded here
    }


def _failed() -> Mapping[str, Any]:
    return {"state": "failed", "at": time.time_ns()}  # never twice the same, so that the page notices each


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")
