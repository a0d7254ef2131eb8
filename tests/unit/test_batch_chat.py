"""Batches against a real server: each question has its reply at half price, or its own error."""

import json
import logging
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.batch_server import (
    PACE,
    THREE,
    ask,
    batch_server,
    command,
    known,
    once,
    texts,
)
from tests.chat_server import KEY, USAGE
from wattrag.errors import ContextOverflowError, InputError, RunFailedError


@pytest.fixture
def api(monkeypatch):
    with batch_server() as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def test_questions_go_together_and_each_reply_is_marked_for_half_the_price(api, tmp_path):
    replies = ask(tmp_path, [*THREE, "why"])
    assert texts(replies) == ["re: why", "re: how", "re: when", "re: why"]
    assert all(reply.batch and reply.seconds == 0 for reply in replies)
    tokens = (replies[0].input_tokens, replies[0].output_tokens)
    assert tokens == (USAGE.prompt_tokens, USAGE.completion_tokens)
    (batch,) = api.batches.values()
    line = api.lines(batch.input_file_id)[0]["body"]
    assert (line["model"], line["max_tokens"], line["seed"]) == ("m-1", 9, 1)
    assert line["response_format"]["json_schema"]["strict"] is True
    assert batch.metadata == {"wattrag": known(tmp_path)[0].name}
    assert api.billed == once(THREE)
    assert api.keys == {f"Bearer {KEY}"}
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert len(api.batches) == 1


def test_a_batch_is_told_of_when_it_is_handed_in_and_no_more(api, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    api.looks = 6
    ask(tmp_path, THREE)
    assert api.steps.count("polled") == 6
    assert caplog.messages == [
        "model 'm-1': batch batch_1 of 3 requests is handed in: replies may take a day; "
        "`wattrag batch status` shows it"
    ]
    ask(tmp_path, THREE)
    assert len(caplog.messages) == 1


def test_requests_that_come_later_make_the_next_batch(api, tmp_path):
    replies = ask(tmp_path, THREE, then=["deeper", "why"])
    assert texts(replies)[3:] == ["re: deeper", "re: why"]
    assert [len(batch.custom_ids) for batch in known(tmp_path)] == [3, 1]


def test_a_batch_keeps_to_the_limits_of_the_server(api, tmp_path):
    assert "re: why" in texts(ask(tmp_path, THREE, replace(PACE, requests=2)))
    assert [len(batch.custom_ids) for batch in known(tmp_path)] == [2, 1]
    ask(tmp_path, ["x" * 3000, "y" * 3000], replace(PACE, bytes=4000))
    assert len(api.batches) == 4


def test_failures_and_bad_lines_are_those_of_their_own_requests(api, tmp_path):
    answers = {
        "long": (400, "maximum context length is 8192 tokens"),
        "bad": (500, "out of order"),
        "unreadable": b"{not json",
        "stranger": b'{"custom_id": "x", "response": {"status_code": 200, "body": {}}}',
        "deep": b"[" * 100_000,
        "silent": None,
    }
    api.answer = lambda question: answers.get(question, f"re: {question}")
    replies = ask(tmp_path, ["why", *answers])
    assert texts(replies)[:2] == ["re: why", "ContextOverflowError"]
    assert isinstance(replies[1], ContextOverflowError)
    assert all(isinstance(reply, RunFailedError) for reply in replies[1:])
    assert "500: out of order" in str(replies[2])
    assert "without a reply to this" in str(replies[3])
    api.answer = lambda question: f"re: {question}"
    assert texts(ask(tmp_path, ["why", *answers])) == [f"re: {q}" for q in ["why", *answers]]
    assert api.billed == once(["why", *answers])


def test_lines_that_only_look_like_replies_are_errors_and_the_first_of_two_counts(api, tmp_path):
    real, edits = api.end, {}

    def end(batch, ends):
        names = [line["custom_id"] for line in api.lines(batch.input_file_id)]
        edits.update(zip(THREE, names, strict=True))
        real(batch, ends)

    def reply(question, body):
        response = {"status_code": 200, "request_id": "r", "body": body}
        return json.dumps({"custom_id": edits[question], "response": response}).encode()

    api.end = end
    twice = {"choices": [{"message": {"content": text}} for text in ["first"]]}
    wrong = {
        "why": lambda: reply("why", {"choices": []}),
        "how": lambda: json.dumps({"custom_id": edits["how"], "response": [1]}).encode(),
        "when": lambda: b"\n".join([reply("when", twice), reply("when", {"choices": []})]),
    }
    api.answer = lambda question: wrong[question]()
    replies = ask(tmp_path, THREE)
    assert "sent no chat completion" in str(replies[0])
    assert "cannot be read" in str(replies[1])
    assert replies[2].text == "first"


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_what_ended_early_keeps_its_replies_and_the_rest_is_asked_by_the_next_run(
    api, tmp_path, status
):
    api.ends = {"status": status, "answered": 1}
    replies = ask(tmp_path, THREE)
    assert texts(replies)[0] == "re: why"
    assert status in str(replies[1])
    assert isinstance(replies[1], RunFailedError)
    api.ends = {"status": "completed"}
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.billed == once(THREE)
    assert api.sent["why"] == 1


@pytest.mark.parametrize(
    ("problem", "kind", "cure"),
    [
        (("model_not_found", "The model m-1 does not exist."), InputError, "check `model_id`"),
        (("token_limit_exceeded", "Enqueued token limit reached."), InputError, "wait until"),
        (("invalid_json_line", "A line is not valid."), RunFailedError, "run again"),
    ],
)
def test_a_batch_that_is_not_taken_is_an_error_with_the_servers_words(
    api, tmp_path, problem, kind, cure
):
    code, message = problem
    problem = {"code": code, "message": f"{message} {KEY}", "line": 1}
    api.ends = {"status": "failed", "errors": {"object": "list", "data": [problem]}}
    replies = ask(tmp_path, THREE)
    for reply in replies:
        assert isinstance(reply, kind)
        assert message.rstrip(".") in str(reply)
        assert cure in str(reply)
        assert KEY not in str(reply)
    api.ends = {"status": "completed"}
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]


def test_a_server_that_is_out_of_order_for_a_while_costs_nothing(api, tmp_path):
    failing = {"uploaded": 1, "created": 1, "polled": 7, "downloaded": 2}
    kinds = [500, 429, 503]

    def fail(step):
        if failing.get(step, 0) > 0:
            failing[step] -= 1
            return kinds[failing[step] % 3]
        return None

    api.hook, api.looks = fail, 10
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert not any(failing.values())
    assert api.sent == once(THREE)


def test_a_run_learns_that_its_batch_was_cancelled(api, tmp_path):
    api.looks = 10**6

    def cancel(step):
        if step == "polled" and api.steps.count("polled") == 3:
            api.cancel("batch_1")

    api.hook = cancel
    replies = ask(tmp_path, THREE)
    assert texts(replies)[0] == "re: why"
    assert "is cancelled" in str(replies[1])


def test_the_key_is_in_no_file_and_in_no_log(api, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    api.answer = lambda question: (400, f"bad {KEY}") if question == "how" else f"say {KEY}."
    replies = ask(tmp_path, THREE)
    assert replies[0].text == "say ***."
    assert "bad ***" in str(replies[1])
    command("status", "--store", tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 2
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    assert KEY not in caplog.text


def test_without_a_key_nothing_is_written_or_sent(api, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    assert all(isinstance(reply, InputError) for reply in ask(tmp_path, THREE))
    assert api.steps == []
    assert list(tmp_path.rglob("*.segment")) == []


def test_a_folder_that_cannot_be_written_is_one_line(api, tmp_path):
    (tmp_path / "batches").write_text("in the way")
    (reply, *_) = ask(tmp_path, THREE)
    assert isinstance(reply, InputError)
    assert api.steps == []


def test_importing_the_module_does_not_import_the_package():
    code = (
        "import sys, wattrag.llm.batch.chat, wattrag.cli.batch as b; exit('openai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
