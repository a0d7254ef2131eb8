"""Attention of a batch on a CPU, sequence by sequence.

Without flash attention, transformers' engine compares the tokens of a pass with those of all
sequences and masks most of it: the work grows with the square of the replies at a time. Here each
sequence is compared with its own tokens. A GPU would start too many small kernels, and has those
of `flash` instead.
"""

from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

PADDED = 1.5
"""How much longer than the shortest of a group the longest may be: what is filled up costs time."""


def use_on_cpu() -> None:
    """Take the place of `sdpa` in transformers, which is the same for all that is no batch."""
    AttentionInterface.register("sdpa", by_sequence)


class Alike(NamedTuple):
    """Sequences of about one length that each ask for their next token: one product does all."""

    rows: torch.Tensor
    """Their places in the pass, shape (sequences,)."""
    start: int
    """Of the first one's tokens among those read."""
    longest: int
    """Tokens that each takes there."""
    real: torch.Tensor | None
    """What is not filled up, (sequences, 1, 1, longest); None if nothing is."""


class Pass(NamedTuple):
    """How the tokens of a pass are attended to, and in what order the known ones are read."""

    alike: tuple[Alike, ...]
    pieces: tuple[tuple[int, int, int, int, int], ...]
    """Prompts: from and to in the pass, from and to among all tokens, and from among those read."""
    order: torch.Tensor
    """Places among all tokens; those of groups come first, the short ones filled up."""


def by_sequence(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """What `sdpa` computes; a batch of the engine without products between its sequences."""
    if kwargs.get("cache") is None or query.device.type != "cpu" or attention_mask is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
    cache = kwargs.pop("cache")
    allocator = cache.layer_to_allocator[module.layer_idx]
    read = kwargs["read_index"][allocator.index]
    asked, known = kwargs["cu_seq_lens_q"], kwargs["cu_seq_lens_k"][allocator.layer_type]
    ordered = kwargs.get("sliding_window") is None and len(read) > 0  # else the cache's own order
    plan = _plan(tuple(asked.tolist()), tuple(known.tolist()), ordered)
    if ordered:
        kwargs["read_index"] = {allocator.index: read[plan.order]}
    key, value = cache.update(
        key_states=key, value_states=value, layer_idx=module.layer_idx, kwargs=kwargs
    )
    found = query.new_empty(1, query.shape[2], query.shape[1], query.shape[3])
    for alike in plan.alike:
        found[0, alike.rows] = _next_tokens(query, key, value, alike, kwargs.get("scaling"))
    for q0, q1, k0, k1, start in plan.pieces:
        rows, mask = query[:, :, q0:q1], attention_mask[:, :, q0:q1, k0:k1]
        keys, values = (states[:, :, start : start + k1 - k0] for states in (key, value))
        found[:, q0:q1], _ = sdpa_attention_forward(module, rows, keys, values, mask, **kwargs)
    return found, None


def _next_tokens(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    alike: Alike,
    scaling: float | None,
) -> torch.Tensor:
    """Each sees all before it; shape (sequences, heads, width).

    Heads that share keys lie together: a token attends with all of them in one product.
    """
    count, width = len(alike.rows), query.shape[3]
    rows = query[0].index_select(1, alike.rows)
    rows = rows.reshape(key.shape[1], -1, count, width).permute(2, 0, 1, 3)
    end = alike.start + count * alike.longest
    keys, values = (
        states[0, :, alike.start : end].view(-1, count, alike.longest, width).transpose(0, 1)
        for states in (key, value)
    )
    found = scaled_dot_product_attention(rows, keys, values, attn_mask=alike.real, scale=scaling)
    return found.reshape(count, -1, width)


@lru_cache(maxsize=4)  # all layers of a pass ask the same
def _plan(asked: tuple[int, ...], known: tuple[int, ...], ordered: bool) -> Pass:  # noqa: FBT001
    """Group the sequences of a pass, given where each begins there and among all tokens."""
    spans = [
        (q0, q1, k0, k1)
        for (q0, q1), (k0, k1) in zip(pairwise(asked), pairwise(known), strict=True)
    ]
    lone = sorted((k1 - k0, q0, k0) for q0, q1, k0, k1 in spans if ordered and q1 - q0 == 1)
    alike, order, start = [], [torch.empty(0, dtype=torch.int64)], 0
    for group in _groups(lone):
        lengths, rows, starts = map(torch.tensor, zip(*group, strict=True))
        longest = group[-1][0]
        places = torch.arange(longest)
        real = places < lengths[:, None]
        order.append((starts[:, None] + places.where(real, 0)).flatten())
        alike.append(Alike(rows, start, longest, None if real.all() else real[:, None, None]))
        start += len(group) * longest
    pieces = []
    for q0, q1, k0, k1 in spans:
        if q1 - q0 > ordered:
            pieces.append((q0, q1, k0, k1, start if ordered else k0))
            order.append(torch.arange(k0, k1))
            start += k1 - k0
    return Pass(tuple(alike), tuple(pieces), torch.cat(order))


def _groups(lone: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Lone tokens by the number that they know: none more than `PADDED` times another's."""
    groups: list[list[tuple[int, int, int]]] = []
    for one in lone:
        if not groups or one[0] > PADDED * groups[-1][0][0]:
            groups.append([])
        groups[-1].append(one)
    return groups
