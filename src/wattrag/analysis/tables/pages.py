"""The tables that the report shows as pages; as CSV files they are only offered for download."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.tables.errors_by_class import write_errors_by_class_page
from wattrag.analysis.tables.leaderboard_page import write_leaderboard_page
from wattrag.analysis.tables.matrix_page import write_matrix_page


def write_pages(
    paths: Mapping[str, Path],
    datafile: str,
    board: TableContent,
    classes: TableContent,
    experiments: Sequence[ScoredExperiment],
) -> None:
    """Write the pages of a datafile: `leaderboard_page`, `matrix_page`, `classes_page`."""
    write_leaderboard_page(paths["leaderboard_page"], datafile, board)
    write_matrix_page(paths["matrix_page"], datafile, experiments)
    write_errors_by_class_page(paths["classes_page"], datafile, classes)
