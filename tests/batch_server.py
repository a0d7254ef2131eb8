"""A real HTTP server on loopback that speaks the Batch API, and asking it, for the tests.

What comes and goes is checked against the types of the `openai` package.
"""

import asyncio
import email
import json
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openai.types import Batch, FileObject
from openai.types.batch_create_params import BatchCreateParams
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter
from typer.testing import CliRunner

from tests.chat_server import Sent, text_of
from tests.loopback import QuietHandler, serving
from wattrag.cli.batch import app
from wattrag.config.chat import OpenAIModel
from wattrag.llm.batch.chat import BatchChat
from wattrag.llm.batch.files import Pace
from wattrag.llm.openai_protocol.completions import Server
from wattrag.llm.stored import StoredChat
from wattrag.store.asked import ModelKey, Request
from wattrag.store.batches import BatchStore
from wattrag.store.completions import CompletionStore

ENTRY = OpenAIModel(
    provider="openai", model_id="m-1", name="M", batch=True, max_retries=2, base_retry_delay=0.02
)
MODEL = ModelKey("openai", "m-1", None, "api", {})
PACE = Pace(quiet=0.05, poll=0.03, settle=0.05)
THREE = ["why", "how", "when"]

_BODY: TypeAdapter = TypeAdapter(CompletionCreateParamsNonStreaming)
_CREATE: TypeAdapter = TypeAdapter(BatchCreateParams)


class DroppedError(Exception):
    """The connection ends without a reply."""


class BatchApi:
    """Files and batches of one account; tests change `answer`, `hook` and `looks`."""

    def __init__(self) -> None:
        self.answer: Callable[[str], Any] = lambda question: f"re: {question}"
        """A text; or a status and a message; or a line (bytes) as it is; or None for no line."""
        self.hook: Callable[[str], Any] = lambda _step: None
        """Called with each step after it is done; its integer is sent as the status instead."""
        self.looks = 2
        """Polls until a batch is done; its states before that are passed one by one."""
        self.ends: dict[str, Any] = {"status": "completed"}
        self.page = 100
        self.files: dict[str, tuple[FileObject, bytes]] = {}
        self.batches: dict[str, Batch] = {}
        self.billed: Counter[str] = Counter()
        """Answered questions."""
        self.sent: Counter[str] = Counter()
        """Questions in the batches made."""
        self.steps: list[str] = []
        self.problems: list[str] = []
        """What was wrong with a request; fails the test."""
        self.keys: set[str] = set()
        self.url = ""
        self._polls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def upload(self, content_type: str, body: bytes) -> dict:
        """POST /v1/files."""
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        parts = {}
        for part in email.message_from_bytes(head + body).get_payload():
            parts[part.get_param("name", header="content-disposition")] = part
        assert parts["purpose"].get_payload(decode=True) == b"batch"
        return self.add_file(parts["file"].get_filename(), parts["file"].get_payload(decode=True))

    def add_file(self, name: str, content: bytes, purpose: str = "batch") -> dict:
        """Keep a file."""
        made = FileObject(
            id=f"file-{len(self.files) + 1}",
            bytes=len(content),
            created_at=int(time.time()),
            filename=name,
            object="file",
            purpose=purpose,
            status="processed",
        )
        FileObject.model_validate(made.model_dump())
        self.files[made.id] = (made, content)
        return made.model_dump()

    def create(self, body: dict) -> dict:
        """POST /v1/batches."""
        _CREATE.validate_python(body)
        lines = self.lines(body["input_file_id"])
        names = [line["custom_id"] for line in lines]
        assert len(set(names)) == len(names)
        assert all(0 < len(name) <= 64 for name in names)
        for line in lines:
            _BODY.validate_python(line["body"])
            assert (line["method"], line["url"]) == ("POST", body["endpoint"])
        self.sent.update(question_of(line) for line in lines)
        made = Batch(
            id=f"batch_{len(self.batches) + 1}",
            created_at=int(time.time()),
            object="batch",
            status="validating",
            **body,
        )
        self.batches[made.id] = made
        return made.model_dump()

    def lines(self, file_id: str) -> list[dict]:
        """The lines of a file."""
        return [json.loads(line) for line in self.files[file_id][1].splitlines()]

    def look(self, batch_id: str) -> dict | None:
        """GET /v1/batches/{id}: each look brings the batch further."""
        if batch_id not in self.batches:
            return None
        batch = self.batches[batch_id]
        self._polls[batch_id] += 1
        if batch.status == "cancelling":
            self.end(batch, {"status": "cancelled", "answered": 1})
        elif batch.status in {"validating", "in_progress", "finalizing"}:
            if self._polls[batch_id] >= self.looks:
                self.end(batch, self.ends)
            else:
                batch.status = "in_progress"
        return Batch.model_validate(self.batches[batch_id].model_dump()).model_dump()

    def end(self, batch: Batch, ends: dict[str, Any]) -> None:
        """Answer the first requests (all, unless `answered` says how many)."""
        ends = dict(ends)
        lines = self.lines(batch.input_file_id)
        answered = ends.pop("answered", 0 if ends["status"] == "failed" else len(lines))
        output, errors = [], []
        for line in lines[:answered]:
            question = question_of(line)
            answer = self.answer(question)
            if isinstance(answer, tuple):
                body = {"error": {"message": answer[1], "code": None}}
                errors.append(_line(line["custom_id"], answer[0], body))
            elif isinstance(answer, bytes):
                output.append(answer)
            elif answer is not None:
                self.billed[question] += 1
                output.append(_line(line["custom_id"], 200, json.loads(Sent(answer).bytes)))
        if ends["status"] == "expired":
            problem = {"code": "batch_expired", "message": "This request could not be executed."}
            for line in lines[answered:]:
                gone = {"custom_id": line["custom_id"], "response": None, "error": problem}
                errors.append(json.dumps(gone).encode())
        for field, texts in (("output_file_id", output), ("error_file_id", errors)):
            if texts:
                name = f"{batch.id}_{field}.jsonl"
                made = self.add_file(name, b"\n".join(texts) + b"\n", "batch_output")
                setattr(batch, field, made["id"])
        counts = {"total": len(lines), "completed": len(output), "failed": len(errors)}
        updated = Batch.model_validate({**batch.model_dump(), **ends, "request_counts": counts})
        self.batches[batch.id] = updated

    def cancel(self, batch_id: str) -> dict | None:
        """POST /v1/batches/{id}/cancel."""
        if batch_id not in self.batches:
            return None
        self.batches[batch_id].status = "cancelling"
        return self.batches[batch_id].model_dump()

    def listed(self, items: list[dict], query: dict[str, list[str]]) -> dict:
        """A page of a list, the newest first."""
        items.reverse()
        limit = min(int(query["limit"][0]), self.page)
        ids = [item["id"] for item in items]
        start = ids.index(query["after"][0]) + 1 if "after" in query else 0
        page = items[start : start + limit]
        return {"object": "list", "data": page, "has_more": start + limit < len(items)}

    def serve(self, method: str, path: str, content_type: str, body: bytes) -> tuple[str, Any]:  # noqa: PLR0911
        """The step that a request is, and what is sent back; None for a 404."""
        url = urlsplit(path)
        query = parse_qs(url.query)
        match (method, url.path.removeprefix("/v1/").split("/")):
            case "POST", ["files"]:
                return "uploaded", self.upload(content_type, body)
            case "GET", ["files"]:
                files = [file.model_dump() for file, _ in self.files.values()]
                wanted = [file for file in files if file["purpose"] == query["purpose"][0]]
                return "files listed", self.listed(wanted, query)
            case "GET", ["files", file_id, "content"]:
                return "downloaded", self.files.get(file_id, (None, None))[1]
            case "POST", ["batches"]:
                return "created", self.create(json.loads(body))
            case "GET", ["batches"]:
                batches = [batch.model_dump() for batch in self.batches.values()]
                return "listed", self.listed(batches, query)
            case "GET", ["batches", batch_id]:
                return "polled", self.look(batch_id)
            case "POST", ["batches", batch_id, "cancel"]:
                return "cancelled", self.cancel(batch_id)
        raise AssertionError(f"{method} {path}")

    def take(self, *request: Any, key: str) -> tuple[int, bytes]:
        """The status and the body for a request."""
        with self._lock:
            self.keys.add(key)
            step, reply = self.serve(*request)
            self.steps.append(step)
            instead = self.hook(step)
        if instead is not None:
            return instead, b'{"error": {"message": "out of order"}}'
        if reply is None:
            return 404, b'{"error": {"message": "no such thing"}}'
        return 200, reply if isinstance(reply, bytes) else json.dumps(reply).encode()


def question_of(line: dict) -> str:
    """What is asked in a line of a file of requests."""
    return text_of(line["body"]["messages"][-1])


def _line(custom_id: str, status: int, body: dict) -> bytes:
    response = {"status_code": status, "request_id": "r1", "body": body}
    line = {"id": "batch_req_1", "custom_id": custom_id, "response": response, "error": None}
    return json.dumps(line).encode()


@contextmanager
def batch_server() -> Iterator[BatchApi]:
    """A server that runs while the block does."""
    api = BatchApi()

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = (self.command, self.path, self.headers.get("Content-Type", ""), body)
            try:
                status, sent = api.take(*request, key=self.headers.get("Authorization", ""))
            except DroppedError:
                self.close_connection = True
                return
            except Exception:
                api.problems.append(traceback.format_exc())
                raise
            self.send_response(status)
            is_json = sent.startswith(b"{") and not self.path.endswith("/content")
            kind = "application/json" if is_json else "application/octet-stream"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def do_GET(self) -> None:
            self.do_POST()

    with serving(Handler) as address:
        api.url = f"{address}/v1"
        yield api
    assert not api.problems, api.problems[0]


def request_of(question):
    schema = {"type": "object", "properties": {}, "additionalProperties": False, "required": []}
    return Request([{"role": "user", "content": question}], 9, 0.0, schema=schema)


def batch_chat(folder, pace=PACE):
    return BatchChat(ENTRY, MODEL, Server(None, "OPENAI_API_KEY", {}), folder, pace)


def ask(folder, questions, pace=PACE, then=()):
    """Replies or errors to all questions, each asked for itself; `then` after the first came."""

    async def run():
        with CompletionStore(folder) as store:
            chat = StoredChat(batch_chat(folder, pace), store)

            def all_of(texts):
                calls = (chat.complete(request_of(text)) for text in texts)
                return asyncio.gather(*calls, return_exceptions=True)

            try:
                first = await asyncio.wait_for(all_of(questions), 20)
                return first + (await asyncio.wait_for(all_of(then), 20) if then else [])
            finally:
                await chat.close()

    return asyncio.run(run())


def texts(replies):
    return [getattr(reply, "text", type(reply).__name__) for reply in replies]


def known(folder):
    return BatchStore(folder, MODEL.digest).read()


def once(questions):
    return Counter(dict.fromkeys(questions, 1))


def command(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])
