"""`wattrag export`: a results tree as tables and statements for a paper, and as an archive."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattrag.cli.common import print_problem
from wattrag.cli.options import DatafileOption, EnvOption, RulesOption
from wattrag.config.models import Answering
from wattrag.config.settings import Settings
from wattrag.datafiles.questions import read_questions
from wattrag.scoring.rules import rules_named
from wattrag.study.load import MODELS, declared_models, read_config_file, read_settings, resolve

if TYPE_CHECKING:
    from wattrag.analysis.export.study_files import StudyFiles


def export(
    results_dir: Annotated[
        Path, typer.Argument(metavar="RESULTS_DIR", help="A study's results, or KohakuRAG_UI's.")
    ],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Written to.")],
    datafile: DatafileOption = None,
    env: EnvOption = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="latex, markdown or both.")
    ] = "both",
    archive: Annotated[
        Path | None,
        typer.Option(metavar="FILE.tar.gz", help="What may be handed on, without others' texts."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The study's configuration, for the data card."),
    ] = None,
    rules: RulesOption = "2025",
) -> None:
    """Write leaderboards with intervals, exact versions, hardware and energy, and a data card.

    `export.tex` compiles as it is; its parts go into a document of yours, with the packages that it
    names. The archive holds submissions, results, summaries, tables and plots without
    documents, questions, gold, prompts, replies and quotes.
    """
    from wattrag.analysis.export.report import Chosen, write_export
    from wattrag.analysis.export.study_files import NO_FILES

    chosen = Chosen(rules_named(rules), datafile, env)
    files = NO_FILES if config is None else _files(config)
    labels = {n: m.label for n, m in declared_models().items() if isinstance(m, Answering)}
    written = write_export(
        results_dir, output, chosen, labels=labels, format_=format_, archive=archive, files=files
    )
    for folder in written.left_out:
        print_problem(f"{folder}: has no per-question results: not in the tables")
    for path in written.files:
        typer.echo(str(path))


def _files(config: Path) -> "StudyFiles":
    """What a configuration names; the documents of a corpus are listed by sheet, else by trees."""
    from wattrag.analysis.export.study_files import StudyFiles

    settings: Settings = read_settings(read_config_file(config), str(config))
    return StudyFiles(
        questions={
            name: read_questions(resolve(datafile.path), datafile.columns)
            for name, datafile in settings.datafiles.items()
        },
        sheets={name: resolve(source.sheet) for name, source in settings.sources.items()},
        trees={
            name: resolve(corpus.trees)
            for name, corpus in settings.corpora.items()
            if corpus.trees is not None
        },
        config={config.name: config, Path(MODELS).name: resolve(MODELS)},
    )
