"""Planning against a real chat server: what is asked, stored, counted, and what fails."""

import asyncio
import json
import subprocess
import sys
import time

import pytest

from tests.chat_server import KEY, Sent
from wattrag.config.chat import OpenAIModel
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError, RunFailedError
from wattrag.llm.providers.registry import chat_model
from wattrag.llm.stored import StoredChat
from wattrag.retrieval.planning.plan import plan
from wattrag.retrieval.planning.records import QueryPlan, queries_of
from wattrag.store.completions import CompletionStore

ENTRY = OpenAIModel(provider="openai", model_id="m-1", name="M")
QUESTIONS = [Question(f"q{n}", f"What is {n}?") for n in range(1, 6)]
MANY = [Question(f"q{n}", f"What is {n}?") for n in range(40)]
KILLED = """
import sys
from pathlib import Path
from tests.unit.test_planning import MANY, make
make(Path(sys.argv[1]), MANY)
"""


def make(folder, questions=QUESTIONS, max_queries=3, concurrent=2, retries=0):
    entry = ENTRY.model_copy(update={"max_retries": retries, "base_retry_delay": 0.01})
    model = chat_model(entry, "api", concurrent)
    with CompletionStore(folder) as store:
        return plan(questions, StoredChat(model, store), max_queries, 512).plans


def test_the_question_comes_first_and_the_models_queries_follow(chat, tmp_path):
    chat.always('{"queries": ["a", "b", "c"]}')
    plans = make(tmp_path)
    assert [p.id for p in plans] == [q.id for q in QUESTIONS]
    assert [p.queries for p in plans] == [(q.question, "a", "b") for q in QUESTIONS]
    assert not any(p.malformed for p in plans)
    assert sorted(chat.questions) == [q.question for q in QUESTIONS]
    assert {request["temperature"] for request in chat.requests} == {0}
    assert "at most 2 more" in chat.requests[0]["messages"][0]["content"]


def test_one_query_asks_nothing_and_needs_no_key(chat, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    plans = make(tmp_path, max_queries=1)
    assert [(p.queries, p.malformed, p.reply) for p in plans] == [
        ((q.question,), False, None) for q in QUESTIONS
    ]
    assert chat.requests == []


@pytest.mark.parametrize("reply", ["", "I cannot.", "x" * 1_000_000])
def test_a_malformed_reply_falls_back_to_the_question_and_is_kept_and_counted(
    chat, tmp_path, caplog, reply
):
    caplog.set_level("INFO")
    chat.reply = lambda question, _: Sent(reply) if "2" in question else Sent()
    plans = make(tmp_path)
    assert [p.malformed for p in plans] == [False, True, False, False, False]
    assert (plans[1].queries, plans[1].reply) == (("What is 2?",), reply)
    assert "planned 5 questions, 1 replies malformed; 5 calls" in caplog.text
    assert "tokens: 55 in, 35 out" in caplog.text


def test_what_is_stored_is_never_asked_again_and_needs_no_key(chat, tmp_path, monkeypatch):
    first = make(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert make(tmp_path) == first
    assert len(chat.requests) == len(QUESTIONS)


def test_equal_questions_are_asked_once(chat, tmp_path):
    twice = [Question("a", "Same?"), Question("b", "Same?")]
    first, second = make(tmp_path, twice)
    assert first.queries == second.queries
    assert len(chat.requests) == 1


def test_another_number_of_queries_is_asked_anew(chat, tmp_path):
    make(tmp_path)
    make(tmp_path, max_queries=4)
    assert len(chat.requests) == 2 * len(QUESTIONS)


def test_a_damaged_reply_is_asked_again_and_told(chat, tmp_path, caplog):
    first = make(tmp_path)
    (segment,) = tmp_path.rglob("*.segment")
    data = bytearray(segment.read_bytes())
    data[200] ^= 1
    segment.write_bytes(data)
    assert make(tmp_path) == first
    assert len(chat.requests) == len(QUESTIONS) + 1
    assert "1 damaged record" in caplog.text


def test_a_server_that_recovers_costs_nothing(chat, tmp_path):
    chat.reply = lambda _, number: Sent(status=500) if number == 1 else Sent()
    assert len(make(tmp_path, retries=2)) == len(QUESTIONS)


def test_a_failed_call_fails_the_job_and_keeps_the_others(chat, tmp_path):
    chat.reply = lambda question, _: Sent(status=500) if "3" in question else Sent()
    with pytest.raises(RunFailedError, match="1 of 5 questions have no plan, the first is q3"):
        make(tmp_path)
    chat.always()
    asked = len(chat.requests)
    assert len(make(tmp_path)) == len(QUESTIONS)
    assert chat.questions[asked:] == ["What is 3?"]


def test_a_server_that_always_fails_is_an_error_with_no_plan(chat, tmp_path):
    chat.always(status=500)
    with pytest.raises(
        RunFailedError, match=r"5 of 5 questions have no plan, the first is q1: .*500"
    ):
        make(tmp_path)


def test_what_every_question_would_meet_ends_the_job_at_once(chat, tmp_path):
    chat.always(status=401)
    with pytest.raises(InputError, match="check the key in OPENAI_API_KEY"):
        make(tmp_path, MANY)
    assert len(chat.requests) < 10


def test_the_planted_key_is_in_no_file(chat, tmp_path):
    chat.always(f'{{"queries": ["{KEY}"]}}')
    assert make(tmp_path)[0].queries == ("What is 1?", "***")
    assert chat.keys == {f"Bearer {KEY}"}
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert files
    assert not any(KEY.encode() in p.read_bytes() for p in files)


def test_a_kill_loses_at_most_the_calls_in_flight(chat, tmp_path):
    chat.always(seconds=0.05)
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)]) as job:
        while len(chat.requests) < len(MANY) // 2 and job.poll() is None:
            time.sleep(0.01)
        job.kill()
    assert len(MANY) // 2 <= len(chat.requests) < len(MANY)
    assert len(make(tmp_path, MANY)) == len(MANY)
    assert len(chat.requests) <= len(MANY) + 2  # two are in flight at a time


def test_planning_works_inside_a_running_loop(chat, tmp_path):
    async def notebook():
        return make(tmp_path)

    assert len(asyncio.run(notebook())) == len(QUESTIONS)


def test_plans_are_matched_with_their_questions():
    plans = [QueryPlan(id="b", question="B", queries=("B", "x")),
             QueryPlan(id="a", question="A", queries=("A",))]  # fmt: skip
    asked = [Question("a", "A"), Question("b", "B")]
    assert queries_of(plans, asked, "file") == [("A",), ("B", "x")]
    for wrong in (Question("c", "C"), Question("a", "Other")):
        with pytest.raises(InputError, match=f"file: has no plan for question '{wrong.id}'"):
            queries_of(plans, [wrong], "file")


def test_a_record_is_plain_json():
    record = json.loads(QueryPlan(id="a", question="A", queries=("A",)).model_dump_json())
    assert record == {
        "id": "a", "question": "A", "queries": ["A"], "malformed": False, "reply": None,
    }  # fmt: skip
