"""BM25 over sliding windows of sentences.

Each leaf stands at the centre of its own window: the `window` sentences around it within its
section, fewer at the section's ends. So a window's score is its leaf's score, and a sentence is
found by words that its neighbours hold.

The index of the default settings is written with the index (a single query need not wait for it);
a retriever with another window, title or stemming has it made from the nodes when it opens, about
two seconds for 25,000 sentences.
"""

import logging
from collections.abc import Sequence
from functools import cache
from itertools import chain, groupby, islice
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.tokenization import Tokenized

from wattrag.config.settings import Lexical
from wattrag.errors import InputError
from wattrag.index.select import IndexedNode, leaves
from wattrag.store.vectors import FloatMatrix

# It logs every step at DEBUG to handlers of its own.
logging.getLogger("bm25s").setLevel(logging.WARNING)


class LexicalIndex:
    """BM25 scores of leaves."""

    def __init__(self, index: bm25s.BM25, rows: Sequence[int], settings: Lexical) -> None:
        self._index, self._settings = index, settings
        self.rows = np.asarray(rows, dtype=np.int64)
        """Node row of each window, shape (windows,)."""

    def scores(self, query: str) -> FloatMatrix:
        """BM25 of every window for a query, f32, shape (windows,). The query is data: no syntax."""
        (terms,) = _tokens([query], self._settings)
        known = [term for term in terms if term in self._index.vocab_dict]
        if not known:
            return np.zeros(len(self.rows), dtype=np.float32)
        found: FloatMatrix = self._index.get_scores(known).astype(np.float32)
        return found

    def save(self, folder: Path) -> None:
        """Write the index into a new folder, without pickle."""
        self._index.save(folder, show_progress=False)


def build_lexical(nodes: Sequence[IndexedNode], settings: Lexical) -> LexicalIndex:
    """The lexical index of all leaves of `nodes`."""
    found = list(leaves(nodes))
    index = bm25s.BM25()
    index.index(_vocabulary(_windows(found, nodes, settings)), show_progress=False)
    return LexicalIndex(index, [leaf.row for leaf in found], settings)


def load_lexical(folder: Path, nodes: Sequence[IndexedNode], settings: Lexical) -> LexicalIndex:
    """Read what `LexicalIndex.save` wrote for the same nodes and settings.

    Raises:
        InputError: the files are no lexical index of these nodes.
    """
    rows = [node.row for node in leaves(nodes)]
    try:
        index = bm25s.BM25.load(folder, show_progress=False, allow_pickle=False)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(str(folder), "is not a lexical index", "build it again") from error
    if index.scores["num_docs"] != len(rows):
        raise InputError(str(folder), "belongs to other nodes", "build the index again")
    return LexicalIndex(index, rows, settings)


def _windows(
    found: Sequence[IndexedNode], nodes: Sequence[IndexedNode], settings: Lexical
) -> list[list[str]]:
    """The words of each leaf's window: those of the title, then of the leaves around it.

    Each text is split into words once, though several windows hold it.
    """
    before, after = (settings.window - 1) // 2, settings.window // 2
    words = iter(_tokens([leaf.text for leaf in found], settings))
    titles = _title_words(found, nodes, settings)
    windows = []
    for _, group in groupby(found, key=lambda leaf: section_of(leaf, nodes)):
        section = list(group)
        own = list(islice(words, len(section)))
        for place, leaf in enumerate(section):
            around = own[max(0, place - before) : place + after + 1]
            windows.append([*titles[leaf.document_id], *chain.from_iterable(around)])
    return windows


def _title_words(
    found: Sequence[IndexedNode], nodes: Sequence[IndexedNode], settings: Lexical
) -> dict[str, list[str]]:
    """The words of each document's title, by document id; none if the settings leave it out."""
    titles = {leaf.document_id: document_title(leaf, nodes) for leaf in found}
    if not settings.title:
        return {document_id: [] for document_id in titles}
    return dict(zip(titles, _tokens(list(titles.values()), settings), strict=True))


def section_of(node: IndexedNode, nodes: Sequence[IndexedNode]) -> int:
    """Row of the section (or, above one, the document) that holds a node."""
    while node.kind not in {"section", "document"} and node.parent is not None:
        node = nodes[node.parent]
    return node.row


def document_title(node: IndexedNode, nodes: Sequence[IndexedNode]) -> str:
    """Title of the document that holds a node."""
    while node.parent is not None:
        node = nodes[node.parent]
    return node.text


def _tokens(texts: Sequence[str], settings: Lexical) -> list[list[str]]:
    """Lower-case words of two characters and more, without English stop words, stemmed."""
    tokens: list[list[str]] = bm25s.tokenize(
        list(texts),
        stopwords="en",
        stemmer=_stemmer() if settings.stemming else None,
        return_ids=False,
        show_progress=False,
    )
    return tokens


def _vocabulary(tokens: list[list[str]]) -> Tokenized:
    """Tokens as numbers, the vocabulary sorted, so that equal texts give equal files."""
    known = sorted({token for words in tokens for token in words})
    numbers = {token: number for number, token in enumerate(known)}
    return Tokenized(ids=[[numbers[token] for token in words] for words in tokens], vocab=numbers)


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
