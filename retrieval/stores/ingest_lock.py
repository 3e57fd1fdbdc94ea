"""One ingest at a time writes a home's items and passages; pages and other readers go on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vouch.errors import HomeBusy

LOCK = "ingest.lock"


@contextmanager
def ingest_lock(home: Path) -> Iterator[None]:
    """Holds the home's lock of ingests; a process that dies lets go of it. Raises HomeBusy where another ingest holds it."""
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise HomeBusy(f"Another ingest is writing to {home}. Wait for it, or stop it, then try again.") from error
    try:
        yield
    finally:
        lock.release()
