"""When the evidence is too weak to answer from: abstention without labels."""

from collections.abc import Sequence

from wattrag.answering.extractive.closeness import Weights
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Kind, Question
from wattrag.answering.reader import Evidence

MIN_STRENGTH = 0.28
"""Least strength of an answer at the first attempt; see `strength`. Chosen on development
questions, the embedded example's 80 and 75 of our own, 16 unanswerable: 0.24 to 0.32 are alike."""
MIN_TRUTH_STRENGTH = 0.15
"""Of a True/False answer: statements paraphrase more, and few of them cannot be judged."""
DEEPER = 0.04
"""How much more each further attempt asks for: the best of more passages is better by chance."""
MIN_SHARED = 2
"""Words that passage and question must share, if the question has as many: one is an accident."""
MIN_COSINE = 0.35
"""Least cosine of the best hit, where hits have one: below, no passage is about the question. A
floor only: with small embedders unanswerable questions reach 0.5 as well."""


def strength(
    question: Question,
    weights: Weights,
    evidence: Passages,
    sources: Sequence[Passage],
    cover: float,
) -> float:
    """How surely the passages of an answer are about the question, 0 to 1.

    It is the share of the question's weight that they name, less up to half of it for names and
    codes (GPT-4, 2040) that their whole documents never mention: evidence about another thing is
    no evidence, however many words it shares.
    """
    near = frozenset().union(*(_near(passage) for passage in sources))
    if len(near & weights.keys()) < min(MIN_SHARED, len(weights)):
        return 0.0
    names = {stem: weight for stem, weight in weights.items() if stem in question.names}
    names |= dict.fromkeys(question.text.codes, max(weights.values(), default=0.0))
    if not names:
        return cover
    known = frozenset().union(*(evidence.spoken_of[p.document_id] for p in sources))
    share = sum(w for s, w in names.items() if s in known) / sum(names.values())
    return cover * (1 + share) / 2


def _near(passage: Passage) -> frozenset[str]:
    """Stems of a passage, of its neighbours, of what stands above it in a table."""
    stems = passage.text.stems | passage.before.stems | passage.after.stems
    return stems if passage.row is None else stems | passage.row.header_stems


def is_weak(evidence: Evidence, strength: float, kind: Kind) -> bool:
    """Whether an answer of this strength would be a guess.

    Nothing here grows merely because more text is shown: strength is of one passage and has to be
    greater the deeper the attempt, and the best cosine is that of the first hits. So a deeper
    attempt turns a blank into an answer only by finding a clearly better passage.
    """
    if kind is Kind.TRUTH:
        return strength < MIN_TRUTH_STRENGTH
    cosines = [hit.scores.dense for hit in evidence.hits if hit.scores.dense is not None]
    least = MIN_STRENGTH + DEEPER * evidence.attempt
    return strength < least or (bool(cosines) and max(cosines) < MIN_COSINE)
