"""`wattrag init`: a new study from a folder of PDFs."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from wattrag.datafiles.table import write_table
from wattrag.errors import InputError
from wattrag.files import write_text

QUESTION_COLUMNS = ("id", "question", "answer_unit")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the study; may hold the PDFs.")
    ],
    pdfs: Annotated[
        Path | None,
        typer.Option("--pdfs", metavar="FOLDER", help="Folder of the PDFs, if it is another."),
    ] = None,
) -> None:
    """Write a study's config, document sheet and empty question file; nothing is overwritten."""
    from wattrag.cli.skeleton import SHEET_COLUMNS, config_text, sheet_rows

    config, sheet, questions = (
        folder / name for name in ("config.yaml", "metadata.csv", "questions.csv")
    )
    for path in (config, sheet, questions):
        if path.exists():
            raise InputError(str(path), "exists already", "choose another folder or remove it")
    rows = sheet_rows(folder if pdfs is None else pdfs, relative_to=folder)
    write_table(sheet, SHEET_COLUMNS, rows)
    write_table(questions, QUESTION_COLUMNS, [])
    write_text(config, config_text(folder, sheet, questions))
    typer.echo(f"{sheet}: one row per PDF ({len(rows)}); look over the titles")
    typer.echo(f"{questions}: write one question a row, as q1,How much …?,kWh")
    typer.echo(f"{config}: the settings; config/README.md explains each")
    typer.echo(f"then: wattrag check {shlex.quote(str(config))}")
