"""Choosing the citations of a question, by the ref mode.

| ref mode | citations |
|---|---|
| `union` | all that the voters cite, those who voted for the winning value |
| `intersection` | what every voter cites |
| `answer_priority` | the voters' most frequent citation set |
| `independent` | the most frequent citation set of all members |
| `ref_priority` | the same, and the value is elected among its members |
| `all` | all that any member cites |
"""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass

from wattrag.datafiles.refs import format_refs
from wattrag.ensemble.ballot import Ballot
from wattrag.ensemble.options import VoteOptions
from wattrag.ensemble.vote import elect
from wattrag.scoring.blank import BLANK, is_blank

Ballots = Sequence[Ballot]


@dataclass(frozen=True)
class Citations:
    """Merged citations, sorted, and the ballots they come from."""

    documents: tuple[str, ...]
    givers: tuple[Ballot, ...]

    @property
    def ref_id(self) -> str:
        """The cell with the documents."""
        return format_refs(self.documents)

    @property
    def ref_url(self) -> str:
        """The cell with the urls that the givers have for the documents, in the same order."""
        known: dict[str, str] = {}
        for giver in reversed(self.givers):
            urls = _listed(giver.row.ref_url)
            if len(urls) == len(giver.content.citations):
                known.update(zip(giver.content.citations, urls, strict=True))
        return format_refs([known[document] for document in self.documents if document in known])

    @property
    def supporting_materials(self) -> str:
        """The cell with the givers' evidence, each text once."""
        cells = (giver.row.supporting_materials for giver in self.givers)
        return " | ".join(dict.fromkeys(cell for cell in cells if not is_blank(cell))) or BLANK


def merged(ballots: Ballots, voters: Ballots, options: VoteOptions) -> Citations:
    """The citations of a question.

    Args:
        ballots: all of the question.
        voters: those of them that voted for the winning value; at least one.
        options: with the ref mode.
    """
    givers = _givers(ballots, voters, options)
    combine = set.intersection if options.ref_mode == "intersection" else set.union
    documents = combine(*(set(giver.content.citations) for giver in givers))
    return Citations(tuple(sorted(documents)), tuple(givers))


def _givers(ballots: Ballots, voters: Ballots, options: VoteOptions) -> Ballots:
    match options.ref_mode:
        case "answer_priority":
            return favourite(voters, options)
        case "independent":
            return favourite(ballots, options)
        case "all":
            return ballots
        case _:
            return voters


def favourite(ballots: Ballots, options: VoteOptions) -> Ballots:
    """The ballots with the most frequent citation set; of several, the one seen first."""
    citing = [ballot for ballot in ballots if ballot.content.cites]
    voting = citing if citing and options.ignore_blank else ballots
    key = elect(
        [ballot.content.citations_key for ballot in voting], [ballot.power for ballot in voting]
    )
    return [ballot for ballot in ballots if ballot.content.citations_key == key]


def _listed(cell: str) -> list[str]:
    """The items of a JSON or Python list; a bare cell is one item, a blank one none."""
    text = cell.strip()
    if is_blank(text):
        return []
    for read in (json.loads, ast.literal_eval):
        try:
            items = read(text) if text.startswith("[") else [text]
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return [str(item) for item in items]
    return [text]
