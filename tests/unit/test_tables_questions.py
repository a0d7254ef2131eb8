"""The results matrix and the table of errors, question by question."""

import pytest

from wattrag.analysis.experiment import read_experiments
from wattrag.analysis.tables.errors import errors
from wattrag.analysis.tables.errors_by_class import (
    COLUMNS,
    errors_by_class,
    write_errors_by_class_page,
)
from wattrag.analysis.tables.results_matrix import results_matrix
from wattrag.errors import InputError

from .small_experiments import GOLD, answers, external, questions, scored, single


@pytest.fixture
def experiments(tmp_path):
    partly = answers(4)
    del partly["q7"]
    return read_experiments(
        [
            scored(tmp_path / "a", single("dense"), answers(len(GOLD))),
            scored(tmp_path / "b", external("other"), partly, errors=frozenset({"q6"})),
        ]
    )


def test_the_matrix_has_gold_and_five_columns_an_experiment(experiments):
    name = "dense/reader/none/run1"
    assert results_matrix(experiments).columns == (
        *("id", "question", "GT_Value", "GT_Ref", "GT_Explanation", "answer_unit"),
        *(f"{name}_Value", f"{name}_Ref", f"{name}_ValCorrect", f"{name}_RefScore"),
        *(f"{name}_NACorrect", "other_Value", "other_Ref", "other_ValCorrect"),
        *("other_RefScore", "other_NACorrect"),
    )


def test_the_matrix_has_a_row_for_every_question_in_order(experiments):
    rows = results_matrix(experiments).rows
    assert [row["id"] for row in rows] == [f"q{n}" for n in range(len(GOLD))]
    assert [row["GT_Value"] for row in rows] == list(GOLD)
    assert [row["other_ValCorrect"] for row in rows] == 4 * [True] + 4 * [False]
    assert rows[0]["answer_unit"] == "MWh"


def test_missing_and_failed_answers_are_empty_and_wrong(experiments):
    for row in results_matrix(experiments).rows[6:]:
        assert (row["other_Value"], row["other_Ref"]) == (None, None)
        assert (row["other_ValCorrect"], row["other_NACorrect"]) == (False, False)


def test_the_matrix_refuses_other_questions(experiments, tmp_path):
    short = scored(tmp_path / "s", external("short"), {"q0": "1"}, questions(("1",)))
    with pytest.raises(InputError, match="short: answers other questions than dense"):
        results_matrix((*experiments, *read_experiments([short])))


def test_errors_list_what_lost_points_with_its_cause(experiments):
    rows = errors(experiments).rows
    assert [(row["name"], row["id"]) for row in rows] == [("other", f"q{n}") for n in range(4, 8)]
    assert rows[0]["cause"] == "wrong value"
    assert [row["status"] for row in rows] == ["answered", "answered", "error", "missing"]
    assert (rows[0]["gt_value"], rows[0]["pred_value"]) == ("12", "999")


def test_a_perfect_experiment_has_no_errors(experiments):
    assert errors(experiments[:1]).rows == ()


def test_no_experiments_make_empty_tables():
    assert results_matrix(()).rows == ()
    assert errors(()).rows == ()
    assert errors_by_class(()).rows == ()


def test_errors_are_counted_by_class(experiments):
    perfect, other = errors_by_class(experiments).rows
    assert set(COLUMNS) == set(other)
    assert (perfect["questions_with_losses"], other["questions_with_losses"]) == (0, 4)
    counts = {"wrong value": 2, "call failed": 1, "missing row": 1, "false answer": 0}
    assert {cause: other[cause] for cause in counts} == counts
    assert (other["num_questions"], other["type"]) == (len(GOLD), "external")


def test_causes_that_need_the_retrieval_are_unknown_without_it(experiments):
    perfect, other = errors_by_class(experiments).rows
    for cause in ("evidence not retrieved", "retrieved but not used"):
        assert (perfect[cause], other[cause]) == (0, None)


def test_the_page_of_error_classes_shows_those_that_occur(experiments, tmp_path):
    write_errors_by_class_page(tmp_path / "p.html", "dev", errors_by_class(experiments))
    page = (tmp_path / "p.html").read_text()
    assert "<th>wrong value</th>" in page
    assert "rounding" not in page
