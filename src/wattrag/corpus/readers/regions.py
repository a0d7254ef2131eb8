"""Drawings and images that belong together, as boxes."""

from collections.abc import Iterable
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Box

CELL = 8.0  # points: what is nearer than about this belongs together
MAX_MARKS = 400_000  # cells marked on a page; what comes after them stays by itself


def clusters(boxes: Iterable[Box]) -> list[tuple[Box, int]]:
    """Groups of near boxes: the box around each group and how many it holds.

    Boxes are marked on a coarse grid and connected cells are one group, so that thousands of
    strokes cost little; strokes in the same cells are marked once.
    """
    members: dict[_Cells, list[Box]] = {}
    for box in boxes:
        members.setdefault(_cells(box), []).append(box)
    parent = _connected(list(members))
    groups: dict[int, tuple[Box, int]] = {}
    for index, same in enumerate(members.values()):
        root = _root(parent, index)
        around, count = groups.get(root, (same[0], 0))
        for box in same:
            around = around.union(box)
        groups[root] = (around, count + len(same))
    return list(groups.values())


class _Cells(NamedTuple):
    """A box in units of the grid, with a margin of one cell at its right and bottom."""

    x0: int
    y0: int
    x1: int
    y1: int


def _cells(box: Box) -> _Cells:
    return _Cells(
        int(box.x0 // CELL), int(box.y0 // CELL), int(box.x1 // CELL) + 1, int(box.y1 // CELL) + 1
    )


def _connected(areas: list[_Cells]) -> list[int]:
    """For each area, a parent that it shares cells with; itself at the root of a group."""
    owner: dict[tuple[int, int], int] = {}
    parent = list(range(len(areas)))
    marks = 0
    for index, (x0, y0, x1, y1) in enumerate(areas):
        marks += (x1 - x0 + 1) * (y1 - y0 + 1)
        if marks > MAX_MARKS:
            break
        for x in range(x0, x1 + 1):
            for y in range(y0, y1 + 1):
                other = owner.setdefault((x, y), index)
                if other != index and parent[index] != other:
                    _join(parent, other, index)
    return parent


def _join(parent: list[int], a: int, b: int) -> None:
    root_a, root_b = _root(parent, a), _root(parent, b)
    if root_a != root_b:
        parent[max(root_a, root_b)] = min(root_a, root_b)


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index
