"""Weights by how well members do on other questions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wattrag.datafiles.questions import QuestionFile
from wattrag.datafiles.submission import SubmissionRow, read_submission
from wattrag.ensemble.unseen import unseen
from wattrag.scoring.composition import overall_of
from wattrag.scoring.rules import Rules
from wattrag.scoring.score import score


def weights_by_score(
    submissions: Mapping[str, Path], questions: QuestionFile, judged: QuestionFile, rules: Rules
) -> dict[str, float]:
    """`train_weights` of submissions to `questions`, without those that `judged` asks too.

    Raises:
        InputError: no question is left, or a submission is missing or broken.
    """
    answers = {name: read_submission(path) for name, path in submissions.items()}
    return train_weights(answers, unseen(questions, judged), rules)


def train_weights(
    answers: Mapping[str, Sequence[SubmissionRow]], questions: QuestionFile, rules: Rules
) -> dict[str, float]:
    """Each member's overall score on labelled questions, which is the weight of its vote.

    A question that a member has no row for scores nothing, as everywhere.

    Args:
        answers: member -> its submission to these questions; rows of others do not matter.
        questions: labelled, and none of those that the ensemble is judged by (`unseen`).
        rules: of the score.

    Raises:
        InputError: unlabelled questions.
    """
    ids = {question.id for question in questions.questions}
    own = {name: [row for row in rows if row.id in ids] for name, rows in answers.items()}
    return {
        name: overall_of(score(questions, rows, rules, where=name).questions, rules)
        for name, rows in own.items()
    }
