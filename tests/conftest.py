"""What every test gets: no socket that leaves the loopback, the folders of data and weights beside the project, hypothesis' profiles."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from vouch.settings import Settings
from vouch.weights import keep_libraries_offline

ROOT = Path(__file__).parent.parent

settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
os.environ.setdefault(
    "VOUCH_CHAT_MODEL", "planner"
)  # a language model in the user's cache must not word the tests' replies


keep_libraries_offline()


class LeftTheMachineError(AssertionError):
    """A test tried to reach another machine."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = str(address[0])
    if host in {"localhost", "", "0.0.0.0", "::"}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection beyond the loopback fails the test, and so does looking up a name."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def local_connect(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise LeftTheMachineError(f"a test wanted to connect to {address}")
        connect(self, address)

    def local_connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_local(address):
            raise LeftTheMachineError(f"a test wanted to connect to {address}")
        return connect_ex(self, address)

    def local_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_local((name,)):
            raise LeftTheMachineError(f"a test wanted to look up {name}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", local_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", local_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", local_look_up)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The public data sets beside the project; a test that needs them skips where they are not there."""
    folder = Path(os.environ.get("VOUCH_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the public data sets are not here: set VOUCH_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def weights_folder() -> Path:
    """Real model weights: VOUCH_TEST_WEIGHTS, or the user's cache, which `make test` fills."""
    given = os.environ.get("VOUCH_TEST_WEIGHTS")
    folder = Path(given) if given else Settings().weights_folder
    missing = [name for name in ("whisper-base", "efficientnet-lite2") if not (folder / name).is_dir()]
    if missing:
        pytest.skip(f"no weights of {' and '.join(missing)} in {folder}: run make weights, or set VOUCH_TEST_WEIGHTS")
    return folder
