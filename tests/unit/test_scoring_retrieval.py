"""Means of retrieval metrics with intervals, and paired tests between retrievers."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from wattrag.errors import InputError
from wattrag.retrieval.metrics import QuestionMetrics
from wattrag.scoring.retrieval import METRICS, difference, estimates


def judged(number, rank, *, evidence=None):
    return QuestionMetrics(
        id=f"q{number}",
        hit_at_1=None if rank is None else rank <= 1,
        hit_at_5=None if rank is None else rank <= 5,
        hit_at_10=None if rank is None else rank <= 10,
        reciprocal_rank=None if rank is None else 1 / rank,
        ndcg_at_10=None if rank is None else 1 / rank,
        evidence_at_2k=evidence,
        evidence_at_6k=evidence,
    )


def of_ranks(*ranks):
    return [judged(number, rank) for number, rank in enumerate(ranks)]


def test_shares_have_wilson_intervals_over_the_questions_that_can_be_judged():
    found = estimates(of_ranks(1, 1, 2, None))["hit_at_1"]
    low, high = proportion_confint(2, 3, method="wilson")
    assert (found.value, found.n) == (2 / 3, 3)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_reciprocal_rank_has_a_bootstrap_interval_around_its_mean():
    found = estimates(of_ranks(*[1, 2, 4] * 20))["reciprocal_rank"]
    assert found.value == pytest.approx((1 + 1 / 2 + 1 / 4) / 3)
    assert found.low < found.value < found.high
    assert estimates(of_ranks(1, 1, 1))["reciprocal_rank"].low == 1


def test_a_metric_that_no_question_allows_is_unknown():
    found = estimates(of_ranks(1, 2))
    assert set(found) == set(METRICS)
    assert (found["evidence_at_6k"].value, found["evidence_at_6k"].n) == (None, 0)
    assert difference(of_ranks(1), of_ranks(2), "evidence_at_6k") is None


def test_a_difference_is_paired():
    better, worse = of_ranks(*[1] * 30, *[2] * 10), of_ranks(*[1] * 20, *[2] * 20)
    found = difference(better, worse, "hit_at_1")
    assert (found.value, found.n) == (0.25, 40)
    assert found.low > 0
    assert found.p_value == pytest.approx(2 / 2**10)
    graded = difference(better, worse, "reciprocal_rank")
    assert graded.value == pytest.approx(0.125)
    assert 0 < graded.p_value < 0.01


def test_equal_retrievers_do_not_differ():
    for metric in ("hit_at_1", "reciprocal_rank"):
        found = difference(of_ranks(1, 2, 3), of_ranks(1, 2, 3), metric)
        assert (found.value, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_questions_that_one_retriever_cannot_be_judged_on_count_for_neither():
    found = difference(of_ranks(1, None, 2), of_ranks(2, 1, None), "hit_at_1")
    assert (found.value, found.n) == (1, 1)


def test_retrievers_that_were_asked_different_questions_cannot_be_compared():
    with pytest.raises(InputError, match="different questions"):
        difference(of_ranks(1, 2), of_ranks(1), "hit_at_1")
