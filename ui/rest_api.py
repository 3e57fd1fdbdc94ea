"""The web application: the page at “/”, the tools as POST /tools/{name}, media, files to ask with, and /healthz. Holds no logic of its own."""

from __future__ import annotations

import email.utils
import mimetypes
import time
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse, Response

from tools.render import result_json
from ui.asked_files import add_asked_files, read_body
from ui.guard import Guard, is_loopback
from ui.page.seams import Talks
from ui.page.shelf import Shelf, small_picture
from ui.tool_calls import ToolCalls
from vouch.errors import InputError, SetupError, VouchError

LONGEST_BODY = 200_000
STRANGER = "stranger:api"
MEDIA_HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
MEDIA_TYPES = {
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".webp": "image/webp",
    ".flac": "audio/flac",
}
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#8a3324"/>'
    '<path d="M7 8l7.8 16a1.4 1.4 0 0 0 2.5 0L25 8M12 13l3.7 3.7L23 8" fill="none" stroke="#fff8f2" stroke-width="2.6" '
    'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def build_app(
    conversation: Talks, *, page: Any, shelf: Shelf, host: str = "127.0.0.1", api_key: str | None = None
) -> FastAPI:
    """The whole application, to be run by uvicorn on `host`.

    `page` is gradio_chat.build_page's; None leaves it out. `api_key` is asked for only beyond the loopback.

    Raises:
        SetupError: `host` is reachable from elsewhere and there is no `api_key`.
    """
    if not is_loopback(host) and not api_key:
        raise SetupError(
            f"Serving on {host} lets other machines in, so it needs a key: set VOUCH_API_KEY to a long word."
        )
    app = FastAPI(title="Vouch", docs_url=None, redoc_url=None, openapi_url=None)
    _add_tools(app, conversation)
    _add_media(app, shelf)
    add_asked_files(app, conversation.toolbox.asked)
    if page is not None:
        _add_page(app, page, host)
    app.add_middleware(Guard, host=host, api_key=None if is_loopback(host) else api_key)
    return app


def _add_tools(app: FastAPI, conversation: Talks) -> None:
    calls = ToolCalls(lambda: conversation.toolbox)
    started = time.time()

    async def tools() -> JSONResponse:
        return JSONResponse({"tools": calls.described()})

    async def call(name: str, request: Request) -> JSONResponse:
        if name not in calls.names:
            return _error(404, f"There is no tool “{name}”. There are: {', '.join(calls.names)}.")
        body = await read_body(request.stream(), LONGEST_BODY)
        if body is None:
            return _error(413, f"The body is longer than {LONGEST_BODY} bytes.")
        try:
            result = await run_in_threadpool(calls.call, name, body, stranger=STRANGER)
        except InputError as error:
            return _error(422, str(error))
        except VouchError as error:
            return _error(503, str(error))
        return JSONResponse(result_json(result))

    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok", "started": started, "tiers": dict(conversation.tiers)})

    app.add_api_route("/tools", tools, methods=["GET"])
    app.add_api_route("/tools/{name}", call, methods=["POST"])
    app.add_api_route("/healthz", healthz, methods=["GET"])


def _add_media(app: FastAPI, shelf: Shelf) -> None:
    def media(item_id: str, n: int, request: Request) -> Response:
        path = shelf.file(item_id, n)
        if path is None:
            return _error(404, "There is no such picture or sound.")
        changed_at = path.stat().st_mtime
        small = small_picture(path, changed_at) if "cover" in request.query_params else None
        if small is None:
            return FileResponse(path, media_type=_media_type(path.suffix), headers=MEDIA_HEADERS)
        dated = {"Last-Modified": email.utils.formatdate(changed_at, usegmt=True)}
        return Response(small, media_type="image/webp", headers=MEDIA_HEADERS | dated)

    async def icon() -> Response:
        return Response(ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})

    app.add_api_route("/media/{item_id:path}/{n}", media, methods=["GET", "HEAD"])
    app.add_api_route("/icon.svg", icon, methods=["GET"])


def _add_page(app: FastAPI, page: Any, host: str) -> None:
    import gradio as gr

    from ui.gradio_chat import mount_options

    gr.mount_gradio_app(app, page, path="/", server_name=host, **mount_options())


def _media_type(suffix: str) -> str:
    known = MEDIA_TYPES.get(suffix.lower()) or mimetypes.types_map.get(suffix.lower(), "")
    return known if known.startswith(("image/", "audio/", "video/")) else "application/octet-stream"


def _error(status: int, text: str) -> JSONResponse:
    return JSONResponse({"error": text}, status_code=status)
