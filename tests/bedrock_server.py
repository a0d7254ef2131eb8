"""A real HTTP server on loopback that speaks Bedrock's Converse API, for the tests.

What it takes and what it sends is checked against botocore's model of the service.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from botocore.model import OperationModel, Shape
from botocore.session import Session
from botocore.validate import ParamValidator

from tests.loopback import QuietHandler, serving
from wattrag.config.chat import BedrockModel
from wattrag.llm.providers.registry import chat_model
from wattrag.store.asked import Request
from wattrag.store.completions import Completion

KEY_ID = "AKIAPLANTED012345678"
SECRET = "planted/secret+0123456789abcdefghijklmnop"
TOKEN = "planted-session-token-0123456789abcdef"
BEARER = "planted-bearer-token-0123456789abcdef"
MODEL = "us.maker.model-1-20260101-v1:0"
SAID = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Why?"},
    {"role": "assistant", "content": "Because."},
    {"role": "user", "content": "Why so?"},
]
REQUEST = Request(SAID, max_new_tokens=9, temperature=0.5)
USAGE = {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18}


@cache
def converse() -> OperationModel:
    """The operation as botocore knows it."""
    return Session().get_service_model("bedrock-runtime").operation_model("Converse")


def check(value: dict, shape: Shape) -> None:
    """Raise if `value` is not of the service's form."""
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()


@dataclass(frozen=True)
class Sent:
    """One answer of the server: a completion, an error of AWS, or any body."""

    text: str = "hello"
    error: str | None = None
    """Its name, as `ThrottlingException`; `text` is its message."""
    status: int = 200
    stop: str = "end_turn"
    content: tuple[dict, ...] | None = None
    usage: dict[str, int] = field(default_factory=lambda: USAGE)
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    breaks: bool = False
    """End the connection before the reply."""

    @property
    def bytes(self) -> bytes:
        """What goes over the wire."""
        if self.body is not None:
            return self.body
        if self.error is not None:
            return json.dumps({"message": self.text}).encode()
        content = [{"text": self.text}] if self.content is None else list(self.content)
        reply = {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": self.stop,
            "usage": self.usage,
            "metrics": {"latencyMs": 5},
        }
        shape = converse().output_shape
        assert self.stop in shape.members["stopReason"].enum
        check(reply, shape)
        return json.dumps(reply).encode()


class BedrockServer:
    """What was asked, and what will be replied: by the number of the request, from 1."""

    def __init__(self) -> None:
        self.reply: Callable[[int], Sent] = lambda _: Sent()
        self.requests: list[dict] = []
        self.signed: list[str] = []
        self.faults: list[str] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.url = ""

    def always(self, text: str = Sent.text, **sent: object) -> None:
        """Reply the same to all."""
        self.reply = lambda _: Sent(text, **sent)

    def take(self, path: str, body: bytes, authorization: str) -> tuple[Sent, bytes]:
        """Check and count a request, and find its reply."""
        with self.lock:
            first, model, last = path.strip("/").split("/")
            assert (first, last) == ("model", "converse"), path
            request = {"modelId": unquote(model), **json.loads(body)}
            check(request, converse().input_shape)
            self.requests.append(request)
            self.signed.append(authorization)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            sent = self.reply(len(self.requests))
        time.sleep(sent.seconds)
        with self.lock:
            self.at_once -= 1
        return sent, sent.bytes


@contextmanager
def bedrock_server() -> Iterator[BedrockServer]:
    """A server that runs while the block does; what was out of form fails the test at its end."""
    server = BedrockServer()

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                sent, reply = server.take(self.path, body, self.headers.get("Authorization", ""))
            except Exception as error:  # noqa: BLE001 - told at the end
                server.faults.append(repr(error))
                sent, reply = Sent(error="ValidationException", status=400), b"{}"
            if sent.breaks:
                self.close_connection = True
                return
            self.send_response(sent.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            if sent.error is not None:
                self.send_header("x-amzn-ErrorType", f"{sent.error}:http://internal.amazon.com/")
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(reply)

    with serving(Handler) as server.url:
        yield server
    assert server.faults == []


def plant_keys(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Set an environment with planted keys and nothing else of AWS."""
    (folder / "none").touch()
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(folder / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


def entry_of(server: BedrockServer, **fields: object) -> BedrockModel:
    """An entry of `models.yaml` for the server, impatient unless `fields` say otherwise."""
    given = {"max_retries": 0, "base_retry_delay": 0.01, "endpoint_url": server.url, **fields}
    named = {"model_id": MODEL, "name": "M", "region": "us-east-1", **given}
    return BedrockModel(provider="bedrock", **named)


def ask(
    server: BedrockServer,
    asked: Request = REQUEST,
    *,
    times: int = 1,
    max_concurrent: int = 0,
    **fields: object,
) -> list[Completion]:
    """The replies of a model to calls that are made at once."""

    async def run() -> list[Completion]:
        model = chat_model(entry_of(server, **fields), "api", max_concurrent)
        try:
            return await asyncio.gather(*(model.complete(asked) for _ in range(times)))
        finally:
            await model.close()

    return asyncio.run(run())


def failed(
    server: BedrockServer,
    kind: type[Exception],
    error: str,
    words: str = "no",
    status: int = 400,
    **fields: object,
) -> str:
    """The line of the failure that the server's error comes to."""
    server.always(words, error=error, status=status)
    with pytest.raises(kind) as failure:
        ask(server, **fields)
    return str(failure.value)
