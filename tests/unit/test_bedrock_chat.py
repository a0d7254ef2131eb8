"""The provider `bedrock` against a real server: requests, tries, bounds, and the environment."""

import asyncio
import json
import logging
import subprocess
import sys
from time import perf_counter

import pytest

from tests.bedrock_server import (
    BEARER,
    KEY_ID,
    MODEL,
    REQUEST,
    SAID,
    SECRET,
    Sent,
    ask,
    bedrock_server,
    entry_of,
    failed,
    plant_keys,
)  # fmt: skip
from wattrag.errors import InputError, RunFailedError
from wattrag.llm.providers import bedrock as provider
from wattrag.llm.providers.registry import chat_model
from wattrag.store.asked import Request

ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.maker.model-1"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.fixture
def bedrock(monkeypatch, tmp_path):
    plant_keys(monkeypatch, tmp_path)
    with bedrock_server() as server:
        yield server


def test_a_conversation_is_sent_in_the_form_of_converse(bedrock):
    ask(bedrock)
    (request,) = bedrock.requests
    assert request == {
        "modelId": MODEL,
        "system": [{"text": "Be brief."}],
        "messages": [
            {"role": "user", "content": [{"text": "Why?"}]},
            {"role": "assistant", "content": [{"text": "Because."}]},
            {"role": "user", "content": [{"text": "Why so?"}]},
        ],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0.5},
    }
    (signed,) = bedrock.signed
    assert signed.startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID}/")
    assert "/us-east-1/bedrock/aws4_request" in signed


def test_an_entrys_own_fields_are_sent_and_known_by_the_key(bedrock):
    own = {"model_id": ARN, "request": {"top_k": 5, "thinking": {"type": "off", "share": 0.5}}}
    ask(bedrock, sends_temperature=False, **own)
    (request,) = bedrock.requests
    assert request["modelId"] == ARN
    assert request["additionalModelRequestFields"] == own["request"]
    assert request["inferenceConfig"] == {"maxTokens": 9}
    fields = ({}, own, {"structured_output": True}, {"sends_temperature": False})
    models = [chat_model(entry_of(bedrock, **each), "api", 1) for each in fields]
    assert len({model.key.digest for model in models}) == 4


@pytest.mark.parametrize("held", [True, False])
def test_a_schema_is_sent_to_models_that_can_be_held_to_it(bedrock, held):
    request = Request(SAID, max_new_tokens=9, temperature=0, schema=SCHEMA)
    ask(bedrock, request, structured_output=held)
    sent = bedrock.requests[0].get("outputConfig")
    assert (sent is not None) is held
    if held:
        form = sent["textFormat"]["structure"]["jsonSchema"]
        assert json.loads(form["schema"]) == SCHEMA


@pytest.mark.parametrize(("given", "most"), [(2, 2), (5, 5), (0, 8)])
def test_calls_in_flight_are_bounded(bedrock, given, most):
    bedrock.always(seconds=0.4)
    assert len(ask(bedrock, times=8, max_concurrent=given)) == 8
    assert bedrock.most_at_once == most if most < 8 else bedrock.most_at_once > 5


def test_a_call_that_waits_holds_no_slot(bedrock):
    bedrock.reply = lambda number: Sent(error="X", status=503) if number == 1 else Sent()

    async def run():
        model = chat_model(entry_of(bedrock, max_retries=1, base_retry_delay=1), "api", 1)
        said = [Request([{"role": "user", "content": w}], 9, 0) for w in ("one", "two")]
        replies = await asyncio.gather(*(model.complete(request) for request in said))
        await model.close()
        return [reply.tries for reply in replies]

    assert asyncio.run(run()) == [2, 1]
    asked = [request["messages"][0]["content"][0]["text"] for request in bedrock.requests]
    assert asked == ["one", "two", "one"]


@pytest.mark.parametrize(
    "first",
    [
        Sent("slow", error="ThrottlingException", status=429, seconds=0.5),
        Sent("slow", error="ModelTimeoutException", status=408),
        Sent("slow", error="ModelErrorException", status=424),
        Sent("slow", error="ModelNotReadyException", status=429),
        Sent("slow", error="InternalServerException", status=500),
        Sent("slow", error="ServiceUnavailableException", status=503),
        Sent("Signature expired: 1 is now earlier", error="InvalidSignatureException", status=403),
        Sent(body=b"<html>Bad gateway</html>", status=502),
        Sent(body=b'{"output": {"mess'),
        Sent(breaks=True),
        Sent(seconds=2),
    ],
    ids=lambda sent: sent.error or str(sent.body or sent.seconds),
)
def test_a_call_that_may_pass_is_made_again(bedrock, first):
    bedrock.reply = lambda number: first if number == 1 else Sent()
    (reply,) = ask(bedrock, max_retries=2, timeout_seconds=1)
    assert (reply.text, reply.tries, len(bedrock.requests)) == ("hello", 2, 2)
    assert reply.seconds < 0.5  # the failed try is no part of it


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        ("ThrottlingException", 429, "Rate limit hit (attempt 1/2). Waiting 0.0"),
        ("ModelNotReadyException", 429, f"Call failed: model '{MODEL}': the call failed (Model"),
        ("ServiceUnavailableException", 503, "key ***) (attempt 1/2). Waiting 0.0"),
    ],
)
def test_a_wait_is_told_without_keys(bedrock, caplog, error, status, line):
    caplog.set_level(logging.INFO)
    failed(bedrock, RunFailedError, error, f"slow, key {SECRET}", status, max_retries=1)
    assert line in caplog.text
    assert SECRET not in caplog.text


def test_a_wait_is_as_long_as_the_server_says(bedrock):
    hint = {"retry-after-ms": "200"}
    busy = Sent("slow", error="ServiceUnavailableException", status=503, headers=hint)
    bedrock.reply = lambda number: busy if number == 1 else Sent()
    start = perf_counter()
    assert ask(bedrock, max_retries=1)[0].tries == 2
    assert perf_counter() - start > 1.2  # with a second for clocks that differ


def test_many_calls_of_which_half_are_throttled_all_succeed(bedrock):
    busy = Sent("slow", error="ThrottlingException", status=429, seconds=0.5)
    bedrock.reply = lambda number: busy if number <= 16 else Sent(seconds=0.5)
    start = perf_counter()
    replies = ask(bedrock, times=32, max_retries=5)
    assert perf_counter() - start > 3  # the client sends less for a while
    assert [reply.text for reply in replies] == ["hello"] * 32
    assert sum(reply.tries for reply in replies) == len(bedrock.requests) == 48
    assert max(reply.seconds for reply in replies) < 5  # waits for a turn are no part of it


def test_a_call_that_is_throttled_for_ever_is_given_up(bedrock):
    line = failed(bedrock, RunFailedError, "ThrottlingException", "slow", 429, max_retries=1)
    assert line.endswith("the call failed (ThrottlingException: slow); lower `max_concurrent`")
    assert len(bedrock.requests) == 2


def test_a_server_that_is_silent_or_not_there_is_an_error(bedrock, caplog):
    caplog.set_level(logging.INFO)
    bedrock.always(seconds=1)
    with pytest.raises(RunFailedError, match="Read timeout"):
        ask(bedrock, timeout_seconds=0.2)
    with pytest.raises(RunFailedError, match="Could not connect"):
        ask(bedrock, endpoint_url="http://127.0.0.1:9", max_retries=2)
    assert caplog.text.count("Could not connect") == 2  # before the last try


def test_a_bearer_token_comes_before_other_keys_and_needs_https(bedrock, monkeypatch):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", BEARER)
    with pytest.raises(
        InputError, match="Bearer authorization requires an HTTPS endpoint"
    ) as error:
        ask(bedrock)
    assert BEARER not in str(error.value)
    assert bedrock.requests == []


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("AWS_ACCESS_KEY_ID", None, "found no AWS credentials; check the AWS credentials"),
        ("AWS_SECRET_ACCESS_KEY", None, "Partial credentials found in env"),
        ("AWS_SECRET_ACCESS_KEY", "planted\nkey", "AWS_SECRET_ACCESS_KEY: holds characters"),
        ("AWS_PROFILE", "absent", "The config profile (absent) could not be found"),
    ],
)
def test_a_wrong_environment_is_one_line_without_its_value(bedrock, monkeypatch, name, value, line):
    (monkeypatch.delenv if value is None else lambda n: monkeypatch.setenv(n, value))(name)
    with pytest.raises(InputError) as error:
        ask(bedrock)
    assert line in str(error.value)
    assert "planted" not in str(error.value)
    assert bedrock.requests == []


def test_a_request_that_boto3_does_not_know_is_bad_input(bedrock):
    with pytest.raises(InputError, match=r"boto3 refuses the request .*check the entry"):
        ask(bedrock, Request([{"role": "user", "content": "q"}], 0, 0))


def test_the_environment_sends_no_call_elsewhere(bedrock, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrock.url)
    opened = provider._open("m", entry_of(bedrock, endpoint_url=None), 1)
    assert opened.client.meta.endpoint_url == "https://bedrock-runtime.us-east-1.amazonaws.com"


def test_a_model_that_was_closed_opens_again(bedrock):
    async def run():
        model = chat_model(entry_of(bedrock), "api", 2)
        await model.close()
        for _ in range(2):
            assert (await model.complete(REQUEST)).text == "hello"
            await model.close()

    asyncio.run(run())


def test_nothing_is_imported_before_a_model_is_asked():
    code = (
        "import sys, wattrag.config.chat as c, wattrag.llm.providers.registry as p\n"
        "e = c.BedrockModel(provider='bedrock', name='M', region='eu-west-1', model_id='m')\n"
        "p.chat_model(e, 'api', 0).key.digest\n"
        "sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_the_package_the_extra_is_named(bedrock, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3.session", None)
    with pytest.raises(InputError, match=r"install the extra `wattrag\[bedrock\]`"):
        ask(bedrock)
