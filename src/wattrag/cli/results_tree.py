"""What `leaderboard`, `matrix` and `audit` share: reading a tree of results, and printing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wattrag.cli.common import one_line, print_columns, print_json, print_problem
from wattrag.datafiles.questions import QuestionFile, read_questions
from wattrag.errors import InputError

if TYPE_CHECKING:
    from wattrag.analysis.experiment import ScoredExperiment
    from wattrag.analysis.listing import Listed
    from wattrag.analysis.tables.content import TableContent

_SHOWN = 100


@dataclass(frozen=True)
class Tree:
    """A results tree on one datafile: with per-question results, and with a summary only."""

    datafile: str
    scored: tuple["ScoredExperiment", ...]
    summaries: tuple["Listed", ...]


def read_tree(
    root: Path, datafile: str | None, env: str | None, questions: Path | None, rules: str
) -> Tree:
    """Read the experiments of a tree that can stand in one table.

    Raises:
        InputError: none, or results on several datafiles and none named.
    """
    from wattrag.analysis.experiment import named_apart
    from wattrag.analysis.listing import list_experiments
    from wattrag.analysis.rescoring import scored_or_none
    from wattrag.scoring.rules import rules_named

    listed = list_experiments(root, datafile, env)
    only = _only(root, sorted({one.datafile for one in listed}))
    gold = _labelled(questions)
    found_scores = [scored_or_none(one, rules_named(rules), gold) for one in listed]
    scored = [experiment for experiment in found_scores if experiment is not None]
    left = [one for one, scores in zip(listed, found_scores, strict=True) if scores is None]
    return Tree(only, named_apart(scored), tuple(left))


def questions_by_datafile(
    root: Path, questions: Path | None, datafiles: Sequence[str]
) -> dict[str, QuestionFile]:
    """The named question file, for the tree's one datafile; empty if none is named.

    Raises:
        InputError: the tree has several datafiles, or the questions have no gold.
    """
    gold = _labelled(questions)
    if gold is None:
        return {}
    return {_only(root, datafiles): gold}


def _only(root: Path, datafiles: Sequence[str]) -> str:
    if len(datafiles) > 1:
        found = ", ".join(datafiles)
        raise InputError(str(root), f"has results on {found}", "choose one with --datafile")
    return datafiles[0]


def print_table(
    table: "TableContent", columns: Sequence[str], *, as_json: bool, output: Path | None
) -> None:
    """Write a table to a file, or print it: all columns as JSON, or a few for people."""
    from wattrag.analysis.tables.content import export, json_rows

    if output is not None:
        export(output, table)
    if as_json:
        print_json(json_rows(table))
    elif output is None:
        print_columns(columns, [[_cell(row.get(c)) for c in columns] for row in table.rows])


def without_summaries(root: Path, tree: Tree) -> tuple["ScoredExperiment", ...]:
    """The experiments with per-question results; the others are named on stderr.

    Raises:
        InputError: there is none.
    """
    if not tree.scored:
        cure = "name the questions with --questions"
        raise InputError(str(root), "has no per-question results", cure)
    for one in tree.summaries:
        print_problem(f"{one.folder}: left out, it has no per-question results")
    return tree.scored


def _labelled(path: Path | None) -> QuestionFile | None:
    if path is None:
        return None
    questions = read_questions(path)
    if not questions.labelled:
        raise InputError(str(path), "has no gold answers", "name labelled questions")
    return questions


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.3f}" if isinstance(value, float) else one_line(str(value))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
