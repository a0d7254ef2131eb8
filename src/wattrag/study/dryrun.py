"""What a run would do now: Snakemake's own dry run, read from its text.

The library does not import Snakemake; the text is that of 9.27, and `tests/workflow/test_why.py`
fails if another version words it differently.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.errors import InputError
from wattrag.study.load import SHIPPED

SNAKEFILE = SHIPPED / "workflow" / "Snakefile"
EVERYTHING = "all"
_HEAD = re.compile(r"(?:local)?(?:rule|checkpoint) (\w+):")
_FIELD = re.compile(r" {4}(\w+): (.*)")
_FLAG = re.compile(r" \(\w+\)$")  # of `manifest.json (update)`
_ERROR = re.compile(r"\w+(?:Error|Exception)\b.*:$")


@dataclass(frozen=True)
class PlannedJob:
    """A job that a run would start, and Snakemake's reason for it."""

    rule: str
    wildcards: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    by_products: tuple[str, ...]
    reason: str

    def makes(self, file: str) -> bool:
        """Whether `file` is an output, the log or the benchmark of this job."""
        return file in self.outputs or file in self.by_products


def planned_jobs(configfiles: Sequence[Path], *targets: str) -> list[PlannedJob]:
    """The jobs that a run of the whole study and of `targets` would start, in dataflow order.

    The whole study counts, because an upstream file that is missing is made again only for those
    who ask for it, and then everything downstream follows.

    Raises:
        NoRuleError: no rule makes a target.
        InputError: Snakemake cannot plan the study, in its words.
    """
    configured = ["--configfile", *map(str, configfiles)] if configfiles else []
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), *configured]
    done = subprocess.run(
        [*command, "--quiet", "host", "--dry-run", EVERYTHING, *targets],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # it prints errors on either
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise _problem(done.stdout)
    return list(_jobs(done.stdout.splitlines()))


class NoRuleError(InputError):
    """No rule makes the file that was asked for."""


def _problem(output: str) -> InputError:
    """What stopped Snakemake: the text after its error's name, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    start = next((n for n, line in enumerate(lines) if _ERROR.match(line)), None)
    if start is None:
        where, _, problem = (lines or ["snakemake: ended without a word"])[-1].partition(": ")
        return InputError(where, problem or "stopped Snakemake")
    text = " ".join(lines[start + 1 :])
    if lines[start].startswith("MissingRuleException"):
        return NoRuleError("snakemake", text)
    return InputError("snakemake", text or lines[start])


def _jobs(lines: Sequence[str]) -> Iterator[PlannedJob]:
    rule: str | None = None
    fields: dict[str, str] = {}
    for line in [*lines, ""]:
        field = _FIELD.match(line)
        if rule is not None and field:
            fields[field[1]] = field[2]
            continue
        if rule is not None and rule != EVERYTHING:
            yield _job(rule, fields)
        head = _HEAD.fullmatch(line)
        rule, fields = (head[1], {}) if head else (None, {})


def _job(rule: str, fields: Mapping[str, str]) -> PlannedJob:
    wildcards = (item.partition("=") for item in _items(fields, "wildcards"))
    return PlannedJob(
        rule=rule,
        wildcards={name: value for name, _, value in wildcards},
        inputs=_items(fields, "input"),
        outputs=_items(fields, "output"),
        by_products=(*_items(fields, "log"), *_items(fields, "benchmark")),
        reason=fields.get("reason", ""),
    )


def _items(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(_FLAG.sub("", item) for item in fields.get(name, "").split(", ") if item)
