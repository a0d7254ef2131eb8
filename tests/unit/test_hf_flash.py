"""Batches on a GPU without the package flash-attn: the kernels' definition computes here.

torch has the kernels for GPUs alone. All around them is real: transformers' engine, its cache, a
tiny random Qwen2; `benchmarks/local_models.py --device cuda` runs the kernels themselves.
"""

import logging
from itertools import pairwise

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from wattrag.llm.hf import flash
from wattrag.llm.hf.load import load

from .test_hf_chat import MIXED, ONE, ask, entry, path, texts  # noqa: F401 - fixtures


def by_definition(query, key, value, ends_q, ends_k, *_, scale, window_size, enable_gqa):
    """What `torch.nn.attention.varlen.varlen_attn` documents, sequence by sequence."""
    assert window_size == (-1, 0)
    found = torch.zeros_like(query)
    bounds = zip(pairwise(ends_q.tolist()), pairwise(ends_k.tolist()), strict=True)
    for (q0, q1), (k0, k1) in bounds:
        before = torch.ones(q1 - q0, k1 - k0, dtype=torch.bool).tril(k1 - k0 - (q1 - q0))
        one = (states.transpose(0, 1) for states in (query[q0:q1], key[k0:k1], value[k0:k1]))
        found[q0:q1] = scaled_dot_product_attention(
            *one, attn_mask=before, scale=scale, enable_gqa=enable_gqa
        ).transpose(0, 1)
    return found


@pytest.fixture
def called(monkeypatch):
    """As on a GPU whose kernels follow their definition; counts the calls."""
    calls = []

    def kernels(*args, **kwargs):
        calls.append(args[0].shape[0])
        return by_definition(*args, **kwargs)

    monkeypatch.setattr(flash, "varlen_attn", kernels)
    monkeypatch.setattr(flash, "attentions", lambda _: (flash.KERNELS, flash.PLAIN))
    return calls


def test_sequences_are_attended_to_as_they_lie_and_replies_stay_the_same(entry, called):  # noqa: F811
    together = ask(entry(), MIXED)
    assert texts(together) == texts(ask(entry(**ONE), MIXED))
    assert max(called) > len(MIXED)  # whole prompts, and not next tokens alone


def test_where_the_kernels_fail_the_plain_attention_does_the_jobs_again(
    entry, called, monkeypatch, caplog  # noqa: F811
):  # fmt: skip
    def broken(query, *_, **__):
        called.append(query.shape[0])
        raise RuntimeError("no kernel image is available for execution on the device")

    monkeypatch.setattr(flash, "varlen_attn", broken)
    with caplog.at_level(logging.WARNING):
        replies = ask(entry(), MIXED)
    assert texts(replies) == texts(ask(entry(**ONE), MIXED))
    assert called
    (line,) = (r.message for r in caplog.records if "going on with" in r.message)
    assert line == (
        "Tiny: the attention torch_flash failed (RuntimeError: no kernel image is available for "
        "execution on the device); going on with sdpa"
    )


def test_the_kernels_are_for_sixteen_bits_on_a_gpu(entry):  # noqa: F811
    for precision in ("fp32", "bf16"):
        assert flash.attentions(load(entry(), precision).model) == (flash.PLAIN,)


@pytest.mark.parametrize("failed", [flash.KERNELS, "flash_attention_2"])
def test_a_model_whose_fast_attention_failed_is_given_the_plain_one(entry, failed):  # noqa: F811
    model = load(entry(), "fp32").model
    model.config._attn_implementation = failed
    flash.use(model, flash.PLAIN)
    assert model.config._attn_implementation == flash.PLAIN


def test_what_the_kernels_cannot_do_is_refused():
    for more in ({"softcap": 50.0}, {"s_aux": torch.zeros(4)}):
        with pytest.raises(NotImplementedError, match="no mask, soft cap or sink"):
            flash.by_kernels(torch.nn.Identity(), *[torch.zeros(1, 4, 2, 8)] * 3, None, **more)
