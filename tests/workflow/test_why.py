"""`wattrag why`: each kind of cause is named, where it begins."""

import base64
import json
import os
import shutil
from pathlib import Path

import pytest

from wattrag.cli.main import main
from wattrag.errors import InputError
from wattrag.study import code
from wattrag.study.causes import Cause
from wattrag.study.why import why

from .test_reruns import (
    add_document,
    add_question,
    add_run,
    append,
    change,
    change_gold,
    change_top_k,
    replace_document,
)

pytestmark = pytest.mark.workflow

CONFIG = (Path("study.yaml"),)
LEADERBOARD = Path("results/tables/local/train/leaderboard.csv")
INDEX = Path("results/index/tiny/built.json")
TREE = "results/corpus/tiny/tree"
EVIDENCE = "results/retrieval/bm25/train/none.jsonl"
RETRIEVED = (EVIDENCE, "results/retrieval/bm25/train/none.usage.json")
RUN = "results/experiments/local/train/bm25/extractive/none"


def rename_document(folder: Path) -> None:
    """A document under another name."""
    shutil.copy2(folder / "alder2021.pdf", folder / "alder.pdf")
    sheet = folder / "metadata.csv"
    sheet.write_text(sheet.read_text().replace("alder2021.pdf", "alder.pdf"))


def remove_document(folder: Path) -> None:
    """A row taken off the sheet."""
    sheet = folder / "metadata.csv"
    rows = sheet.read_text().splitlines(keepends=True)
    sheet.write_text("".join(row for row in rows if "dogwood2023" not in row))


def change_limit(folder: Path) -> None:
    """How much is asked, of every datafile."""
    change(folder, lambda c: c.update(limits={"questions": 1}))


def delete_result(folder: Path) -> None:
    """A result deleted."""
    (folder / INDEX).unlink()


def age_result(folder: Path) -> None:
    """A result older than the script that makes it, as after an edit of the script."""
    os.utime(folder / EVIDENCE, (0, 0))


def kill_job(folder: Path) -> None:
    """The mark that Snakemake leaves when it is killed while a job runs."""
    name = base64.urlsafe_b64encode(EVIDENCE.encode()).decode()
    (folder / ".snakemake/incomplete" / name).write_text('{"external_jobid": null, "starttime": 1}')


CAUSES = [
    (change_top_k, "retrieve", Cause("param", "settings.top_k: 8 -> 5")),
    (add_question, "retrieve", Cause("param", "questions asked changed")),
    (change_limit, "retrieve", Cause("param", "questions.limit: null -> 1")),
    (rename_document, "fetch", Cause("param", "url: alder2021.pdf -> alder.pdf")),
    (rename_document, "fetch", Cause("input added", "input added", ("alder.pdf",))),
    (replace_document, "fetch", Cause("input changed", "input changed", ("alder2021.pdf",))),
    (add_document, "index", Cause("input added", "input added", (f"{TREE}/elder2024.json",))),
    (
        remove_document,
        "index",
        Cause("input removed", "input removed", (f"{TREE}/dogwood2023.json",)),
    ),
    (
        delete_result,
        "index",
        Cause("missing", "deleted, or the last attempt failed", (str(INDEX),)),
    ),
    (
        age_result,
        "retrieve",
        Cause("script", "script edited or touched", ("workflow/scripts/retrieve.py",)),
    ),
    (
        kill_job,
        "retrieve",
        Cause("incomplete", "a run was killed while this job was at work"),
    ),
]


@pytest.mark.parametrize(("edit", "rule", "cause"), CAUSES)
def test_the_cause_is_named_at_the_job_where_it_begins(study, monkeypatch, edit, rule, cause):
    monkeypatch.chdir(study)
    edit(study)

    found = {job.rule: job.causes for job in why(LEADERBOARD, CONFIG)}

    assert cause in found[rule]


def test_edited_library_code_is_named(study, tmp_path, monkeypatch):
    monkeypatch.chdir(study)
    library = Path(shutil.copytree(code.LIBRARY, tmp_path / "source" / "wattrag"))
    append(library / "scoring/value.py", "\n# an edit\n")
    monkeypatch.setenv("PYTHONPATH", str(library.parent))

    (job,) = why(Path(RUN, "run1/results.json"), CONFIG)

    assert job.rule == "score_experiment"
    assert job.causes == (Cause("param", "library code of this stage changed"),)


def test_causes_are_told_along_the_dataflow_and_for_this_file_only(study, monkeypatch):
    monkeypatch.chdir(study)
    change_top_k(study)

    jobs = why(Path(RUN, "run1/submission.csv"), CONFIG)

    assert [(job.rule, job.wildcards["datafile"]) for job in jobs] == [
        ("retrieve", "train"),
        ("answer", "train"),
    ]
    assert jobs[1].causes == (Cause("input remade", "input will be remade by retrieve", RETRIEVED),)
    assert why(Path("results/retrieval/hybrid/train/none.jsonl"), CONFIG) == []


def test_a_file_that_was_never_made_says_so(study, monkeypatch):
    monkeypatch.chdir(study)
    add_run(study)

    (job,) = why(Path(RUN, "run2/answers.jsonl"), CONFIG)

    assert [cause.text for cause in job.causes] == ["not made yet"]
    assert f"{RUN}/run2/answers.jsonl" in job.causes[0].files


def test_a_missing_input_upstream_counts_although_the_file_itself_is_there(study, monkeypatch):
    monkeypatch.chdir(study)
    (study / INDEX).unlink()

    assert [job.rule for job in why(Path(EVIDENCE), CONFIG)] == ["index", "retrieve"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("results/tables/local/train/leaderbord.csv", f"did you mean '{LEADERBOARD}'?"),
        ("results/plots/local/train/overall_score.svg", "overall_scores.svg'?"),
        ("index", "no rule of the workflow makes it"),
        ("../other/results/report.html", "lies outside the study"),
    ],
)
def test_a_file_that_no_rule_makes_is_refused_with_a_cure(finished, monkeypatch, file, line):
    monkeypatch.chdir(finished)

    with pytest.raises(InputError, match=r"; (did you mean|name a file|call this in)") as caught:
        why(Path(file), CONFIG)

    assert line in str(caught.value)


def test_a_study_that_cannot_be_planned_is_one_line(study, monkeypatch, capsys):
    monkeypatch.chdir(study)
    (study / "train.csv").unlink()

    with pytest.raises(SystemExit) as ended:
        main(["why", str(LEADERBOARD), "--configfile", "study.yaml"])

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "wattrag: train.csv: No such file or directory; check the path\n"
    )


def test_a_missing_configuration_is_one_line(finished, monkeypatch, capsys):
    monkeypatch.chdir(finished)

    with pytest.raises(SystemExit) as ended:
        main(["why", str(LEADERBOARD)])

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("wattrag: config/config.yaml: No such file")


def test_the_command_prints_lines_or_json(study, monkeypatch, capsys):
    monkeypatch.chdir(study)
    command = ["why", EVIDENCE, "--configfile", "study.yaml"]

    with pytest.raises(SystemExit, match="0"):
        main(command)
    assert capsys.readouterr().out == f"{EVIDENCE}: up to date\n"

    change_top_k(study)
    with pytest.raises(SystemExit, match="0"):
        main(command)
    assert capsys.readouterr().out.splitlines() == [
        f"{EVIDENCE}: 1 job would run",
        "retrieve retriever=bm25 datafile=train planner=none",
        "  settings.top_k: 8 -> 5",
    ]

    with pytest.raises(SystemExit, match="0"):
        main([*command, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["stale"]
    assert told["jobs"][0]["causes"] == [
        {"kind": "param", "text": "settings.top_k: 8 -> 5", "files": []}
    ]


def test_a_corrected_gold_answer_makes_scores_stale_and_no_search(study, monkeypatch):
    monkeypatch.chdir(study)
    change_gold(study)

    jobs = why(Path(RUN, "run1/results.json"), CONFIG)

    assert [job.rule for job in jobs] == ["retrieval_metrics", "score_experiment"]
    assert jobs[0].causes == (Cause("input changed", "input changed", ("train.csv",)),)
    assert [cause.kind for cause in jobs[1].causes] == ["input remade"]
