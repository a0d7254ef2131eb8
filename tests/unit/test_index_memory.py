"""An index in memory is searched like one on disk, and another vector store can stand in."""

import numpy as np
import pytest

from wattrag.config.settings import Index, Retriever
from wattrag.corpus.tree import DocumentTree, read_tree
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.index.memory import MemoryIndex
from wattrag.index.targets import Targets
from wattrag.index.vectors import VectorIndex, write_vectors
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.vectors import VectorStore

from .small_index import CORPUS, WordEmbedder, build, payload, write_trees

ASKED = [Question("a", "How many litres of water?"), Question("b", "Which country is cold?")]


def in_memory(folder):
    trees = [read_tree(path) for path in write_trees(folder / "trees", CORPUS)]
    return MemoryIndex(trees, WordEmbedder(), VectorStore(folder / "store"))


def test_it_finds_what_an_index_on_disk_finds(tmp_path):
    on_disk = build(tmp_path, spec=Index(corpus="x", dtype="f32"))
    settings, store = Retriever(index="x"), VectorStore(tmp_path / "store")
    found = [
        retrieve(index, ASKED, settings, 1, WordEmbedder(), store)
        for index in (on_disk, in_memory(tmp_path))
    ]
    assert found[0] == found[1]


def test_a_corpus_without_text_and_another_embedder_are_refused(tmp_path):
    store, empty = VectorStore(tmp_path / "s"), payload("a", [])
    with pytest.raises(InputError, match="no document has text"):
        MemoryIndex([DocumentTree.model_validate(empty)], WordEmbedder(), store)
    with pytest.raises(InputError, match="another embedder"):
        in_memory(tmp_path).check_embedder(WordEmbedder("other"))


def test_another_vector_store_is_one_class(tmp_path):
    class Backwards:
        """A store that ranks from worst to best."""

        mode = "exact"

        def __init__(self, inner):
            self.inner, self.rows = inner, inner.rows

        def scores(self, queries, wanted):
            return -self.inner.scores(queries, wanted)

        def cosines(self, query, positions):
            return -self.inner.cosines(query, positions)

    class BackwardsIndex(MemoryIndex):
        @property
        def vectors(self):
            return Backwards(super().vectors)

    trees = [read_tree(path) for path in write_trees(tmp_path / "trees", CORPUS)]
    store = VectorStore(tmp_path / "store")
    settings = Retriever(index="x", dense_weight=1, retrieval_threshold=-1, top_k=50)
    ranked = []
    for kind in (MemoryIndex, BackwardsIndex):
        index = kind(trees, WordEmbedder(), store)
        (found,) = retrieve(index, ASKED[:1], settings, 0, WordEmbedder(), store)
        ranked.append({hit.node_id: hit.scores.dense for hit in found.attempts[0].hits})
    (best, highest), *_ = ranked[0].items()
    assert ranked[1].get(best, -highest) == -highest
    assert best != next(iter(ranked[1]))


@pytest.fixture(scope="module")
def some_vectors():
    generator = np.random.default_rng(0)
    vectors = generator.standard_normal((3000, 32)).astype(np.float32)
    vectors[1500:] = vectors[:1500]  # every cosine twice: ties
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Targets(np.arange(3000), vectors)


@pytest.mark.parametrize("dtype", ["f32", "f16", "i8"])
def test_the_nearest_are_the_highest_scores_ties_by_position(tmp_path, some_vectors, dtype):
    write_vectors(tmp_path / "x.usearch", some_vectors, dtype, "exact")
    index = VectorIndex(tmp_path / "x.usearch", some_vectors.rows, "exact")
    queries = some_vectors.vectors[:70]
    positions, cosines = index.nearest(queries, 10)
    scores = np.round(index.scores(queries, 10), 6)
    assert np.allclose(cosines, np.take_along_axis(scores, positions, axis=1), atol=2e-6)
    assert np.allclose(cosines, -np.sort(-scores, axis=1)[:, :10], atol=2e-6)
    assert (positions[:, 0] == np.arange(70)).all()
    assert (positions[:, 1] == np.arange(70) + 1500).all()


def test_a_query_finds_the_same_alone_as_among_others(tmp_path, some_vectors):
    write_vectors(tmp_path / "x.usearch", some_vectors, "f16", "exact")
    index = VectorIndex(tmp_path / "x.usearch", some_vectors.rows, "exact")
    positions, cosines = index.nearest(some_vectors.vectors[:300], 7)
    for number in (0, 131, 299):
        alone = index.nearest(some_vectors.vectors[number : number + 1], 7)
        assert (alone[0][0] == positions[number]).all()
        assert alone[1][0].tobytes() == cosines[number].tobytes()


def test_more_than_there_are_gives_all(tmp_path):
    targets = Targets(np.arange(3), np.eye(3, dtype=np.float32))
    write_vectors(tmp_path / "x.usearch", targets, "f32", "exact")
    positions, _ = VectorIndex(tmp_path / "x.usearch", targets.rows, "exact").nearest(
        targets.vectors, 10
    )
    assert positions.shape == (3, 3)


def test_an_approximate_search_finds_nearly_all(tmp_path, some_vectors):
    write_vectors(tmp_path / "x.usearch", some_vectors, "f16", "hnsw")
    index = VectorIndex(tmp_path / "x.usearch", some_vectors.rows, "hnsw")
    assert index.recall(some_vectors.vectors[:100]) > 0.95
