"""What of a result may be handed on: ids, values, scores and counts, no texts of others.

Files are cut down by what may stay (submissions, per-question results) or by what must go
(tables, summaries); long texts go in any case, because a passage may stand in any cell.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from wattrag.datafiles.defuse import defused_row
from wattrag.datafiles.submission import REQUIRED
from wattrag.datafiles.table import csv_text, read_table
from wattrag.files import read_json

LONGEST = 120
"""Characters of a text that may stay: a name or an id, no passage."""

SUBMISSION = ("id", "answer_value", "answer_unit", "ref_id")
RESULT = (
    *("id", "status", "pred_value", "pred_value_normalized", "pred_unit", "pred_ref"),
    *("value_correct", "value_score", "ref_score", "na_correct", "weighted_score"),
    *("causes", "flags"),
)
_TEXTS = frozenset({
    *("question", "answer", "explanation", "supporting_materials", "pred_explanation"),
    *("pred_supporting_materials", "raw_response", "rendered_prompt", "retrieved_snippets"),
    *("gold", "evidence", "context", "snippets"),
})  # fmt: skip
_GOLD = "gt_"
# Names of machines and people's folders.
_PRIVATE = frozenset({"hostname", "model_cache_path", "config_path", "config_snapshot"})


def submission(path: Path) -> str:
    """A submission's ids, values, units and cited documents, formulas defused."""
    return _csv(path, REQUIRED, SUBMISSION)


def table(path: Path) -> str:
    """A table without questions, gold and explanations, formulas defused."""
    columns = read_table(path, required=()).columns
    return _csv(path, (), [column for column in columns if not _is_text(column)])


def results(path: Path) -> str:
    """Per-question results without questions, gold and explanations."""
    records = read_json(path)
    kept = [
        {name: _shared(record[name]) for name in RESULT if name in record}
        for record in (records if isinstance(records, list) else [])
        if isinstance(record, Mapping)
    ]
    return _json(kept)


def record(path: Path) -> str:
    """A summary, usage or table in JSON, without texts, machine names and folders."""
    return _json(_shared(read_json(path)))


def _csv(path: Path, required: Sequence[str], columns: Sequence[str]) -> str:
    rows = read_table(path, required).rows
    kept = ({column: cut(row.get(column)) for column in columns} for row in rows)
    return csv_text([*columns], map(defused_row, kept))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _shared(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shared(found) for key, found in value.items() if not _is_text(str(key))}
    if isinstance(value, list):
        return [_shared(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return cut(value) if isinstance(value, str) else value


def _is_text(name: str) -> bool:
    lower = name.lower()
    return lower in _TEXTS or lower in _PRIVATE or lower.startswith(_GOLD)


def cut(text: str) -> str:
    """A short text as it is, a path by its last part; of a long text its length."""
    if len(text) > LONGEST:
        return f"(cut: {len(text)} characters)"
    if PurePosixPath(text).is_absolute():
        return PurePosixPath(text).name
    return PureWindowsPath(text).name if PureWindowsPath(text).is_absolute() else text
