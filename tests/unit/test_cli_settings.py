from pathlib import Path

import pytest

from wattrag.cli.settings import retriever_options
from wattrag.config.settings import Pipeline, Retriever
from wattrag.errors import InputError

STUDY = """
sources: {s: {sheet: s.csv}}
retrievers: {a: {index: s, top_k: 5, lexical: {window: 4}}, b: {index: s, dense_weight: 0}}
pipelines: {one: {retriever: a, max_retries: 0}, two: {retriever: b}}
"""


@pytest.fixture
def study(tmp_path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_without_options_the_defaults_of_hybrid_hold():
    chosen = retriever_options()
    assert chosen.retriever == Retriever(index=chosen.retriever.index)
    assert chosen.pipeline == Pipeline(retriever="hybrid")


def test_a_pipeline_of_a_study_brings_its_retriever(study):
    chosen = retriever_options(study, "one")
    assert (chosen.retriever.top_k, chosen.retriever.lexical.window) == (5, 4)
    assert chosen.pipeline.max_retries == 0


def test_a_study_with_one_pipeline_needs_no_name(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("sources: {s: {sheet: s.csv}}\nretrievers: {x: {index: s, top_k: 3}}\n")
    assert retriever_options(path).retriever.top_k == 3


def test_assignments_change_one_key_and_keep_the_others(study):
    chosen = retriever_options(
        study, "one", ["lexical.title=false", "top_k_final=null", "max_retries=2", "top_k=9"]
    )
    assert chosen.retriever.lexical.model_dump() == {"window": 4, "title": False, "stemming": True}
    assert (chosen.retriever.top_k, chosen.retriever.top_k_final) == (9, None)
    assert chosen.pipeline.max_retries == 2


def test_top_k_sets_both_cuts_after_the_assignments():
    chosen = retriever_options(assignments=["top_k=9"], top_k=5)
    assert (chosen.retriever.top_k, chosen.retriever.top_k_final) == (5, 5)


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("top_k", "--set top_k: has no '='; write KEY=VALUE, as top_k=5"),
        ("topk=5", "--set topk=5: unknown key; did you mean 'top_k'?"),
        ("index=other", "--set index=other: unknown key; "),
        ("lexical.windo=5", "--set: lexical.windo: unknown key; did you mean 'window'?"),
        ("top_k.x=5", "--set top_k.x: 'top_k' has no keys of its own"),
        ("top_k=many", "--set: top_k: Input should be a valid integer, "),
        ("dense_weight=2", "--set: dense_weight: Input should be less than or equal to 1 "),
        ("lexical=[", "--set lexical=[: has an unreadable value; quote it"),
    ],
)
def test_a_bad_assignment_is_one_line(assignment, expected):
    with pytest.raises(InputError) as error:
        retriever_options(assignments=[assignment])
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (None, "study.yaml: declares 2 pipelines; --pipeline: one, two"),
        ("tow", "study.yaml: declares no pipeline 'tow'; did you mean 'two'?"),
    ],
)
def test_the_pipeline_must_be_named_right(study, pipeline, expected):
    with pytest.raises(InputError) as error:
        retriever_options(study, pipeline)
    assert str(error.value) == f"{study.parent}/{expected}"


def test_a_pipeline_belongs_to_a_study():
    with pytest.raises(InputError, match="--pipeline one: names no study; add --config FILE"):
        retriever_options(pipeline="one")
