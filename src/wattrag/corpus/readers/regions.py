"""Drawings and images that belong together, as boxes."""

from collections.abc import Iterable

from wattrag.corpus.readers.page import Box

CELL = 8.0  # points: what is nearer than about this belongs together
MAX_CELLS = 200_000


def clusters(boxes: Iterable[Box]) -> list[tuple[Box, int]]:
    """Groups of near boxes: the box around each group and how many it holds.

    Boxes are marked on a coarse grid and connected cells are one group, so that thousands of
    strokes cost little.
    """
    owner: dict[tuple[int, int], int] = {}
    parent: list[int] = []
    marked = list(boxes)
    for index, box in enumerate(marked):
        parent.append(index)
        for cell in _cells(box):
            _join(parent, owner.setdefault(cell, index), index)
        if len(owner) > MAX_CELLS:
            break
    groups: dict[int, tuple[Box, int]] = {}
    for index, box in enumerate(marked[: len(parent)]):
        root = _root(parent, index)
        around, count = groups.get(root, (box, 0))
        groups[root] = (around.union(box), count + 1)
    return list(groups.values())


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    """The grid cells along the edges and middle of a box, one cell of margin around it."""
    x0, x1 = int(box.x0 // CELL), int(box.x1 // CELL) + 1
    y0, y1 = int(box.y0 // CELL), int(box.y1 // CELL) + 1
    return ((x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))


def _join(parent: list[int], a: int, b: int) -> None:
    root_a, root_b = _root(parent, a), _root(parent, b)
    if root_a != root_b:
        parent[max(root_a, root_b)] = min(root_a, root_b)


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index
