"""Plots: every one draws any number of experiments, honestly and always in the same bytes."""

import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import pytest

from wattrag.analysis.experiment import read_experiments
from wattrag.analysis.plots import PLOTS, draw
from wattrag.analysis.plots.data import read_board
from wattrag.analysis.plots.labels import labels
from wattrag.analysis.plots.style import MM_PER_INCH, save
from wattrag.analysis.tables.content import export
from wattrag.analysis.tables.leaderboard import leaderboard
from wattrag.analysis.tables.results_matrix import results_matrix
from wattrag.config.settings import Plots
from wattrag.errors import InputError

from .small_experiments import GOLD, answers, ensemble, external, questions, scored, single

ROOT = Path(__file__).resolve().parents[2]
LABELS = {"reader": {"name": "Reader"}}
STYLE = Plots()


def tables(folder, paths):
    """Leaderboard and matrix of scored experiments."""
    experiments = read_experiments(paths)
    export(folder / "leaderboard.csv", leaderboard(experiments, LABELS))
    export(folder / "results_matrix.csv", results_matrix(experiments))
    return folder / "leaderboard.csv", folder / "results_matrix.csv"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Tables of `count` experiments of all three types, each made once."""
    return cache(lambda count: _many(tmp_path_factory.mktemp(f"of{count}-"), count))


def _many(folder, count):
    kinds = (lambda n: single(f"pipeline{n}"), lambda n: ensemble(f"vote{n}"), _long_external)
    return tables(
        folder,
        [
            scored(folder / str(n), kinds[n % 3](n), answers(n % (len(GOLD) + 1)))
            for n in range(count)
        ],
    )


def _long_external(n):
    return external(f"a-system-with-a-name-that-goes-on-and-on-for-{n}-times-{'x' * 60}-{n}")


@pytest.fixture(scope="module")
def three(many):
    return many(3)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("width", [85, 170])
@pytest.mark.filterwarnings("error::UserWarning")
def test_any_number_of_experiments_fits(many, tmp_path, plot, count, width):
    style = Plots(width_mm=width, dpi=50)
    figure = draw(plot, *many(count), style)
    save(figure, tmp_path / "plot.png", style)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert figure.get_figwidth() == pytest.approx(width / MM_PER_INCH)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("width", [85, 170])
@pytest.mark.filterwarnings("error::UserWarning")
def test_names_of_forty_experiments_do_not_overlap(many, plot, width):
    figure = draw(plot, *many(40), Plots(width_mm=width))
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert len(boxes) == 40
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    assert min(box.x0 for box in boxes) >= 0


@pytest.mark.parametrize("plot", ["overall_scores", "score_breakdown"])
def test_score_axes_run_from_zero_to_one(three, plot):
    figure = draw(plot, *three, STYLE)
    assert {axes.get_xlim() for axes in figure.axes} == {(0.0, 1.0)}


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_equal_tables_give_equal_bytes(three, tmp_path, plot, suffix):
    for name in ("one", "two"):
        save(draw(plot, *three, STYLE), tmp_path / f"{name}{suffix}", STYLE)
    first, second = ((tmp_path / f"{n}{suffix}").read_bytes() for n in ("one", "two"))
    assert first == second
    for dated in (b"dc:date", b"Software", b"matplotlib.org", b"tIME"):
        assert dated not in first


def test_figures_ignore_and_leave_alone_the_process_s_own_settings(three, tmp_path):
    save(draw(PLOTS[0], *three, STYLE), tmp_path / "plain.svg", STYLE)
    with mpl.rc_context({"font.size": 30, "axes.grid": True}):
        save(draw(PLOTS[0], *three, STYLE), tmp_path / "changed.svg", STYLE)
        assert mpl.rcParams["font.size"] == 30
    assert (tmp_path / "plain.svg").read_bytes() == (tmp_path / "changed.svg").read_bytes()


def test_types_are_told_apart_by_shape_in_gray_too(three):
    figure = draw("overall_scores", *three, Plots(palette="gray"))
    legend = figure.legends[0].legend_handles
    assert len({handle.get_marker() for handle in legend}) == 3


def test_undefined_abstention_is_said_not_drawn_as_zero(tmp_path):
    path = scored(tmp_path / "a", single("dense"), {"q0": "4"}, questions(("4",)))
    figure = draw("score_breakdown", *tables(tmp_path, [path]), STYLE)
    abstentions = figure.axes[3]
    assert [text.get_text() for text in abstentions.texts] == ["not defined"]
    assert not abstentions.patches


def test_an_abstention_that_was_due_counts_as_right_and_a_false_answer_as_wrong(tmp_path):
    gold = ("is_blank", "is_blank", "4")
    asked = questions(gold)
    path = scored(tmp_path / "a", single("dense"), {"q0": "is_blank", "q1": "5", "q2": "4"}, asked)
    board = read_board(*tables(tmp_path, [path]), line=30)
    assert board.right == {"dense/reader/none/run1": (True, False, True)}


def test_agreement_is_the_share_of_questions_with_the_same_outcome(tmp_path):
    paths = [
        scored(tmp_path / "a", external("a"), answers(8)),
        scored(tmp_path / "b", external("b"), answers(6)),
        scored(tmp_path / "c", external("c"), answers(0)),
    ]
    figure = draw("agreement_heatmap", *tables(tmp_path, paths), STYLE)
    assert [text.get_text() for text in figure.axes[0].texts] == ["75", "0", "25"]


def test_labels_show_what_differs_and_nothing_else(tmp_path):
    board = read_board(
        *tables(
            tmp_path,
            [
                scored(tmp_path / "1", single("dense"), answers(3)),
                scored(tmp_path / "2", single("bm25"), answers(2)),
                scored(tmp_path / "3", ensemble("vote"), answers(1)),
            ],
        ),
        line=30,
    )
    assert [entry.label for entry in board.entries] == ["Reader, dense", "Reader, bm25", "vote"]


def test_labels_are_distinct_even_where_only_their_middles_differ():
    rows = [{"name": f"{'a' * 80}{n}{'b' * 80}", "type": "external", "model": ""} for n in range(3)]
    made = labels(rows, 30)
    assert len(set(made)) == 3
    assert all(len(line) <= 36 for label in made for line in label.split("\n"))


def test_dollar_signs_in_names_are_no_formulas(tmp_path):
    path = scored(tmp_path / "a", external("cost$_{$\\frac$"), answers(1))
    figure = draw("overall_scores", *tables(tmp_path, [path]), STYLE)
    save(figure, tmp_path / "plot.svg", STYLE)
    assert figure.axes[0].get_yticklabels()[0].get_text() == "cost$_{$\\frac$"


def test_an_unknown_plot_names_the_known_ones(three):
    with pytest.raises(InputError, match="unknown 'pie'; choose one of overall_scores"):
        draw("pie", *three, STYLE)


def test_a_broken_cell_is_named(three, tmp_path):
    board, matrix = three
    broken = tmp_path / "broken.csv"
    broken.write_text(matrix.read_text().replace("True", "maybe"))
    with pytest.raises(InputError, match=r"broken\.csv:2: .*'maybe' is not True or False"):
        draw(PLOTS[0], board, broken, STYLE)


def test_every_plot_has_a_caption():
    caption = (ROOT / "workflow/report/plot.rst").read_text()
    assert [plot for plot in PLOTS if f'"{plot}":' not in caption] == []


def test_names_of_plots_are_known_without_loading_matplotlib():
    code = "import sys, wattrag.analysis.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
