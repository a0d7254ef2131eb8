"""A real HTTP server on loopback that speaks `/v1/embeddings`, as well or as badly as told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.loopback import QuietHandler, serving

Answer = tuple[int, dict[str, str], bytes]


def vector(text: str, dimensions: int) -> list[float]:
    """What the server makes of a text: its first letters' codes."""
    return [float(ord(letter)) for letter in text.ljust(dimensions, "-")[:dimensions]]


def good(body: dict[str, Any], dimensions: int = 4) -> dict[str, Any]:
    """A right reply, which tests then spoil."""
    size = body.get("dimensions", dimensions)
    data = [
        {"object": "embedding", "index": n, "embedding": vector(text, size)}
        for n, text in enumerate(body["input"])
    ]
    return {"object": "list", "model": body["model"], "data": data}


class Server:
    """The server's address, what it was asked, and how it answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answer: Callable[[dict[str, Any]], Answer | dict[str, Any]] = good
        self.delay = 0.0
        self.busy = self.most = 0
        self.lock = threading.Lock()


@contextmanager
def embedding_server() -> Iterator[Server]:
    """Serve until the block ends."""

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                state.bodies.append(body | {"path": self.path})
                state.keys.append(self.headers["Authorization"])
                state.busy += 1
                state.most = max(state.most, state.busy)
            time.sleep(state.delay)
            answer = state.answer(body)
            with state.lock:
                state.busy -= 1
            if isinstance(answer, dict):
                answer = 200, {}, json.dumps(answer).encode()
            status, headers, content = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            with suppress(OSError):  # the client may have had enough
                self.wfile.write(content)

    with serving(Handler) as address:
        state = Server(f"{address}/v1")
        yield state
