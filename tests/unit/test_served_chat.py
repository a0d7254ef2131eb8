"""`serve` of provider `openai`: a server that is started, asked, and ended with the job.

The program `vllm` is a stand-in with vLLM's command line, written by these tests; vLLM itself needs
a GPU and is not run here. `llama_cpp.server` is the real one, see `test_llama_cpp_chat`.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from pydantic import ValidationError

from wattrag.config.chat import OpenAIModel
from wattrag.errors import InputError, RunFailedError
from wattrag.llm.served import process as server_process
from wattrag.llm.served.chat import connect_served
from wattrag.llm.served.commands import clean_environment
from wattrag.store.asked import ModelKey, Request

STAND_IN = """#!{python}
import argparse, http.server, json, os, subprocess, sys, threading, time
parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("model")
parser.add_argument("--host")
parser.add_argument("--port", type=int)
parser.add_argument("--served-model-name")
parser.add_argument("--revision")
parser.add_argument("--tensor-parallel-size")
parser.add_argument("--behave", default="")
parser.add_argument("--state")
given = parser.parse_args()
worker = subprocess.Popen(["sleep", "600"], start_new_session=True)
with open(given.state, "a") as state:
    print(json.dumps([sys.argv[1:], dict(os.environ), os.getpid(), worker.pid]), file=state)
if given.behave == "die":
    sys.exit("starting\\nno such weights")
if given.behave == "hang":
    time.sleep(600)
key = "Bearer " + os.environ["VLLM_API_KEY"]

class Handler(http.server.BaseHTTPRequestHandler):
    def send(self, body):
        allowed = self.headers["Authorization"] == key
        self.send_response(200 if allowed else 401)
        body = json.dumps(body if allowed else {{}}).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.send({{"data": [{{"id": given.served_model_name}}]}})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if given.behave == "crash":
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(9)
        choice = {{"message": {{"content": json.dumps(asked)}}, "finish_reason": "stop"}}
        self.send({{"choices": [choice], "usage": {{"prompt_tokens": 3, "completion_tokens": 5}}}})

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer((given.host, given.port), Handler).serve_forever()
"""
JOB = """
import asyncio, signal, sys
from wattrag.config.chat import OpenAIModel
from wattrag.llm.served.chat import connect_served
from wattrag.store.asked import ModelKey, Request

async def run():
    entry = OpenAIModel.model_validate_json(sys.argv[1])
    model = connect_served(entry, ModelKey(**entry.identity("api")), 0)
    await model.complete(Request([{"role": "user", "content": "why?"}], 9, 0))
    print("answered", flush=True)
    await asyncio.sleep(600)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
asyncio.run(run())
"""
REVISION = "a" * 40
ASKED = Request([{"role": "user", "content": "why?"}], 9, 0.5, run=2)


@pytest.fixture
def state(tmp_path, monkeypatch) -> Path:
    """Puts the stand-in on the PATH; the file says how it was started."""
    program = tmp_path / "bin" / "vllm"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "state"


def entry(state, behave="", **fields) -> OpenAIModel:
    fields = {
        "model_id": "org/model", "revision": REVISION, "startup_seconds": 30,
        "base_retry_delay": 0, **fields,
    }  # fmt: skip
    options = ("--state", str(state), "--behave", behave)
    return OpenAIModel(provider="openai", name="M", serve="vllm", serve_options=options, **fields)


def connect(declared):
    return connect_served(declared, ModelKey(**declared.identity("api")), 0)


def ask(declared, times=1):
    async def run():
        model = connect(declared)
        try:
            return await asyncio.gather(*(model.complete(ASKED) for _ in range(times)))
        finally:
            await model.close()

    return asyncio.run(run())


def started(state) -> list[list]:
    return [json.loads(line) for line in state.read_text().splitlines()]


def alive(state) -> list[int]:
    pids = [pid for _, _, *pids in started(state) for pid in pids]
    return [p for p in pids if psutil.pid_exists(p) and psutil.Process(p).status() != "zombie"]


def test_a_server_is_started_once_asked_and_ended(state, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "example.org")
    first, *_, last = ask(entry(state, gpus=2), times=4)
    assert (first.input_tokens, first.output_tokens, first.finish_reason) == (3, 5, "stop")
    assert first.text == last.text
    assert json.loads(first.text) == {
        "model": "org/model", "messages": list(ASKED.messages), "max_tokens": 9,
        "temperature": 0.5, "seed": 2,
        "top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0,
    }  # fmt: skip
    ((command, *_),) = started(state)
    port = command[command.index("--port") + 1]
    assert command[:-4] == [
        "serve", "org/model", "--host", "127.0.0.1", "--served-model-name", "org/model",
        "--revision", REVISION, "--tensor-parallel-size", "2", "--port", port,
    ]  # fmt: skip
    assert alive(state) == []


def test_a_closed_model_starts_another_server_when_it_is_asked_again(state):
    model = connect(entry(state))
    for _ in range(2):
        asyncio.run(model.complete(ASKED))
        assert len(alive(state)) == 2
        asyncio.run(model.close())
        assert alive(state) == []
    assert len(started(state)) == 2


def test_what_an_entry_asks_for_comes_before_the_settings_of_sampling(state):
    (reply,) = ask(entry(state, request={"top_k": 20}))
    assert json.loads(reply.text)["top_k"] == 20


def test_a_server_sees_no_secrets(state, monkeypatch):
    kept = {"TOKENIZERS_PARALLELISM": "false", "MONKEY": "1", "CUDA_VISIBLE_DEVICES": ""}
    hidden = {
        "OPENAI_API_KEY": "s1", "AWS_PROFILE": "s2", "HF_TOKEN": "s3", "GITHUB_PAT": "s4",
        "MY_SECRET": "s5", "DATABASE": "postgres://me:s6@host/db", "db_password": "s7",
        "OWN": "s8", "OPENAI_APIKEY": "s9",
    }  # fmt: skip
    for name, value in (kept | hidden).items():
        monkeypatch.setenv(name, value)
    ask(entry(state, key_variable="OWN"))
    ((command, environment, *_),) = started(state)
    assert hidden.keys() & environment.keys() == set()
    assert kept.items() <= environment.items()
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["VLLM_API_KEY"] not in " ".join(command)
    assert len(environment["VLLM_API_KEY"]) > 40
    assert "PATH" in clean_environment("")


def wait_until_gone(pids: list[int], state) -> None:
    until = time.monotonic() + 30
    while set(pids) & set(alive(state)):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_with_a_job_that_is_killed(state, number):
    job = [sys.executable, "-c", JOB, entry(state).model_dump_json(exclude_unset=True)]
    with subprocess.Popen(job, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout.readline() == b"answered\n"
        pids = alive(state)
        assert len(pids) == 2
        running.send_signal(number)
        running.wait(20)
    wait_until_gone(pids, state)


def test_a_server_is_ended_when_its_guard_was_killed(state):
    async def run():
        model = connect(entry(state))
        await model.complete(ASKED)
        ((_, _, server, _),) = started(state)
        psutil.Process(server).parent().kill()
        await model.close()

    asyncio.run(run())
    ((_, _, server, worker),) = started(state)
    psutil.Process(worker).kill()  # it has left its group: only the guard could have known of it
    wait_until_gone([server, worker], state)


def test_a_server_that_ends_at_its_start_fails_all_calls_with_its_last_words(state):
    async def run():
        model = connect(entry(state, "die"))
        asked = (model.complete(ASKED) for _ in range(3))
        try:
            return await asyncio.gather(*asked, return_exceptions=True)
        finally:
            await model.close()

    errors = asyncio.run(run())
    line = "M: its server ended at its start: starting / no such weights"
    assert [(type(error), str(error)) for error in errors] == [(RunFailedError, line)] * 3
    assert len(started(state)) == 1
    assert alive(state) == []


def test_a_server_that_is_never_ready_is_given_up(state):
    with pytest.raises(
        RunFailedError, match=r"^M: its server was not ready within 2 s: it printed"
    ):
        ask(entry(state, "hang", startup_seconds=2))
    assert alive(state) == []


def test_a_start_that_is_cancelled_leaves_nothing(state):
    async def run():
        async with asyncio.timeout(2):
            await connect(entry(state, "hang")).complete(ASKED)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    ((*_, server, worker),) = started(state)
    wait_until_gone([server, worker], state)


def test_a_server_that_dies_fails_its_calls_at_once(state):
    begun = time.monotonic()
    with pytest.raises(
        RunFailedError, match=r"^model 'org/model': its server has died: out of mem"
    ):
        ask(entry(state, "crash", base_retry_delay=60))
    assert time.monotonic() - begun < 20
    assert alive(state) == []


def test_a_port_that_was_taken_meanwhile_is_given_up_for_another(state, monkeypatch):
    monkeypatch.setattr(server_process, "_PROBE_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = [other.getsockname()[1], server_process.free_port()]
        monkeypatch.setattr(server_process, "free_port", lambda: ports.pop(0))
        assert ask(entry(state))[0].output_tokens == 5
    assert [command[command.index("--port") + 1] for command, *_ in started(state)]
    assert len(started(state)) == 2


def test_the_server_of_somebody_else_is_not_taken_for_ones_own(state, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(server_process, "free_port", lambda: port)
        monkeypatch.setattr(server_process, "_answers", lambda *_: True)
        with pytest.raises(RunFailedError, match="not ready"):
            ask(entry(state, "hang", startup_seconds=2))


def test_what_is_missing_is_one_line(state, monkeypatch, tmp_path):
    missing = entry(state, path=str(tmp_path / "none"), revision="1")
    with pytest.raises(InputError, match=r"^M: there is no '.*none'; correct `path`"):
        ask(missing)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match=r"^M: needs the program `vllm`.*; `pip install vllm`$"):
        ask(entry(state))


@pytest.mark.parametrize("option", ["--host", "--port=80", "--api-key", "--served-model-name"])
def test_what_is_set_for_every_server_is_not_set_by_an_entry(option):
    with pytest.raises(ValidationError, match=r"serve_options: .* is set for every server"):
        OpenAIModel(
            provider="openai", name="M", model_id="m", serve="vllm", path="/w",
            serve_options=(option, "x"),
        )  # fmt: skip


def test_importing_it_imports_no_client():
    names = "{'openai', 'llama_cpp'} & {*sys.modules}"
    code = f"import sys, wattrag.llm.served.chat as _; sys.exit(bool({names}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
