"""Questions of one file that another does not have: what may be learnt from without peeking."""

from dataclasses import replace

from wattrag.datafiles.questions import QuestionFile
from wattrag.errors import InputError


def unseen(questions: QuestionFile, judged: QuestionFile) -> QuestionFile:
    """`questions` without those that `judged` asks too, in whatever words of space and case.

    An ensemble that is weighted or chosen by the gold answers of `questions` and then judged on
    `judged` must not have seen the gold it is judged by.

    Raises:
        InputError: no question is left.
    """
    asked = {_plain(question.question) for question in judged.questions}
    left = tuple(q for q in questions.questions if _plain(q.question) not in asked)
    if not left:
        raise InputError(
            str(questions.path),
            f"has no question that {judged.path} does not ask too",
            "weigh and choose on other questions than those an ensemble is judged by",
        )
    return replace(questions, questions=left)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
