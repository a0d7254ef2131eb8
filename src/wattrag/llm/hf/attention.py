"""Attention of a batch on a CPU, sequence by sequence.

Without flash attention, transformers' engine compares the tokens of a pass with those of all
sequences and masks most of it: the work grows with the square of the replies at a time. Here each
sequence is compared with its own tokens. A GPU would start too many small kernels, and has flash
attention instead.
"""

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward


def use_on_cpu() -> None:
    """Take the place of `sdpa` in transformers, which is the same for all that is no batch."""
    AttentionInterface.register("sdpa", by_sequence)


def by_sequence(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """What `sdpa` computes; a batch of the engine in one piece for each sequence."""
    if kwargs.get("cache") is None or query.device.type != "cpu" or attention_mask is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
    cache = kwargs.pop("cache")
    key, value = cache.update(
        key_states=key, value_states=value, layer_idx=module.layer_idx, kwargs=kwargs
    )
    asked, known = kwargs["cu_seq_lens_q"].tolist(), kwargs["cu_seq_lens_k"].tolist()
    windowed = kwargs.get("sliding_window") is not None
    # Heads that share keys lie together: a lone token attends with all of them in one product.
    heads, width = query.shape[1], query.shape[3]
    lone = query[0].reshape(key.shape[1], -1, query.shape[2], width).transpose(1, 2)
    found = []
    for q0, q1, k0, k1 in zip(asked, asked[1:], known, known[1:], strict=False):
        keys, values = key[:, :, k0:k1], value[:, :, k0:k1]
        if q1 - q0 == 1 and not windowed:  # the next token sees all before it
            part = scaled_dot_product_attention(
                lone[None, :, q0], keys, values, scale=kwargs.get("scaling")
            ).view(1, 1, heads, width)
        else:
            mask = attention_mask[:, :, q0:q1, k0:k1]
            rows = query[:, :, q0:q1]
            part, _ = sdpa_attention_forward(module, rows, keys, values, mask, **kwargs)
        found.append(part)
    return torch.cat(found, dim=1), None
