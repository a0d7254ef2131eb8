"""What an experiment's files add to the causes: failures, and whether evidence was there."""

import pytest

from wattrag.answering.records import AnswerRecord
from wattrag.datafiles.questions import Gold
from wattrag.datafiles.submission import SubmissionRow
from wattrag.retrieval.metrics import QuestionMetrics
from wattrag.scoring.causes import Cause, causes
from wattrag.scoring.question import score_answer, without_answer
from wattrag.scoring.rules import RULES
from wattrag.scoring.trace import Trace, failed, traces

STRICT = RULES["2025"]


def judged(*found: bool, known: bool = True) -> QuestionMetrics:
    unknown = dict.fromkeys(QuestionMetrics.model_fields)
    return QuestionMetrics(**unknown | {"id": "q", "found_by_attempt": found if known else None})


def answered(**fields: object) -> dict:
    record = {"id": "q", "question": "?", "answer_unit": "", "status": "ok", "answer": None}
    return AnswerRecord(**record | {"attempts": 1} | fields).model_dump(mode="json")


FAILED = {"status": "error", "error": "APIError: 500"}
UNREADABLE = {"status": "error", "error": "UnreadableReplyError: the reply holds no answer"}


@pytest.mark.parametrize(
    ("row", "failure"),
    [
        (answered(), None),
        (answered(**FAILED), "call_failed"),
        (answered(**UNREADABLE), "unreadable"),
        (answered(**FAILED, error_kind="unreadable"), "unreadable"),
        (answered(**UNREADABLE, error_kind="call_failed"), "call_failed"),
        (answered(**FAILED, error_kind="not_read"), "not_read"),
        (answered(**FAILED) | {"error_kind": None}, "call_failed"),
        (answered(**UNREADABLE) | {"error_kind": None}, "unreadable"),
    ],
)
def test_how_an_answer_failed(row, failure):
    found = traces([row])
    assert (found["q"].failure, found["q"].found) == (failure, None)
    assert failed(found) == ({"q"} if failure else set())


@pytest.mark.parametrize(
    ("metrics", "attempts", "found"),
    [
        ([judged(False, True, True)], 1, False),
        ([judged(False, True, True)], 2, True),
        ([judged(True, False)], 2, True),
        ([judged(known=False)], 1, None),
        ([], 1, None),
    ],
)
def test_evidence_counts_up_to_the_last_attempt_made(metrics, attempts, found):
    assert traces([answered(attempts=attempts)], metrics)["q"].found is found


@pytest.mark.parametrize(
    ("value", "cited", "lost", "judged_by_evidence"),
    [
        ("4", "['a']", [], False),
        ("is_blank", "is_blank", [Cause.FALSE_ABSTENTION, Cause.CITATION_MISSING], True),
        ("5", "['a']", [Cause.WRONG_VALUE], True),
        ("x", "['a']", [Cause.WRONG_TYPE], True),
        ("4", "['b']", [Cause.CITATION_WRONG], True),
        ("4000", "['a']", [Cause.POWER_OF_TEN], False),
        ("4 percent", "['a']", [Cause.WRONG_FORMAT], False),
        ("4", "['a','b']", [Cause.CITATION_PARTLY_WRONG], False),
    ],
)
def test_the_evidence_is_blamed_where_it_could_have_helped(value, cited, lost, judged_by_evidence):
    gold = Gold("", "4", "['a']")
    row = SubmissionRow("q", "", "", value, "", cited, "", "", "")
    score = score_answer(gold, row, STRICT)
    assert causes(gold, row, score, STRICT) == tuple(lost)
    for found, cause in ((True, Cause.NOT_USED), (False, Cause.NOT_RETRIEVED)):
        expected = [*lost, cause] if judged_by_evidence else lost
        assert causes(gold, row, score, STRICT, Trace(found=found)) == tuple(expected)


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        ("call_failed", Cause.CALL_FAILED),
        ("unreadable", Cause.UNPARSABLE),
        ("not_read", Cause.NOT_READ),
    ],
)
def test_an_error_record_has_its_failure_as_its_only_cause(failure, cause):
    gold = Gold("", "is_blank", "is_blank")
    score = without_answer("q", gold, "error", STRICT)
    assert causes(gold, None, score, STRICT, Trace(failure, found=False)) == (cause,)


def test_what_a_model_said_and_what_was_checked_is_told_with_the_score():
    made = {"top_k": 8, "top_k_final": 10, "value": "1"}
    tried = [
        {**made, "attempt": n, "raw_response": said, "num_snippets": 3 * n + 3}
        for n, said in enumerate("ab")
    ]
    checks = {"unshown_ref_id": ["x"], "quote_node": "n", "value_supported": False}
    found = traces([answered(attempts=2, tried=tried, checks=checks)])["q"]
    assert (found.raw_response, found.num_snippets, found.retry_count) == ("b", 6, 1)
    assert (found.unshown_ref_id, found.quote_node, found.value_supported) == (("x",), "n", False)
