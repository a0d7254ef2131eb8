"""How an ensemble votes."""

from collections.abc import Collection
from dataclasses import dataclass

from wattrag.errors import InputError

STRATEGIES = ("majority", "answer_priority", "first_non_blank", "confidence")
REF_MODES = ("union", "intersection", "answer_priority", "independent", "ref_priority", "all")
TIEBREAKS = ("first", "blank")


@dataclass(frozen=True)
class VoteOptions:
    """The vote's rules.

    Attributes:
        strategy: who wins: `majority` (`answer_priority` is the same), `first_non_blank`, or
            `confidence`, where a vote counts as much as the answer is sure of itself.
        ref_mode: whose citations are taken, see `wattrag.ensemble.citations`.
        ignore_blank: abstentions vote only where all abstain; the same for citations.
        tiebreak: `first` gives a tie to the value seen first in member order; `blank` besides
            abstains where all members differ, abstentions counted as a value.
        raw_votes: vote on strings as they are instead of on normalised values.

    Raises:
        InputError: an option that does not exist.
    """

    strategy: str = "majority"
    ref_mode: str = "union"
    ignore_blank: bool = True
    tiebreak: str = "first"
    raw_votes: bool = False

    def __post_init__(self) -> None:
        _check("strategy", self.strategy, STRATEGIES)
        _check("ref mode", self.ref_mode, REF_MODES)
        _check("tiebreak", self.tiebreak, TIEBREAKS)


def _check(option: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise InputError(option, f"unknown '{value}'", f"choose one of {', '.join(known)}")
