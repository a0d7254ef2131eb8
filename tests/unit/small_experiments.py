"""Scored experiments for tests of tables and plots: real scoring of a few invented answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import SubmissionRow
from wattrag.files import write_json
from wattrag.scoring.records import result_records, summary_record
from wattrag.scoring.rules import rules_named
from wattrag.scoring.score import score
from wattrag.study.identity import identity

REF = '["doc1"]'
GOLD = ("4", "[80,90]", "Yes", "is_blank", "12", "7", "0.5", "100")


def questions(gold: Sequence[str] = GOLD) -> QuestionFile:
    """One question a gold value; blank ones are unanswerable."""
    made = tuple(
        Question(f"q{n}", f"Question {n}?", "MWh", _gold(value)) for n, value in enumerate(gold)
    )
    return QuestionFile(Path("questions.csv"), made, labelled=True, has_flags=False)


def single(pipeline: str, model: str = "reader", run: int = 1, env: str = "local") -> dict:
    """The identity of a model's run."""
    names = {"env": env, "datafile": "dev", "pipeline": pipeline, "model": model}
    return identity("single", {**names, "precision": "none", "run": str(run)})


def ensemble(name: str) -> dict:
    """The identity of an ensemble."""
    return identity("ensemble", {"env": "local", "datafile": "dev", "ensemble": name})


def external(name: str, machine: str = "lab") -> dict:
    """The identity of another system's result."""
    return identity("external", {"machine": machine, "datafile": "dev", "name": name})


def scored(
    folder: Path,
    who: dict,
    answers: Mapping[str, str],
    asked: QuestionFile | None = None,
    *,
    rules: str = "2025",
    errors: frozenset[str] = frozenset(),
) -> Path:
    """Score answers (question id -> value, all citing the right document) into `folder`."""
    asked = asked or questions()
    rows = [
        SubmissionRow(
            i, "", "", value, "MWh", "is_blank" if value == "is_blank" else REF, *3 * ("",)
        )
        for i, value in answers.items()
    ]
    scores = score(asked, rows, rules_named(rules), errors)
    write_json(folder / "results.json", result_records(asked, rows, scores))
    write_json(folder / "summary.json", summary_record(scores, who))
    return folder / "results.json"


def answers(right: int, gold: Sequence[str] = GOLD, wrong: str = "999") -> dict[str, str]:
    """The first `right` questions answered as gold, the others wrongly."""
    return {f"q{n}": value if n < right else wrong for n, value in enumerate(gold)}


def _gold(value: str) -> Gold:
    return Gold("", value, "is_blank" if value == "is_blank" else REF, explanation="See table 1.")
