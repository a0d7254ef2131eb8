"""The score of one question."""

from typing import Literal, NamedTuple

from wattrag.datafiles.questions import Gold
from wattrag.datafiles.submission import SubmissionRow
from wattrag.errors import InputError
from wattrag.scoring.na import na_correct
from wattrag.scoring.normalise import normalise
from wattrag.scoring.number import as_number
from wattrag.scoring.rules import Rules
from wattrag.scoring.value import DEFAULT_TOLERANCE, Tolerance, value_correct

Status = Literal["answered", "missing", "error"]


class QuestionScore(NamedTuple):
    """How one question was answered.

    Attributes:
        value_score: by the value rule 0 or 1, by a metric of texts from 0 to 1. WattBot's rule
            gives unanswerable questions free credit, as the official scorer does (they are judged
            by `na_correct`).
        ref_score: citation overlap from 0 to 1; None where citations are not scored.
        na_correct: whether an unanswerable question was left blank; None for others.
        weighted_score: the weighted parts; on answerable questions the abstention's is granted.
        normalised: the submitted value after normalisation, whether or not the rules judge by
            it; None without an answer.
    """

    id: str
    status: Status
    value_score: float
    ref_score: float | None
    na_correct: bool | None
    weighted_score: float
    normalised: str | None

    @property
    def value_correct(self) -> bool:
        """True if the value earns full credit."""
        return self.value_score == 1

    @property
    def perfect(self) -> bool:
        """True if nothing was lost."""
        cited = self.ref_score is None or self.ref_score == 1
        return self.value_correct and cited and self.na_correct is not False


def score_answer(gold: Gold, row: SubmissionRow, rules: Rules) -> QuestionScore:
    """Score a submission's row against gold."""
    normalised = normalise(row.answer_value)
    judged = normalised if rules.normalise else row.answer_value
    value = _value_score(gold, judged, rules, row.id)
    overlap = rules.ref_score(gold.ref_id, row.ref_id)
    na = na_correct(row.answer_value, unanswerable=rules.unanswerable(gold.answer_value))
    weighted = (
        rules.value_weight * value
        + rules.ref_weight * (overlap or 0)
        + rules.na_weight * (na is not False)
    )
    return QuestionScore(row.id, "answered", value, overlap, na, weighted, normalised)


def without_answer(question_id: str, gold: Gold, status: Status, rules: Rules) -> QuestionScore:
    """The score of a question without an answer: nothing, unanswerable or not."""
    return QuestionScore(
        question_id,
        status,
        value_score=0.0,
        ref_score=None if rules.ref_score(gold.ref_id, "") is None else 0.0,
        na_correct=False if rules.unanswerable(gold.answer_value) else None,
        weighted_score=0.0,
        normalised=None,
    )


def _value_score(gold: Gold, judged: str, rules: Rules, question_id: str) -> float:
    if rules.metric is not None:
        return rules.metric(gold.answer_value, judged)
    tolerance = _tolerance(gold, question_id) if rules.question_tolerance else DEFAULT_TOLERANCE
    return float(value_correct(gold.answer_value, judged, tolerance))


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
