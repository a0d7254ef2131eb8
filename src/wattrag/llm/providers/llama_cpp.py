"""Chat models of the provider `llama_cpp`: a GGUF file in this process, never online."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING, Any

from wattrag.config.local_chat import LlamaCppModel
from wattrag.errors import RunFailedError
from wattrag.llm.images import refuse_images
from wattrag.store.asked import ModelKey, Request
from wattrag.store.completions import Completion

if TYPE_CHECKING:
    from wattrag.llm.llama_cpp.load import Loaded

SAMPLING = {
    "top_k": 0, "top_p": 1.0, "min_p": 0.0, "typical_p": 1.0,
    "repeat_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0, "mirostat_mode": 0,
}  # fmt: skip
"""The model's own distribution: the library's values differ, and change with its versions."""


class LlamaCppChat:
    """A GGUF file that is loaded when it is first asked; it replies to one call after another.

    llama.cpp computes one reply at a time, with all threads. A reply is the same alone and after
    others: nothing that was computed for another is reused.
    """

    def __init__(self, entry: LlamaCppModel, precision: str) -> None:
        """Take a model's entry and the name of its quantisation."""
        self._entry = entry
        self._key = ModelKey(**entry.identity(precision))
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="wattrag-llama")
        self._loaded: Loaded | None = None
        self._closing = threading.Event()

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._complete, request)

    async def close(self) -> None:
        """Break off what is computed and free the weights; the next call loads them again."""
        self._closing.set()
        await asyncio.get_running_loop().run_in_executor(self._worker, self._close)

    def _close(self) -> None:
        loaded, self._loaded = self._loaded, None
        self._closing.clear()
        if loaded is not None:
            loaded.llama.close()

    def _complete(self, request: Request) -> Completion:
        """On the worker's thread, like all that touches the model."""
        self._check_open()
        refuse_images(self._entry.name, request)
        loaded = self._open()
        from wattrag.llm.llama_cpp.prompts import grammar_of, prompt_tokens

        prompt = prompt_tokens(self._entry, loaded, request)
        grammar = grammar_of(self._entry, loaded, request)
        started = perf_counter()
        try:
            tokens, has_ended = self._generate(loaded, prompt, request, grammar)
        except (RuntimeError, ValueError, AssertionError) as error:
            raise RunFailedError(f"{self._entry.name}: llama.cpp failed ({error})") from error
        return Completion(
            text=loaded.llama.detokenize(tokens, prev_tokens=prompt).decode(errors="ignore"),
            finish_reason="stop" if has_ended else "length",
            input_tokens=len(prompt),
            output_tokens=len(tokens),
            cached_tokens=0,
            seconds=perf_counter() - started,
        )

    def _open(self) -> "Loaded":
        if self._loaded is None:
            from wattrag.llm.llama_cpp.load import load

            self._loaded = load(self._entry)
        return self._loaded

    def _generate(
        self, loaded: "Loaded", prompt: list[int], request: Request, grammar: Any
    ) -> tuple[list[int], bool]:
        """The tokens of a reply, without the one that ends it, and whether there was one."""
        loaded.forget()
        loaded.llama.set_seed(request.run)
        tokens: list[int] = []
        following = loaded.llama.generate(
            prompt, temp=request.temperature, grammar=grammar, **SAMPLING
        )
        for token in following:
            self._check_open()
            if loaded.is_end(token):
                return tokens, True
            tokens.append(token)
            if len(tokens) >= request.max_new_tokens:
                break
        return tokens, False

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise RunFailedError(f"{self._entry.name}: closed before its reply")


def connect(entry: LlamaCppModel, precision: str, max_concurrent: int) -> LlamaCppChat:
    """The chat model of an entry; nothing is loaded before it is asked.

    Calls need no bound here: they are made one after another.
    """
    del max_concurrent
    return LlamaCppChat(entry, precision)
