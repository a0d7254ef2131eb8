"""`wattrag plan`: what it says will be asked is what a run then asks, and it spends nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chat_server import Sent
from wattrag.answering.answer import answer_questions
from wattrag.answering.chat.prompt import prompt_of
from wattrag.answering.models import Reading, reader_for
from wattrag.files import read_jsonl
from wattrag.retrieval.records import Retrieved
from wattrag.store.completions import CompletionStore
from wattrag.study.estimate.estimate import estimate
from wattrag.study.estimate.evidence import RETRIEVED
from wattrag.study.estimate.figures import Range
from wattrag.study.load import load_study

from .study import (
    CHAT,
    EVIDENCE,
    QUESTIONS,
    ROOT,
    declare,
    read_config,
    snakemake,
    write_answering_study,
    write_config,
)
from .test_chat_models import GOLD, RUN, truthful

pytestmark = pytest.mark.workflow

ALL = len(QUESTIONS)
BLANK = Sent('{"answer_value": "is_blank", "ref_id": []}')
SURE = Sent(json.dumps({"answer_value": "1", "ref_id": ["alder2021", "cedar2022", "dogwood2023"]}))


@pytest.fixture
def study(planner, answering_study, monkeypatch):
    """The study with its evidence, in it, and a server that has not been asked."""
    planner.requests.clear()
    monkeypatch.chdir(answering_study)
    return answering_study


def estimated(folder):
    return estimate(load_study(read_config(folder)))


def only_job(folder):
    [job] = estimated(folder).experiments.values()
    return job


def ask(folder, pipeline="bm25"):
    """Answer as the workflow's job does, in this process."""
    loaded = load_study(read_config(folder))
    settings, chosen = loaded.settings, loaded.settings.pipelines[pipeline]
    retrieved = [Retrieved(**row) for row in read_jsonl(folder / EVIDENCE)]
    with CompletionStore(Path(settings.store)) as store:
        reading = Reading(prompt_of(chosen), settings.generation, store)
        reader = reader_for("chat", loaded.model("chat"), reading)
        answer_questions(retrieved, reader, chosen.max_retries)


def test_before_evidence_is_found_calls_are_bounded_by_the_attempts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_answering_study(tmp_path)
    job = only_job(tmp_path)
    assert (job.questions, job.with_evidence, job.stored) == (ALL, 0, None)
    assert job.figures.calls == Range(ALL, 2 * ALL)
    assert job.figures.input_tokens.low > ALL * 12000 / 4


def test_the_fewest_calls_are_those_of_a_model_that_answers_at_once(study, planner):
    planner.reply = lambda _question, _number: SURE
    before = only_job(study)
    assert (before.with_evidence, before.stored) == (ALL, 0)
    ask(study)
    assert len(planner.requests) == before.figures.calls.low

    after = only_job(study)
    assert (after.stored, after.figures.calls) == (ALL, Range(0, 0))
    assert after.measured_replies == ALL


def test_the_most_calls_are_those_of_a_model_that_never_answers(study, planner):
    planner.reply = lambda _question, _number: BLANK
    before = only_job(study)
    ask(study)
    assert len(planner.requests) == before.figures.calls.high > ALL


def test_half_of_the_answers_stored_leaves_the_other_half(study, planner):
    lost = {QUESTIONS[1][1], QUESTIONS[3][1]}
    planner.reply = lambda question, _: Sent(status=500) if question in lost else truthful(question)
    snakemake(study, f"{RUN}/submission.csv", check=False)
    planner.requests.clear()
    planner.reply = truthful

    job = only_job(study)
    assert (job.stored, job.measured_replies) == (ALL - len(lost), ALL - len(lost))
    assert job.figures.calls.low == len(lost)
    # As the server counts: 11 tokens in and 7 out, whatever is asked.
    assert job.figures.input_tokens.low == pytest.approx(11 * len(lost), rel=0.2)
    assert job.figures.output_tokens.low == 7 * len(lost)
    assert job.figures.hours.low > 0
    snakemake(study, f"{RUN}/submission.csv")
    assert len(planner.requests) == job.figures.calls.low


def test_a_blank_that_is_stored_leaves_the_deeper_attempts_alone(study, planner):
    planner.reply = lambda _question, _number: BLANK
    pipelines = {
        name: {"retriever": "bm25", "max_retries": n} for n, name in enumerate(("at_once", "bm25"))
    }
    write_config(study, read_config(study) | {"pipelines": pipelines})
    ask(study, "at_once")
    planner.requests.clear()

    at_once, deep = estimated(study).experiments.values()
    assert (at_once.stored, at_once.figures.calls) == (ALL, Range(0, 0))
    ask(study)
    assert len(planner.requests) == deep.figures.calls.low == deep.figures.calls.high > 0
    assert deep.stored == ALL - deep.figures.calls.low


def test_evidence_of_other_questions_or_cuts_does_not_count(study):
    config = read_config(study)
    write_config(study, config | {"limits": {"questions": 2}})
    job = only_job(study)
    assert (job.questions, job.with_evidence, job.figures.calls.low) == (2, 2, 2)
    other = {"bm25": {**config["retrievers"]["bm25"], "top_k_final": 3}}
    write_config(study, config | {"retrievers": other})
    job = only_job(study)
    assert (job.with_evidence, job.stored) == (0, None)


def test_equal_calls_of_two_pipelines_may_be_made_once(study):
    config = read_config(study)
    twice = dict.fromkeys(("bm25", "again"), config["pipelines"]["bm25"])
    write_config(study, config | {"pipelines": twice})
    total = estimated(study).total
    assert total.calls.low == ALL
    assert total.calls.high == 2 * only_high(study, config)


def only_high(study, config):
    write_config(study, config)
    return only_job(study).figures.calls.high


def test_plans_are_counted_like_answers(planned_study, planner, monkeypatch):
    monkeypatch.chdir(planned_study)
    found = estimated(planned_study)
    [((datafile, made_by), job)] = found.plans.items()
    assert (datafile, made_by.name, job.stored) == ("train", "chat--api", ALL)
    assert found.total.calls == Range(0, 0)

    shutil.rmtree(planned_study / ".wattrag")
    shutil.rmtree(planned_study / "results/plans")
    assert estimated(planned_study).total.calls == Range(ALL, ALL)
    snakemake(planned_study, "results/plans/local/train/chat/api/q3/queries.jsonl")
    assert len(planner.requests) == ALL


PRICED = CHAT[:-1] + ", prices: {input: 1, output: 10, date: 2026-01-01}}"


def test_prices_and_ceilings(study, planner):
    declare(study, PRICED + "\n" + PRICED.replace("chat:", "half:")[:-1] + ", batch: true}")
    config = read_config(study) | {"generation": {"max_new_tokens": 100}}
    write_config(study, config | {"limits": {"usd": 1.0, "wh": 5, "gpu_hours": 1}})
    found = estimated(study)
    usd = found.total.usd
    tokens = found.total.input_tokens.low, found.total.output_tokens.low
    assert tokens[1] == 100 * ALL
    assert usd.low == pytest.approx((tokens[0] + 10 * tokens[1]) / 1e6)
    assert {limit.name: limit.enough for limit in found.limits} == {
        "usd": True, "wh": None, "gpu_hours": None,
    }  # fmt: skip
    write_config(study, config | {"limits": {"usd": usd.low / 2}})
    assert [limit.enough for limit in estimated(study).limits] == [False]
    write_config(study, config | {"models": ["half"]})
    assert estimated(study).total.usd.low == pytest.approx(usd.low / 2)


def test_unknown_prices_and_times_stay_unknown(study):
    total = estimated(study).total
    assert (total.usd, total.hours) == (Range(None, None), Range(None, None))


LOCAL = ["qwen2.5-7b", "qwen2.5-7b-gguf", "qwen2.5-7b-vllm"]
REMOTE = ["chat", "gpt-4o-mini-batch", "qwen2.5-72b-openrouter", "claude-3-haiku-bedrock"]
HEAVY = ("torch", "transformers", "llama_cpp", "openai", "boto3", "usearch", "pandas")
COMMAND = f"""
import sys
from wattrag.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


def test_the_command_loads_nothing_heavy_needs_no_key_and_writes_nothing(study, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENROUTER_API_KEY", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    before = sorted(study.rglob("*"))
    models = ",".join(["extractive", *LOCAL, *REMOTE])
    command = [sys.executable, "-c", COMMAND, "plan", "study.yaml", "--set", f"models=[{models}]"]
    done = subprocess.run([*command, "--json"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (0, "[]")
    assert sorted(study.rglob("*")) == before
    found = json.loads(done.stdout)
    jobs = {job["model"]: job for job in found["experiments"]}
    assert jobs["extractive"]["calls"] == {"low": 0, "high": 0}
    assert [jobs[name]["usd"]["low"] for name in LOCAL] == [0, 0, 0]
    assert {job["calls"]["low"] for name, job in jobs.items() if name != "extractive"} == {ALL}
    assert found["total"]["calls"]["low"] == ALL * len(LOCAL + REMOTE)
    assert set(found) == {"experiments", "plans", "total", "limits", "assumptions"}

    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "train/bm25/chat/api/run1" in table


def test_the_evidence_is_looked_for_where_the_workflow_writes_it(study):
    rule = (ROOT / "workflow/rules/retrieve.smk").read_text()
    assert f'retrieved="{RETRIEVED}"' in rule
    assert len(read_jsonl(study / EVIDENCE)) == len(GOLD) == ALL
