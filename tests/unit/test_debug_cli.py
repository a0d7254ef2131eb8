"""`wattrag debug`: what was sent, what came back, what was made of it."""

import csv
import json
from pathlib import Path

import pytest

from tests.chat_server import Sent
from tests.unit.small_index import CORPUS, SPEC, Figure, WordEmbedder, write_trees
from wattrag.datafiles.submission import COLUMNS
from wattrag.index.build import build_index
from wattrag.store.vectors import VectorStore

SHOWN = "Figure 3: Energy that training took, by model."
QUESTIONS = (
    "id,question,answer_unit\n"
    "q1,How much energy did training the model take?,MWh\n"
    "q2,How much does an elephant weigh?,lbs\n"
)
LEXICAL = ("--set", "dense_weight=0")
GOOD = json.dumps(
    {
        "explanation": "It says so.",
        "answer": "1287 MWh",
        "answer_value": "1287",
        "ref_id": ["energy"],
        "supporting_materials": "Training the model took 1287 MWh of energy.",
    }
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """A small index with a figure in the section that answers."""
    folder = tmp_path_factory.mktemp("debug")
    first, *rest = CORPUS["energy"]
    corpus = {**CORPUS, "energy": [[*first, Figure(SHOWN)], *rest]}
    with VectorStore(folder / "store") as store:
        build_index(
            write_trees(folder / "trees", corpus), folder / "i", SPEC, WordEmbedder(), store
        )
    return folder / "i"


@pytest.fixture
def asked(index, tmp_path, monkeypatch):
    """Arguments that debug both questions in an empty folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "questions.csv").write_text(QUESTIONS)
    return ("debug", index, "questions.csv", *LEXICAL)


def chat_asked(asked):
    return (*asked, "--model", "openai:m-1", "--id", "q1", "--set", "with_images=true")


SHORT = ("--set", "top_k_final=1")  # so that the figure stands beside the context, not in it


def test_all_that_was_sent_replied_and_made_of_it_is_json(wattrag, asked, chat):
    chat.always(GOOD)
    ended = wattrag(*chat_asked(asked), *SHORT, "--json")
    assert ended.code == 0, ended.err
    [question] = json.loads(ended.out)
    [attempt] = question["attempts"]
    assert attempt["messages"] == chat.requests[0]["messages"]
    assert "Referenced media:" in attempt["messages"][-1]["content"]
    assert SHOWN in attempt["messages"][-1]["content"]
    assert attempt["replies"] == [GOOD]
    assert (attempt["top_k"], attempt["top_k_final"], attempt["from_store"]) == (8, 1, False)
    assert (attempt["answer"]["value"], attempt["error"]) == ("1287", None)
    assert attempt["checks"]["value_supported"] is True
    assert attempt["checks"]["quote_node"].startswith("energy:sec0:p0")
    assert (attempt["usage"]["input_tokens"], attempt["usage"]["output_tokens"]) == (11, 7)
    assert (question["kept_attempt"], question["status"]) == (0, "ok")

    [again] = json.loads(wattrag(*chat_asked(asked), *SHORT, "--json").out)
    assert again["attempts"][0]["from_store"] is True
    assert len(chat.requests) == 1


def test_repair_turns_and_further_attempts_are_shown(wattrag, asked, chat):
    said = ["I am not sure.", '{"answer_value": "is_blank", "ref_id": []}', GOOD]
    chat.reply = lambda _question, number: Sent(said[number - 1])
    ended = wattrag(*chat_asked(asked), "--top-k", "2", "--json")
    [question] = json.loads(ended.out)
    first, second = question["attempts"]
    assert first["replies"] == said[:2]
    assert [message["role"] for message in first["messages"]][-2:] == ["assistant", "user"]
    assert "Your reply cannot be used" in first["messages"][-1]["content"]
    assert (first["answer"]["value"], first["checks"]) == ("is_blank", None)
    assert (second["top_k"], second["top_k_final"], second["replies"]) == (4, 4, [GOOD])
    assert question["kept_attempt"] == 1


def test_a_terminal_is_shown_no_control_characters_and_every_line(wattrag, asked, chat):
    wild = "\x1b[2Jone\n=== q9: a question that is none\r\x07"
    chat.always(wild)
    ended = wattrag(*chat_asked(asked), "-o", "rows.csv")
    assert (ended.code, "\x1b" in ended.out, "\r" in ended.out) == (1, False, False)
    assert "    \\x1b[2Jone\n    === q9: a question that is none\\r\\x07\n" in ended.out
    assert "\nerror (unreadable): " in ended.out
    assert "no answer (unreadable)" in ended.out
    assert ended.err_lines == ["wattrag: 1 of 1 questions failed, first q1"]
    with Path("rows.csv").open() as lines:
        assert len(list(lines)) == 1, "an error is no answer: it has no row"


def test_the_extractive_reader_shows_its_evidence(wattrag, asked):
    ended = wattrag(*asked, "--model", "extractive", "-o", "rows.csv")
    assert ended.code == 0, ended.err
    assert "=== q1: How much energy did training the model take? [MWh]\n" in ended.out
    assert "\nevidence:\n    [energy:sec0" in ended.out
    assert "\nvalue: 1287\n" in ended.out
    assert "\ncheck value_supported: True\n" in ended.out
    with Path("rows.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["id"], row["answer_value"]) for row in rows] == [
        ("q1", "1287"),
        ("q2", "is_blank"),
    ]


def test_an_unknown_id_is_bad_input(wattrag, asked):
    ended = wattrag(*asked, "--model", "extractive", "--id", "q3")
    assert ended.code == 2
    assert ended.err.startswith("wattrag: questions.csv: has no question 'q3'; did you mean 'q")
