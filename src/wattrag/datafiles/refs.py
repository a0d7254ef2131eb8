"""Citation cells: the many ways in which people write a list of document ids."""

import ast
import json
import warnings
from collections.abc import Sequence

BLANK = "is_blank"
MAX_LITERAL = 10_000  # characters; Python's parser is not made for hostile input


def parse_refs(cell: str) -> tuple[str, ...]:
    """Document ids of a `ref_id` cell, in order, without repeats; blank cells give none.

    Reads JSON and Python lists, bare ids and comma-separated ids, with or without `ref_id=`.
    This is the tolerant reading for retrieval and citations; scores have their own exact one.
    """
    text = cell.strip()
    loaded = _json_list(text) or _python_list(text)
    parts: Sequence[object] = text.strip("[]").split(",") if loaded is None else loaded
    ids = (str(item).strip().strip("'\"").removeprefix("ref_id=").strip() for item in parts)
    return tuple(dict.fromkeys(i for i in ids if i and i.lower() != BLANK))


def _json_list(text: str) -> list[object] | None:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return loaded if isinstance(loaded, list) else None


def _python_list(text: str) -> list[object] | None:
    if not text.startswith("[") or len(text) > MAX_LITERAL:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            loaded = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return loaded if isinstance(loaded, list) else None


def format_refs(ids: Sequence[str]) -> str:
    """The cell we write: a JSON list, or `is_blank` if there is nothing to cite."""
    return json.dumps(list(ids), ensure_ascii=False) if ids else BLANK
