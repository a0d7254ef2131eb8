"""Retrieval metrics as defined, on rankings worked out by hand."""

import math

import pytest

from wattrag.datafiles.questions import Gold, Question
from wattrag.retrieval.metrics import document_texts, judge
from wattrag.retrieval.records import Attempt, Hit, Retrieved, Scores, Snippet

from .small_index import build

QUOTE = "training the model took about 1287 MWh of energy in total"


def evidence(documents, context=()):
    hits = tuple(
        Hit(rank=n, node_id=f"{d}:{n}", document_id=d, kind="sentence", score=1, scores=Scores())
        for n, d in enumerate(documents, 1)
    )
    snippets = {
        str(n): Snippet(node_id="x", document_id="x", text=t) for n, t in enumerate(context)
    }
    attempt = Attempt(attempt=0, top_k=8, top_k_final=8, hits=hits, context=tuple(snippets))
    return Retrieved(
        id="q",
        question="?",
        queries=("?",),
        attempts=(attempt,),
        snippets=snippets,
        hit_texts={},
        documents={},
    )


def judged(found, refs='["gold"]', quote="", texts=None):
    question = Question("q", "?", gold=Gold("", "", refs, quote))
    return judge([found], [question], texts or {"gold": QUOTE})[0]


@pytest.mark.parametrize(
    ("rank", "hits"), [(1, (1, 1, 1)), (5, (0, 1, 1)), (10, (0, 0, 1)), (11, (0, 0, 0))]
)
def test_hits_and_reciprocal_rank_count_to_the_first_hit_of_a_gold_document(rank, hits):
    metrics = judged(evidence(["other"] * (rank - 1) + ["gold", "gold"]))
    assert (metrics.hit_at_1, metrics.hit_at_5, metrics.hit_at_10) == hits
    assert metrics.reciprocal_rank == 1 / rank


def test_no_gold_document_found_is_zero_and_no_gold_at_all_is_unknown():
    assert judged(evidence(["other"])).reciprocal_rank == 0
    unknown = judged(evidence(["other"]), refs="is_blank")
    assert unknown.hit_at_1 is unknown.reciprocal_rank is unknown.ndcg_at_10 is None


def test_ndcg_ranks_distinct_documents_against_the_ideal():
    metrics = judged(evidence(["x", "x", "gold", "y", "also"]), refs='["gold", "also"]')
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    assert metrics.ndcg_at_10 == pytest.approx(gain / (1 + 1 / math.log2(3)))


def test_evidence_needs_half_of_the_quotes_trigrams_within_the_first_characters():
    half = "Training the model took about 1287 MWh"
    assert judged(evidence(["gold"], [half]), quote=QUOTE).evidence_at_2k is True
    assert judged(evidence(["gold"], [half[:25]]), quote=QUOTE).evidence_at_2k is False
    late = judged(evidence(["gold"], ["x" * 3000, QUOTE]), quote=QUOTE)
    assert (late.evidence_at_2k, late.evidence_at_6k) == (False, True)


def test_a_quote_that_is_not_in_its_document_is_not_judged():
    assert judged(evidence(["gold"]), quote="these words are not there").evidence_at_2k is None
    assert judged(evidence(["gold"]), quote="two words").evidence_at_2k is None


def attempts(*made):
    """Evidence whose attempts have the given (documents, context)."""
    each = [evidence(documents, context) for documents, context in made]
    snippets = {f"{n}-{k}": s for n, one in enumerate(each) for k, s in one.snippets.items()}
    numbered = tuple(
        one.attempts[0].model_copy(
            update={"attempt": n, "context": tuple(f"{n}-{k}" for k in one.attempts[0].context)}
        )
        for n, one in enumerate(each)
    )
    return each[0].model_copy(update={"attempts": numbered, "snippets": snippets})


def test_evidence_is_found_with_its_document_and_its_quote():
    found = attempts(
        (["other"], [QUOTE]), (["gold"], ["x"]), (["other", "gold"], ["x", QUOTE]), (["gold"], [])
    )
    assert judged(found, quote=QUOTE).found_by_attempt == (False, False, True, False)


def test_without_a_quote_to_look_for_the_document_decides():
    found = attempts((["other"], [QUOTE]), (["gold"], []))
    assert judged(found, quote="Table 1").found_by_attempt == (False, True)
    assert judged(found, refs="is_blank").found_by_attempt is None


def test_document_texts_hold_what_the_index_holds(tmp_path):
    texts = document_texts(build(tmp_path))
    assert set(texts) == {"cooling", "energy", "minerals"}
    assert "GPUs draw 700 watts each." in texts["energy"]
