"""The results matrix: one row a question, what every experiment answered beside gold."""

from collections.abc import Mapping, Sequence

from wattrag.analysis.experiment import Record, ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.errors import InputError

VALUE_CORRECT, NA_CORRECT = "_ValCorrect", "_NACorrect"
QUESTION_COLUMNS = {
    "id": "id",
    "question": "question",
    "GT_Value": "gt_value",
    "GT_Ref": "gt_ref",
    "GT_Explanation": "gt_explanation",
    "answer_unit": "gt_unit",
}
EXPERIMENT_COLUMNS = {
    "_Value": "pred_value",
    "_Ref": "pred_ref",
    VALUE_CORRECT: "value_correct",
    "_RefScore": "ref_score",
    NA_CORRECT: "na_correct",
}


def results_matrix(experiments: Sequence[ScoredExperiment]) -> TableContent:
    """Questions in file order, experiments in the given order as groups of five columns.

    Columns and their meaning are those of KohakuRAG_UI's matrix; an unanswered question has
    empty answer cells.

    Raises:
        InputError: experiments on different questions.
    """
    _check_same_questions(experiments)
    columns = [f"{e.name}{suffix}" for e in experiments for suffix in EXPERIMENT_COLUMNS]
    by_question = zip(*(experiment.records for experiment in experiments), strict=True)
    rows = (_row(experiments, records) for records in by_question)
    return TableContent((*QUESTION_COLUMNS, *columns), tuple(rows))


def _row(
    experiments: Sequence[ScoredExperiment], records: Sequence[Record]
) -> Mapping[str, object]:
    row: dict[str, object] = {
        column: records[0].get(field) for column, field in QUESTION_COLUMNS.items()
    }
    for experiment, record in zip(experiments, records, strict=True):
        for suffix, field in EXPERIMENT_COLUMNS.items():
            row[f"{experiment.name}{suffix}"] = record[field]
    return row


def _check_same_questions(experiments: Sequence[ScoredExperiment]) -> None:
    asked = [[record["id"] for record in experiment.records] for experiment in experiments]
    for experiment, ids in zip(experiments, asked, strict=True):
        if ids != asked[0]:
            raise InputError(
                experiment.name,
                f"answers other questions than {experiments[0].name}",
                "score both on one question file",
            )
