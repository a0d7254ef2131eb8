"""A run killed twenty times, with all its jobs, ends in the bytes of a run that was left alone."""

import random
import shutil
import time

import pytest

from tests.unit.tiny_models import make_qwen

from .killing import outcome, run_to_the_end, started
from .study import declare, read_config, write_answering_study, write_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

BEFORE = ("fetch", "parse", "parse", "index", "index", "retrieve", "retrieve")
ANSWERING = ["answer"] * 10
BEHIND = ("score", "tables", "plot")
"""The rule of whose jobs one is at work when a kill strikes: all stages, half of them answering."""
LONGEST_S = {"answer": 4.0}
"""Between the start of such a job and the kill, at most; answers come from the second second on."""
EXPERIMENTS = "results/experiments/local/train/bm25"


@pytest.fixture
def study(tmp_path):
    """A study answered by the extractive reader and by a tiny model in fp32, not run yet."""
    folder = tmp_path / "study"
    folder.mkdir()
    write_answering_study(folder)
    make_qwen(folder / "weights", longest=8192)
    declare(
        folder,
        "chat: {provider: hf_local, path: weights, name: Chat, device: cpu,"
        " vram_gb: {fp32: 0.1}, max_concurrent: 2}",
    )
    chosen = {
        "models": ["extractive", "chat"],
        "generation": {"max_new_tokens": 96, "temperature": 0},
        "allow_errors": True,  # random weights say nothing that can be read
    }
    write_config(folder, read_config(folder) | chosen)
    return folder


def test_a_run_killed_twenty_times_gives_the_same_bytes(study, tmp_path):
    alone = shutil.copytree(study, tmp_path / "alone")
    done = run_to_the_end(alone)
    assert done.returncode == 0, done.stdout[-4000:]

    chance = random.Random(20)
    at_work = [killed_at(study, rule, chance) for rule in (*BEFORE, *ANSWERING, *BEHIND)]
    done = run_to_the_end(study)

    assert done.returncode == 0, done.stdout[-4000:]
    assert None not in at_work, at_work
    assert outcome(study) == outcome(alone)
    found = {path.split("/")[5] for path in outcome(study) if path.endswith("submission.csv")}
    assert found == {"extractive", "chat"}


def killed_at(study, rule, chance):
    """Start the run, kill all of it while a job of `rule` is at work; what was, or None."""
    delay = chance.uniform(0, LONGEST_S.get(rule, 1.0))
    if rule not in BEFORE and (study / EXPERIMENTS / "chat/fp32/run1/submission.csv").exists():
        shutil.rmtree(study / EXPERIMENTS)  # a quick run was through: again, with what is stored
    with started(study) as run:
        # A job that was done before its kill is not started again: then the next stage is hit.
        run.wait_for(lambda: run.jobs(rule) or (rule in BEFORE and run.jobs("answer")))
        time.sleep(delay)
        alive = len(run.jobs())
        ended = run.process.poll() is not None
    return None if ended else (rule, round(delay, 2), alive)
