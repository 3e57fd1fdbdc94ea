"""Every knob, one frozen object, one dial: the profile. Read from the environment as VOUCH_NAME; only build files and ways in read it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Profile = Literal["offline", "laptop", "gpu", "cluster"]


class Settings(BaseSettings):
    """All settings with their defaults; `vouch config` prints them with what they mean."""

    model_config = SettingsConfigDict(env_prefix="VOUCH_", frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("vouch")),
        description="the folder of the collection: catalogue, passages, index, conversations",
    )
    cache: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("vouch")),
        description="the folder of model weights and of what perception made, shared by all collections",
    )
    profile: Profile = Field(default="offline", description="the one dial: which models see, hear, embed and talk")
    weights: Path | None = Field(
        default=None, description="a folder with weights that are already here (whisper-base/, efficientnet-lite2/)"
    )
    captioner: str = Field(
        default="auto",
        description="who describes pictures: a name of vouch models, a folder or id of the hub, a .gguf file with its mmproj beside it, "
        "http://host:port/v1#model of an OpenAI-compatible server, offline (our own small models alone); auto: the profile's",
    )
    captioner_key: str | None = Field(default=None, description="the key that is sent to the captioner's server")
    transcriber: str = Field(
        default="auto",
        description="who listens: whisper-base, a name of vouch models, a folder or id of the hub (faster-whisper), a .pt checkpoint or "
        "openai-whisper:NAME; auto: the profile's",
    )
    chat_model: str = Field(
        default="auto",
        description="who talks: planner, joined (the planner plans, the model of make llm writes), a name of vouch models, a .gguf file, "
        "a transformers folder or id, the address of an OpenAI-compatible server; auto: the best that is here",
    )
    chat_plans: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description="whether the language model plans as well as writes; auto: yes for a server, no for a local file",
    )
    chat_key: str | None = Field(default=None, description="the key that is sent to an OpenAI-compatible server")
    share_taste: bool = Field(
        default=False,
        description="whether a chat model that is not on this machine is told what the person likes and said before",
    )
    budget: float = Field(default=45.0, gt=0, description="seconds that a language model may take for one reply")
    host: str = Field(default="127.0.0.1", description="the address to serve on; beyond the loopback a key is needed")
    port: int = Field(default=7860, description="the port to serve on; if it is taken, the next free one is used")
    api_key: str | None = Field(
        default=None, description="the key that callers must send when serving beyond the loopback"
    )
    threads: int = Field(default=0, description="threads for the models; 0: as many as there are cores")

    @cached_property
    def database(self) -> Path:
        """The record of this home: items, passages, interactions, conversations' people."""
        return self.home / "vouch.sqlite"

    @cached_property
    def conversations(self) -> Path:
        """The conversations' checkpoints of this home."""
        return self.home / "conversations.sqlite"

    @cached_property
    def llm_log(self) -> Path:
        """What `make llm` says while it works beside the page of this home."""
        return self.home / "llm.log"

    @cached_property
    def prefixes(self) -> Path:
        """Where a language model's reading of its instructions is saved."""
        return self.cache / "prefixes"

    @cached_property
    def weights_folder(self) -> Path:
        """Where model weights lie."""
        return self.weights or self.cache / "weights"
