"""What reruns: after each edit, just the stages that depend on it and what follows."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from wattrag.study import code

from .planning import planned
from .study import DOCUMENTS, QUESTIONS, ROOT, read_config, snakemake, write_config, write_document

pytestmark = pytest.mark.workflow

# Jobs by rule: 3 documents, 2 retrievers and pipelines, 2 datafiles of which 1 is labelled,
# 1 ensemble (the foreign submission is on the labelled datafile), 3 plots.
SCORES = {"score_experiment": 2, "score_ensemble": 1, "tables": 1, "plot": 3}
EVIDENCE = {"retrieval_table": 1, "retrieval_plot": 1}
TABLES = {"tables": 1, "plot": 3}
ENSEMBLE = {"ensemble": 2}
ANSWERS = {"answer": 4, **ENSEMBLE, **SCORES}
RETRIEVALS = {"retrieve": 4, "retrieval_metrics": 2, **EVIDENCE, **ANSWERS}
INDEX = {"index": 1, **RETRIEVALS}
ONE_PIPELINE = {
    "retrieve": 2,
    "retrieval_metrics": 1,
    **EVIDENCE,
    "answer": 2,
    **ENSEMBLE,
    "score_experiment": 1,
    "score_ensemble": 1,
    **TABLES,
}
QUESTIONS_CHANGED = {
    **ONE_PIPELINE,
    "retrieve": 2,
    "retrieval_metrics": 2,
    "answer": 2,
    "ensemble": 1,
    "score_experiment": 2,
    "score_external": 1,
}


def change(folder: Path, edit: Callable[[dict], None]) -> None:
    """Edit the study's configuration."""
    config = read_config(folder)
    edit(config)
    write_config(folder, config)


def append(path: Path, text: str) -> None:
    """Add text to a file."""
    path.write_text(path.read_text() + text)


def nothing(folder: Path) -> None:
    """No edit."""


def add_document(folder: Path) -> None:
    """A row added to the sheet."""
    (folder / "elder2024.txt").write_text("The Elder hall is an invented example of 7 racks.\n")
    append(folder / "metadata.csv", "elder2024,The Elder hall,elder2024.txt\n")


def replace_document(folder: Path) -> None:
    """A PDF replaced."""
    text = DOCUMENTS["alder2021.pdf"] + "\nIts servers last 6 years.\n"
    write_document(folder / "alder2021.pdf", text)


def add_question(folder: Path) -> None:
    """A question added to the labelled datafile."""
    append(folder / "train.csv", "t6,How long do accelerators last?,5,5,years,['dogwood2023']\n")


def edit_question(folder: Path) -> None:
    """A question put in other words."""
    text = (folder / "train.csv").read_text()
    (folder / "train.csv").write_text(text.replace("did training the Birch", "did the Birch"))


def change_gold(folder: Path) -> None:
    """A gold answer changed."""
    text = (folder / "train.csv").read_text()
    (folder / "train.csv").write_text(text.replace("62,62", "63,63"))


def change_rules(folder: Path) -> None:
    """Other scoring rules."""
    change(folder, lambda c: c.update(scoring={"rules": "2025-normalized"}))


def change_metric(folder: Path) -> None:
    """The metric of the labelled datafile."""
    change(folder, lambda c: c["datafiles"]["train"].update(metric="f1"))


def change_top_k(folder: Path) -> None:
    """`top_k` of one retriever."""
    change(folder, lambda c: c["retrievers"]["bm25"].update(top_k=5))


def change_fusion(folder: Path) -> None:
    """The fusion of one retriever."""
    change(folder, lambda c: c["retrievers"]["hybrid"].update(fusion="rrf"))


def change_rerank(folder: Path) -> None:
    """How one retriever orders what it has found."""
    change(folder, lambda c: c["retrievers"]["hybrid"].update(rerank_strategy="score"))


def change_retries(folder: Path) -> None:
    """Deepening of one pipeline, within what its retriever has prepared for the other."""
    change(folder, lambda c: c["pipelines"].update(shallow={"retriever": "bm25", "max_retries": 0}))


def change_prompt(folder: Path) -> None:
    """The prompt of a pipeline; `test_chat_models.py` has what it does to models."""
    change(folder, lambda c: c["pipelines"]["bm25"].update(use_reordered_prompt=True))


def change_vote(folder: Path) -> None:
    """The vote rule of the ensemble."""
    change(folder, lambda c: c["ensembles"]["vote"].update(ref_mode="all"))


def change_style(folder: Path) -> None:
    """How plots look."""
    change(folder, lambda c: c.update(plots={"palette": "gray"}))


def touch_everything(folder: Path) -> None:
    """Inputs written again with the same bytes, as a checkout does."""
    for path in folder.glob("*.*"):
        path.touch()


def merge_results(folder: Path) -> None:
    """Results of another machine copied into the tree."""
    ours = folder / "results/experiments/local/train/bm25"
    shutil.copytree(ours, folder / "results/experiments/gpu1/train/bm25")


def add_run(folder: Path) -> None:
    """A second run of each experiment."""
    change(folder, lambda c: c.update(runs=2))


def add_model(folder: Path) -> None:
    """A model declared and used; no ensemble matches it."""
    (folder / "config").mkdir()
    shutil.copy(ROOT / "config/models.yaml", folder / "config/models.yaml")
    append(folder / "config/models.yaml", "\nsecond: {provider: extractive, name: Second}\n")
    change(folder, lambda c: c.update(models=["extractive", "second"]))


def relabel_model(folder: Path) -> None:
    """A model's display name changed."""
    (folder / "config").mkdir()
    text = (ROOT / "config/models.yaml").read_text()
    renamed = text.replace("name: Extractive reader", "name: Reader")
    (folder / "config/models.yaml").write_text(renamed)


def declare(folder: Path, old: str, new: str) -> None:
    """Edit the study's models."""
    (folder / "config").mkdir()
    text = (ROOT / "config/models.yaml").read_text()
    assert old in text
    (folder / "config/models.yaml").write_text(text.replace(old, new))


def embedder_dtype(folder: Path) -> None:
    """What an embedder computes with."""
    declare(folder, "  dimensions: 384\n", "  dimensions: 384\n  dtype: bf16\n")


def relabel_embedder(folder: Path) -> None:
    """An embedder's display name and memory changed."""
    declare(folder, "name: all-MiniLM-L6-v2\n", "name: MiniLM\n  mem_mb: 3000\n")


def add_cross_encoder(folder: Path) -> None:
    """One retriever reranks with a cross-encoder."""
    change(folder, lambda c: c["retrievers"]["bm25"].update(cross_encoder="ms-marco-minilm"))


def index_dtype(folder: Path) -> None:
    """How vectors are stored."""
    change(folder, lambda c: c.update(indexes={"tiny": {"corpus": "tiny", "dtype": "f32"}}))


EDITS = [
    (nothing, {}),
    (touch_everything, {}),
    (add_document, {"fetch": 1, "parse": 1, **INDEX}),
    (replace_document, {"fetch": 1, "parse": 1, **INDEX}),
    (add_question, QUESTIONS_CHANGED),
    (edit_question, QUESTIONS_CHANGED),
    (change_gold, {"retrieval_metrics": 2, **EVIDENCE, **SCORES, "score_external": 1}),
    (change_rules, {**SCORES, "score_external": 1}),
    (change_metric, {**SCORES, "score_external": 1}),
    (change_top_k, ONE_PIPELINE),
    (change_fusion, ONE_PIPELINE),
    (change_rerank, ONE_PIPELINE),
    (change_retries, {"answer": 2, **ENSEMBLE, "score_experiment": 1, "score_ensemble": 1,
                      **TABLES}),
    (change_prompt, {}),  # the extractive reader has none
    (change_vote, {**ENSEMBLE, "score_ensemble": 1, **TABLES}),
    (change_style, {"plot": 3, "retrieval_plot": 1}),
    (merge_results, {"score_external": 1, "compare_tables": 1, "compare_plot": 3}),
    (add_model, {"answer": 4, "score_experiment": 2, **TABLES}),
    (relabel_model, TABLES),
    (add_run, {"answer": 4, "score_experiment": 2, **TABLES}),
    (index_dtype, INDEX),
    (embedder_dtype, INDEX),
    (relabel_embedder, {}),
    (add_cross_encoder, ONE_PIPELINE),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "jobs"), EDITS, ids=lambda value: getattr(value, "__name__", ""))
def test_only_what_depends_on_an_edit_runs_again(study, edit, jobs):
    edit(study)

    assert dict(planned(study)) == jobs


def more_queries(folder: Path) -> None:
    """More queries of a retriever's planner."""
    change(folder, lambda c: c["retrievers"]["planned"].update(planner_max_queries=4))


def change_plan(folder: Path) -> None:
    """A plan of other content."""
    (path,) = (folder / "results/plans").rglob("queries.jsonl")
    path.write_text(path.read_text().replace("second further", "other further"))


def no_planner(folder: Path) -> None:
    """A retriever that plans no more."""
    change(folder, lambda c: c["retrievers"]["planned"].update(planner="none"))


SCORED = {"retrieval_metrics": 1, **EVIDENCE, "score_experiment": 1, **TABLES}
SEARCHED = {"retrieve": 1, "answer": 1, **SCORED}
EDITS_WITH_PLANS = [
    (nothing, {}),
    (touch_everything, {}),
    (add_question, {"plan": 1, **SEARCHED}),
    (edit_question, {"plan": 1, **SEARCHED}),
    (change_gold, SCORED),
    (change_rules, {"score_experiment": 1, **TABLES}),
    (more_queries, {"plan": 1, **SEARCHED}),
    (change_plan, SEARCHED),
    (no_planner, SEARCHED),
    (lambda f: change(f, lambda c: c["retrievers"]["planned"].update(top_k=5)), SEARCHED),
    (lambda f: change(f, lambda c: c.update(generation={"temperature": 1})), {}),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "jobs"), EDITS_WITH_PLANS)
def test_only_what_depends_on_an_edit_is_planned_again(planned_study, edit, jobs):
    edit(planned_study)

    assert dict(planned(planned_study)) == jobs


def test_a_question_added_asks_the_planner_for_that_question_only(planned_study, planner):
    add_question(planned_study)
    snakemake(planned_study)

    assert planner.questions == ["How long do accelerators last?"]
    (plans,) = (planned_study / "results/plans").rglob("queries.jsonl")
    assert len(plans.read_text().splitlines()) == len(QUESTIONS) + 1


def test_a_gold_answer_changed_asks_no_model(planned_study, planner):
    change_gold(planned_study)
    snakemake(planned_study)

    assert planner.questions == []


LIBRARY_EDITS = [
    ("corpus/readers/markdown.py", {"parse": 3, **INDEX}),
    ("index/build.py", INDEX),
    ("llm/embedders/sentence_transformers.py", INDEX),
    ("llm/embedders/cross_encoder.py", {}),
    ("retrieval/fusion.py", {**RETRIEVALS}),
    ("answering/extractive/reader.py", ANSWERS),
    ("scoring/value.py", {**ENSEMBLE, **SCORES, "score_external": 1}),
    ("ensemble/vote.py", {**ENSEMBLE, "score_ensemble": 1, **TABLES}),
    ("retrieval/metrics.py", {**RETRIEVALS}),
    ("analysis/tables/leaderboard.py", TABLES),
    ("analysis/tables/page.py", {**TABLES, **EVIDENCE}),
    ("analysis/plots/style.py", {"plot": 3, "retrieval_plot": 1}),
    ("cli/main.py", {}),
]


@pytest.mark.parametrize(("module", "jobs"), LIBRARY_EDITS, ids=lambda value: str(value)[:40])
def test_an_edited_library_module_makes_its_stage_stale(study, tmp_path, monkeypatch, module, jobs):
    library = Path(shutil.copytree(code.LIBRARY, tmp_path / "wattrag"))
    append(library / module, "\n# an edit\n")
    monkeypatch.setattr(code, "LIBRARY", library)
    code.code_of.cache_clear()
    try:
        assert dict(planned(study)) == jobs
    finally:
        code.code_of.cache_clear()


def test_a_report_of_the_first_run_exists(finished):
    assert (finished / "results/report.html").stat().st_size > 1_000_000


@pytest.mark.slow
def test_an_unchanged_question_keeps_its_answer(study):
    before = study / "results/experiments/local/train/bm25/extractive/none/run1/answers.jsonl"
    lines = before.read_text().splitlines()
    add_question(study)
    snakemake(study)

    assert before.read_text().splitlines()[: len(QUESTIONS)] == lines
    assert json.loads(before.read_text().splitlines()[-1])["id"] == "t6"


def test_results_of_another_machine_keep_their_model_and_what_they_took(study):
    merge_results(study)
    place = "results/external/gpu1/train/bm25--extractive--none--run1/summary.json"
    snakemake(study, place)
    found = json.loads((study / place).read_text())
    who = ("type", "run_environment", "pipeline", "model", "precision", "run")
    assert [found[field] for field in who] == ["external", "gpu1", "bm25", "extractive", "none", 1]
    assert found["total_time_seconds"] > 0
