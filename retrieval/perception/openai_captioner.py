"""What a vision-language model behind an OpenAI-compatible server says about pictures: llama-server, vLLM, Ollama and their like.

The pictures leave this process, and where the server is elsewhere this machine: only a setting brings that about. The answer is
constrained to JSON where the server can do that.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.perception.seen_answer import MAX_TOKENS, SCHEMA, Outcome, Turn, look_at, prompt_digest
from vouch.errors import ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_PX = 1024
TIMEOUT_S, CONNECT_S = 300.0, 5.0
_UNCONSTRAINED = (400, 404, 422, 501)
"""What servers answer to a `response_format` that they do not know."""


class OpenAiCaptioner:
    """Captions over HTTP, several requests at once; a server that cannot be reached is found out by the first picture.

    Args:
        url: the server's address up to and with its version: http://127.0.0.1:8080/v1
        model: the model's name there.
        key: sent as a bearer token where given.
        batch: how many requests run at once.
    """

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(self, url: str, model: str, *, key: str | None = None, batch: int = 4) -> None:
        self.made_by = f"{model}@server/caption-{prompt_digest()}"
        self.batch = batch
        self._url = url.rstrip("/")
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._constrained = True

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """The fields of the model's answer, each in its channel. Raises UnreadableMedia, ModelFailed, ModelUnavailable."""
        (outcome,) = self.perceive_batch([picture])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)

    def perceive_batch(self, paths: Sequence[Path]) -> list[Outcome]:
        """What each picture says, in the order of `paths`; why it says nothing stands in its place. Raises ModelUnavailable."""
        return look_at(paths, self._ask, batch=self.batch, largest_px=LARGEST_PX, prepare=data_address)

    def _ask(self, pictures: Sequence[str], talks: Sequence[tuple[Turn, ...]]) -> list[str | ModelFailed]:
        with ThreadPoolExecutor(max_workers=self.batch) as pool:
            return list(pool.map(self._answer, pictures, talks))

    def _answer(self, picture: str, talk: tuple[Turn, ...]) -> str | ModelFailed:
        import httpx

        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages(picture, talk),
            "max_tokens": MAX_TOKENS,
            "temperature": 0,
        }
        try:
            answer = self._post(body | ({"response_format": JSON_ANSWER} if self._constrained else {}))
            if self._constrained and answer.status_code in _UNCONSTRAINED:
                answer = self._post(body)
                self._constrained = answer.is_error  # it was the constraint that the server did not like
            answer.raise_for_status()
            return str(answer.json()["choices"][0]["message"]["content"] or "")
        except httpx.ConnectError as failure:
            raise ModelUnavailable(
                f"The server of the captioner, {self._url}, cannot be reached ({failure})."
            ) from failure
        except httpx.HTTPStatusError as failure:
            return self._refused(failure.response.status_code)
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as failure:
            return ModelFailed(f"{self._model} behind {self._url} gave no answer ({type(failure).__name__}: {failure})")

    def _refused(self, status: int) -> ModelFailed:
        """A picture's failure; a wrong key or a model that is not there concerns all pictures. Raises ModelUnavailable."""
        if status in (401, 403, 404):
            raise ModelUnavailable(
                f"{self._url} answers {status} for the model {self._model}. Look at VOUCH_CAPTIONER and VOUCH_CAPTIONER_KEY."
            )
        return ModelFailed(f"{self._model} behind {self._url} answered {status}")

    def _post(self, body: dict[str, Any]) -> Any:
        import httpx

        return httpx.post(
            f"{self._url}/chat/completions",
            json=body,
            headers=self._headers,
            timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S),
        )


JSON_ANSWER = {"type": "json_schema", "json_schema": {"name": "picture", "strict": True, "schema": SCHEMA}}


def messages(picture: str, talk: Sequence[Turn]) -> list[dict[str, Any]]:
    """The talk in OpenAI's form, the picture with the first message."""
    told: list[dict[str, Any]] = [{"role": turn.role, "content": turn.text} for turn in talk]
    told[0]["content"] = [
        {"type": "image_url", "image_url": {"url": picture}},
        {"type": "text", "text": talk[0].text},
    ]
    return told


def data_address(picture: Image) -> str:
    """The picture as a JPEG in a data URL."""
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"
