"""An error is never an answer: it earns nothing on any path from a reader to a score."""

import pytest

from wattrag.answering.records import Answer, AnswerRecord
from wattrag.answering.submission import submission_rows
from wattrag.datafiles.submission import read_submission, write_submission
from wattrag.ensemble.aggregate import aggregate
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import STRATEGIES, VoteOptions
from wattrag.scoring.records import result_records, summary_record
from wattrag.scoring.rules import METRICS, RULES
from wattrag.scoring.score import score
from wattrag.scoring.trace import failed, traces

from .small_experiments import questions

GOLD = ("is_blank", "4")
ASKED = questions(GOLD)
BLANK = Answer(answer="", value="is_blank", raw_value="is_blank")
FOUR = Answer(answer="4", value="4", raw_value="4", ref_id=("doc1",))
EVERY = {**RULES, **METRICS}


def record(question: str, answer: Answer | None) -> AnswerRecord:
    return AnswerRecord(
        id=question,
        question="?",
        answer_unit="",
        status="ok" if answer else "error",
        answer=answer,
        error=None if answer else "APIError: 500",
        attempts=1,
    )


ERRORS = [record("q0", None), record("q1", None)]


@pytest.mark.parametrize("rules", EVERY.values(), ids=EVERY)
def test_an_experiment_of_errors_scores_zero_and_names_them(rules):
    known = traces(one.model_dump(mode="json") for one in ERRORS)
    rows = submission_rows(ERRORS)
    scores = score(ASKED, rows, rules, failed(known))
    assert rows == []
    assert scores.overall.value == scores.na_recall.value == 0
    assert scores.error_ids == ("q0", "q1")
    assert summary_record(scores, {})["error_count"] == 2
    for found in result_records(ASKED, rows, scores, known):
        assert found["causes"] == ["call failed"]
        assert not found["weighted_score"]
        assert not found["ref_score"]
        assert (found["value_correct"], found["na_correct"]) == (False, False)


@pytest.mark.parametrize("rules", EVERY.values(), ids=EVERY)
def test_its_submission_read_by_others_has_missing_rows(rules, tmp_path):
    write_submission(tmp_path / "s.csv", submission_rows(ERRORS))
    scores = score(ASKED, read_submission(tmp_path / "s.csv"), rules)
    assert scores.overall.value == 0
    assert scores.missing_ids == ("q0", "q1")


@pytest.mark.parametrize("raw_votes", [True, False])
@pytest.mark.parametrize("ignore_blank", [True, False])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_members_error_is_no_vote_and_no_blank(strategy, ignore_blank, raw_votes):
    options = VoteOptions(strategy=strategy, ignore_blank=ignore_blank, raw_votes=raw_votes)
    broken = [Member(f"broken{n}", submission_rows(ERRORS)) for n in range(3)]
    working = Member("works", submission_rows([record("q1", FOUR)]))
    (row,) = aggregate([*broken, working], options)
    assert (row.id, row.answer_value, row.ref_id) == ("q1", "4", '["doc1"]')


@pytest.mark.parametrize("rules", EVERY.values(), ids=EVERY)
def test_a_question_on_which_every_member_failed_is_missing_from_the_ensemble(rules):
    members = [Member(f"m{n}", submission_rows([ERRORS[0], record("q1", FOUR)])) for n in range(2)]
    scores = score(ASKED, aggregate(members), rules)
    assert scores.missing_ids == ("q0",)
    assert scores.na_recall.value == 0
    assert [question.weighted_score > 0 for question in scores.questions] == [False, True]


def test_a_blank_of_one_member_stands_where_the_others_failed():
    """An abstention is an answer: only it may earn what an error must not."""
    members = [
        Member("broken", submission_rows(ERRORS)),
        Member("abstains", submission_rows([record("q0", BLANK)])),
    ]
    scores = score(ASKED, aggregate(members), RULES["2025"])
    assert scores.na_recall.value == 1


def test_a_row_for_a_question_that_failed_does_not_count():
    rows = [r._replace(id="q0") for r in submission_rows([record("q1", BLANK)])]
    assert score(ASKED, rows, RULES["2025"]).na_recall.value == 1
    assert score(ASKED, rows, RULES["2025"], {"q0"}).na_recall.value == 0
