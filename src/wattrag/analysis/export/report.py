"""The export of a results tree: which pages there are, and the files they are written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.analysis.experiment import ScoredExperiment, named_apart
from wattrag.analysis.export import latex, markdown
from wattrag.analysis.export.archive import check_archive_name, write_archive
from wattrag.analysis.export.blocks import Page
from wattrag.analysis.export.data_card import data_card
from wattrag.analysis.export.facts import facts_of
from wattrag.analysis.export.machines import machines_page
from wattrag.analysis.export.scores import scores_page
from wattrag.analysis.export.study_files import NO_FILES, StudyFiles
from wattrag.analysis.export.versions import versions_page
from wattrag.analysis.listing import Listed, list_experiments
from wattrag.analysis.rescoring import scored_or_none
from wattrag.analysis.tables.content import TableContent, export
from wattrag.analysis.tables.leaderboard import leaderboard
from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError
from wattrag.files import read_bytes, write_text
from wattrag.hardware.machine import installed
from wattrag.scoring.rules import Rules

FORMATS = ("latex", "markdown", "both")
TITLE = "Results"
Labels = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Exported:
    """What was written, and which results could not be taken in: they have no questions."""

    files: tuple[Path, ...]
    left_out: tuple[Path, ...]


@dataclass(frozen=True)
class Chosen:
    """The results to export: of one datafile or env only, judged by `rules` where not yet."""

    rules: Rules
    datafile: str | None = None
    env: str | None = None


def write_export(
    results: Path,
    output: Path,
    chosen: Chosen,
    *,
    labels: Labels,
    format_: str = "both",
    archive: Path | None = None,
    files: StudyFiles = NO_FILES,
) -> Exported:
    """Write leaderboards, versions, hardware and energy, and the data card of a results tree.

    Args:
        results: any tree with experiments.
        output: the folder that is written to.
        chosen: which experiments.
        labels: model -> what `models.yaml` says of it.
        format_: one of `FORMATS`.
        archive: a `.tar.gz` file for what may be handed on; None for none.
        files: what the study was made from.

    Raises:
        InputError: nothing to export, results that cannot be compared, an unknown format.
    """
    if format_ not in FORMATS:
        raise InputError("--format", f"unknown '{format_}'", f"choose one of {', '.join(FORMATS)}")
    if archive is not None:
        check_archive_name(archive)
    by_datafile, left_out = _scored(results, chosen)
    if not by_datafile:
        raise InputError(
            str(results), "has no per-question results", "score them first: external_results"
        )
    boards = {name: leaderboard(found, labels) for name, found in by_datafile.items()}
    pages = [
        *(scores_page(name, board) for name, board in boards.items()),
        *_statements(by_datafile, results, files),
    ]
    written = [*_write_boards(output, boards), *_write_pages(output, pages, format_)]
    if archive is not None:
        content = {f"export/{path.name}": read_bytes(path) for path in written}
        content |= {f"config/{name}": read_bytes(path) for name, path in files.config.items()}
        content["README.md"] = markdown.document(TITLE, pages).encode()
        write_archive(archive, results, content)
        written.append(archive)
    return Exported(tuple(written), tuple(one.folder for one in left_out))


def _scored(
    results: Path, chosen: Chosen
) -> tuple[dict[str, tuple[ScoredExperiment, ...]], list[Listed]]:
    """Experiments by datafile, those whose names clash told apart; and those without questions."""
    found: dict[str, list[ScoredExperiment]] = {}
    left_out = []
    for listed in list_experiments(results, chosen.datafile, chosen.env):
        scored = scored_or_none(listed, chosen.rules)
        if scored is None:
            left_out.append(listed)
        else:
            check_document_id(listed.datafile, str(listed.folder))
            found.setdefault(listed.datafile, []).append(scored)
    return {name: named_apart(found[name]) for name in sorted(found)}, left_out


def _statements(
    by_datafile: Mapping[str, Sequence[ScoredExperiment]], results: Path, files: StudyFiles
) -> list[Page]:
    facts = [facts_of(one) for found in by_datafile.values() for one in found]
    exporter = installed(("wattrag",)).get("wattrag", "of an unknown version")
    return [
        versions_page(facts, exporter),
        machines_page(facts),
        data_card(by_datafile, results, files),
    ]


def _write_boards(output: Path, boards: Mapping[str, TableContent]) -> list[Path]:
    """Leaderboards as CSV: the numbers behind the pages."""
    written = []
    for name, board in boards.items():
        path = output / f"leaderboard-{name}.csv"
        export(path, board)
        written.append(path)
    return written


def _write_pages(output: Path, pages: Sequence[Page], format_: str) -> list[Path]:
    texts: dict[str, str] = {}
    if format_ != "markdown":
        texts |= {f"{page.name}.tex": latex.latex(page) for page in pages}
        texts["export.tex"] = latex.document(pages)
    if format_ != "latex":
        texts["export.md"] = markdown.document(TITLE, pages)
    for name, text in texts.items():
        write_text(output / name, text)
    return [output / name for name in texts]
