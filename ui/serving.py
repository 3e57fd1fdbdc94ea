"""Runs the page and the tools beside it on one port, and says where. Knows no model."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from ui.page.seams import Talks
from ui.page.visitors import Member
from vouch.errors import SetupError

PORTS_TRIED = 20


def serve_page(
    conversation: Talks,
    *,
    address: tuple[str, int],
    api_key: str | None,
    media_dir: Path | None,
    members: Sequence[Member],
    examples: Sequence[str],
    say: Callable[[str], None],
) -> None:
    """Serves until it is stopped; `say` is told the address. Raises SetupError where no port is free."""
    import uvicorn

    from ui.gradio_chat import build_page, build_shelf
    from ui.rest_api import build_app

    host, wanted = address
    shelf = build_shelf(conversation, media_dir=media_dir or Path())
    page = build_page(conversation, shelf=shelf, members=members, examples=examples)
    app = build_app(conversation, page=page, shelf=shelf, host=host, api_key=api_key)
    listener = free_listener(host, wanted)
    port = listener.getsockname()[1]
    say(f"Vouch is at http://{'localhost' if host == '0.0.0.0' else host}:{port}/ (Ctrl-C ends)")
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


def free_listener(host: str, wanted: int) -> socket.socket:
    """A listening socket on the wanted port, or on one of the twenty after it; 0 takes any. Raises SetupError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    why = ""
    for port in range(wanted, wanted + (PORTS_TRIED if wanted else 1)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            why = str(error)
            continue
        return listener
    raise SetupError(
        f"No port from {wanted} to {wanted + PORTS_TRIED - 1} is free on {host} ({why}). Choose one with --port."
    )
