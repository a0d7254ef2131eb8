"""What a question asks for."""
# ruff: noqa: RUF001 - dashes and signs as they are printed

import pytest

from wattrag.answering.extractive.question import Kind, analyse
from wattrag.answering.quantities.units import parse_unit


@pytest.mark.parametrize(
    ("question", "unit", "kind"),
    [
        ("True or False: Servers rest at night.", "is_blank", Kind.TRUTH),
        ("TRUE/FALSE: Servers rest at night.", "", Kind.TRUTH),
        ("Do servers rest at night?", "", Kind.TRUTH),
        ("How much did it use?", "kWh", Kind.NUMBER),
        ("How many sites are there?", "", Kind.NUMBER),
        ("What percentage is renewable?", "is_blank", Kind.NUMBER),
        ("What range of power was seen?", "W", Kind.RANGE),
        ("Between which values did it lie?", "W", Kind.RANGE),
        ("What shares do A, B and C have, in this order?", "percent", Kind.LIST),
        ("Which three halls are there?", "", Kind.LIST),
        ("Which is the largest: Orchard, Canal, or Delta?", "is_blank", Kind.CHOICE),
        ("Which program reads the sensors?", "is_blank", Kind.NAME),
        ("What is the term for the amount of water that evaporates?", "is_blank", Kind.NAME),
    ],
)
def test_kinds(question, unit, kind):
    assert analyse(question, unit).kind is kind


def test_the_options_of_a_choice_are_read_from_the_question():
    asked = analyse("Which of these is largest: Orchard, Canal Site, or Delta?", "")
    assert asked.options == ("Orchard", "Canal Site", "Delta")


def test_the_unit_column_gives_unit_and_magnitude():
    target = analyse("How much water?", "million liters").target
    assert (target.unit, target.scale) == (parse_unit("liters"), 10**6)


def test_a_unit_that_cannot_be_converted_is_a_thing_that_is_counted():
    target = analyse("How many?", "500 mL bottles").target
    assert target.unit is None
    assert "bottl" in target.nouns


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How many tonnes were emitted, in kg?", "kg"),
        ("What percentage is renewable?", "percent"),
        ("By what factor did it grow, and what factor was expected?", "multiplier"),
    ],
)
def test_without_a_unit_column_the_question_states_the_unit(question, unit):
    assert analyse(question, "").target.unit == parse_unit(unit)


def test_function_words_and_unit_words_are_no_focus():
    focus = {word.stem for word in analyse("How many kWh did the Delta site use?", "kWh").focus}
    assert focus == {"delta", "site", "use"}


def test_equivalent_words_share_a_stem():
    british = analyse("How many litres of fuel?", "").focus
    american = analyse("How many liters of fuel?", "").focus
    assert [w.stem for w in british] == [w.stem for w in american]


@pytest.mark.parametrize("question", ["?", "...", "\n", "42", "which: a or b?" * 200, "ʼ" * 500])
def test_odd_questions_are_analysed_all_the_same(question):
    analyse(question, "no such unit €/µ")
