"""An answer held against the evidence that was shown."""

import pytest

from wattrag.answering.checks import checks
from wattrag.answering.records import Answer
from wattrag.retrieval.records import Snippet

SHOWN = (
    Snippet(
        node_id="oak2020:sec1:p2",
        document_id="oak2020",
        text="Training took 1.287 GWh\nover 14.8 days. Losses were between 3 and 5 %.",
        metadata={"page": 7},
    ),
    Snippet(node_id="elm2021:sec0:p0", document_id="elm2021", text="It used 9 MWh of Pine-2B."),
)


def check(value, unit="", refs=("oak2020",), quote="", raw=None):
    answer = Answer(
        answer=value, value=value, raw_value=raw or value, ref_id=refs, supporting_materials=quote
    )
    return checks(answer, unit, SHOWN)


def test_a_document_that_was_not_shown_is_flagged():
    assert check("1", refs=("oak2020", "ash1999")).unshown_ref_id == ("ash1999",)
    assert check("1").unshown_ref_id == ()


@pytest.mark.parametrize(
    ("quote", "node"),
    [
        ("Training took 1.287 GWh over 14.8 days.", "oak2020:sec1:p2"),
        ("“training took 1.287 gwh over 14.8 days”", "oak2020:sec1:p2"),
        ("It used 9 MWh of Pine-2B.", "elm2021:sec0:p0"),  # of another document than is cited
        ("Training took 2 GWh over 14.8 days.", None),
        ("took", None),  # stands everywhere
        ("", None),
    ],
)
def test_a_quotation_is_looked_for_in_what_was_shown(quote, node):
    assert check("1", quote=quote).quote_node == node


def test_the_page_of_a_quotation_is_told_where_it_is_known():
    assert check("1", quote="Training took 1.287 GWh").quote_page == 7
    assert check("1", quote="It used 9 MWh of Pine-2B").quote_page is None


@pytest.mark.parametrize(
    ("value", "unit", "refs", "held"),
    [
        ("1287", "MWh", ("oak2020",), True),  # converted
        ("1.287", "GWh", ("oak2020",), True),
        ("1287", "kWh", ("oak2020",), False),
        ("14.8", "days", ("oak2020",), True),
        ("14.81", "days", ("oak2020",), True),  # within the scores' tolerance
        ("15", "days", ("oak2020",), False),
        ("[3,5]", "percent", ("oak2020",), True),
        ("[3,6]", "percent", ("oak2020",), False),
        ("9", "MWh", ("oak2020",), False),  # in a document that is not cited
        ("9", "MWh", ("elm2021", "oak2020"), True),
        ("pine-2b", "", ("elm2021",), True),
        ("Pine-3B", "", ("elm2021",), False),
        ("9", "MWh", (), False),
        ("1", "", ("oak2020",), None),  # a statement judged true is implied, not held
    ],
)
def test_the_value_is_looked_for_in_what_is_cited(value, unit, refs, held):
    assert check(value, unit, refs).value_supported is held
