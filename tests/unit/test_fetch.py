"""Fetching: what a sheet may point at, and how each way of failing is said."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tests.loopback import QuietHandler, serving
from wattrag.corpus.fetch import FetchLimits, fetch, local_path
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError, RunFailedError

PDF = b"%PDF-1.4\n" + b"x" * 2000
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
QUICK = FetchLimits(seconds=5, megabytes=0.01, attempts=3, redirects=3, longest_wait=0.05)
ANSWERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "/ok.pdf": (200, PDF, {}),
    "/flaky.pdf": (200, PDF, {}),
    "/page.pdf": (200, HTML, {}),
    "/down.pdf": (500, b"", {}),
    "/big.pdf": (200, PDF * 20, {}),
    "/moved.pdf": (302, b"", {"Location": "/ok.pdf"}),
    "/loop.pdf": (302, b"", {"Location": "/loop.pdf"}),
    "/local.pdf": (302, b"", {"Location": "file:///etc/hosts"}),
}


class _Site(QuietHandler):
    protocol_version = "HTTP/1.1"
    visits: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        self.visits[self.path] += 1
        if self.path == "/flaky.pdf" and self.visits[self.path] < 3:
            self._answer(503, b"", {"Retry-After": "900"})
        elif self.path in ANSWERS:
            self._answer(*ANSWERS[self.path])
        elif self.path == "/endless.pdf":
            self._stream(PDF, times=10_000, pause=0.0)
        elif self.path == "/slow.pdf":
            self._stream(b"%", times=100, pause=0.05)
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, block: bytes, times: int, pause: float) -> None:
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):  # the other side has hung up
            for _ in range(times):
                self.wfile.write(block)
                time.sleep(pause)


@pytest.fixture
def site() -> Iterator[str]:
    _Site.visits.clear()
    with serving(_Site) as address:
        yield address


def _row(url: str) -> SheetRow:
    return SheetRow(id="doc1", title="", url=url)


def _fetched(url: str, base: Path, limits: FetchLimits = QUICK) -> bytes:
    target = base / "out" / "doc1.pdf"
    fetch(_row(url), base, target, limits)
    return target.read_bytes()


def _failure(url: str, base: Path, limits: FetchLimits = QUICK) -> InputError | RunFailedError:
    with pytest.raises((InputError, RunFailedError)) as failed:
        _fetched(url, base, limits)
    assert not list((base / "out").glob("*")), "a failing fetch leaves something behind"
    assert not list((base / "out").glob(".*"))
    assert "doc1" in str(failed.value)
    assert "\n" not in str(failed.value)
    return failed.value


def test_a_page_of_the_web_is_downloaded(site: str, tmp_path: Path) -> None:
    assert _fetched(f"{site}/ok.pdf", tmp_path) == PDF


def test_a_redirect_is_followed(site: str, tmp_path: Path) -> None:
    assert _fetched(f"{site}/moved.pdf", tmp_path) == PDF


def test_a_server_that_recovers_is_tried_again_and_its_wait_is_bounded(
    site: str, tmp_path: Path
) -> None:
    assert _fetched(f"{site}/flaky.pdf", tmp_path) == PDF
    assert _Site.visits["/flaky.pdf"] == 3


def test_a_server_that_stays_down_is_a_failed_run_not_bad_input(site: str, tmp_path: Path) -> None:
    error = _failure(f"{site}/down.pdf", tmp_path)
    assert isinstance(error, RunFailedError)
    assert "500" in str(error)
    assert _Site.visits["/down.pdf"] == QUICK.attempts


def test_nothing_listening_is_a_failed_run(tmp_path: Path) -> None:
    assert isinstance(_failure("http://127.0.0.1:1/x.pdf", tmp_path), RunFailedError)


def test_a_missing_page_is_bad_input_and_not_tried_again(site: str, tmp_path: Path) -> None:
    error = _failure(f"{site}/none.pdf", tmp_path)
    assert isinstance(error, InputError)
    assert "404" in str(error)
    assert _Site.visits["/none.pdf"] == 1


def test_a_web_page_served_as_pdf_is_refused_with_its_address(site: str, tmp_path: Path) -> None:
    error = _failure(f"{site}/page.pdf", tmp_path)
    assert isinstance(error, InputError)
    assert f"{site}/page.pdf" in str(error)
    assert "HTML page, not a PDF" in str(error)


@pytest.mark.parametrize("path", ["big.pdf", "endless.pdf"])
def test_size_is_bounded_with_and_without_an_announced_length(
    site: str, tmp_path: Path, path: str
) -> None:
    assert "larger than the limit" in str(_failure(f"{site}/{path}", tmp_path))


def test_time_is_bounded_for_a_server_that_drips(site: str, tmp_path: Path) -> None:
    error = _failure(f"{site}/slow.pdf", tmp_path, FetchLimits(seconds=0.5))
    assert "within 0.5 s" in str(error)


def test_redirects_are_bounded(site: str, tmp_path: Path) -> None:
    assert "redirects more than 3 times" in str(_failure(f"{site}/loop.pdf", tmp_path))


def test_a_redirect_cannot_reach_local_files(site: str, tmp_path: Path) -> None:
    assert isinstance(_failure(f"{site}/local.pdf", tmp_path), InputError)


def test_passwords_are_not_shown(tmp_path: Path) -> None:
    error = _failure("http://me:secret@127.0.0.1:1/x.pdf", tmp_path)
    assert "secret" not in str(error)


def test_paths_start_from_the_sheets_folder_and_then_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sheet").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "a.pdf").write_bytes(PDF)
    assert local_path(_row("a.pdf"), tmp_path / "sheet") == tmp_path / "here" / "a.pdf"
    (tmp_path / "sheet" / "a.pdf").write_bytes(PDF)
    assert local_path(_row("a.pdf"), tmp_path / "sheet") == tmp_path / "sheet" / "a.pdf"


def test_a_file_that_is_missing_yet_is_still_the_input(tmp_path: Path) -> None:
    assert local_path(_row("later.pdf"), tmp_path) == tmp_path / "later.pdf"


def test_the_web_is_no_local_file(tmp_path: Path) -> None:
    assert local_path(_row("https://example.org/a.pdf"), tmp_path) is None


def test_file_urls_are_read_with_escapes(tmp_path: Path) -> None:
    (tmp_path / "a b.pdf").write_bytes(PDF)
    assert _fetched(f"file://{tmp_path}/a%20b.pdf", tmp_path) == PDF


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("none.pdf", "no such file"),
        ("ftp://example.org/a.pdf", "'ftp' addresses are not supported"),
        ("file://elsewhere/a.pdf", "another host"),
        ("empty.pdf", "is empty"),
        ("page.pdf", "HTML page, not a PDF"),
        ("noise.pdf", "not a PDF"),
        ("large.pdf", "the limit is 0.01 MB"),
        ("binary.txt", "binary, not text"),
        ("really.md", "is a PDF, not text"),
        ("page.md", "HTML page, not text"),
    ],
)
def test_local_files_are_checked_as_well(tmp_path: Path, url: str, problem: str) -> None:
    files = {
        "empty.pdf": b"",
        "page.pdf": b"\xef\xbb\xbf  " + HTML,
        "noise.pdf": b"\x00\x01\x02",
        "large.pdf": PDF * 20,
        "binary.txt": b"ab\0cd",
        "really.md": PDF,
        "page.md": HTML,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    error = _failure(url, tmp_path)
    assert isinstance(error, InputError)
    assert problem in str(error)


def test_text_in_any_encoding_is_text(tmp_path: Path) -> None:
    for name, content in {"a.txt": "é".encode("latin-1"), "b.txt": "é".encode("utf-16")}.items():
        (tmp_path / name).write_bytes(content)
        assert _fetched(name, tmp_path) == content


def test_fetching_works_where_a_loop_runs_already(site: str, tmp_path: Path) -> None:
    async def in_a_notebook() -> bytes:
        return _fetched(f"{site}/ok.pdf", tmp_path)

    assert asyncio.run(in_a_notebook()) == PDF
