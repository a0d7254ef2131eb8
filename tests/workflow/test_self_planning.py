"""`planner: self`: each chat model plans its own queries; models that no file declares."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.chat_server import Sent, question_of
from tests.sharing import made_once

from .planning import planned
from .study import (
    CHAT,
    QUESTIONS,
    declare,
    read_config,
    read_csv,
    snakemake,
    write_config,
    write_study,
)
from .test_chat_models import truthful

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

ADHOC = "openai:org/m-2"
FIRST = ["extractive", "chat"]
RETRIEVALS = Path("results/retrieval/own/train")


def is_plan(request: dict) -> bool:
    """Whether a request asks for queries."""
    return "queries" in request["response_format"]["json_schema"]["schema"]["properties"]


def told(asked: tuple[dict, str], _number: int = 0) -> Sent:
    """A plan that names its planner, or a true answer."""
    request, question = asked
    if is_plan(request):
        return Sent(json.dumps({"queries": [f"a query of {request['model']}"]}))
    return truthful(question)


def write_self_planned_study(folder: Path) -> None:
    """A study of one labelled datafile, whose models plan for themselves, asked twice."""
    write_study(
        folder,
        retrievers={"own": {"index": "tiny", "dense_weight": 0.0, "planner": "self"}},
        pipelines={"own": {"retriever": "own", "max_retries": 0}},
        datafiles={"train": {"path": "train.csv"}},
        models=FIRST,
        runs=2,
        ensembles={
            "first": {"members": ["own/extractive/none/run1", "own/chat/api/*"]},
            "all": {"members": ["own/*/*/run1"]},
        },
        external_results=None,
    )
    declare(folder, CHAT)


@pytest.fixture
def server(planner, monkeypatch):
    """The chat server, which is told apart by the whole request."""
    monkeypatch.setattr(planner, "question_of", lambda request: (request, question_of(request)))
    planner.reply = told
    planner.requests.clear()
    return planner


@pytest.fixture
def study(server, tmp_path_factory, tmp_path):
    """A copy of the finished study, and what its models were asked."""

    def make(folder: Path) -> None:
        write_self_planned_study(folder)
        snakemake(folder)
        (folder / "asked.json").write_text(json.dumps(server.requests))

    shared = made_once(tmp_path_factory, "self-planned", make)
    server.requests.clear()
    return Path(shutil.copytree(shared, tmp_path / "study"))


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def queries(folder: Path, planner: str) -> set[str]:
    """What was searched for, the questions aside."""
    found = rows(folder / RETRIEVALS / f"{planner}.jsonl")
    return {query for row in found for query in row["queries"]} - {q for _, q, *_ in QUESTIONS}


def test_a_model_plans_once_for_all_its_runs_and_one_that_cannot_goes_without(study):
    asked = json.loads((study / "asked.json").read_text())
    plans = [request for request in asked if is_plan(request)]
    assert [request["model"] for request in plans] == ["m-1"] * len(QUESTIONS)
    assert {request["temperature"] for request in plans} == {0}
    # The number of the run is the seed of the answers; plans have no run.
    answers = [request["seed"] for request in asked if not is_plan(request)]
    assert sorted(answers) == [1] * len(QUESTIONS) + [2] * len(QUESTIONS)

    assert queries(study, "chat--api") == {"a query of m-1"}
    assert queries(study, "none") == set()
    table = read_csv(study / "results/tables/local/train/retrieval.csv")
    assert {(row["retriever"], row["planner"]) for row in table} == {
        ("own", "none"), ("own", "chat--api"),
    }  # fmt: skip
    assert not planned(study)


def test_a_model_added_runs_alone_and_what_it_is_part_of(study):
    write_config(study, read_config(study) | {"models": [*FIRST, ADHOC]})

    assert dict(planned(study)) == {
        "plan": 1, "retrieve": 1, "retrieval_metrics": 1, "retrieval_table": 1, "retrieval_plot": 1,
        "answer": 2, "score_experiment": 2, "ensemble": 1, "score_ensemble": 1, "tables": 1,
        "plot": 3,
    }  # fmt: skip


def test_a_model_that_no_file_declares_plans_answers_and_is_called_by_its_id(study, server):
    snakemake(study, "--config", f"models=[{','.join([*FIRST, ADHOC])}]")

    assert {request["model"] for request in server.requests} == {"org/m-2"}
    assert sum(map(is_plan, server.requests)) == len(QUESTIONS)
    assert (study / "results/plans/local/train/org--m-2/api/q3/queries.jsonl").is_file()
    assert queries(study, "org--m-2--api") == {"a query of org/m-2"}
    assert queries(study, "chat--api") == {"a query of m-1"}
    board = (study / "results/tables/local/train/leaderboard.csv").read_text()
    assert {"org/m-2", "Chat"} <= {cell for row in csv.reader(board.splitlines()) for cell in row}

    write_config(study, read_config(study) | {"models": [*FIRST, ADHOC]})
    assert not planned(study)


@pytest.mark.parametrize(
    ("models", "line"),
    [
        (["chat", "openai:chat"], "'chat' and 'openai:chat' are both called 'chat' in results"),
        (["openai:a/b", "openai:a--b"], "are both called 'a--b' in results; keep one, or declare"),
        (["openai:../../up"], "models.0: id '../../up' cannot name a folder"),
        (["opnai:m"], "model 'opnai:m': there is no provider 'opnai'; did you mean 'openai'?"),
    ],
)
def test_ad_hoc_models_that_cannot_be_used_are_one_line(study, models, line):
    write_config(study, read_config(study) | {"models": models})
    failed = snakemake(study, "-n", check=False)
    assert failed.returncode == 1
    assert line in failed.stdout.strip().splitlines()[-1]
