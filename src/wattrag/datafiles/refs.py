"""Citation cells: the many ways in which people write a list of document ids."""

import json
from collections.abc import Sequence

from wattrag.datafiles.lists import read_list

BLANK = "is_blank"


def parse_refs(cell: str) -> tuple[str, ...]:
    """Document ids of a `ref_id` cell, in order, without repeats; blank cells give none.

    Reads JSON and Python lists, bare ids and comma-separated ids, with or without `ref_id=`.
    This is the tolerant reading for retrieval and citations; scores have their own exact one.
    """
    text = cell.strip()
    loaded = read_list(text)
    parts: Sequence[object] = text.strip("[]").split(",") if loaded is None else loaded
    ids = (str(item).strip().strip("'\"").removeprefix("ref_id=").strip() for item in parts)
    return tuple(dict.fromkeys(i for i in ids if i and i.lower() != BLANK))


def format_refs(ids: Sequence[str]) -> str:
    """The cell we write: a JSON list, or `is_blank` if there is nothing to cite."""
    return json.dumps(list(ids), ensure_ascii=False) if ids else BLANK
