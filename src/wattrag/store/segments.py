"""Append-only segment files: many writers, no locks, no database, nothing lost to a kill.

Every writer appends to a file of its own; readers merge all files of a folder. A record is

    marker (4 bytes) · payload length (4, little endian) · SHA-256 of the payload (32) · payload

so that a record torn by a kill, or damaged on disk, is recognised, skipped and counted; the marker
lets a reader find the next whole record behind a damaged one. Needs only appending and reading,
which network file systems do well.
"""

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import uuid4

from wattrag.errors import InputError
from wattrag.files import read_bytes

MARKER = b"WRg1"
SUFFIX = ".segment"
MAX_PAYLOAD = 64 * 1024 * 1024
_LENGTH = struct.Struct("<I")
_HEADER = len(MARKER) + _LENGTH.size + hashlib.sha256().digest_size


@dataclass
class Damage:
    """What a reader met and left out."""

    records: int = 0
    """Stretches of bytes that hold no whole record (a torn tail counts as one)."""
    bytes: int = 0


class SegmentWriter:
    """Appends records to a new segment of `folder`; the file appears with the first record."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{uuid4().hex}{SUFFIX}"
        self._file: BinaryIO | None = None

    def append(self, payloads: Iterable[bytes]) -> None:
        """Write all payloads and bring them to the disk before returning.

        Raises:
            ValueError: a payload is longer than `MAX_PAYLOAD`; nothing is written then.
            InputError: the folder cannot be written.
        """
        data = b"".join(_record(payload) for payload in payloads)
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("xb")
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            reason = error.strerror or "cannot be written"
            raise InputError(str(self._path), reason, "set `store` to a folder to write") from error

    def close(self) -> None:
        """Close the segment; the next `append` is an error."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read_segments(folder: Path, damage: Damage | None = None) -> Iterator[bytes]:
    """The payloads of all segments of `folder`, files in the order of their names.

    Args:
        folder: where the segments lie; a missing folder is an empty store.
        damage: counts what was left out.

    Raises:
        InputError: a segment cannot be read.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        yield from _payloads(read_bytes(path), damage or Damage())


def _record(payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a record of {len(payload)} bytes is over the limit of {MAX_PAYLOAD}")
    return MARKER + _LENGTH.pack(len(payload)) + hashlib.sha256(payload).digest() + payload


def _payloads(data: bytes, damage: Damage) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        payload = _payload_at(data, position)
        if payload is not None:
            yield payload
            position += _HEADER + len(payload)
            continue
        found = _next_record(data, position + 1)
        damage.records += 1
        damage.bytes += found - position
        position = found


def _payload_at(data: bytes, position: int) -> bytes | None:
    """The payload of the record that starts at `position`, or None if none does, whole."""
    start = position + _HEADER
    header = data[position:start]
    if len(header) < _HEADER or not header.startswith(MARKER):
        return None
    (length,) = _LENGTH.unpack_from(header, len(MARKER))
    payload = data[start : start + length]
    digest = header[len(MARKER) + _LENGTH.size :]
    if length > MAX_PAYLOAD or len(payload) < length:
        return None
    return payload if hashlib.sha256(payload).digest() == digest else None


def _next_record(data: bytes, start: int) -> int:
    """Where the next whole record starts, or the end of the data."""
    position = data.find(MARKER, start)
    while position >= 0 and _payload_at(data, position) is None:
        position = data.find(MARKER, position + 1)
    return position if position >= 0 else len(data)
