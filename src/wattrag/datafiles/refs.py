"""Citation cells: the many ways in which people write a list of document ids."""

import ast
import json
from collections.abc import Sequence

BLANK = "is_blank"


def parse_refs(cell: str) -> tuple[str, ...]:
    """Document ids of a `ref_id` cell, in order, without repeats; blank cells give none.

    Reads JSON and Python lists, bare ids and comma-separated ids, with or without `ref_id=`.
    This is the tolerant reading for retrieval and citations; scores have their own exact one.
    """
    text = cell.strip()
    bare = text.strip("[]")
    try:
        loaded = json.loads(text) if text.startswith("[") else None
    except ValueError:
        loaded = None
    if loaded is None and text.startswith("["):
        try:
            loaded = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            loaded = None
    parts: Sequence[object] = loaded if isinstance(loaded, list | tuple) else bare.split(",")
    ids = (str(item).strip().strip("'\"").removeprefix("ref_id=").strip() for item in parts)
    return tuple(dict.fromkeys(i for i in ids if i and i.lower() != BLANK))


def format_refs(ids: Sequence[str]) -> str:
    """The cell we write: a JSON list, or `is_blank` if there is nothing to cite."""
    return json.dumps(list(ids), ensure_ascii=False) if ids else BLANK
