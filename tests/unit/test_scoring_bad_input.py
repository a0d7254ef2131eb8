"""Odd and hostile files at the border of `wattrag score` and `wattrag aggregate`."""

import json
import time

import pytest

from wattrag.analysis.tables.content import defused
from wattrag.datafiles.submission import read_submission
from wattrag.scoring.rules import METRICS, RULES

TRUTH = "id,question,answer_value,ref_id\nq1,A?,4,a\nq2,B?,is_blank,is_blank\n"
HEADER = "id,answer_value,ref_id\n"
ODD = {
    "nan": "nan",
    "NA": "NA",
    "None": "None",
    "null": "null",
    "infinite": "1e400",
    "minus infinite": "-1e400",
    "a million digits": "9" * 1_000_000,
    "100 kB": "x" * 100_000,
    "100 kB of brackets": "[" * 100_000,
    "100 kB of a list": "[" + "1," * 50_000 + "1]",
    "100 kB of words": "the cat " * 12_500,
    "formula": '=cmd|"/C calc"!A0',
    "quotes in quotes": "the \"big\" one, 'really'",
    "line ends": "a\nb\r\nc",
    "terminal codes": "\x1b[31mred\x07",
    "right to left": "\u202e4",
    "lone surrogate": "\\ud800",
    "JSON object": '{"a": [1, {"b": null}]}',
}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(TRUTH)
    return tmp_path


@pytest.mark.parametrize("cell", ODD.values(), ids=ODD)
def test_an_odd_cell_is_a_wrong_answer_in_value_and_citation(wattrag, here, cell):
    row = f"{quoted(cell)},{quoted(cell)}"
    (here / "s.csv").write_text(f"{HEADER}q1,{row}\nq2,{row}\n", newline="")
    started = time.process_time()
    for option in [*(("--rules", r) for r in RULES), *(("--metric", m) for m in METRICS)]:
        ended = wattrag("score", "t.csv", "s.csv", *option, "--show-errors", 2, "--verbose")
        assert ended.code == 0
        scores = json.loads(ended.out)
        assert scores["missing_ids"] == []
        assert scores["ref_overlap"]["value"] == 0
        assert scores["na_recall"]["value"] == (cell == "NA")
        assert len(ended.err) < 2000
        assert "\x1b" not in ended.err
    assert time.process_time() - started < 10


@pytest.mark.parametrize("cell", ODD.values(), ids=ODD)
def test_an_odd_cell_as_gold_is_judged_without_failing(wattrag, here, cell):
    row = f"{quoted(cell)},{quoted(cell)}"
    (here / "t.csv").write_text(f"id,question,answer_value,ref_id\nq1,A?,{row}\n", newline="")
    (here / "s.csv").write_text(f"{HEADER}q1,{row}\n", newline="")
    for option in [*(("--rules", r) for r in RULES), *(("--metric", m) for m in METRICS)]:
        ended = wattrag("score", "t.csv", "s.csv", *option, "--show-errors", 1)
        assert ended.code == 0
        value = json.loads(ended.out)["value_accuracy"]["value"]
        never = {"--rules": "nan", "--metric": ODD["100 kB of a list"]}  # of accepted answers
        assert value == (cell != never[option[0]])


@pytest.mark.parametrize("raw", [(), ("--raw-votes",)])
@pytest.mark.parametrize("cell", ODD.values(), ids=ODD)
def test_an_odd_cell_wins_a_vote_unchanged(wattrag, here, cell, raw):
    (here / "s.csv").write_text(f"{HEADER}q1,{quoted(cell)},a\n", newline="")
    ended = wattrag("aggregate", "s.csv", "s.csv", "-o", "e.csv", *raw)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    (row,) = read_submission(here / "e.csv")
    (given,) = read_submission(here / "s.csv")
    assert row.answer_value in {given.answer_value, "is_blank"}
    assert (row.answer_value == "is_blank") is (cell == "NA" and not raw)


@pytest.mark.parametrize(
    "encoded",
    [
        f"{HEADER}q1,\u00b5g,a\nq2,NA,a\n".encode("utf-8-sig"),
        f"{HEADER}q1,\u00b5g,a\nq2,NA,a\n".encode("utf-16"),
        f"{HEADER}q1,\u00b5g,a\nq2,NA,a\n".encode("cp1252"),
        f"{HEADER}q1,\u00b5g,a\nq2,NA,a\n".replace("\n", "\r\n").encode(),
    ],
    ids=["UTF-8 with BOM", "UTF-16", "cp1252", "CRLF"],
)
def test_other_encodings_are_read(wattrag, here, encoded):
    (here / "t.csv").write_text(TRUTH.replace("4", "\u00b5g"), encoding="utf-8")
    (here / "s.csv").write_bytes(encoded)
    assert json.loads(wattrag("score", "t.csv", "s.csv").out)["value_accuracy"]["value"] == 1
    assert wattrag("aggregate", "s.csv", "-o", "e.csv").code == 0
    assert read_submission(here / "e.csv")[0].answer_value == "\u00b5g"


def test_extra_columns_and_any_order_are_fine(wattrag, here):
    (here / "s.csv").write_text("note,ref_id,answer_value,id,score\n,a,4,q1,9\n,is_blank,,q2,\n")
    assert json.loads(wattrag("score", "t.csv", "s.csv").out)["overall"]["value"] == 1
    assert wattrag("aggregate", "s.csv", "-o", "e.csv").code == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "s.csv: is empty; "),
        ("id;answer_value;ref_id\nq1;4;a\n", "s.csv:1: separates its columns by ';'; "),
        ("id,answer_value\nq1,4\n", "s.csv:1: missing column 'ref_id'; "),
        ("id,answer_value,ref_id,id\nq1,4,a,q1\n", "s.csv: has the column 'id' twice; "),
        (HEADER + "q1,4\n", "s.csv:2: has 2 cells instead of 3; "),
        (HEADER + 'q1,"4,a\n', "s.csv:"),
        (HEADER + 'q1,"4"x,a\n', "s.csv:2: broken CSV "),
        (HEADER + "q1,4\0,a\n", "s.csv: holds NUL bytes; "),
        (HEADER + " ,4,a\n", "s.csv:2: empty id; "),
        (HEADER + "q1,4,a\nq1,5,a\n", "s.csv:3: duplicate id 'q1' "),
    ],
)
@pytest.mark.parametrize(
    "command", [("score", "t.csv", "s.csv"), ("aggregate", "s.csv", "-o", "e.csv")]
)
def test_a_broken_submission_is_one_line(wattrag, here, command, text, problem):
    (here / "s.csv").write_text(text, newline="")
    ended = wattrag(*command)
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err_lines
    assert line.removeprefix("wattrag: ").startswith(problem)
    assert not (here / "e.csv").exists()


def test_a_submission_without_rows(wattrag, here):
    (here / "s.csv").write_text(HEADER)
    scores = json.loads(wattrag("score", "t.csv", "s.csv").out)
    assert scores["overall"]["value"] == 0
    assert scores["missing_ids"] == ["q1", "q2"]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", '=cmd|"/C calc"!A0'])
def test_formulas_are_defused_in_tables(cell):
    assert defused(cell) == f"'{cell}"
