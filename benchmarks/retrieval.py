"""Quality of retrieval: the peer's way beside ours, on one corpus and one set of questions.

    python benchmarks/retrieval.py TREES QUESTIONS [--store DIR] [--variants]

TREES is a folder of document trees, QUESTIONS a labelled question file. Three rankings of the same
questions with the same embedder (all-MiniLM-L6-v2), each judged by `wattrag.retrieval.metrics`:

peer        KohakuRAG's way: the question's cosine with every sentence and every paragraph, a
            paragraph being the mean of its sentences weighted by their words; placeholders of
            figures are sentences like others; the texts found, in order, are the context
dense       ours without its lexical half
ours        the shipped default: `Index()` and `Retriever()` without a single setting

`--variants` adds what was weighed when the default was chosen. Nothing is fitted to QUESTIONS;
`--folds` prints the best variant on each half of the questions and its score on the other half.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wattrag.config.models import read_models
from wattrag.config.settings import Index, Lexical, Retriever
from wattrag.corpus.tree import DocumentTree, read_tree
from wattrag.datafiles.questions import Question, read_questions
from wattrag.index.build import build_index
from wattrag.index.cache import embed_texts
from wattrag.index.read import open_index
from wattrag.llm.embedders.embedding import Embedder, load_embedder
from wattrag.retrieval.metrics import QuestionMetrics, document_texts, judge
from wattrag.retrieval.records import Attempt, Hit, Retrieved, Scores, Snippet
from wattrag.retrieval.retrieve import retrieve
from wattrag.scoring.retrieval import difference, estimates
from wattrag.store.vectors import FloatMatrix, VectorStore

ROOT = Path(__file__).resolve().parents[1]
SHOWN = {
    "hit_at_1": "hit@1",
    "hit_at_5": "hit@5",
    "hit_at_10": "hit@10",
    "reciprocal_rank": "MRR",
    "ndcg_at_10": "nDCG@10",
    "evidence_at_2k": "evidence 2k",
    "evidence_at_6k": "evidence 6k",
}
DEPTH = 3
"""Deepening attempts that rankings are judged to: 40 hits."""
RANKED = 400
"""Nodes the peer's ranking is judged to."""
VARIANTS = {
    "dense only": Retriever(index="x", dense_weight=1),
    "BM25 only": Retriever(index="x", dense_weight=0),
    "weight 0.35": Retriever(index="x", dense_weight=0.35),
    "weight 0.65": Retriever(index="x", dense_weight=0.65),
    "rrf": Retriever(index="x", fusion="rrf"),
    "no title": Retriever(index="x", lexical=Lexical(title=False)),
    "window 1": Retriever(index="x", lexical=Lexical(window=1)),
    "window 5": Retriever(index="x", lexical=Lexical(window=5)),
    "no stemming": Retriever(index="x", lexical=Lexical(stemming=False)),
    "no threshold": Retriever(index="x", retrieval_threshold=-1),
    "section": Retriever.model_validate({"index": "x", "expansion": {"level": "section"}}),
    "window text": Retriever.model_validate({"index": "x", "expansion": {"level": "window"}}),
}


def main() -> None:
    """Rank, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--store", type=Path, help="keeps vectors from one run to the next")
    parser.add_argument("--variants", action="store_true")
    parser.add_argument("--folds", type=int, default=0, help="random halvings of the questions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = VectorStore(options.store or Path(folder) / "store")
        embedder = load_embedder(read_models(ROOT / "config" / "models.yaml")["minilm"])
        paths = sorted(options.trees.glob("*.json"))
        target = Path(folder) / "index"
        build_index(paths, target, Index(corpus="x"), embedder, store, workers=2)
        index, questions = open_index(target), read_questions(options.questions).questions
        texts = document_texts(index)

        def ours(settings: Retriever) -> list[QuestionMetrics]:
            found = retrieve(index, questions, settings, DEPTH, embedder, store)
            return judge(found, questions, texts)

        trees = [read_tree(path) for path in paths]
        peer = judge(peer_ranking(trees, questions, embedder, store), questions, texts)
        found = {"ours": ours(Retriever(index="x"))}
        if options.variants or options.folds:
            found |= {name: ours(settings) for name, settings in VARIANTS.items()}
        else:
            found["dense only"] = ours(VARIANTS["dense only"])
    report(peer, found)
    if options.folds:
        cross_validate(found, options.folds)


def peer_ranking(
    trees: Sequence[DocumentTree],
    questions: Sequence[Question],
    embedder: Embedder,
    store: VectorStore,
) -> list[Retrieved]:
    """What KohakuRAG's default search finds, as records that can be judged like ours."""
    sentences = [
        (tree.document_id, p.text, s.text)
        for tree in trees
        for section in tree.sections
        for p in section.paragraphs
        for s in p.sentences
        if s.text.strip()
    ]
    vectors = embed_texts(embedder, store, [text for *_, text in sentences])
    owners, texts = [doc for doc, *_ in sentences], [text for *_, text in sentences]
    matrix = [vectors]
    row = 0
    for tree in trees:
        for paragraph in (p for section in tree.sections for p in section.paragraphs):
            children = [s.text for s in paragraph.sentences if s.text.strip()]
            if children:
                matrix.append(mean(vectors[row : row + len(children)], children)[None])
                owners.append(tree.document_id)
                texts.append(paragraph.text)
            row += len(children)
    nodes = np.vstack(matrix)
    asked = embed_texts(embedder, store, [question.question for question in questions])
    order = np.argsort(-(asked @ nodes.T), axis=1, kind="stable")[:, :RANKED]
    return [
        record(question, [owners[n] for n in rows], [texts[n] for n in rows])
        for question, rows in zip(questions, order.tolist(), strict=True)
    ]


def mean(vectors: FloatMatrix, texts: Sequence[str]) -> FloatMatrix:
    """Mean of sentence vectors weighted by their words, at unit length; shape (dimensions,)."""
    weights = np.array([max(1, len(text.split())) for text in texts], dtype=np.float32)
    total = (vectors * weights[:, None]).sum(axis=0)
    return total / np.linalg.norm(total)


def record(question: Question, documents: Sequence[str], texts: Sequence[str]) -> Retrieved:
    """A ranking as a record: one hit and one snippet a node."""
    keys = [str(number) for number in range(len(documents))]
    hits = [
        Hit(rank=n, node_id=key, document_id=doc, kind="sentence", score=0, scores=Scores())
        for n, (key, doc) in enumerate(zip(keys, documents, strict=True), start=1)
    ]
    attempt = Attempt(attempt=0, top_k=RANKED, top_k_final=None, hits=tuple(hits), context=keys)
    snippets = {
        key: Snippet(node_id=key, document_id=doc, text=text)
        for key, doc, text in zip(keys, documents, texts, strict=True)
    }
    return Retrieved(
        id=question.id,
        question=question.question,
        queries=(question.question,),
        attempts=(attempt,),
        snippets=snippets,
        hit_texts={},
        documents={},
    )


def report(peer: Sequence[QuestionMetrics], found: dict[str, list[QuestionMetrics]]) -> None:
    """Print the means, then each difference to the peer with its 95 % interval."""
    ruler = "|---" + "|---:" * len(SHOWN) + "|"
    print("| | " + " | ".join(SHOWN.values()) + f" |\n{ruler}")
    for name, judged in {"peer's way": peer, **found}.items():
        values = estimates(judged)
        cells = [f"{values[metric].value or 0:.3f}" for metric in SHOWN]
        print(f"| {name} | " + " | ".join(cells) + " |")
    counts = estimates(peer)
    print("| questions | " + " | ".join(str(counts[metric].n) for metric in SHOWN) + " |\n")
    print("| minus the peer's | " + " | ".join(SHOWN.values()) + f" |\n{ruler}")
    for name, judged in found.items():
        print(f"| {name} | " + " | ".join(_difference(judged, peer, m) for m in SHOWN) + " |")


def _difference(first: Sequence[QuestionMetrics], second: Sequence[QuestionMetrics], m: str) -> str:
    found = difference(first, second, m)
    if found is None:
        return ""
    return f"{found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}], p {found.p_value:.3f}"


def cross_validate(found: dict[str, list[QuestionMetrics]], folds: int) -> None:
    """Choose the best variant (hit@1 + evidence 6k) on one half, judge it on the other."""
    generator = np.random.default_rng(0)
    size = len(found["ours"])
    chosen: dict[str, int] = {}
    gains = []
    for _ in range(folds):
        train, test = np.array_split(generator.permutation(size), 2)
        scored = {name: goodness(judged, train) for name, judged in found.items()}
        best = max(scored, key=lambda name: scored[name])
        chosen[best] = chosen.get(best, 0) + 1
        gains.append(goodness(found[best], test) - goodness(found["ours"], test))
    print("\nBest on one half of the questions, times chosen:", chosen)
    print(f"Its gain over the default on the other half: {np.mean(gains):+.3f} of 2")


def goodness(judged: Sequence[QuestionMetrics], rows: Sequence[int]) -> float:
    """hit@1 plus evidence within 6,000 characters, over some of the questions."""
    values = estimates([judged[row] for row in rows])
    return sum(values[metric].value or 0.0 for metric in ("hit_at_1", "evidence_at_6k"))


if __name__ == "__main__":
    main()
