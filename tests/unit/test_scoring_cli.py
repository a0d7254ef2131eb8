"""`wattrag score`: JSON on stdout, texts on stderr, one clear line for bad input."""

import json

import pytest

from wattrag.cli.main import main

TRUTH = "id,question,answer_value,ref_id\nq1,A?,4,['a']\nq2,B?,\"[80,90]\",['b']\n"
SUBMISSION = "id,answer_value,ref_id\nq1,4,['a']\nq2,80-90,['b']\n"


@pytest.fixture
def files(tmp_path):
    truth, submission = tmp_path / "truth.csv", tmp_path / "mine.csv"
    truth.write_text(TRUTH)
    submission.write_text(SUBMISSION)
    return truth, submission


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main(["score", *map(str, arguments)])
    captured = capsys.readouterr()
    return done.value.code, captured.out, captured.err


def test_scores_are_json_on_stdout(files, capsys):
    code, out, err = run(capsys, *files)
    assert code == 0
    found = json.loads(out)
    assert found["value_accuracy"]["value"] == 0.5
    assert found["na_recall"] == {"value": None, "low": None, "high": None, "n": 0}
    assert "na_recall is null" in err


def test_rules_are_chosen_by_name(files, capsys):
    found = json.loads(run(capsys, *files, "--rules", "2025-normalized")[1])
    assert found["overall"]["value"] == 1
    assert found["rules"] == "2025-normalized"


def test_errors_and_every_question_are_shown_on_stderr(files, capsys):
    _, out, err = run(capsys, *files, "--verbose", "--show-errors", "5")
    json.loads(out)
    assert "ok  q1" in err
    assert "q2  right value in a wrong format" in err


def test_missing_rows_score_zero_and_are_listed(files, capsys):
    files[1].write_text(SUBMISSION.splitlines()[0] + "\nq1,4,['a']\n")
    _, out, err = run(capsys, *files)
    assert json.loads(out)["missing_ids"] == ["q2"]
    assert "1 of 2 questions have no row" in err


@pytest.mark.parametrize(
    ("rows", "problem"),
    [("q9,4,['a']\n", "unknown id 'q9'"), ("q1,4,['a']\nq1,5,['a']\n", "duplicate id 'q1'")],
)
def test_unknown_and_duplicate_ids_are_bad_input(files, capsys, rows, problem):
    files[1].write_text("id,answer_value,ref_id\n" + rows)
    code, out, err = run(capsys, *files)
    assert (code, out) == (2, "")
    assert problem in err
    assert str(files[1]) in err
    assert err.count("\n") == 1


def test_unknown_rules_are_bad_input(files, capsys):
    code, out, err = run(capsys, *files, "--rules", "2027")
    assert (code, out) == (2, "")
    assert "unknown '2027'" in err
