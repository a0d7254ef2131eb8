"""What `wattrag score` prints: JSON for programs, lines for people."""

from collections.abc import Sequence
from typing import Any

from wattrag.datafiles.questions import QuestionFile
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.breakdown import by_flag
from wattrag.scoring.records import result_records
from wattrag.scoring.score import Scores

_WIDTH = 60


def score_json(questions: QuestionFile, scores: Scores) -> dict[str, Any]:
    """The scores with their 95 % intervals, the ids without a row, and accuracy by evidence."""
    return {
        "rules": scores.rules.name,
        "overall": scores.overall.as_dict(),
        "value_accuracy": scores.value_accuracy.as_dict(),
        "ref_overlap": scores.ref_overlap.as_dict(),
        "na_recall": scores.na_recall.as_dict(),
        "missing_ids": list(scores.missing_ids),
        "by_flag": {flag: share.as_dict() for flag, share in by_flag(questions, scores).items()},
    }


def notices(scores: Scores) -> list[str]:
    """What a reader of the scores must know: one line each."""
    lines = []
    if scores.missing_ids:
        count, total = len(scores.missing_ids), len(scores.questions)
        lines.append(f"{count} of {total} questions have no row and score zero")
    if scores.na_recall.value is None and scores.rules.na_weight:
        lines.append("no question is unanswerable: na_recall is null and counts as 1 in overall")
    return lines


def question_lines(
    questions: QuestionFile, rows: Sequence[SubmissionRow], scores: Scores
) -> list[str]:
    """One line a question, in the questions' order (`--verbose`)."""
    return [_line(record) for record in result_records(questions, rows, scores)]


def worst_lines(
    questions: QuestionFile, rows: Sequence[SubmissionRow], scores: Scores, limit: int
) -> list[str]:
    """The `limit` questions that lost most, worst first, with gold, answer and cause."""
    lost = [record for record in result_records(questions, rows, scores) if record["causes"]]
    lost.sort(key=lambda record: record["weighted_score"])
    judged = scores.rules.normalise
    return [line for record in lost[:limit] for line in _block(record, normalised=judged)]


def _line(record: dict[str, Any]) -> str:
    mark = "x" if record["causes"] else "ok"
    value, cited = record["value_score"], record["ref_score"]
    parts = f"value {value:.4g}" + ("" if cited is None else f"  refs {cited:.2f}")
    causes = "; ".join(record["causes"])
    return f"{mark:<2}  {shown(record['id'])}  {parts}  {causes}".rstrip()


def _block(record: dict[str, Any], *, normalised: bool) -> list[str]:
    answered, judged = record["pred_value"], record["pred_value_normalized"]
    read = f" (judged as {shown(judged)})" if normalised and judged != answered else ""
    return [
        f"{shown(record['id'])}  {'; '.join(record['causes'])}  ({record['weighted_score']:.2f})",
        f"  question: {shown(record['question'])}",
        f"  gold:     {shown(record['gt_value'])} [{shown(record['gt_unit'])}]"
        f"  refs {shown(record['gt_ref'])}",
        f"  answered: {shown(answered)}{read}  refs {shown(record['pred_ref'])}",
    ]


def shown(cell: str | None) -> str:
    """A cell on a terminal: one line, shortened, without control characters."""
    if not cell:
        return "(no answer)" if cell is None else "(empty)"
    text = "".join(c if c.isprintable() else " " for c in cell[: 4 * _WIDTH])
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH and len(cell) <= 4 * _WIDTH else f"{text[: _WIDTH - 3]}..."
