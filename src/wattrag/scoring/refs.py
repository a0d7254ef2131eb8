"""Citation overlap, with the scorer's own exact reading of a `ref_id` cell.

Unlike `wattrag.datafiles.refs`, which reads what people mean, this reads what the official
scorer sees: `a,b` is one token, and so is `is_blank`. Other benchmarks are read as they mean it.
"""

import json
from collections.abc import Set as AbstractSet

from wattrag.datafiles.refs import parse_refs
from wattrag.scoring.remembered import remembered


@remembered
def tokens(cell: str) -> frozenset[str]:
    """The set of cited tokens, lower case.

    A cell that begins with `[` is JSON (single quotes allowed); if it is not, or does not begin
    so, the whole cell is one token. An empty cell has none.
    """
    text = cell.strip()
    if text.startswith("["):
        try:
            items = json.loads(text.replace("'", '"'))
            return frozenset("" if i is None else str(i).strip().lower() for i in items)
        except (ValueError, RecursionError):
            pass
    return frozenset({text.lower()} if text else ())


def jaccard(gold: str, predicted: str) -> float:
    """Shared over all cited documents (Jaccard index); 1 if both cells are empty."""
    return _jaccard(tokens(gold), tokens(predicted))


def f1(gold: str, predicted: str) -> float:
    """Twice the shared over the sum of both counts (Dice, F1); 1 if both cells are empty."""
    a, b = tokens(gold), tokens(predicted)
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def as_meant(gold: str, predicted: str) -> float | None:
    """Jaccard index of the documents that the cells name; None if gold names none."""
    documents = meant(gold)
    return _jaccard(documents, meant(predicted)) if documents else None


@remembered
def meant(cell: str) -> frozenset[str]:
    """The documents that a cell names in whatever notation, lower case."""
    return frozenset(reference.lower() for reference in parse_refs(cell))


def _jaccard(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    return 1.0 if a == b else len(a & b) / len(a | b)
