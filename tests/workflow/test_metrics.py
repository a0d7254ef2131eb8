"""Datafiles of other benchmarks: their own columns, judged by a metric of texts."""

import csv
import json
import re
from pathlib import Path

import pytest
import yaml

from .planning import planned
from .study import ROOT, read_config, snakemake, write_config

pytestmark = pytest.mark.workflow

PAGE = ROOT / "docs/scoring.md"


def test_the_benchmark_of_the_page_on_scoring_is_planned_and_scored(tmp_path):
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    example = {"sources": {"example": {"sheet": "resources/example/metadata.csv"}}}
    write_config(tmp_path, example | yaml.safe_load(block))

    jobs = planned(tmp_path)

    assert (jobs["answer"], jobs["score_experiment"], jobs["retrieval_metrics"]) == (1, 1, 1)


@pytest.fixture
def by_f1(study: Path) -> Path:
    """The finished study with its labelled datafile judged by F1."""
    config = read_config(study)
    config["datafiles"]["train"]["metric"] = "f1"
    write_config(study, config)
    snakemake(study)
    return study


def test_a_study_runs_to_its_tables_and_plots_by_another_metric(by_f1):
    run = by_f1 / "results/experiments/local/train/bm25/extractive/none/run1"
    summary = json.loads((run / "summary.json").read_text())
    records = json.loads((run / "results.json").read_text())
    assert summary["rules"] == "f1"
    assert summary["overall_score"] == summary["value_accuracy"]
    assert summary["overall_score"] == pytest.approx(
        sum(record["value_score"] for record in records) / len(records)
    )
    tables = by_f1 / "results/tables/local/train"
    with (tables / "leaderboard.csv").open(encoding="utf-8") as file:
        overall = {row["name"]: row["overall_score"] for row in csv.DictReader(file)}
    assert overall["oracle"] == "1.0"
    assert float(overall["bm25/extractive/none/run1"]) == pytest.approx(summary["overall_score"])
    with (tables / "error_classes.csv").open(encoding="utf-8") as file:
        classes = {row["name"]: row for row in csv.DictReader(file)}
    assert classes["oracle"]["questions_with_losses"] == "0"
    assert classes["oracle"]["retrieved but not used"] == ""
