"""A small corpus and an embedder of words for the tests of index and retrieval."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wattrag.config.settings import Index
from wattrag.index.build import build_index
from wattrag.index.read import OpenIndex, open_index
from wattrag.store.vectors import VectorStore

SPEC = Index(corpus="small")
Sections = Sequence[Sequence["Sequence[str] | Figure"]]
"""Sections of paragraphs of sentences, or figures."""

CORPUS: Mapping[str, Sections] = {
    "cooling": [
        [
            ["Cooling towers evaporate water.", "A large site uses 5 million litres a day."],
            ["Dry coolers use no water at all."],
        ],
        [["Free cooling works in cold climates.", "Finland is a cold country."]],
    ],
    "energy": [
        [
            ["Training the model took 1287 MWh of energy.", "It emitted 552 tonnes of carbon."],
            ["Inference takes more energy than training.", "GPUs draw 700 watts each."],
        ]
    ],
    "minerals": [[["Lithium is mined in Chile.", "Cobalt comes from Congo mines."]]],
}


class WordEmbedder:
    """Each word is a fixed random direction; a text is the sum of its words, at unit length."""

    dimensions = 48
    in_processes = True
    chunk = 512

    def __init__(self, key: str = "words") -> None:
        self.key = key
        self.encoded: list[str] = []

    def vector_key(self, role: str) -> str:
        return self.key

    def encode(self, texts: Sequence[str], role: str = "passage") -> np.ndarray:
        self.encoded.extend(texts)
        rows = [sum(self._word(w) for w in t.lower().split() or [t]) for t in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), self.dimensions)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _word(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.strip(".,?").encode()).digest()[:8], "little")
        return np.random.default_rng(seed).standard_normal(self.dimensions)


@dataclass(frozen=True)
class Figure:
    """A figure in place of a paragraph, as readers make it."""

    caption: str
    labels: tuple[str, ...] = ()

    @property
    def paragraph(self) -> dict[str, object]:
        text = self.caption or "Figure on page 1."
        known = {"page": 1, "bbox": [10.0, 20.0, 30.0, 40.0]}
        metadata = {"attachment_type": "image", "caption": self.caption, "labels": self.labels}
        sentences = [{"text": text, "metadata": known}]
        return {"text": text, "metadata": {**known, **metadata}, "sentences": sentences}


def payload(document_id: str, sections: Sections, **metadata: object) -> dict[str, object]:
    return {
        "document_id": document_id,
        "title": f"On {document_id}",
        "text": "",
        "metadata": {"url": f"https://example.org/{document_id}", **metadata},
        "sections": [
            {
                "title": f"Section {n}",
                "metadata": {"page": n + 1},
                "paragraphs": [
                    sentences.paragraph
                    if isinstance(sentences, Figure)
                    else {
                        "text": " ".join(sentences),
                        "metadata": {},
                        "sentences": [{"text": s, "metadata": {}} for s in sentences],
                    }
                    for sentences in paragraphs
                ],
            }
            for n, paragraphs in enumerate(sections)
        ],
    }


def write_trees(folder: Path, corpus: Mapping[str, Sections]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    paths = []
    for document_id, sections in corpus.items():
        paths.append(folder / f"{document_id}.json")
        paths[-1].write_text(json.dumps(payload(document_id, sections)))
    return paths


def build(
    folder: Path, corpus: Mapping[str, Sections] = CORPUS, spec: Index = SPEC, name: str = "index"
) -> OpenIndex:
    trees = write_trees(folder / "trees", corpus)
    with VectorStore(folder / "store") as store:
        build_index(trees, folder / name, spec, WordEmbedder(), store)
    return open_index(folder / name)
