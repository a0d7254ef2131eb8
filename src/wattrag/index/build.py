"""Building and updating an index: one command, safe to kill at any moment.

A build writes the files of a new generation beside those of the old one, then replaces
`manifest.json`: until then readers have the old index, from then on the new one. Files of other
generations are removed when the next build starts. Unchanged text is not embedded again (the
vector store has it); everything else is written anew, so an updated index is a fresh one.
"""

import fcntl
import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from wattrag.config.settings import Index, Lexical
from wattrag.corpus.tree import DocumentTree, read_tree
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError
from wattrag.files import digest, write_json
from wattrag.index.cache import embed_texts
from wattrag.index.citations import with_citations
from wattrag.index.lexical import build_lexical
from wattrag.index.manifest import (
    FORMAT,
    Counts,
    IndexFile,
    Manifest,
    check_files,
    index_file,
    read_manifest,
    write_manifest,
)
from wattrag.index.nodes import write_nodes
from wattrag.index.select import IndexedNode, indexed_nodes
from wattrag.index.targets import PARAGRAPH_SHARE, Targets, image_targets, search_targets
from wattrag.index.vectors import VectorIndex, search_mode, write_vectors
from wattrag.llm.embedders.embedding import Embedder
from wattrag.store.vectors import FloatMatrix, VectorStore

BUILT = "built.json"
_GENERATION = re.compile(r"^(?:nodes|text|rows|lexical|images|imagerows)-(\d{6})\b")
_RECALL_SAMPLE = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IndexStats:
    """What a build did."""

    generation: int
    counts: Counts
    recall_at_10: float | None
    """Of HNSW against exact search; None where the search is exact."""
    unchanged: bool
    """The index was up to date and was left as it is."""


@dataclass(frozen=True)
class _Content:
    """Everything that determines an index."""

    nodes: Sequence[IndexedNode]
    spec: Index
    embedder_key: str
    vector_key: str
    """Whose vectors: another device or number format makes another index, not a mixture."""
    dimensions: int

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all of it."""
        determinants = {
            "format": FORMAT,
            "embedder": [self.embedder_key, self.vector_key, self.dimensions],
            "dtype": self.spec.dtype,
            "paragraphs": self.spec.paragraphs,
            "paragraph_share": PARAGRAPH_SHARE,
        }
        nodes = [[n.id, n.kind, n.text, n.metadata, n.searched] for n in self.nodes]
        return digest([determinants, nodes])


def build_index(
    trees: Sequence[Path],
    target: Path,
    spec: Index,
    embedder: Embedder,
    store: VectorStore,
    *,
    workers: int = 1,
    rows: Sequence[SheetRow] = (),
) -> IndexStats:
    """Build the index of `trees` in the folder `target`, or bring the one there up to date.

    The same trees give the same `built.json` and the same search results, whatever was there.

    Args:
        trees: tree files; their order does not matter.
        target: folder of the index, created if missing.
        spec: number format, paragraph vectors, and whether citations stand in for missing text.
        embedder: makes the vectors of texts that `store` lacks.
        store: known vectors; new ones are added.
        workers: processes that embed, where there is much to embed.
        rows: of the sheet, for the citations of documents that have no tree.

    Raises:
        InputError: no trees, a bad tree, two trees of one document, no text at all, or another
            build at work on `target`. An index already there stays as it was.
    """
    found = _read_trees(trees, target)
    nodes = indexed_nodes(with_citations(found, rows) if spec.use_citations else found)
    if not any(node.searched for node in nodes):
        raise InputError(str(target), "no document has text", "parse documents that have some")
    content = _Content(
        nodes, spec, embedder.key, embedder.vector_key("passage"), embedder.dimensions
    )
    target.mkdir(parents=True, exist_ok=True)
    with _locked(target):
        old = _current(target)
        generation = _remove_other_generations(target, old)
        if old is not None and old.content_hash == content.hash:
            return _finish(target, old, unchanged=True)

        def encode(texts: Sequence[str]) -> FloatMatrix:
            return embed_texts(embedder, store, texts, "passage", workers)

        targets = search_targets(nodes, spec.paragraphs, encode)
        manifest = _write(target, generation, content, targets, image_targets(nodes, encode))
        write_manifest(target, manifest)
        return _finish(target, manifest, unchanged=False)


def _read_trees(paths: Sequence[Path], target: Path) -> list[DocumentTree]:
    """All trees, ordered by document id."""
    if not paths:
        raise InputError(str(target), "there are no trees to index", "parse documents first")
    by_id: dict[str, DocumentTree] = {}
    for path in sorted(paths):
        tree = read_tree(path)
        if tree.document_id in by_id:
            problem = f"document '{tree.document_id}' is in two trees"
            raise InputError(str(path), problem, "remove one of them")
        by_id[tree.document_id] = tree
    return [by_id[document_id] for document_id in sorted(by_id)]


def _write(
    target: Path, generation: int, content: _Content, targets: Targets, images: Targets
) -> Manifest:
    """Write the files of a generation and describe them."""
    suffix = f"{generation:06d}"
    mode = search_mode(len(targets.rows))
    vectors = target / f"text-{suffix}.usearch"
    write_nodes(target / f"nodes-{suffix}.sqlite", content.nodes)
    np.save(target / f"rows-{suffix}.npy", targets.rows, allow_pickle=False)
    write_vectors(vectors, targets, content.spec.dtype, mode)
    if len(images.rows):
        np.save(target / f"imagerows-{suffix}.npy", images.rows, allow_pickle=False)
        path = target / f"images-{suffix}.usearch"
        write_vectors(path, images, content.spec.dtype, search_mode(len(images.rows)))
    build_lexical(content.nodes, Lexical()).save(target / f"lexical-{suffix}")
    return Manifest(
        format=FORMAT,
        generation=generation,
        embedder=content.embedder_key,
        dimensions=content.dimensions,
        dtype=content.spec.dtype,
        paragraphs=content.spec.paragraphs,
        mode=mode,
        recall_at_10=_recall(VectorIndex(vectors, targets.rows, mode), targets),
        content_hash=content.hash,
        counts=_counts(content.nodes, len(targets.rows), len(images.rows)),
        files=tuple(_files(target, suffix)),
    )


def _recall(index: VectorIndex, targets: Targets) -> float | None:
    """Recall@10 of HNSW search, on a sample of the index's own vectors; None if exact."""
    if index.mode == "exact":
        return None
    step = max(1, len(targets.rows) // _RECALL_SAMPLE)
    recall = round(index.recall(targets.vectors[::step]), 4)
    _log.info("HNSW recall@10 against exact search: %.4f", recall)
    return recall


def _files(target: Path, suffix: str) -> Iterator[IndexFile]:
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if path.is_file() and _GENERATION.match(name) and f"-{suffix}" in name:
            yield index_file(target, path)


def _counts(nodes: Sequence[IndexedNode], vectors: int, images: int) -> Counts:
    kinds = [node.kind for node in nodes]
    return Counts(
        documents=kinds.count("document"),
        sections=kinds.count("section"),
        paragraphs=kinds.count("paragraph"),
        sentences=kinds.count("sentence"),
        searched=sum(node.searched for node in nodes),
        vectors=vectors,
        images=images,
    )


def _finish(target: Path, manifest: Manifest, *, unchanged: bool) -> IndexStats:
    built = {"content_hash": manifest.content_hash, "counts": manifest.counts.model_dump()}
    write_json(target / BUILT, built)
    return IndexStats(manifest.generation, manifest.counts, manifest.recall_at_10, unchanged)


def _current(target: Path) -> Manifest | None:
    """The manifest of a whole index in `target`; None if there is none, or a damaged one."""
    try:
        manifest = read_manifest(target)
        check_files(target, manifest)
    except InputError:
        return None
    return manifest


def _remove_other_generations(target: Path, kept: Manifest | None) -> int:
    """Remove files that no manifest names; return the number of the next generation."""
    newest = kept.generation if kept else 0
    for path in sorted(target.iterdir()):
        match = _GENERATION.match(path.name)
        if match is None:
            continue
        newest = max(newest, int(match[1]))
        if kept is None or int(match[1]) != kept.generation:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return newest + 1


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Keep other builds off `target`; a lock ends with its process, however that ends."""
    with (target / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            problem = "another build is at work on this index"
            raise InputError(str(target), problem, "wait for it to end") from error
        yield
