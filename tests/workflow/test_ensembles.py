"""Ensembles in a study: weighed by other questions, by confidence, and studied."""

import json

import pytest

from wattrag.errors import InputError
from wattrag.study import jobs
from wattrag.study.load import load_study

from .study import ROOT, read_config, read_csv, snakemake, write_config, write_csv, write_study

pytestmark = pytest.mark.workflow

DEV = [("d1", "How many servers does the Alder cluster have?", "412", "servers", "alder2021")]


@pytest.fixture
def two_files(tmp_path, monkeypatch):
    """A study with two labelled datafiles and an ensemble weighed by one of them."""
    write_study(tmp_path, external_results=None)
    columns = ("id", "question", "answer_value", "answer_unit", "ref_id")
    write_csv(tmp_path / "dev.csv", columns, [(i, q, v, u, f"['{r}']") for i, q, v, u, r in DEV])
    members = ["*/extractive/none/run1"]
    change = {
        "datafiles": {"train": {"path": "train.csv"}, "dev": {"path": "dev.csv"}},
        "ensembles": {
            "skill": {"members": members, "weights_from": "train"},
            "sure": {"members": members, "strategy": "confidence"},
        },
    }
    write_config(tmp_path, {**read_config(tmp_path), **change})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_votes_are_weighed_by_scores_elsewhere_and_studied(two_files):
    snakemake(two_files)

    results = two_files / "results"
    assert not (results / "ensembles/local/train/skill").exists()
    vote = json.loads((results / "ensembles/local/dev/skill/vote.json").read_text())
    for member in vote["members"]:
        summary = results / f"experiments/local/train/{member['name']}/summary.json"
        expected = json.loads(summary.read_text())["overall_score"]
        assert member["weight"] == pytest.approx(expected)
    assert (results / "ensembles/local/train/sure/submission.csv").exists()
    study = read_csv(results / "tables/local/dev/ensemble_study_skill.csv")
    assert [(row["selected_on"], row["size"]) for row in study] == [("train", "1"), ("train", "2")]
    levels = {row["level"] for row in read_csv(results / "tables/local/dev/audit.csv")}
    assert levels <= {"clean", "notice"}


def test_a_datafile_never_judges_the_votes_it_weighs(two_files):
    config = read_config(two_files)
    study = load_study(config, root=ROOT)
    assert jobs.ensembles(study) == [("train", "sure"), ("dev", "skill"), ("dev", "sure")]
    with pytest.raises(InputError, match="would judge the votes"):
        jobs.weighing(study, "skill", "train")
    del config["datafiles"]["dev"]
    with pytest.raises(InputError, match=r"skill\.weights_from: 'train' would judge"):
        jobs.ensembles(load_study(config, root=ROOT))
