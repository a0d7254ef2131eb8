"""Batches and runs that end: whatever is killed, nothing is lost and nothing paid twice."""

import asyncio
import json
import logging
import subprocess
import sys
import time
from dataclasses import asdict, replace

import pytest

from tests.batch_server import (
    ENTRY,
    MODEL,
    PACE,
    THREE,
    DroppedError,
    ask,
    batch_chat,
    batch_server,
    command,
    known,
    once,
    request_of,
    texts,
)
from tests.chat_server import KEY
from wattrag.errors import InputError

# The same as `ask` in a process of its own, which a test kills; it imports little, to be quick.
PROCESS = """
import asyncio, json, pathlib, sys
from wattrag.config.chat import OpenAIModel
from wattrag.llm.batch.chat import BatchChat
from wattrag.llm.batch.files import Pace
from wattrag.llm.openai_protocol.completions import Server
from wattrag.llm.stored import StoredChat
from wattrag.store.asked import ModelKey, Request
from wattrag.store.completions import CompletionStore

async def run(folder, entry, key, requests):
    server = Server(None, "OPENAI_API_KEY", {})
    model = BatchChat(entry, key, server, folder, Pace(0.05, 0.03, 0.05))
    with CompletionStore(folder) as store:
        chat = StoredChat(model, store)
        replies = await asyncio.gather(*map(chat.complete, requests))
        await chat.close()
    print(json.dumps([reply.text for reply in replies]))

folder, entry, key, requests = map(json.loads, sys.argv[1:])
asked = [Request(**request) for request in requests]
asyncio.run(run(pathlib.Path(folder), OpenAIModel(**entry), ModelKey(**key), asked))
"""


@pytest.fixture
def api(monkeypatch):
    with batch_server() as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def started(folder, questions):
    requests = [asdict(request_of(question)) for question in questions]
    given = [str(folder), ENTRY.model_dump(exclude_unset=True), asdict(MODEL), requests]
    command = [sys.executable, "-c", PROCESS, *map(json.dumps, given)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def in_process(folder, questions, *, kill_at=None, api=None):
    """Texts that a fresh process is told; None if it is killed when the server is at a step."""
    with started(folder, questions) as running:

        def kill(step):
            if step == kill_at:
                running.kill()
                running.wait()
                raise DroppedError

        if api is not None:
            api.hook = kill
        out, _ = running.communicate(timeout=30)
    if api is not None:
        api.hook = lambda _step: None
    return json.loads(out) if out else None


def left_open(api, folder, questions=THREE):
    """A run that leaves its batch at the server: the key is refused while it waits."""
    api.hook = lambda step: 401 if step == "polled" else None
    replies = ask(folder, questions)
    api.hook = lambda _step: None
    assert all(isinstance(reply, InputError) for reply in replies)


@pytest.mark.parametrize("step", ["uploaded", "created", "polled", "downloaded"])
def test_a_run_that_is_killed_is_taken_up_without_paying_twice(api, tmp_path, step):
    assert in_process(tmp_path, THREE, kill_at=step, api=api) is None
    assert api.steps[-1] == step
    assert in_process(tmp_path, THREE) == ["re: why", "re: how", "re: when"]
    assert api.sent == api.billed == once(THREE)
    assert len(api.batches) == 1
    assert sum(step == "uploaded" for step in api.steps) == 1
    assert not any(batch.is_open for batch in known(tmp_path))


@pytest.mark.parametrize("step", ["uploaded", "created"])
def test_other_questions_after_a_kill_pay_for_what_is_new_alone(api, tmp_path, step):
    assert in_process(tmp_path, THREE, kill_at=step, api=api) is None
    assert texts(ask(tmp_path, ["why", "who"])) == ["re: why", "re: who"]
    assert api.sent["why"] == api.sent["who"] == 1
    assert api.sent["how"] == (0 if step == "uploaded" else 1)
    ask(tmp_path, THREE)
    assert api.sent == once([*THREE, "who"])


def test_a_batch_that_a_killed_run_could_not_tell_of_is_told_of_when_found(api, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    assert in_process(tmp_path, THREE, kill_at="created", api=api) is None
    ask(tmp_path, THREE)
    (line,) = caplog.messages
    assert "batch batch_1 of 3 requests" in line


def test_a_batch_whose_reply_was_lost_is_found_and_not_made_again(api, tmp_path):
    for n in range(7):  # others of the same account, more than a page
        other = api.add_file(f"other-{n}.jsonl", b"")
        api.create({"input_file_id": other["id"], "endpoint": "/v1/chat/completions",
                    "completion_window": "24h"})  # fmt: skip
    api.page, lost = 2, []

    def lose(step):
        if step == "created" and not lost:
            lost.append(step)
            for n in range(5):
                api.create({"input_file_id": f"file-{n + 1}", "completion_window": "24h",
                            "endpoint": "/v1/chat/completions"})  # fmt: skip
            raise DroppedError

    api.hook = lose
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.sent == once(THREE)
    assert api.steps.count("listed") > 2


def test_a_batch_that_the_server_lists_late_is_found_too(api, tmp_path):
    assert in_process(tmp_path, THREE, kill_at="created", api=api) is None
    hidden, api.batches = api.batches, {}

    def show(step):
        if step == "listed":
            api.batches = hidden

    api.hook = show
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.sent == once(THREE)


def test_replies_that_were_read_and_not_stored_are_read_again(api, tmp_path):
    async def unstored():
        chat = batch_chat(tmp_path)
        calls = (chat.complete(request_of(question)) for question in THREE)
        replies = await asyncio.gather(*calls)
        await chat.close()
        return replies

    assert texts(asyncio.run(unstored())) == ["re: why", "re: how", "re: when"]
    assert not known(tmp_path)[0].is_open
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.sent == once(THREE)


def test_two_jobs_that_ask_the_same_at_the_same_time_pay_once(api, tmp_path):
    api.hook = lambda step: time.sleep(0.3) if step in {"uploaded", "created"} else None

    async def both():
        chats = [batch_chat(tmp_path), batch_chat(tmp_path)]
        calls = [chat.complete(request_of(text)) for chat in chats for text in THREE]
        replies = await asyncio.gather(*calls)
        for chat in chats:
            await chat.close()
        return replies

    assert texts(asyncio.run(both())) == ["re: why", "re: how", "re: when"] * 2
    assert api.sent == once(THREE)


def test_a_refused_key_ends_the_run_and_loses_no_batch(api, tmp_path):
    left_open(api, tmp_path)
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.sent == once(THREE)


def test_a_batch_without_end_is_given_up_and_kept(api, tmp_path):
    api.looks = 10**6
    replies = ask(tmp_path, THREE, replace(PACE, longest=0.2))
    assert "has not ended in time" in str(replies[0])
    api.looks = 1
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.sent == once(THREE)


def test_replies_whose_file_the_server_no_longer_has_are_asked_for_again(api, tmp_path):
    api.looks = 1
    left_open(api, tmp_path)
    del api.files[next(iter(api.batches.values())).output_file_id]
    assert "is not there" in str(ask(tmp_path, THREE)[0])
    assert len(api.batches) == 1
    replies = ask(tmp_path, THREE, replace(PACE, longest=0.1))
    assert len(api.batches) == 2, replies


def test_a_batch_of_another_key_is_told_of_until_it_is_forgotten(api, tmp_path):
    left_open(api, tmp_path)
    gone = next(iter(api.batches))
    api.batches = {"batch_0": api.batches.pop(gone)}
    (reply, *_) = ask(tmp_path, THREE)
    assert isinstance(reply, InputError)
    assert f"wattrag batch cancel {gone}" in str(reply)
    assert command("cancel", gone, "--store", tmp_path).exit_code == 0
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]


def test_the_command_lists_open_batches_and_cancels_one(api, tmp_path):
    assert command("status", "--store", tmp_path).exit_code == 0
    api.looks = 10**6
    assert in_process(tmp_path, THREE, kill_at="created", api=api) is None
    (shown,) = json.loads(command("status", "--store", tmp_path, "--json").stdout)
    assert (shown["model"], shown["id"], shown["status"]) == ("m-1", "batch_1", "validating")
    assert (shown["requests"], shown["base_url"]) == (3, api.url)
    unknown = command("cancel", "batch_9", "--store", tmp_path)
    assert isinstance(unknown.exception, InputError)
    done = command("cancel", "batch_1", "--store", tmp_path)
    assert done.stdout == "batch_1: cancelling\n"
    assert known(tmp_path)[0].cancelled
    assert "m-1    batch_1  cancelled" in command("status", "--store", tmp_path).stdout
    api.looks = 1
    assert texts(ask(tmp_path, THREE)) == ["re: why", "re: how", "re: when"]
    assert api.billed == once(THREE)
    assert json.loads(command("status", "--store", tmp_path, "--json").stdout) == []


def test_status_of_one_server_that_refuses_does_not_hide_the_others(api, tmp_path, monkeypatch):
    left_open(api, tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY")
    shown = command("status", "--store", tmp_path)
    assert "m-1    batch_1  unknown" in shown.stdout
    assert isinstance(shown.exception, InputError)


def test_closing_while_a_batch_is_at_work_leaves_it_to_the_next_run(api, tmp_path):
    api.looks = 10**6

    async def run():
        chat = batch_chat(tmp_path)
        call = asyncio.create_task(chat.complete(request_of("why")))
        while "polled" not in api.steps:
            await asyncio.sleep(0.02)
        started = time.perf_counter()
        await chat.close()
        assert time.perf_counter() - started < 2
        await asyncio.wait([call])
        assert call.cancelled()

    asyncio.run(run())
    api.looks = 1
    assert texts(ask(tmp_path, ["why"])) == ["re: why"]
    assert api.sent == once(["why"])
