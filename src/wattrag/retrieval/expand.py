"""From ranked hits to context: the best evidence first, widened while the budget lasts.

Two passes, so that the first characters a reader sees are the strongest evidence even where a
paragraph is a whole page:

1. In rank order every hit shows its core: its paragraph if that is short, else the sentences
   around it.
2. The cores grow a sentence at a time on both sides, all in turn, up to the level's bounds; what
   was added follows in rank order, neighbours joined.

No text is shown twice: a core lacks what an earlier one showed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from wattrag.config.settings import Expansion
from wattrag.retrieval.outline import Outline, Span, shown_text
from wattrag.retrieval.records import Snippet

SHORT_PARAGRAPH = 600
"""Characters up to which a paragraph is shown whole at once."""
_SHOWN = ("page", "bbox", "role", "attachment_type")


@dataclass(frozen=True)
class Anchor:
    """Where a hit stands: its leaf, and how far the hit itself reaches."""

    leaf: int
    """Leaf position; of a paragraph hit, that of its best sentence."""
    extent: Span
    """Leaf positions of the hit's own text."""


@dataclass
class _Budget:
    left: int
    taken: set[int] = field(default_factory=set)


def expand(
    outline: Outline, anchors: Sequence[Anchor], settings: Expansion, window: int
) -> list[tuple[str, Snippet]]:
    """Context of a question: (key, snippet) in order, together within `settings.max_chars`.

    Args:
        outline: the index's leaves.
        anchors: the hits, best first.
        settings: level and budget.
        window: sentences in a window.
    """
    budget = _Budget(settings.max_chars)
    runs: list[list[int]] = []
    for anchor in anchors:
        core = _core(outline, anchor, settings, window)
        runs.extend(_runs(outline, _take(outline, core, anchor.leaf, budget)))
    if not runs and anchors:
        return [_cut(outline, anchors[0].leaf, settings.max_chars)]
    runs.extend(_grown(outline, anchors, settings, budget))
    return [_snippet(outline, run) for run in runs]


def _core(outline: Outline, anchor: Anchor, settings: Expansion, window: int) -> Span:
    """What pass 1 shows of a hit, were nothing shown yet."""
    if settings.level == "sentence":
        return range(anchor.leaf, anchor.leaf + 1)
    bounds = outline.sections[outline.section_of(anchor.leaf)]
    if settings.level != "window":
        bounds = outline.paragraphs[outline.paragraph_of(anchor.leaf)]
        if outline.length(bounds) <= SHORT_PARAGRAPH:
            return bounds
    first = max(bounds.start, anchor.leaf - (window - 1) // 2)
    return range(first, min(bounds.stop, anchor.leaf + window // 2 + 1))


def _bounds(outline: Outline, anchor: Anchor, settings: Expansion) -> Span:
    """How far pass 2 may widen a hit."""
    if settings.level == "section":
        return outline.sections[outline.section_of(anchor.leaf)]
    if settings.level == "paragraph":
        return outline.paragraphs[outline.paragraph_of(anchor.leaf)]
    return anchor.extent


def _take(outline: Outline, core: Span, leaf: int, budget: _Budget) -> list[int]:
    """The positions of `core` that are new and fit, nearest to `leaf` first; in reading order."""
    new = [p for p in sorted(core, key=lambda p: abs(p - leaf)) if _spend(outline, p, budget)]
    return sorted(new)


def _grown(
    outline: Outline, anchors: Sequence[Anchor], settings: Expansion, budget: _Budget
) -> Iterator[list[int]]:
    """Pass 2: runs of added positions, ordered by the rank of the hit that they were added for."""
    rank: dict[int, int] = {}
    shown = frozenset(budget.taken)
    sides = [
        (number, iter(side))
        for number, anchor in enumerate(anchors)
        for side in _sides(anchor, _bounds(outline, anchor, settings), shown)
    ]
    while sides:
        growing = []
        for number, side in sides:
            position = next(side, None)
            # Where a side meets shown text or the end of the budget it stops: no far fragments.
            if position is not None and _spend(outline, position, budget):
                rank[position] = number
                growing.append((number, side))
        sides = growing
    runs = list(_runs(outline, sorted(rank)))
    yield from sorted(runs, key=lambda run: min(rank[position] for position in run))


def _sides(anchor: Anchor, bounds: Span, shown: frozenset[int]) -> tuple[Span, Span]:
    """Positions before and after a hit's core, nearest first, as far as the bounds go."""
    first = last = anchor.leaf
    while first in shown:
        first -= 1
    while last in shown:
        last += 1
    return range(first, bounds.start - 1, -1), range(last, bounds.stop)


def _spend(outline: Outline, position: int, budget: _Budget) -> bool:
    """Take a leaf if it was not taken and fits into what is left."""
    if position in budget.taken:
        return False
    cost = len(outline.texts[position]) + 1
    if cost > budget.left:
        return False
    budget.taken.add(position)
    budget.left -= cost
    return True


def _runs(outline: Outline, positions: Sequence[int]) -> Iterator[list[int]]:
    """Split positions (ascending) where one is missing or another section starts."""
    run: list[int] = []
    for position in positions:
        if run and (
            position != run[-1] + 1 or outline.section_of(position) != outline.section_of(run[-1])
        ):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _snippet(outline: Outline, run: Sequence[int]) -> tuple[str, Snippet]:
    first, last = outline.leaves[run[0]], outline.leaves[run[-1]]
    paragraph = outline.paragraph_of(run[0])
    node, text = first, _joined(outline, run)
    if list(outline.paragraphs[paragraph]) == list(run):
        node = outline.nodes[paragraph]
        whole = shown_text(node)
        text = whole if len(whole) <= len(text) + 1 else text
        key = node.id
    else:
        key = first.id if first is last else f"{first.id}..{last.id.rsplit(':', 1)[-1]}"
    metadata = shown_metadata(outline, node.row)
    return key, Snippet(node_id=node.id, document_id=node.document_id, text=text, metadata=metadata)


def _cut(outline: Outline, position: int, length: int) -> tuple[str, Snippet]:
    """The start of a leaf that is longer than the whole budget."""
    key, snippet = _snippet(outline, [position])
    return f"{key}..{length}", snippet.model_copy(update={"text": snippet.text[:length]})


def shown_metadata(outline: Outline, row: int) -> dict[str, Any]:
    """Page, place and role of a node; what it lacks comes from its parents."""
    found: dict[str, Any] = {}
    node = outline.nodes[row]
    while True:
        for key in _SHOWN:
            if node.metadata.get(key) is not None:
                found.setdefault(key, node.metadata[key])
        if node.parent is None:
            return {key: found[key] for key in _SHOWN if key in found}
        node = outline.nodes[node.parent]


def _joined(outline: Outline, run: Sequence[int]) -> str:
    """Texts of consecutive leaves; a new paragraph starts a new line."""
    text = outline.texts[run[0]]
    for before, position in pairwise(run):
        same = outline.paragraph_of(before) == outline.paragraph_of(position)
        text += (" " if same else "\n") + outline.texts[position]
    return text
