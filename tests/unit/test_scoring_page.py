"""docs/scoring.md: every row of its checked tables is what the scorer does."""

import re
from pathlib import Path

import pytest

from wattrag.datafiles.questions import Gold
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.blank import is_blank
from wattrag.scoring.causes import Cause, causes
from wattrag.scoring.normalise import normalise
from wattrag.scoring.question import score_answer
from wattrag.scoring.refs import f1, jaccard
from wattrag.scoring.rules import METRICS, RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs/scoring.md").read_text(encoding="utf-8")
STRICT, NORMALIZED = RULES["2025"], RULES["2025-normalized"]
_CELLS = re.compile(r"(?<!\\)\|")


def table(name: str) -> list[tuple[str, ...]]:
    """The rows of a checked table, without its header."""
    _, _, rest = PAGE.partition(f"<!-- checked: {name} -->\n")
    lines = rest.split("\n\n")[0].splitlines()
    assert len(lines) > 2, name
    return [tuple(map(cell, _CELLS.split(line)[1:-1])) for line in lines[2:]]


def cell(text: str) -> str:
    """A cell as it would stand in the CSV."""
    text = text.strip().replace("\\|", "|")
    return "" if text == "*empty*" else text.removeprefix("`").removesuffix("`")


def judged(gold, predicted, rules, refs="x", cited="x"):
    truth = Gold("", gold, refs)
    row = SubmissionRow("q", "", "", predicted, "", cited, "", "", "")
    return truth, row, score_answer(truth, row, rules)


@pytest.mark.parametrize(("text", "blank"), table("blank"))
def test_blank(text, blank):
    assert is_blank(text) is {"yes": True, "no": False}[blank]


@pytest.mark.parametrize(("submitted", "expected", "why"), table("normalised"))
def test_normalised(submitted, expected, why):
    assert normalise(submitted) == expected


@pytest.mark.parametrize(("gold", "submitted", "strict", "normalized", "why"), table("values"))
def test_values(gold, submitted, strict, normalized, why):
    for rules, expected in ((STRICT, strict), (NORMALIZED, normalized)):
        correct = judged(gold, submitted, rules)[2].value_correct
        assert correct is {"right": True, "wrong": False}[expected]


@pytest.mark.parametrize(("gold", "submitted", "overlap", "balanced", "why"), table("citations"))
def test_citations(gold, submitted, overlap, balanced, why):
    assert f"{jaccard(gold, submitted):.4g}" == overlap
    assert f"{f1(gold, submitted):.4g}" == balanced


@pytest.mark.parametrize(("gold", "submitted", "abstention", "value"), table("abstention"))
def test_abstention(gold, submitted, abstention, value):
    found = judged(gold, submitted, STRICT)[2]
    assert found.na_correct is {"right": True, "wrong": False, "not judged": None}[abstention]
    assert found.value_correct is {"right": True, "wrong": False}[value]


@pytest.mark.parametrize("row", table("metrics"), ids=" ".join)
def test_metrics(row):
    gold, submitted, *scores, _why = row
    expected = dict(zip(METRICS, scores, strict=True))
    for name, rules in METRICS.items():
        assert f"{judged(gold, submitted, rules)[2].value_score:.4g}" == expected[name]


@pytest.mark.parametrize(("gold", "submitted", "cause"), table("causes"))
def test_causes(gold, submitted, cause):
    assert causes(*judged(gold, submitted, STRICT), STRICT) == (Cause(cause),)


def test_every_cause_is_defined_on_the_page():
    classes = PAGE.partition("## Error classes")[2]
    defined = re.findall(r"^\| ([a-z-][^|`]*?) \| ", classes, re.MULTILINE)
    assert set(map(str, Cause)) <= set(defined)


def test_every_rule_set_and_metric_is_named_on_the_page():
    for name in (*RULES, *METRICS):
        assert f"| `{name}` " in PAGE
