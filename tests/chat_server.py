"""A real HTTP server on loopback that speaks Chat Completions, for the tests."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionMessage
from openai.types.chat.chat_completion import Choice

from tests.loopback import QuietHandler, serving

KEY = "sk-planted-0123456789abcdef"
USAGE = CompletionUsage(prompt_tokens=11, completion_tokens=7, total_tokens=18)


@dataclass(frozen=True)
class Sent:
    """One answer of the server: a status, and a body or the text of a completion."""

    text: str = '{"queries": ["first further query", "second further query"]}'
    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    drop: bool = False
    """Break the connection off instead of replying."""

    @property
    def bytes(self) -> bytes:
        """What goes over the wire."""
        if self.body is not None:
            return self.body
        message = ChatCompletionMessage(role="assistant", content=self.text)
        choice = Choice(index=0, finish_reason="stop", message=message)
        completion = ChatCompletion(
            id="c1", choices=[choice], created=0, model="m", object="chat.completion", usage=USAGE
        )
        return completion.model_dump_json().encode()


class ChatServer:
    """What was asked, and what will be replied: by the request, counted from 1."""

    def __init__(self) -> None:
        self.reply: Callable[[str, int], Sent] = lambda _question, _number: Sent()
        self.requests: list[dict] = []
        self.keys: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.url = ""
        self.question_of: Callable[[dict], str] = question_of

    @property
    def questions(self) -> list[str]:
        """The questions in the prompts so far, in the order they came."""
        return [self.question_of(request) for request in self.requests]

    def always(self, text: str = Sent.text, **sent: object) -> None:
        """Reply the same to all."""
        self.reply = lambda _question, _number: Sent(text, **sent)

    def take(self, request: dict, key: str) -> Sent:
        """Count a request and find its reply."""
        with self.lock:
            self.requests.append(request)
            self.keys.add(key)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            sent = self.reply(self.question_of(request), len(self.requests))
        time.sleep(sent.seconds)
        with self.lock:
            self.at_once -= 1
        return sent


def question_of(request: dict) -> str:
    """The question in a prompt."""
    lines = "\n".join(map(text_of, request["messages"])).splitlines()
    return next(line for line in lines if line.startswith("Question: ")).partition(" ")[2]


def text_of(message: dict) -> str:
    """The text of a message, its images aside."""
    content = message["content"]
    return content if isinstance(content, str) else content[0]["text"]


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A server that runs while the block does."""
    server = ChatServer()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent = server.take(request, self.headers.get("Authorization", ""))
            if sent.drop:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(sent.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent.bytes)))
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(sent.bytes)

    with serving(Handler) as address:
        server.url = f"{address}/v1"
        yield server
