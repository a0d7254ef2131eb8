"""Seeded resamples of the questions, shared by all experiments so that they stay paired."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_Weights = Callable[[np.random.Generator, int, int], npt.NDArray[np.int64]]

SEED = 20250
_SINGLE_THREADED = 250_000  # multiplications; from 2**18 OpenBLAS shares them among threads
_MANY_ROWS = 32
_CACHED_CELLS = 4_000_000  # 32 MB of weights; larger studies are resampled in blocks


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
    if questions * resamples <= _CACHED_CELLS:
        return _product(_all_weights(questions, resamples, weights), columns)
    return np.concatenate([block @ columns for block in _blocks(questions, resamples, weights)])


def _product(weights: Array, columns: Array) -> Array:
    """`weights @ columns`; for a few columns in steps too small for BLAS to start threads.

    Starting them takes ten times as long as the work on one experiment's four columns.
    """
    rows = _SINGLE_THREADED // columns.size
    if rows < _MANY_ROWS:
        return weights @ columns
    steps = range(0, len(weights), rows)
    return np.concatenate([weights[start : start + rows] @ columns for start in steps])


@lru_cache(maxsize=4)
def _all_weights(questions: int, resamples: int, weights: _Weights) -> Array:
    found = np.concatenate(list(_blocks(questions, resamples, weights)))
    found.flags.writeable = False
    return found


def _blocks(questions: int, resamples: int, weights: _Weights) -> Iterator[Array]:
    """Weights of the questions, (block, questions) each, in blocks of resamples."""
    generator = np.random.default_rng(SEED)
    block = max(1, _CACHED_CELLS // 4 // questions)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        yield weights(generator, rows, questions).astype(np.float64)


def _draw_counts(
    generator: np.random.Generator, rows: int, questions: int
) -> npt.NDArray[np.int64]:
    drawn = generator.integers(0, questions, (rows, questions))
    drawn += np.arange(rows)[:, None] * questions
    return np.bincount(drawn.ravel(), minlength=rows * questions).reshape(rows, questions)


def _signs(generator: np.random.Generator, rows: int, questions: int) -> npt.NDArray[np.int64]:
    return 2 * generator.integers(0, 2, (rows, questions)) - 1
