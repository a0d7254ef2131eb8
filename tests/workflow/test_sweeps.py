"""Sweeps in the workflow: what they run, share and leave alone, and what reruns after an edit."""

import json
import shutil
from pathlib import Path

import pytest

from tests.sharing import made_once

from .planning import planned
from .study import read_config, read_csv, snakemake, write_config

pytestmark = pytest.mark.workflow

GRID = {
    "pipeline": "bm25",
    "line": {"param": "rerank_strategy", "values": ["score", "combined"]},
    "x": {"param": "top_k", "values": [2, 8]},
}
SIZES = {
    "members": ["*/extractive/none/run1", "external:lab/*"],
    "x": {"param": "ensemble_size", "values": [1, 3]},
}
RESULTS = {"sweep": 1, "sweep_plots": 1, "sweep_summary": 1}
MADE = "results/sweeps/local/train"


def edit(folder, **sweeps):
    """Change the study's sweeps."""
    config = read_config(folder)
    write_config(folder, config | {"sweeps": config.get("sweeps", {}) | sweeps})


@pytest.fixture(scope="session")
def finished_with_sweeps(finished, tmp_path_factory) -> Path:
    """The tiny study with two sweeps after a complete run; not to be changed."""

    def make(folder: Path) -> None:
        shutil.copytree(finished, folder, dirs_exist_ok=True)
        edit(folder, grid=GRID, sizes=SIZES)
        snakemake(folder)

    return made_once(tmp_path_factory, "sweeps", make)


@pytest.fixture
def swept(finished_with_sweeps, tmp_path) -> Path:
    """A copy of the finished study with sweeps."""
    return Path(shutil.copytree(finished_with_sweeps, tmp_path / "swept"))


def test_a_sweep_added_runs_its_own_points_and_nothing_of_the_study(study):
    edit(study, grid=GRID)
    # The point of the study's own settings is an experiment that it has.
    assert planned(study) == {"retrieve": 3, "answer": 3, **RESULTS}


def test_votes_over_what_there_is_ask_nothing(study):
    edit(study, sizes=SIZES)
    assert planned(study) == RESULTS


def test_a_finished_sweep_runs_nothing(swept):
    assert planned(swept) == {}


def one_value(folder):
    """One value of a sweep changed."""
    edit(folder, grid={**GRID, "x": {"param": "top_k", "values": [3, 8]}})


def one_value_less(folder):
    """A value taken away."""
    edit(folder, grid={**GRID, "x": {"param": "top_k", "values": [8]}})


def the_same_points_elsewhere(folder):
    """A second sweep over points of the first."""
    edit(folder, again={**GRID, "line": GRID["x"], "x": GRID["line"]})


def more_runs(folder):
    """A second run of each point."""
    edit(folder, grid={**GRID, "runs": 2})


def other_votes(folder):
    """Another way to vote."""
    edit(folder, sizes={**SIZES, "fixed": {"ref_mode": "all"}})


def gold(folder):
    """A gold answer changed."""
    text = (folder / "train.csv").read_text()
    (folder / "train.csv").write_text(text.replace("62,62", "63,63"))


SCORED = {"retrieval_metrics": 2, "score_experiment": 2, "score_ensemble": 1, "score_external": 1,
          "retrieval_table": 1, "retrieval_plot": 1, "tables": 1, "plot": 3}  # fmt: skip
EDITS = [
    (one_value, {"retrieve": 2, "answer": 2, **RESULTS}),
    (one_value_less, RESULTS),
    (the_same_points_elsewhere, RESULTS),
    (more_runs, {"answer": 4, **RESULTS}),
    (other_votes, RESULTS),
    (gold, {**SCORED, "sweep": 2, "sweep_plots": 2, "sweep_summary": 1}),
]


@pytest.mark.parametrize(("change", "jobs"), EDITS, ids=lambda v: getattr(v, "__name__", ""))
def test_only_the_points_that_are_new_run(swept, change, jobs):
    change(swept)
    assert planned(swept) == jobs


def test_the_tables_of_the_study_are_those_without_sweeps(finished, finished_with_sweeps):
    tables = sorted((finished / "results/tables/local/train").iterdir())
    assert tables
    for table in tables:
        other = finished_with_sweeps / table.relative_to(finished)
        assert other.read_bytes() == table.read_bytes(), table.name
        assert other.stat().st_mtime_ns == table.stat().st_mtime_ns


def test_each_point_has_its_predictions_and_scores(finished_with_sweeps):
    folder = finished_with_sweeps / MADE / "grid"
    about = json.loads((folder / "metadata.json").read_text())
    assert (about["line_param"], about["x_values"], about["num_runs"]) == (
        "rerank_strategy",
        [2, 8],
        1,
    )
    files = sorted(path.name for path in folder.glob("*_preds.csv"))
    assert files == sorted(prediction["file"] for prediction in about["predictions"])
    scored = read_csv(folder / "sweep_results.csv")
    assert [(row["line"], row["x"], row["run"]) for row in scored] == [
        ("score", "2", "1"), ("score", "8", "1"), ("combined", "2", "1"), ("combined", "8", "1"),
    ]  # fmt: skip
    base = "results/experiments/local/train/bm25/extractive/none/run1"
    summary = json.loads((finished_with_sweeps / base / "summary.json").read_text())
    assert float(scored[3]["final_score"]) == pytest.approx(summary["overall_score"])
    shared = (folder / "rerank_strategy=combined_top_k=8_run1_preds.csv").read_bytes()
    assert shared == (finished_with_sweeps / base / "submission.csv").read_bytes()


def test_every_score_is_drawn_and_the_sweeps_are_summarised(finished_with_sweeps):
    for sweep in ("grid", "sizes"):
        for metric in ("final_score", "value_score", "ref_score", "is_NA_score"):
            for kind in ("svg", "png"):
                assert (finished_with_sweeps / MADE / sweep / f"plot_{metric}.{kind}").exists()
    rows = read_csv(finished_with_sweeps / MADE / "summary.csv")
    assert [(row["sweep"], row["setting"]) for row in rows] == [
        ("grid", "rerank_strategy"),
        ("grid", "top_k"),
        ("sizes", "ensemble_size"),
    ]
    votes = read_csv(finished_with_sweeps / MADE / "sizes" / "sweep_results.csv")
    assert [(row["x"], row["run"]) for row in votes] == [
        ("1", "1"), ("1", "2"), ("1", "3"), ("3", "1"),
    ]  # fmt: skip


def test_a_wrong_setting_ends_the_run_with_one_line(study):
    edit(study, grid={**GRID, "x": {"param": "topk", "values": [2]}})
    failed = snakemake(study, "-n", check=False)
    assert failed.returncode == 1
    last = failed.stdout.strip().splitlines()[-1]
    assert last.endswith("sweeps.grid: unknown setting 'topk'; did you mean 'top_k'?")
