"""The extractive reader: what is asked, what the evidence offers, what is chosen."""

from dataclasses import dataclass
from time import perf_counter

from wattrag.answering.extractive.abstain import is_weak, strength
from wattrag.answering.extractive.arithmetic.calculation import Calculation
from wattrag.answering.extractive.arithmetic.computing import compute, quotable
from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.candidates import candidates
from wattrag.answering.extractive.choose import choose
from wattrag.answering.extractive.closeness import Weights
from wattrag.answering.extractive.lists import list_names, list_quantities
from wattrag.answering.extractive.names import Named, find_name, pick_option
from wattrag.answering.extractive.passages import Passage, Passages, passages
from wattrag.answering.extractive.question import Kind, Question, analyse
from wattrag.answering.extractive.truth import judge
from wattrag.answering.quantities.quantities import plain
from wattrag.answering.reader import AttemptLog, Evidence
from wattrag.answering.records import BLANK, Answer
from wattrag.hardware.energy import UNKNOWN, Energy

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
    computed: Calculation | None = None
    """What was computed, if the value was."""

    @property
    def sources(self) -> tuple[Passage, ...]:
        """The passages that the answer cites."""
        return (self.passage,) if self.computed is None else self.computed.passages


class ExtractiveReader:
    """Answers from the sentences it is shown, without a model; it is stateless."""

    async def read(self, question: str, unit: str, evidence: Evidence, log: AttemptLog) -> Answer:
        """See `Reader.read`."""
        started = perf_counter()
        answer = self.extract(question, unit, evidence)
        log.parse_seconds = perf_counter() - started
        return answer

    def energy(self) -> Energy:
        """Nothing measures it."""
        return UNKNOWN

    async def close(self) -> None:
        """Nothing is open."""

    def extract(self, question: str, unit: str, evidence: Evidence) -> Answer:
        """The answer that the evidence's own sentences give."""
        asked = analyse(question, unit)
        shown = passages(evidence)
        weights = shown.weights(asked)
        found = _find(asked, shown, weights)
        if found is None:
            return BLANK_ANSWER
        sure = strength(asked, weights, shown, found.sources, found.coverage) * (1 + found.fit) / 2
        if is_weak(evidence, sure, asked.kind):
            return BLANK_ANSWER
        return _answer(found, sure)


def _find(asked: Question, shown: Passages, weights: Weights) -> Finding | None:
    match asked.kind:
        case Kind.NUMBER | Kind.RANGE:
            return _quantity(asked, shown, weights)
        case Kind.TRUTH:
            return _verdict(asked, shown, weights)
        case Kind.LIST:
            return _list(asked, shown, weights)
        case Kind.CHOICE:
            return _named(pick_option(asked, shown, weights) or find_name(asked, shown, weights))
        case _:
            return _named(find_name(asked, shown, weights))


def _quantity(asked: Question, shown: Passages, weights: Weights) -> Finding | None:
    reading = Reading(asked, list(candidates(asked, shown)), shown, weights)
    computed = compute(reading)
    if computed is not None:
        return _computed(computed)
    best = choose(asked, quotable(reading), shown, weights)
    if best is None:
        return None
    passage, quantity = best.candidate.passage, best.candidate.quantity
    raw = passage.text.raw[quantity.start : quantity.end]
    return Finding(raw, best.value, raw, passage, best.coverage, best.candidate.fit)


def _computed(made: Calculation) -> Finding:
    value = plain(made.result)
    words = f"{made.text} = {value}"
    return Finding(words, value, made.text, made.passages[0], made.coverage, made.fit, made)


def _list(asked: Question, shown: Passages, weights: Weights) -> Finding | None:
    if asked.target is None:
        return _named(list_names(asked, shown, weights) or find_name(asked, shown, weights))
    found = list_quantities(asked, list(candidates(asked, shown)), shown, weights)
    if found is None:
        return _quantity(asked, shown, weights)
    value, passage, cover = found
    return Finding(value, value, value, passage, cover)


def _verdict(asked: Question, shown: Passages, weights: Weights) -> Finding | None:
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
    sources = found.sources
    return Answer(
        answer=found.words,
        value=found.value,
        raw_value=found.raw,
        ref_id=tuple(dict.fromkeys(p.document_id for p in sources)),
        supporting_materials=" / ".join(" ".join(p.text.raw.split()) for p in sources),
        evidence=tuple(dict.fromkeys(p.node_id for p in sources)),
        explanation=_explanation(found),
        confidence=round(min(max(sure, 0.0), 1.0), 3),
    )


def _explanation(found: Finding) -> str:
    """The kind of evidence, as the reference task's explanations name it."""
    if found.computed is not None:
        return f"Math: {found.words}."
    if found.passage.row is not None:
        return "Table: the row shares the most with the question."
    return "Quote: the sentence shares the most with the question."
