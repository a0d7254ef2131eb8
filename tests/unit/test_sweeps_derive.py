"""Sweeps as settings: what a point runs with and shares, what it is called, what is refused."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wattrag.config.settings import Retriever, Settings
from wattrag.config.sweeps import Sweep
from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError
from wattrag.study.jobs import ensembles, experiments, merged_results
from wattrag.study.load import SHIPPED, load_study, models_of, read_config_file, read_settings
from wattrag.study.retrievals import retrievals
from wattrag.study.sweeps.derive import derive
from wattrag.study.sweeps.names import derived_name, is_derived
from wattrag.study.sweeps.params import ANSWERING, VOTING
from wattrag.study.sweeps.runs import (
    experiments_of,
    members_of,
    sweeps,
    swept_experiments,
    swept_retrievals,
)

STUDY = {
    "sources": {"docs": {"sheet": "resources/example/metadata.csv"}},
    "retrievers": {"bm25": {"index": "docs", "dense_weight": 0}, "hybrid": {"index": "docs"}},
    "pipelines": {"hybrid": {"retriever": "hybrid"}, "bm25": {"retriever": "bm25"}},
    "datafiles": {"train": {"path": "resources/example/train_QA.csv"}},
}
GRID = {
    "line": {"param": "rerank_strategy", "values": ["score", "combined"]},
    "x": {"param": "top_k", "values": [4, 8]},
}


def derived(**sweeps):
    return derive(Settings.model_validate({**STUDY, "sweeps": sweeps}))


def loaded(**sweeps):
    return load_study({**STUDY, "sweeps": sweeps})


def axis(param, *values):
    return {"x": {"param": param, "values": list(values)}}


def pipelines(swept, name="s"):
    return [point.pipeline for point in swept.answered[name]]


def test_a_point_has_the_base_settings_but_those_of_the_axes():
    swept = derived(s=GRID)
    assert pipelines(swept) == [
        "hybrid~rerank_strategy=score~top_k=4",
        "hybrid~rerank_strategy=score",
        "hybrid~top_k=4",
        "hybrid",
    ]
    found = swept.settings.retrievers["hybrid~rerank_strategy=score~top_k=4"]
    assert found == Retriever(index="docs", rerank_strategy="score", top_k=4)


def test_a_point_that_equals_a_section_of_the_study_uses_it():
    swept = derived(s=axis("dense_weight", 0, 0.5, 1))
    assert pipelines(swept) == ["bm25", "hybrid", "hybrid~dense_weight=1.0"]
    assert [*swept.settings.retrievers] == ["bm25", "hybrid", "hybrid~dense_weight=1.0"]


def test_two_sweeps_share_their_common_points():
    swept = derived(a=GRID, b=axis("top_k", 4, 16))
    assert pipelines(swept, "b") == ["hybrid~top_k=4", "hybrid~top_k=16"]
    assert [*swept.settings.retrievers].count("hybrid~top_k=4") == 1


def test_settings_of_the_pipeline_share_the_retrieval():
    swept = derived(s=axis("use_reordered_prompt", False, True))
    assert pipelines(swept) == ["hybrid", "hybrid~use_reordered_prompt=True"]
    assert [*swept.settings.retrievers] == ["bm25", "hybrid"]


def test_settings_of_the_index_are_indexed_once_for_all_points():
    swept = derived(s=GRID | {"line": {"param": "paragraphs", "values": ["averaged", "both"]}})
    assert [*swept.settings.indexes] == ["docs", "docs~paragraphs=both"]
    assert pipelines(swept)[2:] == ["hybrid~paragraphs=both~top_k=4", "hybrid~paragraphs=both"]
    assert swept.settings.retrievers["hybrid~paragraphs=both"].index == "docs~paragraphs=both"


def test_nested_settings_are_dotted():
    swept = derived(s=axis("lexical.window", 1, 3), t=axis("expansion.level", "section"))
    assert pipelines(swept) == ["hybrid~lexical.window=1", "hybrid"]
    assert swept.settings.retrievers["hybrid~lexical.window=1"].lexical.window == 1
    assert pipelines(swept, "t") == ["hybrid~expansion.level=section"]


def test_deeper_retries_get_a_retrieval_of_their_own_so_that_the_study_s_stays():
    study = loaded(s=axis("max_retries", 0, 3, 5))
    deep = "hybrid~max_retries=5"
    assert pipelines(study.swept) == ["hybrid~max_retries=0", "hybrid", deep]
    assert [study.depth(name) for name in study.settings.retrievers] == [3, 3, 5]
    assert study.settings.pipelines["hybrid~max_retries=0"].retriever == "hybrid"


def test_a_base_is_named_and_may_vary():
    swept = derived(
        s={"pipeline": "bm25", **axis("top_k", 8, 9)}, t=axis("pipeline", "bm25", "hybrid")
    )
    assert pipelines(swept) == ["bm25", "bm25~top_k=9"]
    assert pipelines(swept, "t") == ["bm25", "hybrid"]


def test_models_of_sweeps_are_known_but_answer_no_experiment_of_the_study():
    config = {**STUDY, "sweeps": {"s": axis("model", "extractive", "gpt-4o-mini")}}
    study = load_study(config)
    assert models_of(study.settings)[:2] == ["extractive", "gpt-4o-mini"]
    assert study.models == ["extractive"]
    found = [(e.pipeline, e.model, e.precision) for e in swept_experiments(study)]
    assert found == [("hybrid", "extractive", "none"), ("hybrid", "gpt-4o-mini", "api")]


def test_a_sweep_changes_neither_the_experiments_nor_the_searches_of_a_study():
    plain, swept = load_study(STUDY), loaded(s=GRID)
    assert experiments(swept) == experiments(plain)
    assert retrievals(swept) == retrievals(plain)
    assert [search.retriever for search, _ in swept_retrievals(swept)] == [
        "hybrid~rerank_strategy=score~top_k=4",
        "hybrid~rerank_strategy=score",
        "hybrid~top_k=4",
    ]


def test_runs_are_the_study_s_unless_the_sweep_has_its_own():
    study = load_study({**STUDY, "runs": 2, "sweeps": {"a": GRID, "b": {**GRID, "runs": 3}}})
    assert len(experiments_of(study, "a", "train")) == 8
    assert [e.run for e in experiments_of(study, "b", "train")] == [1, 2, 3] * 4


def test_votes_are_over_results_of_the_study_or_of_a_sweep():
    study = loaded(
        pool={"runs": 5},
        v={"members": ["sweep:pool", "bm25/*/*/run1"], **axis("ensemble_size", 1, 6)},
    )
    found = [member.name for member in members_of(study, "v", "train")]
    assert found == [*(f"hybrid/extractive/none/run{n}" for n in range(1, 6)),
                     "bm25/extractive/none/run1"]  # fmt: skip
    assert sweeps(study) == [("train", "pool"), ("train", "v")]
    assert study.settings.pipelines.keys() == STUDY["pipelines"].keys()


def test_points_of_another_machine_s_sweeps_are_not_compared(tmp_path):
    for pipeline in ("hybrid", "hybrid~top_k=4"):
        folder = tmp_path / "experiments/gpu1/train" / pipeline / "extractive/none/run1"
        folder.mkdir(parents=True)
        (folder / "submission.csv").touch()
    merged = merged_results(loaded(), tmp_path)
    assert [result.name for result in merged] == ["hybrid--extractive--none--run1"]


CHANGES = st.dictionaries(
    st.sampled_from(sorted(ANSWERING)),
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    min_size=1,
    max_size=12,
)


@given(CHANGES)
def test_names_are_safe_as_folders_and_no_name_that_may_be_configured(changed):
    name = derived_name("hybrid", changed)
    assert re.fullmatch(r"[A-Za-z0-9_.+=~-]{1,150}", name)
    assert is_derived(name)
    with pytest.raises(InputError):
        check_document_id(name, "name")
    assert derived_name("hybrid", dict(reversed(changed.items()))) == name


@given(CHANGES, CHANGES)
def test_names_are_equal_only_for_equal_settings(one, other):
    shown = [{p: str(v) for p, v in changed.items()} for changed in (one, other)]
    assert (derived_name("a", one) == derived_name("a", other)) == (shown[0] == shown[1])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6, unique=True))
def test_any_values_give_as_many_points_and_the_same_names_in_any_company(values):
    alone = {v: pipelines(derived(s=axis("top_k", v)))[0] for v in values}
    together = pipelines(derived(s=axis("top_k", *values), t=GRID))
    assert together == [alone[v] for v in values]
    assert len(set(together)) == len(values)


@pytest.mark.parametrize(
    ("sweep", "line"),
    [
        (axis("topk", 1), "config: sweeps.s: unknown setting 'topk'; did you mean 'top_k'?"),
        (axis("corpus", "x"), "config: sweeps.s: unknown setting 'corpus'"),
        (axis("top_k", 0), "config: sweeps.s.x: top_k: Input should be greater than or"),
        (axis("rerank_strategy", "best"), "sweeps.s.x: rerank_strategy: Input"),
        (axis("top_k", 8, "8"), "config: sweeps.s.x: top_k: a value is listed twice; list it"),
        (axis("index", "doc"), "sweeps.s: index 'doc' is not declared; did you mean 'docs'?"),
        (axis("planner_max_queries", 2), "planner_max_queries: changes nothing: the retriever has"),
        (axis("model", "nobody"), "models: 'nobody' is not in config/models.yaml"),
        (axis("ensemble_size", 1), "sweeps.s: 'ensemble_size' is a setting of votes; name the"),
        ({"pipeline": "hybird", **GRID}, "pipeline 'hybird' is not declared; did you mean"),
        ({"precision": "bf16", **GRID}, "sweeps.s: model 'extractive' does not run at 'bf16'"),
        ({"line": GRID["line"]}, "sweeps.s: has a `line` but no `x`"),
        ({**GRID, "fixed": {"top_k": 3}}, "sweeps.s: 'top_k' is set twice"),
        ({"datafiles": ["dev"], **GRID}, "sweeps.s.datafiles: 'dev' is not declared"),
        ({"members": ["*"]}, "sweeps.s: has `members` but no `x`: nothing varies"),
        ({"members": ["*"], "runs": 2, **axis("ensemble_size", 1)}, "`runs` says who answers"),
        ({"members": ["*"], **axis("top_k", 1)}, "sweeps.s: 'top_k' is a setting of experiments"),
        ({"members": ["*"], **axis("ensemble_size", 3)}, "asks for votes of 3, and 'train' has 2"),
        ({"members": ["*"], **axis("ensemble_size", 0)}, "ensemble_size: 0 is no number of"),
        ({"members": ["*"], **axis("strategy", "confidence")}, "strategy 'confidence' weighs"),
        ({"members": ["x*"], **axis("ensemble_size", 1)}, "members: 'x*' matches nothing on"),
        ({"members": ["sweep:t"], **axis("ensemble_size", 1)}, "no sweep 't' over experiments"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_one_line_with_its_place(sweep, line, monkeypatch):
    monkeypatch.chdir(SHIPPED)
    with pytest.raises(InputError) as raised:
        sweeps(loaded(s=sweep))
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_setting_has_two_meanings():
    assert not VOTING & ANSWERING
    assert {"top_k", "lexical.window", "send_images", "embedder", "planner"} <= ANSWERING


def test_jobs_find_the_derived_sections_in_the_configuration():
    settings = read_settings({**STUDY, "sweeps": {"s": GRID}})
    assert settings.pipelines["hybrid~top_k=4"].retriever == "hybrid~top_k=4"


def test_the_ready_made_sweeps_fit_the_embedded_study(monkeypatch):
    monkeypatch.chdir(SHIPPED)
    text = (SHIPPED / "config/sweeps.yaml").read_text(encoding="utf-8")
    # The one that is off, because it needs a paid model, is tried too.
    ready = yaml.safe_load(re.sub(r"^  # (  |send_images_)", r"  \1", text, flags=re.MULTILINE))
    config = {**read_config_file(SHIPPED / "config/config.yaml"), **ready}
    study = load_study(config)
    assert len(sweeps(study)) == len(ready["sweeps"]) == 18
    assert len(ensembles(study)) == 2
    assert all(Sweep.model_validate(sweep) for sweep in ready["sweeps"].values())
