"""Replies of `hf_local` generated together and one by one: speed, equality, shared prefixes.

    python benchmarks/local_models.py
    python benchmarks/local_models.py --device cuda --shape qwen2.5-7b \
        --precision bf16 --alone 4 --rounds 1 --bandwidth 3350

Prompts of mixed length go through wattrag's own provider, to a model of random weights: speed does
not depend on what it says. The rows are continuous batching and single streams; the part of the
limit is the time to read the weights once for each forward pass, at the bandwidth given in
GB/s, of the time it took. Greedy replies are the same in 32 bit; in 16 bit the last bits differ
with the company, and random weights, whose best tokens lie close, show it at once.
"""

import argparse
import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from wattrag.config.local_chat import HFLocalModel
from wattrag.llm.providers.hf_local import HFChat, connect
from wattrag.store.asked import Request
from wattrag.store.completions import Completion

CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['content'] }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>{% endif %}"
)
QWEN_7B = {
    "hidden_size": 3584,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "intermediate_size": 18944,
    "vocab_size": 152_064,
    "max_position_embeddings": 32_768,
}
MOE = {  # Qwen3-30B-A3B with a quarter of its 48 layers
    "hidden_size": 2048,
    "num_hidden_layers": 12,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "intermediate_size": 6144,
    "moe_intermediate_size": 768,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "vocab_size": 151_936,
    "max_position_embeddings": 32_768,
}
TINY = {
    "hidden_size": 64,
    "num_hidden_layers": 8,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
    "vocab_size": 512,
    "max_position_embeddings": 4096,
}


@dataclass(frozen=True)
class Timed:
    """All replies to some requests."""

    replies: list[Completion]
    seconds: float
    cpu_seconds: float
    """Of this process, which other programs on the machine change less."""
    bytes_per_pass: float
    """Of the weights that a forward pass of one token reads."""

    @property
    def tokens(self) -> int:
        """Generated in all."""
        return sum(reply.output_tokens or 0 for reply in self.replies)


def make_model(folder: Path, shape: str, device: str, dtype: torch.dtype) -> Path:
    """A model of random weights with a tokenizer of single bytes, as a folder."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        PreTrainedTokenizerFast,
        Qwen2Config,
        Qwen2ForCausalLM,
        Qwen3MoeConfig,
        Qwen3MoeForCausalLM,
    )
    from transformers.utils import logging

    logging.disable_progress_bar()
    pieces = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    pieces += sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={p: n for n, p in enumerate(pieces)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(pieces[:3])
    names = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    fast.chat_template = CHAT
    fast.save_pretrained(folder)
    torch.manual_seed(5)
    # No token ends a reply: each is as long as it is asked to be.
    common: dict[str, Any] = {"dtype": dtype, "eos_token_id": None, "bos_token_id": None}
    torch.set_default_dtype(dtype)
    with torch.device(device):
        model: Any
        if shape == "moe":
            model = Qwen3MoeForCausalLM(Qwen3MoeConfig(**MOE, **common))
        else:
            model = Qwen2ForCausalLM(
                Qwen2Config(**(TINY if shape == "tiny" else QWEN_7B), **common)
            )
    torch.set_default_dtype(torch.float32)
    model.save_pretrained(folder)
    return folder


def make_requests(count: int, longest: int) -> list[Request]:
    """Prompts that begin alike and then differ, up to `longest` bytes; replies of 32 to 128."""
    drawn = random.Random(7)
    begins = {"role": "system", "content": "Answer from the passages and cite each of them. " * 2}

    def one(n: int) -> Request:
        words = [drawn.choice(["energy", "water", "litres", "cooling"]) for _ in range(longest)]
        content = f"{n} {' '.join(words)}"[: drawn.randint(20, longest)]
        messages: Any = [begins, {"role": "user", "content": content}]
        return Request(messages, max_new_tokens=drawn.randint(32, 128), temperature=0)

    return [one(n) for n in range(count)]


def measure(entry: HFLocalModel, precision: str, requests: list[Request]) -> Timed:
    """Time all replies; the model is loaded and has replied before."""

    async def run() -> Timed:
        model = connect(entry, precision, 0)
        longest = max(requests, key=lambda request: len(str(request.messages)))
        await model.complete(longest)  # loads, and makes the engine as large as it must be
        size = _bytes_per_pass(model)
        started, before = time.perf_counter(), time.process_time()
        replies = await asyncio.gather(*(model.complete(request) for request in requests))
        seconds, used = time.perf_counter() - started, time.process_time() - before
        await model.close()
        return Timed(list(replies), seconds, used, size)

    return asyncio.run(run())


def _bytes_per_pass(chat: HFChat) -> float:
    """The embedding's table aside, and of a mixture its active experts alone."""
    model = chat._opened.loaded.model  # type: ignore[union-attr]  # noqa: SLF001 - its weights are measured, once it is open
    embedding = model.get_input_embeddings().weight
    total = model.get_memory_footprint() - embedding.numel() * embedding.element_size()
    experts = sum(
        p.numel() * p.element_size() for name, p in model.named_parameters() if ".experts." in name
    )
    config = model.config
    active = getattr(config, "num_experts_per_tok", 0) / (getattr(config, "num_experts", 0) or 1)
    return float(total - experts * (1 - active))


def print_table(together: Timed, alone: Timed, bandwidth: float | None) -> None:
    """Both ways, in Markdown."""
    columns = ("replies", "tokens", "seconds", "CPU seconds", "tokens/s", "ratio", "of the limit")
    print("| | " + " | ".join(columns) + " |\n|---" + "|---:" * len(columns) + "|")
    base = alone.tokens / alone.seconds
    longest = max(reply.output_tokens or 0 for reply in together.replies)
    rows = (("together", together, longest), ("one by one", alone, alone.tokens))
    for name, timed, passes in rows:
        speed = timed.tokens / timed.seconds
        least = passes * timed.bytes_per_pass / (bandwidth * 1e9) if bandwidth else None
        share = "" if least is None else f"{least / timed.seconds:.2f}"
        print(
            f"| {name} | {len(timed.replies)} | {timed.tokens} | {timed.seconds:.2f} "
            f"| {timed.cpu_seconds:.2f} "
            f"| {speed:.0f} | {speed / base:.1f} | {share} |"
        )
    pairs = zip(together.replies, alone.replies, strict=False)
    print(f"\nEqual replies: {sum(a.text == b.text for a, b in pairs)} of {len(alone.replies)}")
    counts = [reply.cached_tokens for reply in together.replies]
    given = sum(reply.input_tokens or 0 for reply in together.replies)
    found = sum(count or 0 for count in counts)
    hits = sum(bool(count) for count in counts)
    shared = f"{hits} replies, {found} of {given} prompt tokens ({found / given:.2f})"
    print(f"Prefix sharing: {'not counted' if None in counts else shared}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "mps"))
    parser.add_argument("--shape", default="tiny", choices=("tiny", "qwen2.5-7b", "moe"))
    parser.add_argument("--precision", default="fp32", choices=("fp32", "fp16", "bf16", "4bit"))
    parser.add_argument("--threads", type=int, default=1, help="of a CPU; a tiny model uses one")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--longest", type=int, default=200, help="bytes of a prompt, and tokens")
    parser.add_argument("--batch", type=int, help="replies together; else the provider's default")
    parser.add_argument("--alone", type=int, help="prompts that are asked one by one; else all")
    parser.add_argument("--rounds", type=int, default=3, help="in turn; the best of each counts")
    parser.add_argument("--bandwidth", type=float, help="of the memory, in GB/s: H100 3350")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    name = torch.cuda.get_device_name(0) if options.device == "cuda" else options.device
    print(f"torch {torch.__version__}, {name}, {torch.get_num_threads()} threads, ", end="")
    print(f"{options.shape} at {options.precision}, {options.prompts} prompts\n", flush=True)
    requests = make_requests(options.prompts, options.longest)
    dtype = torch.float32 if options.precision == "fp32" else torch.bfloat16
    with tempfile.TemporaryDirectory() as folder:
        path = str(make_model(Path(folder), options.shape, options.device, dtype))
        plain = HFLocalModel(
            provider="hf_local", name=options.shape, path=path, device=options.device
        )
        batched = plain.model_copy(update={"batch_size": options.batch})
        single = plain.model_copy(update={"batch_size": 1})
        rounds = [
            (
                measure(batched, options.precision, requests),
                measure(single, options.precision, requests[: options.alone]),
            )
            for _ in range(options.rounds)
        ]
    together, alone = (
        min(way, key=lambda timed: timed.seconds) for way in zip(*rounds, strict=True)
    )
    print_table(together, alone, options.bandwidth)


if __name__ == "__main__":
    main()
