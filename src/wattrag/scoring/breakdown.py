"""Value accuracy by kind of evidence, for question files with flag columns."""

from wattrag.datafiles.questions import FLAGS, QuestionFile
from wattrag.scoring.estimates import value_accuracy
from wattrag.scoring.intervals import Estimate
from wattrag.scoring.score import Scores


def by_flag(questions: QuestionFile, scores: Scores) -> dict[str, Estimate]:
    """Value accuracy of the questions that carry a flag; flags no question carries are left out.

    A question may carry several flags, so the counts may exceed the number of questions.
    """
    found: dict[str, Estimate] = {}
    for flag in FLAGS:
        pairs = zip(questions.questions, scores.questions, strict=True)
        flagged = [score for question, score in pairs if flag in question.flags]
        if flagged:
            found[flag] = value_accuracy(flagged, scores.rules)
    return found
