"""`usage.json`: what answering took; everything that varies from run to run lives here."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from wattrag.answering.answer import Answered
from wattrag.llm.usage import Usage, summed


def usage(answered: Sequence[Answered], wall_seconds: float) -> dict[str, Any]:
    """The content of `usage.json`.

    Args:
        answered: what was answered, in order.
        wall_seconds: wall time of the whole job, loading included.

    Returns:
        Totals and one entry per question. Times in seconds; what was not measured (tokens and
        energy of a reader that calls no model) is null, which is not the same as 0.
    """
    read = [sum(one.read_seconds) for one in answered]
    return {
        "num_questions": len(answered),
        "error_count": sum(one.record.status == "error" for one in answered),
        "questions_retried": sum(one.record.attempts > 1 for one in answered),
        "total_retries": sum(max(one.record.attempts - 1, 0) for one in answered),
        "total_time_seconds": wall_seconds,
        "read_seconds": sum(read),
        "avg_read_seconds": fmean(read) if read else None,
        **_taken(summed(one.usage for one in answered)),
        "questions": [_question(one) for one in answered],
    }


def _question(one: Answered) -> dict[str, Any]:
    return {
        "id": one.record.id,
        "attempts": one.record.attempts,
        "read_seconds": list(one.read_seconds),
        **_taken(one.usage),
    }


def _taken(used: Usage) -> dict[str, Any]:
    """What calls took; stored replies took nothing, and without a model there is no count."""
    asked = used.calls + used.reused > 0
    return {
        "calls": used.calls,
        "reused": used.reused,
        "tries": used.tries,
        "repaired_replies": used.repaired,
        "call_seconds": used.seconds if asked else None,
        "input_tokens": used.input_tokens if asked else None,
        "cached_tokens": used.cached_tokens if asked else None,
        "output_tokens": used.output_tokens if asked else None,
        "energy_wh": None,
        "estimated_cost_usd": used.cost_usd if asked else None,
    }
