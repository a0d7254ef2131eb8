"""Seeded resamples of the questions, shared by all experiments so that they stay paired."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_Integers = npt.NDArray[np.signedinteger]
_Weights = Callable[[np.random.Generator, int, int], _Integers]

SEED = 20250
_SINGLE_THREADED = 250_000  # multiplications; from 2**18 OpenBLAS shares them among threads
_MANY_ROWS = 32
_MOST = int(np.iinfo(np.int16).max)
_CACHED_CELLS = 4_000_000  # 8 MB of weights; larger studies are resampled in blocks
_BLOCK_CELLS = 50_000  # drawn at a time, in memory that was used before


def bootstrap_sums(columns: Array, resamples: int) -> Array:
    """Column sums over as many questions as there are, drawn with replacement.

    Args:
        columns: (questions, k), one row a question.
        resamples: how many resamples to draw.

    Returns:
        (resamples, k) sums.
    """
    return _weighted_sums(columns, resamples, _draw_counts)


def sign_flip_sums(columns: Array, resamples: int) -> Array:
    """Column sums after each question's row was negated or not, by the toss of a coin.

    Args and returns as in `bootstrap_sums`.
    """
    return _weighted_sums(columns, resamples, _signs)


def _weighted_sums(columns: Array, resamples: int, weights: _Weights) -> Array:
    questions = len(columns)
    if questions * resamples > _CACHED_CELLS or questions > _MOST:
        blocks = _blocks(questions, resamples, weights)
    else:
        blocks = _steps(_all_weights(questions, resamples, weights), columns)
    return np.concatenate([block.astype(np.float64) @ columns for block in blocks])


def _steps(weights: _Integers, columns: Array) -> Iterator[_Integers]:
    """The weights whole; for a few columns in steps too small for BLAS to start threads.

    Starting them takes ten times as long as the work on one experiment's four columns.
    """
    rows = _SINGLE_THREADED // columns.size
    step = rows if rows >= _MANY_ROWS else len(weights)
    return (weights[start : start + step] for start in range(0, len(weights), step))


@lru_cache(maxsize=4)
def _all_weights(questions: int, resamples: int, weights: _Weights) -> _Integers:
    """All blocks, in two bytes a number so that they stay in the processor's cache."""
    found, start = np.empty((resamples, questions), dtype=np.int16), 0
    for block in _blocks(questions, resamples, weights):
        found[start : start + len(block)] = block
        start += len(block)
    found.flags.writeable = False
    return found


def _blocks(questions: int, resamples: int, weights: _Weights) -> Iterator[_Integers]:
    """Weights of the questions, (block, questions) each, in blocks of resamples."""
    generator = np.random.default_rng(SEED)
    block = max(_MANY_ROWS, _BLOCK_CELLS // questions)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        yield weights(generator, rows, questions)


def _draw_counts(generator: np.random.Generator, rows: int, questions: int) -> _Integers:
    drawn = generator.integers(0, questions, (rows, questions))
    drawn += np.arange(rows)[:, None] * questions
    return np.bincount(drawn.ravel(), minlength=rows * questions).reshape(rows, questions)


def _signs(generator: np.random.Generator, rows: int, questions: int) -> _Integers:
    return 2 * generator.integers(0, 2, (rows, questions)) - 1
