"""The retrieval table: how well each retriever finds the evidence, without any model."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wattrag.analysis.retrieval import RetrieverMetrics
from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.tables.page import PageCell, write_page
from wattrag.scoring.comparison import holm
from wattrag.scoring.intervals import Estimate
from wattrag.scoring.retrieval import METRICS, Difference, difference, estimates

COMPARED = ("hit_at_1", "reciprocal_rank", "evidence_at_6k")
"""Metrics by which each retriever is tested against the first."""
TITLES = {
    "hit_at_1": "hit@1",
    "hit_at_5": "hit@5",
    "hit_at_10": "hit@10",
    "reciprocal_rank": "MRR",
    "ndcg_at_10": "nDCG@10",
    "evidence_at_2k": "Evidence in 2,000 characters",
    "evidence_at_6k": "Evidence in 6,000 characters",
}
_SCORE = ("", "_low", "_high", "_n")
_TEST = ("_difference", "_difference_low", "_difference_high", "_p_value")
COLUMNS = (
    *("name", "retriever", "planner", "num_questions"),
    *(f"{metric}{suffix}" for metric in METRICS for suffix in _SCORE),
    *(f"{metric}{suffix}" for metric in COMPARED for suffix in _TEST),
)


def retrieval_table(retrievers: Sequence[RetrieverMetrics]) -> TableContent:
    """Retrievers by reciprocal rank, equal ones by name.

    Differences, their 95 % intervals and p-values (Holm's correction over the rows, for each
    metric by itself) are to the first row; nulls where no question can be judged.

    Args:
        retrievers: of one datafile.

    Raises:
        InputError: retrievers that were asked different questions.
    """
    scores = {found.name: estimates(found.questions) for found in retrievers}
    ranked = sorted(retrievers, key=lambda one: (-_rank(scores[one.name]), one.name))
    tests = {metric: _to_first(ranked, metric) for metric in COMPARED}
    rows = [
        {
            "name": one.name,
            "retriever": one.retriever,
            "planner": one.planner,
            "num_questions": len(one.questions),
            **{k: v for metric in METRICS for k, v in _score(metric, scores[one.name]).items()},
            **{k: v for metric in COMPARED for k, v in tests[metric][place].items()},
        }
        for place, one in enumerate(ranked)
    ]
    return TableContent(COLUMNS, tuple(rows))


def write_retrieval_page(path: Path, datafile: str, table: TableContent) -> None:
    """Write what `retrieval_table` returned as a page for the report."""
    header = ("Retriever", *TITLES.values(), *(f"{TITLES[m]} to the first" for m in COMPARED))
    rows = (
        [
            PageCell(str(row["name"]), f"{row['num_questions']} questions"),
            *(_cell(row, metric, "{:.3f}", f"n = {row[f'{metric}_n']}") for metric in METRICS),
            *(_cell(row, f"{m}_difference", "{:+.3f}", _p(row, m)) for m in COMPARED),
        ]
        for row in table.rows
    )
    write_page(path, f"Evidence found for {datafile}", header, rows)


def _rank(found: dict[str, Estimate]) -> float:
    return found["reciprocal_rank"].value or 0.0


def _score(metric: str, found: dict[str, Estimate]) -> dict[str, object]:
    one = found[metric]
    cells = (one.value, one.low, one.high, one.n)
    return {f"{metric}{suffix}": cell for suffix, cell in zip(_SCORE, cells, strict=True)}


def _to_first(ranked: Sequence[RetrieverMetrics], metric: str) -> list[dict[str, object]]:
    """The test columns of each row; the first has nothing to be compared with."""
    first, others = ranked[:1], ranked[1:]
    found = [difference(one.questions, first[0].questions, metric) for one in others]
    corrected = iter(holm([one.p_value for one in found if one is not None]))
    return [*({} for _ in first), *(_test(metric, one, corrected) for one in found)]


def _test(metric: str, found: Difference | None, corrected: Iterator[float]) -> dict[str, object]:
    if found is None:
        return {}
    cells = (found.value, found.low, found.high, next(corrected))
    return {f"{metric}{suffix}": cell for suffix, cell in zip(_TEST, cells, strict=True)}


def _cell(row: Mapping[str, object], name: str, form: str, note: str) -> PageCell:
    value = row.get(name)
    if value is None:
        return PageCell("")
    interval = f"{form.format(row[f'{name}_low'])} to {form.format(row[f'{name}_high'])}"
    return PageCell(form.format(value), f"{interval}, {note}")


def _p(row: Mapping[str, object], metric: str) -> str:
    p_value = row.get(f"{metric}_p_value")
    return f"p = {p_value:.3g}" if isinstance(p_value, float) else ""
