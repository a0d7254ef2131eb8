"""Looking after the stores: what is in them, whether it is whole, making it smaller."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wattrag.errors import InputError
from wattrag.store import ledger
from wattrag.store.completions import FOLDER, MODEL_FILE, Completion
from wattrag.store.segments import Damage, SegmentWriter, payloads, segments_of

KINDS = (FOLDER, "vectors", ledger.FOLDER)
"""Stores whose records start with a key of 32 bytes."""
KEY_BYTES = 32


@dataclass(frozen=True)
class Shelf:
    """The records of one model."""

    kind: str
    """`completions`, `vectors` or `ledger`."""
    key: str
    """Name of the folder; the ledger has one, `spending`."""
    model: str | None
    """Provider, id and precision; None where the store does not say."""
    segments: int
    records: int
    """Different ones; of equal keys the last counts."""
    bytes: int
    damaged: int
    """Stretches without a whole record, and records that cannot be read."""


@dataclass(frozen=True)
class Pruned:
    """What pruning did."""

    freed_bytes: int
    kept_segments: int
    """Left alone: their writers live."""


def shelves(root: Path) -> list[Shelf]:
    """Every model's records, read in full and checked.

    Raises:
        InputError: there is no store, or a segment cannot be read.
    """
    return [_shelf(folder) for folder in _folders(root)]


def prune(root: Path, drop: str | None = None) -> Pruned:
    """Merge the segments of each model into one, without damaged and repeated records.

    The new segment is whole on the disk before an old one goes, so that a kill at any moment
    loses nothing. Segments whose writers live are left alone.

    Args:
        root: folder of the stores.
        drop: key of a model whose records all go; None for none.

    Raises:
        InputError: there is no store, or no model of this key.
    """
    folders = list(_folders(root))
    if drop is not None:
        chosen = [folder for folder in folders if folder.name == drop]
        if not chosen:
            raise InputError(f"store {root}", f"has no records of '{drop}'", "see the stats' keys")
        sizes = [sum(path.stat().st_size for path in segments_of(f)) for f in chosen]
        for folder in chosen:
            shutil.rmtree(folder)
        return Pruned(sum(sizes), 0)
    done = [_merge(folder) for folder in folders]
    return Pruned(sum(d.freed_bytes for d in done), sum(d.kept_segments for d in done))


def _folders(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        raise InputError(str(root), "is no store", "name the folder with --store")
    for kind in KINDS:
        yield from sorted(path for path in (root / kind).glob("*") if path.is_dir())


def _shelf(folder: Path) -> Shelf:
    damage, keys, size = Damage(), set(), 0
    paths = segments_of(folder)
    for path in paths:
        data = path.read_bytes()
        size += len(data)
        for payload in payloads(data, damage):
            if not _is_readable(folder.parent.name, payload):
                damage.add(len(payload))
                continue
            keys.add(bytes(payload[:KEY_BYTES]))
    model = _model(folder / MODEL_FILE)
    kind = folder.parent.name
    return Shelf(kind, folder.name, model, len(paths), len(keys), size, damage.records)


def _is_readable(kind: str, payload: memoryview) -> bool:
    if len(payload) <= KEY_BYTES:
        return False
    if kind == ledger.FOLDER:
        return ledger.spent_of(payload) is not None
    if kind != FOLDER:
        return len(payload) % 4 == 0
    try:
        Completion.model_validate_json(bytes(payload[KEY_BYTES:]))
    except ValueError:
        return False
    return True


def _model(path: Path) -> str | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return f"{found['provider']}:{found['model_id']} ({found['precision']})"
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _merge(folder: Path) -> Pruned:
    records: dict[bytes, memoryview] = {}
    merged, busy = [], 0
    for path in segments_of(folder):
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                busy += 1
                continue
            merged.append(path)
            for payload in payloads(file.read(), Damage()):
                if _is_readable(folder.parent.name, payload):
                    records[bytes(payload[:KEY_BYTES])] = payload
    before = sum(path.stat().st_size for path in merged)
    with SegmentWriter(folder) as writer:
        if records:
            writer.append(map(bytes, records.values()))
    after = writer.path.stat().st_size if records else 0
    for path in merged:
        path.unlink()
    return Pruned(before - after, busy)
