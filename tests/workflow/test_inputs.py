"""Every kind of input: given trees, foreign results, plain questions, odd names, no text."""

import json
from pathlib import Path

import pytest

from .planning import planned
from .study import (
    QUESTIONS,
    read_config,
    read_csv,
    snakemake,
    write_config,
    write_csv,
    write_study,
)

pytestmark = pytest.mark.workflow

GIVEN = {
    "fir+pine2019.v2": "The Fir detector is an invented example. It drew 83 kW in operation.",
    "hazel2020": "The Hazel survey is an invented example. It counted 29 halls in the north.",
}
PICTURE = {
    "text": "[page=1 idx=1 name=X1]\nsize=20x10\n512 bytes",
    "sentences": [{"text": "[page=1 idx=1 name=X1]\nsize=20x10\n512 bytes", "metadata": {}}],
    "metadata": {
        "page": 1,
        "attachment_type": "image",
        "image_index": 1,
        "image_name": "X1",
        "image_width": 20,
        "image_height": 10,
        "has_image_data": True,
        "image_data_size": 512,
    },
}
FIR = [
    ("g1", "How much power did the Fir detector draw in operation?", "83", "kW", "fir+pine2019.v2")
]
ODD = {
    "sources": {"tiny": {"sheet": "metadata.csv"}, "web.1": {"sheet": "more.csv"}},
    "corpora": {
        "tiny": {"source": "tiny"},
        "web.1": {"source": "web.1"},
        "given": {"trees": "trees"},
    },
    "retrievers": {
        "bm25": {"index": "tiny", "dense_weight": 0},
        "given+b": {"index": "given", "dense_weight": 0},
        "web": {"index": "web.1", "dense_weight": 0},
    },
    "pipelines": {
        "tiny-v1.0": {"retriever": "bm25", "max_retries": 0},
        "given": {"retriever": "given+b", "max_retries": 0},
        "web": {"retriever": "web", "max_retries": 0},
    },
    "datafiles": {
        "train": {"path": "train.csv"},
        "plain.v1": {"path": "prompts.csv", "columns": {"question": "prompt"}},
    },
    "ensembles": {
        "both": {"members": ["*/extractive/none/run1", "external:*/*"]},
        "theirs": {"members": ["external:lab/oracle", "external:external/team+1.0"]},
    },
    "external_results": "external",
}


def write_tree(folder: Path, name: str, text: str) -> None:
    """Write a document as KohakuRAG's corpora have them: a section a page, a paragraph each."""
    sentences = [{"text": s, "metadata": {}} for s in text.split(". ")]
    prose = {"text": text, "sentences": sentences, "metadata": {"page": 1}}
    page = {"title": "Page 1", "paragraphs": [prose, PICTURE], "metadata": {"page": 1}}
    tree = {
        "document_id": name,
        "title": name,
        "text": text,
        "metadata": {"url": "https://example.org/", "type": "paper", "year": "2020"},
        "sections": [page],
    }
    (folder / f"{name}.json").write_text(json.dumps(tree))


def answer(folder: Path, name: str, questions: list[tuple]) -> None:
    """Write another system's right answers to questions."""
    (folder / name).mkdir(parents=True)
    rows = [(i, v, f'["{r}"]' if r != "is_blank" else r) for i, _, v, _, r in questions]
    write_csv(folder / name / "submission.csv", ("id", "answer_value", "ref_id"), rows)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of all kinds of input, with dots, dashes and plus signs in names."""
    folder = tmp_path_factory.mktemp("odd")
    write_study(folder)
    write_config(folder, ODD)
    (folder / "trees").mkdir()
    for name, text in GIVEN.items():
        write_tree(folder / "trees", name, text)
    (folder / "larch+1.0.txt").write_text("The Larch node is an invented example of 17 racks.\n")
    write_csv(folder / "more.csv", ("id", "title", "url"), [("larch+1.0", "L", "larch+1.0.txt")])
    with (folder / "train.csv").open("a") as train:
        train.writelines(f"{i},{q},{v},{v},{u},['{r}']\n" for i, q, v, u, r in FIR)
    plain = (folder / "plain.csv").read_text()
    (folder / "prompts.csv").write_text(plain.replace("question", "prompt"))
    answer(folder / "external" / "train", "team+1.0", [*QUESTIONS, *FIR])
    answer(folder / "external" / "gpu-2.x" / "train", "poor", QUESTIONS[:2])
    answer(folder / "external" / "lab" / "elsewhere", "other", QUESTIONS)
    snakemake(folder)
    return folder


@pytest.mark.slow
def test_given_trees_need_no_fetch_and_no_parse(odd):
    assert not (odd / "results/corpus/given").exists()
    built = json.loads((odd / "results/index/given/built.json").read_text())
    assert built["counts"]["documents"] == 2

    answers = odd / "results/experiments/local/train/given/extractive/none/run1/submission.csv"
    fir = next(row for row in read_csv(answers) if row["id"] == "g1")
    assert (fir["answer_value"], fir["ref_id"]) == ("83", '["fir+pine2019.v2"]')


@pytest.mark.slow
def test_each_source_has_its_own_documents_and_index(odd):
    trees = {
        p.relative_to(odd / "results/corpus").as_posix() for p in odd.glob("results/corpus/*/*/*")
    }

    assert "web.1/tree/larch+1.0.json" in trees
    assert len(trees) == 4
    assert {p.parent.name for p in odd.glob("results/index/*/built.json")} == {
        "tiny",
        "web.1",
        "given",
    }


@pytest.mark.slow
def test_an_unlabelled_datafile_gives_submissions_and_no_score(odd):
    folder = odd / "results/experiments/local/plain.v1/tiny-v1.0/extractive/none/run1"

    assert {p.name for p in folder.iterdir()} == {"answers.jsonl", "usage.json", "submission.csv"}
    assert [row["id"] for row in read_csv(folder / "submission.csv")] == ["t1", "t2"]
    assert (odd / "results/ensembles/local/plain.v1/both/submission.csv").exists()
    assert not (odd / "results/tables/local/plain.v1").exists()
    assert not (odd / "results/plots/local/plain.v1").exists()


@pytest.mark.slow
def test_foreign_results_are_scored_with_and_without_an_env(odd):
    scored = {
        p.parent.relative_to(odd / "results/external").as_posix()
        for p in odd.glob("results/external/*/*/*/results.json")
    }

    assert scored == {"lab/train/oracle", "external/train/team+1.0", "gpu-2.x/train/poor"}
    poor = json.loads((odd / "results/external/gpu-2.x/train/poor/summary.json").read_text())
    assert poor["missing_ids"] == ["t3", "t4", "t5", "g1"]


@pytest.mark.slow
def test_foreign_results_are_compared_beside_ours(odd):
    board = {
        row["name"]: row for row in read_csv(odd / "results/tables/local/train/leaderboard.csv")
    }
    matrix = (odd / "results/tables/local/train/results_matrix.csv").read_text()
    plot = (odd / "results/plots/local/train/overall_scores.svg").read_text()

    assert board["team+1.0"]["env"] == "external"
    assert float(board["team+1.0"]["overall_score"]) == 1
    assert {row["type"] for row in board.values()} == {"single", "ensemble", "external"}
    for name in ("team+1.0", "poor", "oracle", "both", "theirs"):
        assert name in board
        assert name in matrix
        assert name in plot


@pytest.mark.slow
def test_foreign_results_are_scored_again_by_the_audit(odd):
    findings = read_csv(odd / "results/tables/local/train/audit.csv")

    assert {row["name"] for row in findings} >= {"team+1.0", "poor", "oracle"}
    assert [row for row in findings if row["level"] == "problem"] == []


@pytest.mark.slow
def test_foreign_results_vote_in_ensembles(odd):
    theirs = read_csv(odd / "results/ensembles/local/train/theirs/submission.csv")

    assert {row["id"]: row["answer_value"] for row in theirs} == {
        i: v for i, _, v, *_ in [*QUESTIONS, *FIR]
    }
    assert not (odd / "results/ensembles/local/plain.v1/theirs").exists()


@pytest.mark.slow
def test_nothing_runs_again_whatever_the_names(odd):
    assert not planned(odd)


@pytest.mark.parametrize(
    ("limit", "asked"), [({"limits": {"questions": 2}}, ["t1", "t2"]), ({"smoke": True}, ["t1"])]
)
@pytest.mark.slow
def test_a_trial_asks_the_first_questions_and_takes_as_many_of_foreign_answers(study, limit, asked):
    write_config(study, {**read_config(study), **limit})

    snakemake(study, "results/tables/local/train/leaderboard.csv")

    for name in (
        "ensembles/local/train/vote",
        "external/lab/train/oracle",
        "experiments/local/train/bm25/extractive/none/run1",
    ):
        results = json.loads((study / "results" / name / "results.json").read_text())
        assert [record["id"] for record in results] == asked
    board = read_csv(study / "results/tables/local/train/leaderboard.csv")
    assert {row["num_questions"] for row in board} == {str(len(asked))}


def test_settings_on_the_command_line_arrive_as_text_and_work(study):
    options = ("runs=2", "env=desk", "limits={questions: 2}", "smoke=false", "models=[extractive]")

    done = snakemake(study, "-n", "--config", *options)

    assert "results/experiments/desk/train/hybrid/extractive/none/run2/answers.jsonl" in done.stdout
    assert "results/experiments/desk/train/hybrid/extractive/none/run3" not in done.stdout


def test_a_document_without_text_is_named_or_skipped(study):
    (study / "elm2020.txt").write_text(" \n\n")
    with (study / "metadata.csv").open("a") as sheet:
        sheet.write("elm2020,Elm,elm2020.txt\n")

    failed = snakemake(study, "results/index/tiny/built.json", check=False)

    assert failed.returncode == 1
    assert "elm2020.txt: holds no text" in failed.stdout.strip().splitlines()[-1]
    skip = {"tiny": {"source": "tiny", "on_bad_document": "skip"}}
    write_config(study, {**read_config(study), "corpora": skip})
    snakemake(study, "results/index/tiny/built.json")
    tree = json.loads((study / "results/corpus/tiny/tree/elm2020.json").read_text())
    assert tree["metadata"]["error"] == "holds no text"


def test_an_empty_file_is_named(study):
    (study / "dogwood2023.txt").write_text("")

    failed = snakemake(study, "results/corpus/tiny/tree/dogwood2023.json", check=False)

    assert failed.returncode == 1
    assert "dogwood2023.txt): is empty" in failed.stdout.strip().splitlines()[-1]
