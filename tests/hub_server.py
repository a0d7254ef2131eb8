"""A real HTTP server on loopback that serves one repository as the Hugging Face hub does."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from tests.loopback import QuietHandler, serving

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


class Handler(QuietHandler):
    """Lists the repository and sends its files."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.hub.tokens.add(self.headers.get("Authorization", ""))
        path = unquote(urlsplit(self.path).path).strip("/")
        repository = "/".join(path.removeprefix("api/models/").split("/")[:2])
        if repository == GATED:
            self.reply(403, b"{}", {"X-Error-Code": "GatedRepo"})
        elif repository != "owner/model":
            self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif COMMIT not in path and "main" not in path.split("/"):
            self.reply(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        elif path.startswith("api/models/"):
            self.listing(path)
        else:
            self.file(path.partition(f"resolve/{COMMIT}/")[2])

    def listing(self, path: str) -> None:
        """The files of the repository, in either form that the library asks for."""
        files = self.hub.files
        if "/tree/" in path:
            found = [
                {"type": "file", "path": name, "size": len(data), "oid": _sha(data)}
                for name, data in files.items()
            ]
            self.reply(200, json.dumps(found).encode())
            return
        info = {"id": "owner/model", "sha": COMMIT, "siblings": [{"rfilename": n} for n in files]}
        self.reply(200, json.dumps(info).encode())

    def file(self, name: str) -> None:
        """One file."""
        data = self.hub.files.get(name)
        if data is None:
            self.reply(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        if self.command == "GET":
            self.hub.fetched.append(name)
        self.reply(200, data, {"ETag": f'"{_sha(data)}"', "X-Repo-Commit": COMMIT})

    def reply(self, status: int, data: bytes, headers: dict | None = None) -> None:
        """Send a status and a body; of a HEAD only its length."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def hub_server(files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub that runs while the block does."""
    hub = Hub(files)
    handler = type("HubHandler", (Handler,), {"hub": hub})
    with serving(handler) as hub.url:
        yield hub


def _sha(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
