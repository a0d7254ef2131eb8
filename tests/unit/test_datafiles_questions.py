import pytest

from wattrag.datafiles.questions import Gold, Question, read_questions
from wattrag.errors import InputError

LABELLED = "id,question,answer_value,ref_id,Table,is_NA\nq1,How much?,4,['a'],1,0\n"


def read(tmp_path, text, **options):
    path = tmp_path / "q.csv"
    path.write_text(text, encoding="utf-8")
    return read_questions(path, **options)


def test_a_labelled_file_has_gold_and_flags(tmp_path):
    found = read(tmp_path, LABELLED)
    gold = Gold(answer="", answer_value="4", ref_id="['a']")
    assert found.labelled
    assert found.has_flags
    assert found.questions == (Question("q1", "How much?", "", gold, ("Table",)),)


def test_a_file_without_gold_is_not_labelled(tmp_path):
    found = read(tmp_path, "id,question,answer_unit\n q1 , How much? , kWh \n")
    assert not found.labelled
    assert found.questions == (Question("q1", "How much?", "kWh"),)


def test_gold_columns_that_nobody_has_filled_in_are_no_gold(tmp_path):
    found = read(tmp_path, "id,question,answer_value,ref_id\nq1,a,,\nq2,b, ,\n")
    assert not found.labelled
    assert {question.gold for question in found.questions} == {None}


def test_what_is_asked_does_not_depend_on_gold(tmp_path):
    asked = read(tmp_path, LABELLED).asked
    assert read(tmp_path, LABELLED.replace(",4,", ",5,")).asked == asked
    assert read(tmp_path, LABELLED.replace("much", "many")).asked != asked


def test_a_limit_keeps_the_first_questions(tmp_path):
    text = "id,question\nq2,b\nq1,a\n"
    assert [q.id for q in read(tmp_path, text, limit=1).questions] == ["q2"]


def test_columns_of_other_names_are_mapped(tmp_path):
    columns = {"question": "prompt", "answer_value": "target"}
    found = read(tmp_path, "id,prompt,target\nq1,How?,7\n", columns=columns)
    assert found.labelled
    assert found.questions[0].question == "How?"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("", "q.csv: holds no questions; add at least one row"),
        ("q1, \n", "q.csv:2: empty question 'q1'; write it or remove the row"),
        ("q1,\u200b ?\n", "q.csv:2: empty question 'q1'; write it or remove the row"),
        (",Why?\n", "q.csv:2: id '' is not usable; "),
        ("../../etc/x,Why?\n", "q.csv:2: id '../../etc/x' looks like a path; "),
        ("q1,Why?\nq1,How?\n", "q.csv:3: duplicate id 'q1' (first at "),
    ],
)
def test_a_bad_question_file_is_one_line_that_names_the_row(tmp_path, rows, expected):
    with pytest.raises(InputError) as error:
        read(tmp_path, "id,question\n" + rows)
    assert str(error.value).startswith(f"{tmp_path}/{expected}")
