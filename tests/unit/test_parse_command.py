"""`wattrag parse`: a batch with bad files in it."""

import json
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
