import json

import pytest

from wattrag.datafiles.submission import COLUMNS

QUESTIONS = "id,question,answer_unit\nq1,How much?,kWh\nq2,True or False: it is hot.,is_blank\n"
LABELLED = (
    "id,question,answer_value,ref_id\nq1,How much?,4,['a']\nq2,True or False: it is hot.,1,a\n"
)
HEADER = ",".join(COLUMNS) + "\n"
SUBMISSION = HEADER + "q1,How much?,4 kWh,4,kWh,\"['a']\",x,x,x\nq2,True?,1,1,is_blank,a,x,x,x\n"


def handed_in(rows):
    """A whole submission of `id,answer_value,ref_id` rows."""
    cells = [row.split(",") for row in rows.splitlines()]
    return HEADER + "".join(f"{i},Why?,x,{value},kWh,{ref},x,x,x\n" for i, value, ref in cells)


SHEET = "id,title,url\na,A paper,a.md\n"


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A working directory with one valid file of each kind."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "questions.csv": QUESTIONS,
        "labelled.csv": LABELLED,
        "submission.csv": SUBMISSION,
        "metadata.csv": SHEET,
        "a.md": "# A paper\n\nIt is hot.\n",
        "study.yaml": (
            "sources: {s: {sheet: metadata.csv}}\n"
            "datafiles: {d: {path: labelled.csv}}\n"
            "ensembles: {v: {members: ['hybrid/*/*/run1']}}\n"
        ),
        "models.yaml": "reader: {provider: extractive, name: Reader}\n",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_each_kind_of_file_is_recognised(wattrag, study):
    files = ["study.yaml", "models.yaml", "metadata.csv", "questions.csv", "labelled.csv"]
    ended = wattrag("check", *files, "submission.csv")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "ok study.yaml: study, 1 experiment, 1 ensemble",
        "ok models.yaml: models, 1 entry",
        "ok metadata.csv: sheet, 1 document",
        "ok questions.csv: questions, 2 rows, no gold: answers cannot be scored",
        "ok labelled.csv: questions, 2 rows, labelled",
        "ok submission.csv: submission, 2 rows",
    ]


def test_every_file_is_checked_before_it_exits(wattrag, study):
    ended = wattrag("check", "no.yaml", "metadata.csv", "no.csv")
    assert ended.code == 2
    assert ended.out == "ok metadata.csv: sheet, 1 document\n"
    assert ended.err_lines == [
        "wattrag: no.yaml: No such file or directory; check the path",
        "wattrag: no.csv: No such file or directory; check the path",
    ]


def test_without_files_it_checks_the_default_configuration(wattrag, study):
    (study / "config").mkdir()
    (study / "study.yaml").rename(study / "config/config.yaml")
    assert wattrag("check").out.startswith("ok config/config.yaml: study, ")


def test_json_tells_programs_the_same(wattrag, study):
    ended = wattrag("check", "metadata.csv", "no.csv", "--json")
    assert ended.code == 2
    problem = "no.csv: No such file or directory; check the path"
    assert json.loads(ended.out) == [
        {
            "file": "metadata.csv",
            "kind": "sheet",
            "content": "1 document",
            "problems": [],
            "ok": True,
        },
        {"file": "no.csv", "kind": None, "content": None, "problems": [problem], "ok": False},
    ]


def test_a_submission_is_held_against_questions_and_sheet(wattrag, study):
    ended = wattrag(
        "check", "submission.csv", "--questions", "questions.csv", "--sheet", "metadata.csv"
    )
    assert (ended.code, ended.err) == (0, "")


def test_a_file_with_the_columns_of_both_is_a_submission_where_there_are_questions(wattrag, study):
    (study / "mine.csv").write_text(SUBMISSION)
    ended = wattrag("check", "mine.csv", "labelled.csv", "--questions", "labelled.csv")
    assert [line.split()[2] for line in ended.out.splitlines()] == ["submission,", "questions,"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("q1,4,a\n", "submission.csv: misses q2; answer them, or `is_blank`"),
        ("q1,4,a\nq2,1,a\nq3,1,a\n", "submission.csv: unknown id 'q3'; "),
        ("q1,4,a\nq2,1,a\nq1,5,a\n", "submission.csv:4: duplicate id 'q1' (first at "),
        ("q1,4,b\nq2,1,a\n", "submission.csv: q1: cites b, not in the sheet; mend ref_id"),
        ("q1,4,a\nq2,true,a\n", "submission.csv: q2: 'true' answers True or False; write 1 or 0"),
        (",4,a\nq1,4,a\nq2,1,a\n", "submission.csv:2: empty id; give the id of a question"),
        ("q1,,a\nq2,1,a\n", "submission.csv: q1: an empty answer_value is read as the text nan"),
        ("q1,NA,is_blank\nq2,1,a\n", "submission.csv: q1: answer_value 'NA' is read as the text"),
        ("q1,4,\nq2,1,a\n", "submission.csv: q1: an empty ref_id is read as the text nan, not as"),
        ("q1,1e400,a\nq2,1,a\n", "submission.csv: q1: '1e400' is no finite number; mend answer_"),
        ("q1,-inf,a\nq2,1,a\n", "submission.csv: q1: '-inf' is no finite number; mend answer_"),
        (
            "q1,is_blank,a\nq2,1,a\n",
            "submission.csv: q1: is blank and cites a; write `is_blank` in",
        ),
        ("q1,is_blank,[]\nq2,1,a\n", "submission.csv: q1: is blank and has the ref_id '[]'; write"),
        ("q1,4,ref_id=a\nq2,1,a\n", "submission.csv: q1: ref_id 'ref_id=a' is read as another id"),
    ],
)
def test_what_a_competition_would_refuse_is_one_line(wattrag, study, rows, expected):
    (study / "submission.csv").write_text(handed_in(rows))
    ended = wattrag(
        "check", "submission.csv", "--questions", "questions.csv", "--sheet", "metadata.csv"
    )
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err_lines
    assert line.startswith(f"wattrag: {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,answer_value,ref_id\nq1,4,a\nq2,1,a\n", "lacks the columns question, answer, "),
        (SUBMISSION.replace("ref_url", "urls"), "lacks the columns ref_url; hand in id, question"),
        (SUBMISSION.replace("question,answer", "answer,question", 1), "has the columns in another"),
        (SUBMISSION.replace("\n", ",x\n").replace("n,x", "n,b", 1), "has the further columns b;"),
    ],
)  # fmt: skip
def test_the_columns_must_be_the_competitions(wattrag, study, text, expected):
    (study / "submission.csv").write_text(text)
    assert wattrag("check", "submission.csv").code == 0, "any system's file may be read"
    ended = wattrag("check", "submission.csv", "--questions", "questions.csv")
    assert ended.code == 2
    assert ended.err_lines[0].startswith(f"wattrag: submission.csv:1: {expected}")


def test_a_list_that_the_scorer_reads_as_one_id_is_told(wattrag, study):
    text = SUBMISSION.replace("\"['a']\"", '"a, b"')
    (study / "submission.csv").write_text(text)
    ended = wattrag("check", "submission.csv", "--questions", "questions.csv")
    [line] = ended.err_lines
    assert line.endswith("""q1: ref_id 'a, b' is read as another id; write ["a", "b"]""")


def test_an_explanation_of_spaces_is_told_and_an_empty_one_is_not(wattrag, study):
    for cell, code in (("  ", 2), ("", 0)):
        (study / "submission.csv").write_text(SUBMISSION.replace("x,x,x", f"x,x,{cell}"))
        ended = wattrag("check", "submission.csv", "--questions", "questions.csv")
        assert (ended.code, len(ended.err_lines)) == (code, 2 if code else 0)


def test_all_that_is_wrong_is_told_one_line_each(wattrag, study):
    (study / "submission.csv").write_text(handed_in("q1,inf,b\nq1,4,a\nq7,4,a\nq8,[1;nan],a"))
    arguments = ("submission.csv", "--questions", "questions.csv", "--sheet", "metadata.csv")
    ended = wattrag("check", *arguments)
    told = [line.removeprefix("wattrag: submission.csv") for line in ended.err_lines]
    assert [line.partition(";")[0] for line in told] == [
        ":3: duplicate id 'q1' (first at submission.csv:2)",
        ": misses q2",
        ": unknown id 'q7'",
        ": unknown id 'q8'",
        ": q1: 'inf' is no finite number",
        ": q1: cites b, not in the sheet",
    ]
    [found] = json.loads(wattrag("check", *arguments, "--json").out)
    assert len(found["problems"]) == len(told)


def test_many_missing_ids_are_counted(wattrag, study):
    rows = "".join(f"q{n},Why?\n" for n in range(1, 15))
    (study / "questions.csv").write_text("id,question\n" + rows)
    ended = wattrag("check", "submission.csv", "--questions", "questions.csv")
    assert "misses q3, q4, q5, q6, q7, q8, q9, q10, q11, q12 and 2 more;" in ended.err


def test_an_abstention_is_an_answer_to_true_or_false(wattrag, study):
    (study / "submission.csv").write_text(handed_in("q1,4,a\nq2,is_blank,['is_blank']"))
    assert wattrag("check", "submission.csv", "--questions", "questions.csv").code == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,value\na,1\n", "x.csv:1: has the columns of no file of ours; sheets need id, title"),
        ("", "x.csv: is empty; "),
        ("id;title;url\n", "x.csv:1: separates its columns by ';'; save it with commas"),
    ],
)
def test_a_file_of_no_known_kind_is_one_line(wattrag, study, text, expected):
    (study / "x.csv").write_text(text)
    ended = wattrag("check", "x.csv")
    assert ended.code == 2
    (line,) = ended.err_lines
    assert line.startswith(f"wattrag: {expected}")
