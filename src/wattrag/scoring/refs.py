"""Citation overlap, with the scorer's own exact reading of a `ref_id` cell.

Unlike `wattrag.datafiles.refs`, which reads what people mean, this reads what the official
scorer sees: `a,b` is one token, and so is `is_blank`. Other benchmarks are read as they mean it.
"""

import json
from collections.abc import Set as AbstractSet
from functools import lru_cache

from wattrag.datafiles.refs import parse_refs

_REMEMBERED = 500  # characters; the same few cells come up in every experiment


def tokens(cell: str) -> frozenset[str]:
    """The set of cited tokens, lower case.

    A cell that begins with `[` is JSON (single quotes allowed); if it is not, or does not begin
    so, the whole cell is one token. An empty cell has none.
    """
    return _short_tokens(cell) if len(cell) <= _REMEMBERED else _tokens(cell)


def _tokens(cell: str) -> frozenset[str]:
    text = cell.strip()
    if text.startswith("["):
        try:
            items = json.loads(text.replace("'", '"'))
            return frozenset("" if i is None else str(i).strip().lower() for i in items)
        except (ValueError, RecursionError):
            pass
    return frozenset({text.lower()} if text else ())


_short_tokens = lru_cache(maxsize=10_000)(_tokens)


def jaccard(gold: str, predicted: str) -> float:
    """Shared over all cited documents (Jaccard index); 1 if both cells are empty."""
    short = len(gold) <= _REMEMBERED and len(predicted) <= _REMEMBERED
    return (_short_jaccard if short else _jaccard_of_cells)(gold, predicted)


def _jaccard_of_cells(gold: str, predicted: str) -> float:
    return _jaccard(_tokens(gold), _tokens(predicted))


_short_jaccard = lru_cache(maxsize=50_000)(_jaccard_of_cells)


def f1(gold: str, predicted: str) -> float:
    """Twice the shared over the sum of both counts (Dice, F1); 1 if both cells are empty."""
    a, b = tokens(gold), tokens(predicted)
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def as_meant(gold: str, predicted: str) -> float | None:
    """Jaccard index of the documents that the cells name; None if gold names none."""
    documents = meant(gold)
    return _jaccard(documents, meant(predicted)) if documents else None


def meant(cell: str) -> frozenset[str]:
    """The documents that a cell names in whatever notation, lower case."""
    return _short_meant(cell) if len(cell) <= _REMEMBERED else _meant(cell)


def _meant(cell: str) -> frozenset[str]:
    return frozenset(reference.lower() for reference in parse_refs(cell))


_short_meant = lru_cache(maxsize=10_000)(_meant)


def _jaccard(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0
