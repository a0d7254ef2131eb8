"""Batches that were handed to a server: what finds them again, whatever was killed.

Each step of a batch is a record of JSON in `{store}/batches/{model}/`, see
`wattrag.store.segments`: first which requests it is to hold, before anything is sent; then the
file's id, the batch's id, and in the end which requests it left without a reply. The records of a
batch are merged by its name, in whatever order they are read.

No record says that replies were stored, for none is needed: a request that is stored is not asked
again, and one that is asked belongs to the batch that holds its reply, however often that is read.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from wattrag.errors import InputError
from wattrag.store.segments import Damage, SegmentWriter, read_segments

FOLDER = "batches"
LOCK = "lock"
_LOCK_SECONDS = 0.2
"""Between two looks at a lock that another process holds."""


class StoredBatch(BaseModel):
    """What is known of a batch; the server's key is named, never kept."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Ours, which the server is told too; new for each batch, for one that expired is followed
    by another with the same requests."""
    model_id: str
    base_url: str
    key_variable: str
    created: float
    """Seconds of the epoch, before anything was sent."""
    custom_ids: tuple[str, ...]
    """Names of its requests."""
    file_id: str | None = None
    """Server's id of the uploaded requests."""
    batch_id: str | None = None
    """Server's id of the batch; None: it may or may not have been made."""
    cancelled: bool = False
    """Somebody asked the server to stop it."""
    unanswered: tuple[str, ...] | None = None
    """Requests that it brought no reply to; None: its replies have not been read."""

    @property
    def is_open(self) -> bool:
        """Whether its replies are still to be read."""
        return self.unanswered is None

    @property
    def promised(self) -> frozenset[str]:
        """Requests whose replies it holds or will hold."""
        return frozenset(self.custom_ids).difference(self.unanswered or ())


class BatchStore:
    """The batches of one model; many processes may use it."""

    def __init__(self, root: Path, model: str) -> None:
        """Take the folder of the stores, and the digest of a `ModelKey`."""
        self._folder = root / FOLDER / model
        self._writer: SegmentWriter | None = None

    def read(self) -> list[StoredBatch]:
        """All batches, the oldest first."""
        merged: dict[str, dict[str, Any]] = {}
        for payload in read_segments(self._folder, Damage()):
            record = json.loads(bytes(payload))
            merged.setdefault(record["name"], {}).update(record)
        found = []
        for fields in merged.values():
            try:
                found.append(StoredBatch.model_validate(fields))
            except ValidationError:
                continue  # its first record is damaged: it can no longer be found
        return sorted(found, key=lambda batch: batch.created)

    def begin(self, batch: StoredBatch) -> None:
        """Keep a batch that will be sent; it outlives a loss of power."""
        self._append(batch.model_dump(exclude_unset=True))

    def note(self, batch: StoredBatch, **fields: Any) -> None:
        """Keep what became of a batch, by the fields of `StoredBatch`."""
        self._append({"name": batch.name, **fields})

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """The right to send batches of this model, which one process has at a time.

        So a batch without an id was left by a process that is gone, and two processes that ask
        the same send it once. A process that is killed lets go of it.

        Raises:
            InputError: the folder cannot be written or locked.
        """
        path = self._folder / LOCK
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            while not _locked(handle, path):
                await asyncio.sleep(_LOCK_SECONDS)
            yield
        finally:
            os.close(handle)

    def close(self) -> None:
        """Close this process's segment; the next record opens another."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _append(self, record: dict[str, Any]) -> None:
        if self._writer is None:
            self._writer = SegmentWriter(self._folder)
        self._writer.append([json.dumps(record).encode()])


def batch_stores(root: Path) -> Iterator[BatchStore]:
    """The stores of all models that have sent batches."""
    for folder in sorted((root / FOLDER).glob("*/")):
        yield BatchStore(root, folder.name)


def _locked(handle: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _unusable(path, error) from error
    return True


def _unusable(path: Path, error: OSError) -> InputError:
    reason = error.strerror or "cannot be locked"
    return InputError(str(path), reason, "set `store` to a folder to write")
