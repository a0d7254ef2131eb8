"""One question of 282 edited: it alone is planned, embedded and answered again."""

import json

import pytest

from tests.chat_server import Sent
from wattrag.store.segments import read_segments

from .study import CHAT, declare, read_csv, snakemake, write_csv, write_study

pytestmark = pytest.mark.workflow

COUNT = 282
PLANS = "results/plans/local/train/chat/api/q3/queries.jsonl"
RUN = "results/experiments/local/train/planned/chat/api/run1"
LINES = (PLANS, f"{RUN}/answers.jsonl")
EDITED = "How many MWh did training the Birch model take?"


def is_answering(request):
    """Whether a request shows evidence, rather than asking for queries."""
    return "Excerpts:" in request["messages"][-1]["content"]


def reply(request):
    """Of a planner without further queries, or of a reader who knows one thing."""
    if not is_answering(request):
        return Sent('{"queries": []}')
    return Sent(json.dumps({"answer_value": "37.5", "ref_id": ["alder2021"]}))


@pytest.fixture
def study(planner, tmp_path):
    """A study of 282 questions with one chat model, which plans and answers; not run yet."""
    write_study(
        tmp_path,
        retrievers={"planned": {"index": "tiny", "planner": "chat"}},
        pipelines={"planned": {"retriever": "planned", "max_retries": 0}},
        datafiles={"train": {"path": "train.csv"}},
        models=["chat"],
        generation={"max_concurrent": 32},
        ensembles={},
        external_results=None,
    )
    declare(tmp_path, CHAT)
    write_questions(tmp_path)
    planner.requests.clear()
    planner.reply = lambda _question, _number: reply(planner.requests[-1])
    return tmp_path


def write_questions(study, **edited):
    asked = {f"q{n}": f"How much electricity did hall number {n} use?" for n in range(COUNT)}
    write_csv(study / "train.csv", ("id", "question"), list({**asked, **edited}.items()))


def vectors(study):
    """Texts with a stored vector, by hash."""
    folders = (study / ".wattrag/vectors").iterdir()
    return [bytes(payload[:32]) for folder in folders for payload in read_segments(folder)]


@pytest.mark.slow
def test_one_edited_question_of_282_is_planned_embedded_and_answered_alone(study, planner):
    snakemake(study, f"{RUN}/submission.csv")
    assert len(planner.requests) == 2 * COUNT
    known, before = vectors(study), {path: lines(study, path) for path in LINES}

    planner.requests.clear()
    write_questions(study, q140=EDITED)
    snakemake(study, f"{RUN}/submission.csv")

    assert planner.questions == [EDITED, EDITED]
    assert list(map(is_answering, planner.requests)) == [False, True]
    new = vectors(study)
    assert (len(new), len({*new} - {*known})) == (len(known) + 1, 1)
    for path, old in before.items():
        pairs = enumerate(zip(old, lines(study, path), strict=True))
        assert [n for n, (was, now) in pairs if was != now] == [140]
    assert len(read_csv(study / RUN / "submission.csv")) == COUNT
    usage = json.loads((study / RUN / "usage.json").read_text())
    assert (usage["calls"], usage["reused"]) == (1, COUNT - 1)


def lines(study, path):
    return (study / path).read_text().splitlines()
