"""How many questions each experiment lost to each cause."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.tables.page import PageCell, write_page
from wattrag.scoring.causes import Cause

_WHO = ("name", "type", "env", "num_questions", "questions_with_losses")
COLUMNS = (*_WHO, *(str(cause) for cause in Cause))


def errors_by_class(experiments: Sequence[ScoredExperiment]) -> TableContent:
    """One row an experiment, in the given order, one column a cause.

    A question may have several causes, at most one of each: the counts of a row may add up to
    more than its questions. Where retrieval is not known (a vote, another system's answers) the
    causes that judge it are null.
    """
    return TableContent(COLUMNS, tuple(_row(experiment) for experiment in experiments))


def write_errors_by_class_page(path: Path, datafile: str, table: TableContent) -> None:
    """Write what `errors_by_class` returned, without the causes that nobody has."""
    shown = [c for c in COLUMNS if c in _WHO or any(row[c] for row in table.rows)]
    header = [column.removeprefix("num_").replace("_", " ") for column in shown]
    rows = ([PageCell(_text(row[column])) for column in shown] for row in table.rows)
    write_page(path, f"Error classes of {datafile}", header, rows)


def _row(experiment: ScoredExperiment) -> dict[str, object]:
    found = [record["causes"] for record in experiment.records if record["causes"]]
    counts = Counter(cause for causes in found for cause in causes)
    unknown = set() if experiment.type == "single" else {Cause.NOT_RETRIEVED, Cause.NOT_USED}
    return {
        "name": experiment.name,
        "type": experiment.type,
        "env": experiment.env,
        "num_questions": len(experiment.records),
        "questions_with_losses": len(found),
        **{str(cause): None if cause in unknown else counts[str(cause)] for cause in Cause},
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)
