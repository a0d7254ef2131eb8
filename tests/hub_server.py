"""A real HTTP server on loopback that serves one repository as the Hugging Face hub does."""

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GATED = "owner/gated"
TOKEN = "hf_planted0123456789"


class Hub:
    """Files of `owner/model` at `COMMIT`; `owner/gated` asks for a token that is allowed."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.fetched: list[str] = []
        self.tokens: set[str] = set()
        self.url = ""


@contextmanager
def hub_server(files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub that runs while the block does."""
    hub = Hub(files)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET(body=False)

        def do_GET(self, *, body: bool = True) -> None:
            hub.tokens.add(self.headers.get("Authorization", ""))
            path = unquote(urlsplit(self.path).path).strip("/")
            repository = "/".join(path.removeprefix("api/models/").split("/")[:2])
            if repository == GATED:
                self.reply(403, b"{}", {"X-Error-Code": "GatedRepo"})
            elif repository != "owner/model":
                self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            elif COMMIT not in path:
                self.reply(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            elif path.startswith("api/models/"):
                self.listing(path)
            else:
                self.file(path.partition(f"resolve/{COMMIT}/")[2], body=body)

        def listing(self, path: str) -> None:
            if "/tree/" in path:
                found = [
                    {"type": "file", "path": name, "size": len(data), "oid": _sha(data)}
                    for name, data in hub.files.items()
                ]
                self.reply(200, json.dumps(found).encode())
                return
            siblings = [{"rfilename": name} for name in hub.files]
            info = {"id": "owner/model", "sha": COMMIT, "siblings": siblings}
            self.reply(200, json.dumps(info).encode())

        def file(self, name: str, *, body: bool) -> None:
            data = hub.files.get(name)
            if data is None:
                self.reply(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
                return
            if body:
                hub.fetched.append(name)
            headers = {"ETag": f'"{_sha(data)}"', "X-Repo-Commit": COMMIT}
            self.reply(200, data, headers, body=body)

        def reply(
            self, status: int, data: bytes, headers: dict | None = None, *, body: bool = True
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if body and self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        hub.url = f"http://127.0.0.1:{running.server_port}"
        yield hub
        running.shutdown()


def _sha(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
