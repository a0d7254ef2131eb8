"""Encoding in several processes of one thread each: the same vectors, in the same order.

Two threads in one process are slower than one on short texts; two processes halve the time.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread

from wattrag.llm.embedders.embedding import Embedder, Role
from wattrag.store.vectors import FloatMatrix

WORTH_IT = 4
"""Chunks from which a second process is worth its start (loading the model takes seconds)."""


def encode_chunks(
    embedder: Embedder, chunks: Sequence[Sequence[str]], role: Role, workers: int
) -> Iterator[FloatMatrix]:
    """The vectors of each chunk, in order."""
    encode = partial(embedder.encode, role=role)
    if workers <= 1 or len(chunks) < WORTH_IT or not embedder.in_processes:
        yield from map(encode, chunks)
        return
    with ProcessPoolExecutor(
        min(workers, len(chunks)), mp_context=get_context("spawn"), initializer=_end_with_parent
    ) as pool:
        yield from pool.map(encode, chunks)


def _end_with_parent() -> None:
    """Let a worker whose parent was killed end too, instead of waiting for work forever."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
