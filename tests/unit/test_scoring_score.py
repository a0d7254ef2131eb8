"""Scoring whole submissions: what earns credit, what does not, what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.questions import Gold, Question, QuestionFile, read_questions
from wattrag.datafiles.submission import SubmissionRow, read_submission
from wattrag.errors import InputError
from wattrag.scoring.rules import RULES, rules_named
from wattrag.scoring.score import score

STRICT, NORMALIZED, RULES_2026 = RULES["2025"], RULES["2025-normalized"], RULES["2026"]
VALUES = st.sampled_from(
    ["4", "0", "1", "True", "[80,90]", "80-90", "is_blank", "", "GPT-3", "nan", "1e400", "None"]
)
REFS = st.sampled_from(["is_blank", "['a']", '["a", "b"]', "a", "", "[]"])
PAIRS = st.lists(st.tuples(VALUES, REFS, VALUES, REFS), min_size=1, max_size=12)


def question_file(*golds: tuple[str, str], tolerance: str = "") -> QuestionFile:
    questions = tuple(
        Question(f"q{n}", f"Question {n}?", "", Gold("", value, refs, tolerance=tolerance))
        for n, (value, refs) in enumerate(golds)
    )
    return QuestionFile(Path("questions.csv"), questions, labelled=True, has_flags=False)


def row(question_id: str, value: str, refs: str) -> SubmissionRow:
    return SubmissionRow(question_id, "", "", value, "", refs, "", "", "")


def rows(*answers: tuple[str, str]) -> list[SubmissionRow]:
    return [row(f"q{n}", value, refs) for n, (value, refs) in enumerate(answers)]


def test_a_perfect_submission_scores_one():
    golds = [("4", "['a']"), ("[80,90]", "['a','b']"), ("is_blank", "is_blank")]
    scores = score(question_file(*golds), rows(*golds), STRICT)
    assert scores.overall.value == scores.overall.low == scores.overall.high == 1
    assert scores.value_accuracy.value == scores.ref_overlap.value == scores.na_recall.value == 1
    assert (scores.overall.n, scores.na_recall.n) == (3, 1)


def test_abstaining_everywhere_earns_the_unanswerable_questions_and_their_recall():
    golds = [("is_blank", "is_blank")] * 16 + [("4", "['a']")] * 266
    scores = score(question_file(*golds), rows(*[("is_blank", "is_blank")] * 282), STRICT)
    assert scores.overall.value == pytest.approx(0.15106, abs=5e-6)


def test_wrong_answers_everywhere_still_get_the_free_value_of_unanswerable_questions():
    golds = [("is_blank", "is_blank")] * 16 + [("4", "['a']")] * 266
    scores = score(question_file(*golds), rows(*[("5", "is_blank")] * 282), STRICT)
    assert scores.value_accuracy.value == pytest.approx(16 / 282)
    assert scores.na_recall.value == 0
    assert scores.overall.value == pytest.approx(0.05106, abs=5e-6)


@pytest.mark.parametrize("gold", [("4", "['a']"), ("is_blank", "is_blank")])
@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_a_missing_row_and_an_error_record_earn_nothing(gold, rules):
    questions = question_file(gold, gold)
    scores = score(questions, rows(gold)[:0], rules, errors={"q1"})
    assert [q.status for q in scores.questions] == ["missing", "error"]
    assert (scores.missing_ids, scores.error_ids) == (("q0",), ("q1",))
    for question in scores.questions:
        assert not question.value_correct
        assert question.ref_score == question.weighted_score == 0
        assert not question.na_correct
    assert scores.value_accuracy.value == scores.ref_overlap.value == 0


def test_an_error_earns_nothing_even_where_a_blank_row_stands_for_it():
    questions = question_file(("is_blank", "is_blank"))
    scores = score(questions, rows(("is_blank", "is_blank")), STRICT, errors={"q0"})
    assert scores.overall.value == 0
    assert scores.error_ids == ("q0",)
    assert scores.missing_ids == ()


def test_without_unanswerable_questions_the_recall_is_unknown_and_counts_as_one():
    scores = score(question_file(("4", "['a']")), rows(("5", "['b']")), STRICT)
    assert scores.na_recall.value is None
    assert scores.na_recall.n == 0
    assert scores.overall.value == pytest.approx(0.10)


def test_only_normalized_rules_forgive_the_format():
    questions = question_file(("[80,90]", "['a']"), ("is_blank", "is_blank"))
    answers = rows(("80-90", "['a']"), ("is_blank", "is_blank"))
    assert score(questions, answers, STRICT).value_accuracy.value == 1 / 2
    normalized = score(questions, answers, NORMALIZED)
    assert normalized.overall.value == 1
    assert normalized.questions[0].normalised == "[80,90]"


def test_2026_weighs_f1_and_takes_the_questions_tolerance():
    questions = question_file(("100", "['a']"), ("is_blank", "is_blank"), tolerance="0.05")
    answers = rows(("104", "['a','b']"), ("5", "is_blank"))
    scores = score(questions, answers, RULES_2026)
    assert scores.overall.value == pytest.approx(0.75 * 1 + 0.20 * (2 / 3 + 1) / 2 + 0.05 * 0)
    assert score(questions, answers, STRICT).value_accuracy.value == 1 / 2


@pytest.mark.parametrize(("tolerance", "correct"), [("5%", True), ("", False), ("0.01", False)])
def test_a_tolerance_may_be_a_fraction_a_percentage_or_empty(tolerance, correct):
    questions = question_file(("100", "['a']"), tolerance=tolerance)
    scores = score(questions, rows(("104", "['a']")), RULES_2026)
    assert scores.questions[0].value_correct is correct


@pytest.mark.parametrize("tolerance", ["wide", "-1", "nan", "inf", "%"])
def test_an_unusable_tolerance_is_refused(tolerance):
    questions = question_file(("100", "['a']"), tolerance=tolerance)
    with pytest.raises(InputError, match="question 'q0'"):
        score(questions, rows(("104", "['a']")), RULES_2026)


def test_unknown_and_duplicate_ids_are_refused():
    questions = question_file(("4", "['a']"))
    with pytest.raises(InputError, match=r"mine\.csv: unknown id 'q9'"):
        score(questions, [row("q9", "4", "a")], STRICT, where="mine.csv")
    with pytest.raises(InputError, match="duplicate id 'q0'"):
        score(questions, rows(("4", "a")) * 2, STRICT)


def test_unlabelled_and_empty_question_files_are_refused():
    questions = question_file(("4", "['a']"))
    unlabelled = tuple(replace(question, gold=None) for question in questions.questions)
    with pytest.raises(InputError, match="no column 'answer_value'"):
        score(replace(questions, questions=unlabelled), [], STRICT)
    with pytest.raises(InputError, match="no questions"):
        score(replace(questions, questions=()), [], STRICT)


def test_unknown_rules_are_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean '2025-normalized'"):
        rules_named("2025-normalised")


def test_cells_are_text_as_it_stands(tmp_path):
    truth, submission = tmp_path / "truth.csv", tmp_path / "submission.csv"
    truth.write_text(
        "id,question,answer_value,ref_id\n"
        "q1,A?,None,['a']\nq2,B?,nan,['a']\nq3,C?,is_blank,is_blank\nq4,D?,is_blank,is_blank\n"
        'q5,E?,"the ""big"" one",[\'a\']\n',
        encoding="utf-8-sig",
    )
    submission.write_text(
        "id,answer_value,ref_id\n"
        'q1,none,[\'a\']\nq2,,[\'a\']\nq3,,is_blank\nq4,NA,is_blank\nq5,"The ""Big"" one",a\n'
    )
    scores = score(read_questions(truth), read_submission(submission), STRICT)
    assert [q.value_correct for q in scores.questions] == [True, False, True, True, True]
    assert scores.na_recall.value == 1
    assert scores.ref_overlap.value == 1


@given(PAIRS, st.sampled_from(list(RULES.values())), st.randoms())
def test_scores_lie_between_zero_and_one_and_rows_may_come_in_any_order(pairs, rules, random):
    questions = question_file(*[pair[:2] for pair in pairs])
    answers = rows(*[pair[2:] for pair in pairs])
    scores = score(questions, answers, rules)
    for estimate in (scores.overall, scores.value_accuracy, scores.ref_overlap):
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
        assert -1e-9 <= estimate.low <= estimate.high <= 1 + 1e-9
        assert 0 <= estimate.value <= 1 + 1e-9
    random.shuffle(answers)
    assert score(questions, answers, rules) == scores


@given(PAIRS)
def test_gold_scores_one_against_itself_where_its_values_are_comparable(pairs):
    golds = [(value, refs) for value, refs, _, _ in pairs if value != "nan"] or [("4", "a")]
    assert score(question_file(*golds), rows(*golds), STRICT).overall.value == pytest.approx(1)


@given(PAIRS, st.sets(st.integers(0, 11)), st.sampled_from(list(RULES.values())))
def test_losing_answers_never_raises_the_score(pairs, lost, rules):
    questions = question_file(*[pair[:2] for pair in pairs])
    answers = rows(*[pair[2:] for pair in pairs])
    kept = [answer for n, answer in enumerate(answers) if n not in lost]
    whole = score(questions, answers, rules).overall.value
    assert score(questions, kept, rules).overall.value <= whole + 1e-12
    failed = score(questions, answers, rules, errors={f"q{n}" for n in lost})
    assert failed.overall.value == pytest.approx(score(questions, kept, rules).overall.value)


@given(PAIRS)
def test_weighted_scores_average_to_the_parts(pairs):
    questions = question_file(*[pair[:2] for pair in pairs])
    scores = score(questions, rows(*[pair[2:] for pair in pairs]), STRICT)
    granted = sum(q.na_correct is not False for q in scores.questions) / len(pairs)
    mean = sum(q.weighted_score for q in scores.questions) / len(pairs)
    parts = 0.75 * scores.value_accuracy.value + 0.15 * scores.ref_overlap.value + 0.10 * granted
    assert mean == pytest.approx(parts)
