"""`wattrag plan`: what a study will ask and cost, before it does."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from wattrag.cli.common import DEFAULT_CONFIG, print_json
from wattrag.cli.options import JsonOption
from wattrag.errors import InputError

if TYPE_CHECKING:
    from wattrag.study.load import Study


def plan(
    configs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CONFIG]...", help=f"As given to Snakemake; none: {DEFAULT_CONFIG}."
        ),
    ] = None,
    *,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key, as `runs=5`; repeatable."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate calls, tokens, dollars and hours of a study's models; asks and writes nothing.

    Each figure runs from the fewest calls to the most. Call it in the folder the study runs in:
    evidence in `results/` and replies in the store make the estimate exact.
    """
    from wattrag.cli.plan_page import print_estimate
    from wattrag.study.estimate.estimate import ASSUMPTIONS, estimate

    found = estimate(_study(configs or [DEFAULT_CONFIG], assignments or []))
    if not as_json:
        print_estimate(found)
        return
    print_json(
        {
            "experiments": [
                {**asdict(one), **_flat(job)} for one, job in found.experiments.items()
            ],
            "plans": [
                {"datafile": datafile, **asdict(planner), **_flat(job)}
                for (datafile, planner), job in found.plans.items()
            ],
            "total": asdict(found.total),
            "limits": [asdict(limit) for limit in found.limits],
            "assumptions": list(ASSUMPTIONS),
        }
    )


def _flat(job: Any) -> dict[str, Any]:
    """A job with its figures beside its counts."""
    fields = asdict(job)
    return {**fields, **fields.pop("figures")}


def _study(configs: list[Path], assignments: list[str]) -> "Study":
    from wattrag.study.load import config_name, load_study, read_config_file

    config: Mapping[str, Any] = {}
    for path in configs:
        config = _merged(config, read_config_file(path))
    for assignment in assignments:
        config = _merged(config, _assigned(assignment))
    return load_study(config, config_name(configs, overridden=bool(assignments)))


def _merged(config: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations as Snakemake merges them: sections key by key, all else replaced."""
    merged = dict(config)
    for key, value in over.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(known, value)
        else:
            merged[key] = value
    return merged


def _assigned(assignment: str) -> dict[str, Any]:
    """`a.b=1` as a configuration of its own."""
    key, equals, text = assignment.partition("=")
    if not equals:
        raise InputError(f"--set {assignment}", "has no '='", "write KEY=VALUE, as runs=5")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"--set {assignment}", "has an unreadable value", "quote it") from error
    for part in reversed(key.strip().split(".")):
        value = {part: value}
    return dict(value)
