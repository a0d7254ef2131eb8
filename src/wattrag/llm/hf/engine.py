"""transformers' engine for many replies at a time: paged cache, shared prefixes, one thread."""

import logging
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from transformers import ContinuousBatchingConfig

from wattrag.llm.hf import flash
from wattrag.llm.hf.attention import use_on_cpu
from wattrag.llm.hf.jobs import Generated, Job, generation_settings
from wattrag.llm.hf.memory import release
from wattrag.llm.hf.shape import PAGE, Shape

if TYPE_CHECKING:
    from transformers.generation.continuous_batching import ContinuousBatchingManager

SECONDS_TO_END = 60


class Engine:
    """One running manager; its thread ends with `stop`, or with an error that `failure` tells."""

    def __init__(self, model: Any, shape: Shape, seed: int, attention: str = flash.PLAIN) -> None:
        """Set memory aside and start the thread.

        Args:
            model: of transformers, on one device.
            shape: what it is built for.
            seed: of what is sampled.
            attention: one of the model's `flash.attentions`.

        Raises:
            Exception: of many kinds, from a model whose layers cannot be batched to no memory.
        """
        quiet()
        use_on_cpu()
        flash.use(model, attention)
        manager: ContinuousBatchingManager = model.init_continuous_batching(
            generation_config=generation_settings(model, 0.5 if shape.sampled else 0),
            continuous_batching_config=_config(model, shape, seed, attention),
        )
        try:
            manager.warmup()  # here and not in the thread, so that errors arrive as they are
            self._hits = _count_hits(manager)
            manager.start()
        except BaseException:
            manager.batch_processor = None
            raise
        self._manager, self.shape = manager, shape

    def add(self, name: str, job: Job) -> None:
        """Take a job on; its results come by this name."""
        drawn: dict[str, Any] = {"temperature": float(job.temperature)} if job.sampled else {}
        self._manager.add_request(
            list(job.tokens), request_id=name, max_new_tokens=job.max_new_tokens, **drawn
        )

    def cancel(self, name: str) -> None:
        """Drop a job; no result comes."""
        self._manager.cancel_request(name)
        self._hits.pop(name, None)

    def result(self, timeout: float) -> "tuple[str, Generated | str] | None":
        """A job's name with its reply, or with what went wrong; None if nothing ends in time."""
        output = self._manager.get_result(timeout=timeout)
        if output is None or not output.is_finished():
            return None
        cached = self._hits.pop(output.request_id, 0) if self._shares else None
        if output.error is not None:
            return output.request_id, output.error
        start, end = output.lifespan
        return output.request_id, Generated(tuple(output.generated_tokens), end - start, cached)

    @property
    def ended(self) -> bool:
        """Whether the thread takes no more jobs, for it failed."""
        status = self._manager.background_thread_status
        return not self._manager.is_running() or status.can_accept_new_requests() is not None

    def failure(self) -> Exception:
        """What ended the thread."""
        until = monotonic() + SECONDS_TO_END
        while self._manager.is_running() and monotonic() < until:
            sleep(0.01)  # it tells its last jobs first, and then why
        error = self._manager.background_thread_status.fatal_error
        return error or RuntimeError("the engine's thread ended")

    def stop(self) -> None:
        """End the thread and give back its memory."""
        manager, status = self._manager, self._manager.background_thread_status
        if manager.batch_processor is not None:  # our counter holds the cache that it hangs on
            vars(manager.batch_processor.cache).pop("search_prefix_match", None)
        manager.stop(block=True, timeout=SECONDS_TO_END, hard_stop=True)
        if status.fatal_error is not None:  # its frames hold the tensors of the failed step
            status.fatal_error.__traceback__ = None
        if manager.model.device.type == "cuda":
            release()

    @property
    def _shares(self) -> bool:
        processor = self._manager.batch_processor
        return processor is not None and processor.cache.use_prefix_sharing


def _config(model: Any, shape: Shape, seed: int, attention: str) -> ContinuousBatchingConfig:
    """On a CPU the cache is sized for its jobs: by default it would take most of the memory."""
    config = ContinuousBatchingConfig(
        max_batch_tokens=shape.batch_tokens,
        max_requests_per_batch=shape.sequences,
        per_request_processors=True,
        auto_switch_to_flash=attention == flash.PACKAGE,
        seed=seed,
    )
    if attention == flash.KERNELS:
        config.use_cuda_graph = False
    if model.device.type == "cuda":
        config.max_memory_percent = shape.share
        return config
    config.page_size, config.num_blocks = PAGE, shape.pages
    return config


def _count_hits(manager: "ContinuousBatchingManager") -> dict[str, int]:
    """Tokens of each prompt that the cache had: the engine finds them, and keeps no count."""
    processor = manager.batch_processor
    hits: dict[str, int] = {}
    if processor is None:
        return hits
    search = processor.cache.search_prefix_match

    def counted(request_id: str, prompt_ids: list[int]) -> int:
        found: int = search(request_id, prompt_ids)
        if found and request_id not in hits:  # a request set back finds its own tokens again
            hits[request_id] = found
        return found

    processor.cache.search_prefix_match = counted  # type: ignore[method-assign]
    return hits


def quiet() -> None:
    """Leave the engine's errors to those who handle them."""
    logging.getLogger("ContinuousBatchingLogger").setLevel(logging.CRITICAL)
