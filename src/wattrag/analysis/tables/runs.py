"""Run-to-run spread: one row for each experiment, over its runs."""

from collections import defaultdict
from collections.abc import Sequence

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.tables.leaderboard import METRICS
from wattrag.scoring.spread import spread

_WHO = ("env", "pipeline", "model", "precision")
COLUMNS = (
    *_WHO,
    "runs",
    *(f"{metric}{part}" for metric in METRICS for part in ("_mean", "_sd", "_min", "_max")),
    "questions_that_change",
)


def runs(experiments: Sequence[ScoredExperiment]) -> TableContent:
    """Mean, standard deviation (n - 1) and extremes of each score over the runs of one setting.

    A setting is env, pipeline, model and precision; settings in the given order, those of one
    run too, whose `_sd` is null. `questions_that_change` counts the questions whose value is
    right in some runs and wrong in others; null for one run.
    """
    settings: dict[tuple[object, ...], list[ScoredExperiment]] = defaultdict(list)
    for experiment in experiments:
        if experiment.run is not None:
            settings[tuple(getattr(experiment, name) for name in _WHO)].append(experiment)
    rows = (_row(who, members) for who, members in settings.items())
    return TableContent(COLUMNS, tuple(rows))


def _row(who: tuple[object, ...], members: Sequence[ScoredExperiment]) -> dict[str, object]:
    row: dict[str, object] = dict(zip(_WHO, who, strict=True))
    row["runs"] = len(members)
    for metric, values in _values(members).items():
        found = spread(values)
        row |= {
            f"{metric}_mean": found.mean,
            f"{metric}_sd": found.sd,
            f"{metric}_min": found.low,
            f"{metric}_max": found.high,
        }
    row["questions_that_change"] = _changing(members) if len(members) > 1 else None
    return row


def _values(members: Sequence[ScoredExperiment]) -> dict[str, list[float | None]]:
    scores = [member.scores for member in members]
    estimates = [(s.overall, s.value_accuracy, s.ref_overlap, s.na_recall) for s in scores]
    columns = zip(*estimates, strict=True)
    return {
        metric: [one.value for one in column]
        for metric, column in zip(METRICS, columns, strict=True)
    }


def _changing(members: Sequence[ScoredExperiment]) -> int:
    answers = zip(*(member.scores.questions for member in members), strict=True)
    return sum(len({answer.value_correct for answer in question}) > 1 for question in answers)
