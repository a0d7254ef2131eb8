"""The ensemble study: does any ensemble beat its best member, on questions it was not chosen by?"""

from collections.abc import Mapping, Sequence

from wattrag.analysis.tables.content import TableContent
from wattrag.ensemble.selection import Selected
from wattrag.scoring.comparison import compare_pairs, holm

COLUMNS = (
    *("ensemble", "selected_on", "size", "members", "tried", "possible"),
    *("selection_mean", "selection_score"),
    *("overall_score", "overall_score_low", "overall_score_high", "value_accuracy", "ref_overlap"),
    *("na_accuracy", "difference", "difference_low", "difference_high", "p_value"),
)


def ensemble_study(ensemble: str, selections: Mapping[str, Sequence[Selected]]) -> TableContent:
    """One row for each question file chosen on and each size.

    `selection_mean` and `selection_score` are of all ensembles tried and of the best one, on the
    questions they were chosen by; all scores after them are of the best one on the table's own
    questions. Differences are to the best single member, chosen the same way (size 1), with
    p-values corrected over the sizes (Holm).

    Args:
        ensemble: whose members and vote are studied.
        selections: datafile that was chosen on -> what `select` found, by size.
    """
    rows: list[dict[str, object]] = []
    for datafile, selected in selections.items():
        to_single = _to_single(selected)
        rows += [
            {"ensemble": ensemble, "selected_on": datafile, **_row(one), **difference}
            for one, difference in zip(selected, to_single, strict=True)
        ]
    return TableContent(COLUMNS, tuple(rows))


def _row(one: Selected) -> dict[str, object]:
    scores = one.judged
    return {
        "size": one.size,
        "members": " ".join(one.members),
        "tried": one.tried,
        "possible": one.possible,
        "selection_mean": one.mean,
        "selection_score": one.chosen_score,
        "overall_score": scores.overall.value,
        "overall_score_low": scores.overall.low,
        "overall_score_high": scores.overall.high,
        "value_accuracy": scores.value_accuracy.value,
        "ref_overlap": scores.ref_overlap.value,
        "na_accuracy": scores.na_recall.value,
    }


def _to_single(selected: Sequence[Selected]) -> list[dict[str, object]]:
    pairs = [(place, 0) for place in range(1, len(selected))]
    compared = compare_pairs([one.judged for one in selected], pairs)
    corrected = holm([one.p_value for one in compared])
    return [{} for _ in selected[:1]] + [
        {
            "difference": one.difference,
            "difference_low": one.low,
            "difference_high": one.high,
            "p_value": p_value,
        }
        for one, p_value in zip(compared, corrected, strict=True)
    ]
