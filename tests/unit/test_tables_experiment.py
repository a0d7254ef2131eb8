"""Reading scored experiments: who they are comes from the summary, what they scored comes back."""

import json

import pytest

from wattrag.analysis.experiment import read_experiment, read_experiments
from wattrag.datafiles.submission import SubmissionRow
from wattrag.errors import InputError
from wattrag.scoring.rules import rules_named
from wattrag.scoring.score import score

from .small_experiments import GOLD, REF, answers, external, questions, scored, single


def test_scores_come_back_as_they_were_computed(tmp_path):
    given = answers(5) | {"q3": "999"}
    del given["q1"]
    read = read_experiment(scored(tmp_path, single("dense"), given, errors=frozenset({"q2"})))
    rows = [SubmissionRow(i, "", "", v, "MWh", REF, "", "", "") for i, v in given.items()]
    computed = score(questions(), rows, rules_named("2025"), frozenset({"q2"}))
    assert read.scores == computed
    assert computed.missing_ids == ("q1",)
    assert computed.error_ids == ("q2",)


def test_undefined_abstention_stays_undefined(tmp_path):
    gold = ("4", "5")
    asked = questions(gold)
    read = read_experiment(scored(tmp_path, single("dense"), answers(1, gold), asked))
    assert read.scores.na_recall.value is None
    assert [question.na_correct for question in read.scores.questions] == [None, None]


def test_identity_is_the_summary_s_not_the_folder_s(tmp_path):
    read = read_experiment(scored(tmp_path / "elsewhere", single("bm25", run=2), answers(3)))
    assert (read.name, read.type, read.env) == ("bm25/reader/none/run2", "single", "local")
    assert (read.pipeline, read.model, read.precision, read.run) == ("bm25", "reader", "none", 2)


def test_another_system_s_model_is_read_under_its_own_names(tmp_path):
    theirs = external("vote") | {"model_id": "Qwen/Qwen2.5-7B", "quantization": "4bit"}
    read = read_experiment(scored(tmp_path / "1", theirs, answers(2)))
    assert (read.type, read.model, read.precision) == ("external", "Qwen/Qwen2.5-7B", "4bit")
    odd = read_experiment(scored(tmp_path / "2", external("x") | {"model_id": ["a"]}, answers(2)))
    assert odd.model is None


def test_names_that_clash_get_their_env(tmp_path):
    paths = [
        scored(tmp_path / "1", external("vote", "lab"), answers(2)),
        scored(tmp_path / "2", external("vote", "cluster"), answers(3)),
        scored(tmp_path / "3", external("other", "lab"), answers(3)),
    ]
    assert [e.name for e in read_experiments(paths)] == ["lab/vote", "cluster/vote", "other"]


def test_names_and_envs_that_clash_get_their_type(tmp_path):
    paths = [
        scored(tmp_path / "1", external("vote", "local"), answers(2)),
        scored(tmp_path / "2", {**external("vote", "local"), "type": "ensemble"}, answers(3)),
    ]
    names = [experiment.name for experiment in read_experiments(paths)]
    assert names == ["local/vote (external)", "local/vote (ensemble)"]


def test_the_same_experiment_twice_is_refused(tmp_path):
    path = scored(tmp_path, external("vote"), answers(2))
    with pytest.raises(InputError, match="listed twice"):
        read_experiments([path, path])


@pytest.mark.parametrize("lost", ["rules", "num_questions", "overall_score_ci", "type"])
def test_a_summary_without_a_needed_field_names_the_file(tmp_path, lost):
    path = scored(tmp_path, single("dense"), answers(2))
    summary = json.loads(path.with_name("summary.json").read_text())
    del summary[lost]
    path.with_name("summary.json").write_text(json.dumps(summary))
    with pytest.raises(InputError, match=r"summary\.json.*no scored experiment"):
        read_experiment(path)


def test_records_that_do_not_fit_the_summary_are_refused(tmp_path):
    path = scored(tmp_path, single("dense"), answers(2))
    path.write_text(json.dumps(json.loads(path.read_text())[1:]))
    with pytest.raises(InputError, match=f"{len(GOLD) - 1} records of {len(GOLD)} questions"):
        read_experiment(path)


def test_foreign_json_is_refused(tmp_path):
    path = scored(tmp_path, single("dense"), answers(2))
    path.write_text('{"a": 1}')
    with pytest.raises(InputError, match="no scored experiment"):
        read_experiment(path)
