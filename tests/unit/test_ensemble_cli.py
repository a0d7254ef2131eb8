"""`wattrag aggregate`: submissions in, one submission out."""

import pytest

from wattrag.cli.main import main
from wattrag.datafiles.submission import COLUMNS, read_submission


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main(["aggregate", *map(str, arguments)])
    captured = capsys.readouterr()
    return done.value.code, captured.out, captured.err


@pytest.fixture
def members(tmp_path):
    cells = [("1", "['a']"), ("True", "['b']"), ("0", "['c']")]
    paths = [tmp_path / f"m{n}.csv" for n in range(3)]
    for path, (value, refs) in zip(paths, cells, strict=True):
        path.write_text(f"id,answer_value,ref_id\nq1,{value},{refs}\n")
    return paths


def test_the_ensemble_is_a_submission(members, tmp_path, capsys):
    out = tmp_path / "new" / "ensemble.csv"
    assert run(capsys, *members, "-o", out) == (0, "", "")
    assert out.read_text().splitlines()[0] == ",".join(COLUMNS)
    (row,) = read_submission(out)
    assert (row.answer_value, row.ref_id) == ("1", '["a", "b"]')


def test_options_choose_the_vote(members, tmp_path, capsys):
    out = tmp_path / "ensemble.csv"
    run(capsys, *members, "-o", out, "--raw-votes", "--tiebreak", "blank")
    assert read_submission(out)[0].answer_value == "is_blank"
    run(capsys, *members, "-o", out, "--ref-mode", "all", "--no-ignore-blank")
    assert read_submission(out)[0].ref_id == '["a", "b", "c"]'
    run(capsys, *reversed(members), "-o", out, "--strategy", "first_non_blank")
    assert read_submission(out)[0].answer_value == "0"


def test_a_member_that_lacks_questions_is_named(members, tmp_path, capsys):
    members[0].write_text("id,answer_value,ref_id\nq1,1,a\nq2,2,a\n")
    code, _, err = run(capsys, *members, "-o", tmp_path / "e.csv")
    assert code == 0
    assert f"{members[1]}: has no vote on 1 of 2 questions" in err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(["--strategy", "best"], "unknown 'best'"), (["--ref-mode", "none"], "unknown 'none'")],
)
def test_unknown_options_are_bad_input(members, tmp_path, capsys, arguments, problem):
    code, _, err = run(capsys, *members, "-o", tmp_path / "e.csv", *arguments)
    assert code == 2
    assert problem in err
    assert not (tmp_path / "e.csv").exists()


def test_a_missing_member_is_bad_input(members, tmp_path, capsys):
    code, _, err = run(capsys, members[0], tmp_path / "none.csv", "-o", tmp_path / "e.csv")
    assert code == 2
    assert "none.csv" in err
    assert not (tmp_path / "e.csv").exists()
