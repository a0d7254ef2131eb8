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
        self.tries: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.replied: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"GET"):
                    send(writer, 200, self.counts())
                    await writer.drain()
                    continue
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                if not await self.reply(await reader.readexactly(length), writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def reply(self, body: bytes, writer: asyncio.StreamWriter) -> bool:
        """Reply to one call, or fail; false if the connection must go."""
        question = json.loads(body)["messages"][-1]["content"]
        self.tries[question] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
            kind = self.kind(question)
            self.kinds[kind] += 1
            if kind == "stall":
                await asyncio.sleep(STALL_SECONDS)
            if kind in {"drop", "stall"}:
                return False
            if kind == "cut off":
                writer.write(head(200, len(BODY)) + BODY[:60])
                await writer.drain()
                return False
            self.send(kind, question, writer)
            await writer.drain()
        finally:
            self.at_once -= 1
        return True

    def send(self, kind: str, question: str, writer: asyncio.StreamWriter) -> None:
        """A whole body: the reply, or one that says no."""
        if kind == "ok":
            self.replied[question] += 1
            send(writer, 200, BODY)
        elif kind == "hint":
            send(writer, 429, b'{"error": {"message": "Please try again in 23ms."}}')
        elif kind == "header":
            send(writer, 429, b'{"error": {"message": "busy"}}', b"Retry-After: 0\r\n")
        elif kind == "no choices":
            send(writer, 200, NO_CHOICES)
        else:
            send(writer, int(kind), b'{"error": {"message": "out of order"}}')

    def kind(self, question: str) -> str:
        """How this try ends."""
        number = self.tries[question]
        draw = random.Random(f"{self.seed}/{question}/{number}")
        failed = number <= MOST_FAILURES and draw.random() < self.failing
        return draw.choice(KINDS) if failed else "ok"

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


def head(status: int, length: int, more: bytes = b"") -> bytes:
    """A reply's head."""
    return (
        b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\n" % status
        + b"Content-Length: %d\r\n" % length
        + more
        + b"\r\n"
    )


def send(writer: asyncio.StreamWriter, status: int, body: bytes, more: bytes = b"") -> None:
    """Write a whole reply."""
    writer.write(head(status, len(body), more) + body)


async def main(seconds: str, failing: str, seed: str) -> None:
    """Serve until killed."""
    server = Server(float(seconds), float(failing), int(seed))
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0, backlog=512)
    print(running.sockets[0].getsockname()[1], flush=True)
    await running.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
