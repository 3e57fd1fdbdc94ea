"""Pictures of the page: desktop and phone, light and dark, of a running server or of one that is started for it.

    python scripts/screenshot.py docs                     page.webp for README, of a `vouch serve` that is started for it
    python scripts/screenshot.py FOLDER --all --address http://127.0.0.1:7860/

Needs Chromium (apt-get install -y chromium) and the package playwright (in the extra “dev”).
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
START_S = 360
ANSWER_MS = 120_000


@dataclass(frozen=True, kw_only=True)
class View:
    """A window and what it is called."""

    name: str
    width_px: int
    height_px: int
    scheme: str
    scale: int = 1


VIEWS = (
    View(name="desktop-light", width_px=1280, height_px=900, scheme="light"),
    View(name="desktop-dark", width_px=1280, height_px=900, scheme="dark"),
    View(name="phone-light", width_px=390, height_px=844, scheme="light", scale=2),
    View(name="phone-dark", width_px=390, height_px=844, scheme="dark", scale=2),
)


def main() -> None:
    """Takes the pictures that the command line asks for and prints where they lie."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--address", help="a server that runs already; without it `vouch serve` is started")
    parser.add_argument("--ask", default="Something eerie and slow, best late at night", help="the message")
    parser.add_argument("--all", action="store_true", help="twelve pictures of all views instead of page.webp")
    parser.add_argument("--quality", type=int, default=80, help="of the WebP pictures, 1 to 100")
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    with served(words.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for view in VIEWS if words.all else VIEWS[:1]:
            for path in pictures(browser, view, address=address, ask=words.ask, folder=words.folder):
                if words.all:
                    print(smaller(path, path.with_suffix(".webp"), words.quality))
                elif path.stem.endswith("-answer"):
                    print(smaller(path, words.folder / "page.webp", words.quality))
                else:
                    path.unlink()
        browser.close()


def pictures(browser: Browser, view: View, *, address: str, ask: str, folder: Path) -> Iterator[Path]:
    """The page before a question, after its answer, and with a reason opened and an item liked, as PNG files."""
    context = browser.new_context(
        viewport={"width": view.width_px, "height": view.height_px},
        device_scale_factor=view.scale,
        color_scheme="dark" if view.scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".v[data-ready]")
    yield shot(page, folder / f"{view.name}-hello.png")
    page.locator("#v-box").fill(ask)
    page.locator("#v-box").press("Enter")
    page.wait_for_selector(".turn[data-state=done]", timeout=ANSWER_MS)
    page.wait_for_load_state("networkidle")
    yield shot(page, folder / f"{view.name}-answer.png")
    if page.locator(".card .cited summary").count():
        page.locator(".card .cited summary").first.click()
        page.locator(".card [data-kind=like]").nth(1).click()
        page.wait_for_selector(".noted:not([hidden])")
        page.mouse.move(2, 2)
        yield shot(page, folder / f"{view.name}-liked.png")
    context.close()


def shot(page: Page, path: Path) -> Path:
    """The window as it is once nothing moves any more."""
    page.wait_for_timeout(600)
    page.screenshot(path=path)
    return path


def smaller(path: Path, out: Path, quality: int) -> Path:
    """`out`, a WebP of the PNG; the PNG is removed."""
    with Image.open(path) as picture:
        picture.convert("RGB").save(out, "WEBP", quality=quality, method=6)
    path.unlink()
    return out


@contextmanager
def served(address: str | None) -> Iterator[str]:
    """The address given, or that of a server which runs until the block ends."""
    if address:
        yield address
        return
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "ui.cli", "serve", "--port", str(port)])
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Returns when the address answers; ends the program where the server has ended or takes too long."""
    give_up = time.monotonic() + START_S
    while time.monotonic() < give_up:
        if server.poll() is not None:
            sys.exit(f"the server ended with status {server.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
    sys.exit(f"{address} did not answer within {START_S} s")


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str:
    """Where Chromium is; ends the program where it is not."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or sys.exit("no Chromium on this machine: apt-get install -y chromium")


if __name__ == "__main__":
    main()
