"""The estimate as tables for people: a range is one number where both ends agree."""

from collections.abc import Callable, Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wattrag.errors import visible
from wattrag.study.estimate.estimate import ASSUMPTIONS, Estimate, Job
from wattrag.study.estimate.figures import Figures, Range

UNKNOWN = "?"
COUNTED = ("questions", "stored")
FIGURES = ("calls", "tokens in", "tokens out", "US $", "hours")
WIDEST = 10_000
"""Columns of what is no terminal: rows are never folded there."""


def print_estimate(found: Estimate) -> None:
    """Print the tables, the ceilings and what was assumed."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDEST)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("job")
    for name in (*COUNTED, *FIGURES):
        table.add_column(name, justify="right")
    for (datafile, planner), job in found.plans.items():
        name = f"plan {datafile}/{planner.name}/q{planner.planner_max_queries}"
        _add(table, name, _counts(job), job.figures)
    for one, job in found.experiments.items():
        _add(table, f"{one.datafile}/{one.name}", _counts(job), job.figures)
    table.add_section()
    _add(table, "all", ("", ""), found.total)
    console.print(table)
    for limit in found.limits:
        verdict = {True: "is enough", False: "is not enough", None: "may not be enough"}
        known = _range(limit.planned, _amount)
        spent = UNKNOWN if limit.spent is None else _amount(limit.spent)
        typer.echo(
            f"limits.{limit.name}: {limit.ceiling:g} {verdict[limit.enough]}: "
            f"{spent} spent, {known} to come"
        )
    for line in ASSUMPTIONS:
        typer.echo(f"  {line}")


def _add(table: Table, name: str, counts: Sequence[str], taken: Figures) -> None:
    cells = (
        _range(taken.calls, _count),
        _range(taken.input_tokens, _count),
        _range(taken.output_tokens, _count),
        _range(taken.usd, _amount),
        _range(taken.hours, _amount),
    )
    table.add_row(Text(visible(name)), *counts, *cells)


def _counts(job: Job) -> tuple[str, str]:
    unknown = UNKNOWN if job.figures.calls.high else "-"
    return str(job.questions), unknown if job.stored is None else str(job.stored)


def _range(found: Range, shown: Callable[[float], str]) -> str:
    low, high = (UNKNOWN if end is None else shown(end) for end in (found.low, found.high))
    return low if low == high else f"{low} to {high}"


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _amount(number: float) -> str:
    return f"{number:.2f}" if number >= 1 or number == 0 else f"{number:.2g}"
