"""One submission from several: the vote on every question."""

from collections.abc import Iterator, Sequence

from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.ballot import Ballot, Member, cast
from wattrag.ensemble.election import elected
from wattrag.ensemble.options import VoteOptions
from wattrag.errors import InputError
from wattrag.scoring.blank import BLANK

DEFAULT_OPTIONS = VoteOptions()


def aggregate(
    members: Sequence[Member], options: VoteOptions = DEFAULT_OPTIONS
) -> list[SubmissionRow]:
    """Vote on every question that a member answers.

    A member without a row for a question has no vote on it. Questions come in the first member's
    order, what only later members have after them.

    Returns:
        One row a question. The value is the winner in a spelling that one of its voters used;
        answer, unit and explanation are those of its first voter; `ref_id`, `ref_url` and
        `supporting_materials` belong together, from the members whose citations were taken.

    Raises:
        InputError: there are no members.
    """
    if not members:
        raise InputError("ensemble", "has no members", "name at least one submission")
    rows = [(member, {row.id: row for row in member.rows}) for member in members]
    asked = dict.fromkeys(row.id for member in members for row in member.rows)
    return [
        _elected([cast(member, own[id_], options) for member, own in rows if id_ in own], options)
        for id_ in asked
    ]


def lacking(members: Sequence[Member]) -> Iterator[tuple[Member, int]]:
    """Members that do not answer all questions of the ensemble, with how many they lack."""
    asked = {row.id for member in members for row in member.rows}
    for member in members:
        if missing := len(asked) - len({row.id for row in member.rows}):
            yield member, missing


def _elected(ballots: Sequence[Ballot], options: VoteOptions) -> SubmissionRow:
    result = elected(ballots, options)
    if result is None:
        return _abstention(ballots[0].row)
    return result.voters[0].row._replace(
        answer_value=result.value,
        ref_id=result.citations.ref_id,
        ref_url=result.citations.ref_url,
        supporting_materials=result.citations.supporting_materials,
    )


def _abstention(row: SubmissionRow) -> SubmissionRow:
    blanks = ("answer", "answer_value", "ref_id", "ref_url", "supporting_materials", "explanation")
    return row._replace(**dict.fromkeys(blanks, BLANK))
