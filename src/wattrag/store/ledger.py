"""What was spent: money, energy and GPU time of all jobs that share a store.

Each job keeps one account, written anew after each reply and every few seconds of GPU time; of the
records of an account the last one counts. A kill loses what was spent since the last record: no
money, and some seconds of GPU time. Records are JSON in `{store}/ledger/spending/`, see
`wattrag.store.segments`.
"""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wattrag.errors import InputError
from wattrag.store.segments import Damage, SegmentWriter, payloads, segments_of

FOLDER = "ledger"
SHELF = "spending"
KEY_BYTES = 32


class Spent(BaseModel):
    """What one job has spent so far."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: str
    """What it did, for people."""
    time: float
    """Seconds of the epoch, when this was written."""
    usd: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """US dollars, as far as they are known."""
    unpriced: int = Field(default=0, ge=0)
    """Replies whose price is not known."""
    wh: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Watt-hours; None: not measured."""
    gpu_seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Seconds that it held GPUs, times their number."""


@dataclass(frozen=True)
class Total:
    """What all jobs have spent."""

    jobs: int = 0
    usd: float = 0.0
    unpriced: int = 0
    """Replies whose price is not known; they are not in `usd`."""
    wh: float | None = None
    """Of the jobs whose energy was measured; None if none was."""
    gpu_seconds: float = 0.0

    def plus(self, spent: Spent) -> "Total":
        """The total with one more job."""
        measured = [wh for wh in (self.wh, spent.wh) if wh is not None]
        return Total(
            self.jobs + 1,
            self.usd + spent.usd,
            self.unpriced + spent.unpriced,
            sum(measured) if measured else None,
            self.gpu_seconds + spent.gpu_seconds,
        )


class Account:
    """What this job spends, kept as it is spent; threads may share it."""

    def __init__(self, root: Path, job: str) -> None:
        """Take the folder of the stores and what the job does; nothing is written yet."""
        self._folder = _folder(root)
        self.key = os.urandom(KEY_BYTES)
        self._spent = Spent(job=job, time=time.time())
        self._writer: SegmentWriter | None = None
        self._lock = threading.Lock()

    @property
    def spent(self) -> Spent:
        """All so far."""
        return self._spent

    def pay(self, usd: float | None) -> None:
        """Add a reply's price; None: not known. It outlives this process when this returns."""
        with self._lock:
            now = self._spent
            if usd is None:
                self._keep(unpriced=now.unpriced + 1)
            elif usd:
                self._keep(usd=now.usd + usd)

    def use(self, wh: float | None, gpu_seconds: float) -> None:
        """Say how much energy and GPU time it took in all until now."""
        with self._lock:
            if (wh, gpu_seconds) != (self._spent.wh, self._spent.gpu_seconds):
                self._keep(wh=wh, gpu_seconds=gpu_seconds)

    def close(self) -> None:
        """Close this job's segment; whatever is spent then opens another."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _keep(self, **changes: float | None) -> None:
        self._spent = Spent.model_validate(
            {**self._spent.model_dump(), **changes, "time": time.time()}
        )
        if self._writer is None:
            self._writer = SegmentWriter(self._folder)
        record = self.key + self._spent.model_dump_json().encode()
        self._writer.append([record], sync=False)


class Ledger:
    """The accounts of all jobs under one folder; files that have not grown are not read again."""

    def __init__(self, root: Path) -> None:
        self._folder = _folder(root)
        self._read: dict[Path, tuple[int, dict[bytes, Spent]]] = {}

    def total(self, without: bytes | None = None) -> Total:
        """What was spent, but for the account `without`."""
        accounts: dict[bytes, Spent] = {}
        for path in segments_of(self._folder):
            for key, spent in self._accounts(path).items():
                known = accounts.get(key)
                # A segment and the one that it was merged into may both be there.
                if known is None or known.time <= spent.time:
                    accounts[key] = spent
        total = Total()
        for key, spent in sorted(accounts.items()):
            total = total if key == without else total.plus(spent)
        return total

    def _accounts(self, path: Path) -> dict[bytes, Spent]:
        try:
            size = path.stat().st_size
            known = self._read.get(path)
            if known is None or known[0] != size:
                known = self._read[path] = (size, accounts_in(path.read_bytes()))
        except FileNotFoundError:
            return {}  # merged since it was listed; its successor is read at the next look
        except OSError as error:
            raise InputError(str(path), error.strerror or "cannot be read", "mend it") from error
        return known[1]


def accounts_in(data: bytes) -> dict[bytes, Spent]:
    """The last whole record of each account in a segment's bytes."""
    found = {}
    for payload in payloads(data, Damage()):
        spent = spent_of(payload)
        if spent is not None:
            found[bytes(payload[:KEY_BYTES])] = spent
    return found


def spent_of(payload: memoryview) -> Spent | None:
    """What a record says; None if it cannot be read."""
    try:
        return Spent.model_validate_json(bytes(payload[KEY_BYTES:]))
    except ValidationError:
        return None


def _folder(root: Path) -> Path:
    return root / FOLDER / SHELF
