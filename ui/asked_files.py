"""Files that people ask with, by HTTP: POST /asked keeps one and says its handle; POST /spoken says what is said in a recorded question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from retrieval.asked_media import LARGEST_BYTES, AskedFiles
from vouch.errors import InputError, VouchError


def add_asked_files(app: FastAPI, files: AskedFiles | None) -> None:
    """Adds the two addresses; without `files` nothing is kept and both answer 422."""

    async def asked(request: Request, name: str = "") -> JSONResponse:
        return await _answer(request, lambda body: {"media": _kept(files).keep(body, name)})

    async def spoken(request: Request, name: str = "question.webm") -> JSONResponse:
        return await _answer(request, lambda body: {"text": _kept(files).spoken(body, name)})

    app.add_api_route("/asked", asked, methods=["POST"])
    app.add_api_route("/spoken", spoken, methods=["POST"])


def _kept(files: AskedFiles | None) -> AskedFiles:
    if files is None:
        raise InputError("No picture or sound can be attached here.")
    return files


async def _answer(request: Request, done: Callable[[bytes], dict[str, str]]) -> JSONResponse:
    body = await read_body(request.stream(), LARGEST_BYTES)
    if body is None:
        return JSONResponse({"error": f"The file is larger than {LARGEST_BYTES // 1_000_000} million bytes."}, 413)
    try:
        return JSONResponse(await run_in_threadpool(done, body))
    except InputError as error:
        return JSONResponse({"error": str(error)}, 422)
    except VouchError as error:
        return JSONResponse({"error": str(error)}, 503)


async def read_body(stream: AsyncIterator[bytes], longest: int) -> bytes | None:
    """The whole body, or None where it is longer than so many bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in stream:
        size += len(part)
        if size > longest:
            return None
        parts.append(part)
    return b"".join(parts)
