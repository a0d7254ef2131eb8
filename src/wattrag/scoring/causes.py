"""Why a question lost points: its true cause, in the words of tables and messages."""

import re
from enum import StrEnum

from wattrag.datafiles.questions import Gold
from wattrag.datafiles.refs import parse_refs
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.blank import is_blank
from wattrag.scoring.normalise import normalise
from wattrag.scoring.number import as_number
from wattrag.scoring.numeric_errors import off_by_power_of_ten, only_rounded
from wattrag.scoring.question import QuestionScore
from wattrag.scoring.value import all_numbers, parse_list, value_correct

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Cause(StrEnum):
    """The causes of lost points, from no answer to a bad citation."""

    CALL_FAILED = "call failed"
    MISSING_ROW = "missing row"
    FALSE_ABSTENTION = "false abstention"
    FALSE_ANSWER = "false answer"
    WRONG_FORMAT = "right value in a wrong format"
    WRONG_TYPE = "wrong type"
    POWER_OF_TEN = "power-of-ten unit error"
    ROUNDING = "rounding"
    WRONG_VALUE = "wrong value"
    CITATION_FORMAT = "citation in a wrong format"
    CITATION_MISSING = "citation missing"
    CITATION_WRONG = "citation wrong"
    CITATION_PARTLY_WRONG = "citation partly wrong"


def causes(gold: Gold, row: SubmissionRow | None, score: QuestionScore) -> tuple[Cause, ...]:
    """All causes of a question's lost points, the value's first; empty if nothing was lost."""
    if score.status == "error":
        return (Cause.CALL_FAILED,)
    if row is None:
        return (Cause.MISSING_ROW,)
    value_cause = _value_cause(gold.answer_value, row.answer_value, score)
    citation_cause = _citation_cause(gold.ref_id, row.ref_id, score)
    return tuple(cause for cause in (value_cause, citation_cause) if cause)


def _value_cause(gold: str, predicted: str, score: QuestionScore) -> Cause | None:
    if score.na_correct is False:
        return Cause.FALSE_ANSWER
    if score.value_correct:
        return None
    return Cause.FALSE_ABSTENTION if is_blank(predicted) else _wrong_value(gold, predicted)


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
    if score.ref_score == 1:
        return None
    if score.ref_score > 0:
        return Cause.CITATION_PARTLY_WRONG
    meant = _meant(predicted)
    if meant == _meant(gold):
        return Cause.CITATION_FORMAT
    return Cause.CITATION_WRONG if meant else Cause.CITATION_MISSING


def _meant(cell: str) -> frozenset[str]:
    return frozenset(reference.lower() for reference in parse_refs(cell))


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
