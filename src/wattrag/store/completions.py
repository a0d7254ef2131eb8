"""Completions: what chat models replied, stored by everything that determines a reply."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from wattrag.files import canonical_json
from wattrag.store.asked import Asked, ModelKey
from wattrag.store.segments import Damage, SegmentWriter, read_segments


class Completion(BaseModel):
    """A reply, and what it took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    finish_reason: str | None
    """Why it ended, in the provider's word: `stop`, `length` (cut off), …"""
    input_tokens: int | None
    """As the provider counts them; None if it does not say."""
    output_tokens: int | None
    seconds: float
    """From sending the request to the whole reply, the client's own retries included."""


class CompletionStore:
    """The completions of all models under one folder; see `wattrag.store.segments`.

    Each model has a folder of its own, read when it is first asked for. A record is whole or it
    is left out, counted in `damage`, and asked again.
    """

    def __init__(self, root: Path) -> None:
        self._root = root / "completions"
        self._known: dict[str, dict[str, Completion]] = {}
        self._writers: dict[str, SegmentWriter] = {}
        self.damage = Damage()

    def get(self, asked: Asked) -> Completion | None:
        """The stored reply, or None."""
        return self._of(asked.model).get(asked.key)

    def add(self, asked: Asked, completion: Completion) -> None:
        """Store a reply; it is on the disk when this returns."""
        folder = asked.model.digest
        writer = self._writers.get(folder)
        if writer is None:
            writer = self._writers[folder] = SegmentWriter(self._root / folder)
        record = {"key": asked.key, "completion": completion.model_dump()}
        writer.append([canonical_json(record).encode()])
        self._of(asked.model)[asked.key] = completion

    def close(self) -> None:
        """Close this process's segments."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _of(self, model: ModelKey) -> dict[str, Completion]:
        folder = model.digest
        if folder not in self._known:
            self._known[folder] = dict(self._read(folder))
        return self._known[folder]

    def _read(self, folder: str) -> list[tuple[str, Completion]]:
        found = []
        for payload in read_segments(self._root / folder, self.damage):
            try:
                record = json.loads(payload)
                found.append((str(record["key"]), Completion(**record["completion"])))
            except (ValueError, KeyError, TypeError, ValidationError):
                self.damage.records += 1
                self.damage.bytes += len(payload)
        return found
