"""Scoring a submission against its questions."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import SubmissionRow, check_ids
from wattrag.errors import InputError
from wattrag.scoring.estimates import na_recall, overall_and_refs, value_accuracy
from wattrag.scoring.intervals import Estimate
from wattrag.scoring.question import QuestionScore, score_answer, without_answer
from wattrag.scoring.rules import Rules


@dataclass(frozen=True)
class Scores:
    """The scores of one experiment, per question and over all of them.

    `na_recall` is undefined (value None) without unanswerable questions; WattBot's `overall` then
    counts it as 1, as the official scorer does. `ref_overlap` is undefined if no citation is
    scored.
    """

    rules: Rules
    overall: Estimate
    value_accuracy: Estimate
    ref_overlap: Estimate
    na_recall: Estimate
    questions: tuple[QuestionScore, ...]
    missing_ids: tuple[str, ...]
    error_ids: tuple[str, ...]


def score(
    questions: QuestionFile,
    rows: Sequence[SubmissionRow],
    rules: Rules,
    errors: Collection[str] = frozenset(),
    where: str = "submission",
) -> Scores:
    """Score a submission; every question counts, whether or not it has a row.

    Args:
        questions: labelled questions.
        rows: at most one row a question, in any order.
        rules: the rule set.
        errors: ids whose answer is an error record: they earn nothing, like missing ones.
        where: the submission's name in error messages.

    Raises:
        InputError: unlabelled questions, an unknown or duplicate id, an unusable tolerance.
    """
    by_id = _by_id(questions, rows, where)
    scored = tuple(
        without_answer(question.id, gold, "error", rules)
        if question.id in errors
        else without_answer(question.id, gold, "missing", rules)
        if (row := by_id.get(question.id)) is None
        else score_answer(gold, row, rules)
        for question, gold in labelled(questions)
    )
    overall, refs = overall_and_refs(scored, rules)
    return Scores(
        rules=rules,
        overall=overall,
        value_accuracy=value_accuracy(scored, rules),
        ref_overlap=refs,
        na_recall=na_recall(scored),
        questions=scored,
        missing_ids=tuple(s.id for s in scored if s.status == "missing"),
        error_ids=tuple(s.id for s in scored if s.status == "error"),
    )


def _by_id(
    questions: QuestionFile, rows: Sequence[SubmissionRow], where: str
) -> dict[str, SubmissionRow]:
    check_ids(rows, [question.id for question in questions.questions], where)
    by_id = {row.id: row for row in rows}
    if len(by_id) < len(rows):
        twice, _ = Counter(row.id for row in rows).most_common(1)[0]
        raise InputError(where, f"duplicate id '{twice}'", "remove one of the rows")
    return by_id


def labelled(questions: QuestionFile) -> list[tuple[Question, Gold]]:
    """Every question with its gold answer.

    Raises:
        InputError: the file has no questions, or no gold column.
    """
    where = str(questions.path)
    if not questions.questions:
        raise InputError(where, "holds no questions", "add at least one row")
    pairs = [(question, question.gold) for question in questions.questions]
    labelled = [(question, gold) for question, gold in pairs if gold is not None]
    if len(labelled) < len(pairs):
        raise InputError(where, "has no column 'answer_value'", "score against a labelled file")
    return labelled
