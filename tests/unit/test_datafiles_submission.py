import pytest

from wattrag.datafiles.submission import (
    COLUMNS,
    SubmissionRow,
    check_ids,
    read_submission,
    write_submission,
)
from wattrag.errors import InputError


def row(question_id, value="4"):
    return SubmissionRow(question_id, "How?", "Four.", value, "kWh", '["a"]', "u", "quote", "")


def test_the_columns_stand_in_the_contracts_order():
    assert ",".join(COLUMNS) == (
        "id,question,answer,answer_value,answer_unit,ref_id,ref_url,supporting_materials,explanation"
    )


def test_a_submission_is_read_back_as_written(tmp_path):
    path = tmp_path / "submission.csv"
    rows = (row("q2", 'a "quoted", two\nlines'), row("q1"))
    write_submission(path, rows)
    assert read_submission(path) == rows


def test_other_systems_may_leave_columns_out(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,answer_value,ref_id\n q1 ,4,a\n")
    assert read_submission(path) == (SubmissionRow("q1", "", "", "4", "", "a", "", "", ""),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,answer_value\n", ":1: missing column 'ref_id'; add it"),
        ("id,answer_value,ref_id\n ,4,a\n", ":2: empty id; give the id of a question"),
        ("id,answer_value,ref_id\nq,4,a\nq,5,a\n", ":3: duplicate id 'q' (first at "),
    ],
)
def test_a_bad_submission_is_one_line_that_names_the_row(tmp_path, text, expected):
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_submission(path)
    assert str(error.value).startswith(f"{path}{expected}")


def test_ids_without_a_row_are_listed_in_the_order_asked():
    assert check_ids([row("q2")], ["q3", "q2", "q1"], "s.csv") == ["q3", "q1"]


def test_an_answer_that_nobody_asked_for_is_an_error():
    with pytest.raises(InputError, match=r"^s.csv: unknown id 'q9'; "):
        check_ids([row("q9")], ["q1"], "s.csv")
