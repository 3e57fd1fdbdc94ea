"""Bytes to text: finds out the encoding. Does not know what the text means."""

from __future__ import annotations

import codecs

from vouch.errors import UnreadableCatalogue

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before utf-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODEPAGES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "koi8_r",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]
_SAMPLE = 64_000
_BINARY = (
    "This is not text: it holds bytes that no CSV, TSV or JSON file has. Vouch reads CSV, TSV, JSON, JSONL and Parquet."
)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Unknown bytes among good UTF-8 become U+FFFD.

    Raises:
        UnreadableCatalogue: the bytes are not text.
    """
    text, encoding = _decode(data)
    head = text[:20_000]
    odd = sum(1 for c in head if (c < " " and c not in "\t\r\n\f\x1f") or c == "\x7f")
    if "\0" in text or odd > 0.02 * len(head):
        raise UnreadableCatalogue(_BINARY)
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").removeprefix("\ufeff"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    wide = _without_mark(data)
    if wide is not None:
        return data.decode(wide, errors="replace"), wide
    mended = data.decode("utf-8", errors="replace")
    broken = mended.count("\ufffd")
    if broken * 10 < sum(1 for c in mended if c > "\x7f"):
        return mended, "utf-8"
    return _by_codepage(data)


def _without_mark(data: bytes) -> str | None:
    """utf-16 without a byte order mark shows as a zero in every other byte of plain text."""
    head = data[:4000]
    if len(head) < 4 or len(data) % 2:
        return None
    if head[1::2].count(0) > 0.4 * len(head) / 2 and head[0::2].count(0) == 0:
        return "utf-16-le"
    if head[0::2].count(0) > 0.4 * len(head) / 2 and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _by_codepage(data: bytes) -> tuple[str, str]:
    """Western files are told from the others by charset-normalizer; among equals the commonest, cp1252, wins."""
    from charset_normalizer import from_bytes

    telling = b"\n".join(line for line in data[: 20 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE]
    matches = list(from_bytes(telling, cp_isolation=_CODEPAGES))
    if matches:
        best = min(m.chaos for m in matches)
        close = [name for m in matches if m.chaos <= best + 0.02 for name in m.could_be_from_charset]
        encoding = "cp1252" if "cp1252" in close else close[0]
    else:
        encoding = "cp1252"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"
