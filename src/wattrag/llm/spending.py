"""What a job spends on a model: kept in the store's ledger, and held to the study's ceilings.

A ceiling is compared before each call with what all jobs that share the store have spent: this one
to the last reply, the others as of some seconds ago. When it is reached no further call starts;
those in flight finish and are stored, and are the most by which it is passed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from wattrag.config.chat import ChatEntry, OpenAIModel
from wattrag.config.local_chat import HFLocalModel, LlamaCppModel
from wattrag.config.prices import BATCH_SHARE
from wattrag.config.settings import Limits
from wattrag.errors import InputError, LimitReachedError
from wattrag.files import canonical_json
from wattrag.hardware.energy import UNKNOWN, Energy
from wattrag.hardware.watch import Watch
from wattrag.llm.tokens import IMAGE_TOKENS, estimated_tokens
from wattrag.llm.usage import cost_of
from wattrag.store.asked import Request
from wattrag.store.completions import Completion
from wattrag.store.ledger import Account, Ledger, Total

REREAD_SECONDS = 3.0
"""Between two looks at what other jobs have spent."""
UNBOUNDED = 32
"""Calls in flight under a ceiling, where nothing else bounds them."""
UNITS = {"usd": "US dollars", "wh": "watt-hours", "gpu_hours": "GPU hours"}
SECONDS_PER_HOUR = 3600


class _Turns:
    """Calls in flight, in one event loop."""

    def __init__(self, at_once: int) -> None:
        self.free, self.idle = asyncio.Semaphore(at_once), asyncio.Event()
        self.idle.set()
        self._calls = 0

    @contextmanager
    def calling(self) -> Iterator[None]:
        """One call is in flight."""
        self._calls += 1
        self.idle.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self.idle.set()


class Spending:
    """What one job spends on one model."""

    def __init__(
        self,
        root: Path,
        job: str,
        entry: ChatEntry,
        limits: Limits | None = None,
        *,
        max_concurrent: int = 0,
        watch: Watch | None = None,
    ) -> None:
        """Open an account; nothing is written or measured before a call.

        Args:
            root: folder of the stores.
            job: what is done, for people who read the ledger.
            entry: the model's.
            limits: ceilings of the study; None for none.
            max_concurrent: calls in flight at a time, where the entry does not say; 0: no limit.
            watch: counts energy and GPU time of a model that runs here; None for this machine's.
        """
        self._entry, self._limits = entry, limits or Limits()
        self._account, self._ledger = Account(root, job), Ledger(root)
        self._watch = watch or Watch(self._account.use, gpus=entry.devices > 0)
        self._kept = [key for key in _kinds(entry) if getattr(self._limits, key) is not None]
        self._at_once = calls_at_once(entry, max_concurrent)
        self._turns: _Turns | None = None
        self._others: Total | None = None
        self._read_at = 0.0
        self._generating: float | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The right to make one call.

        With a ceiling only so many are given at a time as the model may have calls in flight, so
        that what these have spent is counted before the next one. The requests of a batch are
        made together: `approve` checks them.

        Raises:
            LimitReachedError: a ceiling is reached.
            InputError: a ceiling cannot be kept; nothing was spent.
        """
        if self._others is None:
            self._begin()
        if not self._kept or _is_batch(self._entry):
            yield
            return
        if self._turns is None:
            self._turns = _Turns(self._at_once)
        async with self._turns.free:
            await self._look_at_others()
            try:
                self._check()
            except LimitReachedError as error:
                reached = error
            else:
                with self._turns.calling():
                    yield
                return
        await self._turns.idle.wait()
        self._check()  # again: the calls in flight are part of what is told
        raise reached

    def pay(self, reply: Completion) -> None:
        """Keep what a reply cost."""
        if self._generating is None:
            self._generating = time.monotonic() - reply.seconds
        if not self._entry.runs_here:
            self._account.pay(cost_of(reply, self._entry.prices))

    def approve(self, requests: Sequence[Request]) -> None:
        """Check a batch before it is handed in, by an estimate that is rather too high.

        Raises:
            LimitReachedError: it may cost more than is left.
        """
        prices, allowed = self._entry.prices, self._limits.usd
        if allowed is None or prices is None:
            return
        sent = sum(_tokens(request) for request in requests)
        replied = sum(request.max_new_tokens for request in requests)
        cost = prices.cost(sent, replied, share=BATCH_SHARE)
        self._others = self._ledger.total(self._account.key)
        spent = self._others.plus(self._account.spent).usd
        if spent + cost > allowed:
            raise LimitReachedError(
                f"limits.usd: a batch of {len(requests)} requests may cost {cost:.4g} US dollars, "
                f"{spent:.4g} of {allowed:g} are spent; it was not handed in",
                "raise limits.usd or ask fewer questions",
            )

    def energy(self) -> Energy:
        """What generating took so far, loading aside: from when the first reply was begun."""
        return self._watch.energy(self._generating) if self._generating is not None else UNKNOWN

    def close(self) -> None:
        """Stop counting, and keep it; to be called when the model is closed."""
        self._watch.stop()
        self._account.close()
        self._turns = None

    def _begin(self) -> None:
        check_priced(self._entry, self._limits)
        if "wh" in self._kept and not self._watch.can_measure:
            raise InputError(
                self._entry.name,
                "limits.wh cannot be kept: nothing here tells the energy that it takes",
                "let users read /sys/class/powercap (or install the NVIDIA driver), or unset it",
            )
        self._others = self._ledger.total(self._account.key) if self._kept else Total()
        self._read_at = time.monotonic()
        if self._entry.runs_here:
            self._watch.start()

    async def _look_at_others(self) -> None:
        if time.monotonic() - self._read_at > REREAD_SECONDS:
            self._read_at = time.monotonic()  # who comes meanwhile goes by the last look
            self._others = await asyncio.to_thread(self._ledger.total, self._account.key)

    def _check(self) -> None:
        if "usd" in self._kept and self._account.spent.unpriced:
            raise LimitReachedError(
                f"limits.usd cannot be kept: a reply of '{self._entry.name}' came without its price"
                " or its tokens",
                "unset limits.usd, or ask another model",
            )
        for key, spent in self._spent():
            allowed = getattr(self._limits, key)
            if spent is None:
                problem = "limits.wh cannot be kept: the energy can no longer be read"
                raise LimitReachedError(problem, "see the job's log, or unset limits.wh")
            if spent >= allowed:
                raise LimitReachedError(
                    f"limits.{key} is reached: {spent:.4g} of {allowed:g} {UNITS[key]} are spent",
                    f"raise limits.{key} to go on, stored replies are not asked again",
                )

    def _spent(self) -> Iterator[tuple[str, float | None]]:
        """All jobs' spending under each ceiling that is to be kept."""
        others, own = self._others or Total(), self._account.spent
        for key in self._kept:
            if key == "usd":
                yield key, others.usd + own.usd
            elif key == "wh":
                wh = self._watch.wh()
                yield key, None if wh is None else (others.wh or 0.0) + wh
            else:
                seconds = others.gpu_seconds + self._watch.gpu_seconds
                yield key, seconds / SECONDS_PER_HOUR


def check_priced(entry: ChatEntry, limits: Limits) -> None:
    """Make sure that a ceiling on money can be kept.

    Raises:
        InputError: the model costs money and nothing says how much.
    """
    if limits.usd is None or entry.runs_here or entry.states_cost or entry.prices is not None:
        return
    raise InputError(
        entry.name,
        "limits.usd cannot be kept: the model has no `prices` in models.yaml",
        "add them (0 for a server of your own), or unset limits.usd",
    )


def calls_at_once(entry: ChatEntry, max_concurrent: int) -> int:
    """Calls in flight under a ceiling; more would only wait, and be past it."""
    if isinstance(entry, LlamaCppModel):
        return 1
    if isinstance(entry, HFLocalModel):
        return (entry.batch_size or UNBOUNDED) if entry.batches else 1
    return (max_concurrent if entry.max_concurrent is None else entry.max_concurrent) or UNBOUNDED


def _kinds(entry: ChatEntry) -> tuple[str, ...]:
    """What a job with this model can spend."""
    if not entry.runs_here:
        return ("usd",)
    return ("wh", "gpu_hours") if entry.devices else ("wh",)


def _is_batch(entry: ChatEntry) -> bool:
    return isinstance(entry, OpenAIModel) and entry.batch


def _tokens(request: Request) -> int:
    """What is sent, on the safe side."""
    texts = [message["content"] for message in request.messages]
    if request.schema is not None:
        texts.append(canonical_json(request.schema))
    images = sum(len(message.get("images", ())) for message in request.messages)
    return sum(map(estimated_tokens, texts)) + IMAGE_TOKENS * images
