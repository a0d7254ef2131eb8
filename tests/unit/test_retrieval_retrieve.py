"""Every setting of a retriever does what its name says."""

import numpy as np
import pytest

from wattrag.config.settings import Expansion, Retriever
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.vectors import VectorStore

from .small_index import CORPUS, WordEmbedder, build

ASKED = "How many litres of water does a large site use?"
ANSWER = "cooling:sec0:p0:s1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("retrieve")


@pytest.fixture(scope="module")
def index(folder):
    return build(folder)


@pytest.fixture
def find(index, folder):
    def run(question=ASKED, depth=0, **settings):
        chosen = Retriever(**{"index": "i", "retrieval_threshold": -1, **settings})
        store = VectorStore(folder / "store")
        asked = [Question("q", question, "litres")]
        return retrieve(index, asked, chosen, depth, WordEmbedder(), store)[0]

    return run


def ids(found, attempt=0):
    return [hit.node_id for hit in found.attempts[attempt].hits]


def shown(found, attempt=0):
    return " | ".join(snippet.text for snippet in found.context(attempt))


def test_the_record_carries_everything_a_reader_needs(find):
    found = find(depth=1)
    assert (found.id, found.answer_unit, found.queries) == ("q", "litres", (ASKED,))
    hit = found.attempts[0].hits[0]
    assert (hit.rank, hit.node_id, hit.kind, hit.document_id) == (1, ANSWER, "sentence", "cooling")
    assert found.hit_texts[ANSWER] == "A large site uses 5 million litres a day."
    assert found.context(0)[0].metadata == {"page": 1}
    assert found.documents["cooling"].title == "On cooling"
    assert found.documents["cooling"].url == "https://example.org/cooling"
    assert set(found.documents) == {s.document_id for s in found.snippets.values()}


def test_scores_of_every_step_are_recorded(find):
    hit = find().attempts[0].hits[0]
    assert 0.3 < hit.scores.dense < 1
    assert hit.scores.lexical > 0
    assert 0.5 < hit.scores.fused <= 1
    assert hit.score == hit.scores.rerank == 1.0


def test_weight_0_needs_no_embedder_and_returns_nothing_for_unknown_words(index):
    settings = Retriever(index="i", dense_weight=0, lexical={"window": 1})
    questions = [Question("a", ASKED), Question("b", "zebra xylophone")]
    known, unknown = retrieve(index, questions, settings, 0, None, None)
    assert ids(known)[0] == ANSWER
    assert known.attempts[0].hits[0].scores.dense is None
    assert (ids(unknown), unknown.context(0)) == ([], [])


def test_every_query_of_a_plan_is_searched_for(index, folder):
    asked, store = [Question("a", "zebra"), Question("b", "zebra")], VectorStore(folder / "store")
    settings = Retriever(index="i", dense_weight=0, lexical={"window": 1, "title": False})
    plans = [("zebra",), ("zebra", "Lithium Chile")]
    alone, planned = retrieve(index, asked, settings, 0, None, store, plans=plans)
    assert (alone.queries, ids(alone)) == (plans[0], [])
    assert planned.queries == plans[1]
    assert planned.attempts[0].hits[0].document_id == "minerals"


def test_weight_1_uses_no_words(find):
    assert all(hit.scores.lexical is None for hit in find(dense_weight=1).attempts[0].hits)


def test_a_dense_search_without_embedder_or_with_another_is_refused(index, folder):
    questions, store = [Question("a", ASKED)], VectorStore(folder / "store")
    with pytest.raises(InputError, match="needs the embedder"):
        retrieve(index, questions, Retriever(index="i"), 0, None, store)
    with pytest.raises(InputError, match="another embedder"):
        retrieve(index, questions, Retriever(index="i"), 0, WordEmbedder("x"), store)


def test_attempts_multiply_both_cuts(find):
    found = find(depth=2, top_k=2, top_k_final=1)
    assert [(a.top_k, a.top_k_final) for a in found.attempts] == [(2, 1), (4, 2), (6, 3)]
    assert [len(a.hits) for a in found.attempts] == [1, 2, 3]
    assert ids(found, 2)[:2] == ids(found, 1)
    assert len(find(top_k=5, top_k_final=None).attempts[0].hits) == 5


def test_the_threshold_drops_hits_by_cosine_but_not_without_vectors(find):
    kept = find(retrieval_threshold=0.3).attempts[0].hits
    dropped = set(ids(find())) - {hit.node_id for hit in kept}
    assert kept
    assert dropped
    assert all(hit.scores.dense >= 0.3 for hit in kept)
    words_only = find(retrieval_threshold=1, dense_weight=0, lexical={"window": 1})
    assert ids(words_only)[0] == ANSWER


def test_fusion_rrf_and_linear_score_differently(find):
    linear, rrf = find(fusion="linear"), find(fusion="rrf")
    assert ids(linear)[0] == ids(rrf)[0] == ANSWER
    assert rrf.attempts[0].hits[0].scores.fused == pytest.approx(1 / 61, rel=0.2)


def test_no_overlap_drops_a_paragraph_whose_sentence_is_shown(find):
    question = CORPUS["energy"][0][0][0]
    with_overlap = find(question, dense_weight=1)
    without = find(question, dense_weight=1, no_overlap=True)
    parents = {hit.rsplit(":", 1)[0] for hit in ids(with_overlap) if ":s" in hit.split(":p")[-1]}
    assert parents & set(ids(with_overlap))
    assert not parents & set(ids(without))
    assert [hit.rank for hit in without.attempts[0].hits] == list(range(1, len(ids(without)) + 1))


def test_a_question_alone_is_searched_as_in_a_batch(index, folder):
    questions = [Question(str(n), f"{ASKED} {n}") for n in range(40)]
    store, settings = VectorStore(folder / "store"), Retriever(index="i")
    together = retrieve(index, questions, settings, 1, WordEmbedder(), store)
    for number in (0, 17, 39):
        (alone,) = retrieve(index, [questions[number]], settings, 1, WordEmbedder(), store)
        assert alone == together[number]


def test_equal_scores_keep_reading_order(tmp_path):
    index = build(tmp_path, {"b": [[["Same words."]]], "a": [[["Same words."]], [["Same words."]]]})
    settings = Retriever(index="i", lexical={"title": False})
    store = VectorStore(tmp_path / "store")
    (found,) = retrieve(index, [Question("q", "same")], settings, 0, WordEmbedder(), store)
    assert ids(found) == ["a:sec0:p0:s0", "a:sec1:p1:s1", "b:sec0:p0:s0"]


def test_expansion_widens_sentence_window_paragraph_section(find):
    first, second, third = (s for paragraph in CORPUS["cooling"][0] for s in paragraph)

    def widened(level):
        found = find(second, top_k=1, dense_weight=1, expansion=Expansion(level=level))
        assert ids(found) == [ANSWER]
        return shown(found)

    assert widened("sentence") == second
    assert widened("window") == f"{first} {second}\n{third}"
    assert widened("paragraph") == f"{first} {second}"
    assert widened("section") == f"{first} {second} | {third}"


@pytest.mark.parametrize("level", ["sentence", "window", "paragraph", "section"])
@pytest.mark.parametrize("budget", [10, 45, 100, 200, 10_000])
@pytest.mark.parametrize("weight", [0, 0.5, 1])
def test_context_stays_within_its_budget_and_repeats_nothing(find, level, budget, weight):
    expansion = Expansion(level=level, max_chars=budget)
    found = find("cold water energy", depth=1, dense_weight=weight, expansion=expansion)
    for attempt in range(2):
        text = shown(found, attempt)
        assert sum(len(s.text) for s in found.context(attempt)) <= budget
        assert text
        for paragraphs in (p for sections in CORPUS.values() for p in sections):
            for sentence in (s for paragraph in paragraphs for s in paragraph):
                assert text.count(sentence) <= 1


def test_a_page_long_paragraph_shows_its_best_sentences_first_and_then_the_rest(tmp_path):
    page = [f"Filler sentence number {n} says nothing of note." for n in range(60)]
    page[40] = "The zebra crossing used 42 kWh."
    index = build(tmp_path, {"doc": [[page]]})
    settings = Retriever(index="i", top_k=1, dense_weight=1, expansion=Expansion(max_chars=1000))
    store = VectorStore(tmp_path / "store")
    (found,) = retrieve(index, [Question("q", page[40])], settings, 0, WordEmbedder(), store)
    texts = [snippet.text for snippet in found.context(0)]
    assert texts[0] == " ".join(page[39:42])
    assert texts[1].endswith(page[38])
    assert texts[2].startswith(page[42])
    assert 900 < sum(map(len, texts)) <= 1000


def test_a_paragraph_hit_is_entered_at_its_best_sentence(tmp_path):
    page = [f"Filler sentence number {n} says nothing of note." for n in range(60)]
    page[40] = "The zebra crossing used 42 kWh."
    index = build(tmp_path, {"doc": [[page]]})
    paragraph = index.rows["doc:sec0:p0"]
    rows = list(index.vectors.rows)
    query = " ".join(page)
    settings = Retriever(index="i", top_k=1, dense_weight=1)
    store = VectorStore(tmp_path / "store")
    (found,) = retrieve(index, [Question("q", query)], settings, 0, WordEmbedder(), store)
    assert ids(found) == ["doc:sec0:p0"]
    (vector,) = WordEmbedder().encode([query])
    cosines = index.vectors.matrix @ vector
    best = max((r for r in rows if r != paragraph), key=lambda r: cosines[rows.index(r)])
    assert index.nodes[best].text in found.context(0)[0].text
    assert np.isclose(found.attempts[0].hits[0].scores.dense, cosines[rows.index(paragraph)])
