"""What the ballots of one question elect: a value, and the citations that go with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattrag.ensemble.ballot import Ballot
from wattrag.ensemble.citations import Citations, favourite, merged
from wattrag.ensemble.options import VoteOptions
from wattrag.ensemble.vote import all_differ, winning_value


@dataclass(frozen=True)
class Elected:
    """The winner of a question.

    Attributes:
        voters: the ballots for the winning value, in member order; at least one.
        citations: chosen by the ref mode.
    """

    voters: tuple[Ballot, ...]
    citations: Citations

    @property
    def value(self) -> str:
        """The winning value: as gold answers are written if a voter did so, else as the first."""
        if self.voters[0].content.abstains:
            return str(self.voters[0].content.value)
        values = (ballot.row.answer_value for ballot in self.voters if ballot.content.plain)
        return next(values, self.voters[0].row.answer_value)


def elected(ballots: Sequence[Ballot], options: VoteOptions) -> Elected | None:
    """The winner among ballots, at least one; None where a tie leaves the question blank."""
    if options.tiebreak == "blank" and all_differ(ballots):
        return None
    electorate = favourite(ballots, options) if options.ref_mode == "ref_priority" else ballots
    winner = winning_value(electorate, options)
    voters = tuple(ballot for ballot in electorate if ballot.content.value == winner)
    return Elected(voters, merged(ballots, voters, options))
