"""Scoring the submissions of a results tree again, against gold that one has or finds there."""

from collections.abc import Sequence

from wattrag.analysis.experiment import Record, ScoredExperiment, read_experiment
from wattrag.analysis.listing import RESULTS, Listed
from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import read_submission
from wattrag.scoring.records import result_records
from wattrag.scoring.rules import Rules
from wattrag.scoring.score import Scores, score


def scored_or_none(
    listed: Listed, rules: Rules, questions: QuestionFile | None = None
) -> ScoredExperiment | None:
    """An experiment with its per-question scores; None where they are not to be had.

    Our own results are taken as they are. Everything is scored again where `questions` are
    given, and other systems' results where their records tell the gold.

    Args:
        listed: the experiment.
        rules: for what is scored again.
        questions: labelled questions that replace the gold of the tree.

    Raises:
        InputError: a submission that does not fit its questions.
    """
    if questions is None and listed.ours and listed.records is not None:
        return read_experiment(listed.folder / RESULTS)
    gold = questions or gold_of(listed)
    if gold is None or not listed.submission.exists():
        return None
    rows = read_submission(listed.submission)
    scores = score(gold, rows, rules, failed(listed), str(listed.submission))
    return _experiment(listed, scores, result_records(gold, rows, scores))


def gold_of(listed: Listed) -> QuestionFile | None:
    """The question file that per-question results were scored against; None without results."""
    if not listed.records or any("gt_value" not in record for record in listed.records):
        return None
    questions = tuple(_question(record) for record in listed.records)
    return QuestionFile(listed.folder / RESULTS, questions, labelled=True, has_flags=False)


def recomputed(listed: Listed, gold: QuestionFile, rules: Rules) -> Scores | None:
    """The scores that a submission earns now; None if it is missing.

    Raises:
        InputError: a submission that cannot be read, or does not fit its questions.
    """
    if not listed.submission.exists():
        return None
    rows = read_submission(listed.submission)
    return score(gold, rows, rules, failed(listed), str(listed.submission))


def failed(listed: Listed) -> frozenset[str]:
    """Ids of questions whose call failed: they earn nothing, whatever their row says."""
    records = listed.records or ()
    named = listed.summary.get("error_ids")
    ids = {str(one) for one in named} if isinstance(named, list) else set()
    return frozenset(ids | {record["id"] for record in records if _has_failed(record)})


def _has_failed(record: Record) -> bool:
    return record.get("status") == "error" or bool(record.get("error"))


def _question(record: Record) -> Question:
    def text(key: str) -> str:
        value = record.get(key)
        return "" if value is None else str(value)

    gold = Gold("", text("gt_value"), text("gt_ref"), explanation=text("gt_explanation"))
    return Question(str(record["id"]), text("question"), text("gt_unit"), gold)


def _experiment(listed: Listed, scores: Scores, records: Sequence[Record]) -> ScoredExperiment:
    return ScoredExperiment(
        name=listed.name,
        type=listed.type,
        env=listed.env,
        pipeline=listed.pipeline,
        model=listed.model,
        precision=listed.precision,
        run=listed.run,
        scores=scores,
        records=tuple(records),
        summary=listed.summary,
        folder=listed.folder,
    )
