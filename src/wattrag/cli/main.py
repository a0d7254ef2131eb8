"""The `wattrag` command: its sub-commands, and what users see when something is wrong."""

import logging
import sys
from collections.abc import Callable, Sequence

import typer
from typer.core import TyperGroup

from wattrag.cli import batch, index, models, store
from wattrag.cli.aggregate import aggregate
from wattrag.cli.answer import answer
from wattrag.cli.ask import ask
from wattrag.cli.audit import audit
from wattrag.cli.check import check
from wattrag.cli.common import Notices, print_problem
from wattrag.cli.debug import debug
from wattrag.cli.env import env
from wattrag.cli.evidence_page import evidence
from wattrag.cli.export import export
from wattrag.cli.init import init
from wattrag.cli.leaderboard import leaderboard
from wattrag.cli.matrix import matrix
from wattrag.cli.parse import parse
from wattrag.cli.plan import plan
from wattrag.cli.query import query
from wattrag.cli.score import score
from wattrag.cli.why import why
from wattrag.config.environment import read_environment
from wattrag.errors import WattragError

INTERRUPTED = 130
# As they are used: a study, its documents, its index, answers, scores; then what helps.
COMMANDS: dict[str, Callable[..., None] | typer.Typer] = {
    "init": init,
    "check": check,
    "plan": plan,
    "parse": parse,
    "index": index.app,
    "evidence": evidence,
    "query": query,
    "ask": ask,
    "answer": answer,
    "debug": debug,
    "score": score,
    "aggregate": aggregate,
    "leaderboard": leaderboard,
    "matrix": matrix,
    "audit": audit,
    "export": export,
    "models": models.app,
    "store": store.app,
    "batch": batch.app,
    "env": env,
    "why": why,
}


class _InOrder(TyperGroup):
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Names in the order of `COMMANDS`, which the help shows."""
        return [name for name in COMMANDS if self.get_command(ctx, name)]


app = typer.Typer(
    cls=_InOrder,
    help="Measure retrieval-augmented generation over scientific PDFs.",
    epilog="Studies run with `snakemake --cores N`; each command explains itself with --help.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, command in COMMANDS.items():
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 on success, 1 on a failed run, 2 on bad input."""
    read_environment()
    library = logging.getLogger("wattrag")
    if not any(isinstance(handler, Notices) for handler in library.handlers):
        library.addHandler(Notices(logging.WARNING))
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; the one place that words errors."""
    try:
        code = app(list(arguments) or ["--help"], prog_name="wattrag", standalone_mode=False)
    except WattragError as error:
        print_problem(str(error))
        return error.exit_code
    except typer.TyperException as error:
        print_problem(f"{error.format_message().rstrip('.')}{_help_hint(error)}")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _help_hint(error: typer.TyperException) -> str:
    context: typer.Context | None = getattr(error, "ctx", None)
    return f"; see `{context.command_path} --help`" if context else ""
