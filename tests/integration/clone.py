"""A fresh copy of the project, run as `make run` does, and what its example study holds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("src", "workflow", "config", "resources")

DATAFILES = ("train_QA", "test_QA")
PIPELINES = ("dense", "bm25", "hybrid")
PLOTS = ("overall_scores", "score_breakdown", "agreement_heatmap")
SYSTEMS = {*(f"{pipeline}/extractive/none/run1" for pipeline in PIPELINES), "vote3"}


def clone(folder: Path) -> Path:
    """Copy what a run needs; nothing that an earlier run left comes along."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the embedded example in a clone, with the clone's own library."""
    done = subprocess.run(
        [sys.executable, "workflow/run.py", "--cores", "2", *options],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    return done
