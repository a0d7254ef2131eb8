"""Reranking by a cross-encoder: each pair of question and node is scored once."""

from collections.abc import Sequence

from wattrag.index.select import IndexedNode
from wattrag.llm.embedders.cross_encoder import Reranker
from wattrag.retrieval.rerank import Ranked


class CrossScores:
    """The cross-encoder's scores of one question's nodes, over all its attempts."""

    def __init__(self, reranker: Reranker, question: str, nodes: Sequence[IndexedNode]) -> None:
        self._reranker, self._question, self._nodes = reranker, question, nodes
        self._scores: dict[int, float] = {}

    def __getitem__(self, row: int) -> float:
        """The score of a node that was ranked."""
        return self._scores[row]

    def reordered(self, ranked: Ranked) -> Ranked:
        """`ranked` by the cross-encoder's score, best first; ties keep their order."""
        new = [row for row in dict.fromkeys(row for row, _ in ranked) if row not in self._scores]
        found = self._reranker.score(self._question, [self._nodes[row].text for row in new])
        # By way of its decimals: the nearest double of a rounded f32 has too many.
        self._scores.update((r, float(str(s))) for r, s in zip(new, found, strict=True))
        return sorted(ranked, key=lambda pair: -self._scores[pair[0]])
