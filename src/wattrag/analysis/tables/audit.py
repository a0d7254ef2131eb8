"""The audit: what a reader of the numbers must know about each experiment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wattrag.analysis.audit.documents import unread_documents
from wattrag.analysis.audit.finding import Finding
from wattrag.analysis.audit.plausible import plausible
from wattrag.analysis.audit.scores import recomputed_scores
from wattrag.analysis.audit.stale import stale_gold, stale_hashes
from wattrag.analysis.listing import Listed
from wattrag.analysis.tables.content import TableContent
from wattrag.datafiles.questions import QuestionFile
from wattrag.ensemble.members import short_members

COLUMNS = (
    *("level", "check", "name", "type", "env", "datafile", "model", "precision"),
    *("value", "limit", "detail"),
)
CLEAN = "clean"


def audit(
    experiments: Sequence[Listed],
    questions: Mapping[str, QuestionFile] | None = None,
    trees: Iterable[Path] = (),
) -> TableContent:
    """One row for each finding, and a `clean` one for each experiment without a problem.

    Experiments come in the given order; a clean one may have notices. Documents that could not
    be read come last, because they concern every experiment.

    Args:
        experiments: of any datafiles.
        questions: datafile -> labelled questions to score by; without, gold is taken from the
            experiments' own results.
        trees: document trees of the corpora.
    """
    stale = stale_hashes(experiments)
    again = _repeated(experiments)
    rows: list[dict[str, object]] = []
    for place, one in enumerate(experiments):
        asked = (questions or {}).get(one.datafile)
        found = [
            *plausible(one),
            *recomputed_scores(one, asked),
            *stale_gold(one, asked),
            *stale.get(place, ()),
            *again.get(place, ()),
            *_short_votes(one),
        ]
        rows += [_row(one, finding) for finding in found]
        if all(finding.level != "problem" for finding in found):
            rows.append(_row(one, None))
    rows += [
        {"level": "problem", "check": "BAD_DOCUMENT", "name": document, "detail": reason}
        for document, reason in unread_documents(trees)
    ]
    return TableContent(COLUMNS, tuple(rows))


def _row(one: Listed, finding: Finding | None) -> dict[str, object]:
    who = ("name", "type", "env", "datafile", "model", "precision")
    row: dict[str, object] = {field: getattr(one, field) for field in who}
    if finding is None:
        return {**row, "level": CLEAN, "check": ""}
    return {
        **row,
        "level": finding.level,
        "check": finding.check,
        "value": finding.value,
        "limit": finding.limit,
        "detail": finding.detail,
    }


def _repeated(experiments: Sequence[Listed]) -> dict[int, list[Finding]]:
    """Models that answered the same questions the same way more than once, runs aside."""
    singles = [one for one in experiments if one.type == "single" and one.model is not None]
    uses = Counter(map(_setting, singles))
    found: dict[int, list[Finding]] = {}
    for place, one in enumerate(experiments):
        count = uses[_setting(one)]
        if count > 1 and one in singles:
            detail = f"{one.model} is there {count} times: tables show it as often"
            found[place] = [Finding("DUPLICATE_MODEL", "notice", detail, float(count), 1.0)]
    return found


def _setting(one: Listed) -> tuple[object, ...]:
    return (one.env, one.datafile, one.pipeline, one.model, one.precision, one.run)


def _short_votes(one: Listed) -> list[Finding]:
    """Members of an ensemble that had no vote on some questions, by its `vote.json`."""
    path = one.folder / "vote.json"
    if one.type != "ensemble" or not path.exists():
        return []
    return [
        Finding(
            "MEMBER_LACKS", "notice", f"{name} had no vote on some questions", float(lacks), 0.0
        )
        for name, lacks in short_members(path)
    ]
