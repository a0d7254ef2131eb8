"""Batches of one fixed shape, so that a result depends on its own text alone.

Padded to its batch's longest text, a vector moves in its last bits (measured with
all-MiniLM-L6-v2, 800 sentences: about 2e-7, in more than half of them), and even without padding
a few short texts come out differently alone than in a batch of equals. So every text goes through
a network in one fixed shape: its tokens padded to the next multiple of `PAD_TO`, in a batch of
exactly so many rows (the last one is filled up with copies). The same 800 sentences in other
orders and company were then equal bit for bit.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

PAD_TO = 8
"""Token lengths are rounded up to a multiple of this."""

TokenRows = Mapping[str, Sequence[Sequence[int]]]
"""A tokenizer's output without padding: feature -> row -> number per token."""


def fixed_batches(
    lengths: Sequence[int], size: int, longest: int | None = None
) -> Iterator[tuple[list[int], int]]:
    """Rows of equal padded length, `size` at a time, with that length; the longest first.

    Args:
        lengths: tokens of each row.
        size: rows per batch, at most.
        longest: tokens that the model takes; no row is padded beyond it.
    """
    padded: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        rounded = -(-length // PAD_TO) * PAD_TO
        padded.setdefault(max(length, min(rounded, longest or rounded)), []).append(row)
    for length in sorted(padded, reverse=True):
        rows = padded[length]
        for start in range(0, len(rows), size):
            yield rows[start : start + size], length


def features(
    tokenizer: Any, tokens: TokenRows, rows: Sequence[int], size: int, length: int
) -> "dict[str, torch.Tensor]":
    """The input of a network for some rows, each tensor of shape (size, length).

    Args:
        tokenizer: knows the padding's token and its side.
        tokens: of all texts, with `attention_mask`.
        rows: which of them; filled up with copies of the first.
        size: rows of the batch.
        length: tokens of a row.
    """
    import torch

    fillers = {"input_ids": tokenizer.pad_token_id or 0}
    filled = [*rows, *[rows[0]] * (size - len(rows))]
    left = getattr(tokenizer, "padding_side", "right") == "left"

    def padded(values: Sequence[int], filler: int) -> list[int]:
        padding = [filler] * (length - len(values))
        return [*padding, *values] if left else [*values, *padding]

    return {
        name: torch.tensor([padded(values[row], fillers.get(name, 0)) for row in filled])
        for name, values in tokens.items()
    }
