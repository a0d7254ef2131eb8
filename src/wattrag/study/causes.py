"""Why a job would run: Snakemake's reason, its files and its param read into plain causes."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wattrag.study.difference import differences
from wattrag.study.dryrun import PlannedJob
from wattrag.study.record import Record, read_record

PARAMS = "Params have changed since last execution"
_LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_LITERALS = rf"{_LITERAL}(?:,{_LITERAL})*|<nothing exclusive>"
_CHANGE = re.compile(rf"{PARAMS}: .*?before: ({_LITERALS}) now: ({_LITERALS})")
_PARTS = re.compile(r" ?; (?=[A-Z][a-z]+ )")  # file names are no sentences
_FILES = {
    "Missing output files": "missing",
    "Incomplete output files": "incomplete",
    "Updated input files": "input changed",
    "Input files updated by another job": "input remade",
}
_CUT_OFF = "a run was killed while this job was at work"


@dataclass(frozen=True)
class Cause:
    """One cause: its kind, a line for people, the files it is about."""

    kind: str
    text: str
    files: tuple[str, ...] = ()


def causes(job: PlannedJob, makers: Mapping[str, PlannedJob]) -> list[Cause]:
    """Why `job` would run.

    Snakemake compares a job's param only if none of its inputs is newer or will be remade; a
    change of the param besides shows once the inputs are up to date.

    Args:
        job: the job.
        makers: the other planned jobs, by each of their outputs.
    """
    record = next(filter(None, map(read_record, job.outputs)), None)
    if record is None and not all(Path(output).exists() for output in job.outputs):
        return [Cause("missing", "not made yet", job.outputs)]
    found = [*_input_set(job, record), *_params(job.reason)]
    for part in _PARTS.split(_CHANGE.sub(PARAMS, job.reason).strip()):
        found += _part(part, record, makers)
    return found


def _part(part: str, record: Record | None, makers: Mapping[str, PlannedJob]) -> Iterator[Cause]:
    name, _, rest = part.partition(": ")
    kind = _FILES.get(name)
    files = tuple(sorted(filter(None, rest.split(", ")))) if kind else ()
    known = tuple(file for file in files if record is None or file in record.inputs)
    if kind == "missing":
        yield Cause(kind, "deleted, or the last attempt failed", files)
    elif kind == "incomplete" or part == "Forced execution":  # so `rerun-incomplete` words it
        yield Cause("incomplete", _CUT_OFF, files)
    elif kind == "input changed":
        yield from [Cause(kind, kind, known)] if known else []
    elif kind == "input remade":
        yield from _remade(known, makers)
    elif part == "Code has changed since last execution":
        yield Cause("script", "script edited or touched", (record.script,) if record else ())
    elif part == "Software environment definition has changed since last execution":
        yield Cause("environment", "the rule's software environment changed")
    elif part not in {PARAMS, "Set of input files has changed since last execution", ""}:
        yield Cause("other", part)


def _remade(files: tuple[str, ...], makers: Mapping[str, PlannedJob]) -> Iterator[Cause]:
    """Inputs by the rule that remakes them."""
    rules: dict[str, list[str]] = {}
    for file in files:
        rule = makers[file].rule if file in makers else "another job"
        rules.setdefault(rule, []).append(file)
    for rule in sorted(rules):
        yield Cause("input remade", f"input will be remade by {rule}", tuple(rules[rule]))


def _input_set(job: PlannedJob, record: Record | None) -> Iterator[Cause]:
    """Inputs added and removed since the record."""
    if record is None:
        return
    added, removed = {*job.inputs} - record.inputs, record.inputs - {*job.inputs}
    if added:
        yield Cause("input added", "input added", tuple(sorted(added)))
    if removed:
        yield Cause("input removed", "input removed", tuple(sorted(removed)))


def _params(reason: str) -> Iterator[Cause]:
    """The changed keys of the job's spec, the single param of each rule."""
    found = _CHANGE.search(reason)
    if found is None:
        return
    lines = [
        line for old in _specs(found[1]) for new in _specs(found[2]) for line in _lines(old, new)
    ]
    for line in dict.fromkeys(lines):
        yield Cause("param", line)


def _lines(before: Any, now: Any) -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        return differences(before, now)
    return [f"param: {before} -> {now}"]


def _specs(literals: str) -> list[Any]:
    """The specs in Snakemake's list of params: a Python literal of each literal of JSON."""
    return [_spec(ast.literal_eval(text)) for text in re.findall(_LITERAL, literals)]


def _spec(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
