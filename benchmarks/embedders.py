"""Texts per second and exactness of 16 bit, on the device that is here.

    python benchmarks/embedders.py [--device cuda] [--texts 4096] [--layers 12]

A BERT of the shape of bge-base (12 layers of 768) with random weights goes through wattrag's own
embedder in fp32, fp16 and bf16. Speed does not depend on the weights. Exactness does, a little:
random ones are not trained to be robust, so a real model is rather closer.
"""

import argparse
import json
import random
import string
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from wattrag.config.embedders import SentenceTransformersEmbedder
from wattrag.llm.embedders.sentence_transformers import LocalEmbedder

HIDDEN, LONGEST = 768, 512


def make_model(folder: Path, layers: int) -> Path:
    """A sentence-transformers model of bge-base's shape, with random weights."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *string.printable[:94]]
    pieces += [f"##{letter}" for letter in string.printable[:94]]
    tokenizer = Tokenizer(models.WordPiece({p: n for n, p in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=30_522,
        hidden_size=HIDDEN,
        num_hidden_layers=layers,
        num_attention_heads=HIDDEN // 64,
        intermediate_size=4 * HIDDEN,
        max_position_embeddings=LONGEST,
    )
    BertModel(config).save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=LONGEST, **names
    ).save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert")), Pooling(HIDDEN, "cls")]
    model = SentenceTransformer(modules=modules, device="cpu")
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


def make_texts(count: int) -> list[str]:
    """Sentences of 5 to 60 words of one token each; the corpus's mean is about 28 tokens."""
    drawn = random.Random(7)
    lengths = [min(60, max(5, round(drawn.gauss(28, 12)))) for _ in range(count)]
    return [" ".join(drawn.choices(string.ascii_lowercase, k=n)) for n in lengths]


def measure(
    entry: SentenceTransformersEmbedder, texts: list[str], exact: np.ndarray
) -> dict[str, Any]:
    """One row of the table: speed over all texts, cosines of the first ones to the exact."""
    embedder = LocalEmbedder(entry)
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    embedder.encode(ordered, "passage")  # all shapes once: kernels are chosen
    started = time.perf_counter()
    for start in range(0, len(ordered), embedder.chunk):
        embedder.encode(ordered[start : start + embedder.chunk], "passage")
    seconds = time.perf_counter() - started
    sample = texts[: len(exact)]
    found = embedder.encode(sample, "passage")
    again = np.concatenate([embedder.encode([text], "passage") for text in sample[:16]])
    cosines = (found * exact).sum(axis=1)
    return {
        "device": entry.device,
        "dtype": entry.dtype,
        "batch": entry.batch_size,
        "texts_per_second": round(len(texts) / seconds, 1),
        "tokens_per_second": round(sum(len(t.split()) + 2 for t in texts) / seconds),
        "cosine_min": round(float(cosines.min()), 6),
        "cosine_mean": round(float(cosines.mean()), 6),
        "alone_as_in_company": bool(np.array_equal(again, found[:16])),
    }


def main() -> None:
    """Measure and print one JSON line per number format."""
    found = "cuda" if torch.cuda.is_available() else "cpu"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default=found, choices=("cpu", "cuda", "mps"))
    parser.add_argument("--texts", type=int, default=4096 if found == "cuda" else 128)
    parser.add_argument("--batch", type=int, default=64 if found == "cuda" else 8)
    parser.add_argument("--exact", type=int, default=64, help="texts compared with CPU fp32")
    parser.add_argument("--layers", type=int, default=12)
    options = parser.parse_args()
    name = torch.cuda.get_device_name(0) if options.device == "cuda" else options.device
    print(json.dumps({"torch": torch.__version__, "device": name, "texts": options.texts}))
    texts = make_texts(options.texts)
    with tempfile.TemporaryDirectory() as folder:
        entry = SentenceTransformersEmbedder(
            provider="sentence_transformers",
            name="random BERT",
            path=str(make_model(Path(folder), options.layers)),
            dimensions=HIDDEN,
        )
        # The embedder computes on one thread of a CPU.
        exact = LocalEmbedder(entry).encode(texts[: options.exact], "passage")
        for dtype in ("fp32", "fp16", "bf16"):
            here = {"device": options.device, "dtype": dtype, "batch_size": options.batch}
            changed = entry.model_copy(update=here)
            print(json.dumps(measure(changed, texts, exact)), flush=True)


if __name__ == "__main__":
    main()
