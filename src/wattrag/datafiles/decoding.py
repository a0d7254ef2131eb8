"""Text of unknown encoding: UTF-8 where it is, single bytes repaired where it is not."""

import codecs
from dataclasses import dataclass


@dataclass(frozen=True)
class DecodedText:
    """A decoded text, and how many bytes of it were not valid UTF-8."""

    text: str
    repaired_bytes: int


def decode(data: bytes) -> DecodedText:
    """Decode UTF-8 (with or without BOM), UTF-16 with BOM, or any mix of UTF-8 and cp1252.

    Spreadsheet exports mix encodings within a row. Valid UTF-8 sequences are kept; every other
    byte is read as cp1252, and as Latin-1 where cp1252 has no character for it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return DecodedText(data.decode("utf-16", errors="replace"), 0)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return DecodedText(data.decode("utf-8"), 0)
    except UnicodeDecodeError:
        return _repaired(data)


def _repaired(data: bytes) -> DecodedText:
    text = data.decode("utf-8", errors="surrogateescape")
    repaired = sum("\udc80" <= char <= "\udcff" for char in text)
    mended = "".join(_repair(c) if "\udc80" <= c <= "\udcff" else c for c in text)
    return DecodedText(mended, repaired)


def _repair(escaped: str) -> str:
    byte = bytes([ord(escaped) - 0xDC00])
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")
