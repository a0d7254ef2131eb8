"""Predictions of a sweep, their scores, the effects of its settings, the summary and the plot."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.analysis.plots.style import save
from wattrag.analysis.plots.sweep import draw_sweep
from wattrag.analysis.sweeps.effects import effects, randomisation_test
from wattrag.analysis.sweeps.plan import PlannedPoint, SweepPlan
from wattrag.analysis.sweeps.predictions import predictions, tried, write_predictions
from wattrag.analysis.sweeps.results import METRICS, metadata, results, scored
from wattrag.analysis.sweeps.summary import COLUMNS, summary
from wattrag.analysis.tables.content import export
from wattrag.config.settings import Plots
from wattrag.datafiles.submission import SubmissionRow, read_submission
from wattrag.ensemble.options import VoteOptions
from wattrag.errors import InputError
from wattrag.files import write_json
from wattrag.scoring.rules import rules_named
from wattrag.scoring.score import score

from .small_experiments import GOLD, REF, questions

ASKED, RULES = questions(), rules_named("2025")
LINES, XS = ("score", "combined"), (4, 8)


def rows(right, cites=True):
    """A submission with the first `right` questions answered as gold."""
    values = [value if n < right else "999" for n, value in enumerate(GOLD)]
    refs = [REF if cites and value != "is_blank" else "is_blank" for value in values]
    return [
        SubmissionRow(f"q{n}", "", "", value, "MWh", ref, *3 * ("",))
        for n, (value, ref) in enumerate(zip(values, refs, strict=True))
    ]


def grid(runs=2):
    """A plan of 2 x 2 points."""
    points = tuple(
        PlannedPoint(texts=(("rerank_strategy", line), ("top_k", str(x))), source=f"{line}-{x}")
        for line in LINES
        for x in XS
    )
    axes = (("rerank_strategy", LINES), ("top_k", XS))
    return SweepPlan(axes=axes, fixed={}, points=points, runs=runs, members=None)


def votes(size, members=3, **rule):
    """A plan of one point: votes of `size` members."""
    point = PlannedPoint(texts=(("ensemble_size", str(size)),), size=size, vote=VoteOptions(**rule))
    names = tuple(f"m{n}" for n in range(members))
    axes = (("ensemble_size", (size,)),)
    return SweepPlan(axes=axes, fixed={}, points=(point,), runs=1, members=names)


def judged(plan, *right):
    return scored(list(predictions(plan, [rows(n) for n in right])), ASKED, RULES)


def test_files_are_named_as_kohakurag_names_them():
    made = list(predictions(grid(runs=1), [rows(1)] * 4))
    assert [prediction.file for prediction in made] == [
        "rerank_strategy=score_top_k=4_run1_preds.csv",
        "rerank_strategy=score_top_k=8_run1_preds.csv",
        "rerank_strategy=combined_top_k=4_run1_preds.csv",
        "rerank_strategy=combined_top_k=8_run1_preds.csv",
    ]
    assert made[1].sources == ("score-8/run1",)


def test_a_pool_of_runs_has_files_of_runs():
    plan = SweepPlan(axes=(), fixed={}, points=(PlannedPoint(texts=(), source="a"),), runs=3,
                     members=None)  # fmt: skip
    made = predictions(plan, [rows(n) for n in range(3)])
    assert [prediction.file for prediction in made] == [f"run{n}_preds.csv" for n in (1, 2, 3)]


def test_a_plan_survives_a_spec_whose_keys_are_sorted():
    plan = votes(3, ref_mode="all")
    assert SweepPlan.model_validate_json(plan.model_dump_json()) == plan
    assert (grid().line[0], grid().x[0]) == ("rerank_strategy", "top_k")


def test_votes_are_over_every_combination_of_members():
    made = list(predictions(votes(2), [rows(2), rows(4), rows(8)]))
    assert [p.sources for p in made] == [("m0", "m1"), ("m0", "m2"), ("m1", "m2")]
    assert [p.run for p in made] == [1, 2, 3]
    (all_three,) = predictions(votes(3), [rows(4), rows(5), rows(8)])
    assert [row.answer_value for row in all_three.rows] == [r.answer_value for r in rows(5)]


@given(st.integers(1, 20), st.data())
def test_at_most_32_combinations_vote_the_first_and_the_last_among_them(members, data):
    size = data.draw(st.integers(1, members))
    found = tried(members, size)
    assert len(found) == len(set(found)) == min(comb(members, size), 32)
    assert found == sorted(found)
    assert found[0] == tuple(range(size))
    assert found[-1] == tuple(range(members - size, members))
    if comb(members, size) <= 32:
        assert found == list(combinations(range(members), size))


def test_written_predictions_replace_those_of_points_that_are_no_more(tmp_path):
    (tmp_path / "top_k=99_run1_preds.csv").touch()
    (tmp_path / "notes.txt").touch()
    write_predictions(tmp_path, list(predictions(grid(runs=1), [rows(8)] * 4)), ASKED)
    assert len(list(tmp_path.glob("*_preds.csv"))) == 4
    assert (tmp_path / "notes.txt").exists()
    first = read_submission(tmp_path / "rerank_strategy=score_top_k=4_run1_preds.csv")
    assert [row.answer_value for row in first] == list(GOLD)


def test_results_have_the_scores_of_the_scorer_under_kohakurag_s_names():
    plan = grid(runs=1)
    table = results(plan, judged(plan, 8, 6, 4, 2))
    expected = score(ASKED, rows(6), RULES)
    row = table.rows[1]
    assert (row["line"], row["x"], row["run"], row["missing"]) == ("score", "8", 1, 0)
    assert row["final_score"] == expected.overall.value
    assert row["value_score"] == expected.value_accuracy.value == 0.75
    assert row["ref_score"] == expected.ref_overlap.value
    assert row["is_NA_score"] == expected.na_recall.value == 1.0


def test_a_question_without_a_row_earns_nothing():
    plan = votes(1, members=1)
    made = list(predictions(plan, [rows(8)[:-1]]))
    (row,) = results(plan, scored(made, ASKED, RULES)).rows
    assert (row["missing"], row["value_score"]) == (1, 7 / 8)


def test_metadata_has_the_keys_of_kohakurag():
    plan = grid()
    found = metadata(plan, list(predictions(plan, [rows(1)] * 8)), "train.csv")
    assert {k: found[k] for k in ("line_param", "line_values", "x_param", "x_values")} == {
        "line_param": "rerank_strategy",
        "line_values": ["score", "combined"],
        "x_param": "top_k",
        "x_values": [4, 8],
    }
    assert (found["num_runs"], found["questions"], len(found["predictions"])) == (2, "train.csv", 8)


def test_an_effect_is_found_where_there_is_one_and_nowhere_else():
    line, x = effects(judged(grid(), 8, 8, 8, 8, 1, 1, 1, 1))
    assert (line.param, line.best, line.worst) == ("rerank_strategy", "score", "combined")
    expected = (
        score(ASKED, rows(8), RULES).overall.value - score(ASKED, rows(1), RULES).overall.value
    )
    assert line.difference == pytest.approx(expected)
    assert line.p_value < 0.05
    assert line.cohens_d > 1
    assert (x.param, x.difference, x.cohens_d, x.p_value) == ("top_k", 0, None, 1)


def test_a_sweep_over_runs_has_no_effect():
    plan = votes(2)
    assert effects(judged(plan, 1, 2, 3)) == []
    assert effects([]) == []


def test_more_runs_of_the_same_answers_make_no_effect_surer():
    once = effects(judged(grid(1), 5, 5, 4, 4))
    often = effects(judged(grid(4), *[5] * 8, *[4] * 8))
    assert once == often


def test_the_test_keeps_its_level():
    # 200 sweeps of three values without any effect: about one in twenty may be called one.
    noise = np.random.default_rng(1).normal(size=(200, 30, 3))
    false = sum(randomisation_test(levels) < 0.05 for levels in noise[:60])
    assert false <= 8


def test_the_test_equals_counting_all_orders():
    levels = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    # Of 16 swaps of four pairs, 10 have as many on one side: 4 to 0, 3 to 1, either way.
    assert randomisation_test(levels) == pytest.approx(10 / 16)


@pytest.fixture
def made(tmp_path):
    """Files of one sweep, by name of a folder."""

    def make(name, plan, *right):
        folder = tmp_path / name
        found = judged(plan, *right)
        export(folder / "sweep_results.csv", results(plan, found))
        write_json(folder / "effects.json", {"effects": [vars(one) for one in effects(found)]})
        write_json(folder / "metadata.json", metadata(plan, [f.prediction for f in found], "q.csv"))
        return folder / "sweep_results.csv", folder / "effects.json"

    return make


def test_the_summary_names_the_best_point_and_corrects_for_all_tests(made):
    files = {
        "a": made("a", grid(), 8, 8, 7, 7, 1, 1, 1, 1),
        "b": made("b", votes(2), 1, 2, 3),
        "c": made("c", grid(), 8, 8, 7, 7, 1, 1, 1, 1),
    }
    found = summary(files)
    assert found.columns == COLUMNS
    assert [(row["sweep"], row.get("setting")) for row in found.rows] == [
        ("a", "rerank_strategy"), ("a", "top_k"), ("b", None),
        ("c", "rerank_strategy"), ("c", "top_k"),
    ]  # fmt: skip
    first = found.rows[0]
    assert (first["best_line"], first["best_x"], first["best_runs"]) == ("score", "4", 2)
    assert (first["best_sd"], first["predictions"]) == (0, 8)
    assert first["p_holm"] == pytest.approx(min(1, 4 * first["p_value"]))
    assert "p_holm" not in found.rows[2]


def test_broken_files_are_named(made, tmp_path):
    files = made("a", grid(), *[1] * 8)
    for broken in ("{}", '{"effects": [{"p_value": null}]}', '{"effects": [{"p_value": "small"}]}'):
        files[1].write_text(broken)
        with pytest.raises(InputError, match=r"effects.json: holds no effects"):
            summary({"a": files})


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("style", [Plots(), Plots(palette="gray", width_mm=85)], ids=str)
def test_a_sweep_is_drawn_in_the_same_bytes(made, tmp_path, metric, style):
    results_csv, _ = made("a", grid(), 8, 7, 6, 6, 5, 4, 1, 2)
    for name in ("one.svg", "two.svg"):
        figure = draw_sweep(results_csv, results_csv.with_name("metadata.json"), metric, style)
        save(figure, tmp_path / name, style)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_drawing_has_means_bands_the_best_runs_and_one_star(made):
    results_csv, _ = made("a", grid(), 8, 6, 6, 6, 7, 6, 4, 5)
    figure = draw_sweep(results_csv, results_csv.with_name("metadata.json"), METRICS[1], Plots())
    (axes,) = figure.axes
    drawn = [list(line.get_ydata()) for line in axes.lines]
    assert drawn == [
        [0.875, 0.75], [1, 0.75],
        [0.8125, 0.5625], [0.875, 0.625],
        [1],
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_xticklabels()] == ["4", "8"]
    assert len(axes.collections) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["score", "combined"]


def test_runs_alone_and_a_score_that_is_not_defined_can_be_drawn(made):
    results_csv, _ = made("a", votes(2), 1, 2, 3)
    metadata_json = results_csv.with_name("metadata.json")
    assert draw_sweep(results_csv, metadata_json, "final_score", Plots()).legends == []
    table = [line.split(",") for line in results_csv.read_text().splitlines()]
    blanked = [[*row[:6], "", *row[7:]] for row in table[1:]]
    results_csv.write_text("\n".join(map(",".join, [table[0], *blanked])))
    figure = draw_sweep(results_csv, metadata_json, "is_NA_score", Plots())
    assert "not defined" in figure.texts[0].get_text()
