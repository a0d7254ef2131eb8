"""When the evidence is too weak to answer from: abstention without labels."""

from wattrag.answering.extractive.closeness import Weights
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Question
from wattrag.answering.reader import Evidence

MIN_STRENGTH = 0.28
"""Least strength of an answer; see `strength`."""
MIN_COSINE = 0.35
"""Least cosine of the best hit, where hits have one: below, no passage is about the question."""


def strength(
    question: Question, weights: Weights, evidence: Passages, passage: Passage, cover: float
) -> float:
    """How surely a passage is about the question, 0 to 1.

    It is the share of the question's weight that the passage names, less up to half of it for
    names and codes (GPT-4, 2040) that the passage's whole document never mentions: evidence about
    another thing is no evidence, however many words it shares.
    """
    stems = {w.stem for i, w in enumerate(question.focus) if w.is_name and (i or w.has_digit)}
    names = {stem: weights[stem] for stem in stems if stem in weights}
    if not names:
        return cover
    known = evidence.spoken_of[passage.document_id]
    share = sum(w for s, w in names.items() if s in known) / sum(names.values())
    return cover * (1 + share) / 2


def is_weak(evidence: Evidence, strength: float) -> bool:
    """Whether an answer of this strength would be a guess.

    Neither sign grows merely because more text is shown: strength is of one passage, and the best
    cosine is that of the first hits. So a deeper attempt turns a blank into an answer only by
    finding a better passage.
    """
    cosines = [hit.scores.dense for hit in evidence.hits if hit.scores.dense is not None]
    return strength < MIN_STRENGTH or (bool(cosines) and max(cosines) < MIN_COSINE)
