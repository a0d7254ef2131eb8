"""Cells that hold a list, as programs write them: JSON, or Python's own notation."""

import ast
import json
import warnings

MAX_LITERAL = 10_000  # characters; Python's parser is not made for hostile input


def read_list(cell: str) -> list[object] | None:
    """The items of a JSON or Python list; None if the cell is neither."""
    text = cell.strip()
    if not text.startswith("["):
        return None
    return _json_list(text) or _python_list(text)


def _json_list(text: str) -> list[object] | None:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return loaded if isinstance(loaded, list) else None


def _python_list(text: str) -> list[object] | None:
    if len(text) > MAX_LITERAL:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            loaded = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return loaded if isinstance(loaded, list) else None
