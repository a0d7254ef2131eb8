"""The leaderboard: order, groups, intervals and differences."""

import pytest

from wattrag.analysis.experiment import read_experiments
from wattrag.analysis.tables.leaderboard import COLUMNS, leaderboard, letter
from wattrag.errors import InputError
from wattrag.scoring.comparison import compare, holm

from .small_experiments import answers, ensemble, external, questions, scored, single

GOLD = tuple(str(n) for n in range(1, 41))
LABELS = {"reader": {"name": "Reader Pro", "family": "", "params_b": None}}


@pytest.fixture
def experiments(tmp_path):
    asked = questions(GOLD)
    return read_experiments(
        [
            scored(tmp_path / "a", single("weak"), answers(4, GOLD), asked),
            scored(tmp_path / "b", single("good"), answers(35, GOLD), asked),
            scored(tmp_path / "c", external("other"), answers(34, GOLD), asked),
            scored(tmp_path / "d", ensemble("vote"), answers(35, GOLD), asked),
        ]
    )


def test_best_first_and_equal_scores_by_name(experiments):
    rows = leaderboard(experiments, LABELS).rows
    assert [row["name"] for row in rows] == [
        *("good/reader/none/run1", "vote", "other", "weak/reader/none/run1")
    ]
    assert [row["type"] for row in rows] == ["single", "ensemble", "external", "single"]


def test_experiments_that_cannot_be_told_apart_share_a_group(experiments):
    rows = leaderboard(experiments, LABELS).rows
    assert [row["group"] for row in rows] == ["A", "A", "A", "B"]


def test_differences_are_to_the_first_row_and_corrected_together(experiments):
    rows = leaderboard(experiments, LABELS).rows
    by_name = {experiment.name: experiment.scores for experiment in experiments}
    compared = [compare(by_name[row["name"]], by_name[rows[0]["name"]]) for row in rows[1:]]
    assert [row["difference"] for row in rows[1:]] == [one.difference for one in compared]
    assert [row["p_value"] for row in rows[1:]] == holm([one.p_value for one in compared])
    assert rows[-1]["difference"] < 0
    assert rows[-1]["difference_low"] < rows[-1]["difference"] < rows[-1]["difference_high"] < 0
    assert "difference" not in rows[0]


def test_scores_carry_their_intervals_and_nulls_stay_null(experiments):
    table = leaderboard(experiments, LABELS)
    row = table.rows[0]
    assert row["overall_score_low"] < row["overall_score"] < row["overall_score_high"]
    assert (row["na_accuracy"], row["na_accuracy_low"], row["na_accuracy_high"]) == (None,) * 3
    assert set(row) <= set(COLUMNS)


def test_counts_tell_wrong_missing_and_failed_apart(tmp_path):
    given = {"q0": "1", "q1": "wrong", "q3": "4"}
    asked = questions(("1", "2", "3", "4", "5"))
    path = scored(tmp_path, single("dense"), given, asked, errors=frozenset({"q3"}))
    row = leaderboard(read_experiments([path]), LABELS).rows[0]
    assert (row["num_questions"], row["questions_correct"], row["questions_wrong"]) == (5, 1, 4)
    assert (row["missing_count"], row["error_count"]) == (2, 1)


def test_models_are_shown_by_their_display_name(experiments, tmp_path):
    unknown = scored(tmp_path / "x", single("dense", model="mystery"), answers(1))
    assert leaderboard(experiments, LABELS).rows[0]["model"] == "Reader Pro"
    assert leaderboard(experiments, LABELS).rows[1]["model"] is None
    assert leaderboard(read_experiments([unknown]), LABELS).rows[0]["model"] == "mystery"


def test_one_experiment_is_a_board_of_one(experiments):
    rows = leaderboard(experiments[:1], LABELS).rows
    assert [row["group"] for row in rows] == ["A"]


def test_no_experiment_is_an_empty_board():
    assert leaderboard((), LABELS).rows == ()


def test_other_questions_cannot_be_compared(tmp_path):
    paths = [
        scored(tmp_path / "a", external("a"), answers(2)),
        scored(tmp_path / "b", external("b"), {"q0": "1"}, questions(("1",))),
    ]
    with pytest.raises(InputError, match="questions differ"):
        leaderboard(read_experiments(paths), LABELS)


def test_other_rules_cannot_be_compared(tmp_path):
    paths = [
        scored(tmp_path / "a", external("a"), answers(2)),
        scored(tmp_path / "b", external("b"), answers(2), rules="2026"),
    ]
    with pytest.raises(InputError, match="'2025' and '2026'"):
        leaderboard(read_experiments(paths), LABELS)


@pytest.mark.parametrize(("group", "shown"), [(1, "A"), (26, "Z"), (27, "AA"), (53, "BA")])
def test_group_letters_go_on_after_z(group, shown):
    assert letter(group) == shown
