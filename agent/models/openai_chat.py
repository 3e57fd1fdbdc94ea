"""A model behind an OpenAI-compatible server (vLLM, llama-server, Ollama, llama-cpp-python's own) as a LangChain chat model."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import SecretStr

from agent.models.streamed_chat import StreamedChat
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable

_CONNECT_S = 10.0
_NO_KEY = "none"


class OpenAiChat(StreamedChat):
    """Talks through a server. Whatever the server does that it should not becomes ModelFailed; nothing is tried twice."""

    remote: BaseChatModel
    failures: tuple[type[Exception], ...]
    name_of_model: str
    host: str

    @property
    def _llm_type(self) -> str:
        return "vouch-openai"

    def chunks(self, messages: list[BaseMessage], **options: Any) -> Iterator[ChatGenerationChunk]:
        """The server's chunks as they come."""
        model: Any = self.remote
        if options.get("tools"):
            model = model.bind_tools(options["tools"], tool_choice=options.get("tool_choice", "auto"))
        limits = {key: options[key] for key in ("max_tokens", "timeout") if options.get(key)}
        stream = model.stream(messages, config={"callbacks": []}, **limits)
        try:
            while (chunk := self._next(stream)) is not None:
                yield ChatGenerationChunk(message=chunk)
        finally:
            stream.close()  # a server that is no longer listened to is hung up on

    def _next(self, stream: Iterator[AIMessageChunk]) -> AIMessageChunk | None:
        """The next chunk. What the library raises while it reads what the server sent is the server's failure."""
        try:
            return next(stream, None)
        except self.failures as failure:
            raise ModelFailed(f"{self.name_of_model} at {self.host} failed: {failure}") from failure


def build_openai_chat(address: str, *, key: str | None = None, seconds: float = 60.0) -> OpenAiChat:
    """The chat model behind `http://host:port/v1`; behind a # may stand the model's name, else it is the first that the server lists.

    Raises:
        MissingExtra: langchain-openai is not installed.
        ModelUnavailable: the server does not say what models it has.
    """
    try:
        import httpx
        from langchain_openai.chat_models.base import BaseChatOpenAI
        from openai import OpenAIError
    except ImportError as missing:
        raise MissingExtra("langchain-openai", "pip install langchain-openai") from missing
    base, _, name = address.partition("#")
    base = base.rstrip("/") if urlsplit(base).path.strip("/") else f"{base.rstrip('/')}/v1"
    # A proxy of the environment is for what lies beyond this machine.
    client = httpx.Client(timeout=httpx.Timeout(seconds, connect=_CONNECT_S), trust_env=not is_here(base))
    name = name or _first_model(client, base, key)
    remote = BaseChatOpenAI(
        model=name,
        base_url=base,
        api_key=SecretStr(key or _NO_KEY),
        http_client=client,
        max_retries=0,
        temperature=0.0,
        stream_usage=True,
    )
    # Besides the library's own errors: what it raises over an answer that is no JSON, or not of the form that was agreed.
    failures = (OpenAIError, httpx.HTTPError, ValueError, TypeError, LookupError, AttributeError)
    return OpenAiChat(remote=remote, failures=failures, name_of_model=name, host=urlsplit(base).netloc)


def is_here(address: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _first_model(client: Any, base: str, key: str | None) -> str:
    import httpx

    try:
        answer = client.get(f"{base}/models", headers={"Authorization": f"Bearer {key or _NO_KEY}"}, timeout=_CONNECT_S)
        answer.raise_for_status()
        return str(answer.json()["data"][0]["id"])
    except (httpx.HTTPError, ValueError, TypeError, LookupError) as failure:
        raise ModelUnavailable(
            f"{base} does not say what models it has ({failure}). Is the server running? "
            f"A model can be named: {base}#NAME"
        ) from failure
