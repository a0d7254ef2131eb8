"""The statement of hardware and energy."""

from collections import Counter
from collections.abc import Sequence

from wattrag.analysis.export.blocks import Block, Grid, Page, Paragraph
from wattrag.analysis.export.facts import Facts
from wattrag.analysis.export.versions import UNKNOWN

NOT_MEASURED = "not measured"
_TAKEN = ("Seconds", "Energy (Wh)", "Cost (USD)", "New replies", "Stored replies")
_READING = (
    "Energy is that of the whole job by the method named, without the machine's idle baseline "
    "taken off; stored replies took their time and energy in the run that asked for them, so that "
    "a job with stored replies does not show what all its answers took. What no meter measured is "
    "named as such and is not 0."
)


def machines_page(facts: Sequence[Facts]) -> Page:
    """A page with the machines, and what each experiment took on its own."""
    made = [one for one in facts if one.answered_by_model]
    blocks: list[Block] = [
        Paragraph(_statement(made)),
        Grid(
            label="machines",
            caption="Machines.",
            columns=("Machine", "Processor", "Cores", "Memory (GiB)", "GPUs", "System"),
            rows=tuple(dict.fromkeys(map(_machine, made))),
            numeric=frozenset({"Cores", "Memory (GiB)"}),
        ),
        Grid(
            label="energy",
            caption="Time, energy and cost of answering, over all questions of a job.",
            columns=("System", "Machine", *_TAKEN[:2], "Method", *_TAKEN[2:]),
            rows=tuple(map(_taken, made)),
            numeric=frozenset(_TAKEN),
        ),
        Paragraph(_READING),
    ]
    return Page("hardware", "Hardware and energy", blocks)


def _statement(facts: Sequence[Facts]) -> str:
    measured = [one.energy_wh for one in facts if one.energy_wh is not None]
    if not measured:
        return f"Energy was not measured in any of {len(facts)} runs."
    said = f"Energy was measured in {len(measured)} of {len(facts)} runs"
    return f"{said}, which took {_figures(sum(measured))} Wh together."


def _machine(one: Facts) -> tuple[str, ...]:
    return (
        one.env,
        one.cpu or UNKNOWN,
        UNKNOWN if one.cores is None else str(one.cores),
        UNKNOWN if one.memory_gb is None else _figures(one.memory_gb),
        _devices(one.gpus),
        one.os or UNKNOWN,
    )


def _devices(gpus: Sequence[str] | None) -> str:
    if gpus is None:
        return UNKNOWN
    counted = Counter(gpus).items()
    return "; ".join(f"{n} x {gpu}" if n > 1 else gpu for gpu, n in counted) or "none"


def _taken(one: Facts) -> tuple[str, ...]:
    cost = UNKNOWN if one.cost_usd is None else f"{one.cost_usd:.4f}"
    return (
        one.name,
        one.env,
        NOT_MEASURED if one.seconds is None else _figures(one.seconds),
        NOT_MEASURED if one.energy_wh is None else _figures(one.energy_wh),
        NOT_MEASURED if one.energy_wh is None else one.energy_method or UNKNOWN,
        cost,
        *(UNKNOWN if n is None else f"{n:.0f}" for n in (one.calls, one.reused)),
    )


def _figures(value: float) -> str:
    """Four figures, without an exponent."""
    return f"{float(f'{value:.4g}'):,.10g}".replace(",", "")
