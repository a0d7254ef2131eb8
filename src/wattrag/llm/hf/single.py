"""One reply at a time with `generate`, as the published single-stream figures were made."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import torch

from wattrag.errors import RunFailedError
from wattrag.llm.hf.jobs import Generated, Job, generation_settings
from wattrag.llm.hf.memory import is_out_of_memory, release


class Single:
    """A reply that is sampled depends on its words and its run alone: each has its own seed."""

    def __init__(self, where: str, model: Any) -> None:
        """Take a model.

        Args:
            where: names it in messages.
            model: of transformers, on one device or several.
        """
        self._where, self._model, self._closed = where, model, False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="wattrag-single")

    async def generate(self, job: Job) -> Generated:
        """The reply to one prompt; those that wait come one after the other.

        Raises:
            RunFailedError: it failed.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._worker, self._generate, job)
        except RunFailedError:
            raise
        except Exception as error:
            release()
            what = "out of memory" if is_out_of_memory(error) else type(error).__name__
            raise RunFailedError(f"{self._where}: {what} ({error})") from error

    def stop(self) -> None:
        """End the thread; those who wait get an error."""
        self._closed = True
        self._worker.shutdown()

    def _generate(self, job: Job) -> Generated:
        if self._closed:
            raise RunFailedError(f"{self._where}: was closed before it replied")
        settings = generation_settings(self._model, job.temperature)
        settings.max_new_tokens, settings.max_length = job.max_new_tokens, None
        prompt = torch.tensor([job.tokens], device=self._model.device)
        if job.sampled:
            torch.manual_seed(job.seed)
        started = perf_counter()
        with torch.inference_mode():
            found = self._model.generate(
                prompt, attention_mask=torch.ones_like(prompt), generation_config=settings
            )
        tokens = found[0, len(job.tokens) :].tolist()
        return Generated(tuple(tokens), perf_counter() - started, None)
