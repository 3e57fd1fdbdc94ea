"""A server on the loopback that speaks as OpenAI-compatible ones do (llama-server, vLLM), and answers what it was told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def server(*answers: tuple[int, str], key: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An OpenAI-compatible server that gives these (status, text) in turn, the last one for ever; and the bodies that it was sent."""
    bodies: list[dict[str, Any]] = []
    left = list(answers)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            bodies.append(body)
            status, text = left.pop(0) if len(left) > 1 else left[0]
            if key and self.headers.get("Authorization") != f"Bearer {key}":
                status = 401
            written = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    serving = threading.Thread(target=listening.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{listening.server_address[1]}/v1", bodies
    listening.shutdown()
    serving.join()
    listening.server_close()
