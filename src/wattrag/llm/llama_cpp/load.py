"""Loading a GGUF file with llama.cpp: quietly, and never what is too large or no chat model."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from wattrag.config.local_chat import LlamaCppModel
from wattrag.errors import InputError
from wattrag.hardware.lease import hold_gpus
from wattrag.llm.llama_cpp.files import EXTRA, gguf_file
from wattrag.llm.llama_cpp.log import first_error, forget_error
from wattrag.store.asked import Message

BATCH = 512
"""Tokens of a prompt that are computed together: that changes a result's last bits."""
TODAY = datetime(2024, 7, 26, tzinfo=UTC)
"""For templates that write the date: a prompt must not depend on the day."""


@dataclass(frozen=True)
class Loaded:
    """A model, ready to generate."""

    llama: Any
    """`llama_cpp.Llama`; for one thread at a time."""
    library: Any
    """The package `llama_cpp`."""
    formatter: Any
    """Of messages, by the template in the file."""

    @property
    def vocabulary(self) -> Any:
        """llama.cpp's pointer to the vocabulary."""
        return self.library.llama_model_get_vocab(self.llama.model)

    def render(self, messages: Sequence[Message]) -> str:
        """The text of a prompt."""
        text: str = self.formatter(messages=list(messages)).prompt
        return text

    def is_end(self, token: int) -> bool:
        """Whether a token ends a reply."""
        return bool(self.library.llama_vocab_is_eog(self.vocabulary, token))

    def forget(self) -> None:
        """Make the next reply independent of those before: no common beginning is reused."""
        self.llama.reset()
        memory = self.library.llama_get_memory(self.llama.ctx)
        self.library.llama_memory_clear(memory, False)  # noqa: FBT003 - marked empty, not zeroed


def load(entry: LlamaCppModel) -> Loaded:
    """Load what an entry declares.

    Raises:
        InputError: not installed, not here, no chat model, damaged, or too large.
    """
    hold_gpus(entry.devices)
    library = _library(entry)
    path = gguf_file(entry)
    if entry.gpu_layers and not library.llama_supports_gpu_offload():
        cure = "set `gpu_layers` to 0, or build llama-cpp-python for your GPU"
        raise InputError(entry.name, "this llama.cpp was built without GPUs", cure)
    llama = _opened(entry, library, path)
    try:
        _check_window(entry, library, llama)
        return Loaded(llama, library, _formatter(entry, library, llama))
    except BaseException:
        llama.close()
        raise


def _library(entry: LlamaCppModel) -> Any:
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # else a crash starts a debugger
    try:
        import llama_cpp
    except ImportError as error:
        cure = f"install the extra `wattrag[{EXTRA}]`"
        raise InputError(entry.name, f"needs the package '{error.name}'", cure) from error
    except (OSError, RuntimeError) as error:  # its shared library
        raise InputError(
            entry.name, f"llama-cpp-python is broken ({error})", "build it again"
        ) from error
    return llama_cpp


def _opened(entry: LlamaCppModel, library: Any, path: Path) -> Any:
    threads = entry.threads or _usable_cores()
    forget_error()
    try:
        return library.Llama(
            str(path),
            n_gpu_layers=entry.gpu_layers,
            n_ctx=entry.context_tokens,
            n_batch=BATCH,
            n_ubatch=BATCH,
            n_threads=threads,
            n_threads_batch=threads,
            flash_attn=False,
            verbose=False,
        )
    except Exception as error:  # of many kinds: its chat template is compiled here, too
        reason = first_error() or error
        cure = "download it again, or lower `context_tokens` if memory is short"
        raise InputError(entry.name, f"llama.cpp cannot load '{path}' ({reason})", cure) from error


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_window(entry: LlamaCppModel, library: Any, llama: Any) -> None:
    most = library.llama_model_n_ctx_train(llama.model)
    if entry.context_tokens > most:
        problem = f"its window is {most} tokens, `context_tokens` is {entry.context_tokens}"
        raise InputError(entry.name, problem, f"set `context_tokens` to {most} or less")


def _formatter(entry: LlamaCppModel, library: Any, llama: Any) -> Any:
    template = llama.metadata.get("tokenizer.chat_template")
    if not template:
        cure = "declare a chat model: base models have none"
        raise InputError(entry.name, "has no chat template", cure)
    vocabulary = library.llama_model_get_vocab(llama.model)

    def text(token: int) -> str:
        if token < 0:
            return ""
        word: bytes = library.llama_vocab_get_text(vocabulary, token)
        return word.decode(errors="replace")

    formats: Any = import_module("llama_cpp.llama_chat_format")
    end, begin = text(llama.token_eos()), text(llama.token_bos())
    formatter = formats.Jinja2ChatFormatter(template, end, begin)
    formatter.strftime_now = TODAY.strftime
    return formatter
