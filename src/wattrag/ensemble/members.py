"""Members of an ensemble, read from the files that experiments leave."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from wattrag.answering.records import AnswerRecord
from wattrag.datafiles.questions import QuestionFile
from wattrag.datafiles.submission import read_submission, without_unasked
from wattrag.ensemble.ballot import Member
from wattrag.errors import InputError
from wattrag.files import read_json, read_jsonl


def paths(names: Sequence[str], files: Iterable[str]) -> dict[str, Path]:
    """Member -> its file, of two lists in the same order."""
    return {name: Path(file) for name, file in zip(names, files, strict=True)}


def read_members(
    submissions: Mapping[str, Path],
    questions: QuestionFile,
    limit: int | None = None,
    weights: Mapping[str, float] | None = None,
    answers: Mapping[str, Path] | None = None,
) -> list[Member]:
    """Read the members of an ensemble, in the given order.

    Args:
        submissions: member -> its submission.
        questions: the whole question file they answer.
        limit: how many of its questions a trial asks; rows of the others are left out.
        weights: member -> votes it has; 1 where there is none.
        answers: member -> its `answers.jsonl`, which has the confidence of each answer.

    Raises:
        InputError: a file is missing or broken; it is named.
    """
    asked = questions.first(limit)
    return [
        Member(
            name,
            without_unasked(read_submission(path), questions, asked),
            (weights or {}).get(name, 1.0),
            read_confidences(answers[name]) if answers and name in answers else {},
        )
        for name, path in submissions.items()
    ]


def read_confidences(path: Path) -> dict[str, float | None]:
    """Question id -> the answer's own confidence, 0 to 1, or None, from an `answers.jsonl`.

    Raises:
        InputError: the file is missing, or a line is no answer record.
    """
    found = {}
    for line, row in enumerate(read_jsonl(path), 1):
        try:
            record = AnswerRecord.model_validate(row)
        except ValidationError as error:
            raise InputError(f"{path}:{line}", "is no answer record", "answer again") from error
        if record.answer is not None:
            found[record.id] = record.answer.confidence
    return found


def vote_record(members: Sequence[Member], options: Mapping[str, object]) -> dict[str, object]:
    """`vote.json`: by what rule was voted, and how many questions each member had a vote on."""
    asked = {row.id for member in members for row in member.rows}
    return {
        **options,
        "num_questions": len(asked),
        "members": [
            {
                "name": member.name,
                "weight": member.weight,
                "answered": len(member.rows),
                "without_vote": len(asked) - len(member.rows),
            }
            for member in members
        ],
    }


def short_members(path: Path) -> list[tuple[str, int]]:
    """Members without a vote on some questions, and on how many, from a `vote.json`.

    Raises:
        InputError: the file is none.
    """
    try:
        members = read_json(path)["members"]
        return [(str(m["name"]), int(m["without_vote"])) for m in members if m["without_vote"]]
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(str(path), "is no record of a vote", "vote again") from error
