"""The files of a scored experiment: `results.json`, `summary.json`, `errors.csv`.

Field names and scalars are those that readers of KohakuRAG_UI's files know; ours are added.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.causes import Cause, causes
from wattrag.scoring.intervals import Estimate
from wattrag.scoring.question import QuestionScore
from wattrag.scoring.score import Scores, labelled
from wattrag.scoring.trace import NO_TRACE, Trace

NO_TRACES: Mapping[str, Trace] = MappingProxyType({})
"""Of a result that is a submission and nothing else."""

ERROR_COLUMNS = (
    *("id", "question", "cause", "status", "gt_value", "pred_value", "gt_unit", "gt_ref"),
    *("pred_ref", "value_correct", "ref_score", "na_correct", "weighted_score", "flags"),
)


def result_records(
    questions: QuestionFile,
    rows: Sequence[SubmissionRow],
    scores: Scores,
    traces: Mapping[str, Trace] = NO_TRACES,
) -> list[dict[str, Any]]:
    """`results.json`: one record a question, in the questions' order, free of times.

    Predicted fields are as submitted and null without an answer. `na_correct` is true on an
    answered answerable question, as readers expect who recompute `weighted_score` from it.
    `traces` tell more of the causes, by question id, where an experiment left some.
    """
    by_id = {row.id: row for row in rows}
    records = []
    for (question, gold), score in zip(labelled(questions), scores.questions, strict=True):
        row = by_id.get(question.id) if score.status == "answered" else None
        trace = traces.get(question.id, NO_TRACE)
        lost = causes(gold, row, score, scores.rules, trace)
        records.append({**_record(question, gold, row, score, lost), **_told(row, trace)})
    return records


def summary_record(scores: Scores, identity: Mapping[str, Any]) -> dict[str, Any]:
    """`summary.json`: who (`identity`, first and in its order), the scores, their intervals.

    `questions_wrong` counts every question whose value is not right, those without an answer
    included; `error_count` and `missing_count` say how many these are.
    """
    correct = sum(question.value_correct for question in scores.questions)
    total = len(scores.questions)
    estimates = {
        "overall_score": scores.overall,
        "value_accuracy": scores.value_accuracy,
        "ref_overlap": scores.ref_overlap,
        "na_accuracy": scores.na_recall,
    }
    return {
        **identity,
        "rules": scores.rules.name,
        "num_questions": total,
        **{name: estimate.value for name, estimate in estimates.items()},
        **{f"{name}_ci": _interval(estimate) for name, estimate in estimates.items()},
        "num_na_questions": scores.na_recall.n,
        "questions_correct": correct,
        "questions_wrong": total - correct,
        "error_count": len(scores.error_ids),
        "missing_count": len(scores.missing_ids),
        "error_ids": list(scores.error_ids),
        "missing_ids": list(scores.missing_ids),
    }


def error_rows(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`errors.csv`: every question that lost points, with gold, prediction and cause in words."""
    return [error_row(record) for record in records if record["causes"]]


def error_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `errors.csv` for one record of `results.json`."""
    words = {"cause": "; ".join(record["causes"]), "flags": " ".join(record["flags"])}
    return {name: words.get(name, record.get(name)) for name in ERROR_COLUMNS}


def _record(
    question: Question,
    gold: Gold,
    row: SubmissionRow | None,
    score: QuestionScore,
    lost: Sequence[Cause],
) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "gt_value": gold.answer_value,
        "gt_unit": question.answer_unit,
        "gt_ref": gold.ref_id,
        "gt_explanation": gold.explanation,
        "pred_value": row.answer_value if row else None,
        "pred_unit": row.answer_unit if row else None,
        "pred_ref": row.ref_id if row else None,
        "pred_explanation": row.explanation if row else None,
        "value_correct": score.value_correct,
        "ref_score": score.ref_score,
        "na_correct": score.status == "answered" and score.na_correct is not False,
        "weighted_score": score.weighted_score,
        "status": score.status,
        "value_score": score.value_score,
        "pred_value_normalized": score.normalised,
        "causes": [str(cause) for cause in lost],
        "flags": list(question.flags),
    }


def _told(row: SubmissionRow | None, trace: Trace) -> dict[str, Any]:
    """What is told of an answer beside its score."""
    return {
        "pred_ref_url": row.ref_url if row else None,
        "pred_supporting_materials": row.supporting_materials if row else None,
        "raw_response": trace.raw_response,
        "num_snippets": trace.num_snippets,
        "retry_count": trace.retry_count,
        "unshown_ref_id": None if trace.unshown_ref_id is None else list(trace.unshown_ref_id),
        "quote_node": trace.quote_node,
        "value_supported": trace.value_supported,
    }


def _interval(estimate: Estimate) -> list[float | None] | None:
    return None if estimate.value is None else [estimate.low, estimate.high]
