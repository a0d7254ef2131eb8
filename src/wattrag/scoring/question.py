"""The score of one question."""

from dataclasses import dataclass
from typing import Literal

from wattrag.datafiles.questions import Gold
from wattrag.datafiles.submission import SubmissionRow
from wattrag.errors import InputError
from wattrag.scoring.na import na_correct
from wattrag.scoring.normalise import normalise
from wattrag.scoring.number import as_number
from wattrag.scoring.rules import Rules
from wattrag.scoring.value import DEFAULT_TOLERANCE, Tolerance, value_correct

Status = Literal["answered", "missing", "error"]


@dataclass(frozen=True)
class QuestionScore:
    """How one question was answered.

    Attributes:
        value_correct: the value rule; credit is free on unanswerable questions, as in the
            official scorer (they are judged by `na_correct`).
        ref_score: citation overlap from 0 to 1.
        na_correct: whether an unanswerable question was left blank; None for others.
        weighted_score: the weighted parts; on answerable questions the abstention's is granted.
        normalised: the submitted value after normalisation, whether or not the rules judge by
            it; None without an answer.
    """

    id: str
    status: Status
    value_correct: bool
    ref_score: float
    na_correct: bool | None
    weighted_score: float
    normalised: str | None

    @property
    def perfect(self) -> bool:
        """True if nothing was lost."""
        return self.value_correct and self.ref_score == 1.0 and self.na_correct is not False


def score_answer(gold: Gold, row: SubmissionRow, rules: Rules) -> QuestionScore:
    """Score a submission's row against gold."""
    normalised = normalise(row.answer_value)
    judged = normalised if rules.normalise else row.answer_value
    tolerance = _tolerance(gold, row.id) if rules.question_tolerance else DEFAULT_TOLERANCE
    correct = value_correct(gold.answer_value, judged, tolerance)
    overlap = rules.ref_score(gold.ref_id, row.ref_id)
    na = na_correct(gold.answer_value, row.answer_value)
    weighted = (
        rules.value_weight * correct
        + rules.ref_weight * overlap
        + rules.na_weight * (na is not False)
    )
    return QuestionScore(row.id, "answered", correct, overlap, na, weighted, normalised)


def without_answer(question_id: str, gold: Gold, status: Status) -> QuestionScore:
    """The score of a question without an answer: nothing, unanswerable or not."""
    na = na_correct(gold.answer_value, "no answer")
    return QuestionScore(
        question_id,
        status,
        value_correct=False,
        ref_score=0.0,
        na_correct=na,
        weighted_score=0.0,
        normalised=None,
    )


def _tolerance(gold: Gold, question_id: str) -> Tolerance:
    """The question's own relative tolerance, as a fraction (0.05) or in percent (5%)."""
    text = gold.tolerance.strip()
    if not text:
        return DEFAULT_TOLERANCE
    relative = as_number(text.removesuffix("%"))
    if relative is None or not 0 <= relative < float("inf"):
        raise InputError(
            f"question '{question_id}'",
            f"tolerance '{text[:40]}' is no number from 0",
            "write a fraction such as 0.01, or leave it empty",
        )
    return Tolerance(relative=relative / 100 if text.endswith("%") else relative)
