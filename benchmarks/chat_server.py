"""A Chat Completions server that is slow, and on demand unreliable; run by `benchmarks/models.py`.

    python benchmarks/chat_server.py SECONDS FAILING SEED

Replies after SECONDS. A share FAILING of the tries fails, drawn by SEED, the question and the
number of the try, so that a run can be repeated; a question fails at most `MOST_FAILURES` times.
`GET /counts` tells what happened. Prints the port.
"""

import asyncio
import json
import random
import sys
from collections import Counter

MOST_FAILURES = 3
STALL_SECONDS = 30
KINDS = ("hint", "header", "500", "503", "drop", "stall", "cut off", "no choices")
REPLY = {
    "id": "c",
    "object": "chat.completion",
    "created": 0,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": '{"answer_value": "1", "ref_id": ["a"]}'},
        }
    ],
    "usage": {"prompt_tokens": 900, "completion_tokens": 20, "total_tokens": 920},
}
BODY = json.dumps(REPLY).encode()
NO_CHOICES = json.dumps({**REPLY, "choices": []}).encode()


class Server:
    """Counts tries by question, and what was sent in full."""

    def __init__(self, seconds: float, failing: float, seed: int) -> None:
        self.seconds, self.failing, self.seed = seconds, failing, seed
        self.tries: Counter[bytes] = Counter()
        self.kinds: Counter[str] = Counter()
        self.replied: Counter[bytes] = Counter()
        self.at_once = self.most_at_once = 0

    def kind(self, question: bytes) -> str:
        """How this try ends."""
        number = self.tries[question]
        if not self.failing or number > MOST_FAILURES:
            return "ok"
        draw = random.Random(f"{self.seed}/{question!r}/{number}")
        return draw.choice(KINDS) if draw.random() < self.failing else "ok"

    def counts(self) -> bytes:
        """What happened so far."""
        found = {
            "tries": sum(self.tries.values()),
            "questions": len(self.tries),
            "replied": sum(self.replied.values()),
            "replied_twice": sum(count > 1 for count in self.replied.values()),
            "most_at_once": self.most_at_once,
            "kinds": dict(self.kinds),
        }
        return json.dumps(found).encode()


class Connection(asyncio.Protocol):
    """One connection, request after request; as light as can be, for the client is measured."""

    def __init__(self, server: Server) -> None:
        self.server, self.received = server, b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Keep what replies are written to."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take each whole request."""
        self.received += data
        while (end := self.received.find(b"\r\n\r\n") + 4) > 3:
            head = self.received[:end].lower()
            if head.startswith(b"get"):
                self.received = self.received[end:]
                self.transport.write(reply(200, self.server.counts()))
                continue
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(self.received) < end + length:
                return
            body, self.received = self.received[end : end + length], self.received[end + length :]
            self.take(body.partition(b'"content":"')[2][:40])

    def take(self, question: bytes) -> None:
        """Count a call, whose question its first characters tell, and reply to it in time."""
        server = self.server
        server.tries[question] += 1
        server.at_once += 1
        server.most_at_once = max(server.most_at_once, server.at_once)
        kind = server.kind(question)
        server.kinds[kind] += 1
        wait = server.seconds + (STALL_SECONDS if kind == "stall" else 0)
        asyncio.get_running_loop().call_later(wait, self.end, kind, question)

    def end(self, kind: str, question: bytes) -> None:
        """Reply, or fail."""
        self.server.at_once -= 1
        if self.transport.is_closing():
            return
        if kind in {"drop", "stall"}:
            self.transport.abort()
        elif kind == "cut off":
            self.transport.write(reply(200, BODY)[:-100])
            self.transport.close()
        elif kind == "ok":
            self.server.replied[question] += 1
            self.transport.write(REPLIED)
        else:
            self.transport.write(FAILED[kind])


def reply(status: int, body: bytes, more: bytes = b"") -> bytes:
    """A whole reply."""
    return (
        b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\n" % status
        + b"Content-Length: %d\r\n" % len(body)
        + more
        + b"\r\n"
        + body
    )


REPLIED = reply(200, BODY)
FAILED = {
    "hint": reply(429, b'{"error": {"message": "Please try again in 23ms."}}'),
    "header": reply(429, b'{"error": {"message": "busy"}}', b"Retry-After: 0\r\n"),
    "no choices": reply(200, NO_CHOICES),
    "500": reply(500, b'{"error": {"message": "out of order"}}'),
    "503": reply(503, b'{"error": {"message": "out of order"}}'),
}


async def main(seconds: str, failing: str, seed: str) -> None:
    """Serve until killed."""
    server = Server(float(seconds), float(failing), int(seed))
    loop = asyncio.get_running_loop()
    running = await loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=512)
    print(running.sockets[0].getsockname()[1], flush=True)
    await running.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
