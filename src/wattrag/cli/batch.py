"""`wattrag batch`: batches at a server, whose replies a run still has to read."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wattrag.cli.common import print_columns, print_json, print_problem
from wattrag.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from wattrag.errors import InputError, WattragError
from wattrag.llm.running import run_to_end
from wattrag.store.batches import BatchStore, StoredBatch, batch_stores

if TYPE_CHECKING:
    from wattrag.llm.batch.server import BatchServer, ServerBatch

app = typer.Typer(help="Show and cancel batches that a server works on.")


@dataclass(frozen=True)
class _Open:
    """A batch whose replies are still to be read."""

    store: BatchStore
    batch: StoredBatch


@app.command()
def status(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """List the open batches of all models, as their servers see them now."""
    listed, failures = run_to_end(_listed(list(_open(store))))
    if as_json:
        print_json(listed)
    else:
        header = ["model", "id", "status", "requests", "completed", "failed", "sent"]
        print_columns(header, [[_cell(row[name]) for name in header] for row in listed])
    for failure in failures[1:]:
        print_problem(str(failure))
    if failures:
        raise failures[0]


@app.command()
def cancel(
    batch_id: Annotated[str, typer.Argument(metavar="ID", help="The server's id of a batch.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Stop a batch; the next run keeps what it has replied and asks the rest again."""
    for found in _open(store):
        if found.batch.batch_id == batch_id:
            typer.echo(f"{batch_id}: {run_to_end(_cancelled(found, batch_id))}")
            return
    raise InputError(batch_id, f"is no open batch of {store}", "see `wattrag batch status`")


def _open(root: Path) -> Iterator[_Open]:
    for store in batch_stores(root):
        for batch in store.read():
            if batch.is_open:
                yield _Open(store, batch)


async def _listed(batches: list[_Open]) -> tuple[list[dict[str, Any]], list[WattragError]]:
    """A row for each batch, and what failed; one server's failure does not hide the others."""
    rows: list[dict[str, Any]] = []
    failures: list[WattragError] = []
    for each in batches:
        state = None
        try:
            state = await _state(each)
        except WattragError as error:
            failures.append(error)
        batch, counts = each.batch, state and state.request_counts
        rows.append(
            {
                "model": batch.model_id,
                "id": state.id if state else batch.batch_id,
                "status": state.status if state else "unknown" if batch.batch_id else "not sent",
                "requests": len(batch.custom_ids),
                "completed": counts and counts.completed,
                "failed": counts and counts.failed,
                "sent": dt.datetime.fromtimestamp(batch.created, dt.UTC).isoformat("T", "seconds"),
                "base_url": batch.base_url,
            }
        )
    return rows, failures


async def _state(each: _Open) -> "ServerBatch | None":
    """The server's view of a batch; None if it has none."""
    server, batch = _server(each.batch), each.batch
    try:
        if batch.batch_id is not None:
            return await server.state(batch.batch_id)
        found = await server.find(batch.name, batch.file_id)
        if found is not None:  # the run that made it was killed before it knew
            each.store.note(batch, batch_id=found.id)
        return found
    finally:
        each.store.close()
        await server.close()


async def _cancelled(found: _Open, batch_id: str) -> str:
    """Stop a batch and keep that; one that its server does not know is forgotten."""
    server = _server(found.batch)
    try:
        state: ServerBatch | None = await server.cancel(batch_id)
        if state is None:
            found.store.note(found.batch, unanswered=found.batch.custom_ids)
            return "not known to the server, and forgotten here"
        found.store.note(found.batch, cancelled=True)
        return state.status
    finally:
        found.store.close()
        await server.close()


def _server(batch: StoredBatch) -> "BatchServer":
    from wattrag.llm.batch.server import BatchServer
    from wattrag.llm.openai_protocol.access import read_access
    from wattrag.llm.retrying import Patience

    where = f"model '{batch.model_id}'"
    access = read_access(where, batch.base_url, batch.key_variable)
    return BatchServer(where, access, Patience(max_retries=1, base_retry_delay=1), silence=60)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
