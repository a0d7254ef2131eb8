"""Completions: what chat models replied, stored by everything that determines a reply."""

from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from wattrag.files import write_json
from wattrag.store.asked import Asked, ModelKey
from wattrag.store.segments import Damage, SegmentWriter, read_segments

FOLDER = "completions"
MODEL_FILE = "model.json"
"""Says in each folder whose completions these are; for people, nothing depends on it."""
KEY_BYTES = 32


class Completion(BaseModel):
    """A reply, and what it took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    finish_reason: str | None
    """Why it ended, in the provider's word: `stop`, `length` (cut off), …"""
    input_tokens: int | None
    """As the provider counts them; None if it does not say."""
    output_tokens: int | None
    cached_tokens: int | None = None
    """Of the input, those that the provider or the engine had computed before."""
    seconds: float
    """Of the call that brought the reply, waits and failed tries before it aside."""
    tries: int = 1
    """Calls made for it, the failed ones included."""
    cost_usd: float | None = None
    """As the provider says; None where it is computed from prices."""
    batch: bool = False
    """Asked through a Batch API."""


class CompletionStore:
    """The completions of all models under one folder; see `wattrag.store.segments`.

    Each model has a folder of its own, read when it is first asked for. A record is the key
    (32 bytes) and the completion's JSON; it is whole, or it is left out, counted in `damage`, and
    asked again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = root / FOLDER
        self._known: dict[str, dict[bytes, memoryview]] = {}
        self._writers: dict[str, SegmentWriter] = {}
        self.damage = Damage()

    def get(self, asked: Asked) -> Completion | None:
        """The stored reply, or None."""
        known, key = self._of(asked.model), asked.key
        found = known.get(key)
        if found is None:
            return None
        try:
            return Completion.model_validate_json(bytes(found))
        except ValidationError:
            del known[key]
            self.damage.add(len(found))
            return None

    def add(self, asked: Asked, completion: Completion) -> None:
        """Store a reply; it outlives this process when this returns.

        A loss of power may take what was added in the last moments, see `SegmentWriter.append`.
        """
        model, key = asked.model, asked.key
        payload = key + completion.model_dump_json().encode()
        self._writer(model).append([payload], sync=False)
        self._of(model)[key] = memoryview(payload)[KEY_BYTES:]

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

    def _writer(self, model: ModelKey) -> SegmentWriter:
        folder = self._root / model.digest
        writer = self._writers.get(model.digest)
        if writer is None:
            writer = self._writers[model.digest] = SegmentWriter(folder)
            if not (folder / MODEL_FILE).exists():
                write_json(folder / MODEL_FILE, asdict(model))
        return writer

    def _of(self, model: ModelKey) -> dict[bytes, memoryview]:
        folder = model.digest
        if folder not in self._known:
            self._known[folder] = read_completions(self._root / folder, self.damage)
        return self._known[folder]


def read_completions(folder: Path, damage: Damage) -> dict[bytes, memoryview]:
    """The JSON of a model's completions by key; of equal keys the last one counts."""
    found = {}
    for payload in read_segments(folder, damage):
        if len(payload) > KEY_BYTES:
            found[bytes(payload[:KEY_BYTES])] = payload[KEY_BYTES:]
        else:
            damage.add(len(payload))
    return found
