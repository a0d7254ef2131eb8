"""Numbers as people write them, and the units behind them."""
# ruff: noqa: RUF001 - dashes and signs as they are printed

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattrag.answering.extractive.text import tidy
from wattrag.answering.quantities.quantities import (
    formatted,
    plain,
    quantities,
    rounded,
    significant_digits,
)
from wattrag.answering.quantities.units import parse_unit, units_in


def values(text):
    return [formatted(quantity) for quantity in quantities(tidy(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("used 1,287 MWh of electricity", ["1287"]),
        ("626,155 lbs", ["626155"]),
        ("1, 000× larger", ["1000"]),
        ("an accuracy of 0 .61", ["0.61"]),
        ("about 1.2 million litres", ["1200000"]),
        ("1.65 million GPU hours", ["1650000"]),
        ("a 65B model", ["65000000000"]),
        ("3.14 x 10^23 FLOPs", ["314000000000000000000000"]),
        ("8.22 × 10−6 metric tons", ["0.00000822"]),
        ("1.25e3 J", ["1250"]),
        ("-5 °C outside", ["-5"]),
        ("cost $3 million", ["3000000"]),
        ("six servers", ["6"]),
        ("energy doubled", ["2"]),
        ("a growth rate of2.5×", ["2.5"]),
    ],
)
def test_single_numbers(text, found):
    assert values(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("80-90% of compute", "[80,90]"),
        ("80–90 %", "[80,90]"),
        ("80% to 90%", "[80,90]"),
        ("between 4 and 12 kWh", "[4,12]"),
        ("from 22 to 35 %", "[22,35]"),
        ("$12-17 million", "[12000000,17000000]"),
        ("$103k–$350k", "[103000,350000]"),
        ("from 300 W to 1 kW", "[0.3,1]"),
        ("roughly 10 - 50 responses", "[10,50]"),
    ],
)
def test_ranges(text, found):
    assert values(text) == [found]


@pytest.mark.parametrize(
    "text", ["GPT-3", "V100", "4xT4", "LLaMA-65B", "h2o", "the 4th", "a1b2", "1.2.3.4"]
)
def test_codes_hold_no_numbers(text):
    assert values(text) == []


def test_what_falls_or_differs_in_kind_is_no_range():
    assert values("from 250W to 175W") == ["250", "175"]
    assert values("5 kWh to 9 kg") == ["5", "9"]
    assert values("batches of 64, 128, 256") == ["64", "128", "256"]


@pytest.mark.parametrize(
    ("text", "other", "factor"),
    [
        ("MWh", "kWh", 1000),
        ("kilowatt-hours", "kWh", 1),
        ("kWh", "MJ", Decimal("3.6")),
        ("metric tons", "kg", 1000),
        ("tCO2e", "kg CO2eq", 1000),
        ("lbs", "g", Decimal("453.59237")),
        ("gallons", "L", Decimal("3.785411784")),
        ("cubic metres", "liters", 1000),
        ("L/kWh", "mL/Wh", 1),
        ("kgCO2e/kWh", "g/kWh", 1000),
        ("hours", "minutes", 60),
        ("dollars", "USD", 1),
        ("%", "percent", 1),
        ("x", "multiplier", 1),
    ],
)
def test_units_convert(text, other, factor):
    source, target = parse_unit(text), parse_unit(other)
    assert source.to(target) == pytest.approx(factor, rel=Decimal("1e-12"))


@pytest.mark.parametrize(
    ("text", "other"), [("kWh", "kW"), ("L/kWh", "L"), ("percent", "USD"), ("L/kWh", "L/km")]
)
def test_other_things_do_not_convert(text, other):
    assert parse_unit(text).to(parse_unit(other)) is None


@pytest.mark.parametrize("text", ["", "models", "500 mL bottles", "PUE", "household-years"])
def test_counts_and_names_are_no_units(text):
    assert parse_unit(text) is None


def test_a_price_is_per_what_follows():
    [quantity] = quantities("costs $0.762/h today")
    assert quantity.unit.to(parse_unit("USD/hour")) == 1


def test_a_header_states_unit_and_magnitude():
    assert units_in("Energy (MWh)") == [(parse_unit("MWh"), Decimal(1))]
    assert units_in("Line cost (million euros)") == [(parse_unit("euros"), Decimal(10**6))]
    assert units_in("Water, in 1,000 cubic metres") == [(parse_unit("cubic metres"), Decimal(1000))]
    assert units_in("Cost ($)") == [(parse_unit("USD"), Decimal(1))]
    assert units_in("Model") == []


def test_digits_and_rounding():
    assert [significant_digits(Decimal(x)) for x in ("5400000", "0.054", "5.439")] == [2, 2, 4]
    assert rounded(Decimal("5.45"), 2) == Decimal("5.5")


@given(st.decimals(min_value=0, max_value=10**12, places=3, allow_nan=False))
def test_a_number_with_thousands_separators_is_read_back(value):
    assert values(f"it took {value:,f} kWh in all") == [plain(value)]


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from(["-", "–", " to ", " - "]))
def test_a_range_is_read_back(low, step, joint):
    assert values(f"it took {low:,}{joint}{low + step:,} kWh") == [f"[{low},{low + step}]"]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_plain_numbers_have_no_exponent_and_keep_their_value(value):
    text = plain(value)
    assert "e" not in text.lower()
    assert Decimal(text) == value


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_wild_text_never_crashes(text):
    for quantity in quantities(tidy(text)):
        assert quantity.start < quantity.end
        assert quantity.high is None or quantity.low < quantity.high


@settings(max_examples=300)
@given(st.text(alphabet="0123456789.,-–×xeE+^$%kKMB 10milion\n()[]/", max_size=80))
def test_wild_numbers_never_crash(text):
    for quantity in quantities(tidy(text)):
        Decimal(plain(quantity.low))


@pytest.mark.parametrize("unit", ["1", "1,", "1 ", "1-", "9.", "1,000 ", "$", "between 1 and "])
def test_100_kb_of_digits_are_read_in_linear_time(unit):
    # Quadratic time would take minutes here and trip the suite's own limit.
    quantities(tidy(unit * (100_000 // len(unit))))
