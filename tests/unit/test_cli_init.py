import csv

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.cli.skeleton import document_ids
from wattrag.datafiles.ids import check_document_id


def pdf(path, title=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "A training run used 12 MWh.")
        document.set_metadata({"title": title})
        document.save(path)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_study_of_its_own_folder_is_valid_once_a_question_is_written(wattrag, here):
    pdf(here / "study/b.pdf", "Energy of Training")
    pdf(here / "study/Größe & Maß (2).PDF", "Microsoft Word - draft.docx")
    ended = wattrag("init", "study")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == "then: wattrag check study/config.yaml"
    found = [(r["id"], r["title"], r["url"]) for r in rows(here / "study/metadata.csv")]
    assert found == [
        ("Groe-Ma-2", "", "Größe & Maß (2).PDF"),
        ("b", "Energy of Training", "b.pdf"),
    ]
    unasked = wattrag("check", "study/config.yaml")
    assert (unasked.code, unasked.err) == (
        2,
        "wattrag: study/questions.csv: holds no questions; add at least one row\n",
    )
    with (here / "study/questions.csv").open("a") as questions:
        questions.write("q1,How much energy did the run use?,MWh\n")
    checked = wattrag("check", *(f"study/{n}" for n in ("config.yaml", "metadata.csv")))
    assert checked.out.splitlines() == [
        "ok study/config.yaml: study, 1 experiment",
        "ok study/metadata.csv: sheet, 2 documents",
    ]


def test_the_pdfs_may_lie_elsewhere(wattrag, here):
    pdf(here / "papers/a  b.pdf")
    assert wattrag("init", "my study", "--pdfs", "papers").code == 0
    assert rows(here / "my study/metadata.csv")[0]["url"] == "../papers/a  b.pdf"
    (here / "my study/questions.csv").write_text("id,question\nq1,Why?\n")
    assert wattrag("check", "my study/config.yaml").code == 0


@pytest.mark.parametrize("name", ["2024", "null", "yes", "1e3", "#a", "a: {b}", "- x"])
def test_any_folder_name_makes_a_valid_configuration(wattrag, here, name):
    pdf(here / name / "a.pdf")
    assert wattrag("init", f"./{name}").code == 0
    (here / name / "questions.csv").write_text("id,question\nq1,Why?\n")
    assert wattrag("check", f"./{name}/config.yaml").code == 0


@pytest.mark.parametrize("name", ["config.yaml", "metadata.csv", "questions.csv"])
def test_nothing_is_overwritten(wattrag, here, name):
    pdf(here / "study/a.pdf")
    (here / "study" / name).write_text("mine")
    ended = wattrag("init", "study")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"wattrag: study/{name}: exists already; ")
    assert {p.name for p in (here / "study").iterdir()} == {"a.pdf", name}
    assert (here / "study" / name).read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["new"], "wattrag: new: is no folder; name the folder of the PDFs with --pdfs"),
        (["."], "wattrag: .: holds no PDFs itself; name their folder with --pdfs"),
        (["file", "--pdfs", "papers"], "wattrag: file: File exists; choose another folder"),
    ],
)
def test_without_pdfs_or_a_folder_nothing_is_written(wattrag, here, arguments, line):
    pdf(here / "papers/a.pdf")
    (here / "file").write_text("")
    ended = wattrag("init", *arguments)
    assert (ended.code, ended.err) == (2, line + "\n")
    assert {path.name for path in here.iterdir()} == {"papers", "file"}


@pytest.mark.parametrize("text", ["<html>not found</html>", "%PDF-1.7\n1 0 obj", "", "\0\1"])
def test_a_file_that_is_no_pdf_is_listed_with_a_notice(wattrag, here, text):
    (here / "study").mkdir()
    (here / "study/a.pdf").write_text(text)
    ended = wattrag("init", "study")
    assert ended.code == 0
    (line,) = ended.err_lines
    assert line == ("wattrag: study/a.pdf: cannot be opened as a PDF; replace it or remove its row")
    assert rows(here / "study/metadata.csv")[0]["title"] == ""


@given(st.lists(st.text(max_size=150), max_size=8))
def test_ids_are_valid_and_unique_whatever_the_file_names(stems):
    ids = list(document_ids(stems))
    assert len(ids) == len(stems)
    assert [check_document_id(i, "id") for i in ids] == ids
    assert len({i.lower() for i in ids}) == len(ids)
