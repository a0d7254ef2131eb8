"""`make run` on the embedded example: the whole path from PDFs to a report, in a fresh copy."""

import csv
import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from .clone import DATAFILES, PIPELINES, PLOTS, ROOT, SYSTEMS, clone, run

pytestmark = pytest.mark.workflow

EXAMPLE = ROOT / "resources" / "example"
SUBMISSION = [
    *("id", "question", "answer", "answer_value", "answer_unit"),
    *("ref_id", "ref_url", "supporting_materials", "explanation"),
]
BLANK = "is_blank"


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SHEET = rows(EXAMPLE / "metadata.csv")
QUESTIONS = {name: rows(EXAMPLE / f"{name}.csv") for name in DATAFILES}


def experiment(datafile: str, pipeline: str) -> str:
    """An experiment's folder."""
    return f"results/experiments/local/{datafile}/{pipeline}/extractive/none/run1"


def promised() -> list[str]:
    """Every file that a run shall leave."""
    scored = ("submission.csv", "results.json", "summary.json", "errors.csv")
    answered = ("answers.jsonl", "usage.json", *scored)
    tables = (
        *("leaderboard.csv", "results_matrix.csv", "errors.csv", "retrieval.csv", "audit.csv"),
        *("comparisons.csv", "runs.csv", "ensemble_study_vote3.csv", "ensemble_study_vote3.json"),
    )
    return [
        *(f"results/sources/example/{r['id']}{Path(r['url']).suffix}" for r in SHEET),
        *(f"results/corpus/example/tree/{r['id']}.json" for r in SHEET),
        *(f"results/index/example/{name}" for name in ("manifest.json", "built.json")),
        *(
            f"results/retrieval/{retriever}/{datafile}/none.{kind}"
            for retriever, datafile, kind in product(
                PIPELINES, DATAFILES, ("jsonl", "metrics.json")
            )
        ),
        *(f"{experiment(d, p)}/{n}" for d, p, n in product(DATAFILES, PIPELINES, answered)),
        *(f"results/ensembles/local/{d}/vote3/{n}" for d, n in product(DATAFILES, scored)),
        *(f"results/tables/local/{d}/{n}" for d, n in product(DATAFILES, tables)),
        *(
            f"results/plots/local/{datafile}/{plot}.{kind}"
            for datafile, plot, kind in product(DATAFILES, (*PLOTS, "retrieval"), ("svg", "png"))
        ),
        "results/benchmarks/index/example.tsv",
        "logs/index/example.log",
        "results/report.html",
    ]


def test_a_run_leaves_every_promised_file(example):
    missing = [name for name in promised() if not (example / name).is_file()]

    assert missing == []
    empty = [name for name in promised() if not (example / name).stat().st_size]
    assert [name for name in empty if not name.startswith("logs/")] == []


def test_a_second_run_runs_no_job(example):
    done = run(example)

    assert "Nothing to be done" in done.stdout
    assert "Report created" in done.stdout


@pytest.mark.parametrize("datafile", DATAFILES)
def test_the_leaderboard_ranks_every_experiment_and_the_ensemble(example, datafile):
    board = rows(example / f"results/tables/local/{datafile}/leaderboard.csv")

    assert {row["name"] for row in board} == SYSTEMS
    scores = [float(row["overall_score"]) for row in board]
    assert scores == sorted(scores, reverse=True)
    assert {row["num_questions"] for row in board} == {"40"}
    assert {(row["missing_count"], row["error_count"]) for row in board} == {("0", "0")}


@pytest.mark.parametrize("datafile", DATAFILES)
def test_the_fused_pipeline_is_clearly_better_than_silence(example, datafile):
    summary = json.loads((example / experiment(datafile, "hybrid") / "summary.json").read_text())
    unanswerable = sum(row["answer_value"] == BLANK for row in QUESTIONS[datafile])

    silent = unanswerable / len(QUESTIONS[datafile])
    assert summary["value_accuracy_ci"][0] > silent
    assert summary["num_questions"] == 40
    assert summary["num_na_questions"] == unanswerable


@pytest.mark.parametrize("datafile", DATAFILES)
def test_search_finds_the_gold_document(example, datafile):
    metrics = example / f"results/retrieval/hybrid/{datafile}/none.metrics.json"
    means = json.loads(metrics.read_text())["means"]

    assert means["hit_at_5"]["value"] >= 0.8


@pytest.mark.parametrize(
    "folder",
    [*(experiment(d, "hybrid") for d in DATAFILES), "results/ensembles/local/test_QA/vote3"],
)
def test_a_submission_has_the_columns_and_one_row_a_question(example, folder):
    path = example / folder / "submission.csv"
    datafile = next(name for name in DATAFILES if name in folder)

    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == SUBMISSION
    assert [row["id"] for row in rows(path)] == [row["id"] for row in QUESTIONS[datafile]]


def values(row: dict[str, str]) -> list[str]:
    """The gold value's parts; none where it is worked out, read off a figure, or a truth value."""
    value, how = row["answer_value"], row["explanation"]
    if value == BLANK or how.startswith(("Math", "Figure")) or row["question"].startswith("True"):
        return []
    return [str(part) for part in json.loads(value)] if value.startswith("[") else [value]


def occurs(value: str, text: str) -> bool:
    """Whether `value` stands in `text` as a whole, with or without thousands separators."""
    if not re.fullmatch(r"[\d.]+", value):
        spelled = r"\s*".join(map(re.escape, value.split()))
        return re.search(rf"(?<!\w){spelled}(?!\w)", text, re.IGNORECASE) is not None
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return re.search(rf"(?<![\d.]){re.escape(value)}(?!\.?\d)", plain) is not None


def texts(tree: Path) -> str:
    """All paragraphs and sentences of a tree."""
    document = json.loads(tree.read_text())
    paragraphs = [p for section in document["sections"] for p in section["paragraphs"]]
    sentences = [s["text"] for p in paragraphs for s in p["sentences"] or ()]
    return "\n".join([*(p["text"] for p in paragraphs), *sentences])


def test_every_gold_value_outside_figures_is_in_a_tree_of_its_document(example):
    trees = {r["id"]: texts(example / f"results/corpus/example/tree/{r['id']}.json") for r in SHEET}
    wanted = [
        (row["id"], value, re.findall(r"\w+", row["ref_id"]))
        for questions in QUESTIONS.values()
        for row in questions
        for value in values(row)
    ]

    assert len(wanted) > 50
    lost = [(i, v) for i, v, refs in wanted if not any(occurs(v, trees[ref]) for ref in refs)]
    assert lost == []


@pytest.mark.slow
def test_another_folder_without_stores_gives_the_same_bytes(example, tmp_path):
    other = clone(tmp_path / "somewhere else")
    run(other)

    kinds = ("*.csv", "results.json", "*.jsonl", "built.json", "*.svg", "tree/*.json")
    made = [p.relative_to(example) for kind in kinds for p in (example / "results").rglob(kind)]
    assert len(made) > 50
    assert [p for p in made if (example / p).read_bytes() != (other / p).read_bytes()] == []


def test_the_page_on_retrieval_shows_what_the_command_prints(example):
    page = (ROOT / "docs/retrieval.md").read_text(encoding="utf-8")
    question = re.search(r'^wattrag query results/index/example "(.+)"$', page, re.MULTILINE)[1]
    command = [Path(sys.executable).with_name("wattrag"), "query", "results/index/example"]
    done = subprocess.run([*command, question], cwd=example, capture_output=True, check=True)
    shown = []
    for hit in json.loads(done.stdout)[0]["hits"]:
        steps = (hit["scores"][step] for step in ("dense", "lexical", "fused", "rerank"))
        shown.append([str(hit["rank"]), f"`{hit['node_id']}`", *steps])
    table = page.split("<!-- hits:begin -->")[1].split("<!-- hits:end -->")[0].splitlines()
    printed = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line]
    for (rank, node, *scores), (place, name, *found) in zip(printed[2:], shown, strict=True):
        assert [rank, node] == [place, name]
        # Processors of other kinds round a vector's last bits otherwise.
        assert [float(s) if s else None for s in scores] == pytest.approx(found, abs=1e-5)
