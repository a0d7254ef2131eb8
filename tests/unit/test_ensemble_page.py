"""The worked example of the page on ensembles, computed."""

import json
import re
from pathlib import Path

import pytest

from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.aggregate import aggregate
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import REF_MODES, STRATEGIES, VoteOptions

PAGE = (Path(__file__).resolve().parents[2] / "docs/ensembles.md").read_text(encoding="utf-8")


def table(name: str) -> list[list[str]]:
    """The cells of a marked table of the page, without its header."""
    lines = PAGE.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0]
    rows = [line for line in lines.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("result", table("results"), ids=lambda cells: " ".join(cells[:3]))
def test_the_example_comes_out_as_the_page_says(result):
    strategy, ref_mode, others, value, citations = result
    weights = {name: float(votes) for name, votes in re.findall(r"(\w+)=(\d+)", others)}
    members = [
        Member(
            name,
            [SubmissionRow("q1", "Q?", "", answer, "", refs, "", "", "")],
            weights.get(name, 1.0),
            {"q1": float(confidence)} if confidence else {},
        )
        for name, answer, refs, confidence in table("members")
    ]
    options = VoteOptions(strategy, ref_mode, raw_votes="raw_votes" in others)
    (elected,) = aggregate(members, options)
    assert elected.answer_value == value
    assert json.loads(elected.ref_id) == json.loads(citations)


def test_the_page_shows_every_strategy_and_ref_mode():
    assert {row[0] for row in table("results")} == set(STRATEGIES)
    assert {row[1] for row in table("results")} == set(REF_MODES)
