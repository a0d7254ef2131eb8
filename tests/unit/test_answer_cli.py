"""`wattrag ask` and `wattrag answer` on a small index."""

import csv
import json

import pytest

from tests.unit.small_index import CORPUS, SPEC, WordEmbedder, write_trees
from wattrag.cli.main import main
from wattrag.datafiles.submission import COLUMNS
from wattrag.index.build import build_index
from wattrag.store.vectors import VectorStore


@pytest.fixture
def index(tmp_path):
    trees = write_trees(tmp_path / "trees", CORPUS)
    with VectorStore(tmp_path / "store") as store:
        build_index(trees, tmp_path / "index", SPEC, WordEmbedder(), store)
    return tmp_path / "index"


def run(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main([str(a) for a in arguments])
    return stopped.value.code


LEXICAL = ("--model", "extractive", "--set", "dense_weight=0")


def test_ask_prints_the_answer_with_its_sentence_and_document(index, capsys):
    question = "How much energy did training the model take?"
    assert run("ask", index, question, "--unit", "MWh", *LEXICAL) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("1287 MWh\n")
    assert "Training the model took 1287 MWh of energy." in shown
    assert "[energy] On energy" in shown


def test_ask_json_says_where_the_answer_comes_from(index, capsys):
    question = "How much energy did training the model take?"
    assert run("ask", index, question, "--unit", "MWh", *LEXICAL, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["value"], record["ref_id"]) == ("1287", ["energy"])
    assert record["ref_url"] == ["https://example.org/energy"]
    assert record["documents"] == {"energy": "On energy"}
    assert record["evidence"][0].startswith("energy:sec0:p0")


def test_ask_says_that_it_cannot_answer(index, capsys):
    assert run("ask", index, "Who painted the Mona Lisa?", *LEXICAL) == 0
    assert capsys.readouterr().out.startswith("Unable to answer with confidence")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--model", "extractiv"), "did you mean 'extractive'"),
        (("--model", "minilm"), "does not answer questions"),
    ],
)
def test_a_model_that_cannot_answer_is_bad_input(index, capsys, arguments, problem):
    assert run("ask", index, "How much?", *arguments) == 2
    assert problem in capsys.readouterr().err


def test_an_empty_question_is_bad_input(index, capsys):
    assert run("ask", index, "  ", *LEXICAL) == 2
    assert "the question is empty" in capsys.readouterr().err


def test_answer_writes_a_submission_in_the_files_order(index, tmp_path, capsys):
    questions = tmp_path / "questions.csv"
    questions.write_text(
        "id,question,answer_unit\n"
        "b,How much energy did training the model take?,MWh\n"
        "a,How much does an elephant weigh?,lbs\n"
    )
    submission = tmp_path / "submission.csv"
    assert run("answer", index, questions, *LEXICAL, "-o", submission, "--json") == 0
    assert json.loads(capsys.readouterr().out)["blank"] == 1
    with submission.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["id"], row["answer_value"]) for row in rows] == [("b", "1287"), ("a", "is_blank")]
    assert list(tmp_path.glob("*.part")) == []


def test_a_submission_that_would_be_a_folder_is_bad_input(index, tmp_path, capsys):
    (tmp_path / "questions.csv").write_text("id,question\na,How much?\n")
    (tmp_path / "out").mkdir()
    assert run("answer", index, tmp_path / "questions.csv", "-o", tmp_path / "out", *LEXICAL) == 2
    assert "out: is a folder; name a file" in capsys.readouterr().err
    assert list(tmp_path.glob("*.part")) == []
