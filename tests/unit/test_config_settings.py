import pytest

from wattrag.config.settings import Settings, complete
from wattrag.errors import InputError
from wattrag.study.load import config_name, read_settings

SHORTEST = {"sources": {"papers": {"sheet": "s.csv"}}, "datafiles": {"dev": {"path": "q.csv"}}}


def test_sections_left_out_follow_from_the_one_before():
    settings = Settings.model_validate(SHORTEST)
    assert settings.corpora["papers"].source == "papers"
    assert settings.indexes["papers"].corpus == "papers"
    assert settings.retrievers["hybrid"].index == "papers"
    assert settings.pipelines["hybrid"].retriever == "hybrid"


def test_trees_alone_make_a_study_too():
    settings = Settings.model_validate({"corpora": {"papers": {"trees": "trees"}}})
    assert settings.retrievers["hybrid"].index == "papers"


def test_several_indexes_give_a_retriever_each():
    settings = Settings.model_validate({"sources": {n: {"sheet": "s.csv"} for n in "ab"}})
    assert {name: r.index for name, r in settings.retrievers.items()} == {"a": "a", "b": "b"}


def test_a_section_that_is_there_is_left_as_it_is():
    given = SHORTEST | {"retrievers": {"bm25": {"index": "papers", "dense_weight": 0}}}
    assert list(Settings.model_validate(given).retrievers) == ["bm25"]
    assert list(Settings.model_validate(given).pipelines) == ["bm25"]


def test_completing_twice_changes_nothing():
    assert complete(complete(SHORTEST)) == complete(SHORTEST)


def test_the_defaults_are_those_of_the_seeds():
    retriever = Settings.model_validate(SHORTEST).retrievers["hybrid"]
    assert (retriever.top_k, retriever.top_k_final, retriever.planner_max_queries) == (8, 10, 3)
    assert (retriever.rerank_strategy, retriever.deduplicate_retrieval) == ("combined", True)
    assert retriever.retrieval_threshold == 0.25
    pipeline = Settings.model_validate(SHORTEST).pipelines["hybrid"]
    assert (pipeline.max_retries, pipeline.use_reordered_prompt) == (3, False)


def test_texts_of_the_command_line_become_numbers_and_truth_values():
    settings = Settings.model_validate({"runs": "3", "smoke": "true", "plots": {"dpi": "300"}})
    assert (settings.runs, settings.smoke, settings.plots.dpi) == (3, True, 300)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"retriever": {}}, "config: retriever: unknown key; did you mean 'retrievers'?"),
        ({"plots": {"dpi": 3}}, "config: plots.dpi: Input should be greater than or equal to 50 "),
        (
            {"corpora": {"a": {}}},
            "config: corpora.a: needs either `source` or `trees`",
        ),
        (
            {"corpora": {"a": {"source": "b"}}},
            "config: corpora.a.source: 'b' is not declared; declared: none",
        ),
        (
            {"ensembles": {"v": {"members": ["x"], "strategy": "best"}}},
            "config: ensembles.v.strategy: Input should be 'majority', ",
        ),
        (
            {"ensembles": {"v": {"members": ["x"], "weights": {"x": float("nan")}}}},
            "config: ensembles.v.weights.x: Input should be a finite number",
        ),
        (
            {"ensembles": {"v": {"members": ["x"], "weights": {"x": -1}}}},
            "config: ensembles.v.weights.x: Input should be greater than or equal to 0 ",
        ),
        ({"models": ["a", "b", "a"]}, "config: models: 'a' is listed twice; list it once"),
        ({"store": None, "env": "a/b"}, "config: env: id 'a/b' cannot name a file; "),
    ],
)
def test_the_first_wrong_key_or_value_is_named_with_its_cure(config, expected):
    with pytest.raises(InputError) as error:
        read_settings(config)
    assert str(error.value).startswith(expected)


def test_messages_call_a_configuration_by_its_file_if_it_can_be_no_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here, there = tmp_path / "a" / "study.yaml", tmp_path.parent / "b.yaml"
    assert config_name([here], overridden=False) == "a/study.yaml"
    assert config_name(["a/study.yaml"], overridden=False) == "a/study.yaml"
    assert config_name([there], overridden=False) == str(there)
    assert config_name([here], overridden=True) == "config"
    assert config_name([here, there], overridden=False) == "config"
