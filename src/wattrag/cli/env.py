"""`wattrag env`: this machine, as the results of a study should name it."""

import platform
from dataclasses import asdict
from typing import Annotated

import typer

from wattrag.cli.common import print_columns, print_json
from wattrag.cli.options import JsonOption


def env(
    hostname: Annotated[
        bool, typer.Option("--hostname", help="Name the host too; left out to keep it private.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Describe this machine: processor, memory, GPUs, versions."""
    from wattrag.hardware.machine import describe_machine

    machine = asdict(describe_machine())
    if hostname:
        machine["hostname"] = platform.node()
    if as_json:
        print_json(machine)
        return
    packages: dict[str, str] = machine.pop("packages")
    gpus = machine.pop("gpus")
    rows = [[key, "" if value is None else str(value)] for key, value in machine.items()]
    rows += [["gpu", _gpu(gpu)] for gpu in gpus or ()]
    if not gpus:
        rows.append(["gpu", "none" if gpus is not None else "unknown; install nvidia-ml-py"])
    print_columns(["property", "value"], [*rows, *([name, v] for name, v in packages.items())])


def _gpu(gpu: dict[str, object]) -> str:
    memory = "shared memory" if gpu["memory_gb"] is None else f"{gpu['memory_gb']} GiB"
    return f"{gpu['name']}, {memory}, driver {gpu['driver']}"
