"""The best ensemble of each size on one question file, judged on another.

The best of thousands of ensembles on the questions they were chosen by is partly the luckiest;
what it is worth shows on questions that took no part in the choice.

Source: Cawley and Talbot (2010), On Over-fitting in Model Selection, JMLR 11:2079-2107.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb
from statistics import fmean

from wattrag.datafiles.questions import QuestionFile
from wattrag.ensemble.aggregate import aggregate
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import VoteOptions
from wattrag.ensemble.subsets import subsets
from wattrag.ensemble.trials import Trials
from wattrag.ensemble.unseen import unseen
from wattrag.ensemble.weights import train_weights
from wattrag.errors import InputError
from wattrag.scoring.rules import Rules
from wattrag.scoring.score import Scores, score


@dataclass(frozen=True)
class Pool:
    """Members on a labelled question file."""

    datafile: str
    questions: QuestionFile
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Selected:
    """The ensemble of a size that did best where it was chosen.

    Attributes:
        tried, possible: ensembles of this size.
        mean: mean score of those tried, where they were chosen.
        chosen_score: the best one's score there.
        judged: its scores on the questions that took no part.
    """

    size: int
    tried: int
    possible: int
    members: tuple[str, ...]
    mean: float
    chosen_score: float
    judged: Scores


def select(train: Pool, judged: Pool, options: VoteOptions, rules: Rules) -> list[Selected]:
    """For each size the best ensemble on `train`, judged on `judged`, smallest size first.

    Questions that both ask are left out of `train`. Of equally good ensembles the first in
    member order is taken. Size 1 is the best single member.

    Raises:
        InputError: pools of different members, unlabelled questions, or no question left.
    """
    names = [member.name for member in judged.members]
    if [member.name for member in train.members] != names:
        raise InputError(train.datafile, f"has other members than {judged.datafile}")
    seen = unseen(train.questions, judged.questions)
    trials = Trials(train.members, seen, options, rules)
    found = []
    for size in range(1, len(names) + 1):
        tried = subsets(len(names), size)
        scores = [round(float(one), 10) for one in trials.scores(tried)]
        best = scores.index(max(scores))
        members = [judged.members[member] for member in tried[best]]
        rows = aggregate(members, options)
        found.append(
            Selected(
                size=size,
                tried=len(tried),
                possible=comb(len(names), size),
                members=tuple(member.name for member in members),
                mean=fmean(scores),
                chosen_score=scores[best],
                judged=score(judged.questions, rows, rules),
            )
        )
    return found


def select_all(
    pools: Sequence[Pool],
    options: VoteOptions,
    rules: Rules,
    weights: Mapping[str, float] | None = None,
    weights_from: str | None = None,
) -> dict[str, list[Selected]]:
    """`select` on each later pool, judged on the first, among the members that both have.

    Args:
        pools: the one that judges, then those that are chosen on.
        options: how is voted.
        rules: of all scores.
        weights: member -> votes it has; 1 where there is none.
        weights_from: datafile of the pool whose scores are the weights instead.

    Returns:
        Datafile of the pool chosen on -> the best of each size.
    """
    judged, *others = pools
    for other in others:
        if other.datafile == weights_from:
            answers = {member.name: member.rows for member in other.members}
            weights = train_weights(answers, unseen(other.questions, judged.questions), rules)
    weighed = [_weighed(pool, weights or {}) for pool in pools]
    return {
        other.datafile: select(*common(other, weighed[0]), options, rules) for other in weighed[1:]
    }


def _weighed(pool: Pool, weights: Mapping[str, float]) -> Pool:
    members = (replace(m, weight=weights.get(m.name, 1.0)) for m in pool.members)
    return replace(pool, members=tuple(members))


def common(first: Pool, second: Pool) -> tuple[Pool, Pool]:
    """Both pools with the members only that they share, in the order of the second."""
    shared = {member.name for member in first.members} & {m.name for m in second.members}
    by_name = {member.name: member for member in first.members}
    names = [member.name for member in second.members if member.name in shared]
    return (
        replace(first, members=tuple(by_name[name] for name in names)),
        replace(second, members=tuple(m for m in second.members if m.name in shared)),
    )
