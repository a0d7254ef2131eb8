"""The provider `llama_cpp`, and `llama_cpp.server`, with a tiny random GGUF file."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from types import SimpleNamespace

import psutil
import pytest

from tests.sharing import made_once
from tests.tiny_gguf import make_gguf
from wattrag.config.chat import OpenAIModel
from wattrag.config.local_chat import LlamaCppModel
from wattrag.errors import ContextOverflowError, InputError, RunFailedError
from wattrag.llm.providers.llama_cpp import connect
from wattrag.llm.served.chat import connect_served
from wattrag.store.asked import ModelKey, Request

needs_llama_cpp = pytest.mark.skipif(
    find_spec("llama_cpp") is None and os.environ.get("WATTRAG_TEST_ALL") != "1",
    reason="not installed: llama-cpp-python",
)
pytestmark = pytest.mark.llama_cpp
REVISION = "a" * 40
FORM = {
    "type": "object",
    "properties": {"is_true": {"type": "boolean"}, "kind": {"enum": ["energy", "water"]}},
    "required": ["is_true", "kind"],
    "additionalProperties": False,
}
PROSE = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def gguf(tmp_path_factory):
    return made_once(tmp_path_factory, "gguf", lambda to: make_gguf(to / "tiny.gguf")) / "tiny.gguf"


def entry(path=None, **fields) -> LlamaCppModel:
    fields = {"path": path and str(path), "context_tokens": 2048, "threads": 1, **fields}
    return LlamaCppModel(provider="llama_cpp", name="T", quantization="F32", **fields)


def request(text="energy use of the data center", tokens=24, temperature=0.0, **fields):
    messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": text}]
    return Request(messages, tokens, temperature, **fields)


def ask(declared, *requests):
    async def run():
        model = connect(declared, "F32", 0)
        try:
            return [await model.complete(each) for each in requests]
        finally:
            await model.close()

    return asyncio.run(run())


@needs_llama_cpp
def test_a_reply_has_its_tokens_and_time_and_nothing_is_printed(gguf, capfd):
    (reply,) = ask(entry(gguf), request())
    from llama_cpp import Llama

    counter = Llama(str(gguf), vocab_only=True, verbose=False)
    prompt = b"system: be brief\nuser: energy use of the data center\nassistant: "
    assert reply.input_tokens == len(counter.tokenize(prompt, add_bos=False, special=True))
    assert (reply.output_tokens, reply.finish_reason) == (24, "length")
    assert reply.text
    assert 0 < reply.seconds < 60
    assert capfd.readouterr() == ("", "")


@needs_llama_cpp
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_reply_is_the_same_alone_and_after_others(gguf, temperature):
    long = "water use in the center of data and energy " * 30
    wanted = [request(long, 40, temperature), request(f"{long} and", 40, temperature)]
    others = [request(f"{long} of", 9), request("water", 9, 1.0), request("x", 90, schema=FORM)]
    alone = [ask(entry(gguf), each)[0].text for each in wanted]
    among = ask(entry(gguf), wanted[0], *others, wanted[1], wanted[1], wanted[0])
    assert [among[n].text for n in (0, 4, 5, 6)] == [alone[0], alone[1], alone[1], alone[0]]
    more = ask(entry(gguf, threads=2), *wanted)
    assert [reply.text for reply in more] == alone


@needs_llama_cpp
def test_nothing_that_was_computed_for_another_reply_is_reused(gguf, monkeypatch):
    from llama_cpp import Llama

    computed, evaluate = [], Llama.eval
    monkeypatch.setattr(
        Llama, "eval", lambda self, tokens: computed.append(len(tokens)) or evaluate(self, tokens)
    )
    replies = ask(entry(gguf), *[request(tokens=1)] * 3)
    assert computed == [reply.input_tokens for reply in replies]
    assert [reply.cached_tokens for reply in replies] == [0, 0, 0]


@needs_llama_cpp
def test_repetitions_of_a_sampling_model_differ_and_are_repeatable(gguf):
    runs = [request(temperature=1.0, run=run) for run in (1, 2, 1)]
    first, second, again = (reply.text for reply in ask(entry(gguf), *runs))
    assert first == again != second


@needs_llama_cpp
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_reply_is_held_to_a_schema(gguf, temperature):
    (reply,) = ask(entry(gguf), request(tokens=200, temperature=temperature, schema=FORM))
    said = json.loads(reply.text)
    assert isinstance(said["is_true"], bool)
    assert said["kind"] in {"energy", "water"}
    assert len(said) == 2
    assert reply.finish_reason == "stop"
    assert reply.output_tokens < 200


@needs_llama_cpp
def test_a_long_reply_is_cut_off_at_its_length_to_the_token(gguf):
    (reply,) = ask(entry(gguf), request(tokens=30, temperature=1.0, schema=PROSE))
    assert (reply.output_tokens, reply.finish_reason) == (30, "length")
    assert re.match(r'\{ ?"answer" ?: ?"', reply.text)


@needs_llama_cpp
def test_a_schema_that_llama_cpp_does_not_know_is_bad_input(gguf):
    with pytest.raises(InputError, match=r"^T: llama.cpp cannot hold a reply to its schema"):
        ask(entry(gguf), request(schema={"$ref": "https://example.org/schema"}))


@needs_llama_cpp
def test_the_event_loop_goes_on_and_closing_breaks_off(gguf):
    async def run():
        model = connect(entry(gguf, context_tokens=8192), "F32", 0)
        await model.complete(request(tokens=1))
        calls = [asyncio.create_task(model.complete(request(tokens=8000))) for _ in range(3)]
        ticks = 0
        while ticks < 20:
            await asyncio.sleep(0.01)
            ticks += 1
        begun = time.monotonic()
        await model.close()
        assert time.monotonic() - begun < 5
        ended = await asyncio.gather(*calls, return_exceptions=True)
        again = await model.complete(request(tokens=2))
        await model.close()
        return ended, again

    ended, again = asyncio.run(run())
    assert {type(error) for error in ended} == {RunFailedError}
    assert again.output_tokens == 2


@needs_llama_cpp
def test_a_text_that_is_longer_than_the_window_is_refused_before_it_is_read(gguf):
    whole = entry(gguf, context_tokens=256)
    (fits,) = ask(whole, request("a b " * 20, 8))
    room = 256 - fits.input_tokens
    assert ask(whole, request("a b " * 20, room))[0].output_tokens == room
    with pytest.raises(ContextOverflowError, match=r"^T: \d+ tokens and a reply of \d+ are longer"):
        ask(whole, request("a b " * 20, room + 1))


@needs_llama_cpp
def test_a_template_without_a_system_role_gets_its_words_with_the_users(tmp_path):
    refusing = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "{% for m in messages %}{{ m['content'] }}{% endfor %}{{ strftime_now('%Y') }}"
    )
    declared = entry(make_gguf(tmp_path / "t.gguf", template=refusing))
    joined = entry(
        make_gguf(tmp_path / "j.gguf", template="be brief\n\n{{messages[1].content}}2024")
    )
    assert ask(declared, request())[0].text == ask(joined, request())[0].text
    never = entry(make_gguf(tmp_path / "n.gguf", template="{{ raise_exception('no words') }}"))
    with pytest.raises(InputError, match=r"^T: its chat template refuses .* \(no words\)"):
        ask(never, request())


@needs_llama_cpp
@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (
            lambda whole: whole[:200_000],
            r"cannot load .* \(tensor .* incomplete\); download it again",
        ),
        (lambda whole: whole[:100], "llama.cpp cannot load"),
        (lambda whole: whole[:4] + bytes(range(256)) * 9, "llama.cpp cannot load"),
        (lambda whole: b"GGUF", "llama.cpp cannot load"),
        (lambda whole: b"", "is no GGUF file"),
        (lambda whole: b"<html>", "is no GGUF file"),
    ],
)
def test_a_damaged_file_is_one_line(gguf, tmp_path, capfd, spoil, problem):
    path = tmp_path / "bad.gguf"
    path.write_bytes(spoil(gguf.read_bytes()))
    with pytest.raises(InputError, match=f"^T: .*{problem}"):
        ask(entry(path), request())
    assert capfd.readouterr() == ("", "")


@needs_llama_cpp
def test_what_is_missing_is_one_line(gguf, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"^T: cannot read '.*none' \(No such file.*correct"):
        ask(entry(tmp_path / "none"), request())
    with pytest.raises(InputError, match=r"cannot read .* \(Is a directory"):
        ask(entry(tmp_path), request())
    with pytest.raises(InputError, match=r"^T: its window is 8192 tokens.*set `context_tokens`"):
        ask(entry(gguf, context_tokens=9000), request())
    broken = make_gguf(tmp_path / "broken.gguf", template="{% if %}")
    with pytest.raises(InputError, match=r"^T: llama.cpp cannot load .* \(Expected an expr"):
        ask(entry(broken), request())
    base = make_gguf(tmp_path / "base.gguf", template=None)
    with pytest.raises(InputError, match=r"^T: has no chat template"):
        ask(entry(base), request())
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=100_000))
    with pytest.raises(
        InputError, match=r"^T: its weights take 0\.000456 GB, 0\.0001 GB of memory"
    ):
        ask(entry(gguf), request())


@needs_llama_cpp
def test_a_gpu_that_llama_cpp_cannot_use_is_not_replaced_by_the_cpu(gguf):
    import llama_cpp

    if llama_cpp.llama_supports_gpu_offload():
        pytest.skip("this llama.cpp can use GPUs")
    with pytest.raises(InputError, match=r"^T: this llama.cpp was built without GPUs"):
        ask(entry(gguf, gpu_layers=-1), request())


@needs_llama_cpp
def test_a_file_of_the_hub_is_taken_from_its_cache(gguf, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    hub = entry(model_id="org/tiny", file="t.gguf", revision=REVISION)
    with pytest.raises(InputError, match=r"^T: its weights are not here; fetch them with `wattrag"):
        ask(hub, request())
    snapshot = tmp_path / "models--org--tiny" / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (snapshot / "t.gguf").symlink_to(gguf)
    assert ask(hub, request())[0].text == ask(entry(gguf), request())[0].text


def test_a_missing_package_is_named_with_its_extra(gguf, monkeypatch):
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(InputError, match=r"^T: needs the package 'llama_cpp'; .*\[llama-cpp"):
        ask(entry(gguf), request())


def test_importing_the_provider_does_not_import_the_package():
    code = "import sys, wattrag.llm.providers.llama_cpp; sys.exit('llama_cpp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def served(path, **fields) -> OpenAIModel:
    return OpenAIModel(
        provider="openai", name="S", model_id="tiny", serve="llama_cpp", path=str(path),
        context_tokens=2048, startup_seconds=120, base_retry_delay=0,
        serve_options=("--n_threads", "1", "--n_threads_batch", "1"), **fields,
    )  # fmt: skip


def ask_served(declared, *requests):
    async def run():
        model = connect_served(declared, ModelKey(**declared.identity("api")), 4)
        try:
            return await asyncio.gather(*(model.complete(each) for each in requests))
        finally:
            await model.close()

    return asyncio.run(run())


def running() -> set[int]:
    """Processes below this one."""
    found = psutil.Process().children(recursive=True)
    return {process.pid for process in found if process.status() != psutil.STATUS_ZOMBIE}


@needs_llama_cpp
def test_llama_cpp_server_replies_like_the_model_itself(gguf, monkeypatch):
    for name, value in {"HOST": "0.0.0.0", "PORT": "1", "N_CTX": "64", "CHAT_FORMAT": "no"}.items():
        monkeypatch.setenv(name, value)
    asked = [request(), request("water"), request(tokens=200, schema=FORM)]
    before = running()
    replies = ask_served(served(gguf), *asked)
    assert running() <= before
    own = ask(entry(gguf), *asked)
    assert [reply.text for reply in replies] == [reply.text for reply in own]
    assert [reply.input_tokens for reply in replies] == [reply.input_tokens for reply in own]
    assert json.loads(replies[2].text)["kind"] in {"energy", "water"}


@needs_llama_cpp
def test_llama_cpp_server_refuses_what_is_too_long_and_bad_files(gguf, tmp_path):
    with pytest.raises(ContextOverflowError, match="the text is too long"):
        ask_served(served(gguf), request("a b " * 2000))
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(gguf.read_bytes()[:200_000])
    with pytest.raises(
        RunFailedError, match=r"^S: its server ended at its start: .*Failed to load"
    ):
        ask_served(served(bad), request())
    bad.write_bytes(b"<html>")
    with pytest.raises(InputError, match=r"^S: '.*bad.gguf' is no GGUF file"):
        ask_served(served(bad), request())
