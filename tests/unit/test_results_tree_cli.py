"""`wattrag leaderboard|matrix|audit` over any results tree: ours or another system's."""

import csv
import json

import pytest

from wattrag.cli.main import main

QUESTIONS = "id,question,answer_value,ref_id\nq1,One?,4,['d']\nq2,Two?,5,['d']\n"
SUBMISSION = "id,answer_value,ref_id\nq1,{},['d']\nq2,{},['d']\n"


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as done:
        main([*map(str, arguments)])
    captured = capsys.readouterr()
    return done.value.code, captured.out, captured.err


@pytest.fixture
def tree(tmp_path):
    """Two systems of KohakuRAG_UI's form, without per-question results."""
    (tmp_path / "questions.csv").write_text(QUESTIONS)
    for name, values in {"good": ("4", "5"), "=poor": ("9", "9")}.items():
        folder = tmp_path / "results/lab/dev" / name
        folder.mkdir(parents=True)
        (folder / "submission.csv").write_text(SUBMISSION.format(*values))
        right = 2 if name == "good" else 0
        summary = {
            "name": name,
            "model_id": "org/m",
            "run_environment": "lab",
            "questions_file": "dev.csv",
            "overall_score": 0.25 + 0.375 * right,
            "value_accuracy": right / 2,
            "num_questions": 2,
            "questions_correct": right,
            "questions_wrong": 2 - right,
        }
        (folder / "summary.json").write_text(json.dumps(summary))
    return tmp_path


def test_summaries_alone_are_ranked_without_groups(tree, capsys):
    code, out, _ = run(capsys, "leaderboard", tree / "results", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [row["name"] for row in rows] == ["good", "=poor"]
    assert rows[0]["group"] is rows[0]["overall_score_low"] is None
    assert 0 < rows[0]["value_accuracy_low"] < rows[0]["value_accuracy_high"] == 1


def test_named_questions_score_every_submission_again(tree, capsys):
    questions = ("--questions", tree / "questions.csv")
    _, out, _ = run(capsys, "leaderboard", tree / "results", *questions, "--json")
    rows = json.loads(out)
    assert [(row["name"], row["overall_score"]) for row in rows] == [("good", 1.0), ("=poor", 0.25)]
    assert rows[0]["group"] == "A"
    _, out, _ = run(capsys, "matrix", tree / "results", *questions, "--json")
    assert [row["good_Value"] for row in json.loads(out)] == ["4", "5"]


def test_a_written_table_runs_no_formula(tree, capsys):
    out = tree / "board.csv"
    run(capsys, "leaderboard", tree / "results", "-o", out)
    with out.open(newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["good", "'=poor"]


def test_the_audit_finds_a_claim_that_the_submission_does_not_earn(tree, capsys):
    path = tree / "results/lab/dev/good/summary.json"
    path.write_text(path.read_text().replace('"overall_score": 1.0', '"overall_score": 0.9'))
    questions = ("--questions", tree / "questions.csv")
    code, out, _ = run(capsys, "audit", tree / "results", *questions, "--json")
    found = {row["check"]: row["name"] for row in json.loads(out)}
    assert code == 0
    assert found["SCORE_MISMATCH"] == "good"


def test_what_cannot_be_shown_is_one_clear_line(tree, capsys):
    assert run(capsys, "leaderboard", tree / "none")[0] == 2
    code, _, err = run(capsys, "matrix", tree / "results")
    assert (code, err.count("\n")) == (2, 1)
    assert "--questions" in err
    code, _, err = run(capsys, "leaderboard", tree / "results", "--datafile", "test")
    assert code == 2
    assert "it has dev of lab" in err
    (tree / "results/lab/dev/good/summary.json").write_text("{")
    assert run(capsys, "audit", tree / "results")[0] == 2


def test_several_datafiles_need_a_choice(tree, capsys):
    folder = tree / "results/lab/other/x"
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text('{"questions_file": "other.csv"}')
    code, _, err = run(capsys, "leaderboard", tree / "results")
    assert code == 2
    assert "dev, other; choose one with --datafile" in err
