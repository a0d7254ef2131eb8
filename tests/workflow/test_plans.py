"""The plan stage in the workflow: what is made, asked and kept, what fails, and the key."""

import json
import shutil
import time

import pytest

from tests.chat_server import KEY, Sent

from .killing import run_to_the_end, started
from .planning import planned
from .study import QUESTIONS, declare, read_config, snakemake, write_config, write_planned_study

pytestmark = pytest.mark.workflow

PLANS = "results/plans/local/train/chat/api/q3/queries.jsonl"
EVIDENCE = "results/retrieval/planned/train/chat--api.jsonl"
ASKED = [text for _, text, *_ in QUESTIONS]


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def fresh(planner, tmp_path):
    """A study with a planner, not run yet."""
    planner.requests.clear()
    planner.always()
    folder = tmp_path / "fresh"
    folder.mkdir()
    write_planned_study(folder)
    return folder


def test_a_plan_has_the_question_first_and_retrieval_searches_for_all_of_it(planned_study):
    plans = rows(planned_study / PLANS)
    assert [plan["question"] for plan in plans] == ASKED
    for plan, found in zip(plans, rows(planned_study / EVIDENCE), strict=True):
        assert plan["queries"] == [plan["question"], "first further query", "second further query"]
        assert found["queries"] == plan["queries"]


def test_plans_made_again_ask_nothing_and_are_the_same(planned_study, planner):
    before = (planned_study / PLANS).read_bytes()
    (planned_study / PLANS).unlink()
    snakemake(planned_study, PLANS)
    assert planner.requests == []
    assert (planned_study / PLANS).read_bytes() == before


def test_a_failed_call_ends_the_run_with_one_line_and_keeps_what_succeeded(fresh, planner):
    planner.reply = lambda question, _: Sent(status=500) if question == ASKED[2] else Sent()
    failed = snakemake(fresh, check=False)

    assert failed.returncode == 1
    line = failed.stdout.strip().splitlines()[-1]
    assert line.startswith("1 of 5 questions have no plan, the first is t3: model 'm-1': the call")
    assert not (fresh / PLANS).exists()
    assert planned(fresh)["plan"] == 1

    planner.requests.clear()
    planner.always()
    snakemake(fresh)
    assert planner.questions == [ASKED[2]]


@pytest.mark.slow
def test_the_key_is_in_no_file_of_a_run(fresh, planner):
    planner.reply = lambda _, n: (
        Sent(status=401, body=f'{{"error": {{"message": "{KEY}"}}}}'.encode())
        if n == 1 else Sent(f'{{"queries": ["{KEY}"]}}')
    )  # fmt: skip
    assert snakemake(fresh, check=False).returncode == 1
    done = snakemake(fresh)

    assert planner.keys == {f"Bearer {KEY}"}
    assert KEY not in done.stdout
    files = [path for path in fresh.rglob("*") if path.is_file()]
    assert len(files) > 30
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


@pytest.mark.slow
def test_a_killed_run_asks_again_at_most_what_was_in_flight(fresh, planner):
    planner.always(seconds=0.5)
    config = read_config(fresh)
    write_config(fresh, config | {"generation": {"max_concurrent": 1}})
    with started(fresh) as run:
        run.wait_for(lambda: len(planner.requests) >= 3)
    asked = len(planner.requests)
    assert 3 <= asked < len(ASKED)

    planner.always()
    time.sleep(0.6)
    done = run_to_the_end(fresh)
    assert done.returncode == 0, done.stdout[-4000:]
    assert len(planner.requests) <= len(ASKED) + 1


def refused(folder, **edits):
    config = read_config(folder)
    config["retrievers"]["planned"].update(edits.pop("retriever", {}))
    write_config(folder, config | edits)
    failed = snakemake(folder, "-n", check=False)
    assert failed.returncode == 1
    return failed.stdout.strip().splitlines()[-1]


def test_planners_and_models_that_cannot_do_their_part_are_one_line(fresh):
    line = refused(fresh, retriever={"planner": "extractive"})
    assert "planner 'extractive' has provider extractive, which cannot plan; name a chat" in line
    line = refused(fresh, retriever={"planner": "chatt"})
    assert "planner 'chatt' is not in config/models.yaml; did you mean 'chat'?" in line


def test_a_key_that_is_missing_is_one_line(fresh, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    failed = snakemake(fresh, PLANS, check=False)
    line = failed.stdout.strip().splitlines()[-1]
    assert line.startswith("model 'm-1': needs a key in the environment, and OPENAI_API_KEY is not")


@pytest.mark.slow
def test_a_model_whose_name_has_dashes_plans(fresh, planner):
    declare(fresh, "org--m.1: {provider: openai, model_id: m-1, name: M}")
    config = read_config(fresh)
    config["retrievers"]["planned"] |= {"planner": "org--m.1", "planner_max_queries": 2}
    write_config(fresh, config)
    shutil.rmtree(fresh / "results", ignore_errors=True)
    snakemake(fresh, "results/retrieval/planned/train/org--m.1--api.jsonl")
    (plans,) = (fresh / "results/plans").rglob("queries.jsonl")
    assert plans == fresh / "results/plans/local/train/org--m.1/api/q2/queries.jsonl"
