"""A scored experiment as tables see it: who it is, its scores, its records."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wattrag.errors import InputError
from wattrag.files import read_json
from wattrag.scoring.intervals import UNDEFINED, Estimate
from wattrag.scoring.question import QuestionScore
from wattrag.scoring.rules import Rules, rules_named
from wattrag.scoring.score import Scores

Record = Mapping[str, Any]


@dataclass(frozen=True)
class ScoredExperiment:
    """A model's, an ensemble's or another system's answers to a datafile, scored.

    Attributes:
        name: unique among the experiments read together.
        type: `single`, `ensemble` or `external`.
        pipeline, model, precision, run: None where a type has none.
        records: `results.json`, one record a question, in the questions' order.
        summary: `summary.json` as it is: what answering took, on what hardware, from what.
        folder: where both lie.
    """

    name: str
    type: str
    env: str
    pipeline: str | None
    model: str | None
    precision: str | None
    run: int | None
    scores: Scores
    records: tuple[Record, ...]
    summary: Record = field(default_factory=dict, repr=False)
    folder: Path | None = None


def read_experiments(results: Sequence[Path]) -> tuple[ScoredExperiment, ...]:
    """Read experiments that shall be compared; names that several have get their env in front.

    Raises:
        InputError: a file that is missing or holds no scored experiment.
    """
    return named_apart([read_experiment(path) for path in results])


def named_apart(experiments: Sequence[ScoredExperiment]) -> tuple[ScoredExperiment, ...]:
    """The experiments under names that tell them apart.

    Raises:
        InputError: one is listed twice.
    """
    names = _unique_names(experiments)
    return tuple(
        replace(experiment, name=name) for experiment, name in zip(experiments, names, strict=True)
    )


def read_experiment(results: Path) -> ScoredExperiment:
    """Read one experiment: `results.json` and the `summary.json` beside it, which names it.

    Raises:
        InputError: a file is missing or holds no scored experiment.
    """
    summary_path = results.with_name("summary.json")
    records, summary = read_json(results), read_json(summary_path)
    try:
        return ScoredExperiment(
            name=str(summary["name"]),
            type=str(summary["type"]),
            env=str(summary["run_environment"]),
            pipeline=summary.get("pipeline"),
            model=text_of(summary, "model", "model_id"),
            precision=text_of(summary, "precision", "quantization"),
            run=summary.get("run"),
            scores=_scores(summary, records),
            records=tuple(records),
            summary=summary,
            folder=results.parent,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            str(summary_path),
            f"and {results.name} hold no scored experiment ({error!r})",
            "rescore",
        ) from error


def text_of(summary: Record, *keys: str) -> str | None:
    """The first text under our name of it or another system's."""
    found = (summary.get(key) for key in keys)
    return next((value for value in found if isinstance(value, str) and value), None)


def _scores(summary: Record, records: Sequence[Record]) -> Scores:
    n, unanswerable = int(summary["num_questions"]), int(summary["num_na_questions"])
    if n != len(records):
        raise ValueError(f"{len(records)} records of {n} questions")
    rules = rules_named(summary["rules"])
    scored = tuple(_question(record, rules) for record in records)
    cited = sum(question.ref_score is not None for question in scored)
    return Scores(
        rules=rules,
        overall=_estimate(summary, "overall_score", n),
        value_accuracy=_estimate(summary, "value_accuracy", n),
        ref_overlap=_estimate(summary, "ref_overlap", cited),
        na_recall=_estimate(summary, "na_accuracy", unanswerable),
        questions=scored,
        missing_ids=tuple(summary["missing_ids"]),
        error_ids=tuple(summary["error_ids"]),
    )


def _estimate(summary: Record, name: str, n: int) -> Estimate:
    value, interval = summary[name], summary[f"{name}_ci"]
    if value is None:
        return UNDEFINED
    low, high = interval
    return Estimate(float(value), float(low), float(high), n)


def _question(record: Record, rules: Rules) -> QuestionScore:
    """The inverse of a record: its `na_correct` means something on unanswerable questions only."""
    return QuestionScore(
        id=record["id"],
        status=record["status"],
        value_score=float(record["value_score"]),
        ref_score=None if record["ref_score"] is None else float(record["ref_score"]),
        na_correct=bool(record["na_correct"]) if rules.unanswerable(record["gt_value"]) else None,
        weighted_score=float(record["weighted_score"]),
        normalised=record["pred_value_normalized"],
    )


def _unique_names(experiments: Sequence[ScoredExperiment]) -> list[str]:
    """The names; where they clash with the env, and where that clashes with the type, added."""
    names = [experiment.name for experiment in experiments]
    for longer in (
        [f"{e.env}/{e.name}" for e in experiments],
        [f"{e.env}/{e.name} ({e.type})" for e in experiments],
    ):
        uses = Counter(names)
        names = [long if uses[name] > 1 else name for name, long in zip(names, longer, strict=True)]
    if len(set(names)) < len(names):
        twice = next(name for name, uses in Counter(names).items() if uses > 1)
        raise InputError("tables", f"experiment '{twice}' is listed twice", "list each once")
    return names
