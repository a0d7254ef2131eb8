"""Parsing in a process of its own: what hangs or breaks the parser is one bad document."""

from dataclasses import dataclass
from pathlib import Path

from wattrag.corpus.parse import OnBadDocument, failed_tree, parse
from wattrag.corpus.pool import run_bounded
from wattrag.corpus.tree import DocumentTree
from wattrag.corpus.worker import Budget
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError

CURE = "replace the file, or leave it out"


@dataclass(frozen=True)
class _Order:
    source: Path
    row: SheetRow
    parser: str
    on_bad_document: OnBadDocument


def parse_bounded(
    source: Path,
    row: SheetRow,
    parser: str = "fast",
    on_bad_document: OnBadDocument = "fail",
    budget: Budget | None = None,
) -> DocumentTree:
    """Parse one document as `wattrag.corpus.parse.parse` does, within a budget.

    Raises:
        InputError: as `parse`, or the budget is spent (and `on_bad_document` is `fail`).
    """
    order = _Order(source, row, parser, on_bad_document)
    (outcome,) = run_bounded(_parse, [order], budget=budget)
    if isinstance(outcome.result, DocumentTree):
        return outcome.result
    if outcome.result is not None:
        raise InputError(*outcome.result)
    reason = outcome.error or "could not be parsed"
    if on_bad_document == "fail":
        raise InputError(str(source), reason, CURE)
    return failed_tree(row, reason)


def _parse(order: _Order) -> DocumentTree | tuple[str, str, str]:
    """The tree, or what is wrong with the document: where, the problem and the cure."""
    try:
        return parse(order.source, order.row, order.parser, order.on_bad_document)
    except InputError as error:
        return error.where, error.problem, error.cure
