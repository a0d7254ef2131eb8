"""The predictions of a sweep: the runs of every point, or the votes at every point."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.analysis.sweeps.plan import SweepPlan
from wattrag.datafiles.questions import QuestionFile
from wattrag.datafiles.submission import SubmissionRow, in_question_order, write_submission
from wattrag.ensemble.aggregate import DEFAULT_OPTIONS, aggregate
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.subsets import PER_SIZE, Subset, subsets

Rows = Sequence[SubmissionRow]


@dataclass(frozen=True)
class Prediction:
    """One submission of a sweep.

    Attributes:
        point: the texts of its values by setting, the line's first.
        run: from 1; for votes the number of the combination of members.
        sources: names of the experiment, or of the members that voted.
    """

    point: Mapping[str, str]
    run: int
    sources: tuple[str, ...]
    rows: Rows

    @property
    def file(self) -> str:
        """Its file in the sweep's folder, `LINE=v_X=w_run1_preds.csv`."""
        parts = [f"{param}={text}" for param, text in self.point.items()]
        return "_".join([*parts, f"run{self.run}", "preds.csv"])


def predictions(plan: SweepPlan, submissions: Sequence[Rows]) -> Iterator[Prediction]:
    """Every submission of a sweep: point by point, run by run.

    Args:
        plan: the sweep.
        submissions: of the members; or of each point all runs, point by point.
    """
    if plan.members is None:
        yield from _of_runs(plan, submissions)
        return
    members = [Member(name, rows) for name, rows in zip(plan.members, submissions, strict=True)]
    for point in plan.points:
        for run, chosen in enumerate(tried(len(members), point.size or len(members)), 1):
            voting = [members[place] for place in chosen]
            rows = aggregate(voting, point.vote or DEFAULT_OPTIONS)
            yield Prediction(dict(point.texts), run, tuple(member.name for member in voting), rows)


def write_predictions(folder: Path, found: Sequence[Prediction], asked: QuestionFile) -> None:
    """Write each prediction as a submission, and remove those of points that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in folder.glob("*_preds.csv")} - {p.file for p in found}:
        (folder / stale).unlink()
    for prediction in found:
        write_submission(folder / prediction.file, in_question_order(prediction.rows, asked))


def tried(members: int, size: int) -> list[Subset]:
    """Combinations of members that vote: all, or at most 32 evenly spaced in their order."""
    found = subsets(members, size)
    if len(found) <= PER_SIZE:
        return found
    last = len(found) - 1
    return [found[round(n * last / (PER_SIZE - 1))] for n in range(PER_SIZE)]


def _of_runs(plan: SweepPlan, submissions: Sequence[Rows]) -> Iterator[Prediction]:
    made = ((point, run) for point in plan.points for run in range(1, plan.runs + 1))
    for (point, run), rows in zip(made, submissions, strict=True):
        yield Prediction(dict(point.texts), run, (f"{point.source}/run{run}",), rows)
