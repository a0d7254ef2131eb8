"""Keeping an engine busy: which jobs it gets, when it is built anew, what an error means."""

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wattrag.errors import InputError, RunFailedError, WattragError
from wattrag.llm.hf import flash
from wattrag.llm.hf.engine import Engine
from wattrag.llm.hf.jobs import Generated, ignored_settings
from wattrag.llm.hf.memory import is_out_of_memory
from wattrag.llm.hf.shape import Shape, first_shape

if TYPE_CHECKING:
    from wattrag.llm.hf.batching import Call

_log = logging.getLogger(__name__)
POLL_SECONDS = 0.02


class Feeder:
    """Belongs to one thread. An engine takes jobs of one kind, and up to a length.

    Where the next job needs another engine, the jobs of the present one are done first. Where
    memory runs out, an engine for half as many replies does the unfinished jobs again; where it
    fails, one with the next of the model's attentions does.
    """

    def __init__(self, where: str, model: Any, sequences: int | None) -> None:
        self._where, self._model = where, model
        self._shape = first_shape(model, sequences)
        self._attentions = flash.attentions(model)
        if ignored := ignored_settings(model):
            _log.warning(
                "%s: replies generated together leave out the model's %s; `batch_size: 1` does not",
                where, " and ".join(ignored),
            )  # fmt: skip
        self._engine: Engine | None = None
        self._waiting: deque[Call] = deque()
        self._running: dict[str, Call] = {}

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._waiting and not self._running

    def add(self, call: "Call") -> None:
        """Take a call on."""
        self._waiting.append(call)

    def cancel(self, name: str) -> None:
        """Forget a call."""
        self._waiting = deque(call for call in self._waiting if call.name != name)
        if self._running.pop(name, None) is not None and self._engine is not None:
            self._engine.cancel(name)

    def step(self) -> None:
        """Fill the engine, and hand over what it has finished."""
        if not self._running and self._waiting:
            self._renew()
        engine = self._engine
        if engine is None:
            return
        self._fill(engine)
        broken = self._collect(engine, POLL_SECONDS)
        if engine.ended:
            self._recover(engine)
        else:
            for name, problem in broken.items():
                self._running.pop(name).fail(RunFailedError(f"{self._where}: {problem}"))

    def end(self, error: WattragError) -> None:
        """Fail all calls and stop the engine."""
        _fail([*self._running.values(), *self._waiting], error)
        self._running.clear()
        self._waiting.clear()
        self._stop()

    def _fill(self, engine: Engine) -> None:
        for call in list(self._waiting):
            if len(self._running) >= engine.shape.sequences:
                break
            if engine.shape.takes(call.job):
                self._waiting.remove(call)
                self._running[call.name] = call
                call.tries += 1
                engine.add(call.name, call.job)

    def _collect(self, engine: Engine, timeout: float) -> dict[str, str]:
        """Hand over replies; what failed, by name."""
        broken = {}
        while (found := engine.result(timeout)) is not None:
            name, result = found
            if name not in self._running:  # cancelled
                continue
            if isinstance(result, Generated):
                call = self._running.pop(name)
                call.reply(replace(result, tries=call.tries))
            else:
                broken[name] = result
            timeout = 0
        return broken

    def _renew(self) -> None:
        """Build the engine that the waiting jobs need, unless it is there."""
        first = self._waiting[0].job
        if self._engine is not None and self._engine.shape.takes(first):
            return
        self._stop()
        alike = [call.job.needs for call in self._waiting if call.job.sampled == first.sampled]
        wanted = self._shape.for_jobs(alike, sampled=first.sampled)
        try:
            self._engine = Engine(
                self._model, wanted.fitting(self._model), first.seed, self._attentions[0]
            )
        except Exception as error:  # noqa: BLE001 - no memory, or a model that cannot be batched
            self._not_built(wanted, error)
        else:
            self._shape = wanted

    def _not_built(self, wanted: Shape, error: Exception) -> None:
        if is_out_of_memory(error) and not wanted.smallest:
            self._halve(wanted, len(self._waiting))
            return
        if not is_out_of_memory(error) and self._plainer(error):
            return
        problem: WattragError
        if is_out_of_memory(error):
            problem = self._too_large(error)
        else:
            words = f"its replies cannot be generated together ({type(error).__name__}: {error})"
            problem = InputError(self._where, words, "set `batch_size: 1` in models.yaml")
        _fail(self._waiting, problem)
        self._waiting.clear()

    def _recover(self, engine: Engine) -> None:
        """After the engine's thread has ended: do the jobs again where that may help."""
        error = engine.failure()
        self._collect(engine, 0)
        unfinished = list(self._running.values())
        self._running.clear()
        shape = engine.shape
        self._stop()
        if is_out_of_memory(error):
            if shape.smallest:
                _fail(unfinished, self._too_large(error))
                return
            self._halve(self._shape, len(unfinished))
        elif not self._plainer(error):
            problem = RunFailedError(f"{self._where}: {type(error).__name__}: {error}")
            _fail(unfinished, problem)
            return
        self._waiting.extendleft(reversed(unfinished))

    def _plainer(self, error: Exception) -> bool:
        """Whether there is another attention to go on with."""
        failed, *others = self._attentions
        if not others:
            return False
        self._attentions = tuple(others)
        _log.warning(
            "%s: the attention %s failed (%s: %s); going on with %s",
            self._where, failed, type(error).__name__, error, others[0],
        )  # fmt: skip
        return True

    def _halve(self, shape: Shape, active: int) -> None:
        self._shape = shape.halved(active)
        _log.warning(
            "%s: out of memory; going on with %d replies and %d tokens at a time",
            self._where, self._shape.sequences, self._shape.batch_tokens,
        )  # fmt: skip

    def _too_large(self, error: Exception) -> RunFailedError:
        return RunFailedError(f"{self._where}: out of memory with one reply at a time ({error})")

    def _stop(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop()


def _fail(calls: "Iterable[Call]", error: WattragError) -> None:
    for call in calls:
        call.fail(error)
