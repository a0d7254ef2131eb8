"""Scaling within a family of models: scores, time, memory and energy by size and precision."""

from collections.abc import Mapping, Sequence

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.taken import numbers, texts

Labels = Mapping[str, Mapping[str, object]]
COLUMNS = (
    *("model", "params_b", "quantization", "run_environment", "hostname"),
    *("overall_score", "value_accuracy", "ref_overlap", "na_accuracy"),
    *("avg_latency_s", "avg_retrieval_s", "avg_generation_s", "total_time_s"),
    *("vram_allocated_gb", "vram_reserved_gb", "vram_total_gb", "gpu_name", "gpu_count"),
    *("model_disk_gb", "model_load_time_s", "llm_load_time_s", "embedder_load_time_s"),
    *("energy_wh", "energy_method", "avg_power_w", "peak_power_w", "cpu_rss_peak_gb"),
    *("questions", "correct", "wrong", "errors", "input_tokens", "output_tokens", "est_cost_usd"),
    # Ours; those before are KohakuRAG_UI's, in its order.
    *("overall_score_low", "overall_score_high", "params_estimated", "pipeline", "run", "name"),
)


def scaling(family: str, experiments: Sequence[ScoredExperiment], labels: Labels) -> TableContent:
    """A family's experiments by precision, then by size, unknown sizes last.

    Args:
        family: as `models.yaml` has it.
        experiments: of one datafile; those of other families are left out.
        labels: model -> its `name`, `family`, `params_b` and `params_estimated`.
    """
    own = [e for e in experiments if labels.get(e.model or "", {}).get("family") == family]
    rows = [_row(experiment, labels[str(experiment.model)]) for experiment in own]
    return TableContent(COLUMNS, tuple(sorted(rows, key=_place)))


def _place(row: Mapping[str, object]) -> tuple[object, ...]:
    size = row["params_b"]
    known = size if isinstance(size, int | float) else float("inf")
    return (str(row["quantization"]), known, str(row["name"]), str(row["run_environment"]))


def _row(experiment: ScoredExperiment, label: Mapping[str, object]) -> dict[str, object]:
    scores = experiment.scores
    correct = sum(question.value_correct for question in scores.questions)
    return {
        **numbers(experiment.summary),
        **texts(experiment.summary),
        "model": label.get("name"),
        "params_b": label.get("params_b"),
        "params_estimated": label.get("params_estimated"),
        "quantization": experiment.precision,
        "run_environment": experiment.env,
        "overall_score": scores.overall.value,
        "overall_score_low": scores.overall.low,
        "overall_score_high": scores.overall.high,
        "value_accuracy": scores.value_accuracy.value,
        "ref_overlap": scores.ref_overlap.value,
        "na_accuracy": scores.na_recall.value,
        "questions": len(scores.questions),
        "correct": correct,
        "wrong": len(scores.questions) - correct,
        "errors": len(scores.error_ids),
        "pipeline": experiment.pipeline,
        "run": experiment.run,
        "name": experiment.name,
    }
