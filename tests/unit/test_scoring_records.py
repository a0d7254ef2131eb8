"""The files and texts of a scored experiment, and the causes they name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.causes import Cause, causes
from wattrag.scoring.question import score_answer, without_answer
from wattrag.scoring.records import ERROR_COLUMNS, error_rows, result_records, summary_record
from wattrag.scoring.report import notices, question_lines, score_json, shown, worst_lines
from wattrag.scoring.rules import METRICS, RULES
from wattrag.scoring.score import score

STRICT = RULES["2025"]
PEER_FIELDS = [
    *(
        "id",
        "question",
        "gt_value",
        "gt_unit",
        "gt_ref",
        "gt_explanation",
        "pred_value",
        "pred_unit",
        "pred_ref",
    ),
    *("pred_explanation", "value_correct", "ref_score", "na_correct", "weighted_score"),
]


def row(question_id: str, value: str, refs: str = "['a']") -> SubmissionRow:
    return SubmissionRow(question_id, "", "short", value, "kWh", refs, "", "", "because")


QUESTIONS = QuestionFile(
    Path("q.csv"),
    (
        Question("right", "Right?", "kWh", Gold("", "4", "['a']"), ("Quote",)),
        Question("rounded", "Rounded?", "kWh", Gold("", "3620000", "['a']"), ("Table", "Math")),
        Question("unanswerable", "Unknown?", "kWh", Gold("", "is_blank", "is_blank"), ("is_NA",)),
        Question("missing", "Missing?", "kWh", Gold("", "4", "['a']"), ("Quote",)),
        Question("failed", "Failed?", "kWh", Gold("", "4", "['a']")),
    ),
    labelled=True,
    has_flags=True,
)
ROWS = [row("right", "4"), row("rounded", "3600000", "['a','b']"), row("unanswerable", "7")]
SCORES = score(QUESTIONS, ROWS, STRICT, errors={"failed"})


@pytest.mark.parametrize(
    ("gold", "predicted", "cause"),
    [
        ("4", "4", None),
        ("4", "is_blank", Cause.FALSE_ABSTENTION),
        ("4", "", Cause.FALSE_ABSTENTION),
        ("is_blank", "4", Cause.FALSE_ANSWER),
        ("is_blank", "nan", Cause.FALSE_ANSWER),
        ("1", "True", Cause.WRONG_FORMAT),
        ("[80,90]", "80-90", Cause.WRONG_FORMAT),
        ("4", "4 percent", Cause.WRONG_FORMAT),
        ("7218000", "7,218,000 GPU hours", Cause.WRONG_FORMAT),
        ("[80,90]", "between 80 and 90", Cause.WRONG_FORMAT),
        ("7218000", "7.218", Cause.POWER_OF_TEN),
        ("7218000", "7.22", Cause.POWER_OF_TEN),
        ("0.04", "4", Cause.POWER_OF_TEN),
        ("-3", "-3000", Cause.POWER_OF_TEN),
        ("[0.03,0.2]", "[30,200]", Cause.POWER_OF_TEN),
        ("[0.03,0.2]", "[30,20]", Cause.WRONG_VALUE),
        ("3620000", "3600000", Cause.ROUNDING),
        ("8.731020461", "8.7", Cause.ROUNDING),
        ("8.79", "8.7", Cause.ROUNDING),
        ("8.7", "8.79", Cause.ROUNDING),
        ("[80.4,90.6]", "[80,91]", Cause.ROUNDING),
        ("8.731020461", "8.9", Cause.WRONG_VALUE),
        ("14", "10", Cause.WRONG_VALUE),
        ("4", "5", Cause.WRONG_VALUE),
        ("0", "5", Cause.WRONG_VALUE),
        ("4", "-4", Cause.WRONG_VALUE),
        ("4", "1e400", Cause.WRONG_VALUE),
        ("[80,90]", "500", Cause.WRONG_VALUE),
        ("GPT-3", "BERT", Cause.WRONG_VALUE),
        ("['a','b']", "['a','c']", Cause.WRONG_VALUE),
        ("GPT-3", "1", Cause.WRONG_TYPE),
        ("4", "GPT", Cause.WRONG_TYPE),
        ("4", "[4,5]", Cause.WRONG_TYPE),
        ("['a','b']", "a", Cause.WRONG_TYPE),
    ],
)
def test_the_cause_of_a_wrong_value(gold, predicted, cause):
    answer, truth = row("q", predicted, "x"), Gold("", gold, "x")
    found = causes(truth, answer, score_answer(truth, answer, STRICT), STRICT)
    assert found == ((cause,) if cause else ())


@pytest.mark.parametrize(
    ("gold", "predicted", "cause"),
    [
        ("['a']", '["a"]', None),
        ("['a']", '["b"]', Cause.CITATION_WRONG),
        ("['a']", '["a", "b"]', Cause.CITATION_PARTLY_WRONG),
        ("['a','b']", '["a"]', Cause.CITATION_PARTLY_WRONG),
        ("['a']", "is_blank", Cause.CITATION_MISSING),
        ("['a']", '["is_blank"]', Cause.CITATION_MISSING),
        ("['a']", "[]", Cause.CITATION_MISSING),
        ("['a','b']", "a,b", Cause.CITATION_FORMAT),
        ("['a']", "ref_id=a", Cause.CITATION_FORMAT),
        ("is_blank", "[]", Cause.CITATION_FORMAT),
        ("is_blank", "['a']", Cause.CITATION_WRONG),
    ],
)
def test_the_cause_of_a_lost_citation(gold, predicted, cause):
    answer, truth = row("q", "4", predicted), Gold("", "4", gold)
    found = causes(truth, answer, score_answer(truth, answer, STRICT), STRICT)
    assert found == ((cause,) if cause else ())


def test_questions_without_an_answer_say_why():
    gold = Gold("", "is_blank", "is_blank")
    missing, error = (without_answer("q", gold, status, STRICT) for status in ("missing", "error"))
    assert causes(gold, None, missing, STRICT) == (Cause.MISSING_ROW,)
    assert causes(gold, None, error, STRICT) == (Cause.CALL_FAILED,)


@given(
    st.sampled_from(["4", "[1,2]", "['x','y']", "is_blank", "GPT-3", "1e400", "nan"]),
    st.text(max_size=12) | st.sampled_from(["4", "4.1", "[2,1]", "True", "is_blank", "4 %"]),
    st.sampled_from(["['a']", "is_blank", ""]),
    st.sampled_from(["['a']", "a", "is_blank", "[]", "['b']"]),
    st.sampled_from([*RULES.values(), *METRICS.values()]),
)
def test_a_cause_is_named_exactly_where_something_was_lost(value, predicted, refs, cited, rules):
    gold, answer = Gold("", value, refs), row("q", predicted, cited)
    scored = score_answer(gold, answer, rules)
    assert scored.perfect is not bool(causes(gold, answer, scored, rules))


def test_what_was_judged_is_shown_and_never_contradicts_the_score():
    questions = replace(QUESTIONS, questions=QUESTIONS.questions[:2])
    answers = [row("right", "about 4"), row("rounded", "about 3.6M")]
    scores = score(questions, answers, RULES["2025-normalized"])
    right, rounded = question_lines(questions, answers, scores)
    assert right.startswith("ok  right")
    assert rounded.endswith("rounding")
    (shown_answer,) = [
        line for line in worst_lines(questions, answers, scores, 9) if "answered" in line
    ]
    assert "about 3.6M (judged as 3600000)" in shown_answer
    strict = worst_lines(questions, answers, score(questions, answers, STRICT), 9)
    assert "judged as" not in "".join(strict)


def test_records_keep_the_known_names_and_the_questions_order():
    records = result_records(QUESTIONS, ROWS[::-1], SCORES)
    assert [record["id"] for record in records] == [q.id for q in QUESTIONS.questions]
    assert all(list(record)[: len(PEER_FIELDS)] == PEER_FIELDS for record in records)
    assert json.loads(json.dumps(records, allow_nan=False)) == records


def test_a_record_holds_the_raw_and_the_normalised_prediction():
    answer = [ROWS[0]._replace(answer_value="about 4.0")]
    record = result_records(QUESTIONS, answer, score(QUESTIONS, answer, STRICT))[0]
    assert (record["pred_value"], record["pred_value_normalized"]) == ("about 4.0", "4.0")
    assert record["pred_explanation"] == "because"
    assert record["causes"] == ["right value in a wrong format"]


def test_a_question_without_an_answer_has_null_predictions():
    missing, failed = result_records(QUESTIONS, ROWS, SCORES)[3:]
    assert (missing["status"], failed["status"]) == ("missing", "error")
    for record in (missing, failed):
        assert record["pred_value"] is record["pred_ref"] is record["pred_explanation"] is None
        assert record["weighted_score"] == 0
        assert record["na_correct"] is False


def test_na_correct_is_true_on_answered_answerable_questions():
    bits = [record["na_correct"] for record in result_records(QUESTIONS, ROWS, SCORES)]
    assert bits == [True, True, False, False, False]


def test_the_summary_begins_with_the_identity_and_adds_intervals():
    summary = summary_record(SCORES, {"name": "mine", "type": "single", "model": "extractive"})
    assert list(summary)[:3] == ["name", "type", "model"]
    assert summary["rules"] == "2025"
    assert summary["num_questions"] == 5
    assert summary["questions_correct"] + summary["questions_wrong"] == 5
    assert (summary["error_count"], summary["missing_count"]) == (1, 1)
    assert (summary["error_ids"], summary["missing_ids"]) == (["failed"], ["missing"])
    assert summary["overall_score"] == SCORES.overall.value
    assert summary["overall_score_ci"] == [SCORES.overall.low, SCORES.overall.high]
    assert summary["na_accuracy"] == 0


def test_the_summary_has_nulls_where_nothing_is_known():
    answerable = replace(QUESTIONS, questions=QUESTIONS.questions[:1])
    summary = summary_record(score(answerable, ROWS[:1], STRICT), {})
    assert summary["na_accuracy"] is summary["na_accuracy_ci"] is None
    assert summary["num_na_questions"] == 0


def test_error_rows_hold_what_lost_points_with_its_cause_in_words():
    rows = error_rows(result_records(QUESTIONS, ROWS, SCORES))
    assert [(r["id"], r["cause"]) for r in rows] == [
        ("rounded", "rounding; citation partly wrong"),
        ("unanswerable", "false answer; citation wrong"),
        ("missing", "missing row"),
        ("failed", "call failed"),
    ]
    assert all(tuple(r) == ERROR_COLUMNS for r in rows)
    assert rows[0]["flags"] == "Table Math"


def test_the_json_of_the_command_has_every_score_with_its_interval():
    found = score_json(QUESTIONS, SCORES)
    for name in ("overall", "value_accuracy", "ref_overlap", "na_recall"):
        assert set(found[name]) == {"value", "low", "high", "n"}
    assert found["missing_ids"] == ["missing"]
    assert found["by_flag"]["Quote"]["n"] == 2
    assert found["by_flag"]["Quote"]["value"] == 1 / 2
    assert "Figure" not in found["by_flag"]


def test_verbose_lines_mark_every_question():
    lines = question_lines(QUESTIONS, ROWS, SCORES)
    assert [line.split()[:2] for line in lines[:2]] == [["ok", "right"], ["x", "rounded"]]
    assert len(lines) == 5


def test_the_worst_questions_come_first_with_gold_answer_and_cause():
    text = "\n".join(worst_lines(QUESTIONS, ROWS, SCORES, 2))
    assert text.index("missing  missing row") < text.index("failed  call failed")
    assert "rounded" not in text
    assert worst_lines(QUESTIONS, ROWS, SCORES, 0) == []
    assert "3620000" in "\n".join(worst_lines(QUESTIONS, ROWS, SCORES, 99))


def test_notices_name_missing_rows_and_an_unknown_recall():
    assert notices(SCORES) == ["1 of 5 questions have no row and score zero"]
    answerable = replace(QUESTIONS, questions=QUESTIONS.questions[:1])
    assert "na_recall is null" in notices(score(answerable, ROWS[:1], STRICT))[0]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, "(no answer)"), ("", "(empty)"), ("a\n b\x1b[31m", "a b [31m"), ("\x00", "")],
)
def test_cells_are_shown_on_one_line_without_control_characters(cell, text):
    assert shown(cell) == text


def test_huge_cells_are_shown_short():
    assert shown("x" * 100_000) == "x" * 57 + "..."
    assert shown("x" * 60) == "x" * 60
    assert shown(" " * 240 + "x").endswith("...")
