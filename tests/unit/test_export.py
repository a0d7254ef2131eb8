"""What `wattrag export` writes: pages that are safe to compile, facts that are never guessed."""

import csv
import json
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from wattrag.analysis.export import latex, markdown, shareable
from wattrag.analysis.export.archive import write_archive
from wattrag.analysis.export.blocks import Grid, Page
from wattrag.analysis.export.data_card import KINDS, kind_of
from wattrag.cli.main import main
from wattrag.datafiles.submission import SubmissionRow, write_submission
from wattrag.errors import InputError
from wattrag.files import read_json, write_json

from .small_experiments import answers, ensemble, external, scored, single

SECRET = "This sentence was copied from a document that nobody may hand on."
FORMULA = '=cmd|"/c calc"!A1'
HARDWARE = {
    "cpu": "A processor",
    "cores": 8,
    "memory_gb": 64,
    "gpus": [{"name": "A GPU"}],
    "os": "Linux",
}
PROVENANCE = {
    "wattrag": "0.9.1",
    "python": "3.12.1",
    "packages": {"torch": "2.13.0"},
    "model": {"provider": "hf_local", "model_id": "org/a_model", "revision": "abc123"},
    "prompt": {"version": 3, "hash": "f" * 64},
}


def run(*arguments):
    """Run the command line; its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0


def extend(results: Path, **fields):
    """Add fields to the summary beside a results file."""
    path = results.with_name("summary.json")
    write_json(path, {**read_json(path), **fields})


@pytest.fixture
def tree(tmp_path):
    """A results tree: a measured run, one of an older program, a vote, another system's."""
    root = tmp_path / "results"
    place = root / "experiments/local/dev/{}/reader/none/run1"
    first = scored(Path(str(place).format("p_1")), single("p_1"), answers(6))
    extend(first, provenance=PROVENANCE, hardware=HARDWARE, energy_wh=1.5, energy_method="nvml")
    extend(first, input_tokens=10, output_tokens=5, estimated_cost_usd=0.25, hostname="secret-host")
    scored(Path(str(place).format("p2")), single("p2"), {**answers(2), "q5": FORMULA})
    scored(root / "ensembles/local/dev/vote", ensemble("vote"), answers(6))
    peer = scored(root / "external/lab/dev/qwen", external("qwen"), answers(5))
    extend(
        peer,
        model_id="Qwen/Qwen2.5",
        hardware={"gpu_name": "GPU", "gpu_count": 2, "gpu_energy_wh": 0.0, "cpu_model": "EPYC"},
    )
    rows = [
        SubmissionRow("q0", SECRET, SECRET, FORMULA, "MWh", '["doc1"]', "u", SECRET, SECRET),
        SubmissionRow("q1", SECRET, SECRET, SECRET * 3, "MWh", '["doc1"]', "u", SECRET, SECRET),
        SubmissionRow("q2", SECRET, SECRET, "-4", "MWh", '["doc1"]', "u", SECRET, SECRET),
    ]
    write_submission(first.with_name("submission.csv"), rows)
    write_json(first.with_name("answers.jsonl"), {"raw": SECRET})
    (root / "corpus/example/tree").mkdir(parents=True)
    write_json(
        root / "corpus/example/tree/doc1.json",
        {"document_id": "doc1", "title": "A title", "text": SECRET, "metadata": {"year": 2024}},
    )
    (root / "retrieval").mkdir()
    (root / "retrieval/none.jsonl").write_text(SECRET)
    (root / "plots/local/dev").mkdir(parents=True)
    (root / "plots/local/dev/scores.png").write_bytes(b"\x89PNG\r\n\x1a\n...")
    (root / "plots/local/dev/paper.png").write_bytes(b"%PDF-1.7")
    return root


def test_all_pages_and_tables_are_written(tree, tmp_path, capsys):
    out = tmp_path / "out"
    assert run("export", tree, "-o", out) == 0
    names = {path.name for path in out.iterdir()}
    parts = {"leaderboard-dev.tex", "versions.tex", "hardware.tex", "data_card.tex"}
    assert names == {"leaderboard-dev.csv", "export.tex", "export.md", *parts}
    whole = (out / "export.tex").read_text()
    assert all(f"\\input{{{name}}}" in whole for name in parts)
    assert str(out / "export.md") in capsys.readouterr().out


def test_the_leaderboard_has_intervals_and_says_who_cannot_be_told_apart(tree, tmp_path):
    run("export", tree, "-o", tmp_path / "out", "--format", "markdown")
    text = (tmp_path / "out/export.md").read_text()
    assert re.search(r"\| A \| p\\_1/reader/none/run1 .* \\\[[\d.]+, [\d.]+\\\]", text)
    assert "cannot be told apart from" in text
    assert not list((tmp_path / "out").glob("*.tex"))


def test_versions_are_exact_and_missing_ones_are_named(tree, tmp_path):
    run("export", tree, "-o", tmp_path / "out")
    text = (tmp_path / "out/versions.tex").read_text()
    assert r"hf\_local & org/a\_model & abc123" in text
    assert "torch & 2.13.0" in text
    assert "3 ffffffffffff" in text
    assert "wattrag & 0.9.1" in text
    assert "not recorded" in text


def test_what_was_not_measured_is_no_zero(tree, tmp_path):
    run("export", tree, "-o", tmp_path / "out")
    rows = {
        line.split(" & ")[0]: line
        for line in (tmp_path / "out/hardware.tex").read_text().splitlines()
        if " & " in line
    }
    assert rows["p\\_1/reader/none/run1"].split(" & ")[3:6] == ["1.5", "nvml", "0.2500"]
    assert rows["qwen"].split(" & ")[3] == "not measured"  # reported as 0 by the other system
    assert rows["p2/reader/none/run1"].split(" & ")[3] == "not measured"
    assert rows["lab"] == r"lab & EPYC & not recorded & not recorded & 2 x GPU & not recorded \\"
    assert "vote" not in rows
    statement = (tmp_path / "out/hardware.tex").read_text()
    assert "measured in 1 of 3 runs, which took 1.5 Wh" in statement


def test_the_data_card_counts_questions_and_lists_documents(tree, tmp_path):
    run("export", tree, "-o", tmp_path / "out", "--format", "markdown")
    text = (tmp_path / "out/export.md").read_text()
    assert "| dev | 8 | 8 | 0 | 5 | 1 | 0 | 1 | 1 | not stated |" in text
    assert "| doc1 | A title | 2024 | not stated | not stated |" in text
    assert "overall = 0.75 values + 0.15 citations + 0.1 abstentions" in text


def test_a_configuration_adds_counts_licences_and_itself(tree, tmp_path, monkeypatch):
    (tmp_path / "sheet.csv").write_text("id,title,url,license\nd1,T,http://x/a.pdf,CC BY 4.0\n")
    (tmp_path / "dev.csv").write_text(
        "id,question,answer_value,Table\nq0,A?,4,1\nq1,B?,is_blank,0\n"
    )
    config = tmp_path / "study.yaml"
    config.write_text(
        "sources: {s: {sheet: sheet.csv}}\ncorpora: {c: {source: s}}\n"
        "indexes: {i: {corpus: c}}\nretrievers: {r: {index: i}}\npipelines: {p: {retriever: r}}\n"
        "datafiles: {dev: {path: dev.csv}}\nmodels: [extractive]\n"
    )
    monkeypatch.chdir(tmp_path)
    archive = tmp_path / "a.tar.gz"
    assert run("export", tree, "-o", "out", "--config", config, "--archive", archive) == 0
    text = (tmp_path / "out/export.md").read_text()
    assert "| dev | 2 | 2 | 0 | 1 | 0 | 0 | 0 | 1 | 0 | 1 | 0 | 0 | 0 |" in text
    assert "CC BY 4.0" in text
    with tarfile.open(archive) as packed:
        assert "a/config/study.yaml" in packed.getnames()


def test_the_archive_holds_no_text_of_others(tree, tmp_path):
    archive = tmp_path / "share.tar.gz"
    run("export", tree, "-o", tmp_path / "out", "--archive", archive)
    with tarfile.open(archive) as packed:
        names = packed.getnames()
        content = {name: packed.extractfile(name).read().decode(errors="replace") for name in names}
    assert SECRET[:30] not in "".join(content.values())
    assert "secret-host" not in "".join(content.values())
    assert "Question 1?" not in "".join(content.values())
    assert not [n for n in names if "retrieval" in n or "corpus" in n or "answers.jsonl" in n]
    assert "share/results/plots/local/dev/scores.png" in names
    assert "share/results/plots/local/dev/paper.png" not in names
    folder = "share/results/experiments/local/dev/p_1/reader/none/run1"
    rows = list(csv.DictReader(content[f"{folder}/submission.csv"].splitlines()))
    assert [row["answer_value"] for row in rows] == [
        f"'{FORMULA}",
        f"(cut: {len(SECRET) * 3} characters)",
        "-4",
    ]
    records = json.loads(content[f"{folder}/results.json"])
    assert records[0]["pred_value"] == "4"
    assert not {"question", "gt_value", "gt_ref", "pred_explanation"} & set(records[0])


def test_the_archive_is_the_same_bytes_every_time(tree, tmp_path):
    for name in ("one", "two"):
        run("export", tree, "-o", tmp_path / "out", "--archive", tmp_path / name / "a.tar.gz")
    one, two = ((tmp_path / name / "a.tar.gz").read_bytes() for name in ("one", "two"))
    assert one == two
    with tarfile.open(tmp_path / "one/a.tar.gz") as packed:
        assert {(m.mtime, m.uid, m.uname, m.mode) for m in packed} == {(0, 0, "", 0o644)}


def test_links_that_lead_out_of_the_tree_stay_out(tree, tmp_path):
    (tmp_path / "private.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tree / "plots/local/dev/link.png").symlink_to(tmp_path / "private.png")
    names = write_archive(tmp_path / "a.tgz", tree, {})
    assert "results/plots/local/dev/scores.png" in names
    assert "results/plots/local/dev/link.png" not in names


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--datafile", "dve"], "holds no such experiment"),
        (["--env", "moon"], "holds no such experiment"),
        (["--format", "word"], "--format: unknown 'word'; choose one of latex, markdown, both"),
        (["--archive", "a.zip"], "a.zip: is no archive's name; end it in .tar.gz or .tgz"),
    ],
)
def test_bad_options_end_in_one_line(tree, tmp_path, capsys, arguments, problem):
    assert run("export", tree, "-o", tmp_path / "out", *arguments) == 2
    error = capsys.readouterr().err
    assert problem in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_without_results_is_named(tmp_path, capsys):
    assert run("export", tmp_path, "-o", tmp_path / "out") == 2
    assert str(tmp_path) in capsys.readouterr().err


COMMAND = re.compile(r"\\(?:[A-Za-z]+|[{}$&#%_`'^~=.\"])")


@given(st.text())
def test_any_text_is_latex_without_open_ends(text):
    written = latex.escaped(text)
    assert written.isascii()
    bare = COMMAND.sub("", written)
    assert not set(bare) & set("\\$&#%_^~<>|\"'`")
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert "--" not in written
    assert not written.startswith(("[", "*"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mélange 50 % & more_", r"M\'{e}lange 50 \% \& more\_"),
        ("Łódź", r"\L{}\'{o}d\'{z}"),
        ("a\\b{c}", r"a\textbackslash{}b\{c\}"),
        ("中", r"\texttt{U+4E2D}"),
        ("[1, 2] -- x", r"{[}1, 2] -{}- x"),
        ("two\nlines", "two lines"),
    ],
)
def test_signs_and_letters_have_their_commands(text, written):
    assert latex.escaped(text) == written


@given(st.text())
def test_any_text_is_markdown_that_shows_it(text):
    written = markdown.escaped(text)
    (_, inline, _) = MarkdownIt("commonmark").parse(written) or (None, None, None)
    shown = " ".join(text.split()).replace("\0", "\ufffd")
    if inline is None:
        assert not shown
    else:
        assert "".join(child.content for child in inline.children) == shown


def test_a_long_table_runs_over_pages():
    rows = tuple((str(n), "[x") for n in range(latex.LONG + 1))
    written = latex.latex(Page("p", "T", [Grid("a b", "c", ("n", "t"), rows)]))
    assert r"\begin{longtable}" in written
    assert r"\label{tab:a-b}" in written
    assert "{[}x" in written


def test_kinds_of_gold_answers():
    gold = {
        "true or false": ("True or False: A is B.", "1"),
        "number": ("How many?", "1"),
        "range": ("How many?", "[1,2]"),
        "list": ("Which?", "[1,2,3]"),
        "text": ("Which?", "GPT-3"),
        "unanswerable": ("Which?", "is_blank"),
    }
    assert {kind: kind_of(*case) for kind, case in gold.items()} == {kind: kind for kind in KINDS}


def test_shared_records_lose_folders_and_names_of_machines(tmp_path):
    write_json(
        tmp_path / "s.json",
        {"model_id": "/home/me/m.gguf", "hostname": "h", "hardware": {"cpu": "x"}, "n": [1, None]},
    )
    shared = json.loads(shareable.record(tmp_path / "s.json"))
    assert shared == {"model_id": "m.gguf", "hardware": {"cpu": "x"}, "n": [1, None]}


def test_an_archive_of_another_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match="end it in"):
        write_archive(tmp_path / "a.zip", tmp_path, {})
