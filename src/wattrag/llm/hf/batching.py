"""Many replies at a time: calls of an event loop on this side, the thread that feeds on that."""

import asyncio
import atexit
import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from wattrag.errors import RunFailedError, WattragError
from wattrag.llm.hf.feeding import Feeder
from wattrag.llm.hf.jobs import Generated, Job

_log = logging.getLogger(__name__)


class Call:
    """A job with the future that waits for it, on whatever loop that is."""

    def __init__(self, name: str, job: Job) -> None:
        self.name, self.job, self.tries = name, job, 0
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Generated] = self._loop.create_future()

    def reply(self, generated: Generated) -> None:
        """Hand over a reply; from any thread."""
        self._settle(lambda: self.future.set_result(generated))

    def fail(self, error: WattragError) -> None:
        """Hand over an error; from any thread."""
        self._settle(lambda: self.future.set_exception(error))

    def _settle(self, how: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(lambda: None if self.future.done() else how())
        except RuntimeError:  # the loop is closed: nobody waits any more
            _log.debug("nobody waits for %s", self.name)


class Batching:
    """Generates replies together; one thread feeds the engine, the engine has one of its own.

    Replies that are sampled depend on their company: all of a batch draw from one stream of
    random numbers, which starts at the seed of the engine's first job.
    """

    def __init__(self, where: str, model: Any, sequences: int | None) -> None:
        """Start the thread.

        Args:
            where: names the model in messages.
            model: of transformers, on one device.
            sequences: bounds the replies that are generated together; None: memory does.
        """
        self._where, self._count, self._closed = where, 0, False
        self._feeder = Feeder(where, model, sequences)
        self._inbox: SimpleQueue[Call | str | None] = SimpleQueue()
        self._lock = Lock()
        # A daemon, and so is the engine's thread, which it starts: a program that forgets to
        # close its model must end all the same.
        self._thread = Thread(target=self._run, name="wattrag-batching", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    async def generate(self, job: Job) -> Generated:
        """The reply to one prompt, generated together with those that wait beside it.

        Raises:
            InputError: this model's replies cannot be generated together.
            RunFailedError: the engine failed, memory does not suffice, or `stop` was called.
        """
        with self._lock:
            if self._closed:
                raise self._is_closed()
            self._count += 1
            call = Call(str(self._count), job)
            self._inbox.put(call)
        try:
            return await call.future
        except asyncio.CancelledError:
            self._inbox.put(call.name)
            raise

    def stop(self) -> None:
        """End the thread and the engine; those who wait get an error."""
        atexit.unregister(self.stop)
        self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        problem: WattragError = self._is_closed()
        try:
            while self._receive():
                self._feeder.step()
        except Exception as error:  # noqa: BLE001 - told to all who wait, whatever it is
            _log.exception("%s: the thread that feeds the engine failed", self._where)
            problem = RunFailedError(f"{self._where}: {type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._closed = True
            while not self._inbox.empty():
                arrived = self._inbox.get()
                if isinstance(arrived, Call):
                    self._feeder.add(arrived)
            self._feeder.end(problem)

    def _receive(self) -> bool:
        """Pass on what arrived, and wait for it if there is nothing else to do."""
        while True:
            try:
                arrived = self._inbox.get(block=self._feeder.idle)
            except Empty:
                return True
            if arrived is None:
                return False
            if isinstance(arrived, str):
                self._feeder.cancel(arrived)
            else:
                self._feeder.add(arrived)

    def _is_closed(self) -> RunFailedError:
        return RunFailedError(f"{self._where}: was closed before it replied")
