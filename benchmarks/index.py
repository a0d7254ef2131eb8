"""Speed, memory and size of an index, beside the peer's store and numpy, in one run.

    python benchmarks/index.py TREES QUESTIONS [--store DIR] [--parts write search build sizes]

write   nodes, vectors and words of all documents, vectors known: nodes per second, bytes
search  one question at a time (p50), with node texts, all in one batch (282 questions; fewer are
        filled up with noisy copies); recall@10 against exact search in 32 bit
build   from texts to index in an empty store: the encoder's share, its tokens per CPU second
        beside the peer's settings, and what an update costs of a full build (CPU seconds)
sizes   10,000, 100,000 and 1,000,000 vectors: real sentence vectors plus noise

The peer is KohakuRAG's way on its own store, `kohakuvault` (`benchmarks/peer_store.py`). Arrays are
multiplied on one thread; each kind of search is timed in turn, query by query.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from peer_store import PeerStore
from threadpoolctl import threadpool_limits

from wattrag.config.models import read_models
from wattrag.config.settings import Index
from wattrag.corpus.tree import DocumentTree, read_tree, write_tree
from wattrag.datafiles.questions import read_questions
from wattrag.index.build import build_index
from wattrag.index.cache import embed_texts
from wattrag.index.read import OpenIndex, open_index
from wattrag.index.targets import Targets
from wattrag.index.vectors import VectorIndex, search_mode, write_vectors
from wattrag.llm.embedders.embedding import Embedder, Role, load_embedder
from wattrag.store.vectors import FloatMatrix, VectorStore

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("write", "search", "build", "sizes")
BATCH, K, ENCODED = 282, 10, 4000
NOISE = 0.3
"""Length of the noise on a unit vector: its cosine with the original is about 0.96."""
Query = Callable[[FloatMatrix], object]


def main() -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--store", type=Path, help="keeps vectors from one run to the next")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    options = parser.parse_args()
    embedder = load_embedder(read_models(ROOT / "config" / "models.yaml")["minilm"])
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1):
        folder = Path(name)
        trees = sorted(options.trees.glob("*.json"))
        store = VectorStore(options.store or folder / "store")
        if "build" in options.parts:
            measure_build(trees, folder, embedder)
        asked = [q.question for q in read_questions(options.questions).questions]
        queries = filled_up(embed_texts(embedder, store, asked, "query"), BATCH)
        build_index(trees, folder / "warm", Index(corpus="x"), embedder, store)
        if "write" in options.parts or "search" in options.parts:
            seconds = timed(
                lambda: build_index(trees, folder / "index", Index(corpus="x"), embedder, store)
            )
            index = open_index(folder / "index")
            measure_stores(index, seconds, queries, folder)
        if "sizes" in options.parts:
            measure_sizes(open_index(folder / "warm"), options.sizes, queries, folder)


def measure_stores(index: OpenIndex, seconds: float, queries: FloatMatrix, folder: Path) -> None:
    """Write the peer's store with the same nodes and vectors, then search both."""
    vectors = node_vectors(index)
    peer = PeerStore(folder / "peer.db", index.dimensions)
    peer_seconds = timed(lambda: peer.write(index.nodes, vectors))
    size = sum(f.size for f in index.manifest.files)
    table("write", ("nodes per second", "bytes"))
    row("peer", len(index.nodes) / peer_seconds, peer.size())
    row("ours", len(index.nodes) / seconds, size)
    row("ratio", peer_seconds / seconds, size / peer.size())

    graph = approximate(index, folder)
    texts = [index.nodes[r].text for r in index.vectors.rows]
    plain = index.vectors.matrix
    kinds: dict[str, Query] = {
        "numpy": lambda q: np.argpartition(plain @ q, len(plain) - K)[-K:],
        "peer": lambda q: peer.search(q, K),
        "exact": lambda q: index.vectors.nearest(q[None], K),
        "HNSW": lambda q: graph.nearest(q[None], K),
        "peer, texts": lambda q: peer.search_with_text(q, K),
        "exact, texts": lambda q: [texts[p] for p in index.vectors.nearest(q[None], K)[0][0]],
    }
    times = interleaved(kinds, queries)
    batch = statistics.median(timed(lambda: index.vectors.nearest(queries, K)) for _ in range(5))
    full = index_vectors_f32(index, vectors)
    print(f"\n{len(plain)} vectors, {len(queries)} queries")
    table("search", ("p50 ms", "times faster than the peer"))
    for kind, measured in times.items():
        base = times["peer, texts" if "texts" in kind else "peer"]
        row(kind, measured, base / measured)
    rate = len(queries) / batch
    table("batch", ("queries per second", "times the peer's"))
    row("exact, one batch", rate, rate * times["peer"] / 1000)
    table("recall@10", ("against exact f32 search",))
    row("exact", recall(index.vectors, full, queries))
    row("HNSW", recall(graph, full, queries))


def node_vectors(index: OpenIndex) -> FloatMatrix:
    """A vector for every node: its own, or (documents, sections, unsearched) one like it."""
    vectors = np.resize(index.vectors.matrix, (len(index.nodes), index.dimensions)).copy()
    vectors[index.vectors.rows] = index.vectors.matrix
    return vectors


def index_vectors_f32(index: OpenIndex, vectors: FloatMatrix) -> FloatMatrix:
    """The index's vectors before they were rounded to its number format."""
    return vectors[index.vectors.rows]


def approximate(index: OpenIndex, folder: Path) -> VectorIndex:
    """The same vectors as an HNSW graph, which small indexes do without."""
    targets = Targets(index.vectors.rows, index.vectors.matrix)
    write_vectors(folder / "graph.usearch", targets, "f16", "hnsw")
    return VectorIndex(folder / "graph.usearch", targets.rows, "hnsw")


def recall(found: VectorIndex, vectors: FloatMatrix, queries: FloatMatrix) -> float:
    """Share of the true nearest that a search finds; a tie counts as found."""
    positions, _ = found.nearest(queries, K)
    scores = queries @ vectors.T
    least = -np.sort(-scores, axis=1)[:, K - 1 : K]
    return float((np.take_along_axis(scores, positions, axis=1) >= least - 1e-6).mean())


def measure_build(trees: Sequence[Path], folder: Path, embedder: Embedder) -> None:
    """A full build in an empty store, then two updates of it, in CPU seconds."""
    copies = folder / "trees"
    shutil.copytree(trees[0].parent, copies)
    paths = sorted(copies.glob("*.json"))
    store, clocked = VectorStore(folder / "new"), Clocked(embedder)
    spec = Index(corpus="x")
    embedder.encode(["warm up"], "passage")
    full = cpu(lambda: build_index(paths, folder / "built", spec, clocked, store))
    table("build", ("CPU seconds", "share of the build"))
    row("full build", full, 1.0)
    row("encoder", clocked.seconds, clocked.seconds / full)
    document = sorted(map(read_tree, paths), key=lambda tree: len(tree.text))[len(paths) // 2]
    for what, changed in (
        ("changed document", revised(document, everything=True)),
        ("edited paragraph", revised(document, everything=False)),
    ):
        share = fresh_characters(document, changed) / sum(len(read_tree(p).text) for p in paths)
        write_tree(copies / f"{document.document_id}.json", changed)
        again = cpu(lambda: build_index(paths, folder / "built", spec, clocked, store))
        row(f"update, {what} ({share:.2%} of the text)", again, again / full)
    ours, peer = tokens_per_cpu_second("ours", trees), tokens_per_cpu_second("peer", trees)
    table("encoder", ("tokens per CPU second", "times the peer's"))
    row("peer's settings", peer, 1.0)
    row("ours", ours, ours / peer)


class Clocked:
    """An embedder that adds up the CPU seconds it takes."""

    def __init__(self, inner: Embedder) -> None:
        self.inner, self.seconds = inner, 0.0
        self.key, self.dimensions = inner.key, inner.dimensions
        self.in_processes, self.chunk = inner.in_processes, inner.chunk
        self.vector_key = inner.vector_key

    def encode(self, texts: Sequence[str], role: Role) -> FloatMatrix:
        """As the embedder itself."""
        started = time.process_time()
        vectors = self.inner.encode(texts, role)
        self.seconds += time.process_time() - started
        return vectors


def revised(tree: DocumentTree, *, everything: bool) -> DocumentTree:
    """The tree with a word added to every sentence, or to those of its middle paragraph."""
    paragraphs = [p for s in tree.sections for p in s.paragraphs if len(p.sentences) > 1]
    chosen = paragraphs if everything else [paragraphs[len(paragraphs) // 2]]

    def edited(paragraph: object) -> object:
        if not any(paragraph is one for one in chosen):
            return paragraph
        sentences = [
            s.model_copy(update={"text": f"{s.text} Revised."}) for s in paragraph.sentences
        ]
        return paragraph.model_copy(update={"sentences": tuple(sentences)})

    sections = [
        s.model_copy(update={"paragraphs": tuple(edited(p) for p in s.paragraphs)})
        for s in tree.sections
    ]
    return tree.model_copy(update={"sections": tuple(sections)})


def fresh_characters(old: DocumentTree, new: DocumentTree) -> int:
    """Characters of the sentences that a revision changed."""
    known = {s.text for section in old.sections for p in section.paragraphs for s in p.sentences}
    texts = (s.text for section in new.sections for p in section.paragraphs for s in p.sentences)
    return sum(len(text) for text in texts if text not in known)


def tokens_per_cpu_second(whose: str, trees: Sequence[Path]) -> float:
    """Encode the same sentences in a process of its own, as threads are set once a process."""
    script = str(Path(__file__).with_name("encoders.py"))
    command = [sys.executable, script, whose, str(ENCODED), *map(str, trees)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ)
    return float(json.loads(done.stdout)["tokens_per_cpu_second"])


def measure_sizes(
    index: OpenIndex, sizes: Sequence[int], queries: FloatMatrix, folder: Path
) -> None:
    """Build, open and search indexes of several sizes."""
    table("vectors", ("mode", "build s", "MB on disk", "MB in memory", "p50 ms", "recall@10"))
    base = index.vectors.matrix
    for size in sizes:
        measure_size(filled_up(base, size), queries, folder / f"{size}.usearch")


def measure_size(vectors: FloatMatrix, queries: FloatMatrix, path: Path) -> None:
    """One row: write these vectors, open the file, search it."""
    mode, targets = search_mode(len(vectors)), Targets(np.arange(len(vectors)), vectors)
    built = timed(lambda: write_vectors(path, targets, "f16", mode))
    before = resident()
    opened = VectorIndex(path, targets.rows, mode)
    times = interleaved({"p50": lambda q: opened.nearest(q[None], K)}, queries[:100])
    memory, size = (resident() - before) / 2**20, path.stat().st_size / 2**20
    found = recall(opened, vectors, queries[:100])
    row(f"{len(vectors):,}", mode, built, size, memory, times["p50"], found)
    path.unlink()


def filled_up(vectors: FloatMatrix, count: int) -> FloatMatrix:
    """`count` unit vectors: the given ones, then noisy copies of them."""
    generator = np.random.default_rng(0)
    found = np.resize(vectors, (count, vectors.shape[1])).astype(np.float32)
    for start in range(len(vectors), count, 100_000):
        part = found[start : start + 100_000]
        noise = generator.standard_normal(part.shape, dtype=np.float32)
        part += NOISE * noise / np.sqrt(np.float32(part.shape[1]))
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return found


def interleaved(kinds: dict[str, Query], queries: FloatMatrix) -> dict[str, float]:
    """Median milliseconds of each kind of search, all kinds in turn on each query."""
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number, query in enumerate(queries):
        for kind, search in kinds.items():
            seconds = timed(lambda: search(query))  # noqa: B023 - called at once
            if number >= 5:  # the first ones open files
                times[kind].append(seconds * 1000)
    return {kind: statistics.median(measured) for kind, measured in times.items()}


def timed(work: Callable[[], object]) -> float:
    """Wall seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def resident() -> int:
    """Bytes of memory this process holds, files it maps left out."""
    with Path("/proc/self/status").open() as status:
        (line,) = [line for line in status if line.startswith("RssAnon")]
    return int(line.split()[1]) * 1024


def table(name: str, columns: Sequence[str]) -> None:
    """Begin a Markdown table."""
    print(f"\n| {name} | " + " | ".join(columns) + " |\n|---" + "|---:" * len(columns) + "|")


def row(name: str, *cells: float | str) -> None:
    """A row of it; numbers to four digits."""
    shown = [c if isinstance(c, str) else f"{c:,.0f}" if c >= 1000 else f"{c:.4g}" for c in cells]
    print(f"| {name} | " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
