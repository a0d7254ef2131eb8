"""Metrics of other benchmarks: what is accepted, how whole submissions are scored."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.analysis.experiment import read_experiment
from wattrag.datafiles.questions import Gold, Question, QuestionFile, read_questions
from wattrag.datafiles.submission import SubmissionRow
from wattrag.errors import InputError
from wattrag.files import write_json
from wattrag.scoring.causes import Cause
from wattrag.scoring.comparison import compare
from wattrag.scoring.intervals import share
from wattrag.scoring.metrics.accepted import accepted
from wattrag.scoring.metrics.text import words
from wattrag.scoring.records import result_records, summary_record
from wattrag.scoring.report import notices, question_lines
from wattrag.scoring.rules import METRICS, rules_for, rules_named
from wattrag.scoring.score import score

from .small_experiments import external

EXAMPLE = Path(__file__).resolve().parents[2] / "resources/example/short_answers.csv"
COLUMNS = {
    "id": "qid",
    "question": "query",
    "answer_value": "gold_answers",
    "ref_id": "sources",
    "supporting_materials": "evidence",
}
EXACT, F1, CONTAINS = METRICS["exact_match"], METRICS["f1"], METRICS["contains"]
ANSWERS = st.text(alphabet="ab the%-.,XY 01", max_size=12) | st.sampled_from(["is_blank", "", "NA"])


def file(*golds: tuple[str, str]) -> QuestionFile:
    made = [Question(f"q{n}", "?", "", Gold("", v, r)) for n, (v, r) in enumerate(golds)]
    return QuestionFile(Path("q.csv"), tuple(made), labelled=True, has_flags=False)


def rows(*answers: tuple[str, str]) -> list[SubmissionRow]:
    return [
        SubmissionRow(f"q{n}", "", "", value, "", refs, "", "", "")
        for n, (value, refs) in enumerate(answers)
    ]


@pytest.mark.parametrize(
    ("gold", "answers"),
    [
        ("Nightjar", ("Nightjar",)),
        ('["a b", "c"]', ("a b", "c")),
        ("['a b', 'c']", ("a b", "c")),
        ("[4, 4.0, true]", ("4", "4.0", "True")),
        ("a || b||a", ("a", "b")),
        ("a | b", ("a | b",)),
        ("[a", ("[a",)),
        ("[a, b]", ("[a, b]",)),
        ('["", "is_blank", "x"]', ("x",)),
        *((blank, ()) for blank in ("", "is_blank", "NA", "[]", '[""]', "is_blank || n/a", " || ")),
    ],
)
def test_accepted_answers(gold, answers):
    assert accepted(gold) == answers


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The Gull-Ridge, a wind farm!", ["gullridge", "wind", "farm"]),
        ("3,180.5", ["31805"]),
        ("Theatre", ["theatre"]),
        ("\tx\n y", ["x", "y"]),
        ("%", ["%"]),
        ("The The", ["the the"]),
        ("\N{GREEK SMALL LETTER ALPHA}", ["\N{GREEK SMALL LETTER ALPHA}"]),
    ],
)
def test_words(text, left):
    assert words(text) == left


@given(ANSWERS, ANSWERS)
def test_an_exact_match_is_f1_of_one_and_contained_and_all_lie_in_between(gold, predicted):
    exact, shared, within = (m.metric(gold, predicted) for m in (EXACT, F1, CONTAINS))
    assert exact <= min(shared, within)
    assert all(0 <= score <= 1 for score in (exact, shared, within))
    assert exact in {0, 1}
    assert within in {0, 1}


@given(ANSWERS, ANSWERS)
def test_exact_match_and_f1_are_symmetric(gold, predicted):
    for rules in (EXACT, F1):
        assert rules.metric(gold, predicted) == rules.metric(predicted, gold)


@given(st.lists(ANSWERS, min_size=1, max_size=4), ANSWERS)
def test_the_best_accepted_answer_counts(golds, predicted):
    found = F1.metric(str(golds), predicted)
    answers = accepted(str(golds))
    assert found == max(
        (F1.metric(a, predicted) for a in answers), default=F1.metric("", predicted)
    )


@pytest.mark.parametrize("rules", METRICS.values(), ids=METRICS)
def test_the_value_alone_makes_the_overall_score(rules):
    asked = file(("x y", "a"), ("x", ""), ("", ""), ("x", "a"))
    scores = score(asked, rows(("x y", "b"), ("x", "b"), ("", ""))[:3], rules)
    assert scores.overall == scores.value_accuracy
    assert scores.overall.value == 3 / 4
    assert (scores.ref_overlap.value, scores.ref_overlap.n) == (0, 2)
    assert (scores.na_recall.value, scores.na_recall.n) == (1, 1)
    assert scores.missing_ids == ("q3",)


def test_shares_have_wilsons_interval_and_f1_a_bootstrap_around_its_mean():
    asked, given_ = file(*[("x y", "a")] * 20), rows(*[("x", "a")] * 10, *[("z", "a")] * 10)
    assert score(asked, given_, CONTAINS).overall == share(0, 20)
    graded = score(asked, given_, F1).overall
    assert graded.value == pytest.approx(1 / 3)
    assert 0 < graded.low < 1 / 3 < graded.high < 2 / 3


@pytest.mark.parametrize("rules", METRICS.values(), ids=METRICS)
def test_error_records_and_missing_rows_earn_nothing_where_a_blank_would(rules):
    asked = file(("", ""), ("[]", ""))
    scores = score(asked, rows(("", "")), rules, errors={"q0"})
    assert scores.overall.value == scores.na_recall.value == 0
    assert score(asked, rows(("", ""), ("NA", "")), rules).overall.value == 1


def test_without_gold_citations_none_are_scored():
    scores = score(file(("x", ""), ("y", "is_blank")), rows(("x", "b"), ("y", "")), EXACT)
    assert scores.ref_overlap.value is None
    assert scores.questions[0].perfect
    assert scores.ref_overlap.n == 0


def test_no_notice_says_that_an_unknown_recall_counts():
    assert notices(score(file(("x", "a")), rows(("x", "a")), EXACT)) == []


def test_citations_are_read_as_meant():
    scores = score(file(("x", "a, b"), ("x", "['A']")), rows(("x", "['b','a']"), ("x", "a")), F1)
    assert scores.ref_overlap.value == 1


def test_causes_know_the_accepted_answers_and_partial_credit():
    asked = file(("x y", "a"), ('["4", "7"]', "a"), ("x", "a"), ("", ""), ("x", "a"))
    answers = rows(("x", "a"), ("7.1", "a"), ("", "b"), ("x", ""), ("4", ""))
    records = result_records(asked, answers, score(asked, answers, F1))
    assert [record["causes"] for record in records] == [
        [Cause.PARTLY_RIGHT],
        [Cause.ROUNDING],
        [Cause.FALSE_ABSTENTION, Cause.CITATION_WRONG],
        [Cause.FALSE_ANSWER],
        [Cause.WRONG_TYPE, Cause.CITATION_MISSING],
    ]
    assert question_lines(asked, answers, score(asked, answers, F1))[0] == (
        "x   q0  value 0.6667  refs 1.00  partly right"
    )


def test_scores_come_back_from_their_files(tmp_path):
    asked = file(("x y", "a"), ("[]", ""), ("x", ""))
    answers = rows(("x", "a"), ("", ""))
    scores = score(asked, answers, F1)
    write_json(tmp_path / "results.json", result_records(asked, answers, scores))
    write_json(tmp_path / "summary.json", summary_record(scores, external("other")))
    assert read_experiment(tmp_path / "results.json").scores == scores


def test_two_systems_are_compared_by_the_metric():
    asked = file(*[("x y", "")] * 12)
    whole, half = (score(asked, rows(*[(v, "")] * 12), F1) for v in ("x y", "x"))
    found = compare(whole, half)
    assert found.difference == pytest.approx(1 / 3)
    assert found.p_value < 0.05


def test_a_metric_has_one_name():
    assert rules_for("wattbot", "2026").name == "2026"
    assert rules_for("f1") is rules_named("f1") is F1
    with pytest.raises(InputError, match="did you mean 'exact_match'"):
        rules_for("exact")
    with pytest.raises(InputError, match="choose one of 2025, "):
        rules_for("wattbot", "1999")


def example() -> QuestionFile:
    return read_questions(EXAMPLE, COLUMNS)


def test_the_example_benchmark_is_read_by_its_own_columns():
    asked = example()
    assert asked.labelled
    assert len(asked.questions) == 12
    assert [q.id for q in asked.questions if F1.unanswerable(q.gold.answer_value)] == ["s11", "s12"]


def test_each_accepted_answer_of_the_example_benchmark_is_right():
    for question in example().questions:
        for answer in accepted(question.gold.answer_value) or ("is_blank",):
            assert all(m.metric(question.gold.answer_value, answer) == 1 for m in METRICS.values())


def test_the_command_takes_metric_and_columns(wattrag, tmp_path):
    with EXAMPLE.open(encoding="utf-8") as file_:
        ids = [record["qid"] for record in csv.DictReader(file_)]
    submission = tmp_path / "s.csv"
    lines = [f"{i},Gull Ridge wind farm,meridian2023" for i in ids]
    submission.write_text("\n".join(["id,answer_value,ref_id", *lines]) + "\n")
    mapping = [part for pair in COLUMNS.items() for part in ("--columns", "=".join(pair))]
    ended = wattrag("score", EXAMPLE, submission, "--metric", "contains", *mapping)
    assert ended.code == 0
    assert f'"value": {1 / 12}' in ended.out
    assert '"rules": "contains"' in ended.out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--metric", "bleu"], "metric: unknown 'bleu'; "),
        (["--metric", "f1", "--rules", "2025"], "--rules: '2025' is WattBot's; leave it out"),
        (["--columns", "id"], "--columns: 'id' maps nothing; write OURS=THEIRS"),
        (["--columns", "ids=qid"], "columns: we have no column 'ids'; did you mean 'id'?"),
        (["--columns", "id=qid", "--columns", "question=qid"], "'qid' stands for both"),
        (["--columns", "id=nr"], "has no column 'nr'; mend `columns:`"),
    ],
)
def test_bad_options_are_one_line(wattrag, arguments, problem):
    ended = wattrag("score", EXAMPLE, EXAMPLE, *arguments)
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err_lines
    assert problem in line
