"""`wattrag store`: what the stores hold, whether it is whole, making them smaller."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattrag.cli.common import print_columns, print_json
from wattrag.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from wattrag.errors import RunFailedError

if TYPE_CHECKING:
    from wattrag.store.ledger import Total
    from wattrag.store.upkeep import Shelf

app = typer.Typer(help="Look after the stored replies and vectors.")

_MB = 1e6


@app.command()
def stats(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """List whose replies and vectors are stored, how much, and what was spent."""
    _show(store, as_json=as_json)
    if not as_json:
        from wattrag.store.ledger import Ledger

        typer.echo(_told(Ledger(store).total()))


@app.command()
def spent(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """Tell what all jobs that share the store have spent: money, energy, GPU time."""
    from wattrag.store.ledger import Ledger

    total = Ledger(store).total()
    if as_json:
        print_json(asdict(total))
    else:
        typer.echo(_told(total))


@app.command()
def verify(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """Read every record; exit 1 if some are damaged (they are asked for again when needed)."""
    damaged = _show(store, as_json=as_json)
    if damaged:
        raise RunFailedError(
            f"{store}: {damaged} damaged records; `wattrag store prune` drops them"
        )


@app.command()
def prune(
    store: StoreOption = DEFAULT_STORE,
    drop: Annotated[
        str | None, typer.Option(metavar="KEY", help="Delete all records of this key (see stats).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Merge the files of each model, without damaged and repeated records."""
    from wattrag.store.upkeep import prune as prune_store

    done = prune_store(store, drop)
    if as_json:
        print_json(asdict(done))
        return
    busy = f"; {done.kept_segments} files in use were left alone" if done.kept_segments else ""
    typer.echo(f"{store}: {done.freed_bytes / _MB:.1f} MB freed{busy}")


def _show(store: Path, *, as_json: bool) -> int:
    """Print all shelves; the number of damaged records."""
    from wattrag.store.upkeep import shelves

    found = shelves(store)
    if as_json:
        print_json([asdict(shelf) for shelf in found])
    else:
        header = ["kind", "key", "model", "records", "files", "MB", "damaged"]
        rows = [
            [s.kind, s.key, s.model or "", *map(str, (s.records, s.segments)), *_sized(s)]
            for s in found
        ]
        print_columns(header, rows)
    return sum(shelf.damaged for shelf in found)


def _told(total: "Total") -> str:
    """What was spent, in one line."""
    more = f" and {total.unpriced} replies of unknown price" if total.unpriced else ""
    energy = "energy not measured" if total.wh is None else f"{total.wh:.4g} Wh"
    hours = total.gpu_seconds / 3600
    return f"spent by {total.jobs} jobs: {total.usd:.4f} USD{more}, {energy}, {hours:.4g} GPU hours"


def _sized(shelf: "Shelf") -> list[str]:
    return [f"{shelf.bytes / _MB:.1f}", str(shelf.damaged)]
