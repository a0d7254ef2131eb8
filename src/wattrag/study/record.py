"""What Snakemake recorded when it made a file: the inputs and the script of then."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

RECORDS = Path(".snakemake/metadata")
NAME_LENGTH = 255
_MARK = "@"  # of a folder that holds the first part of a name too long for one file


@dataclass(frozen=True)
class Record:
    """How a file was made last time; inputs are as a dry run lists them, cut at each `, `."""

    inputs: frozenset[str]
    script: str


def read_record(file: str) -> Record | None:
    """The record of an output; None if it was never made here, or the record is damaged."""
    try:
        found = json.loads(_path(file).read_text(encoding="utf-8"))
        inputs = frozenset(part for name in found["input"] for part in name.split(", "))
        script = str(found["code"]).strip().strip('"')  # as written in `workflow/rules`
        return Record(inputs, script.replace("..", "workflow", 1))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def recorded_files() -> list[str]:
    """Every file that has a record, sorted."""
    paths = (path.relative_to(RECORDS) for path in RECORDS.rglob("*") if path.is_file())
    names = ("".join(part.removeprefix(_MARK) for part in path.parts) for path in paths)
    return sorted(filter(None, map(_decoded, names)))


def _path(file: str) -> Path:
    name = base64.urlsafe_b64encode(file.encode()).decode()
    size = NAME_LENGTH - 1
    parts = [name[start : start + size] for start in range(0, len(name), size)]
    return RECORDS.joinpath(*(_MARK + part for part in parts[:-1]), parts[-1])


def _decoded(name: str) -> str:
    try:
        return base64.urlsafe_b64decode(name).decode()
    except ValueError:
        return ""
