"""Every pair of experiments, compared question by question."""

from collections.abc import Sequence

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.tables.content import TableContent
from wattrag.scoring.comparison import compare_all, holm

COLUMNS = (
    *("first", "second", "difference", "difference_low", "difference_high"),
    *("p_value", "p_value_corrected"),
    *("only_first", "only_second", "mcnemar_p", "mcnemar_p_corrected"),
)


def comparisons(experiments: Sequence[ScoredExperiment]) -> TableContent:
    """One row a pair, most certain difference first, then largest, then by name.

    `difference` is the overall score of `first` minus that of `second`; `only_first` and
    `only_second` count the questions whose value only one has right. Both p-values come as they
    are and corrected over all pairs (Holm).

    Raises:
        InputError: experiments on different questions or under different rules.
    """
    found = compare_all({experiment.name: experiment.scores for experiment in experiments})
    overall = holm([one.p_value for one in found.values()])
    values = holm([one.mcnemar_p for one in found.values()])
    rows = [
        {
            "first": first,
            "second": second,
            "difference": one.difference,
            "difference_low": one.low,
            "difference_high": one.high,
            "p_value": one.p_value,
            "p_value_corrected": p_overall,
            "only_first": one.only_first,
            "only_second": one.only_second,
            "mcnemar_p": one.mcnemar_p,
            "mcnemar_p_corrected": p_values,
        }
        for ((first, second), one), p_overall, p_values in zip(
            found.items(), overall, values, strict=True
        )
    ]
    rows.sort(key=lambda row: (row["p_value"], -abs(float(str(row["difference"]))), row["first"]))
    return TableContent(COLUMNS, tuple(rows))
