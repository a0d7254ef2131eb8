"""HTTP servers on loopback, for the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """Writes no line per request."""

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Loopback(ThreadingHTTPServer):
    """A server that takes many connections at once; the default resets some of more than 5."""

    request_queue_size = 512
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that is gone is part of the tests; handlers keep what is wrong by themselves."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server that runs while the block does."""
    with Loopback(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
