"""One run at a time; a run killed at any moment is taken up by the next, with the same results."""

import random
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from wattrag.index.read import open_index
from wattrag.study.runlock import LOCK

from .killing import GATE, Run, gated_library, outcome, run_to_the_end, started
from .study import SNAKEFILE, snakemake
from .test_reruns import index_dtype

pytestmark = pytest.mark.workflow

TABLES = "analysis/tables/leaderboard.py"
LEADERBOARD = "results/tables/local/train/leaderboard.csv"
INDEX = "results/index/tiny"
BARE = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), "--cores", "2"]


@pytest.fixture(scope="session")
def updated(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished study after an edit that makes another index; not to be changed."""
    folder = Path(shutil.copytree(finished, tmp_path_factory.mktemp("updated") / "study"))
    index_dtype(folder)
    snakemake(folder)
    return folder


def test_a_second_run_says_so_in_one_line_and_a_preview_goes_on(study, tmp_path):
    env = gated_library(tmp_path, TABLES)
    (study / GATE).touch()
    with started(study, env) as first:
        first.wait_for(lambda: signed_by(study, first.pid))
        second = run_to_the_end(study, env=env)
        first.wait_for(first.jobs)
        preview = run_to_the_end(study, "-n", env=env)

    assert second.stdout == (
        f"run: process {first.pid} is running this study; wait for it or stop it\n"
    )
    assert second.returncode == 1
    assert preview.returncode == 0
    assert "rule tables:" in preview.stdout


def test_a_run_waits_for_the_jobs_of_a_killed_one_and_unlocks_by_itself(finished, study, tmp_path):
    env = gated_library(tmp_path, TABLES)
    (study / LEADERBOARD).unlink()
    (study / GATE).touch()
    with started(study, env) as killed:
        killed.wait_for(killed.jobs)
        (orphan,) = killed.jobs()
        killed.kill_snakemake()
        with started(study, env) as following:
            following.wait_for(lambda: "waiting" in following.output)
            assert orphan.is_running()
            (study / GATE).unlink()
            assert following.process.wait(timeout=120) == 0, following.output[-4000:]

    assert following.output.startswith(
        f"run: waiting for jobs of a killed run to end (process {orphan.pid})\n"
        "run: unlocked after a run that was killed\n"
    )
    assert (study / LEADERBOARD).read_bytes() == (finished / LEADERBOARD).read_bytes()


def test_a_run_leaves_a_bare_snakemake_alone(study, tmp_path):
    env = gated_library(tmp_path, TABLES)
    (study / GATE).touch()
    with started(study, env, BARE) as bare:
        bare.wait_for(bare.jobs)
        ours = run_to_the_end(study, env=env)
        locks = list((study / ".snakemake/locks").iterdir())

    assert ours.stdout.startswith(f"run: process {bare.pid} is running this study")
    assert ours.returncode == 1
    assert locks


@pytest.mark.slow
def test_a_killed_first_run_is_taken_up(finished, study):
    forget(study)
    with started(study) as killed:
        killed.wait_for(lambda: killed.steps >= 4)
        killed.kill_snakemake()
        following = run_to_the_end(study)

    assert following.returncode == 0, following.stdout[-4000:]
    assert outcome(study) == outcome(finished)


@pytest.mark.slow
def test_a_killed_index_job_leaves_the_old_index_and_no_trace(finished, study):
    before = (study / INDEX / "manifest.json").read_bytes()
    config = (study / "study.yaml").read_text()
    index_dtype(study)
    with started(study) as killed:
        killed.wait_for(lambda: killed.jobs("index."))
        for job in killed.jobs("index."):
            job.kill()
        assert killed.process.wait(timeout=120) == 1
    assert (study / INDEX / "manifest.json").read_bytes() == before
    assert open_index(study / INDEX).nodes

    (study / "study.yaml").write_text(config)
    following = run_to_the_end(study)

    assert following.returncode == 0, following.stdout[-4000:]
    assert outcome(study) == outcome(finished)


STARTS = ("fresh", "fresh, vectors known", "stale")
MOMENTS = [
    (start, victim, where)
    for victim in ("snakemake", "job")
    for start, where in zip(
        (*STARTS, "stale", "fresh"), ("index", "any", "index", "any", "any"), strict=True
    )
]


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
def test_a_kill_at_a_random_moment_changes_nothing(finished, updated, study, moment):
    start, victim, where = moment
    chance = random.Random(" ".join(moment))
    expected = prepare(study, start, finished, updated)
    with started(study) as killed:
        strike(killed, victim, where, chance)
        if (study / INDEX / "manifest.json").exists():
            assert open_index(study / INDEX).nodes
        following = run_to_the_end(study)

    assert following.returncode == 0, following.stdout[-4000:]
    assert open_index(study / INDEX).nodes
    assert outcome(study) == outcome(expected)


def prepare(study: Path, start: str, finished: Path, updated: Path) -> Path:
    """Bring the study to where a run begins; returns the one it must come to equal."""
    if start == "stale":
        index_dtype(study)
        return updated
    forget(study)
    if start == "fresh":
        shutil.rmtree(study / ".wattrag")
    return finished


def signed_by(study: Path, pid: int) -> bool:
    """Whether the run lock names a process as its holder."""
    lock = study / LOCK
    return lock.exists() and f'"pid": {pid},' in lock.read_text()


def forget(study: Path) -> None:
    """Remove results and what Snakemake knows of them, as a first run finds it."""
    shutil.rmtree(study / "results")
    shutil.rmtree(study / ".snakemake")


def strike(run: Run, victim: str, where: str, chance: random.Random) -> None:
    """Kill Snakemake or one of its jobs, in the index build or after a random number of jobs."""
    rule = "index." if where == "index" else ""
    steps = 0 if rule else chance.randrange(17)
    run.wait_for(lambda: run.steps >= steps and run.jobs(rule))
    time.sleep(chance.random())
    run.wait_for(lambda: victim == "snakemake" or run.jobs())
    assert run.process.poll() is None
    if victim == "snakemake":
        run.kill_snakemake()
        return
    with suppress(psutil.NoSuchProcess):  # it ended just now
        chance.choice(run.jobs(rule) or run.jobs()).kill()
    run.process.wait(timeout=200)
