"""The vectors that are searched: sentences with a share of their paragraph, and paragraphs.

A sentence is searched by its own unit vector plus `PARAGRAPH_SHARE` of its paragraph's, brought to
unit length again, so that a short sentence carries what it is about. On 305 labelled questions
over 32 papers this put the quoted evidence into the first 6,000 characters for 0.83 of them,
against 0.77 without; the share of 0.4 was the best of 0, 0.2, 0.4 and 0.6 in most columns.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wattrag.index.select import IndexedNode, is_figure
from wattrag.store.vectors import FloatMatrix

PARAGRAPH_SHARE = 0.4
ParagraphMode = Literal["averaged", "full", "both"]
Encode = Callable[[Sequence[str]], FloatMatrix]


@dataclass(frozen=True)
class Targets:
    """Search vectors and the nodes they stand for; a node may have two (`paragraphs: both`)."""

    rows: NDArray[np.int64]
    """Node row of each vector, shape (vectors,)."""
    vectors: FloatMatrix
    """Unit length, f32, shape (vectors, dimensions)."""


def search_targets(nodes: Sequence[IndexedNode], mode: ParagraphMode, encode: Encode) -> Targets:
    """The vectors of all searched nodes.

    A paragraph with a single searched sentence is searched as that sentence only.

    Args:
        nodes: all nodes, by row.
        mode: paragraph vectors as the mean of their sentences' weighted by text length, as the
            encoded paragraph, or one of each.
        encode: embeds texts to unit vectors, shape (texts, dimensions).
    """
    children: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        if node.kind == "sentence" and node.searched and node.parent is not None:
            children[node.parent].append(node.row)
    paragraphs = [n.row for n in nodes if n.kind == "paragraph" and n.searched]
    full = [row for row in paragraphs if mode != "averaged" or row not in children]
    sentences = [n.row for n in nodes if n.kind == "sentence" and n.searched]
    encoded = encode([nodes[row].text for row in sentences + full])
    own = dict(zip(sentences + full, encoded, strict=True))
    mean = {row: _mean(children[row], own, nodes) for row in children}
    rows, vectors = list(sentences), list(_with_context(sentences, nodes, own, mean, mode))
    for row in paragraphs:
        if len(children.get(row, [])) == 1:
            continue
        known = [mean[row]] if row in mean and mode != "full" else []
        known += [own[row]] if row in own else []
        rows += [row] * len(known)
        vectors += known
    order = np.argsort(rows, kind="stable")
    return Targets(
        np.array(rows, dtype=np.int64)[order], np.array(vectors, dtype=np.float32)[order]
    )


def image_targets(nodes: Sequence[IndexedNode], encode: Encode) -> Targets:
    """The vectors of all figures of which something is said: their captions, encoded.

    Args:
        nodes: all nodes, by row.
        encode: embeds texts to unit vectors, shape (texts, dimensions).
    """
    figures = [node for node in nodes if node.searched and is_figure(node)]
    vectors = encode([node.text for node in figures])
    return Targets(np.array([node.row for node in figures], dtype=np.int64), vectors)


def unit(vectors: FloatMatrix) -> FloatMatrix:
    """`vectors` brought to length 1 along the last axis; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: FloatMatrix = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled


def _with_context(
    sentences: Sequence[int],
    nodes: Sequence[IndexedNode],
    own: Mapping[int, FloatMatrix],
    mean: Mapping[int, FloatMatrix],
    mode: ParagraphMode,
) -> FloatMatrix:
    """Search vectors of sentences, shape (sentences, dimensions).

    A sentence without a paragraph vector gets a share of zero, which leaves it as it is.
    """
    if not sentences:
        return np.zeros((0, 0), dtype=np.float32)
    context = own if mode == "full" else mean
    vectors = np.array([own[row] for row in sentences])
    nothing = np.zeros_like(vectors[0])
    parents = [nodes[row].parent for row in sentences]
    shares = np.array([nothing if p is None else context.get(p, nothing) for p in parents])
    return unit(vectors + np.float32(PARAGRAPH_SHARE) * shares)


def _mean(
    rows: list[int], own: Mapping[int, FloatMatrix], nodes: Sequence[IndexedNode]
) -> FloatMatrix:
    lengths = np.array([len(nodes[row].text) for row in rows], dtype=np.float32)
    stacked = np.array([own[row] for row in rows])
    return unit((stacked * lengths[:, None]).sum(axis=0))
