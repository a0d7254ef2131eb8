"""Why a question lost points: its true cause, in the words of tables and messages."""

import re
from collections.abc import Sequence
from enum import StrEnum

from wattrag.datafiles.questions import Gold
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.blank import is_blank
from wattrag.scoring.metrics.accepted import accepted
from wattrag.scoring.normalise import normalise
from wattrag.scoring.number import as_number
from wattrag.scoring.numeric_errors import off_by_power_of_ten, only_rounded
from wattrag.scoring.question import QuestionScore
from wattrag.scoring.refs import meant
from wattrag.scoring.rules import Rules
from wattrag.scoring.trace import NO_TRACE, Trace
from wattrag.scoring.value import all_numbers, parse_list, value_correct

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Cause(StrEnum):
    """The causes of lost points, from no answer to a bad citation."""

    CALL_FAILED = "call failed"
    UNPARSABLE = "unparsable"
    NOT_READ = "reader failed"
    MISSING_ROW = "missing row"
    FALSE_ABSTENTION = "false abstention"
    FALSE_ANSWER = "false answer"
    WRONG_FORMAT = "right value in a wrong format"
    WRONG_TYPE = "wrong type"
    POWER_OF_TEN = "power-of-ten unit error"
    ROUNDING = "rounding"
    PARTLY_RIGHT = "partly right"
    WRONG_VALUE = "wrong value"
    CITATION_FORMAT = "citation in a wrong format"
    CITATION_MISSING = "citation missing"
    CITATION_WRONG = "citation wrong"
    CITATION_PARTLY_WRONG = "citation partly wrong"
    NOT_RETRIEVED = "evidence not retrieved"
    NOT_USED = "retrieved but not used"


_FAILURES = {
    "call_failed": Cause.CALL_FAILED,
    "unreadable": Cause.UNPARSABLE,
    "not_read": Cause.NOT_READ,
}
_NEAREST = (Cause.WRONG_FORMAT, Cause.ROUNDING, Cause.POWER_OF_TEN, Cause.WRONG_VALUE)
_WITHOUT_EVIDENCE = frozenset(
    {
        *(Cause.FALSE_ABSTENTION, Cause.WRONG_TYPE, Cause.WRONG_VALUE),
        *(Cause.CITATION_MISSING, Cause.CITATION_WRONG),
    }
)
"""Losses that right evidence, read rightly, would have spared."""


def causes(
    gold: Gold,
    row: SubmissionRow | None,
    score: QuestionScore,
    rules: Rules,
    trace: Trace = NO_TRACE,
) -> tuple[Cause, ...]:
    """All causes of a question's lost points, the value's first; empty if nothing was lost.

    Args:
        gold: the labelled answer.
        row: the submitted answer, None without one.
        score: how it was scored.
        rules: what it was scored by.
        trace: what is known of the answer besides.
    """
    if score.status == "error":
        return (_FAILURES[trace.failure or "call_failed"],)
    if row is None:
        return (Cause.MISSING_ROW,)
    value_cause = _value_cause(gold.answer_value, row.answer_value, score, rules)
    citation_cause = _citation_cause(gold.ref_id, row.ref_id, score)
    lost = tuple(cause for cause in (value_cause, citation_cause) if cause)
    return (*lost, *_evidence_cause(lost, trace))


def _evidence_cause(lost: Sequence[Cause], trace: Trace) -> tuple[Cause, ...]:
    if trace.found is None or not _WITHOUT_EVIDENCE & set(lost):
        return ()
    return (Cause.NOT_USED if trace.found else Cause.NOT_RETRIEVED,)


def _value_cause(gold: str, predicted: str, score: QuestionScore, rules: Rules) -> Cause | None:
    if score.na_correct is False:
        return Cause.FALSE_ANSWER
    if score.value_correct:
        return None
    if is_blank(predicted):
        return Cause.FALSE_ABSTENTION
    if score.value_score > 0:
        return Cause.PARTLY_RIGHT
    answers = (gold,) if rules.metric is None else accepted(gold)
    found = {_wrong_value(answer, predicted) for answer in answers}
    return next((cause for cause in _NEAREST if cause in found), Cause.WRONG_TYPE)


def _wrong_value(gold: str, predicted: str) -> Cause:
    normalised = normalise(predicted)
    gold_numbers, numbers = _numbers(gold), _numbers(normalised)
    if value_correct(gold, normalised) or (gold_numbers and _same_numbers(gold, normalised)):
        return Cause.WRONG_FORMAT
    if gold_numbers is not None and numbers is not None:
        return _numeric_cause(gold_numbers, numbers)
    return Cause.WRONG_VALUE if _kind(gold) == _kind(normalised) else Cause.WRONG_TYPE


def _numeric_cause(gold: list[float], predicted: list[float]) -> Cause:
    if len(gold) == 1 and len(predicted) > 1:
        return Cause.WRONG_TYPE
    if off_by_power_of_ten(gold, predicted):
        return Cause.POWER_OF_TEN
    return Cause.ROUNDING if only_rounded(gold, predicted) else Cause.WRONG_VALUE


def _citation_cause(gold: str, predicted: str, score: QuestionScore) -> Cause | None:
    if score.ref_score is None or score.ref_score == 1:
        return None
    if score.ref_score > 0:
        return Cause.CITATION_PARTLY_WRONG
    cited = meant(predicted)
    if cited == meant(gold):
        return Cause.CITATION_FORMAT
    return Cause.CITATION_WRONG if cited else Cause.CITATION_MISSING


def _numbers(value: str) -> list[float] | None:
    """The numbers of a number or of a list of numbers; None for all else."""
    elements = parse_list(value)
    if elements is not None:
        return all_numbers(elements)
    number = as_number(value)
    return None if number is None else [number]


def _same_numbers(gold: str, text: str) -> bool:
    """True if the numbers in a text are just those of gold: "4 percent" for 4."""
    found = [match.replace(",", "") for match in _NUMBER.findall(text)]
    written = found[0] if len(found) == 1 else f"[{','.join(found)}]"
    return bool(found) and value_correct(gold, written)


def _kind(value: str) -> str:
    if parse_list(value) is not None:
        return "list"
    return "text" if as_number(value) is None else "number"
