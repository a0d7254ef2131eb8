"""Attention of a batch on a GPU: what transformers' engine is told to use, the fastest first.

The engine is made for the package flash-attn, which has to be built for each torch and CUDA; with
torch's own `sdpa` it masks the products of all sequences with all others. torch holds the same
kernels: `varlen_attn` takes sequences as they lie in the engine's cache, and needs no mask.
"""

from typing import Any

import torch
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface

PACKAGE = "flash-attn"
KERNELS = "torch_flash"
"""The engine makes no mask for an attention whose name has `flash` in it. It is private attributes
that choose it: the method of transformers for that looks for a package by its name."""
PLAIN = "sdpa"
AMPERE = (8, 0)
"""Compute capability, at the least, of the kernels."""
WIDEST = 256
"""Numbers of a head, at the most, that the kernels take; a multiple of 8."""


def attentions(model: Any) -> tuple[str, ...]:
    """What can compute this model's batches; the later ones are for where the first fails.

    Args:
        model: of transformers, on one device.
    """
    if model.device.type != "cuda" or model.dtype not in (torch.float16, torch.bfloat16):
        return (PLAIN,)
    if _package_is_here():  # else transformers would look for kernels online
        return PACKAGE, PLAIN
    return (KERNELS, PLAIN) if _kernels_take(model) else (PLAIN,)


def use(model: Any, attention: str) -> None:
    """Let the model's layers call it; `PACKAGE` is switched to by the engine itself."""
    if attention == KERNELS:
        AttentionInterface.register(KERNELS, by_kernels)
        model.config._attn_implementation = KERNELS  # noqa: SLF001
    elif "flash" in model.config._attn_implementation:  # noqa: SLF001 - of an engine that failed
        model.config._attn_implementation = PLAIN  # noqa: SLF001


def by_kernels(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of a pass's tokens, each to those before it in its own sequence.

    Args:
        module: the layer.
        query: of the pass's tokens, shape (1, heads, tokens, width); `key` and `value` likewise.
        key: heads may be fewer: each is shared by as many of the query's.
        value: as `key`.
        attention_mask: None, for the bounds of the sequences are told.
        kwargs: of the engine: its cache, and where each sequence begins and ends.

    Returns:
        Shape (1, tokens, heads, width).
    """
    if attention_mask is not None or kwargs.get("softcap") or kwargs.get("s_aux") is not None:
        raise NotImplementedError(f"{KERNELS} takes no mask, soft cap or sink")
    cache, window = kwargs.pop("cache"), kwargs.get("sliding_window")
    key, value = cache.update(
        key_states=key, value_states=value, layer_idx=module.layer_idx, kwargs=kwargs
    )
    rows, keys, values = (states[0].transpose(0, 1) for states in (query, key, value))
    found: Any = varlen_attn(
        rows,
        keys,
        values,
        kwargs["cu_seq_lens_q"],
        kwargs["cu_seq_lens_k"],
        kwargs["max_length_q"],
        kwargs["max_length_k"],
        scale=kwargs.get("scaling"),
        window_size=(-1 if window is None else window - 1, 0),
        enable_gqa=True,
    )
    return found[None], None


def _package_is_here() -> bool:
    from transformers.utils.import_utils import is_flash_attn_2_available, is_flash_attn_3_available

    return bool(is_flash_attn_2_available() or is_flash_attn_3_available())


def _kernels_take(model: Any) -> bool:
    config = model.config.get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return (
        model.config._attn_implementation in (KERNELS, PLAIN)  # noqa: SLF001
        and torch.version.hip is None
        and torch.cuda.get_device_capability(model.device) >= AMPERE
        and bool(model._supports_flash_attn)  # noqa: SLF001
        and width <= WIDEST
        and width % 8 == 0
    )
