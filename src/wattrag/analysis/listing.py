"""Experiments of any results tree as their folders have them: ours, or KohakuRAG_UI's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from wattrag.analysis.experiment import Record, text_of
from wattrag.errors import InputError
from wattrag.files import read_json

SUMMARY, RESULTS, SUBMISSION = "summary.json", "results.json", "submission.csv"
_CHUNKS = "results_chunk_*.json"


@dataclass(frozen=True)
class Listed:
    """A folder with a `summary.json`, whole or not.

    Attributes:
        records: its per-question results; None if it has none, or none that can be read.
        problem: why results that are there cannot be read.
    """

    folder: Path
    name: str
    type: str
    env: str
    datafile: str
    pipeline: str | None = None
    model: str | None = None
    precision: str | None = None
    run: int | None = None
    summary: Record = field(default_factory=dict, repr=False)
    records: tuple[Record, ...] | None = field(default=None, repr=False)
    problem: str | None = None

    @property
    def ours(self) -> bool:
        """Whether this program scored it: its summary says by which rules, and how sure."""
        return "rules" in self.summary and "overall_score_ci" in self.summary

    @property
    def submission(self) -> Path:
        """Where its submission lies, if it has one."""
        return self.folder / SUBMISSION


def list_experiments(
    root: Path, datafile: str | None = None, env: str | None = None
) -> list[Listed]:
    """Every experiment under a folder, by path.

    An experiment of another machine that was merged into our tree and scored again under
    `external/` is listed once, as it came.

    Args:
        root: the folder.
        datafile: those on this one only.
        env: those of this one only.

    Raises:
        InputError: no such folder, nothing in it that fits, or a summary that is none.
    """
    if not root.is_dir():
        raise InputError(str(root), "is no folder", "name a folder of results")
    found = [read_listed(path.parent) for path in sorted(root.rglob(SUMMARY))]
    kept: dict[tuple[str, str, str], Listed] = {}
    for one in sorted(found, key=lambda one: (one.type == "external", str(one.folder))):
        kept.setdefault((one.env, one.datafile, one.name.replace("/", "--")), one)
    wanted = [
        one for one in kept.values() if datafile in (None, one.datafile) and env in (None, one.env)
    ]
    if not wanted:
        have = sorted({f"{one.datafile} of {one.env}" for one in found}) or ["nothing"]
        raise InputError(str(root), "holds no such experiment", f"it has {', '.join(have[:9])}")
    return sorted(wanted, key=lambda one: str(one.folder))


def read_listed(folder: Path) -> Listed:
    """Read one folder.

    Raises:
        InputError: its summary is missing or no JSON object.
    """
    path = folder / SUMMARY
    summary = read_json(path)
    if not isinstance(summary, dict):
        raise InputError(str(path), "is no summary", "score it again")
    records, problem = _records(folder)
    run = summary.get("run")
    return Listed(
        folder=folder,
        name=text_of(summary, "name") or folder.name,
        type=text_of(summary, "type") or "single",
        env=text_of(summary, "run_environment") or "external",
        datafile=_datafile(summary, folder),
        pipeline=text_of(summary, "pipeline"),
        model=text_of(summary, "model", "model_id"),
        precision=text_of(summary, "precision", "quantization"),
        run=run if isinstance(run, int) else None,
        summary=summary,
        records=records,
        problem=problem,
    )


def _records(folder: Path) -> tuple[tuple[Record, ...] | None, str | None]:
    """Results in one file, or in the numbered parts that KohakuRAG_UI writes."""
    parts = sorted(folder.glob(_CHUNKS)) or [folder / RESULTS]
    if not parts[0].exists():
        return None, None
    try:
        records = tuple(_records_of(parts))
    except InputError as error:
        return None, error.problem
    return records, None


def _records_of(parts: Iterable[Path]) -> Iterable[Record]:
    for part in parts:
        records = read_json(part)
        if not isinstance(records, list) or not all(
            isinstance(record, dict) and isinstance(record.get("id"), str) for record in records
        ):
            raise InputError(str(part), "is no list of records with ids", "score it again")
        yield from records


def _datafile(summary: Mapping[str, Any], folder: Path) -> str:
    stem = PurePosixPath(text_of(summary, "questions_file") or "").stem
    return text_of(summary, "datafile") or stem or folder.parent.name
