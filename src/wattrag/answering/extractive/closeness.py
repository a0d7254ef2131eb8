"""How much of a question a passage speaks of, and how close its words stand to a place in it."""

from math import exp

from wattrag.answering.extractive.passages import Passage
from wattrag.answering.extractive.respectively import NOTHING_SAID, things_of_numbers
from wattrag.answering.extractive.tables import Row
from wattrag.answering.extractive.text import Text

NEIGHBOUR = 0.5
"""A question word in the sentence before or after counts half: it is often named there."""
DOCUMENT = 0.3
"""A question word elsewhere in the document or in its title: it may be what all is about."""
REACH = 4.0
"""Words over which the pull of a question word on a place falls by e. On development questions 3
to 4 were alike, 5 and 7 answered one or two fewer."""
CLAUSE = 3
"""A comma, semicolon or bracket between two words counts as so many words."""

Weights = dict[str, float]
"""Weight of each stem of a question."""


def coverage(weights: Weights, passage: Passage, spoken_of: frozenset[str]) -> float:
    """Share of the question's weight that a passage and what surrounds it name, 0 to 1.

    Args:
        weights: of the question's words.
        passage: the passage.
        spoken_of: the words of its document, see `Passages.spoken_of`.
    """
    return weighted(shares(weights, passage, spoken_of), weights)


def shares(weights: Weights, passage: Passage, spoken_of: frozenset[str]) -> Weights:
    """How surely a passage names each word of a question, 0 to 1; arguments as of `coverage`."""
    own = passage.text.stems
    near = (
        passage.before.stems
        | passage.after.stems
        | (passage.row.header_stems if passage.row is not None else frozenset())
    )
    return {
        s: 1.0 if s in own else NEIGHBOUR if s in near else DOCUMENT * (s in spoken_of)
        for s in weights
    }


def weighted(shares: Weights, weights: Weights) -> float:
    """The weighted mean of the shares of a question's words."""
    total = sum(weights.values())
    return sum(w * shares[s] for s, w in weights.items()) / total if total else 0.0


def closeness(passage: Passage, offset: int, weights: Weights) -> float:
    """How close the question's words stand to a place in the text, 0 to 1.

    In running text a word's pull falls with its distance; in a table the row's label and the
    column's name are close to each of their cells, however far away they are written.
    """
    total = sum(weights.values())
    pull = _row_pull if passage.row is not None else _text_pull
    found = pull(passage, offset, weights)
    # Summed in the order of the question, so that the last bit is the same in every process.
    pulled = sum(weight * found.get(stem, 0.0) for stem, weight in weights.items())
    return pulled / total if total else 0.0


def _text_pull(passage: Passage, offset: int, weights: Weights) -> dict[str, float]:
    text = passage.text
    places = _clause_places(text)
    here = next((p for w, p in zip(text.words, places, strict=True) if w.end > offset), 0)
    own, others = things_of_numbers(text.raw).get(offset, NOTHING_SAID)
    found: dict[str, float] = {}
    for word, place in zip(text.words, places, strict=True):
        if word.stem in weights and not any(s <= word.start < e for s, e in others):
            is_own = any(s <= word.start < e for s, e in own)
            share = 1.0 if is_own else exp(-abs(place - here) / REACH)
            found[word.stem] = max(found.get(word.stem, 0.0), share)
    return found


def _clause_places(text: Text) -> list[int]:
    """The place of each word, counted in words, with gaps where a clause ends."""
    places: list[int] = []
    place, end = 0, 0
    for word in text.words:
        place += 1 + CLAUSE * any(c in ",;:()" for c in text.raw[end : word.start])
        places.append(place)
        end = word.end
    return places


def _row_pull(passage: Passage, offset: int, weights: Weights) -> dict[str, float]:
    row = passage.row
    if row is None:
        return {}
    found = {word.stem: LABEL for word in Text(row.label).words if word.stem in weights}
    above = _column_pull(row, offset)
    for stem, share in above.items():
        if stem in weights:
            found[stem] = max(found.get(stem, 0.0), share)
    return found


LABEL = 1.0


def _column_pull(row: Row, offset: int) -> dict[str, float]:
    """How surely each word of the header stands above the cell at a place."""
    index = row.cell_at(offset)
    if index is None:
        return {}
    named = row.cells[index].column
    if named:
        return dict.fromkeys(Text(named).stems, 1.0)
    words = Text(row.header).words
    share = (index + 1) / (len(row.cells) + 1)
    return {
        w.stem: exp(-abs((i + 1) / (len(words) + 1) - share) * len(row.cells) / 1.5)
        for i, w in enumerate(words)
    }
