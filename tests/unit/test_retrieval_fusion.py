"""Fusion and rerank do the arithmetic that their names say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.retrieval.fusion import fuse
from wattrag.retrieval.rerank import rerank
from wattrag.retrieval.search import best

NAN = np.nan
DENSE = np.array([0.8, 0.4, NAN, 0.2, NAN])
LEXICAL = np.array([NAN, 10.0, 5.0, NAN, NAN])


def test_linear_adds_weighted_shares_of_the_maximum():
    fused = fuse("linear", DENSE, LEXICAL, 0.25)
    expected = [0.25, 0.125 + 0.75, 0.375, 0.0625, NAN]
    assert fused == pytest.approx(expected, nan_ok=True)


def test_rrf_adds_weighted_reciprocal_ranks():
    fused = fuse("rrf", DENSE, LEXICAL, 0.25)
    expected = [0.25 / 61, 0.25 / 62 + 0.75 / 61, 0.75 / 62, 0.25 / 63, NAN]
    assert fused == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("method", ["linear", "rrf"])
def test_one_side_alone_keeps_its_order(method):
    assert best(fuse(method, DENSE, None, 1.0), 9) == [0, 1, 3]
    assert best(fuse(method, None, LEXICAL, 0.0), 9) == [1, 2]


def test_no_positive_score_means_no_share():
    assert fuse("linear", np.array([-0.2, -0.1]), None, 1.0).tolist() == [0, 0]
    assert np.isnan(fuse("linear", None, np.array([NAN, NAN]), 0.0)).all()


@given(
    st.lists(st.one_of(st.just(NAN), st.sampled_from([0.1, 0.2, 0.3])), max_size=30),
    st.integers(1, 10),
)
def test_best_is_a_stable_sort_cut(scores, count):
    expected = sorted(
        (row for row, s in enumerate(scores) if not np.isnan(s)),
        key=lambda row: (-scores[row], row),
    )
    assert best(np.array(scores, dtype=float), count) == expected[:count]


FOUND = [{1: 0.9, 2: 0.5}, {2: 0.6, 3: 0.2}, {3: 0.3}]


def order(strategy, *, deduplicate=True):
    return [row for row, _ in rerank(FOUND, strategy, deduplicate=deduplicate)]


def test_frequency_counts_queries_and_breaks_ties_by_score():
    assert order("frequency") == [2, 3, 1]


def test_score_is_the_sum_over_queries():
    assert rerank(FOUND, "score", deduplicate=True) == [
        (2, pytest.approx(1.1)),
        (1, pytest.approx(0.9)),
        (3, pytest.approx(0.5)),
    ]


def test_combined_weighs_frequency_04_and_score_06():
    assert rerank(FOUND, "combined", deduplicate=True) == [
        (2, pytest.approx(1.0)),
        (1, pytest.approx(0.4 / 2 + 0.6 * 0.9 / 1.1)),
        (3, pytest.approx(0.4 + 0.6 * 0.5 / 1.1)),
    ]


def test_deduplication_does_not_change_frequencies():
    once = dict(rerank(FOUND, "frequency", deduplicate=True))
    assert once == dict(rerank(FOUND, "frequency", deduplicate=False)) == {1: 1, 2: 2, 3: 2}
    assert order("frequency", deduplicate=False) == [2, 2, 3, 3, 1]


def test_without_a_strategy_queries_follow_each_other():
    assert rerank(FOUND, None, deduplicate=True) == [(1, None), (2, None), (3, None)]
    assert order(None, deduplicate=False) == [1, 2, 2, 3, 3]


def test_nothing_found_is_nothing():
    assert rerank([{}, {}], "combined", deduplicate=True) == []
