"""Comparisons, runs and scaling: hand-checked values, nulls kept, columns in order."""

import json

import pytest

from wattrag.analysis.experiment import read_experiments
from wattrag.analysis.tables.comparisons import comparisons
from wattrag.analysis.tables.content import export, export_json
from wattrag.analysis.tables.runs import runs
from wattrag.analysis.tables.scaling import COLUMNS, scaling
from wattrag.scoring.comparison import compare, holm
from wattrag.scoring.spread import spread

from .small_experiments import answers, external, questions, scored, single

GOLD = tuple(str(n) for n in range(1, 41))
LABELS = {
    "small": {"name": "Small", "family": "f", "params_b": 1.5, "params_estimated": False},
    "large": {"name": "Large", "family": "f", "params_b": 72.0, "params_estimated": True},
    "other": {"name": "Other", "family": "g", "params_b": None, "params_estimated": False},
}


def some(tmp_path, **right):
    """Experiments that answer so many of forty questions rightly, in the given order."""
    asked = questions(GOLD)
    return read_experiments(
        [
            scored(tmp_path / name, external(name), answers(n, GOLD), asked)
            for name, n in right.items()
        ]
    )


def test_every_pair_is_compared_once_and_corrected_together(tmp_path):
    experiments = some(tmp_path, a=35, b=34, c=4)
    rows = comparisons(experiments).rows
    assert {(row["first"], row["second"]) for row in rows} == {("a", "b"), ("a", "c"), ("b", "c")}
    by_name = {one.name: one.scores for one in experiments}
    for row in rows:
        one = compare(by_name[row["first"]], by_name[row["second"]])
        assert (row["difference"], row["p_value"]) == (one.difference, one.p_value)
        assert (row["difference_low"], row["difference_high"]) == (one.low, one.high)
    assert [row["p_value_corrected"] for row in rows] == holm([row["p_value"] for row in rows])
    last = rows[-1]  # least certain
    assert (last["first"], last["only_first"], last["only_second"], last["mcnemar_p"]) == (
        *("a", 1, 0, 1.0),
    )


def test_no_experiments_are_no_pairs(tmp_path):
    assert comparisons(some(tmp_path, a=3)).rows == ()


def test_spread_of_known_values():
    # 0.7, 0.8, 0.9: mean 0.8, sample standard deviation 0.1.
    found = spread([0.7, 0.9, None, 0.8])
    assert (found.mean, found.sd, found.low, found.high, found.n) == (
        *(pytest.approx(0.8), pytest.approx(0.1), 0.7, 0.9, 3),
    )
    assert (spread([0.5]).mean, spread([0.5]).sd) == (0.5, None)
    assert (spread([None]).mean, spread([]).n) == (None, 0)


def test_runs_of_one_setting_are_one_row(tmp_path):
    asked = questions(GOLD)
    paths = [
        scored(tmp_path / str(run), single("dense", run=run), answers(n, GOLD), asked)
        for run, n in ((1, 20), (2, 24))
    ]
    paths.append(scored(tmp_path / "x", single("bm25"), answers(8, GOLD), asked))
    paths.append(scored(tmp_path / "y", external("theirs"), answers(8, GOLD), asked))
    dense, bm25 = runs(read_experiments(paths)).rows
    assert (dense["pipeline"], dense["runs"], dense["questions_that_change"]) == ("dense", 2, 4)
    assert dense["value_accuracy_mean"] == pytest.approx(0.55)
    assert dense["value_accuracy_sd"] == pytest.approx(0.1 / 2**0.5)
    assert dense["na_accuracy_mean"] is None
    assert (bm25["runs"], bm25["value_accuracy_sd"], bm25["questions_that_change"]) == (
        *(1, None, None),
    )


def test_a_family_is_ordered_by_precision_then_size_with_nulls_kept(tmp_path):
    paths = []
    for model in ("large", "other", "small"):
        path = scored(tmp_path / model, single("dense", model=model), answers(5))
        summary = json.loads(path.with_name("summary.json").read_text())
        if model == "large":
            hardware = {"gpu_name": "GPU", "gpu_count": 2, "gpu_vram_total_gb": "many"}
            summary |= {"hardware": hardware, "total_time_seconds": 12.5, "energy_wh": None}
            summary["hardware"]["gpu_energy_wh"] = 3.25
        path.with_name("summary.json").write_text(json.dumps(summary))
        paths.append(path)
    table = scaling("f", read_experiments(paths), LABELS)
    small, large = table.rows
    assert (small["model"], large["model"]) == ("Small", "Large")
    assert (large["gpu_name"], large["gpu_count"], large["total_time_s"]) == ("GPU", 2, 12.5)
    assert (large["energy_wh"], large["vram_total_gb"]) == (3.25, None)
    assert (small["energy_wh"], small["questions"], small["correct"]) == (None, 8, 5)
    assert COLUMNS[:5] == ("model", "params_b", "quantization", "run_environment", "hostname")
    export_json(tmp_path / "t.json", table)
    export(tmp_path / "t.csv", table)
    written = json.loads((tmp_path / "t.json").read_text())
    assert list(written[0]) == list(COLUMNS)
    assert written[0]["energy_wh"] is None
    assert (tmp_path / "t.csv").read_text().splitlines()[0] == ",".join(COLUMNS)
