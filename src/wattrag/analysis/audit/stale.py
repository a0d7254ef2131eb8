"""Results made from, or scored against, something else than their neighbours or the file now."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wattrag.analysis.audit.finding import Finding
from wattrag.analysis.listing import Listed
from wattrag.analysis.rescoring import gold_of
from wattrag.datafiles.questions import QuestionFile
from wattrag.files import digest

_SHARED = ("index", "prompt", "questions", "retriever", "evidence")
"""Parts of a key in `provenance` whose hash all runs of one pipeline should share."""


def stale_gold(listed: Listed, questions: QuestionFile | None) -> Iterator[Finding]:
    """Per-question results that were scored against other gold than the question file has."""
    gold = gold_of(listed)
    if gold is None or questions is None:
        return
    then = {q.id: _gold(q.gold) for q in gold.questions}
    now = {q.id: _gold(q.gold) for q in questions.questions}
    changed = sorted(i for i in then.keys() | now.keys() if then.get(i) != now.get(i))
    if changed:
        shown = ", ".join(changed[:3])
        detail = f"scored against other gold than the question file has now ({shown} …)"
        yield Finding("STALE_GOLD", "problem", detail, float(len(changed)), 0.0)


def stale_hashes(experiments: Sequence[Listed]) -> dict[int, list[Finding]]:
    """Experiments whose recorded hashes differ from those of most of their pipeline.

    Compared are hashes of index, prompt, questions and evidence in `provenance`, within a
    datafile and pipeline; of two equally frequent ones neither is called stale, both differ.

    Returns:
        Place in `experiments` -> findings.
    """
    seen: dict[tuple[str, str, str | None, str], dict[int, str]] = defaultdict(dict)
    for place, one in enumerate(experiments):
        for key, value in _hashes(one.summary.get("provenance")):
            seen[(one.env, one.datafile, one.pipeline, key)][place] = value
    found: dict[int, list[Finding]] = defaultdict(list)
    for (_, _, _, key), values in seen.items():
        counts = Counter(values.values()).most_common()
        if len(counts) < 2:  # noqa: PLR2004 - all alike
            continue
        tied = counts[0][1] == counts[1][1]
        for place, value in values.items():
            if tied or value != counts[0][0]:
                detail = f"provenance.{key} is {value[:12]}, not as in the rest of its pipeline"
                found[place].append(Finding("STALE_HASH", "problem", detail))
    return found


def _hashes(provenance: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(provenance, Mapping):
        return
    for key, value in provenance.items():
        if isinstance(value, Mapping):
            yield from _hashes(value, f"{prefix}{key}.")
        elif value is not None and any(part in f"{prefix}{key}" for part in _SHARED):
            yield f"{prefix}{key}", value if isinstance(value, str) else digest(value)


def _gold(gold: Any) -> tuple[str, str] | None:
    return None if gold is None else (gold.answer_value, gold.ref_id)
