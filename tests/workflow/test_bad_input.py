"""Bad input to a run: the same one line as the command line gives, and nothing half-written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pymupdf
import pytest

from tests.loopback import QuietHandler, serving

from .study import QUESTIONS, read_config, snakemake, write_config, write_study

pytestmark = pytest.mark.workflow

HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A web server that answers every path with a log-in page."""

    class Login(QuietHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Length", str(len(HTML)))
            self.end_headers()
            self.wfile.write(HTML)

    with serving(Login) as address:
        yield address


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of `old`, which must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def configure(folder: Path, change: Callable[[dict], None]) -> None:
    """Edit the study's configuration."""
    config = read_config(folder)
    change(config)
    write_config(folder, config)


AT_START = {
    "misnamed column": (
        lambda f: edit(f / "metadata.csv", "title", "titel"),
        "metadata.csv:1: missing column 'title'; add it (is it 'titel'?)",
    ),
    "missing column": (
        lambda f: edit(f / "train.csv", "question,", "text,"),
        "train.csv:1: missing column 'question'",
    ),
    "duplicate id": (
        lambda f: edit(f / "train.csv", "t2,", "t1,"),
        "duplicate id 't1'",
    ),
    "id that is a path": (
        lambda f: edit(f / "metadata.csv", "alder2021,", "../../etc/x,"),
        "id '../../etc/x' cannot name a file",
    ),
    "empty question": (
        lambda f: edit(f / "plain.csv", QUESTIONS[0][1], ""),
        "empty question 't1'",
    ),
    "broken address": (
        lambda f: edit(f / "metadata.csv", "cedar2022.md", "https://[x/c.pdf"),
        "metadata.csv:3: url 'https://[x/c.pdf' is none",
    ),
    "missing document": (
        lambda f: (f / "cedar2022.md").unlink(),
        "cedar2022: no file 'cedar2022.md'",
    ),
    "unknown key": (
        lambda f: configure(f, lambda c: c["retrievers"]["bm25"].update(topk=3)),
        "study.yaml: retrievers.bm25.topk: unknown key; did you mean 'top_k'?",
    ),
    "wrong type": (
        lambda f: configure(f, lambda c: c["retrievers"]["bm25"].update(top_k="many")),
        "study.yaml: retrievers.bm25.top_k: Input should be a valid integer",
    ),
    "unknown model": (
        lambda f: configure(f, lambda c: c.update(models=["extractiv"])),
        "'extractiv' is not in config/models.yaml; did you mean 'extractive'?",
    ),
    "foreign results without a datafile": (
        lambda f: (f / "external/lab/submission.csv").write_text("id,answer_value,ref_id\n"),
        "lab/submission.csv: is not in a folder external_results/[<env>/]<datafile>/<name>/",
    ),
    "member that matches nothing": (
        lambda f: configure(f, lambda c: c["ensembles"]["vote"].update(members=["nobody/*"])),
        "study.yaml: ensembles.vote.members: 'nobody/*' matches nothing",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "line"), AT_START.values(), ids=AT_START.keys())
def test_bad_input_ends_a_run_before_it_starts(tmp_path, spoil, line):
    write_study(tmp_path)
    spoil(tmp_path)

    done = snakemake(tmp_path, "-n", check=False)

    assert done.returncode == 1
    last = done.stdout.strip().splitlines()[-1]
    assert line in last
    assert "Traceback" not in done.stdout
    assert not (tmp_path / "results").exists()


def encrypted(path: Path) -> None:
    """Write a PDF that needs a password."""
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "secret")
        document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="a", owner_pw="b")


def truncated(path: Path) -> None:
    """Write the first part of a PDF."""
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "half")
        path.write_bytes(document.tobytes()[:200])


@pytest.mark.parametrize("write", [pytest.param(encrypted, marks=pytest.mark.slow), truncated])
def test_a_bad_pdf_fails_alone_with_one_line_and_is_skipped_on_request(tmp_path, write):
    write_study(tmp_path)
    write(tmp_path / "bad2020.pdf")
    with (tmp_path / "metadata.csv").open("a") as sheet:
        sheet.write("bad2020,Bad,bad2020.pdf\n")

    failed = snakemake(tmp_path, check=False)

    last = failed.stdout.strip().splitlines()[-1]
    assert failed.returncode == 1
    assert "bad2020.pdf" in last
    assert (tmp_path / "results/corpus/tiny/tree/alder2021.json").exists()
    assert not (tmp_path / "results/corpus/tiny/tree/bad2020.json").exists()

    configure(
        tmp_path,
        lambda c: c.update(corpora={"tiny": {"source": "tiny", "on_bad_document": "skip"}}),
    )
    snakemake(tmp_path, "results/corpus/tiny/tree/bad2020.json")
    assert '"error"' in (tmp_path / "results/corpus/tiny/tree/bad2020.json").read_text()


def test_a_page_served_as_a_pdf_is_named_and_leaves_no_file(tmp_path, server):
    write_study(tmp_path)
    with (tmp_path / "metadata.csv").open("a") as sheet:
        sheet.write(f"web2020,Web,{server}/web2020.pdf\n")

    failed = snakemake(tmp_path, "results/sources/tiny/web2020.pdf", check=False)

    last = failed.stdout.strip().splitlines()[-1]
    assert failed.returncode == 1
    assert "web2020" in last
    assert "HTML" in last
    assert list((tmp_path / "results/sources").rglob("*2020*")) == []


def test_a_sheet_in_mixed_encoding_is_read_with_a_notice(tmp_path):
    write_study(tmp_path)
    sheet = tmp_path / "metadata.csv"
    sheet.write_bytes(sheet.read_bytes() + "elm2020,Fa\xe7ade,dogwood2023.txt\n".encode("latin-1"))

    done = snakemake(tmp_path, "-n")

    assert "1 bytes are not UTF-8" in done.stdout
