"""The retrieval table, its page and its plot, from metrics files to pictures."""

import pandas as pd
import pytest
from PIL import Image

from wattrag.analysis.plots.retrieval import draw_retrieval
from wattrag.analysis.plots.style import save
from wattrag.analysis.retrieval import RetrieverMetrics, read_metrics, write_metrics
from wattrag.analysis.tables.content import export
from wattrag.analysis.tables.retrieval import COLUMNS, retrieval_table, write_retrieval_page
from wattrag.config.settings import Plots
from wattrag.errors import InputError
from wattrag.files import read_json

from .test_scoring_retrieval import judged, of_ranks


def metrics(name, questions, planner="none"):
    return RetrieverMetrics(retriever=name, planner=planner, questions=tuple(questions))


@pytest.fixture
def table():
    better, worse = of_ranks(*[1] * 30, *[2] * 10), of_ranks(*[1] * 20, *[2] * 20)
    return retrieval_table([metrics("dense", worse), metrics("hybrid", better, "qwen--api")])


def test_retrievers_are_ranked_and_tested_against_the_first(table):
    first, second = table.rows
    assert (first["name"], second["name"]) == ("hybrid/qwen--api", "dense")
    assert (first["hit_at_1"], first["hit_at_1_n"], first["num_questions"]) == (0.75, 40, 40)
    assert first["hit_at_1_low"] < 0.75 < first["hit_at_1_high"]
    assert "hit_at_1_difference" not in first
    assert second["hit_at_1_difference"] == -0.25
    assert second["hit_at_1_p_value"] == pytest.approx(2 / 2**10)


def test_p_values_are_corrected_for_the_number_of_retrievers():
    best = metrics("a", of_ranks(*[1] * 40))
    others = [metrics(name, of_ranks(*[1] * 34, *[2] * 6)) for name in "bc"]
    alone = retrieval_table([best, others[0]]).rows[1]["hit_at_1_p_value"]
    assert retrieval_table([best, *others]).rows[2]["hit_at_1_p_value"] == pytest.approx(2 * alone)


def test_what_cannot_be_judged_is_empty_not_zero(table, tmp_path):
    export(tmp_path / "retrieval.csv", table)
    written = pd.read_csv(tmp_path / "retrieval.csv")
    assert tuple(written.columns) == COLUMNS
    assert written["evidence_at_6k"].isna().all()
    assert written["evidence_at_6k_p_value"].isna().all()
    assert (written["evidence_at_6k_n"] == 0).all()


def test_the_page_shows_each_retriever_with_intervals(table, tmp_path):
    write_retrieval_page(tmp_path / "retrieval.html", "test_QA", table)
    page = (tmp_path / "retrieval.html").read_text()
    assert "Evidence found for test_QA" in page
    assert "0.750<small>0.598 to 0.858, n = 40</small>" in page


def test_metrics_are_read_as_they_were_written(tmp_path):
    written = metrics("dense", [judged(1, 2), judged(2, None, evidence=True)])
    write_metrics(tmp_path / "none.metrics.json", written)
    assert read_metrics([tmp_path / "none.metrics.json"]) == [written]
    means = read_json(tmp_path / "none.metrics.json")["means"]
    assert (means["hit_at_1"]["value"], means["hit_at_1"]["n"]) == (0, 1)
    assert means["evidence_at_2k"]["high"] == 1


def test_a_file_that_holds_no_metrics_is_named(tmp_path):
    (tmp_path / "none.metrics.json").write_text('{"retriever": "dense"}')
    with pytest.raises(InputError, match=r"none\.metrics\.json"):
        read_metrics([tmp_path / "none.metrics.json"])


@pytest.mark.parametrize("style", [Plots(), Plots(width_mm=85, palette="gray")])
def test_the_plot_is_drawn_the_same_twice(table, tmp_path, style):
    export(tmp_path / "retrieval.csv", table)
    for name in ("a", "b"):
        figure = draw_retrieval(tmp_path / "retrieval.csv", style)
        save(figure, tmp_path / f"{name}.svg", style)
        save(figure, tmp_path / f"{name}.png", style)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width == pytest.approx(style.width_mm / 25.4 * style.dpi, abs=1)


def test_without_retrievers_the_plot_says_so(tmp_path):
    export(tmp_path / "retrieval.csv", retrieval_table([]))
    save(draw_retrieval(tmp_path / "retrieval.csv", Plots()), tmp_path / "x.svg", Plots())
    assert (tmp_path / "x.svg").stat().st_size > 0
