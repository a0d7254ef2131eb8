"""Which scored results lie in a results tree."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.config.problems import nearest
from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError

# Below the results folder; the second and third parts are env and datafile.
_PLACES = (
    "experiments/*/*/*/*/*/run*/results.json",
    "ensembles/*/*/*/results.json",
    "external/*/*/*/results.json",
)
_JOIN = "--"  # of an experiment's folders, where it came from another machine


@dataclass(frozen=True)
class ScoredFolder:
    """One scored result.

    Attributes:
        results: its `results.json`; `summary.json` is beside it.
        made: the folder of its `usage.json`, which for an experiment that was merged from another
            machine and scored again here is not the folder of its scores.
    """

    env: str
    datafile: str
    results: Path
    made: Path


def scored_folders(
    root: Path, datafile: str | None = None, env: str | None = None
) -> list[ScoredFolder]:
    """Every scored result below `root`, in path order; each experiment once.

    Raises:
        InputError: no such folder, nothing scored in it, nothing of this datafile or env.
    """
    if not root.is_dir():
        raise InputError(str(root), "is no folder", "name the results folder of a study")
    found = [_folder(root, path) for place in _PLACES for path in sorted(root.glob(place))]
    if not found:
        raise InputError(str(root), "holds no scored results", "run the study first")
    for key, wanted in (("datafile", datafile), ("env", env)):
        known = sorted({getattr(one, key) for one in found})
        if wanted is not None and wanted not in known:
            raise InputError(str(root), f"no results of {key} '{wanted}'", nearest(wanted, known))
    found = [f for f in found if datafile in {None, f.datafile} and env in {None, f.env}]
    if not found:
        raise InputError(str(root), f"no results of '{datafile}' in env '{env}'", "drop one option")
    return _each_once(root, found)



def _folder(root: Path, results: Path) -> ScoredFolder:
    env, datafile = results.relative_to(root).parts[1:3]
    for part in (env, datafile):
        check_document_id(part, str(results.parent))
    return ScoredFolder(env, datafile, results, results.parent)


def _each_once(root: Path, found: Sequence[ScoredFolder]) -> list[ScoredFolder]:
    """Merged experiments by today's scores, with the usage of then."""
    here = {f.results.parent: f for f in found}
    merged = {}
    for one in found:
        kind, env, datafile, *name = one.results.parent.relative_to(root).parts
        if kind == "experiments":
            again = root / "external" / env / datafile / _JOIN.join(name)
            if again in here:
                merged[again] = one.results.parent
    kept = [f for f in found if f.results.parent not in merged.values()]
    return [
        ScoredFolder(f.env, f.datafile, f.results, merged.get(f.results.parent, f.made))
        for f in kept
    ]
