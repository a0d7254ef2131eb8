"""Text vectors are kept by embedder and text, bit for bit."""

import numpy as np

from wattrag.store.vectors import VectorStore

TEXTS = ["one", "zwei", "três\n", ""]
VECTORS = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)


def test_vectors_come_back_bit_for_bit_in_another_process_view(tmp_path):
    with VectorStore(tmp_path) as store:
        store.add("e1", TEXTS, VECTORS)
    found = VectorStore(tmp_path).get("e1", [*TEXTS, "unknown"], 6)
    assert set(found) == set(TEXTS)
    assert all(found[t].tobytes() == v.tobytes() for t, v in zip(TEXTS, VECTORS, strict=True))


def test_embedders_do_not_see_each_other(tmp_path):
    with VectorStore(tmp_path) as store:
        store.add("e1", TEXTS, VECTORS)
        assert store.get("e2", TEXTS, 6) == {}


def test_vectors_of_another_dimension_are_not_returned(tmp_path):
    with VectorStore(tmp_path) as store:
        store.add("e1", TEXTS, VECTORS)
        assert store.get("e1", TEXTS, 7) == {}


def test_damage_is_counted_and_the_text_is_unknown_again(tmp_path):
    with VectorStore(tmp_path) as store:
        store.add("e1", TEXTS, VECTORS)
    segment = next(tmp_path.rglob("*.segment"))
    segment.write_bytes(segment.read_bytes()[:-1])
    store = VectorStore(tmp_path)
    assert set(store.get("e1", TEXTS, 6)) == set(TEXTS[:3])
    assert store.damage.records == 1
