"""The provider `openai` against a real server: replies, errors, bounds, and the key."""

import asyncio
import gzip
import logging
import subprocess
import sys

import pytest
from pydantic import ValidationError

from tests.chat_server import KEY, USAGE, Sent
from wattrag.config.models import OpenAIModel
from wattrag.errors import InputError, RunFailedError
from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_chat import OpenAIChat

ENTRY = OpenAIModel(provider="openai", model_id="m-1", name="M", max_concurrent=None)
QUICK = CallLimits(retries=0)
ASKED = [{"role": "user", "content": "Question: why?"}]


def ask(entry=ENTRY, limits=QUICK, times=1, max_concurrent=0):
    async def run():
        model = OpenAIChat(entry, max_concurrent, limits)
        calls = (model.complete(ASKED, max_new_tokens=9, temperature=0) for _ in range(times))
        try:
            return await asyncio.gather(*calls)
        finally:
            await model.close()

    return asyncio.run(run())


def test_a_reply_comes_with_its_tokens_and_time(chat):
    chat.always("hello")
    (reply,) = ask()
    assert (reply.text, reply.finish_reason) == ("hello", "stop")
    assert (reply.input_tokens, reply.output_tokens) == (
        USAGE.prompt_tokens,
        USAGE.completion_tokens,
    )
    assert 0 < reply.seconds < 10
    (request,) = chat.requests
    assert request == {
        "model": "m-1", "messages": ASKED, "max_tokens": 9, "temperature": 0,
    }  # fmt: skip
    assert chat.keys == {f"Bearer {KEY}"}


def test_an_entrys_address_comes_before_the_environments(chat, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    ask(ENTRY.model_copy(update={"base_url": chat.url}))
    assert len(chat.requests) == 1


@pytest.mark.parametrize(("own", "given", "most"), [(2, 5, 2), (None, 3, 3), (None, 0, 8)])
def test_calls_in_flight_are_bounded(chat, own, given, most):
    chat.always(seconds=0.5)
    ask(ENTRY.model_copy(update={"max_concurrent": own}), times=8, max_concurrent=given)
    assert chat.most_at_once == most if most < 8 else chat.most_at_once > 3


def test_fields_that_other_servers_leave_out_are_unknown(chat):
    chat.always(body=b'{"choices": [{"message": {"content": null}}]}')
    (reply,) = ask()
    assert (reply.text, reply.finish_reason, reply.input_tokens) == ("", None, None)


def test_a_server_that_recovers_is_asked_again_by_the_client(chat):
    chat.reply = lambda _, n: Sent(status=500) if n == 1 else Sent("hello")
    assert ask(limits=CallLimits())[0].text == "hello"
    assert len(chat.requests) == 2


@pytest.mark.parametrize("status", [301, 400, 429, 500, 503])
def test_a_failed_call_is_an_error_with_the_servers_words(chat, status):
    chat.always(body=b'{"error": {"message": "out of order"}}', status=status)
    with pytest.raises(RunFailedError, match=rf"^model 'm-1': the call failed .*{status}.*order"):
        ask()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_is_wrong_for_every_question_is_bad_input(chat, status):
    chat.always(body=b'{"error": {"message": "no"}}', status=status)
    with pytest.raises(InputError, match=rf"model 'm-1': the server refuses .*{status}.*; check"):
        ask()


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": []}', b"[" * 100_000, b"null"])
def test_what_is_no_completion_is_an_error(chat, body):
    chat.always(body=body)
    with pytest.raises(RunFailedError, match="sent no chat completion"):
        ask()


def test_a_megabyte_is_taken_and_more_than_the_limit_is_an_error(chat):
    chat.always("x" * 1_000_000)
    assert len(ask()[0].text) == 1_000_000
    chat.always("x" * 5_000_000)
    with pytest.raises(RunFailedError, match="over the limit of 4,194,304 bytes"):
        ask(limits=CallLimits())
    assert len(chat.requests) == 2


@pytest.mark.parametrize("status", [200, 500])
def test_a_small_body_that_unpacks_to_a_large_one_is_an_error(chat, status):
    packed = gzip.compress(b" " * 50_000_000)
    chat.always(body=packed, status=status, headers={"Content-Encoding": "gzip"})
    with pytest.raises(RunFailedError, match="over the limit"):
        ask()


def test_a_packed_reply_is_read(chat):
    packed = gzip.compress(Sent("hello").bytes)
    chat.always(body=packed, headers={"Content-Encoding": "gzip"})
    assert ask()[0].text == "hello"


def test_a_server_that_is_silent_or_slow_is_given_up(chat):
    chat.always(seconds=1)
    with pytest.raises(RunFailedError, match="timed out"):
        ask(limits=CallLimits(silence=0.2, retries=0))
    with pytest.raises(RunFailedError, match=r"no reply within 0\.3 s"):
        ask(limits=CallLimits(seconds=0.3))


def test_a_server_that_is_not_there_is_an_error(chat, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(RunFailedError, match="model 'm-1': Connection error"):
        ask()


def test_a_redirect_is_not_followed(chat):
    chat.always(status=307, headers={"Location": chat.url}, body=b"")
    with pytest.raises(RunFailedError, match="307"):
        ask()
    assert len(chat.requests) == 1


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("OPENAI_API_KEY", "", "model 'm-1': needs a key in the environment"),
        ("OPENAI_API_KEY", "sk-ab\ncd", "OPENAI_API_KEY: holds characters that no key has"),
        ("OPENAI_BASE_URL", "localhost:8000", "OPENAI_BASE_URL: is no http or https address"),
        ("OPENAI_BASE_URL", "http://u:secret@h/v1", "OPENAI_BASE_URL: carries a password"),
    ],
)
def test_a_wrong_environment_is_one_line_without_its_value(chat, monkeypatch, name, value, line):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as error:
        ask()
    assert str(error.value).startswith(line)
    assert "secret" not in str(error.value)
    assert chat.requests == []


def test_an_entry_keeps_no_secret_in_its_address():
    with pytest.raises(ValidationError, match="carries a password"):
        OpenAIModel(provider="openai", model_id="m", name="M", base_url="https://u:p@example.org")


def test_the_key_is_cut_out_of_replies_errors_and_logs(chat, caplog):
    caplog.set_level(logging.DEBUG)
    chat.always(f"your key is {KEY}.")
    assert ask()[0].text == "your key is ***."
    chat.always(body=f'{{"error": {{"message": "bad key {KEY}"}}}}'.encode(), status=401)
    with pytest.raises(InputError, match=r"bad key \*\*\*") as error:
        ask()
    assert KEY not in str(error.value)
    assert KEY not in caplog.text


def test_a_stand_in_for_a_key_may_be_a_word_of_a_reply(chat, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    chat.always("none of them")
    assert ask()[0].text == "none of them"


def test_importing_the_provider_does_not_import_the_package():
    code = "import sys, wattrag.llm.providers; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
