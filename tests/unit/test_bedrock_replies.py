"""What Bedrock replies, read from a real server: completions, failures, and keys cut out."""

import logging

import pytest

from tests.bedrock_server import (
    KEY_ID,
    MODEL,
    SECRET,
    TOKEN,
    ask,
    bedrock_server,
    failed,
    plant_keys,
)
from wattrag.errors import ContextOverflowError, InputError, RunFailedError


@pytest.fixture
def bedrock(monkeypatch, tmp_path):
    plant_keys(monkeypatch, tmp_path)
    with bedrock_server() as server:
        yield server


def test_a_reply_comes_with_its_tokens_and_time(bedrock):
    bedrock.always(seconds=0.2)
    (reply,) = ask(bedrock)
    assert (reply.text, reply.finish_reason, reply.tries) == ("hello", "stop", 1)
    assert (reply.input_tokens, reply.output_tokens, reply.cached_tokens) == (11, 7, None)
    assert 0.2 <= reply.seconds < 5
    assert (reply.cost_usd, reply.batch) == (None, False)


def test_texts_are_joined_and_thoughts_left_out(bedrock):
    thought = {"reasoningContent": {"reasoningText": {"text": "hm"}}}
    bedrock.always(content=(thought, {"text": "one "}, {"text": "two"}))
    assert ask(bedrock)[0].text == "one two"


def test_what_was_cached_is_part_of_the_input(bedrock):
    usage = {"inputTokens": 11, "outputTokens": 7, "totalTokens": 148}
    bedrock.always(usage={**usage, "cacheReadInputTokens": 100, "cacheWriteInputTokens": 30})
    (reply,) = ask(bedrock)
    assert (reply.input_tokens, reply.cached_tokens) == (141, 100)


@pytest.mark.parametrize(
    ("stop", "word"),
    [
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("stop_sequence", "stop"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("tool_use", "tool_use"),
    ],
)
def test_the_reason_of_an_end_is_in_the_programs_words(bedrock, stop, word):
    bedrock.always(stop=stop)
    assert ask(bedrock)[0].finish_reason == word


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("OtherException", 400),
        ("ModelTimeoutException", 408),
        ("ModelErrorException", 424),
        ("ModelNotReadyException", 429),
        ("InternalServerException", 500),
        ("ServiceUnavailableException", 503),
        ("ValidationException", 400),
    ],
)
def test_a_failed_call_is_an_error_with_the_servers_words(bedrock, error, status):
    line = failed(bedrock, RunFailedError, error, "out of order", status)
    assert line == f"model '{MODEL}': the call failed ({error}: out of order)"


@pytest.mark.parametrize(
    ("error", "words", "status", "cure"),
    [
        ("AccessDeniedException", "You don't have access.", 403, "check the account's access"),
        ("UnrecognizedClientException", "invalid token", 403, "check the AWS credentials"),
        ("ExpiredTokenException", "expired", 403, "check the AWS credentials"),
        ("ExpiredTokenException", "expired", 400, "check the AWS credentials"),
        ("InvalidSignatureException", "mismatch", 403, "check the AWS credentials"),
        ("ResourceNotFoundException", "Could not resolve", 404, "check `model_id`"),
        ("ValidationException", "The provided model identifier is invalid.", 400, "`model_id`"),
        ("ValidationException", "with an inference profile that", 400, "inference profile as"),
        ("ValidationException", "The maximum tokens you requested exceeds", 400, "max_new_tokens"),
        ("ValidationException", "temperature is deprecated for it", 400, "sends_temperature"),
        ("ValidationException", "doesn't support outputConfig", 400, "structured_output"),
    ],
)
def test_what_is_wrong_for_every_question_is_bad_input(bedrock, error, words, status, cure):
    line = failed(bedrock, InputError, error, words, status, max_retries=2)
    assert line.startswith(f"model '{MODEL}': the server refuses ({error}: {words}); ")
    assert cure in line.rpartition("); ")[2]
    assert len(bedrock.requests) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Input is too long for requested model.",
        "The model returned the following errors: prompt is too long: 200049 tokens > 200000",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "Malformed input request: expected maxLength: 42000, actual: 50000",
    ],
)
def test_a_text_that_does_not_fit_is_an_overflow(bedrock, words):
    line = failed(bedrock, ContextOverflowError, "ValidationException", words, max_retries=2)
    assert len(bedrock.requests) == 1
    assert f"the text is too long (ValidationException: {words[:20]}" in line


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b"null", b"[1]", b"[" * 100_000, b'{"output": 5}', b"\xff"]
)
def test_what_is_no_reply_is_an_error(bedrock, body):
    bedrock.always(body=body)
    with pytest.raises(RunFailedError, match="sent no Converse reply"):
        ask(bedrock)


def test_a_megabyte_is_taken_and_more_than_the_limit_is_an_error(bedrock):
    bedrock.always("x" * 1_000_000)
    assert len(ask(bedrock)[0].text) == 1_000_000
    bedrock.always("x" * 5_000_000)
    with pytest.raises(RunFailedError, match="over the limit of 4,194,304"):
        ask(bedrock)


@pytest.mark.parametrize("secret", [KEY_ID, SECRET, TOKEN])
def test_keys_are_cut_out_of_replies_errors_and_logs(bedrock, caplog, secret):
    caplog.set_level(logging.DEBUG)
    bedrock.always(f"your key is {secret}.")
    assert ask(bedrock)[0].text == "your key is ***."
    for kind, error in [(InputError, "AccessDeniedException"), (RunFailedError, "OtherException")]:
        assert "bad key ***!" in failed(bedrock, kind, error, f"bad key {secret}!")
    assert secret not in caplog.text


def test_the_keys_of_a_profile_are_hidden_too(bedrock, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    lines = ("[mine]", f"aws_access_key_id = {KEY_ID}", f"aws_secret_access_key = {SECRET}")
    (tmp_path / "keys").write_text("\n".join(lines))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "keys"))
    monkeypatch.setenv("AWS_PROFILE", "mine")
    bedrock.always(f"{KEY_ID} and {SECRET}")
    assert ask(bedrock)[0].text == "*** and ***"
