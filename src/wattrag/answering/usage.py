"""`usage.json`: what answering took; everything that varies from run to run lives here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from wattrag.answering.answer import Answered
from wattrag.answering.attempts import Attempted
from wattrag.answering.records import SCHEMA_VERSION
from wattrag.hardware.energy import UNKNOWN, Energy
from wattrag.llm.usage import Usage, summed


@dataclass(frozen=True)
class Before:
    """Seconds that the stages before took for one question, on average; None where not known."""

    plan: float | None = None
    embed: float | None = None
    search: float | None = None


def usage(
    answered: Sequence[Answered],
    wall_seconds: float,
    before: Before = Before(),
    energy: Energy = UNKNOWN,
) -> dict[str, Any]:
    """The content of `usage.json`.

    Args:
        answered: what was answered, in order.
        wall_seconds: wall time of the whole job, loading included.
        before: the stages before.
        energy: of the job.

    Returns:
        Totals and one entry per question. Times in seconds; what was not measured (tokens of a
        reader that calls no model, energy without a meter) is null, which is not the same as 0.
    """
    total = summed(a.log.usage for one in answered for a in one.attempts)
    questions = [_question(one, before) for one in answered]
    retried = sum(one.record.attempts > 1 for one in answered)
    retries = sum(max(one.record.attempts - 1, 0) for one in answered)
    _apportion(questions, energy.wh)
    return {
        "schema_version": SCHEMA_VERSION,
        "num_questions": len(answered),
        "error_count": sum(one.record.status == "error" for one in answered),
        "questions_retried": retried,
        "total_retries": retries,
        "avg_retries": retries / len(answered) if answered else None,
        "total_time_seconds": wall_seconds,
        # Stored replies take no time: with them there is nothing to divide by.
        "questions_per_hour": 3600 * len(answered) / wall_seconds
        if wall_seconds and answered and not total.reused
        else None,
        **{f"avg_{name}": _mean(questions, name) for name in _AVERAGED},
        **_taken(total),
        "energy_wh": energy.wh,
        "energy_method": energy.method,
        "average_watts": energy.average_watts,
        "peak_watts": energy.peak_watts,
        "energy_devices": energy.devices or None,
        "energy_attribution": "by_tokens" if energy.wh is not None else None,
        "questions": questions,
    }


_AVERAGED = (
    *("latency_seconds", "retrieval_seconds", "generation_seconds"),
    *("plan_seconds", "embed_seconds", "search_seconds", "prompt_seconds", "parse_seconds"),
)


def _question(one: Answered, before: Before) -> dict[str, Any]:
    """One question: its latency is what it takes alone, without waiting for a turn."""
    taken = _taken(summed(attempt.log.usage for attempt in one.attempts))
    generation = _over(one.attempts, lambda made: made.log.generate_seconds)
    prompt = _over(one.attempts, lambda made: made.log.prompt_seconds)
    parse = _over(one.attempts, lambda made: made.log.parse_seconds)
    retrieval = _known(before.embed, before.search)
    return {
        "id": one.record.id,
        "attempts": one.record.attempts,
        "latency_seconds": sum(_known_parts(before)) + generation + prompt + parse,
        "plan_seconds": before.plan,
        "embed_seconds": before.embed,
        "search_seconds": before.search,
        "retrieval_seconds": retrieval,
        "prompt_seconds": prompt,
        "generation_seconds": generation if taken["calls"] + taken["reused"] else None,
        "parse_seconds": parse,
        "wall_seconds": [made.seconds for made in one.attempts],
        **taken,
        "energy_wh": None,
    }


def _known_parts(before: Before) -> list[float]:
    return [part for part in (before.plan, before.embed, before.search) if part is not None]


def _known(*parts: float | None) -> float | None:
    return None if None in parts else sum(part for part in parts if part is not None)


def _over(attempts: Sequence[Attempted], seconds: Callable[[Attempted], float]) -> float:
    return sum(map(seconds, attempts))


def _mean(questions: Sequence[Mapping[str, Any]], name: str) -> float | None:
    found = [question[name] for question in questions if question[name] is not None]
    return fmean(found) if found else None


def _apportion(questions: Sequence[dict[str, Any]], wh: float | None) -> None:
    """Share the job's energy among questions by the tokens of their new calls."""
    tokens = [_known(question["input_tokens"], question["output_tokens"]) for question in questions]
    total = sum(count for count in tokens if count is not None)
    if wh is None or not total:
        return
    for question, count in zip(questions, tokens, strict=True):
        question["energy_wh"] = None if count is None else wh * count / total


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
        "estimated_cost_usd": used.cost_usd if asked else None,
    }
