"""The results matrix as a page: one column a system, right and wrong answers told apart."""

from collections.abc import Sequence
from pathlib import Path

from wattrag.analysis.experiment import Record, ScoredExperiment
from wattrag.analysis.tables.page import PageCell, write_page


def write_matrix_page(path: Path, datafile: str, experiments: Sequence[ScoredExperiment]) -> None:
    """Write all answers to a datafile's questions, gold beside them."""
    header = ("Id", "Question", "Gold", *(experiment.name for experiment in experiments))
    by_question = zip(*(experiment.records for experiment in experiments), strict=True)
    rows = (_cells(records) for records in by_question)
    write_page(path, f"Answers to {datafile}", header, rows)


def _cells(records: Sequence[Record]) -> list[PageCell]:
    first = records[0]
    return [
        PageCell(str(first["id"])),
        PageCell(str(first["question"])),
        PageCell(str(first["gt_value"]), str(first["gt_ref"])),
        *(_answer(record) for record in records),
    ]


def _answer(record: Record) -> PageCell:
    right = record["value_correct"] and record["na_correct"]
    answered = record["status"] == "answered"
    return PageCell(
        str(record["pred_value"]) if answered else f"({record['status']})",
        _citations(record) if answered else "",
        "right" if right else "wrong",
    )


def _citations(record: Record) -> str:
    """The cited documents, with their score where it is not full."""
    cited, score = str(record["pred_ref"]), record["ref_score"]
    return cited if score is None or score == 1 else f"{cited} scores {score:.2g}"
