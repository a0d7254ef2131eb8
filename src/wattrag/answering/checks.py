"""Holding an answer against the evidence that was shown: citations, quotation, value."""

import re
from collections.abc import Sequence
from decimal import Decimal

from wattrag.answering.normalise import QUOTE_MARKS
from wattrag.answering.quantities.quantities import Quantity, quantities
from wattrag.answering.quantities.units import Unit, parse_unit
from wattrag.answering.records import Answer, Checks
from wattrag.retrieval.records import Snippet

TOLERANCE = Decimal("0.001")
"""Relative; the same as the scores'."""
SHORTEST_QUOTE = 12
"""Characters: what is shorter stands everywhere."""
_TRUTH = {"0", "1"}
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
"""As in normalised values; Python also reads `1_0e9999999`, and fails when it compares it."""


def checks(answer: Answer, unit: str, shown: Sequence[Snippet]) -> Checks:
    """Check an answer that is not blank.

    Args:
        answer: as the reader gave it.
        unit: of the answer, as the question file states it.
        shown: the evidence that the reader saw.
    """
    documents = {snippet.document_id for snippet in shown}
    cited = [snippet for snippet in shown if snippet.document_id in answer.ref_id]
    quoted = _quoted(answer.supporting_materials, cited) or _quoted(
        answer.supporting_materials, shown
    )
    page = quoted.metadata.get("page") if quoted is not None else None
    return Checks(
        unshown_ref_id=tuple(ref for ref in answer.ref_id if ref not in documents),
        quote_node=quoted.node_id if quoted is not None else None,
        quote_page=page if isinstance(page, int) else None,
        value_supported=_supported(answer, unit, cited),
    )


def _quoted(quote: str, snippets: Sequence[Snippet]) -> Snippet | None:
    """The first snippet that holds the quotation, but for case, spaces and outer quotes."""
    wanted = _folded(quote).strip(f"{QUOTE_MARKS} .…")
    if len(wanted) < SHORTEST_QUOTE:
        return None
    return next((snippet for snippet in snippets if wanted in _folded(snippet.text)), None)


def _supported(answer: Answer, unit: str, cited: Sequence[Snippet]) -> bool | None:
    if answer.raw_value.strip().casefold() in {"true", "false"} or (
        answer.value in _TRUTH and not unit
    ):
        return None
    numbers = _numbers(answer.value)
    if numbers is None:
        wanted = _folded(answer.value)
        return any(wanted in _folded(snippet.text) for snippet in cited)
    asked = parse_unit(unit)
    for snippet in cited:
        offered = quantities(snippet.text)
        numbers = [n for n in numbers if not any(_holds(q, n, asked) for q in offered)]
        if not numbers:
            return True
    return False


def _numbers(value: str) -> list[Decimal] | None:
    """The numbers of a value: one, or those of a list; None if it is text."""
    listed = value.startswith("[") and value.endswith("]")
    parts = value[1:-1].split(",") if listed else [value]
    return [Decimal(part) for part in parts] if all(map(_NUMBER.fullmatch, parts)) else None


def _holds(quantity: Quantity, wanted: Decimal, asked: Unit | None) -> bool:
    """Whether a quantity of the text is the number, as printed or in the unit asked for."""
    meant = [quantity]
    if asked is not None and quantity.unit is not None:
        factor = quantity.unit.to(asked)
        meant += [] if factor is None else [quantity.times(factor)]
    ends = [end for q in meant for end in (q.low, q.high) if end is not None]
    return any(abs(end - wanted) <= TOLERANCE * max(abs(end), abs(wanted)) for end in ends)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
