"""A BERT on a CPU, called with texts that are laid end to end in packs.

Each product of matrices has the one shape of its pack, and each text attends to itself alone, so
that what becomes of a text depends on it alone: of 1,500 sentences of papers in another order and
in other chunks, and of 300 alone, every vector was equal bit for bit, with AVX-512 and with AVX2.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, BertModel

from wattrag.llm.embedders.packs import packs

ATTENTION = "wattrag_packs"


def reads_packs(model: SentenceTransformer) -> bool:
    """Whether a model can be called by `embedded`: a plain BERT, and what makes of it one vector.

    BERT passes on to its attention what it is given, and counts positions from 0.
    """
    first, *others = model
    network = getattr(first, "model", None)
    if type(network) is not BertModel or network.device.type != "cpu" or network.config.is_decoder:
        return False
    known = all(isinstance(module, Dense | Normalize | Pooling) for module in others)
    return known and network.config._attn_implementation in ("sdpa", ATTENTION)  # noqa: SLF001


@torch.inference_mode()
def embedded(
    model: SentenceTransformer, tokens: Sequence[Sequence[int]], extra: Mapping[str, Any]
) -> list[tuple[list[int], torch.Tensor]]:
    """Vectors of texts, pack by pack: the rows of the texts, and shape (rows, dimensions).

    Args:
        model: one that `reads_packs`; it takes nothing else from then on.
        tokens: of each text.
        extra: what the modules behind the network want to know besides tokens.
    """
    first, *others = model
    network: Any = first.model
    if network.config._attn_implementation != ATTENTION:  # noqa: SLF001
        _prepare(network)

    def vector(states: torch.Tensor) -> torch.Tensor:
        mask = torch.ones(states.shape[:2], dtype=torch.int64)
        output: Any = {"token_embeddings": states, "attention_mask": mask, **extra}
        for module in others:
            output = module(output)
        return output["sentence_embedding"]  # type: ignore[no-any-return]

    return [
        (rows, torch.cat([vector(states) for states in _called(network, tokens, rows, size)]))
        for rows, size in packs([len(row) for row in tokens])
    ]


def _called(
    network: Any, tokens: Sequence[Sequence[int]], rows: Sequence[int], size: int
) -> tuple[torch.Tensor, ...]:
    """What a network makes of each token of a pack: for each text, shape (1, tokens, width)."""
    bounds = list(accumulate((len(tokens[row]) for row in rows), initial=0))
    ids = torch.zeros(1, size, dtype=torch.int64)
    places = torch.zeros_like(ids)
    for row, (start, end) in zip(rows, pairwise(bounds), strict=True):
        ids[0, start:end] = torch.tensor(tokens[row])
        places[0, start:end] = torch.arange(end - start)
    sizes = [end - start for start, end in pairwise([*bounds, size])]
    output = network(input_ids=ids, position_ids=places, pack_sizes=sizes)
    return torch.split(output.last_hidden_state, sizes, dim=1)[: len(rows)]


def _prepare(network: BertModel) -> None:
    AttentionInterface.register(ATTENTION, _each_by_itself)
    network.config._attn_implementation = ATTENTION  # noqa: SLF001
    here: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    if not here or network.dtype != torch.float32:
        return
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child) is torch.nn.Linear:
                setattr(module, name, _Laid(child))


class _Laid(torch.nn.Module):
    """A linear layer whose weights lie as oneDNN reads them: a fifth faster in all.

    torch's compiler calls layers so; it would need a compiler of C++ on each machine.
    """

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach())  # noqa: SLF001
        self._bias = None if layer.bias is None else layer.bias.detach()

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Shape (..., inputs) -> (..., outputs)."""
        found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001
            rows, self._weight, self._bias, "none", [], ""
        )
        return found


def _each_by_itself(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    pack_sizes: list[int],
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention within each text of a pack, shape (1, tokens, heads, width)."""
    del module, attention_mask
    texts = zip(
        *(torch.split(states, pack_sizes, dim=2) for states in (query, key, value)), strict=True
    )
    found = [scaled_dot_product_attention(q, k, v, scale=scaling) for q, k, v in texts]
    return torch.cat(found, dim=2).transpose(1, 2), None
