"""An OpenAI-compatible server on the loopback that does what a script says: one step an answer, then always the last one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request. The answers are sent in chunks, so that a connection that drops can be told from one that ends."""

    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def do_GET(self) -> None:
        """The list of models."""
        self.answer(200, {"object": "list", "data": [{"id": "scripted-large", "object": "model"}]})

    def do_POST(self) -> None:
        """What the script says."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body | {"authorization": self.headers.get("Authorization", "")})
        script = self.server.script
        step = script.pop(0) if len(script) > 1 else script[0]
        try:
            step(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()
        self.close_connection = True

    def answer(self, status: int, value: Any) -> None:
        """A whole answer; text is sent as it is."""
        raw = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(value, str) else "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def begin(self) -> None:
        """The head of a stream."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send(self, text: str) -> None:
        """A piece of a stream; "" ends it."""
        raw = text.encode()
        self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
        self.wfile.flush()

    def send_delta(self, delta: dict[str, Any], **more: Any) -> None:
        """A piece of an answer in OpenAI's form."""
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        chunk = {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted-large",
            "choices": [choice],
        }
        self.send(f"data: {json.dumps({**chunk, **more})}\n\n")

    def end(self) -> None:
        """The end of an answer, with what it cost."""
        usage = {
            "prompt_tokens": 700,
            "completion_tokens": 40,
            "total_tokens": 740,
            "prompt_tokens_details": {"cached_tokens": 640},
        }
        self.send_delta({}, choices=[], usage=usage)
        self.send("data: [DONE]\n\n")
        self.send("")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


class ScriptedServer(ThreadingHTTPServer):
    """`asked` are the bodies that came; `left` is set when a client stopped listening; `free` lets slow steps end."""

    daemon_threads = True

    def __init__(self, *script: Step) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []
        self.left, self.free = threading.Event(), threading.Event()

    @property
    def address(self) -> str:
        """What a client is given."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


def serving(*script: Step) -> Iterator[ScriptedServer]:
    """A running server, for a fixture or a `with`."""
    server = ScriptedServer(*script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.free.set()
        server.shutdown()
        server.server_close()


def says(text: str) -> Step:
    """Writes the text, word by word."""

    def step(asked: Asked) -> None:
        asked.begin()
        for word in text.split(" "):
            asked.send_delta({"role": "assistant", "content": f"{word} "})
        asked.end()

    return step


def calls(name: str, arguments: dict[str, Any] | str) -> Step:
    """Calls a tool; arguments that are a text are sent as they are."""

    def step(asked: Asked) -> None:
        written = arguments if isinstance(arguments, str) else json.dumps(arguments)
        asked.begin()
        head = {"index": 0, "id": "t1", "type": "function", "function": {"name": name, "arguments": ""}}
        asked.send_delta({"role": "assistant", "content": None, "tool_calls": [head]})
        for n in range(0, len(written), 7):
            asked.send_delta({"tool_calls": [{"index": 0, "function": {"arguments": written[n : n + 7]}}]})
        asked.end()

    return step


def sends(*events: str) -> Step:
    """Sends these raw events and ends."""

    def step(asked: Asked) -> None:
        asked.begin()
        for event in events:
            asked.send(event)
        asked.send("")

    return step


def refuses(status: int, value: Any = None) -> Step:
    """Answers with an HTTP status."""
    return lambda asked: asked.answer(status, value or {"error": {"message": "no", "type": "server_error"}})


def waits(asked: Asked) -> None:
    """Answers nothing, until the test is over."""
    asked.server.free.wait(60)


def drips(asked: Asked) -> None:
    """A piece, then nothing more."""
    asked.begin()
    asked.send_delta({"role": "assistant", "content": "Here "})
    asked.server.free.wait(60)


def drops(asked: Asked) -> None:
    """A few words, then the line is cut."""
    asked.begin()
    for word in ("Here", "are", "some", "films.", "Nosferatu"):
        asked.send_delta({"role": "assistant", "content": f"{word} "})
    asked.connection.close()


def babbles(asked: Asked) -> None:
    """Never ends."""
    asked.begin()
    while not asked.server.free.is_set():
        asked.send_delta({"role": "assistant", "content": "la la la. "})
