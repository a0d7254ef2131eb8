"""Append-only segment files: many writers, no locks, no database, nothing lost to a kill.

Every writer appends to a file of its own; readers merge all files of a folder. A record is

    marker (4 bytes) · payload length (4, little endian) · SHA-256 of the payload (32) · payload

so that a record torn by a kill, or damaged on disk, is recognised, skipped and counted; the marker
lets a reader find the next whole record behind a damaged one. Needs only appending and reading,
which network file systems do well.
"""

import fcntl
import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import BinaryIO, Self
from uuid import uuid4

from wattrag.errors import InputError
from wattrag.files import read_bytes

MARKER = b"WRg1"
SUFFIX = ".segment"
MAX_PAYLOAD = 64 * 1024 * 1024
SYNC_SECONDS = 0.5
"""Between two times that a segment is brought to the disk, unless each append is."""
_LENGTH = struct.Struct("<I")
_HEADER = len(MARKER) + _LENGTH.size + hashlib.sha256().digest_size


@dataclass
class Damage:
    """What a reader met and left out."""

    records: int = 0
    """Stretches of bytes that hold no whole record (a torn tail counts as one)."""
    bytes: int = 0

    def add(self, size: int) -> None:
        """Count one more record of so many bytes."""
        self.records += 1
        self.bytes += size


class SegmentWriter:
    """Appends records to a new segment of `folder`; the file appears with the first record."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{uuid4().hex}{SUFFIX}"
        self._file: BinaryIO | None = None
        self._synced = 0.0

    @property
    def path(self) -> Path:
        """The segment's file; it exists once something was appended."""
        return self._path

    def append(self, payloads: Iterable[bytes], *, sync: bool = True) -> None:
        """Write all payloads; whatever happens to this process then, they are kept.

        Args:
            payloads: one record each.
            sync: bring them to the disk before returning; else that is done at most every
                `SYNC_SECONDS`, and when the segment is closed. It matters if the power fails.

        Raises:
            ValueError: a payload is longer than `MAX_PAYLOAD`; nothing is written then.
            InputError: the folder cannot be written.
        """
        data = b"".join(_record(payload) for payload in payloads)
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("xb")
                fcntl.flock(self._file, fcntl.LOCK_SH)  # `wattrag store prune` leaves it alone
            self._file.write(data)
            self._file.flush()
            if sync or monotonic() - self._synced > SYNC_SECONDS:
                self._sync(self._file)
        except OSError as error:
            reason = error.strerror or "cannot be written"
            raise InputError(str(self._path), reason, "set `store` to a folder to write") from error

    def close(self) -> None:
        """Bring the segment to the disk and close it; the next `append` is an error."""
        if self._file is not None:
            self._sync(self._file)
            self._file.close()
            self._file = None

    def _sync(self, file: BinaryIO) -> None:
        os.fsync(file.fileno())
        self._synced = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read_segments(folder: Path, damage: Damage | None = None) -> Iterator[memoryview]:
    """The payloads of all segments of `folder`, files in the order of their names.

    Payloads are views: as long as one of a segment is held, so is the segment's text.

    Args:
        folder: where the segments lie; a missing folder is an empty store.
        damage: counts what was left out.

    Raises:
        InputError: a segment cannot be read.
    """
    seen: set[Path] = set()
    while found := [path for path in segments_of(folder) if path not in seen]:
        for path in found:
            seen.add(path)
            try:
                data = read_bytes(path)
            except InputError:
                if path.exists():
                    raise
                break  # merged with others into a new segment since it was listed
            yield from payloads(data, damage or Damage())


def segments_of(folder: Path) -> list[Path]:
    """The segments of a folder, in the order of their names."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def _record(payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a record of {len(payload)} bytes is over the limit of {MAX_PAYLOAD}")
    return MARKER + _LENGTH.pack(len(payload)) + hashlib.sha256(payload).digest() + payload


def payloads(data: bytes, damage: Damage) -> Iterator[memoryview]:
    """The whole records in the bytes of a segment; the rest is counted in `damage`."""
    position, view = 0, memoryview(data)
    while position < len(data):
        payload = _payload_at(view, position)
        if payload is not None:
            yield payload
            position += _HEADER + len(payload)
            continue
        found = _next_record(data, position + 1)
        damage.add(found - position)
        position = found


def _payload_at(data: memoryview, position: int) -> memoryview | None:
    """The payload of the record that starts at `position`, or None if none does, whole."""
    start = position + _HEADER
    header = bytes(data[position:start])
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
    position, view = data.find(MARKER, start), memoryview(data)
    while position >= 0 and _payload_at(view, position) is None:
        position = data.find(MARKER, position + 1)
    return position if position >= 0 else len(data)
