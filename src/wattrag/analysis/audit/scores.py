"""Scores that the submission beside them does not earn."""

from collections.abc import Iterator

from wattrag.analysis.audit.finding import Finding
from wattrag.analysis.listing import Listed
from wattrag.analysis.rescoring import gold_of, recomputed
from wattrag.datafiles.questions import QuestionFile
from wattrag.errors import InputError
from wattrag.scoring.rules import RULES, Rules, rules_named
from wattrag.scoring.score import Scores

SAME = 1e-6
_NAMES = ("overall_score", "value_accuracy", "ref_overlap", "na_accuracy")


def recomputed_scores(listed: Listed, questions: QuestionFile | None) -> Iterator[Finding]:
    """Score the submission again and compare with what the summary claims.

    Gold is that of `questions`, else what the experiment's own results hold. A summary of
    another system does not say its rules: it is right if any of ours give its scores.
    """
    if listed.problem is not None:
        yield Finding("BAD_RESULTS_JSON", "problem", listed.problem)
    gold = questions or gold_of(listed)
    if gold is None:
        yield Finding("NOT_RECOMPUTED", "notice", "no gold to score it by; name the questions")
        return
    try:
        found = [(rules, recomputed(listed, gold, rules)) for rules in _rules(listed)]
    except InputError as error:
        yield Finding("BAD_SUBMISSION", "problem", f"{error.where}: {error.problem}")
        return
    scored = [(rules, scores) for rules, scores in found if scores is not None]
    if not scored:
        yield Finding("NO_SUBMISSION", "problem", "no submission.csv to score again")
        return
    mismatches = [list(_mismatches(listed, rules, scores)) for rules, scores in scored]
    yield from min(mismatches, key=_distance)


def _rules(listed: Listed) -> list[Rules]:
    named = listed.summary.get("rules")
    return [rules_named(named)] if isinstance(named, str) else list(RULES.values())


def _mismatches(listed: Listed, rules: Rules, scores: Scores) -> Iterator[Finding]:
    estimates = (scores.overall, scores.value_accuracy, scores.ref_overlap, scores.na_recall)
    for name, estimate in zip(_NAMES, estimates, strict=True):
        claimed = listed.summary.get(name)
        if not isinstance(claimed, int | float) or estimate.value is None:
            continue
        if abs(claimed - estimate.value) > SAME:
            detail = f"{name} of the submission by {rules.name} is {estimate.value:.6f}"
            yield Finding("SCORE_MISMATCH", "problem", detail, float(claimed), estimate.value)


def _distance(mismatches: list[Finding]) -> float:
    return sum(abs((one.value or 0) - (one.limit or 0)) for one in mismatches)
