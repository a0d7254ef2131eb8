"""How cells are written: formulas defused, numbers kept, nulls empty; and the report's pages."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.analysis.experiment import read_experiments
from wattrag.analysis.tables.content import TableContent, export
from wattrag.analysis.tables.leaderboard import leaderboard
from wattrag.analysis.tables.leaderboard_page import write_leaderboard_page
from wattrag.analysis.tables.matrix_page import write_matrix_page
from wattrag.analysis.tables.page import LONGEST, PageCell, write_page
from wattrag.datafiles.defuse import defused

from .small_experiments import answers, external, questions, scored


@pytest.mark.parametrize(
    "formula",
    [
        *('=cmd|"/c calc"!A1', "+1+2", "-2+3", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\uff1d1"),
        *("-", "+1 to 2", '=HYPERLINK("http://x")', "-1-cmd"),
    ],
)
def test_formulas_are_written_as_text(formula):
    assert defused(formula) == f"'{formula}"


@pytest.mark.parametrize(
    "plain", ["-5", "+3.2", "-1,234.5", "-1e-5", "-.5", "-12%", "4", "[-1,2]", "a=b", "", "1-2"]
)
def test_numbers_and_plain_text_stay_as_they_are(plain):
    assert defused(plain) == plain


@given(st.text())
def test_no_cell_begins_as_a_formula_unless_it_is_a_number(text):
    written = defused(text)
    first = written.lstrip()[:1]
    if first in set("=@\uff1d\uff20"):
        pytest.fail(f"{written!r} begins as a formula")
    if first in set("+-"):
        float(written.strip().rstrip("%").replace(",", "").replace("_", ""))
    assert written.removeprefix("'") == text.removeprefix("'")


def test_numbers_are_rounded_nulls_empty_truth_values_words(tmp_path):
    row = {"a": 2 / 3, "b": None, "c": True, "d": -0.0, "e": 7}
    export(tmp_path / "t.csv", TableContent(("a", "b", "c", "d", "e", "f"), (row,)))
    assert (tmp_path / "t.csv").read_text() == "a,b,c,d,e,f\n0.666667,,True,0.0,7,\n"


def test_wild_answers_survive_a_round_trip(tmp_path):
    wild = 'quote " comma , newline \n and ünïcode'
    export(tmp_path / "t.csv", TableContent(("a",), ({"a": wild},)))
    read = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text())))
    assert read == [{"a": wild}]


def test_pages_show_untrusted_text_as_text(tmp_path):
    evil = "<script>alert(1)</script>"
    write_page(tmp_path / "p.html", evil, [evil], [[PageCell(evil, evil, "wrong")]])
    page = (tmp_path / "p.html").read_text()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 5


def test_pages_shorten_endless_cells(tmp_path):
    write_page(tmp_path / "p.html", "t", ["a"], [[PageCell("x" * 100_000)]])
    assert len((tmp_path / "p.html").read_text()) < 2_000 + LONGEST


def test_the_report_s_pages_hold_scores_and_answers(tmp_path):
    gold = ("4", "5")
    asked = questions(gold)
    experiments = read_experiments(
        [
            scored(tmp_path / "a", external("good"), answers(2, gold), asked),
            scored(tmp_path / "b", external("poor"), {"q0": "999"}, asked),
        ]
    )
    write_leaderboard_page(tmp_path / "board.html", "dev", leaderboard(experiments, {}))
    write_matrix_page(tmp_path / "matrix.html", "dev", experiments)
    board = (tmp_path / "board.html").read_text()
    assert board.index("good") < board.index("poor")
    assert "not defined" in board
    assert "0 of 2<small>1 missing</small>" in board
    matrix = (tmp_path / "matrix.html").read_text()
    assert matrix.count('class="right"') == 2
    assert matrix.count('class="wrong"') == 2
    assert "(missing)" in matrix
