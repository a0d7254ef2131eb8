"""Evidence as the reader works on it: sentences and table rows with where they come from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log

from wattrag.answering.extractive.question import Question
from wattrag.answering.extractive.tables import Row, flattened_rows, named_rows
from wattrag.answering.extractive.text import Text, sentences, tidy, years_in
from wattrag.answering.reader import Evidence


@dataclass(frozen=True)
class Passage:
    """A sentence or a row; neighbours are in the same snippet."""

    text: Text
    node_id: str
    document_id: str
    rank: int | None
    """Rank of the hit it is (part of), from 1; None for text that only surrounds hits."""
    before: Text
    after: Text
    row: Row | None = None
    """Set if it is a row of a table."""

    @cached_property
    def years(self) -> frozenset[str]:
        """Years that it names."""
        return years_in(self.text.raw)


@dataclass(frozen=True)
class Passages:
    """All passages of an attempt, and how rare each word is among them."""

    items: tuple[Passage, ...]
    frequency: Counter[str]
    """In how many passages a stem occurs."""
    spoken_of: dict[str, frozenset[str]]
    """All stems of a document's title and passages, by document."""

    def idf(self, stem: str) -> float:
        """Inverse document frequency over the passages (BM25's, never negative)."""
        n, df = len(self.items), self.frequency[stem]
        return log(1 + (n - df + 0.5) / (df + 0.5))

    def weights(self, question: Question) -> dict[str, float]:
        """How much each focus word of a question tells: its idf, more if it looks like a name."""
        return {
            w.stem: self.idf(w.stem) * (_NAME_WEIGHT if w.is_name else 1.0) for w in question.focus
        }


_NAME_WEIGHT = 1.5
"""Names and codes say which thing is meant; other words have synonyms."""


def passages(evidence: Evidence) -> Passages:
    """Cut the context and the hits of an attempt into passages, in context order, once each."""
    ranks = _hit_ranks(evidence)
    found: list[Passage] = []
    seen: set[tuple[str, str]] = set()
    for node_id, document_id, text in _sources(evidence):
        pieces = [(Text(t), row) for t, row in _pieces(text)]
        for i, (piece, row) in enumerate(pieces):
            key = (document_id, " ".join(piece.raw.split()))
            if key in seen:
                continue
            seen.add(key)
            exact = ranks.get(key)
            rank, best = exact if exact else (_inside(key, ranks), node_id)
            before = pieces[i - 1][0] if i else _NOTHING
            after = pieces[i + 1][0] if i + 1 < len(pieces) else _NOTHING
            found.append(Passage(piece, best, document_id, rank, before, after, row))
    frequency = Counter(stem for p in found for stem in p.text.stems)
    return Passages(tuple(found), frequency, _spoken_of(found, evidence))


_NOTHING = Text("")


def _sources(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """Node id, document id and text: first the context, then hits that it does not contain."""
    shown: dict[str, str] = {}
    for snippet in evidence.context:
        text = tidy(snippet.text)
        shown[snippet.document_id] = shown.get(snippet.document_id, "") + "\n" + text
        yield snippet.node_id, snippet.document_id, text
    for hit in evidence.hits:
        text = tidy(evidence.hit_texts.get(hit.node_id, ""))
        if text and text not in shown.get(hit.document_id, ""):
            yield hit.node_id, hit.document_id, text


def _spoken_of(found: list[Passage], evidence: Evidence) -> dict[str, frozenset[str]]:
    stems: dict[str, set[str]] = {}
    for passage in found:
        stems.setdefault(passage.document_id, set()).update(passage.text.stems)
    for document_id, known in stems.items():
        cited = evidence.documents.get(document_id)
        known.update(Text(f"{document_id} {cited.title if cited else ''}").stems)
    return {document_id: frozenset(known) for document_id, known in stems.items()}


def _hit_ranks(evidence: Evidence) -> dict[tuple[str, str], tuple[int, str]]:
    ranks: dict[tuple[str, str], tuple[int, str]] = {}
    for hit in evidence.hits:
        key = (hit.document_id, " ".join(tidy(evidence.hit_texts.get(hit.node_id, "")).split()))
        ranks.setdefault(key, (hit.rank, hit.node_id))
    return ranks


def _inside(key: tuple[str, str], ranks: dict[tuple[str, str], tuple[int, str]]) -> int | None:
    document, text = key
    inside = (rank for (doc, hit), (rank, _) in ranks.items() if doc == document and text in hit)
    return min(inside, default=None)


def _pieces(text: str) -> Iterator[tuple[str, Row | None]]:
    named = named_rows(text)
    if named:
        yield from ((row.text, row) for row in named)
        return
    for block in sentences(text):
        found = flattened_rows(block)
        if found:
            yield from ((row.text, row) for row in found)
        else:
            yield " ".join(block.split()), None
