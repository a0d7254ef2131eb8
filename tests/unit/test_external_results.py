"""KohakuRAG_UI's `artifacts/experiments` as `external_results`, as it is."""

from pathlib import Path

import pytest

from wattrag.datafiles.submission import read_submission
from wattrag.errors import InputError
from wattrag.files import write_json
from wattrag.study.jobs import External, external_results, members
from wattrag.study.load import load_study
from wattrag.study.reported import reported

HEADER = (
    '"id","question","answer","answer_value","answer_unit","ref_id","ref_url",'
    '"supporting_materials","explanation"\n'
)
QUOTED = '"q1","How much?","Because.","4","MWh","[""doc1""]","is_blank","A quote","Because."\n'
# As its ensembles write it: quotes only where they must be, `answer` names the members.
MINIMAL = (
    HEADER.replace('"', "")
    + 'q1,How much?,"Ensemble (majority) of 2 runs: a, b",4,MWh,'
    + '"[""doc1""]",is_blank,is_blank,"x, y"\n'
)
HARDWARE = {
    "gpu_name": "A GPU",
    "gpu_count": 2,
    "gpu_energy_wh": 39.0,
    "gpu_energy_method": "power_sampling",
    "hostname": "a-host",
    "model_cache_path": "/home/someone/.cache",
}
SUMMARY = {
    "name": "qwen-bench",
    "model_id": "Qwen/Qwen2.5-72B-Instruct",
    "quantization": "4bit",
    "overall_score": 0.9,
    "error_count": 3,
    "avg_latency_seconds": 15.7,
    "input_tokens": 0,
    "output_tokens": 0,
    "estimated_cost_usd": 0.0,
    "hardware": HARDWARE,
    "config_snapshot": {"db": "../../data/x.db"},
}


@pytest.fixture
def peer(tmp_path):
    """A tree of that layout, with all that lies in such trees besides."""
    root = tmp_path / "artifacts/experiments"
    for place, text in {
        "PowerEdge/train_QA/qwen-bench": HEADER + QUOTED,
        "PowerEdge/train_QA/ensemble-top3": MINIMAL,
        "PowerEdge/train_QA/qwen 7b v1.5": HEADER + QUOTED,
        "PowerEdge/test_solutions/qwen-bench": HEADER + QUOTED,
        "train_QA/no-env": HEADER + QUOTED,
        "PowerEdge/train_QA/.ipynb_checkpoints/qwen-bench": HEADER + QUOTED,
        "archive/2025/train_QA/old": "not,a,submission\n",
    }.items():
        (root / place).mkdir(parents=True)
        (root / place / "submission.csv").write_text(text)
    write_json(root / "PowerEdge/train_QA/qwen-bench/summary.json", SUMMARY)
    write_json(root / "PowerEdge/train_QA/qwen-bench/results_chunk_000.json", [])
    (root / "PowerEdge/train_QA/qwen_scaling_comparison.csv").write_text("model\n")
    (root / "PowerEdge/train_QA/qwen-running").mkdir()
    return root


def study(tmp_path: Path, peer: Path, **more):
    """A study of one datafile that compares with `peer`."""
    (tmp_path / "sheet.csv").write_text("id,title,url\ndoc1,T,http://x/a.pdf\n")
    (tmp_path / "train_QA.csv").write_text("id,question,answer_value,ref_id\nq1,How much?,4,doc1\n")
    return load_study(
        {
            "sources": {"s": {"sheet": str(tmp_path / "sheet.csv")}},
            "corpora": {"c": {"source": "s"}},
            "indexes": {"i": {"corpus": "c"}},
            "retrievers": {"r": {"index": "i"}},
            "pipelines": {"p": {"retriever": "r"}},
            "datafiles": {"train_QA": {"path": str(tmp_path / "train_QA.csv")}},
            "models": ["extractive"],
            "external_results": str(peer),
            **more,
        }
    )


def test_a_foreign_tree_serves_as_it_is(tmp_path, peer):
    found = external_results(study(tmp_path, peer))
    assert [(e.env, e.datafile, e.name) for e in found] == [
        ("PowerEdge", "train_QA", "ensemble-top3"),
        ("PowerEdge", "train_QA", "qwen_7b_v1.5"),
        ("PowerEdge", "train_QA", "qwen-bench"),
        ("external", "train_QA", "no-env"),
    ]
    assert all(read_submission(e.submission)[0].answer_value == "4" for e in found)


def test_foreign_results_vote(tmp_path, peer):
    vote = {"members": ["external:PowerEdge/qwen*"]}
    made = study(tmp_path, peer, ensembles={"v": vote})
    assert [m.name for m in members(made, "v", "train_QA")] == ["qwen_7b_v1.5", "qwen-bench"]


def test_names_that_become_the_same_are_told(tmp_path, peer):
    other = peer / "PowerEdge/train_QA/qwen_7b v1.5"
    other.mkdir()
    (other / "submission.csv").write_text(MINIMAL)
    with pytest.raises(InputError, match=r"is called 'qwen_7b_v1\.5', as .*; rename one"):
        external_results(study(tmp_path, peer))


def test_what_it_reports_is_found_beside_the_submission(tmp_path, peer):
    by_name = {e.name: e for e in external_results(study(tmp_path, peer))}
    assert by_name["qwen-bench"].reported_in == peer / "PowerEdge/train_QA/qwen-bench/summary.json"
    assert by_name["ensemble-top3"].reported_in is None
    write_json(tmp_path / "usage.json", {})
    ours = External("lab", "train_QA", "x", tmp_path / "submission.csv")
    assert ours.reported_in == tmp_path / "usage.json"


def test_its_times_and_energy_are_kept_and_its_scores_and_zeros_are_not(peer):
    kept = reported(peer / "PowerEdge/train_QA/qwen-bench/summary.json")
    assert kept["avg_latency_seconds"] == 15.7
    assert (kept["energy_wh"], kept["energy_method"]) == (39.0, "power_sampling")
    assert (kept["input_tokens"], kept["output_tokens"], kept["estimated_cost_usd"]) == (None,) * 3
    assert kept["reported_error_count"] == 3
    assert kept["hardware"] == {
        "gpu_name": "A GPU",
        "gpu_count": 2,
        "gpu_energy_wh": 39.0,
        "gpu_energy_method": "power_sampling",
    }
    assert not {"overall_score", "name", "error_count", "config_snapshot"} & set(kept)


def test_an_energy_of_zero_was_not_measured(tmp_path):
    write_json(tmp_path / "summary.json", {"hardware": {**HARDWARE, "gpu_energy_wh": 0.0}})
    kept = reported(tmp_path / "summary.json")
    assert kept["hardware"]["gpu_energy_wh"] is None
    assert "energy_wh" not in kept


def test_a_report_that_is_none_is_named(tmp_path):
    (tmp_path / "summary.json").write_text("[]")
    with pytest.raises(InputError, match=r"summary\.json: is no JSON object"):
        reported(tmp_path / "summary.json")
