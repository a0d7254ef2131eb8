"""Figures shown beside the text: those of the sections found, and those whose captions are near."""

from collections.abc import Iterable, Sequence

import numpy as np

from wattrag.corpus.tree import Metadata
from wattrag.index.searched import SearchedIndex
from wattrag.index.select import IndexedNode, is_figure
from wattrag.index.vectors import COSINE_DIGITS
from wattrag.retrieval.outline import shown_text
from wattrag.retrieval.records import Media
from wattrag.store.vectors import FloatMatrix

_SHOWN = ("page", "bbox")


def nearest_figures(
    index: SearchedIndex, queries: FloatMatrix | None, count: int
) -> tuple[tuple[int, float], ...]:
    """Rows and cosines of the `count` figures nearest to any of the queries, best first.

    Args:
        index: where to search; one without figures finds none.
        queries: unit vectors, shape (queries, dimensions); None finds none.
        count: figures wanted; ties go to the lower row.
    """
    images = index.images
    if queries is None or images is None or count == 0:
        return ()
    cosines = np.round(images.scores(queries, count).max(axis=0), COSINE_DIGITS)
    order = np.lexsort((images.rows, -cosines))[:count]
    return tuple(
        (int(images.rows[i]), round(float(cosines[i]), COSINE_DIGITS))
        for i in order
        if cosines[i] > -np.inf
    )


def figures_by_section(nodes: Sequence[IndexedNode]) -> dict[int, list[int]]:
    """Rows of the figures of every section that has some, in reading order, by its row."""
    found: dict[int, list[int]] = {}
    for node in nodes:
        if is_figure(node) and node.parent is not None:
            found.setdefault(node.parent, []).append(node.row)
    return found


def shown_media(
    nodes: Sequence[IndexedNode],
    of_sections: Iterable[int],
    nearest: Iterable[tuple[int, float]],
) -> tuple[Media, ...]:
    """The figures of an attempt, each once: those of its sections, then the nearest.

    Args:
        nodes: all nodes of the index, by row.
        of_sections: rows of figures in the sections found.
        nearest: rows and cosines, best first.
    """
    found: dict[int, Media] = {}
    for row in of_sections:
        found.setdefault(row, _media(nodes[row], None))
    for row, cosine in nearest:
        found.setdefault(row, _media(nodes[row], cosine))
    return tuple(found.values())


def _media(node: IndexedNode, cosine: float | None) -> Media:
    place: Metadata = {key: node.metadata[key] for key in _SHOWN if key in node.metadata}
    return Media(
        node_id=node.id,
        document_id=node.document_id,
        caption=shown_text(node) if node.searched else "",
        found_by="section" if cosine is None else "caption",
        score=cosine,
        metadata=place,
    )
