"""Wall-clock time from device-hours and the number of devices that worked side by side."""

import re
from dataclasses import replace
from decimal import Context, Decimal

from wattrag.answering.extractive.arithmetic.calculation import Calculation
from wattrag.answering.extractive.arithmetic.phrases import Form, form
from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.candidates import Candidate, candidates
from wattrag.answering.extractive.choose import Chosen, choose
from wattrag.answering.extractive.text import stem
from wattrag.answering.quantities.quantities import plain

_DEVICE = r"(?P<device>[GTCN]PU|accelerator|device|chip|core|node)"
_ASKED = re.compile(
    rf"\b{_DEVICE}[- ]?hours?\b.*\bnumber of (?:\w+ ){{0,2}}(?P=device)s"
    r"|\bnumber of (?:\w+ ){0,2}(?P<worker>[GTCN]PU|accelerator|device|chip|core|node)s.*"
    r"\b(?P=worker)[- ]?hours?\b",
    re.IGNORECASE,
)
"""A question that names both of the same device."""
_MODEL = r"(?:[ -](?!hours)[\w.-]{1,20}){0,3}?"
_HOURS = re.compile(rf"{_MODEL}[ -]?{_DEVICE}[- ]?(?:hours?|hrs?|h)\b", re.IGNORECASE)
_COUNT = re.compile(rf"{_MODEL}[ -](?:{_DEVICE}s|(?:[A-Z]{{1,3}}\d{{2,4}}[A-Z]?s))\b(?![ -]?h)")
"""What follows a number: `30,000 H100 GPU hours`, `96 H100 GPUs`, `96 H100s`."""
_FRAME = frozenset(
    stem(word) for word in ("given", "total", "number", "use", "wall", "clock", "time", "required")
)
"""Words of such a question that ask for the calculation; no evidence for it has them."""
_EXACT = Context(prec=40)
_HOUR = Decimal(3600)


def device_time(reading: Reading) -> Calculation | None:
    """Device-hours over the number of devices, in the unit asked for.

    None if the question does not ask for a time from these two, or either is not found.
    """
    question = reading.question
    match, target = _ASKED.search(question.text.raw), question.target
    if match is None or target is None or target.unit is None or form(target) is not Form.TIME:
        return None
    told = {word: w for word, w in reading.weights.items() if word not in _FRAME}
    reading = replace(reading, weights=told)
    device = (match["device"] or match["worker"]).lower()
    bare = [c for c in candidates(question.asking_for(None), reading.evidence) if _is_whole(c)]
    hours = _chosen(reading, [c for c in bare if _is(_HOURS, c, device)])
    if hours is None:
        return None
    document = hours.candidate.passage.document_id
    count = _chosen(
        reading,
        [c for c in bare if _is(_COUNT, c, device) and c.passage.document_id == document],
    )
    if count is None:
        return None
    total, devices = hours.candidate.quantity.low, count.candidate.quantity.low
    if min(total, devices) <= 0:
        return None
    seconds = target.unit.factor * target.scale
    written = f"{plain(total)} / {plain(devices)}"
    if seconds > _HOUR:
        written += f" / {plain(seconds / _HOUR)}"
    elif seconds < _HOUR:
        written += f" * {plain(_HOUR / seconds)}"
    passages = {id(c.candidate.passage): c.candidate.passage for c in (hours, count)}
    return Calculation(
        written,
        _EXACT.divide(total * _HOUR, devices * seconds),
        tuple(passages.values()),
        min(hours.coverage, count.coverage),
    )


def _chosen(reading: Reading, offered: list[Candidate]) -> Chosen | None:
    return choose(reading.question, offered, reading.evidence, reading.weights)


def _is_whole(candidate: Candidate) -> bool:
    """Whether it is one number without a unit of its own."""
    return candidate.quantity.high is None and candidate.quantity.unit is None


def _is(what: re.Pattern[str], candidate: Candidate, device: str) -> bool:
    """Whether a number counts devices or their hours; a model's name stands for any device."""
    match = what.match(candidate.passage.text.raw, candidate.quantity.end)
    return match is not None and (match["device"] or device).lower() == device
