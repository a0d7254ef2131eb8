"""Chat models that answer in the workflow: what is asked, stored, counted, and what fails."""

import json
from pathlib import Path

import pytest

from tests.chat_server import KEY, Sent
from wattrag.answering.chat.prompt import load_prompt

from .planning import planned
from .study import CHAT, QUESTIONS, declare, read_config, read_csv, snakemake, write_config

pytestmark = pytest.mark.workflow

ROOT = Path(__file__).resolve().parents[2]
RUN = "results/experiments/local/train/bm25/chat/api/run1"
GOLD = {question: (value, ref) for _, question, value, _, ref in QUESTIONS}


def truthful(question, _number=0):
    """The reply of a model that knows everything."""
    value, ref = GOLD[question]
    cited = [] if ref == "is_blank" else [ref]
    reply = {"explanation": "x", "answer": value, "answer_value": value, "ref_id": cited}
    return Sent(json.dumps({**reply, "supporting_materials": "a sentence"}))


@pytest.fixture
def study(planner, answering_study):
    """The study, whose model is behind the server and knows everything."""
    planner.requests.clear()
    planner.reply = truthful
    return answering_study


def read_json(folder, name):
    return json.loads((folder / RUN / name).read_text())


def test_a_chat_model_answers_is_scored_and_counted(study, planner):
    snakemake(study)
    rows = {row["id"]: row for row in read_csv(study / RUN / "submission.csv")}
    assert [rows[i]["answer_value"] for i, *_ in QUESTIONS] == [v for _, _, v, *_ in QUESTIONS]
    assert rows["t1"]["ref_id"] == '["alder2021"]'
    usage = read_json(study, "usage.json")
    # The blank one is tried again with the same text: there is no more of it.
    assert usage["calls"] == len(planner.requests) == len(QUESTIONS)
    assert usage["reused"] == 1
    assert (usage["input_tokens"], usage["output_tokens"]) == (
        11 * usage["calls"], 7 * usage["calls"],
    )  # fmt: skip
    assert read_json(study, "summary.json")["overall_score"] == 1.0
    assert KEY not in "".join(path.read_text() for path in (study / RUN).iterdir())


def test_answers_made_again_ask_nothing_and_are_the_same(study, planner, monkeypatch):
    snakemake(study, f"{RUN}/submission.csv")
    before = (study / RUN / "submission.csv").read_bytes()
    planner.requests.clear()
    (study / RUN / "submission.csv").unlink()
    monkeypatch.delenv("OPENAI_API_KEY")
    snakemake(study, f"{RUN}/submission.csv")
    assert planner.requests == []
    assert (study / RUN / "submission.csv").read_bytes() == before
    usage = read_json(study, "usage.json")
    assert (usage["calls"], usage["input_tokens"]) == (0, 0)
    assert usage["reused"] == len(QUESTIONS) + 1


def test_a_question_that_fails_ends_the_job_and_the_next_run_asks_it_alone(study, planner):
    bad = QUESTIONS[1][1]
    planner.reply = lambda question, n: Sent(status=500) if question == bad else truthful(question)
    failed = snakemake(study, check=False)
    assert failed.returncode == 1
    line = failed.stdout.strip().splitlines()[-1]
    assert line.startswith("1 questions failed, first t2: PassingError: model 'm-1': the call")
    assert not (study / RUN / "submission.csv").exists()

    planner.requests.clear()
    planner.reply = truthful
    snakemake(study)
    assert planner.questions == [bad]


@pytest.mark.slow
def test_with_allow_errors_a_failed_question_is_a_record_without_a_row(study, planner):
    bad = QUESTIONS[4][1]  # cannot be answered: an error must not pass for saying so
    planner.reply = lambda question, n: (
        Sent("I am not sure.") if question == bad else truthful(question)
    )
    write_config(study, read_config(study) | {"allow_errors": True})
    snakemake(study)
    assert "t5" not in {row["id"] for row in read_csv(study / RUN / "submission.csv")}
    summary = read_json(study, "summary.json")
    assert (summary["error_count"], summary["na_accuracy"]) == (1, 0.0)
    assert read_json(study, "results.json")[4]["causes"] == ["unparsable"]


@pytest.mark.slow
def test_the_prompt_the_length_and_the_run_decide_what_is_asked_again(study, planner):
    snakemake(study)
    config = read_config(study)
    assert not planned(study)

    write_config(study, config | {"generation": {"max_concurrent": 2}})
    assert not planned(study)
    write_config(study, config | {"generation": {"max_new_tokens": 99}})
    assert planned(study)["answer"] == 1
    reordered = {"bm25": {**config["pipelines"]["bm25"], "use_reordered_prompt": True}}
    write_config(study, config | {"pipelines": reordered})
    assert planned(study)["answer"] == 1
    write_config(study, config | {"runs": 2})
    found = planned(study)
    assert (found["answer"], found["retrieve"]) == (1, 0)


@pytest.mark.slow
def test_an_edit_of_a_prompt_answers_again_and_nothing_before(study, planner):
    prompt = study / "mine.txt"
    prompt.write_text("$question ($unit)\n\nQuestion: $question\n\n$context")
    config = read_config(study)
    own = {"bm25": {**config["pipelines"]["bm25"], "prompt": prompt.name}}
    write_config(study, config | {"pipelines": own})
    snakemake(study)
    forget_prompts()
    assert not planned(study)

    prompt.touch()
    forget_prompts()
    assert not planned(study)
    prompt.write_text(prompt.read_text() + "\n\nBe brief.")
    forget_prompts()
    assert planned(study) == {"answer": 1, "score_experiment": 1, "tables": 1, "plot": 3}
    planner.requests.clear()
    snakemake(study, f"{RUN}/submission.csv")
    assert sorted(planner.questions) == sorted(GOLD)
    assert all("Be brief." in r["messages"][0]["content"] for r in planner.requests)


def forget_prompts():
    """Read prompt files again, as every run does in a process of its own."""
    load_prompt.cache_clear()


def test_a_key_may_stand_in_a_file(study, planner, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    (study / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
    snakemake(study, f"{RUN}/submission.csv")
    assert planner.keys == {f"Bearer {KEY}"}


def test_a_missing_key_is_one_line(study, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    failed = snakemake(study, check=False)
    line = failed.stdout.strip().splitlines()[-1]
    assert line.startswith("model 'm-1': needs a key in the environment, and OPENAI_API_KEY is not")


def test_every_field_of_the_records_is_documented(study):
    snakemake(study, f"{RUN}/summary.json")
    told = (ROOT / "docs" / "answers.md").read_text()
    [record, *_] = map(json.loads, (study / RUN / "answers.jsonl").read_text().splitlines())
    parts = (record, record["answer"], record["tried"][0], record["checks"])
    usage = read_json(study, "usage.json")
    parts += (usage, usage["questions"][0], usage["provenance"], usage["hardware"])
    missing = {name for part in parts for name in part if f"`{name}`" not in told}
    # Of a question: the same as the averages of all.
    assert {name for name in missing if f"`avg_{name}`" not in told} == set()
    assert usage["provenance"]["prompt"]["version"] == "wattbot_v1"
    assert read_json(study, "summary.json")["provenance"] == usage["provenance"]


@pytest.mark.slow
def test_a_ceiling_on_money_ends_the_job_with_one_line_and_what_was_paid_is_kept(study, planner):
    prices = "prices: {input: 0, output: 1000, date: 2026-01-01}"
    declare(study, f"{CHAT.rstrip('}')}, {prices}}}")
    limited = {"generation": {"max_concurrent": 1}, "limits": {"usd": 0.02}}
    write_config(study, read_config(study) | limited | {"allow_errors": True})
    failed = snakemake(study, check=False)
    assert failed.returncode == 1
    line = failed.stdout.strip().splitlines()[-1]
    assert line == (
        "limits.usd is reached: 0.021 of 0.02 US dollars are spent; 3 of 5 questions are answered "
        "and stored; raise limits.usd to go on, stored replies are not asked again"
    )
    assert not (study / RUN / "submission.csv").exists()
    paid = planner.questions
    assert len(paid) == 3

    write_config(study, read_config(study) | {"limits": {"usd": 1}})
    snakemake(study)
    assert sorted(planner.questions) == sorted(GOLD)
    assert planner.questions[:3] == paid
    usage = read_json(study, "usage.json")
    assert (usage["calls"], usage["reused"]) == (2, 4)


def test_a_ceiling_on_money_wants_prices(study, planner):
    write_config(study, read_config(study) | {"limits": {"usd": 1}})
    failed = snakemake(study, "-n", check=False)
    line = failed.stdout.strip().splitlines()[-1]
    assert line.startswith("Chat: limits.usd cannot be kept: the model has no `prices` in models")
    assert planner.requests == []
