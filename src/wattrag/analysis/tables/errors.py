"""Everything that lost points, over all experiments, with its cause."""

from collections.abc import Sequence

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.scoring.records import ERROR_COLUMNS, error_row

COLUMNS = ("name", *ERROR_COLUMNS)


def errors(experiments: Sequence[ScoredExperiment]) -> TableContent:
    """One row for every question that an experiment did not answer in full.

    Experiments in the given order, the questions of each in file order; the columns after
    `name` are those of an experiment's own `errors.csv`.
    """
    rows = (
        {"name": experiment.name, **error_row(record)}
        for experiment in experiments
        for record in experiment.records
        if record["causes"]
    )
    return TableContent(COLUMNS, tuple(rows))
