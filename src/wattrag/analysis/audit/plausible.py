"""Numbers of a summary that cannot be right, or do not mean what they seem to."""

from collections.abc import Iterator

from wattrag.analysis.audit.finding import Finding
from wattrag.analysis.listing import Listed
from wattrag.analysis.taken import numbers

HIGH_LATENCY = 60.0
"""Seconds a question."""
ERROR_SHARE = 0.10
BROKEN, LOW = 0.2, 0.4
"""Overall scores; a system that says nothing earns about 0.15."""
INFLATED = 1.2
"""Latencies that add up to so many times the wall time ran side by side."""


def plausible(listed: Listed) -> Iterator[Finding]:
    """Everything that a summary's own numbers give away."""
    yield from _score(listed)
    yield from _errors(listed)
    if listed.type == "single":
        if listed.model is None:
            yield Finding("NO_MODEL", "problem", "the summary names no model")
        yield from _latency(listed)
        yield from _tokens(listed)


def _score(listed: Listed) -> Iterator[Finding]:
    overall = _number(listed, "overall_score")
    if overall is None:
        yield Finding("NO_SCORE", "problem", "the summary has no overall score")
    elif overall < BROKEN:
        yield Finding("BROKEN_RUN", "problem", "hardly better than silence", overall, BROKEN)
    elif overall < LOW:
        yield Finding("LOW_SCORE", "notice", "suspiciously low", overall, LOW)


def _errors(listed: Listed) -> Iterator[Finding]:
    total = _number(listed, "num_questions")
    failed, missing = _number(listed, "error_count") or 0, _number(listed, "missing_count") or 0
    if total and failed / total > ERROR_SHARE:
        yield Finding("ERRORS", "problem", "share of failed calls", failed / total, ERROR_SHARE)
    elif failed:
        yield Finding("SOME_ERRORS", "notice", "failed calls; they earn nothing", failed, 0)
    if missing:
        yield Finding("MISSING_ROWS", "notice", "questions without a row", missing, 0)
    right, wrong = _number(listed, "questions_correct"), _number(listed, "questions_wrong")
    if total is None or right is None or wrong is None:
        return
    if right + wrong != total:
        detail = "right and wrong answers do not add up to the questions"
        yield Finding("COUNT_MISMATCH", "problem", detail, right + wrong, total)


def _latency(listed: Listed) -> Iterator[Finding]:
    took = numbers(listed.summary)
    latency, total = took["avg_latency_s"], took["total_time_s"]
    if latency is not None and latency > HIGH_LATENCY:
        yield Finding("HIGH_LAT", "problem", "mean seconds a question", latency, HIGH_LATENCY)
    if latency == 0 and not took["reused"]:
        yield Finding("ZERO_LAT", "problem", "answers took no time", 0.0)
    questions = _number(listed, "num_questions")
    if listed.summary.get("schema_version") is not None:
        return  # ours: a question's latency leaves its waits out, and counts other jobs' stages
    if latency and total and questions:
        ratio = latency * questions / total
        if ratio > INFLATED:
            yield _inflated(ratio, total / questions, took["max_concurrent"])


def _inflated(ratio: float, each: float, at_once: float | None) -> Finding:
    """Latencies beyond wall time: calls waited for each other, or time is missing."""
    if at_once == 1:
        detail = "calls ran one by one: the total time leaves out a part of a resumed run"
        return Finding("TIME_UNDERSTATED", "problem", detail, ratio, INFLATED)
    detail = f"calls ran side by side: latency includes waiting; {each:.3g} s a question in all"
    return Finding("INFLATED_LAT", "notice", detail, ratio, INFLATED)


def _tokens(listed: Listed) -> Iterator[Finding]:
    took = numbers(listed.summary)
    given, written, cost = took["input_tokens"], took["output_tokens"], took["est_cost_usd"]
    reads_alone = took["calls"] == 0 and not took["reused"]  # a reader without a model
    if took["reused"]:
        detail = "replies came from the store: times, tokens and energy are of the others only"
        yield Finding("REUSED", "notice", detail, took["reused"], 0)
    elif not given and not written and not reads_alone:
        yield Finding("NO_TOKENS", "notice", "tokens were not counted")
    if listed.precision == "api" and cost is None:
        yield Finding("NO_COST_DATA", "notice", "no price is known")
    elif listed.precision == "api" and given and not cost:
        yield Finding("ZERO_COST", "notice", "tokens were used and cost nothing", 0.0)


def _number(listed: Listed, key: str) -> float | None:
    value = listed.summary.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
