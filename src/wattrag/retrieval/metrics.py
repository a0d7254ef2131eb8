"""How good retrieval is, judged against gold citations and quotes, without any model.

==============  ==================================================================================
`hit_at_k`      one of the first k hits is of a gold document
`reciprocal_rank`  1 / rank of the first hit of a gold document, 0 without one
`ndcg_at_10`    over distinct documents in order of their first hit, gain 1 per gold document
`evidence_at_B` half of the gold quote's word trigrams are in the first B characters of context
`found_by_attempt` whether each deepening attempt had a hit of a gold document and, if the quote
                is to be found, half of its trigrams in its context
==============  ==================================================================================

Hits are those of the deepest attempt, the longest ranking there is; context is that of the first
attempt, what a reader sees. A question without gold documents has no ranks, one whose quote is
not in its gold documents (fewer than 60 % of its trigrams, or fewer than three words) no
evidence: these are None and count in no mean.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from wattrag.datafiles.questions import Question
from wattrag.datafiles.refs import parse_refs
from wattrag.index.searched import SearchedIndex
from wattrag.retrieval.records import Retrieved

_WORD = re.compile(r"\w+")
_IN_DOCUMENT, _IN_CONTEXT = 0.6, 0.5
_DEPTH = 10


class QuestionMetrics(BaseModel):
    """Retrieval metrics of one question; None where the gold does not allow to judge."""

    model_config = ConfigDict(frozen=True)

    id: str
    hit_at_1: bool | None
    hit_at_5: bool | None
    hit_at_10: bool | None
    reciprocal_rank: float | None
    ndcg_at_10: float | None
    evidence_at_2k: bool | None
    evidence_at_6k: bool | None
    found_by_attempt: tuple[bool, ...] | None = None


def document_texts(index: SearchedIndex) -> dict[str, str]:
    """All text of each document, by id: what a gold quote is looked up in."""
    parts: dict[str, list[str]] = defaultdict(list)
    for node in index.nodes:
        if node.kind != "document":
            parts[node.document_id].append(node.text)
    return {document_id: "\n".join(texts) for document_id, texts in parts.items()}


def judge(
    retrieved: Sequence[Retrieved], questions: Sequence[Question], texts: Mapping[str, str]
) -> list[QuestionMetrics]:
    """Metrics of every retrieved question.

    Args:
        retrieved: the evidence.
        questions: the labelled questions, matched by id.
        texts: text of each document, by id (`document_texts`).
    """
    gold = {question.id: question for question in questions}
    return [_judged(evidence, gold[evidence.id], texts) for evidence in retrieved]


def _judged(evidence: Retrieved, question: Question, texts: Mapping[str, str]) -> QuestionMetrics:
    refs = set(parse_refs(question.gold.ref_id)) if question.gold else set()
    hits = [hit.document_id for hit in evidence.attempts[-1].hits]
    quote = question.gold.supporting_materials if question.gold else ""
    rank = next((n for n, document in enumerate(hits, start=1) if document in refs), None)
    trigrams = _known_trigrams(quote, [texts.get(ref, "") for ref in sorted(refs)])
    context = "\n".join(snippet.text for snippet in evidence.context(0))
    return QuestionMetrics(
        id=evidence.id,
        hit_at_1=None if not refs else rank is not None and rank <= 1,
        hit_at_5=None if not refs else rank is not None and rank <= 5,  # noqa: PLR2004
        hit_at_10=None if not refs else rank is not None and rank <= _DEPTH,
        reciprocal_rank=None if not refs else (1 / rank if rank else 0.0),
        ndcg_at_10=None if not refs else _ndcg(hits, refs),
        evidence_at_2k=_covered(trigrams, context[:2000]),
        evidence_at_6k=_covered(trigrams, context[:6000]),
        found_by_attempt=_found_by_attempt(evidence, refs, trigrams) if refs else None,
    )


def _found_by_attempt(
    evidence: Retrieved, refs: set[str], trigrams: set[tuple[str, ...]]
) -> tuple[bool, ...]:
    found = []
    for number, attempt in enumerate(evidence.attempts):
        shown = (*evidence.context(number), *evidence.captions(number))
        quoted = _covered(trigrams, "\n".join(snippet.text for snippet in shown))
        cited = any(hit.document_id in refs for hit in attempt.hits)
        found.append(cited and quoted is not False)
    return tuple(found)


def _ndcg(hits: Sequence[str], refs: set[str]) -> float:
    ranked = list(dict.fromkeys(hits))[:_DEPTH]
    gain = sum(1 / math.log2(n + 1) for n, doc in enumerate(ranked, start=1) if doc in refs)
    ideal = sum(1 / math.log2(n + 1) for n in range(1, min(len(refs), _DEPTH) + 1))
    return gain / ideal


def _known_trigrams(quote: str, documents: Sequence[str]) -> set[tuple[str, ...]]:
    """The quote's trigrams, if most of them are in one of the documents; else none."""
    trigrams = _trigrams(quote)
    needed = _IN_DOCUMENT * len(trigrams)
    known = any(len(trigrams & _trigrams(text)) >= needed for text in documents)
    return trigrams if known else set()


def _covered(trigrams: set[tuple[str, ...]], text: str) -> bool | None:
    if not trigrams:
        return None
    return len(trigrams & _trigrams(text)) >= _IN_CONTEXT * len(trigrams)


def _trigrams(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))
