"""`sweep_results.csv`: the scores of every prediction of a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import stdev

from wattrag.analysis.sweeps.plan import SweepPlan
from wattrag.analysis.sweeps.predictions import Prediction
from wattrag.analysis.tables.content import TableContent
from wattrag.datafiles.questions import QuestionFile
from wattrag.scoring.rules import Rules
from wattrag.scoring.score import Scores, score

METRICS = ("final_score", "value_score", "ref_score", "is_NA_score")
"""Scores of a prediction, by the names of KohakuRAG's sweeps; the first is the overall score."""
COLUMNS = ("line", "x", "run", *METRICS, "num_questions", "missing", "file")


@dataclass(frozen=True)
class Scored:
    """A prediction with its scores."""

    prediction: Prediction
    scores: Scores

    @property
    def metrics(self) -> dict[str, float | None]:
        """The scores by `METRICS`; None where one is not defined."""
        found = self.scores
        estimates = (found.overall, found.value_accuracy, found.ref_overlap, found.na_recall)
        return {m: estimate.value for m, estimate in zip(METRICS, estimates, strict=True)}


def scored(found: Sequence[Prediction], questions: QuestionFile, rules: Rules) -> list[Scored]:
    """Score every prediction; a question without a row earns nothing.

    Raises:
        InputError: a prediction has a row of no question; unlabelled questions.
    """
    return [Scored(p, score(questions, p.rows, rules, where=p.file)) for p in found]


def results(plan: SweepPlan, found: Sequence[Scored]) -> TableContent:
    """One row a prediction: where it lies, its scores, questions without a row, its file."""
    return TableContent(COLUMNS, tuple(_row(plan, one) for one in found))


def deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation, with n - 1; None for a single value."""
    return stdev(values) if len(values) > 1 else None


def _row(plan: SweepPlan, one: Scored) -> dict[str, object]:
    point = one.prediction.point
    return {
        "line": point.get(plan.line[0] or ""),
        "x": point.get(plan.x[0] or ""),
        "run": one.prediction.run,
        **one.metrics,
        "num_questions": len(one.scores.questions),
        "missing": len(one.scores.missing_ids),
        "file": one.prediction.file,
    }


def metadata(plan: SweepPlan, found: Sequence[Prediction], questions: str) -> dict[str, object]:
    """`metadata.json`: the axes under KohakuRAG's keys, and the files of predictions.

    Args:
        plan: the sweep.
        found: its predictions.
        questions: path of the question file, as configured.
    """
    return {
        "line_param": plan.line[0],
        "line_values": list(plan.line[1]),
        "x_param": plan.x[0],
        "x_values": list(plan.x[1]),
        "num_runs": max(prediction.run for prediction in found),
        "questions": questions,
        "fixed": dict(plan.fixed),
        "predictions": [
            {"file": p.file, "point": dict(p.point), "run": p.run, "sources": list(p.sources)}
            for p in found
        ],
    }
