"""Choosing the value: who wins among the ballots of one question."""

import math
from collections.abc import Hashable, Sequence

from wattrag.ensemble.ballot import Ballot
from wattrag.ensemble.options import VoteOptions

_SAME = 1e-9  # sums of weights that differ by less are a tie


def winning_value(ballots: Sequence[Ballot], options: VoteOptions) -> Hashable:
    """The value that the ballots elect by the strategy."""
    if options.strategy == "first_non_blank":
        return next(
            (b.content.value for b in ballots if not b.content.abstains), ballots[0].content.value
        )
    answers = [ballot for ballot in ballots if not ballot.content.abstains]
    voting = answers if answers and options.ignore_blank else ballots
    return elect([ballot.content.value for ballot in voting], [ballot.power for ballot in voting])


def all_differ(ballots: Sequence[Ballot]) -> bool:
    """True if there are several ballots and no two have the same value, blanks counted."""
    return 1 < len(ballots) == len({ballot.content.value for ballot in ballots})


def elect(choices: Sequence[Hashable], powers: Sequence[float]) -> Hashable:
    """The choice with the most votes; of several, the one seen first."""
    votes: dict[Hashable, list[float]] = {}
    for choice, power in zip(choices, powers, strict=True):
        votes.setdefault(choice, []).append(power)
    totals = {choice: math.fsum(powers) for choice, powers in votes.items()}
    enough = max(totals.values()) * (1 - _SAME)
    return next(choice for choice, total in totals.items() if total >= enough)
