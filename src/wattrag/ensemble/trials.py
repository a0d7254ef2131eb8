"""Scores of many ensembles of one pool, without making a submission of each."""

from collections.abc import Iterable, Sequence

import numpy as np

from wattrag.datafiles.questions import Gold, QuestionFile
from wattrag.datafiles.refs import format_refs
from wattrag.ensemble.ballot import Ballot, Member, cast
from wattrag.ensemble.election import elected
from wattrag.ensemble.options import VoteOptions
from wattrag.ensemble.subsets import Subset
from wattrag.scoring.blank import BLANK
from wattrag.scoring.composition import columns, overall
from wattrag.scoring.question import score_answer
from wattrag.scoring.resampling import Array
from wattrag.scoring.rules import Rules
from wattrag.scoring.score import labelled, score

_Points = tuple[float, ...]


class Trials:
    """A pool of members on labelled questions; ballots are read once for all its ensembles."""

    def __init__(
        self,
        members: Sequence[Member],
        questions: QuestionFile,
        options: VoteOptions,
        rules: Rules,
    ) -> None:
        """Read every member's ballot on every question.

        Raises:
            InputError: unlabelled questions.
        """
        self._rules = rules
        nothing = columns(score(questions, (), rules).questions)
        rows = [{row.id: row for row in member.rows} for member in members]
        self._questions = [
            _Question(
                gold,
                [
                    cast(member, own[question.id], options) if question.id in own else None
                    for member, own in zip(members, rows, strict=True)
                ],
                tuple(unanswered),
                options,
                rules,
            )
            for (question, gold), unanswered in zip(labelled(questions), nothing, strict=True)
        ]

    def scores(self, ensembles: Iterable[Subset]) -> Array:
        """The overall score of each ensemble, as scoring its submission would give it."""
        sums = [
            np.sum([question.points(ensemble) for question in self._questions], axis=0)
            for ensemble in ensembles
        ]
        return overall(np.array(sums), len(self._questions), self._rules)


class _Question:
    """One question with the ballots of all members, and what has been worked out before."""

    def __init__(
        self,
        gold: Gold,
        ballots: Sequence[Ballot | None],
        unanswered: _Points,
        options: VoteOptions,
        rules: Rules,
    ) -> None:
        self._gold, self._options, self._rules = gold, options, rules
        self._ballots = ballots
        alike = {(b.row.answer_value, b.row.ref_id, b.power): b for b in ballots if b}
        kinds = {kind: number for number, kind in enumerate(alike)}
        self._kinds = [
            -1 if b is None else kinds[(b.row.answer_value, b.row.ref_id, b.power)] for b in ballots
        ]
        self._of_kinds: dict[tuple[int, ...], _Points] = {(): unanswered}
        self._of_answers: dict[tuple[str, tuple[str, ...]], _Points] = {}

    def points(self, ensemble: Subset) -> _Points:
        """The row of `columns` for what an ensemble answers."""
        own = self._kinds
        kinds = tuple([own[member] for member in ensemble if own[member] >= 0])
        known = self._of_kinds.get(kinds)
        if known is None:
            known = self._of_kinds[kinds] = self._vote(ensemble)
        return known

    def _vote(self, ensemble: Subset) -> _Points:
        ballots = [ballot for member in ensemble if (ballot := self._ballots[member])]
        winner = elected(ballots, self._options)
        answer = (winner.value, winner.citations.documents) if winner else (BLANK, ())
        known = self._of_answers.get(answer)
        if known is None:
            value, documents = answer
            row = ballots[0].row._replace(answer_value=value, ref_id=format_refs(documents))
            scored = score_answer(self._gold, row, self._rules)
            known = self._of_answers[answer] = tuple(columns([scored])[0])
        return known
