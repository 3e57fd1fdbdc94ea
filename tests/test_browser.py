"""The page in Debian's Chromium: asked, opened, liked, reloaded. The server runs in a thread of the test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from agent.build import build_conversation
from retrieval.asked_media import AskedFiles
from retrieval.build import open_collection, run_ingest
from retrieval.perception.cache import PerceptionCache
from tests.stand_ins_ui import ScriptedConversation, draw_media
from ui.gradio_chat import build_page, build_shelf
from ui.page.seams import Talks
from ui.page.visitors import Member
from ui.rest_api import build_app
from vouch.settings import Settings

pytestmark = pytest.mark.browser

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--autoplay-policy=no-user-gesture-required"),
]
INSTALL = ("apt-get", "install", "-y", "chromium")
SLOW_MS = 15_000
MEMBER = Member(user_id="m017", label="Ines, likes silent horror")
DEMO = Path(__file__).parent.parent / "demo" / "catalogue.jsonl"


def chromium() -> str:
    """Where Chromium is. With CI=true it is installed where it is missing; elsewhere the test is skipped, saying what is missing."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI") != "true":
        pytest.skip("no Chromium on this machine: apt-get install -y chromium")
    if subprocess.run(INSTALL, check=False, capture_output=True).returncode != 0:
        subprocess.run(("apt-get", "update"), check=True, capture_output=True)
        subprocess.run(INSTALL, check=True, capture_output=True)
    return shutil.which("chromium") or pytest.fail("apt-get install -y chromium left no chromium")


class ServerThread:
    """A server on the loopback. The application is built inside its loop, since Gradio leaves one open elsewhere."""

    def __init__(
        self, talk: Talks, media: Path, *, host: str = "127.0.0.1", api_key: str | None = None, port: int = 0
    ) -> None:
        self._talk, self._media, self._host, self._api_key = talk, media, host, api_key
        config = uvicorn.Config(self._app, factory=True, host="127.0.0.1", port=port, log_level="critical", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> str:
        """The address, once it answers."""
        self._thread.start()
        give_up = time.monotonic() + 240
        while not self._server.started:
            if time.monotonic() > give_up or not self._thread.is_alive():
                pytest.fail("the server did not start")
            time.sleep(0.05)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/"

    def stop(self) -> None:
        """Ends the server."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=20)

    def _app(self) -> FastAPI:
        shelf = build_shelf(self._talk, media_dir=self._media)
        page = build_page(self._talk, shelf=shelf, members=[MEMBER], examples=["A film that makes me laugh"])
        return build_app(self._talk, page=page, shelf=shelf, host=self._host, api_key=self._api_key)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_media(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def address(media: Path) -> Iterator[str]:
    server = ServerThread(ScriptedConversation(), media)
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile; the test fails if a page of it asked another machine, or raised an error."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(SLOW_MS)
    asked: list[str] = []
    troubles: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("weberror", lambda error: troubles.append(str(error.error)))
    opened.on("dialog", lambda dialog: troubles.append(dialog.message))
    yield opened
    opened.close()
    elsewhere = [url for url in asked if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert elsewhere == []
    assert troubles == []


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".v[data-ready]", timeout=SLOW_MS)
    return page


def ask(page: Page, text: str) -> None:
    """Sends a message with Enter and waits for the end of the answer."""
    turns = page.locator(".turn").count()
    page.locator("#v-box").fill(text)
    page.locator("#v-box").press("Enter")
    expect(page.locator(".turn")).to_have_count(turns + 1, timeout=SLOW_MS)
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done", timeout=SLOW_MS)


def titles(page: Page) -> list[str]:
    """The titles of the last answer's cards."""
    return page.locator(".turn").last.locator(".card h3").all_inner_texts()


def test_one_asks_opens_a_reason_likes_and_sees_the_list_change(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    assert page.title() == "Vouch"
    ask(page, "a film, slow and eerie")
    assert titles(page) == ["Nosferatu", "The General", "The Cabinet of Dr. Caligari"]
    expect(page.locator("#v-box")).to_be_focused()

    first = page.locator(".card").first
    passage = first.locator("blockquote").first
    expect(passage).to_be_hidden()
    first.locator("summary").first.click()
    expect(passage.locator("mark")).to_contain_text("A clerk travels to a castle")
    expect(passage).to_contain_text("from the catalogue")

    first.get_by_role("button", name="Like", exact=True).click()
    expect(first.get_by_role("button", name="Like", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".noted")).to_contain_text("You like Nosferatu.")
    page.get_by_role("button", name="Show a new list").click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    assert titles(page) == ["The General", "The Cabinet of Dr. Caligari"]
    expect(page.locator(".turn").last.locator(".liked").first).to_contain_text("because you liked Nosferatu")

    page.reload()
    page.wait_for_selector(".v[data-ready]")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".card").first).to_have_attribute("data-mark", "like")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".hello")).to_be_visible()


def test_the_taste_card_shows_what_was_clicked_and_takes_it_back(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    ask(page, "a film")
    page.get_by_role("button", name="Your taste").click()
    card = page.locator("aside.taste")
    expect(card).to_contain_text("Nothing yet")
    page.locator(".card").first.get_by_role("button", name="Like", exact=True).click()
    expect(card.locator("li[data-item=nosferatu]")).to_contain_text("a click")
    expect(card).to_contain_text("What that moved in your list")
    card.get_by_role("button", name="Pin: Nosferatu").click()
    expect(card.locator("li.pinned")).to_have_count(1)
    card.get_by_role("button", name="Dislike: Nosferatu").click()
    expect(page.locator(".card").first).to_have_attribute("data-mark", "dislike")
    card.get_by_role("button", name="Undo").click()
    expect(page.locator(".card").first).to_have_attribute("data-mark", "like")
    card.get_by_role("button", name="Forget: Nosferatu").click()
    expect(card.locator("li[data-item]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_the_taste_cards_of_two_tabs_never_meet(context: BrowserContext, address: str) -> None:
    one, other = opened(context, address), opened(context, address)
    ask(one, "a film")
    one.locator(".card").first.get_by_role("button", name="Like", exact=True).click()
    expect(one.locator(".noted")).to_contain_text("You like Nosferatu.")
    other.get_by_role("button", name="Your taste").click()
    expect(other.locator("aside.taste")).to_contain_text("Nothing yet")


def test_a_picture_is_attached_taken_away_and_asked_with(context: BrowserContext, media: Path, tmp_path: Path) -> None:
    asked = AskedFiles(tmp_path / "asked", (), PerceptionCache(tmp_path / "perceived"))
    talk = ScriptedConversation(asked=asked)
    server = ServerThread(talk, media)
    page = opened(context, server.start())
    page.locator("#v-file").set_input_files(media / "general.webp")
    page.get_by_role("button", name="Take away general.webp").click()
    expect(page.locator(".attached")).to_be_hidden()
    page.locator("#v-file").set_input_files(media / "general.webp")
    expect(page.locator(".attached button")).to_have_count(1)
    page.locator("#v-box").press("Enter")
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done", timeout=SLOW_MS)
    expect(page.locator(".asked")).to_contain_text("something like this")
    ((_, (handle,)),) = talk.given
    assert asked.path(handle).read_bytes() == (media / "general.webp").read_bytes()
    server.stop()


def test_two_tabs_of_one_browser_never_meet(context: BrowserContext, address: str) -> None:
    one, other = opened(context, address), opened(context, address)
    ask(one, "a film")
    one.locator(".card").first.get_by_role("button", name="Hide").click()
    expect(one.locator(".noted")).to_contain_text("hidden")
    ask(other, "a film")
    assert titles(other)[0] == "Nosferatu"
    other.reload()
    other.wait_for_selector(".v[data-ready]")
    expect(other.locator(".turn")).to_have_count(1)


def test_a_name_is_remembered_by_the_browser(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    page.locator("#v-who").select_option("name:")
    page.locator("#v-name").fill("Ada")
    page.locator("#v-name").press("Enter")
    expect(page.locator("#v-who")).to_have_value("name:Ada")
    ask(page, "a film")
    page.locator(".card").first.get_by_role("button", name="Seen").click()
    expect(page.locator(".noted")).to_be_visible()
    later = opened(context, address)
    expect(later.locator("#v-who")).to_have_value("name:Ada")
    ask(later, "a film")
    assert "Nosferatu" not in titles(later)


def test_a_simulated_member_is_named_so(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    expect(page.locator(".simulated")).to_be_hidden()
    page.locator("#v-who").select_option("member:m017")
    expect(page.locator(".simulated")).to_contain_text("simulated member")


def test_markup_in_the_catalogue_stays_text(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    ask(page, "anything <b>at all</b>")
    assert "<img src=x onerror=alert(1)> & “Sons”" in titles(page)
    expect(page.locator(".asked")).to_have_text("anything <b>at all</b>")
    expect(page.locator(".asked b, .v script, .v a[href^=javascript], .v img[src=x]")).to_have_count(0)


def test_a_heard_reason_plays_and_stops(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    ask(page, "a film")
    play = page.locator(".reason .play").first
    with page.expect_request(lambda request: request.url.endswith("/media/nosferatu/1")):
        play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(play).to_have_attribute("aria-pressed", "false", timeout=SLOW_MS)


def test_the_keyboard_alone_is_enough(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    page.keyboard.type("a film")
    page.keyboard.press("Enter")
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    page.locator(".card summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card blockquote").first).to_be_visible()
    page.locator(".card [data-kind=dislike]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".card").first).to_have_attribute("data-mark", "dislike")
    page.keyboard.press("Space")
    expect(page.locator(".card").first).to_have_attribute("data-mark", "")


@pytest.mark.parametrize(("text", "told"), [("nonsense", "There is no “nonsense”"), ("crash", "Something went wrong")])
def test_after_an_error_one_can_ask_again(context: BrowserContext, address: str, text: str, told: str) -> None:
    page = opened(context, address)
    for _ in range(2):
        ask(page, text)
        expect(page.locator(".turn").last).to_contain_text(told)
    ask(page, "a film")
    assert titles(page)[0] == "Nosferatu"


def test_an_example_is_one_click(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    page.get_by_role("button", name="A film that makes me laugh").click()
    expect(page.locator(".asked")).to_have_text("A film that makes me laugh")
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")


def test_beyond_the_loopback_the_page_opens_with_the_key(context: BrowserContext, media: Path) -> None:
    server = ServerThread(ScriptedConversation(), media, host="0.0.0.0", api_key="corvid")
    page = context.new_page()
    page.goto(server.start())
    page.get_by_label("The key of this server").fill("crow")
    page.get_by_role("button").click()
    expect(page.locator("p")).to_have_text("That is not the key.")
    page.get_by_label("The key of this server").fill("corvid")
    page.get_by_role("button").click()
    page.wait_for_selector(".v[data-ready]", timeout=SLOW_MS)
    ask(page, "a film")
    assert titles(page)[0] == "Nosferatu"
    server.stop()


def test_an_open_page_says_when_the_language_model_has_come(context: BrowserContext, media: Path) -> None:
    talk = ScriptedConversation(tiers={"chat": "planner until the language model is here (make llm brings it)"})
    server = ServerThread(talk, media)
    page = context.new_page()
    page.clock.install()
    page.goto(server.start())
    page.wait_for_selector(".v[data-ready]")
    tiers, noted = page.locator(".tiers"), page.locator(".noted")
    expect(tiers).to_contain_text("make llm brings it")
    talk.tiers = {"chat": "planner until the language model is here (building llama.cpp, 43 %)"}
    page.clock.fast_forward(11_000)
    expect(tiers).to_contain_text("building llama.cpp, 43 %")
    expect(noted).to_be_hidden()
    talk.tiers = {"chat": "joined: qwen2.5-coder-1.5b-instruct"}
    page.clock.fast_forward(11_000)
    expect(tiers).to_contain_text("chat: joined: qwen2.5-coder-1.5b-instruct")
    expect(noted).to_contain_text("The language model is here: the next answer is worded by it.")
    page.clock.fast_forward(600_000)
    expect(noted).to_be_visible()
    ask(page, "a film")
    expect(noted).to_be_hidden()
    server.stop()


def test_a_phone_shows_one_column_that_fits(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page = opened(context, address)
    ask(page, "anything")
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    boxes = [box for card in page.locator(".card").all() if (box := card.bounding_box())]
    assert len({box["x"] for box in boxes}) == 1
    context.close()


class SilentWatcher:
    """Is told what an ingest does and keeps it to itself."""

    def catalogue(self, file: object) -> None: ...
    def interactions(self, file: object) -> None: ...
    def step(self, step: object) -> None: ...
    def say(self, message: str) -> None: ...


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with thirty works of the demo collection, without their media."""
    folder = tmp_path_factory.mktemp("home")
    settings = Settings(home=folder / "home", cache=folder / "cache")
    few = folder / "few.jsonl"
    rows = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()[:30]]
    plain = [{key: value for key, value in row.items() if key != "media"} for row in rows]
    few.write_text("\n".join(json.dumps(row) for row in plain), encoding="utf-8")
    run_ingest(settings, few, media_dir=None, interactions=None, column_map={}, prune=False, watcher=SilentWatcher())
    return settings


def test_the_real_conversation_outlives_its_server(context: BrowserContext, home: Settings) -> None:
    collection = open_collection(home)
    talk = build_conversation(home, collection)
    server = ServerThread(talk, home.home)
    address = server.start()
    page = opened(context, address)
    ask(page, "something eerie and slow, best late at night")
    before = titles(page)
    assert len(before) >= 5
    assert "Nosferatu" in before[:3]
    page.locator(".card summary").first.click()
    expect(page.locator(".card blockquote mark").first).to_be_visible()
    page.locator(".card").first.get_by_role("button", name="Like", exact=True).click()
    page.get_by_role("button", name="Show a new list").click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done", timeout=SLOW_MS)
    assert before[0] not in titles(page)
    server.stop()
    talk.close()
    again = ServerThread(build_conversation(home, collection), home.home, port=urlsplit(address).port or 0)
    again.start()
    page.goto(address)
    expect(page.locator(".turn")).to_have_count(2, timeout=SLOW_MS)
    expect(page.locator(".card").first).to_have_attribute("data-mark", "like")
    again.stop()
