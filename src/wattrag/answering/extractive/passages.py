"""Evidence as the reader works on it: sentences and table rows with where they come from."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log

from wattrag.answering.extractive.question import Question
from wattrag.answering.extractive.tables import Row, flattened_rows, named_rows
from wattrag.answering.extractive.text import Text, Word, sentences, tidy
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
        return {w.stem: self.idf(w.stem) * _kind_weight(w) for w in question.focus}


CODE, NAME = 2.0, 1.5
"""Codes (405B, A100) and names say which thing is meant; other words have synonyms."""


def _kind_weight(word: Word) -> float:
    return CODE if word.has_digit else NAME if word.is_name else 1.0


LONGEST = 1500
"""Characters of a passage; what has no sentence ends is cut between words."""


def passages(evidence: Evidence) -> Passages:
    """Cut the context of an attempt into passages, in order, each text once.

    Hits give passages their rank and, where a passage is just a hit, their node; a hit that the
    context has no room for was not shown, so it is not read.
    """
    ranks = _hit_ranks(evidence)
    found: list[Passage] = []
    seen: set[tuple[str, str]] = set()
    for snippet in evidence.shown:
        pieces = _pieces(snippet.text, snippet.metadata.get("attachment_type") == "table")
        texts = [_NOTHING, *(piece for piece, _, _ in pieces), _NOTHING]
        for i, (piece, flat, row) in enumerate(pieces, 1):
            key = (snippet.document_id, flat)
            if key in seen:
                continue
            seen.add(key)
            rank, node_id = ranks.get(key) or (_inside(key, ranks), snippet.node_id)
            near = (texts[i - 1], texts[i + 1])
            found.append(Passage(piece, node_id, snippet.document_id, rank, *near, row))
    frequency = Counter(stem for p in found for stem in p.text.stems)
    return Passages(tuple(found), frequency, _spoken_of(found, evidence))


_NOTHING = Text("")


_NUMBERED = re.compile(r"(?<=[a-z])(?=\d)")
"""Between name and year of an id such as `smith2019`."""


def _spoken_of(found: list[Passage], evidence: Evidence) -> dict[str, frozenset[str]]:
    stems: dict[str, set[str]] = {}
    for passage in found:
        known = stems.setdefault(passage.document_id, set())
        known.update(passage.text.stems, passage.text.codes)
    for document_id, known in stems.items():
        cited = evidence.documents.get(document_id)
        name = _NUMBERED.sub(" ", document_id)
        title = Text(f"{name} {cited.title if cited else ''}")
        known.update(title.stems, title.codes)
    return {document_id: frozenset(known) for document_id, known in stems.items()}


def _hit_ranks(evidence: Evidence) -> dict[tuple[str, str], tuple[int, str]]:
    ranks: dict[tuple[str, str], tuple[int, str]] = {}
    for hit in evidence.hits:
        key = (hit.document_id, _flat(evidence.hit_texts.get(hit.node_id, "")))
        ranks.setdefault(key, (hit.rank, hit.node_id))
    return ranks


def _inside(key: tuple[str, str], ranks: dict[tuple[str, str], tuple[int, str]]) -> int | None:
    document, text = key
    inside = (rank for (doc, hit), (rank, _) in ranks.items() if doc == document and text in hit)
    return min(inside, default=None)


REMEMBERED = 2048
"""Texts whose pieces are kept: the paragraphs that an attempt shows come again in the next one and
in other questions. It bounds the memory, not what is found."""


@lru_cache(maxsize=REMEMBERED)
def _pieces(text: str, is_table: bool) -> tuple[tuple[Text, str, Row | None], ...]:  # noqa: FBT001
    """Sentences and rows of a snippet, each also with all blanks made single."""
    found = named_rows(tidy(text)) if is_table else None
    pieces = ((row.text, row) for row in found) if found is not None else _read(tidy(text))
    return tuple((Text(piece), " ".join(piece.split()), row) for piece, row in pieces)


@lru_cache(maxsize=REMEMBERED)
def _flat(text: str) -> str:
    return " ".join(tidy(text).split())


def _read(text: str) -> Iterator[tuple[str, Row | None]]:
    for block in sentences(text):
        found = flattened_rows(block)
        if found:
            yield from ((row.text, row) for row in found)
        else:
            yield from ((piece, None) for piece in _readable(" ".join(block.split())))


def _readable(sentence: str) -> list[str]:
    return [sentence] if len(sentence) <= LONGEST else textwrap.wrap(sentence, LONGEST)
