"""The provider `hf_local` with a tiny random Qwen2: batches, precisions, bounds, failures."""

import asyncio
import gc
import json
import logging
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
import torch
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM

from wattrag.config.local_chat import HFLocalModel
from wattrag.errors import ContextOverflowError, InputError, RunFailedError
from wattrag.llm.hf.load import load
from wattrag.llm.hf.memory import weights_bytes
from wattrag.llm.hf.prompts import prompt_tokens
from wattrag.llm.providers.hf_local import connect
from wattrag.store.asked import Request

from .tiny_models import make_qwen

SYSTEM = {"role": "system", "content": "You answer questions about scientific papers in words."}
ONE = {"batch_size": 1}
HALVED = "Tiny: out of memory; going on with "


@pytest.fixture(scope="module", autouse=True)
def _quick_collections():
    """An engine that ends collects garbage; what was imported need not be gone through."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_qwen(tmp_path_factory.mktemp("qwen"))


@pytest.fixture
def copied(path, tmp_path):
    """A copy of the model that a test may change."""
    return shutil.copytree(path, tmp_path / "copy")


@pytest.fixture
def entry(path):
    def make(**changed):
        plain = {"name": "Tiny", "path": str(path), "device": "cpu"}
        return HFLocalModel(provider="hf_local", **plain | changed)

    return make


def asked(words, tokens=12, temperature=0.0, run=1):
    messages = [SYSTEM, {"role": "user", "content": words}]
    return Request(messages, max_new_tokens=tokens, temperature=temperature, run=run)


MIXED = [asked("How much energy? " * (n % 7 * 3 + 1) + str(n), 4 + n % 9 * 3) for n in range(24)]


def ask(entry, requests, precision="fp32", hook=None):
    """Replies of one model to requests that arrive together; errors among them."""

    async def run():
        model = connect(entry, precision, 0)
        try:
            if hook is not None:
                await model.complete(requests[0])
                model._opened.loaded.model.register_forward_pre_hook(hook, with_kwargs=True)
            calls = (model.complete(request) for request in requests)
            return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 60)
        finally:
            await model.close()

    return asyncio.run(run())


def texts(replies):
    return [(r.text, r.finish_reason, r.input_tokens, r.output_tokens) for r in replies]


def crowded(most):
    """A hook that stands for a GPU whose memory suffices for so many tokens of a pass."""

    def check(_module, _args, kwargs):
        if kwargs["input_ids"].shape[-1] > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    return check


def test_replies_generated_together_are_those_generated_one_by_one(entry):
    together, alone = ask(entry(), MIXED), ask(entry(**ONE), MIXED)
    assert texts(together) == texts(alone)
    assert len({reply.text for reply in alone}) > 20
    assert [r.output_tokens for r in together] == [q.max_new_tokens for q in MIXED]
    assert all(r.seconds > 0 and r.tries == 1 for r in together)


def test_prompts_that_begin_alike_share_what_was_computed(entry):
    def long(n):
        return asked("The hall used energy and water. " * 20 + f"Question {n}?", tokens=2)

    first, *others = ask(entry(batch_size=2), [long(n) for n in range(6)])
    assert first.cached_tokens == 0
    assert all(r.cached_tokens > r.input_tokens / 2 for r in others[1:])
    assert {r.cached_tokens for r in ask(entry(**ONE), [long(1)])} == {None}


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16", "4bit", "auto"])
@pytest.mark.parametrize("size", [None, 1])
def test_every_precision_replies_on_a_cpu(entry, precision, size):
    replies = ask(entry(batch_size=size), MIXED[:3], precision)
    assert [r.output_tokens for r in replies] == [q.max_new_tokens for q in MIXED[:3]]
    key = connect(entry(batch_size=size), precision, 0).key
    assert key.precision == precision
    assert key.engine["batching"] == ("one" if size else "continuous")


@pytest.mark.parametrize(
    ("precision", "least"), [("bf16", 0.9995), ("fp16", 0.9999), ("4bit", 0.98)]
)
def test_lower_precisions_stay_near_the_full_one(entry, precision, least):
    def first_logits(loaded):
        prompt = loaded.tokenizer("How much energy does the hall use?", return_tensors="pt")
        return loaded.model(prompt["input_ids"]).logits[0, -1].float()

    exact, found = (first_logits(load(entry(), p)) for p in ("fp32", precision))
    assert not torch.equal(exact, found)
    assert torch.cosine_similarity(exact, found, dim=0) > least


def test_four_bits_are_nf4_quantised_twice(entry):
    loaded = load(entry(), "4bit")
    weight = loaded.model.model.layers[0].mlp.up_proj.weight
    assert (weight.quant_state.quant_type, weight.quant_state.nested) == ("nf4", True)
    assert weight.quant_state.dtype == torch.bfloat16


def test_a_reply_ends_where_the_model_ends_it(entry, copied):
    loaded, request = load(entry(), "fp32"), asked("Water?", tokens=200)
    prompt = torch.tensor([prompt_tokens(entry(), loaded, request)])
    tokens = loaded.model.generate(prompt, max_new_tokens=60, do_sample=False)[0].tolist()
    tokens = tokens[prompt.shape[1] :]
    expected = tokens[: tokens.index(tokens[40]) + 1]
    settings = json.loads((copied / "generation_config.json").read_text())
    settings["eos_token_id"] = [settings["eos_token_id"], tokens[40]]
    (copied / "generation_config.json").write_text(json.dumps(settings))
    for size in (None, 1):
        (reply,) = ask(entry(path=str(copied), batch_size=size), [request])
        assert (reply.finish_reason, reply.output_tokens) == ("stop", len(expected))
        assert reply.text == loaded.tokenizer.decode(expected, skip_special_tokens=True)


@pytest.mark.parametrize("size", [None, 1])
def test_a_prompt_too_long_for_the_window_is_refused_before_it_is_read(entry, size):
    fits, too_long = asked("energy"), asked("energy " * 2100)
    good, bad, tight = ask(entry(batch_size=size), [fits, too_long, asked("energy", tokens=2040)])
    assert good.output_tokens == 12
    assert isinstance(bad, ContextOverflowError)
    assert isinstance(tight, ContextOverflowError)
    (own,) = ask(entry(batch_size=size, context_tokens=20), [fits])
    assert isinstance(own, ContextOverflowError)
    assert "window of 20" in str(own)


@pytest.mark.parametrize("most", [200, 70])
def test_out_of_memory_halves_the_replies_at_a_time_and_all_come(entry, caplog, most):
    with caplog.at_level(logging.WARNING):
        replies = ask(entry(), MIXED, hook=crowded(most))
    assert texts(replies) == texts(ask(entry(**ONE), MIXED))
    lines = [r.message for r in caplog.records if "out of memory" in r.message]
    left = [int(line.removeprefix(HALVED).partition(" ")[0]) for line in lines]
    assert left
    assert all(fewer == max(1, min(n // 2, fewer)) for n, fewer in pairwise([24, *left]))
    assert max(r.tries for r in replies) > 1


def test_out_of_memory_with_one_reply_at_a_time_fails_that_reply_alone(entry):
    fits = [asked(f"Water {n}?") for n in range(3)]
    *good, bad = ask(entry(batch_size=4), [*fits, asked("energy " * 60)], hook=crowded(60))
    assert [r.output_tokens for r in good] == [12, 12, 12]
    assert isinstance(bad, RunFailedError)
    assert "out of memory with one reply at a time" in str(bad)
    (alone,) = ask(entry(**ONE), [fits[0]], hook=lambda *_: (_ for _ in ()).throw(MemoryError()))
    assert isinstance(alone, RunFailedError)


def test_a_broken_forward_pass_fails_every_call_and_hangs_none(entry):
    def broken(*_):
        raise RuntimeError("device-side assert triggered")

    for size in (None, 2):
        replies = ask(entry(batch_size=size), MIXED[:5], hook=broken)
        assert all(isinstance(r, RunFailedError) for r in replies)
        assert all("device-side assert" in str(r) for r in replies)


def test_sampled_replies_of_one_stream_depend_on_words_and_run_alone(entry):
    requests = [
        asked(f"Water {n}?", 16, temperature=1.0, run=run) for n in (1, 2) for run in (1, 2)
    ]
    replies = ask(entry(**ONE), requests)
    assert len({r.text for r in replies}) == 4
    assert texts(ask(entry(**ONE), requests[::-1]))[::-1] == texts(replies)


def test_calls_of_different_temperatures_share_a_model(entry):
    greedy = [asked(f"Water {n}?") for n in range(4)]
    cold = [asked(f"Water {n}?", temperature=0.001) for n in range(4)]
    hot = [asked(f"Water {n}?", temperature=5.0) for n in range(4)]
    mixed = [request for three in zip(greedy, cold, hot, strict=True) for request in three]
    replies = texts(ask(entry(), mixed))
    assert replies[0::3] == replies[1::3] == texts(ask(entry(), greedy))
    assert not set(replies[0::3]) & set(replies[2::3])


def test_runs_of_a_batch_differ_and_repeat_with_the_same_company(entry):
    requests = [asked("Water?", 16, temperature=1.0, run=run) for run in range(1, 5)]
    (first,) = ask(entry(), requests[:1])
    (second,) = ask(entry(), requests[1:2])
    assert first.text != second.text
    assert texts(ask(entry(), requests[:1])) == texts([first])


def test_a_longer_prompt_and_a_cancelled_call_disturb_nobody(entry):
    async def run():
        model = connect(entry(batch_size=4), "fp32", 0)
        calls = [asyncio.ensure_future(model.complete(request)) for request in MIXED]
        late = asyncio.ensure_future(model.complete(asked("energy " * 900)))
        await calls[0]
        for call in calls[10:15]:
            call.cancel()
        done = await asyncio.gather(*calls, late, return_exceptions=True)
        await model.close()
        return done

    *replies, late = asyncio.run(run())
    assert late.output_tokens == 12
    kept = [n for n, reply in enumerate(replies) if not isinstance(reply, asyncio.CancelledError)]
    assert set(range(24)) - set(kept) <= set(range(10, 15))
    alone = texts(ask(entry(**ONE), MIXED))
    assert texts([replies[n] for n in kept]) == [alone[n] for n in kept]


@pytest.mark.parametrize("size", [None, 1])
def test_a_closed_model_loads_again_on_another_loop(entry, size):
    model = connect(entry(batch_size=size), "fp32", 0)
    found = []
    for _ in range(2):
        found.append(asyncio.run(model.complete(MIXED[0])))  # not closed: the loop ends
        found.append(asyncio.run(model.complete(MIXED[0])))
        asyncio.run(model.close())
        assert model._opened is None
    assert len(set(texts(found))) == 1


@pytest.mark.parametrize("size", [None, 1])
def test_closing_fails_those_who_wait(entry, size):
    async def run():
        model = connect(entry(batch_size=size), "fp32", 0)
        await model.complete(MIXED[0])
        calls = [asyncio.ensure_future(model.complete(asked("Water?", 1500))) for _ in range(100)]
        await asyncio.sleep(0.3)
        await model.close()
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 20)

    *_, last = asyncio.run(run())
    assert isinstance(last, RunFailedError)
    assert "closed" in str(last)


def test_settings_that_a_batch_leaves_out_are_told(entry, copied, caplog):
    settings = json.loads((copied / "generation_config.json").read_text())
    settings["repetition_penalty"] = 1.05
    (copied / "generation_config.json").write_text(json.dumps(settings))
    ask(entry(path=str(copied), **ONE), MIXED[:1])
    assert not caplog.records
    ask(entry(path=str(copied)), MIXED[:1])
    assert [r.message for r in caplog.records] == [
        "Tiny: replies generated together leave out the model's repetition_penalty; "
        "`batch_size: 1` does not"
    ]


def refusal(entry, precision="fp32", requests=MIXED[:1]):
    (error,) = ask(entry, requests, precision)
    assert isinstance(error, InputError)
    assert "\n" not in str(error)
    return str(error)


def test_what_cannot_be_loaded_is_refused_in_one_line(entry, copied, tmp_path):
    assert "there is no folder" in refusal(entry(path=str(tmp_path / "none")))
    (tmp_path / "empty").mkdir()
    assert "holds no model" in refusal(entry(path=str(tmp_path / "empty")))
    hub = {"path": None, "model_id": "someone/model"}
    assert "not pinned" in refusal(entry(**hub))
    line = refusal(entry(**hub, revision="0" * 40))
    assert "its weights are not here; fetch them with `wattrag models fetch NAME`" in line
    if not torch.cuda.is_available():
        assert "wants the device 'cuda'" in refusal(entry(device="cuda"))
    weights = copied / "model.safetensors"
    whole = weights.read_bytes()
    for kept in (100_000, 100, 0):
        weights.write_bytes(whole[:kept])
        assert "its files cannot be loaded" in refusal(entry(path=str(copied)))
    (copied / "config.json").write_text('{"model_type": "none_such"}')
    assert "its files cannot be loaded" in refusal(entry(path=str(copied)))


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(entry, path):
    line = refusal(entry(vram_gb={"bf16": 90_000, "4bit": 30_000}), "bf16")
    assert "needs 9e+04 GB of memory at bf16" in line
    assert "take a smaller precision" in line
    assert "take a smaller model" in refusal(entry(vram_gb={"4bit": 30_000}), "4bit")


def test_the_weights_are_measured_at_each_precision(entry, path):
    for precision in ("fp32", "bf16", "4bit", "auto"):
        held = load(entry(), precision).model.get_memory_footprint()
        assert weights_bytes(path, precision) == pytest.approx(held, rel=0.02)


def test_a_mixture_of_experts_replies_and_its_experts_are_told_to_keep_16_bits(
    entry, copied, caplog
):
    plain = json.loads((copied / "config.json").read_text())
    sizes = ("vocab_size", "hidden_size", "num_attention_heads", "num_key_value_heads")
    config = Qwen3MoeConfig(
        **{name: plain[name] for name in sizes},
        num_hidden_layers=2, head_dim=16, moe_intermediate_size=32, num_experts=8,
        num_experts_per_tok=2, max_position_embeddings=2048, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(5)
    Qwen3MoeForCausalLM(config).save_pretrained(copied)
    mixed = entry(path=str(copied))
    assert texts(ask(mixed, MIXED)) == texts(ask(entry(path=str(copied), **ONE), MIXED))
    held = load(mixed, "4bit").model.get_memory_footprint()
    assert weights_bytes(copied, "4bit") == pytest.approx(held, rel=0.02)
    assert [r.message for r in caplog.records] == [
        "Tiny: bitsandbytes leaves 9.83e+04 weights of its experts at bf16"
    ]


def test_a_model_without_a_chat_template_is_refused(entry, copied):
    (copied / "chat_template.jinja").unlink()
    assert "has no chat template" in refusal(entry(path=str(copied)))


def test_a_template_without_a_system_role_gets_its_words_with_the_users(entry, copied):
    template = copied / "chat_template.jinja"
    check = "{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    loop = "{% for m in messages %}"
    template.write_text(template.read_text().replace(loop, loop + check))
    folded = f"{SYSTEM['content']}\n\nWater?"
    user = Request([{"role": "user", "content": folded}], max_new_tokens=12, temperature=0)
    assert texts(ask(entry(path=str(copied)), [asked("Water?")])) == texts(ask(entry(), [user]))
    template.write_text("{{ raise_exception('never') }}")
    assert "refuses the messages (never)" in refusal(entry(path=str(copied)))


def test_options_reach_the_chat_template(entry, copied):
    template = copied / "chat_template.jinja"
    template.write_text("{% if brief %}Briefly.{% endif %}" + template.read_text())
    plain, brief = (
        ask(entry(path=str(copied), template_options=options), MIXED[:1])[0]
        for options in ({}, {"brief": True})
    )
    assert plain.input_tokens < brief.input_tokens


def test_nothing_heavy_is_imported_before_the_first_question(entry, path):
    code = f"""
import sys
from wattrag.config.local_chat import HFLocalModel
from wattrag.llm.providers.registry import chat_model
entry = HFLocalModel(provider="hf_local", name="Tiny", path={str(path)!r})
print(chat_model(entry, "fp32", 4).key.provider, {{"torch", "transformers"}} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["hf_local", "set()"]


def test_a_program_that_does_not_close_its_model_ends(path):
    code = f"""
import asyncio
from wattrag.config.local_chat import HFLocalModel
from wattrag.llm.providers.hf_local import connect
from wattrag.store.asked import Request
entry = HFLocalModel(provider="hf_local", name="Tiny", path={str(path)!r}, device="cpu")
request = Request([{{"role": "user", "content": "Water?"}}], max_new_tokens=3, temperature=0)
print(asyncio.run(connect(entry, "fp32", 0).complete(request)).output_tokens)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["3"]
    assert done.stderr == ""
