"""Hashes of library code: an edited stage is stale, and so is what follows from it."""

import hashlib
from functools import cache
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]


@cache
def code_of(*parts: str) -> str:
    """Hash of the library's files under `parts` (packages or modules, `corpus`, `files.py`).

    Snakemake sees scripts, not what they import; this hash in a rule's params closes the gap.
    """
    hasher = hashlib.sha256()
    for part in parts:
        path = LIBRARY / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            hasher.update(file.relative_to(LIBRARY).as_posix().encode() + b"\0")
            hasher.update(file.read_bytes() + b"\0")
    return hasher.hexdigest()[:16]
