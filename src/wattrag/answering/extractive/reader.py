"""The extractive reader: what is asked, what the evidence offers, what is chosen."""

from dataclasses import dataclass

from wattrag.answering.extractive.abstain import is_weak, strength
from wattrag.answering.extractive.candidates import candidates
from wattrag.answering.extractive.choose import choose
from wattrag.answering.extractive.names import Named, find_name, pick_option
from wattrag.answering.extractive.passages import Passage, Passages, passages
from wattrag.answering.extractive.question import Kind, Question, analyse
from wattrag.answering.extractive.truth import judge
from wattrag.answering.reader import Evidence
from wattrag.answering.records import BLANK, Answer

BLANK_ANSWER = Answer(
    answer="",
    value=BLANK,
    raw_value=BLANK,
    explanation="The evidence is too weak to answer from.",
)


@dataclass(frozen=True)
class Finding:
    """An answer before it is judged strong enough."""

    words: str
    value: str
    raw: str
    passage: Passage
    coverage: float
    fit: float = 1.0


class ExtractiveReader:
    """Answers from the sentences it is shown, without a model; it is stateless."""

    def read(self, question: str, unit: str, evidence: Evidence) -> Answer:
        """See `Reader.read`."""
        asked = analyse(question, unit)
        shown = passages(evidence)
        weights = shown.weights(asked)
        found = _find(asked, shown, weights)
        if found is None:
            return BLANK_ANSWER
        sure = strength(asked, weights, shown, found.passage, found.coverage) * (1 + found.fit) / 2
        if asked.kind is not Kind.TRUTH and is_weak(evidence, sure):
            return BLANK_ANSWER
        return _answer(found, sure)


def _find(asked: Question, shown: Passages, weights: dict[str, float]) -> Finding | None:
    match asked.kind:
        case Kind.NUMBER | Kind.RANGE:
            return _quantity(asked, shown, weights)
        case Kind.TRUTH:
            return _verdict(asked, shown, weights)
        case Kind.CHOICE:
            return _named(pick_option(asked, shown, weights) or find_name(asked, shown, weights))
        case _:
            return _named(find_name(asked, shown, weights))


def _quantity(asked: Question, shown: Passages, weights: dict[str, float]) -> Finding | None:
    best = choose(asked, list(candidates(asked, shown)), shown, weights)
    if best is None:
        return None
    passage, quantity = best.candidate.passage, best.candidate.quantity
    raw = passage.text.raw[quantity.start : quantity.end]
    return Finding(raw, best.value, raw, passage, best.coverage, best.candidate.fit)


def _verdict(asked: Question, shown: Passages, weights: dict[str, float]) -> Finding | None:
    verdict = judge(asked, shown, weights)
    if verdict is None:
        return None
    word = "True" if verdict.holds else "False"
    return Finding(word, str(int(verdict.holds)), word, verdict.passage, verdict.coverage)


def _named(named: Named | None) -> Finding | None:
    if named is None:
        return None
    return Finding(named.name, named.name, named.name, named.passage, named.coverage)


def _answer(found: Finding, sure: float) -> Answer:
    passage = found.passage
    kind = "Table" if passage.row is not None else "Quote"
    return Answer(
        answer=found.words,
        value=found.value,
        raw_value=found.raw,
        ref_id=(passage.document_id,),
        supporting_materials=" ".join(passage.text.raw.split()),
        evidence=(passage.node_id,),
        explanation=f"{kind}: the passage shares the most with the question.",
        confidence=round(min(max(sure, 0.0), 1.0), 3),
    )
