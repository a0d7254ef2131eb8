"""Intervals, paired tests and groups: against known values and other implementations."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import SubmissionRow
from wattrag.errors import InputError
from wattrag.scoring import resampling
from wattrag.scoring.comparison import compare, groups, holm, mcnemar, randomisation_test
from wattrag.scoring.intervals import percentile_interval, share
from wattrag.scoring.resampling import bootstrap_sums, sign_flip_sums
from wattrag.scoring.rules import RULES
from wattrag.scoring.score import Scores, score


def experiment(bits: str, rules: str = "2025", name: str = "q") -> Scores:
    """Scores of an experiment: one question a character, `1` right, `0` wrong.

    `A` and `a` are unanswerable questions, left blank or not.
    """
    questions, rows = [], []
    for n, bit in enumerate(bits):
        gold = Gold("", "is_blank" if bit in "Aa" else "4", "['d']")
        questions.append(Question(f"{name}{n}", "Q?", "", gold))
        value = {"1": "4", "0": "5", "A": "is_blank", "a": "5"}[bit]
        rows.append(SubmissionRow(f"{name}{n}", "", "", value, "", "['d']", "", "", ""))
    file = QuestionFile(Path("q.csv"), tuple(questions), labelled=True, has_flags=False)
    return score(file, rows, RULES[rules])


def test_wilson_interval_of_a_published_example():
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I: 81 of 263 and 0 of 20.
    estimate = share(81, 263)
    assert (estimate.low, estimate.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    estimate = share(0, 20)
    assert (estimate.low, estimate.high) == pytest.approx((0, 0.1611), abs=5e-5)


def test_a_share_of_nothing_is_unknown():
    assert share(0, 0).value is None


def test_scores_and_intervals_are_the_same_every_time():
    resampling._all_weights.cache_clear()
    first = experiment("1101a0A1")
    resampling._all_weights.cache_clear()
    assert experiment("1101a0A1") == first


def test_the_bootstrap_interval_agrees_with_scipy():
    values = np.random.default_rng(1).random(200)
    ours = percentile_interval(bootstrap_sums(values[:, None], 2000)[:, 0] / len(values))
    theirs = stats.bootstrap((values,), np.mean, n_resamples=9999, method="percentile", rng=2)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.005)


def test_resamples_are_the_same_in_blocks_as_at_once(monkeypatch):
    columns = np.arange(30.0).reshape(15, 2)
    resampling._all_weights.cache_clear()
    at_once = bootstrap_sums(columns, 50), sign_flip_sums(columns, 50)
    monkeypatch.setattr(resampling, "_CACHED_CELLS", 15 * 4 * 7)
    np.testing.assert_array_equal(bootstrap_sums(columns, 50), at_once[0])
    np.testing.assert_array_equal(sign_flip_sums(columns, 50), at_once[1])


def test_every_bootstrap_resample_has_as_many_questions_as_there_are():
    assert (bootstrap_sums(np.ones((37, 1)), 100) == 37).all()


def test_the_overall_interval_recomputes_the_recall_in_every_resample():
    # One unanswerable question of ten, missed: resamples without it count the recall as 1.
    scores = experiment("111111111a")
    assert scores.overall.value == pytest.approx(0.75 + 0.15)
    assert scores.overall.high == pytest.approx(1)


@pytest.mark.parametrize(("first", "second"), [(6, 0), (9, 3), (5, 5), (0, 0), (40, 20)])
def test_mcnemar_is_the_exact_sign_test_of_the_discordant_pairs(first, second):
    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)


def test_the_randomisation_test_agrees_with_the_exact_permutation_test():
    a, b = "1111110111", "0001010111"
    differences = np.array([int(x) - int(y) for x, y in zip(a, b, strict=True)], dtype=float)
    exact = stats.permutation_test(
        (differences,), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    ours = randomisation_test(experiment(a), [experiment(b)])
    assert ours == pytest.approx([exact], abs=0.02)


def test_few_consistent_differences_are_not_significant():
    # Five of five for the first: 2 / 2**5 is more than 5 %, whatever a bootstrap says.
    compared = compare(experiment("1" * 41), experiment("0" * 5 + "1" * 36))
    assert compared.low > 0
    assert compared.p_value == pytest.approx(2 / 2**5, abs=0.01)
    assert compared.mcnemar_p == pytest.approx(2 / 2**5)


def test_a_comparison_is_the_mirror_image_of_its_reverse():
    a, b = experiment("11010A110a"), experiment("10110a001A")
    there, back = compare(a, b), compare(b, a)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)
    assert (there.p_value, there.mcnemar_p) == (back.p_value, back.mcnemar_p)


def test_an_experiment_cannot_be_told_apart_from_itself():
    compared = compare(experiment("1101A0"), experiment("1101A0"))
    assert (compared.difference, compared.low, compared.high) == (0, 0, 0)
    assert compared.p_value == compared.mcnemar_p == 1


@pytest.mark.parametrize(
    "other", [experiment("110", name="x"), experiment("11"), experiment("110", rules="2026")]
)
def test_different_questions_or_rules_cannot_be_compared(other):
    with pytest.raises(InputError, match="comparison"):
        compare(experiment("110"), other)
    with pytest.raises(InputError, match="comparison"):
        groups({"a": experiment("110"), "b": other})


def test_holm_multiplies_the_smallest_by_all_and_never_reverses_the_order():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []


@settings(max_examples=8)  # statsmodels collects garbage in every call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_holm_only_raises_p_values(p_values):
    assert all(p <= q + 1e-12 <= 1 + 1e-9 for p, q in zip(p_values, holm(p_values), strict=True))


def test_wilson_intervals_are_those_of_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    for n in (1, 2, 17, 41, 282, 5000):
        for k in {*range(0, n + 1, max(1, n // 40)), n}:
            low, high = proportion_confint(k, n, alpha=0.05, method="wilson")
            assert (share(k, n).low, share(k, n).high) == (round(low, 10), round(high, 10))


def test_groups_gather_what_cannot_be_told_apart_from_their_leader():
    found = groups(
        {
            "bad": experiment("0" * 90 + "1" * 10),
            "good": experiment("1" * 95 + "0" * 5),
            "also good": experiment("1" * 94 + "0" * 6),
            "middling": experiment("10" * 50),
        }
    )
    assert list(found.items()) == [("good", 1), ("also good", 1), ("middling", 2), ("bad", 3)]


def test_equal_scores_are_ranked_by_name():
    same = experiment("1101")
    assert list(groups({"b": same, "a": same}).items()) == [("a", 1), ("b", 1)]
    assert groups({}) == {}
