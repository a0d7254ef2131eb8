"""`summary.csv`: every sweep of a question file, its best point, and what each setting changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from wattrag.analysis.sweeps.results import METRICS, deviation
from wattrag.analysis.tables.content import TableContent
from wattrag.datafiles.table import Row, read_table
from wattrag.errors import InputError
from wattrag.files import read_json
from wattrag.scoring.comparison import holm

BEST = ("best_line", "best_x", "best_mean", "best_sd", "best_runs")
OVERALL = ("predictions", "mean", "sd")
EFFECT = ("levels", "best_value", "worst_value", "difference", "cohens_d", "p_value", "p_holm")
COLUMNS = ("sweep", "num_questions", *BEST, *OVERALL, "setting", *EFFECT)


def summary(sweeps: Mapping[str, tuple[Path, Path]]) -> TableContent:
    """One row for each setting of each sweep; sweeps without one have a row too.

    P-values are corrected for their number over all sweeps of the table.

    Args:
        sweeps: name -> its `sweep_results.csv` and `effects.json`.

    Raises:
        InputError: a file that is broken or missing.
    """
    rows: list[dict[str, object]] = []
    for name, (results, effects) in sweeps.items():
        own = {"sweep": name, **_points(read_table(results, ("line", "x", "run", *METRICS)).rows)}
        rows += [{**own, **_named(one)} for one in _effects(effects)] or [own]
    tested = [row for row in rows if "p_value" in row]
    for row, p in zip(tested, holm([float(str(r["p_value"])) for r in tested]), strict=True):
        row["p_holm"] = p
    return TableContent(COLUMNS, tuple(rows))


def _points(rows: Sequence[Row]) -> dict[str, object]:
    by_point: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        by_point[row["line"], row["x"]].append(_score(row))
    # The first of equals: the order is that of the configuration.
    line, x = max(by_point, key=lambda point: round(fmean(by_point[point]), 10))
    best = by_point[line, x]
    every = [score for scores in by_point.values() for score in scores]
    return {
        "num_questions": rows[0].get("num_questions"),
        **dict(zip(BEST, (line, x, fmean(best), deviation(best), len(best)), strict=True)),
        **dict(zip(OVERALL, (len(every), fmean(every), deviation(every)), strict=True)),
    }


def _score(row: Row) -> float:
    try:
        return float(row[METRICS[0]])
    except ValueError:
        problem = f"{METRICS[0]} '{row[METRICS[0]][:40]}' is no number"
        raise InputError(row.where, problem, "run the sweep again") from None


def _effects(path: Path) -> list[Mapping[str, object]]:
    try:
        return [{**one, "p_value": float(one["p_value"])} for one in read_json(path)["effects"]]
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(str(path), "holds no effects", "run the sweep again") from error


def _named(effect: Mapping[str, object]) -> dict[str, object]:
    theirs = {"setting": "param", "best_value": "best", "worst_value": "worst"}
    shown = ("setting", *EFFECT[:-1])
    return {ours: effect.get(theirs.get(ours, ours)) for ours in shown}
