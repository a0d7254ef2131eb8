"""Who a result is: the fields that identify it in summaries and tables."""

from collections.abc import Mapping


def identity(kind: str, wildcards: Mapping[str, str]) -> dict[str, object]:
    """The identity fields of a summary.

    Args:
        kind: `single`, `ensemble` or `external`.
        wildcards: of the result's folder; a foreign result has `machine` and `name`.

    Returns:
        `name` (unique within an env and datafile), `type`, and the fields of the folder; null
        where a kind has none.
    """
    parts = ("pipeline", "model", "precision", "run")
    own = "/".join(
        f"run{wildcards[p]}" if p == "run" else wildcards[p] for p in parts if p in wildcards
    )
    run = wildcards.get("run")
    return {
        "name": wildcards.get("ensemble") or wildcards.get("name") or own,
        "type": kind,
        "run_environment": wildcards.get("machine") or wildcards.get("env"),
        "datafile": wildcards["datafile"],
        "pipeline": wildcards.get("pipeline"),
        "model": wildcards.get("model"),
        "precision": wildcards.get("precision"),
        "run": int(run) if run is not None else None,
    }
