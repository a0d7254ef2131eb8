"""Bad input, through the real command line: exit code 2, one line, nothing written."""

import pytest

from wattrag.datafiles.submission import COLUMNS

SHEET = "id,title,url\na,A paper,a.md\n"
QUESTIONS = "id,question\nq1,How much?\n"
TRUTH = "id,question,answer_value,ref_id\nq1,How much?,4,a\nq2,Why?,is_blank,is_blank\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text("# A paper\n\nIt is hot.\n")
    return tmp_path


def refused(ended, here, before):
    """The one line of a command that was refused and has left nothing behind."""
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err_lines
    assert sorted(here.rglob("*")) == before
    return line.removeprefix("wattrag: ")


@pytest.fixture
def line_for(wattrag, here):
    """Writes files, runs a command and returns the line it was refused with."""

    def run(files, *arguments):
        for name, data in files.items():
            (here / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        return refused(wattrag(*arguments), here, sorted(here.rglob("*")))

    return run


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("id,title\na,A\n", "metadata.csv:1: missing column 'url'; add it"),
        (
            "id,title,urls\na,A,a.md\n",
            "metadata.csv:1: missing column 'url'; add it (is it 'urls'?)",
        ),
        (SHEET + "a,B,b.md\n", "metadata.csv:3: duplicate id 'a' (first at metadata.csv:2); "),
        (
            "id,title,url\n../../etc/x,A,a.md\n",
            "metadata.csv:2: id '../../etc/x' cannot name a file; ",
        ),
    ],
)
def test_a_bad_sheet(line_for, sheet, expected):
    assert line_for({"metadata.csv": sheet}, "check", "metadata.csv").startswith(expected)


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ("question\nWhy?\n", "questions.csv:1: missing column 'id'; add it"),
        (
            "id,questions\nq1,Why?\n",
            "questions.csv:1: missing column 'question'; add it (is it 'questions'?)",
        ),
        (QUESTIONS + "q1,Why?\n", "questions.csv:3: duplicate id 'q1' (first at questions.csv:2)"),
        (QUESTIONS + "q2, \n", "questions.csv:3: empty question 'q2'; write it or remove the row"),
        (
            "id,question\n../../etc/x,Why?\n",
            "questions.csv:2: id '../../etc/x' looks like a path; use a plain name",
        ),
    ],
)
def test_a_bad_question_file(line_for, questions, expected):
    assert line_for({"questions.csv": questions}, "check", "questions.csv").startswith(expected)


@pytest.mark.parametrize(
    ("encoded", "repaired"),
    [
        ("id,title,url\na,Étude à Genève,a.md\n".encode("latin-1"), 3),
        (b"id,title,url\na,\xc3\x89tude \xe0 Gen\xe8ve,a.md\n", 2),
    ],
)
def test_a_sheet_in_another_or_in_mixed_encoding_is_read_with_a_notice(
    wattrag, here, encoded, repaired
):
    (here / "metadata.csv").write_bytes(encoded)
    ended = wattrag("check", "metadata.csv")
    assert (ended.code, ended.out) == (0, "ok metadata.csv: sheet, 1 document\n")
    assert ended.err_lines == [
        f"wattrag: metadata.csv: {repaired} bytes are not UTF-8 and were read as cp1252; "
        "save the file as UTF-8 to be sure"
    ]


CONFIG = "sources: {s: {sheet: metadata.csv}}\ndatafiles: {d: {path: questions.csv}}\n"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (CONFIG + "modells: [extractive]\n", "modells: unknown key; did you mean 'models'?"),
        (
            CONFIG + "retrievers: {hybrid: {index: s, topk: 3}}\n",
            "retrievers.hybrid.topk: unknown key; did you mean 'top_k'?",
        ),
        (
            CONFIG + "retrievers: {hybrid: {index: s, lexical: {windo: 3}}}\n",
            "retrievers.hybrid.lexical.windo: unknown key; did you mean 'window'?",
        ),
        (
            CONFIG + "runs: many\n",
            "runs: Input should be a valid integer, unable to parse string as an integer "
            "(got 'many'); see config/README.md",
        ),
        (CONFIG + "runs: 0\n", "runs: Input should be greater than or equal to 1 (got 0); "),
        (CONFIG + "scoring: {rules: 2024}\n", "scoring.rules: "),
        (CONFIG + "models: [extractiv]\n", "models: 'extractiv' is not in "),
        (CONFIG + "indexes: {i: {corpus: t}}\n", "indexes.i.corpus: 't' is not declared; "),
        (
            "sources: {'../x': {sheet: metadata.csv}}\n",
            "sources.../x.[key]: id '../x' cannot name a file; ",
        ),
        ("sources: {s: {}}\n", "sources.s.sheet: missing key; add it"),
        ("sources: [metadata.csv]\n", "sources: Input should be a valid dictionary"),
        ("sources: {s: [}\n", "is not valid YAML; "),
        ("env: 2025-13-45\n", "is not valid YAML; "),
        ("env: " + "[" * 10_000, "is not valid YAML; "),
        (b"env: \xff\n", "is not valid YAML; "),
        ("- a\n", "holds no settings; see config/README.md"),
        ("", "holds no settings; see config/README.md"),
    ],
)
def test_a_bad_configuration(line_for, config, expected):
    files = {"study.yaml": config, "metadata.csv": SHEET, "questions.csv": QUESTIONS}
    line = line_for(files, "check", "study.yaml")
    assert line.startswith(f"study.yaml: {expected}")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"metadata.csv": SHEET}, "questions.csv: No such file or directory; check the path"),
        (
            {"study.yaml": CONFIG.replace("metadata.csv", '"a\\0.csv"')},
            "a\\x00.csv: is no path; check the path",
        ),
        ({"study.yaml": CONFIG.replace("metadata", "m" * 5000)}, "mmmm"),
        (
            {"metadata.csv": SHEET.replace("a.md", "b.md"), "questions.csv": QUESTIONS},
            "metadata.csv: a: no file 'b.md'; ",
        ),
        (
            {"metadata.csv": SHEET.replace("a.md", "ftp://x/a.md"), "questions.csv": QUESTIONS},
            "a (ftp://x/a.md): 'ftp' addresses are not supported; ",
        ),
    ],
)
def test_a_configuration_that_names_bad_files(line_for, files, expected):
    assert line_for({"study.yaml": CONFIG} | files, "check", "study.yaml").startswith(expected)


def test_an_ensemble_without_members(line_for):
    config = CONFIG + "ensembles: {v: {members: ['hybird/*']}}\n"
    files = {"study.yaml": config, "metadata.csv": SHEET, "questions.csv": QUESTIONS}
    assert line_for(files, "check", "study.yaml").startswith(
        "study.yaml: ensembles.v.members: 'hybird/*' matches nothing; "
    )


def test_a_weight_of_no_member(line_for):
    config = CONFIG + "ensembles: {v: {members: ['*'], weights: {hybird: 2}}}\n"
    files = {"study.yaml": config, "metadata.csv": SHEET, "questions.csv": QUESTIONS}
    assert line_for(files, "check", "study.yaml") == (
        "study.yaml: ensembles.v.weights: 'hybird' is no member; known: hybrid/extractive/none/run1"
    )


@pytest.mark.parametrize(
    ("submission", "expected"),
    [
        ("q1,4,a\nq2,1,a\nq9,1,a\n", "s.csv: unknown id 'q9'; "),
        ("q1,4,a\nq2,1,a\nq1,1,a\n", "s.csv:4: duplicate id 'q1' (first at s.csv:2); "),
    ],
)
def test_a_submission_with_extra_or_duplicate_ids_is_not_scored(line_for, submission, expected):
    files = {"t.csv": TRUTH, "s.csv": "id,answer_value,ref_id\n" + submission}
    assert line_for(files, "score", "t.csv", "s.csv").startswith(expected)


def test_a_submission_with_missing_ids_is_refused(line_for):
    row = "q1,How much?,4,4,kWh,a,x,x,x"
    files = {"t.csv": TRUTH, "s.csv": f"{','.join(COLUMNS)}\n{row}\n"}
    line = line_for(files, "check", "s.csv", "--questions", "t.csv")
    assert line == "s.csv: misses q2; answer them, or `is_blank`"
