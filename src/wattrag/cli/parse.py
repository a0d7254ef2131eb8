"""`wattrag parse`: documents to trees, many at a time, whatever some of them may be."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from wattrag.cli.common import one_line, print_json, print_problem
from wattrag.cli.options import JsonOption
from wattrag.cli.skeleton import document_ids
from wattrag.corpus.counts import TreeCounts, count
from wattrag.corpus.parse import find_reader
from wattrag.corpus.parse import parse as parse_document
from wattrag.corpus.pool import run_bounded
from wattrag.corpus.tree import write_tree
from wattrag.corpus.worker import Budget, Outcome
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError

WIDE = 110  # characters of a line that has room for reasons
UNBOUNDED = 200  # of a line that goes into a file
COLUMNS = ("pages", "sections", "paragraphs", "sentences", "tables", "figures")


@dataclass(frozen=True)
class Order:
    """One file to parse: its document id, the parser and the tree file to write."""

    source: Path
    document_id: str
    target: Path
    parser: str


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="PDF, .md or .txt files.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the trees.")
    ],
    *,
    jobs: Annotated[int, typer.Option(min=1, help="Files parsed at the same time.")] = 1,
    parser: Annotated[str, typer.Option(help="How PDFs are read.")] = "fast",
    seconds: Annotated[
        float, typer.Option(min=1, help="Processor time of one file, or 3 s a page if more.")
    ] = 120.0,
    as_json: JsonOption = False,
) -> None:
    """Parse documents into trees, one JSON file each; a bad file does not stop the others."""
    _check(output, parser)
    orders = _orders(files, output, parser)
    outcomes = run_bounded(parse_one, orders, jobs, Budget(seconds=seconds))
    shown = track(
        outcomes, "Parsing", total=len(orders), console=Console(stderr=True), transient=True
    )
    by_source = {outcome.item.source: outcome for outcome in shown}
    finished = [by_source[order.source] for order in orders]
    _report(finished, as_json=as_json)
    if any(outcome.error is not None for outcome in finished):
        raise typer.Exit(InputError.exit_code)


def parse_one(order: Order) -> TreeCounts:
    """Parse one file and write its tree; runs in a worker process."""
    row = SheetRow(id=order.document_id, title="", url=_name(order.source))
    tree = parse_document(order.source, row, order.parser)
    write_tree(order.target, tree)
    return count(tree)


def _check(output: Path, parser: str) -> None:
    """Say once what would be wrong with every file."""
    find_reader(parser, Path("any.pdf"))
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "cannot be made"
        raise InputError(str(output), reason, "choose another folder with -o") from error
    if not os.access(output, os.W_OK | os.X_OK):
        raise InputError(str(output), "cannot be written to", "choose another folder with -o")


def _orders(files: Sequence[Path], output: Path, parser: str) -> list[Order]:
    sources = list(dict.fromkeys(files))
    names = document_ids(source.stem for source in sources)
    return [
        Order(source, name, output / f"{name}.json", parser)
        for source, name in zip(sources, names, strict=True)
    ]


def _report(outcomes: Sequence[Outcome[Order, TreeCounts]], *, as_json: bool) -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            print_problem(_named(outcome))
    if as_json:
        print_json([_record(outcome) for outcome in outcomes])
    else:
        console = Console(stderr=True)
        if not console.is_terminal:
            console.width = max(console.width, UNBOUNDED)
        console.print(_summary(outcomes, with_reasons=console.width >= WIDE))


def _name(path: Path) -> str:
    """A path as text: names may be any bytes."""
    return os.fsencode(path).decode(errors="replace")


def _named(outcome: Outcome[Order, TreeCounts]) -> str:
    """The error, which names its file."""
    name, error = str(outcome.item.source), outcome.error or ""
    return error if name in error else f"{name}: {error}"


def _record(outcome: Outcome[Order, TreeCounts]) -> dict[str, object]:
    return {
        "file": _name(outcome.item.source),
        "id": outcome.item.document_id,
        "tree": str(outcome.item.target) if outcome.result else None,
        **(asdict(outcome.result) if outcome.result else dict.fromkeys(COLUMNS)),
        "seconds": round(outcome.seconds, 2),
        "error": outcome.error,
    }


def _summary(outcomes: Sequence[Outcome[Order, TreeCounts]], *, with_reasons: bool) -> Table:
    """A row for each file; on a narrow screen the reasons of failure stand above it only."""
    failed = with_reasons and any(outcome.error is not None for outcome in outcomes)
    table = Table("file", *COLUMNS, "seconds", box=None, pad_edge=False)
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    if failed:
        table.add_column("reason of failure", overflow="fold")
    for outcome in outcomes:
        counts = asdict(outcome.result) if outcome.result else {}
        cells = [str(counts.get(column) or "-") for column in COLUMNS]
        reason = _named(outcome).removeprefix(f"{outcome.item.source}: ") if outcome.error else ""
        row = [outcome.item.source.name, *cells, f"{outcome.seconds:.2f}", *[reason][: int(failed)]]
        table.add_row(*(Text(one_line(cell)) for cell in row))
        if outcome.error is not None:
            table.rows[-1].style = "red"
    return table
