"""Figures beside the context: those of the sections found, and those whose captions are near."""

import json

import pytest

from wattrag.answering.reader import Evidence
from wattrag.config.settings import Retriever
from wattrag.corpus.tree import DocumentTree
from wattrag.datafiles.questions import Question
from wattrag.index.memory import MemoryIndex
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.vectors import VectorStore

from .small_index import Figure, WordEmbedder, build, payload

WATER = Figure("Water use of cooling towers by month.")
WORDLESS = Figure("")
CARBON = Figure("Carbon of training runs.", labels=("1287 MWh", "552 t"))
FREE = Figure("Hours of free cooling by country.")
CORPUS = {
    "cooling": [
        [["Cooling towers evaporate water.", "A site uses 5 litres a day."], WATER, WORDLESS],
        [["Free cooling works in cold climates."], FREE],
    ],
    "energy": [[["Training took 1287 MWh of energy."], CARBON]],
}
ASKED = "How much water do cooling towers evaporate?"
ONE_HIT = {"top_k": 1, "top_k_final": 1, "retrieval_threshold": -1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("figures")


@pytest.fixture(scope="module")
def index(folder):
    return build(folder, CORPUS)


@pytest.fixture
def find(index, folder):
    def run(question=ASKED, plan=None, **settings):
        chosen = Retriever(**{"index": "i", **ONE_HIT, **settings})
        plans = None if plan is None else [plan]
        with VectorStore(folder / "store") as store:
            asked = [Question("q", question, "")]
            return retrieve(index, asked, chosen, 0, WordEmbedder(), store, plans=plans)[0]

    return run


def media(found):
    return [(m.node_id, m.found_by) for m in found.attempts[0].media]


def test_by_default_no_figure_is_shown_and_none_is_recorded(find):
    found = find()
    assert media(found) == []
    assert "media" not in json.loads(found.model_dump_json())["attempts"][0]


def test_with_images_shows_the_figures_of_the_sections_of_hits(find):
    found = find(with_images=True)
    assert found.attempts[0].hits[0].node_id == "cooling:sec0:p0:s0"
    shown = found.attempts[0].media
    assert [m.node_id for m in shown] == ["cooling:sec0:p1", "cooling:sec0:p2"]
    assert [m.caption for m in shown] == [WATER.caption, ""]
    assert shown[0].metadata == {"page": 1, "bbox": [10.0, 20.0, 30.0, 40.0]}
    assert shown[0].score is None


def test_top_k_images_adds_the_nearest_captions_after_those_of_the_sections(find):
    question = "Hours of free cooling by country."
    alone = find(question, top_k_images=1)
    assert media(alone) == [("cooling:sec1:p4", "caption")]
    assert alone.attempts[0].media[0].score == pytest.approx(1.0, abs=1e-3)
    both = find(with_images=True, top_k_images=3)
    assert media(both)[:2] == [("cooling:sec0:p1", "section"), ("cooling:sec0:p2", "section")]
    assert {found_by for _, found_by in media(both)[2:]} == {"caption"}
    assert len({node for node, _ in media(both)}) == len(media(both)) == 4


def test_every_query_of_a_plan_finds_figures(find):
    plan = (ASKED, CARBON.caption)
    assert media(find(plan=plan, top_k_images=1)) == [("energy:sec0:p1", "caption")]


def test_a_search_by_words_alone_finds_figures_too(find):
    found = find(dense_weight=0.0, top_k_images=1)
    assert media(found) == [("cooling:sec0:p1", "caption")]
    assert found.attempts[0].hits[0].scores.dense is None


def test_a_wordless_figure_is_never_a_hit(find, index):
    found = find("Figure on page 1.", top_k=50, top_k_final=50)
    assert not [hit for hit in found.attempts[0].hits if hit.node_id.startswith("cooling:sec0:p2")]
    assert index.manifest.counts.images == 3


def test_an_index_in_memory_finds_the_same(find, folder):
    trees = [DocumentTree.model_validate(payload(name, made)) for name, made in CORPUS.items()]
    with VectorStore(folder / "memory") as store:
        held = MemoryIndex(trees, WordEmbedder(), store)
        chosen = Retriever(index="i", **ONE_HIT, with_images=True, top_k_images=2)
        (found,) = retrieve(held, [Question("q", ASKED, "")], chosen, 0, WordEmbedder(), store)
    assert media(found) == media(find(with_images=True, top_k_images=2))


def test_a_corpus_without_figures_has_none_to_show(tmp_path):
    index = build(tmp_path, {"plain": [[["Dry coolers use no water."]]]})
    with VectorStore(tmp_path / "store") as store:
        chosen = Retriever(index="i", **ONE_HIT, with_images=True, top_k_images=4)
        (found,) = retrieve(index, [Question("q", ASKED, "")], chosen, 0, WordEmbedder(), store)
    assert (media(found), index.images) == ([], None)


def test_a_reader_sees_each_caption_once(find):
    found = find(top_k=50, top_k_final=50, with_images=True)
    texts = [snippet.text for snippet in Evidence.of(found, 0).shown]
    assert sum(text.count(WATER.caption) for text in texts) == 1
    beside = find(top_k_images=1, expansion={"level": "sentence"})
    assert Evidence.of(beside, 0).shown[-1].text == WATER.caption
    assert set(beside.documents) >= {m.document_id for m in beside.attempts[0].media}
