"""The leaderboard: experiments by overall score, with what their differences are worth."""

from collections.abc import Mapping, Sequence

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.scoring.comparison import Comparison, compare_pairs, groups, holm
from wattrag.scoring.intervals import Estimate

METRICS = ("overall_score", "value_accuracy", "ref_overlap", "na_accuracy")
_WHO = ("group", "name", "type", "env", "pipeline", "model", "precision", "run")
_COUNTS = (
    *("num_questions", "questions_correct", "questions_wrong"),
    *("missing_count", "error_count"),
)
_DIFFERENCE = ("difference", "difference_low", "difference_high", "p_value")
COLUMNS = (
    *_WHO,
    *(column for name in METRICS for column in (name, f"{name}_low", f"{name}_high")),
    *_COUNTS,
    *_DIFFERENCE,
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def leaderboard(
    experiments: Sequence[ScoredExperiment], labels: Mapping[str, Mapping[str, object]]
) -> TableContent:
    """Rank experiments by overall score, equal ones by name.

    Experiments of one `group` cannot be told apart from the group's best at 5 %; differences,
    their 95 % intervals and p-values (Holm's correction over all rows) are to the table's best.

    Args:
        experiments: of one datafile, under the same rules.
        labels: model -> what `models.yaml` says of it; its `name` is shown.

    Raises:
        InputError: experiments on different questions or under different rules.
    """
    by_name = {experiment.name: experiment for experiment in experiments}
    grouped = groups({name: experiment.scores for name, experiment in by_name.items()})
    ranked = [by_name[name] for name in grouped]
    compared = _to_best(ranked)
    rows = (
        {
            **_who(experiment, labels),
            "group": letter(grouped[experiment.name]),
            **_scores(experiment),
            **difference,
        }
        for experiment, difference in zip(ranked, compared, strict=True)
    )
    return TableContent(COLUMNS, tuple(rows))


def letter(group: int) -> str:
    """Group 1 is A, 26 is Z, 27 is AA, as spreadsheets name columns."""
    rest, last = divmod(group - 1, len(_LETTERS))
    return (letter(rest) if rest else "") + _LETTERS[last]


def _to_best(ranked: Sequence[ScoredExperiment]) -> list[dict[str, object]]:
    """The difference columns of each row; the best has nothing to be compared with."""
    pairs = [(other, 0) for other in range(1, len(ranked))]
    compared = compare_pairs([experiment.scores for experiment in ranked], pairs)
    corrected = holm([one.p_value for one in compared])
    rows = [_difference(one, p) for one, p in zip(compared, corrected, strict=True)]
    return [*({} for _ in ranked[:1]), *rows]


def _difference(compared: Comparison, p_value: float) -> dict[str, object]:
    cells = (compared.difference, compared.low, compared.high, p_value)
    return dict(zip(_DIFFERENCE, cells, strict=True))


def _who(
    experiment: ScoredExperiment, labels: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    model = experiment.model
    shown = labels.get(model, {}).get("name", model) if model else None
    who = {name: getattr(experiment, name) for name in _WHO if name not in {"group", "model"}}
    return {**who, "model": shown}


def _scores(experiment: ScoredExperiment) -> dict[str, object]:
    scores = experiment.scores
    estimates = (scores.overall, scores.value_accuracy, scores.ref_overlap, scores.na_recall)
    correct = sum(question.value_correct for question in scores.questions)
    total = len(scores.questions)
    missing, failed = len(scores.missing_ids), len(scores.error_ids)
    counts = (total, correct, total - correct, missing, failed)
    cells: dict[str, object] = dict(zip(_COUNTS, counts, strict=True))
    for name, estimate in zip(METRICS, estimates, strict=True):
        cells |= _estimate(name, estimate)
    return cells


def _estimate(name: str, estimate: Estimate) -> dict[str, object]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
