"""Tokens per CPU second of one way to encode sentences; run by `benchmarks/index.py`.

    python benchmarks/encoders.py ours|peer SENTENCES TREE…

`peer` is KohakuRAG's: sentence-transformers' own `encode`, its default batch of 32, torch's default
number of threads. Prints JSON.
"""

import json
import random
import sys
import time
from functools import partial
from pathlib import Path

from wattrag.config.models import read_models
from wattrag.corpus.tree import read_tree
from wattrag.llm.embedders.embedding import load_embedder
from wattrag.llm.weights.loading import location

ROOT = Path(__file__).resolve().parents[1]


def main(whose: str, count: str, *trees: str) -> None:
    """Encode a seeded sample of the trees' sentences."""
    texts = [
        sentence.text
        for tree in map(read_tree, map(Path, trees))
        for section in tree.sections
        for paragraph in section.paragraphs
        for sentence in paragraph.sentences
    ]
    sample = random.Random(0).sample(texts, min(int(count), len(texts)))
    entry = read_models(ROOT / "config" / "models.yaml")["minilm"]
    if whose == "peer":
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(location(entry), device="cpu")
        encode = partial(model.encode, normalize_embeddings=True)
    else:
        embedder = load_embedder(entry)
        encode = partial(embedder.encode, role="passage")
    encode(sample[:8])
    started = time.process_time()
    encode(sample)
    seconds = time.process_time() - started
    print(json.dumps({"tokens_per_cpu_second": tokens(entry, sample) / seconds}))


def tokens(entry: object, texts: list[str]) -> int:
    """Tokens that the model reads of the texts."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(location(entry))
    ids = tokenizer(texts, truncation=True, max_length=256)["input_ids"]
    return sum(map(len, ids))


if __name__ == "__main__":
    main(*sys.argv[1:])
