"""`wattrag parse`: a batch with bad files in it."""

import json
import os
import shutil
from pathlib import Path

import pymupdf
import pytest
import typer
from typer.testing import CliRunner

from wattrag.cli.parse import parse
from wattrag.corpus.tree import read_tree

app = typer.Typer()
app.command()(parse)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 200), "Water is used.")
        document.save(tmp_path / "good one.pdf")
    (tmp_path / "notes.md").write_text("# Notes\n\nPower is used.\n", encoding="utf-8")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    return [str(tmp_path / name) for name in ("good one.pdf", "bad.pdf", "notes.md")]


def test_bad_files_get_one_line_each_and_the_others_a_tree(
    tmp_path: Path, files: list[str]
) -> None:
    result = CliRunner().invoke(app, [*files, "-o", str(tmp_path / "out"), "--jobs", "2"])
    assert result.exit_code == 2
    problems = [line for line in result.stderr.splitlines() if line.startswith("wattrag: ")]
    assert len(problems) == 1
    assert files[1] in problems[0]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["good-one.json", "notes.json"]
    assert read_tree(tmp_path / "out" / "good-one.json").text == "Water is used."


def test_json_lists_every_file_in_the_order_given(tmp_path: Path, files: list[str]) -> None:
    result = CliRunner().invoke(app, [*files, "-o", str(tmp_path / "out"), "--json"])
    records = json.loads(result.stdout)
    assert [record["file"] for record in records] == files
    assert [record["sentences"] for record in records] == [1, None, 1]
    assert [record["error"] is None for record in records] == [True, False, True]


def test_good_files_alone_exit_with_0(tmp_path: Path, files: list[str]) -> None:
    arguments = [files[0], files[2], "-o", str(tmp_path / "out")]
    assert CliRunner().invoke(app, arguments).exit_code == 0


def test_names_and_things_that_are_no_files_are_bad_files(tmp_path: Path, files: list[str]) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    odd = os.fsdecode(bytes(tmp_path) + b"/\xff[red].pdf")
    shutil.copy(files[0], odd)
    bad = [str(tmp_path / name) for name in ("pipe.pdf", "folder.pdf", "loop.pdf", "none.pdf")]
    result = CliRunner().invoke(app, [*bad, odd, "-o", str(tmp_path / "out"), "--json"])
    assert result.exit_code == 2
    errors = [record["error"] for record in json.loads(result.stdout)]
    assert ["is no file" in (error or "") for error in errors] == [True, True, False, False, False]
    assert [error is None for error in errors] == [False, False, False, False, True]
    (tree,) = (tmp_path / "out").iterdir()
    assert read_tree(tree).text == "Water is used."


def test_the_summary_has_the_reason_of_failure_and_names_as_they_are(
    tmp_path: Path, files: list[str]
) -> None:
    shutil.copy(files[0], tmp_path / "[red]one.pdf")
    arguments = [str(tmp_path / "[red]one.pdf"), files[1], "-o", str(tmp_path / "out")]
    lines = CliRunner().invoke(app, arguments).stderr.splitlines()
    header = next(line for line in lines if line.startswith("file "))
    assert "reason of failure" in header
    assert any(line.startswith("[red]one.pdf ") for line in lines)
    (row,) = [line for line in lines if line.startswith("bad.pdf ")]
    assert row[header.index("reason") :].startswith("is damaged or truncated")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(("-o", "notes.md"), "File exists"), (("-o", "out", "--parser", "x"), "is not known")],
)
def test_what_is_wrong_with_every_file_is_said_once(
    files: list[str], wattrag, arguments: tuple[str, ...], problem: str
) -> None:
    folder = Path(files[0]).parent
    arguments = tuple(a if a.startswith("-") or a == "x" else str(folder / a) for a in arguments)
    ended = wattrag("parse", *files, *arguments)
    assert ended.code == 2
    (line,) = ended.err_lines
    assert problem in line
