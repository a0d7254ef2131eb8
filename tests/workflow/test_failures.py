"""A failed job: one clear line at the end, nothing half-written, and the stage wanted again."""

import os
import shutil
from pathlib import Path

import pytest

from wattrag.study import code

from .planning import planned
from .study import snakemake, write_csv

pytestmark = pytest.mark.workflow

STAGES = {
    "fetch": "corpus/fetch.py",
    "parse": "corpus/parse.py",
    "index": "index/build.py",
    "retrieve": "retrieval/retrieve.py",
    "retrieval_metrics": "retrieval/metrics.py",
    "answer": "answering/extractive/reader.py",
    "ensemble": "ensemble/aggregate.py",
    "score_experiment": "scoring/records.py",
    "tables": "analysis/tables/leaderboard.py",
    "plot": "analysis/plots/style.py",
}
QUICK = {"index", "tables"}


@pytest.mark.parametrize(
    "stage",
    [pytest.param(s, marks=() if s in QUICK else pytest.mark.slow) for s in STAGES],
)
def test_a_stage_that_fails_after_a_success_is_wanted_again(study, tmp_path, monkeypatch, stage):
    source = tmp_path / "source"
    library = Path(shutil.copytree(code.LIBRARY, source / "wattrag"))
    module = library / STAGES[stage]
    module.write_text(f"{module.read_text()}\nraise RuntimeError('broken on purpose')\n")

    failed = snakemake(study, check=False, env={**os.environ, "PYTHONPATH": str(source)})

    assert failed.returncode == 1
    assert "broken on purpose" in failed.stdout
    monkeypatch.setattr(code, "LIBRARY", library)
    code.code_of.cache_clear()
    try:
        assert planned(study)[stage] >= 1
    finally:
        code.code_of.cache_clear()


def test_the_output_ends_with_the_failed_jobs_one_clear_line(study):
    submission = study / "external/lab/train/oracle/submission.csv"
    write_csv(submission, ("id", "answer_value", "ref_id"), [("unknown", "1", "is_blank")])

    failed = snakemake(study, check=False)

    assert failed.returncode == 1
    assert "unknown id 'unknown'" in failed.stdout.strip().splitlines()[-1]
    assert not (study / "results/external/lab/train/oracle/results.json").exists()


def test_an_index_that_fails_leaves_the_old_one_answering(study, tmp_path):
    manifest = study / "results/index/tiny/manifest.json"
    before = manifest.read_bytes()
    source = tmp_path / "source"
    module = Path(shutil.copytree(code.LIBRARY, source / "wattrag")) / "index/manifest.py"
    module.write_text(f"{module.read_text()}\nraise RuntimeError('broken on purpose')\n")

    snakemake(study, check=False, env={**os.environ, "PYTHONPATH": str(source)})

    assert manifest.read_bytes() == before
