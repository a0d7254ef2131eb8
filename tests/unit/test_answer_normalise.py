"""A reader's value in the form of a submission."""
# ruff: noqa: RUF001 - dashes and signs as they are printed

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.answering.normalise import NoValueError, normalised

STATEMENT = "True or False: The moon is a planet."
UNITS = st.sampled_from(["", "is_blank", "MWh", "percent", "kg", "million liters", "queries/day"])


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("1287", "MWh", "1287"),
        ("1,287", "MWh", "1287"),
        ("1_000", "MWh", "1000"),
        ("1 000 000", "MWh", "1000000"),
        ("1,287 MWh", "MWh", "1287"),
        ("1.287 GWh", "MWh", "1287"),
        ("12 hours", "days", "0.5"),
        ("about 0.5", "kWh", "0.5"),
        ("~5", "kWh", "5"),
        ("−5", "kWh", "-5"),
        ("45%", "percent", "45"),
        ("45 %", "", "45"),
        ("$1,000", "USD", "1000"),
        ("2 million", "USD", "2000000"),
        ("2 million liters", "million liters", "2"),
        ("5 queries/day", "queries/day", "5"),
        ("4x", "multiplier", "4"),
        ("1.5 x 10^3 kWh", "kWh", "1500"),
        ("3.14E+3", "FLOPs", "3140"),
        ("80-90", "percent", "[80,90]"),
        ("10 to 20 tonnes", "kg", "[10000,20000]"),
        ("[80, 90]", "percent", "[80,90]"),
        ("['80', '90']", "percent", "[80,90]"),
        ("True", "", "1"),
        ('["BERT","GPT-3"]', "", '["BERT", "GPT-3"]'),
        ('"GPT-3"', "", "GPT-3"),
        ("Water  consumption\n", "", "Water consumption"),
        ("N/A", "MWh", "is_blank"),
        ("IS_BLANK", "MWh", "is_blank"),
        ("None.", "", "is_blank"),
    ],
)
def test_differences_of_writing_go(value, unit, expected):
    assert normalised(value, "How much?", unit) == expected


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("700 W", ""),  # no unit is asked for: a conversion would be a guess
        ("5 widgets", "MWh"),
        ("5 kg", "MWh"),
        ("5 of 7 MWh", "MWh"),
        ("GPT-4", ""),
        ("FLAN-T5", ""),
        ("roughly half", "percent"),
        ("四十", "percent"),
    ],
)
def test_what_cannot_be_told_for_sure_stays(value, unit):
    assert normalised(value, "How much?", unit) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("True.", "1"),
        ("FALSE", "0"),
        ("yes", "1"),
        ("The statement is false", "0"),
        ("1.0", "1"),
        ("0", "0"),
        ("neither true nor false", "neither true nor false"),
    ],
)
def test_a_statement_is_judged_with_1_or_0(value, expected):
    assert normalised(value, STATEMENT, "is_blank") == expected


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-inf", "1e400", "1e-400", "9" * 301, "word " * 200, "[1, NaN]"]
)
def test_what_is_no_value_is_refused(value):
    with pytest.raises(NoValueError):
        normalised(value, "How much?", "MWh")


WILD = st.one_of(
    st.text(max_size=60),
    st.floats().map(str),
    st.integers().map("{:,}".format),
    st.lists(st.one_of(st.floats(), st.text(max_size=5)), max_size=4).map(str),
    st.builds("{} {}".format, st.decimals(allow_nan=False), st.sampled_from(["kWh", "%", "MB"])),
)


@given(WILD, UNITS, st.sampled_from(["How much?", STATEMENT]))
def test_normalising_twice_changes_nothing(value, unit, question):
    try:
        once = normalised(value, question, unit)
    except NoValueError:
        return
    assert once
    assert normalised(once, question, unit) == once
