"""The audit: each kind of trouble is found, and nothing else."""

import json

import pytest

from wattrag.analysis.listing import list_experiments, read_listed
from wattrag.analysis.tables.audit import audit
from wattrag.datafiles.submission import COLUMNS
from wattrag.errors import InputError

from .small_experiments import GOLD, REF, answers, ensemble, external, questions, scored, single


def make(folder, who, given, **summary):
    """A scored experiment with its submission; `summary` changes what is claimed."""
    scored(folder, who, given)
    lines = [",".join(COLUMNS)]
    for i, value in given.items():
        refs = "is_blank" if value == "is_blank" else REF.replace('"', '""')
        lines.append(f'{i},Q,,"{value}",MWh,"{refs}",,,')
    (folder / "submission.csv").write_text("\n".join(lines) + "\n")
    path = folder / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **summary}))
    return read_listed(folder)


def found(*experiments, asked=None, trees=()):
    """(name, check) of every finding."""
    table = audit(experiments, {"dev": asked} if asked else None, trees)
    return [(row["name"], row["check"]) for row in table.rows if row["level"] != "clean"]


def test_a_run_that_is_what_it_claims_is_clean(tmp_path):
    one = make(tmp_path, single("dense"), answers(6), calls=0)
    (row,) = audit([one], {"dev": questions()}).rows
    assert (row["level"], row["check"]) == ("clean", "")


@pytest.mark.parametrize(
    ("claimed", "check"),
    [
        ({"overall_score": 0.99}, "SCORE_MISMATCH"),
        ({"avg_latency_seconds": 61}, "HIGH_LAT"),
        ({"avg_latency_seconds": 0}, "ZERO_LAT"),
        ({"avg_latency_seconds": 10, "total_time_seconds": 40}, "INFLATED_LAT"),
        (
            {"avg_latency_seconds": 10, "total_time_seconds": 40, "max_concurrent": 1},
            "TIME_UNDERSTATED",
        ),
        ({"calls": 8, "input_tokens": 0, "output_tokens": 0}, "NO_TOKENS"),
        ({"calls": 3, "reused": 5}, "REUSED"),
        ({"precision": "api", "estimated_cost_usd": None}, "NO_COST_DATA"),
        ({"precision": "api", "input_tokens": 9, "estimated_cost_usd": 0}, "ZERO_COST"),
        ({"error_count": 2}, "ERRORS"),
        ({"missing_count": 1}, "MISSING_ROWS"),
        ({"questions_wrong": 7}, "COUNT_MISMATCH"),
        ({"model": None}, "NO_MODEL"),
    ],
)
def test_a_claim_that_cannot_be_is_found(tmp_path, claimed, check):
    one = make(tmp_path, single("dense"), answers(6), **{"calls": 0, **claimed})
    assert found(one, asked=questions()) == [("dense/reader/none/run1", check)]


@pytest.mark.parametrize(("right", "check"), [(1, "BROKEN_RUN"), (2, "LOW_SCORE")])
def test_poor_scores_are_suspicious(tmp_path, right, check):
    one = make(tmp_path, external("poor"), answers(right, wrong="is_blank"))
    low = {"overall_score": 0.1 if right == 1 else 0.3}
    one.summary.update(low)
    assert (one.name, check) in found(one)


def test_gold_that_changed_since_is_stale(tmp_path):
    one = make(tmp_path, external("a"), answers(6))
    changed = questions(("4", "[80,90]", "Yes", "is_blank", "13", "7", "0.5", "100"))
    assert ("a", "STALE_GOLD") in found(one, asked=changed)


def test_hashes_that_differ_from_the_rest_of_the_pipeline_are_stale(tmp_path):
    runs = [
        make(
            tmp_path / str(run),
            single("dense", run=run),
            answers(6),
            calls=0,
            provenance={"index": {"content_hash": "new" if run < 3 else "old"}, "host": run},
        )
        for run in (1, 2, 3)
    ]
    assert found(*runs, asked=questions()) == [("dense/reader/none/run3", "STALE_HASH")]


def test_broken_files_are_findings_not_crashes(tmp_path):
    one = make(tmp_path / "a", external("a"), answers(6))
    (one.folder / "results.json").write_text("[{")
    two = make(tmp_path / "b", external("b"), answers(6))
    two.submission.write_text("id\nq0\n")
    three = make(tmp_path / "c", external("c"), answers(6))
    three.submission.unlink()
    checks = found(*(read_listed(one.folder) for one in (one, two, three)), asked=questions())
    assert checks == [("a", "BAD_RESULTS_JSON"), ("b", "BAD_SUBMISSION"), ("c", "NO_SUBMISSION")]


def test_the_same_model_twice_and_a_short_member_are_told(tmp_path):
    twice = [make(tmp_path / n, single("dense"), answers(6), calls=0) for n in "ab"]
    vote = make(tmp_path / "v", ensemble("vote"), answers(6))
    members = [{"name": "dense", "without_vote": 2}, {"name": "bm25", "without_vote": 0}]
    (vote.folder / "vote.json").write_text(json.dumps({"members": members}))
    checks = [check for _, check in found(*twice, vote)]
    assert checks == ["DUPLICATE_MODEL", "DUPLICATE_MODEL", "MEMBER_LACKS"]


def test_documents_that_were_skipped_are_listed(tmp_path):
    (tmp_path / "bad.json").write_text('{"metadata": {"error": "is encrypted"}}')
    (tmp_path / "good.json").write_text('{"metadata": {}}')
    rows = audit([], trees=sorted(tmp_path.glob("*.json"))).rows
    assert [(r["check"], r["name"], r["detail"]) for r in rows] == [
        ("BAD_DOCUMENT", "bad", "is encrypted")
    ]


def test_a_foreign_summary_is_right_if_any_rules_give_it(tmp_path):
    given = answers(len(GOLD)) | {"q0": "about 4"}
    one = make(tmp_path, external("theirs"), given)
    scored(tmp_path, external("theirs"), given, rules="2025-normalized")
    one = read_listed(tmp_path)
    one.summary.pop("rules")
    assert found(one, asked=questions()) == []


def test_a_tree_is_filtered_and_an_empty_one_refused(tmp_path):
    make(tmp_path / "x/a", external("a", "lab"), answers(6))
    make(tmp_path / "y/b", external("b", "gpu"), answers(6))
    assert [one.name for one in list_experiments(tmp_path)] == ["a", "b"]
    assert [one.name for one in list_experiments(tmp_path, env="gpu")] == ["b"]
    with pytest.raises(InputError, match="it has dev of gpu, dev of lab"):
        list_experiments(tmp_path, datafile="test")
