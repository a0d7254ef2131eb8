"""The provider `openai` against a real server: replies, errors, bounds, and the key."""

import asyncio
import gzip
import logging
import subprocess
import sys
import time

import pytest
from pydantic import ValidationError

from tests.chat_server import KEY, USAGE, Sent
from wattrag.config.chat import OpenAIModel
from wattrag.errors import ContextOverflowError, InputError, RunFailedError
from wattrag.llm.providers.registry import chat_model
from wattrag.store.asked import Request

ENTRY = OpenAIModel(provider="openai", model_id="m-1", name="M", max_retries=0)
PATIENT = {"max_retries": 5, "base_retry_delay": 0.02}
ASKED = [{"role": "user", "content": "Question: why?"}]


def ask(times=1, max_concurrent=0, schema=None, **changes):
    async def run():
        model = chat_model(ENTRY.model_copy(update=changes), "api", max_concurrent)
        request = Request(ASKED, max_new_tokens=9, temperature=0, run=3, schema=schema)
        try:
            return await asyncio.gather(*(model.complete(request) for _ in range(times)))
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
        "model": "m-1", "messages": ASKED, "max_tokens": 9, "temperature": 0, "seed": 3,
    }  # fmt: skip
    assert chat.keys == {f"Bearer {KEY}"}


def test_an_entrys_address_comes_before_the_environments(chat, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    ask(base_url=chat.url)
    assert len(chat.requests) == 1


@pytest.mark.parametrize(
    ("own", "given", "most"), [(2, 5, 2), (None, 3, 3), (None, 0, 8), (0, 2, 8)]
)
def test_calls_in_flight_are_bounded(chat, own, given, most):
    chat.always(seconds=0.5)

    async def run():
        model = chat_model(ENTRY.model_copy(update={"max_concurrent": own}), "api", given)
        request = Request(ASKED, max_new_tokens=9, temperature=0)
        await asyncio.gather(*(model.complete(request) for _ in range(8)))
        await model.close()

    asyncio.run(run())
    assert chat.most_at_once == most if most < 8 else chat.most_at_once > 3


def test_fields_that_other_servers_leave_out_are_unknown(chat):
    chat.always(body=b'{"choices": [{"message": {"content": null}}]}')
    (reply,) = ask()
    assert (reply.text, reply.finish_reason, reply.input_tokens) == ("", None, None)


def test_a_server_that_recovers_is_asked_again(chat):
    chat.reply = lambda _, n: Sent(status=500) if n == 1 else Sent("hello")
    (reply,) = ask(**PATIENT)
    assert (reply.text, reply.tries) == ("hello", 2)
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
        ask(**PATIENT)
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


def test_a_server_that_is_silent_is_given_up(chat):
    chat.always(seconds=1)
    with pytest.raises(RunFailedError, match=r"no reply within 0\.3 s"):
        ask(timeout_seconds=0.3)


def test_a_server_that_is_not_there_is_an_error(chat, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(RunFailedError, match="model 'm-1': the connection failed"):
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
    code = "import sys, wattrag.llm.providers.registry; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


HINTS = {
    "in milliseconds": ("Please try again in 23ms.", {}, 0.023),
    "in seconds": ("Try again in 0.2s", {}, 0.2),
    "by its header": ("busy", {"Retry-After": "0.3"}, 0.3),
    "by its header in milliseconds": ("busy", {"retry-after-ms": "150"}, 0.15),
}


@pytest.mark.parametrize(("words", "headers", "seconds"), HINTS.values(), ids=HINTS)
def test_a_server_that_says_how_long_is_waited_for_with_a_buffer(
    chat, caplog, words, headers, seconds
):
    caplog.set_level(logging.INFO)
    body = f'{{"error": {{"message": "{words}"}}}}'.encode()
    limited = Sent(status=429, body=body, headers=headers)
    chat.reply = lambda _, n: limited if n == 1 else Sent("hello")
    started = time.perf_counter()
    assert ask(**PATIENT)[0].text == "hello"
    waited = time.perf_counter() - started
    assert seconds + 1 <= waited < 1.25 * (seconds + 1) + 1
    assert "Rate limit hit (attempt 1/6). Waiting 1." in caplog.text


def test_a_wait_out_of_all_reason_fails_the_call_at_once(chat):
    body = b'{"error": {"message": "try again in 7h12m0s"}}'
    chat.always(status=429, body=body)
    with pytest.raises(RunFailedError, match="7h12m0s"):
        ask(**PATIENT)
    assert len(chat.requests) == 1


def test_a_waiting_call_holds_no_slot(chat):
    """With one slot, the second call is made while the first one waits."""
    order = []

    def reply(_, number):
        order.append(number)
        return Sent(status=503) if number == 1 else Sent("hello")

    chat.reply = reply
    started = time.perf_counter()
    replies = ask(times=2, max_concurrent=1, max_retries=1, base_retry_delay=1)
    assert [reply.text for reply in replies] == ["hello", "hello"]
    assert sorted(reply.tries for reply in replies) == [1, 2]
    assert time.perf_counter() - started < 2


BROKEN = {
    "cut off": Sent(body=Sent("hello").bytes[:40]),
    "no choices": Sent(body=b'{"choices": []}'),
    "an error in its place": Sent(body=b'{"error": {"message": "provider is down", "code": 502}}'),
    "dropped": Sent(drop=True),
    "busy": Sent(status=429),
    "overloaded": Sent(status=529),
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_what_may_pass_is_asked_again(chat, sent):
    chat.reply = lambda _, n: sent if n < 3 else Sent("hello")
    (reply,) = ask(**PATIENT)
    assert (reply.text, reply.tries) == ("hello", 3)


def test_tries_are_bounded(chat):
    chat.always(status=503)
    with pytest.raises(RunFailedError, match="503"):
        ask(max_retries=2, base_retry_delay=0.01)
    assert len(chat.requests) == 3


def test_a_text_longer_than_the_window_is_its_own_error_and_not_tried_again(chat):
    message = "This model's maximum context length is 8192 tokens. However, you requested 9000"
    chat.always(status=400, body=f'{{"error": {{"message": "{message}"}}}}'.encode())
    with pytest.raises(ContextOverflowError, match="too long"):
        ask(**PATIENT)
    assert len(chat.requests) == 1


def test_a_refusal_is_a_reply_that_says_so(chat):
    body = b'{"choices": [{"message": {"content": null, "refusal": "I will not."}}]}'
    chat.always(body=body)
    (reply,) = ask()
    assert (reply.text, reply.finish_reason) == ("I will not.", "refusal")


def test_tokens_from_the_providers_cache_are_counted(chat):
    usage = b'{"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": '
    chat.always(
        body=b'{"choices": [{"message": {"content": "x"}}], "usage": '
        + usage + b'{"cached_tokens": 7}}}'
    )  # fmt: skip
    assert ask()[0].cached_tokens == 7


def test_an_account_without_credit_is_bad_input(chat):
    chat.always(status=429, body=b'{"error": {"message": "x", "code": "insufficient_quota"}}')
    with pytest.raises(InputError, match="no credit"):
        ask(**PATIENT)
    assert len(chat.requests) == 1


def test_a_call_over_the_accounts_limits_is_not_tried_again(chat):
    message = "Request too large for m-1 on tokens per min (TPM): Limit 30000, Requested 41000."
    chat.always(status=429, body=f'{{"error": {{"message": "{message}"}}}}'.encode())
    with pytest.raises(RunFailedError, match="over the account's limits"):
        ask(**PATIENT)
    assert len(chat.requests) == 1


SCHEMA = {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        (
            "schema",
            {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": SCHEMA, "strict": True},
            },
        ),
        ("json", {"type": "json_object"}),
        ("none", None),
    ],
)
def test_a_server_is_held_to_the_form_as_its_entry_says(chat, form, sent):
    ask(schema=SCHEMA, structured_output=form)
    assert chat.requests[0].get("response_format") == sent


def test_a_server_that_knows_no_schema_is_bad_input_with_its_cure(chat):
    chat.always(status=400, body=b'{"error": {"message": "response_format is not supported"}}')
    with pytest.raises(InputError, match="set `structured_output`"):
        ask(schema=SCHEMA)


def test_an_entry_says_what_its_server_wants(chat):
    ask(
        token_limit="max_completion_tokens",
        sends_temperature=False,
        sends_seed=False,
        request={"reasoning_effort": "low"},
    )
    assert chat.requests[0] == {
        "model": "m-1", "messages": ASKED, "max_completion_tokens": 9, "reasoning_effort": "low",
    }  # fmt: skip


def test_another_address_in_the_environment_is_another_model(chat, monkeypatch):
    first = chat_model(ENTRY, "api", 1).key
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    assert chat_model(ENTRY, "api", 1).key != first


def test_a_key_may_have_a_variable_of_its_own(chat, monkeypatch):
    monkeypatch.setenv("LAB_KEY", "sk-of-the-lab-0123456789")
    ask(key_variable="LAB_KEY")
    assert chat.keys == {"Bearer sk-of-the-lab-0123456789"}
