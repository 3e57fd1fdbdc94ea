"""Who may call: the Host and Origin of a request, and the key beyond the loopback. Knows nothing of what is behind it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "vouch_key"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = frozenset({"/healthz", "/login", "/icon.svg"})
LONGEST_LOGIN = 4_096
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""Gradio needs inline scripts and Function(); nothing may come from or go to another host."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address to serve on."""
    return host in LOOPBACK or host.startswith("127.")


class Guard:
    """ASGI middleware before everything: refuses foreign hosts and origins, asks for the key, forbids the page to call out."""

    def __init__(self, app: ASGIApp, *, host: str, api_key: str | None) -> None:
        self.app = app
        self._loopback = is_loopback(host)
        self._key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it with 400, 401 or 403 in a sentence."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._foreign(scope, headers)
        if refusal is None and self._key is not None:
            refusal = await self._without_key(scope, headers, receive)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, self._with_policy(send))

    def _foreign(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._loopback and _hostname(host) not in LOOPBACK:
            return _refused(400, f"This address is served to this machine only, not as “{_hostname(host)}”.")
        origin = headers.get("origin")
        if scope["method"] not in SAFE_METHODS and origin is not None and urlsplit(origin).netloc != host:
            return _refused(403, "Requests from other sites' pages are refused.")
        return None

    async def _without_key(self, scope: Scope, headers: Headers, receive: Receive) -> Response | None:
        path = scope["path"]
        if path == "/login" and scope["method"] == "POST":
            return self._login(await _body(receive, LONGEST_LOGIN), secure=scope.get("scheme") == "https")
        if path == "/login":
            return HTMLResponse(_login_page(""))
        if path in OPEN_PATHS or self._knows(headers):
            return None
        if path == "/" and scope["method"] == "GET":
            return RedirectResponse("/login", status_code=303)
        return _refused(401, "A key is needed: send it as “Authorization: Bearer …” or “X-API-Key: …”.")

    def _knows(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        sent = [headers.get("x-api-key", ""), token.strip() if scheme.lower() == "bearer" else ""]
        return any(_same(one, self._key or "") for one in sent if one) or _same(_cookie(headers), self._ticket())

    def _ticket(self) -> str:
        return hmac.new((self._key or "").encode(), b"vouch page", hashlib.sha256).hexdigest()

    def _login(self, body: bytes | None, *, secure: bool) -> Response:
        given = parse_qs((body or b"").decode("utf-8", "replace")).get("key", [""])[0]
        if not _same(given, self._key or ""):
            return HTMLResponse(_login_page("That is not the key."), status_code=401)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, self._ticket(), httponly=True, samesite="strict", secure=secure)
        return response

    def _with_policy(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", POLICY)
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("referrer-policy", "same-origin")
            await send(message)

        return guarded


def _same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def _hostname(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _body(receive: Receive, longest: int) -> bytes | None:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if _size(parts) > longest:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _size(parts: Iterable[bytes]) -> int:
    return sum(map(len, parts))


def _refused(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status_code=status)


def _login_page(trouble: str) -> str:
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        "<title>Vouch</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;display:grid;"
        "place-items:center;min-height:90vh;margin:0}form{display:grid;gap:12px;width:min(20em,86vw)}"
        "input,button{font:inherit;padding:.5em .8em}</style>"
        f"<form method='post' action='/login'><b>Vouch</b><label for='key'>The key of this server</label>"
        f"<input id='key' name='key' type='password' autofocus required><button>Come in</button><p>{trouble}</p></form></html>"
    )
