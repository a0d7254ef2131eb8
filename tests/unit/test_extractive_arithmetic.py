"""Small arithmetic of the extractive reader: what is computed, what is quoted, what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattrag.answering.extractive.arithmetic.calculation import Calculation
from wattrag.answering.extractive.arithmetic.operations import (
    AVERAGE,
    CHANGE,
    DIFFERENCE,
    FRACTION,
    LESS,
    MORE,
    MULTIPLE,
    RATIO,
    SUM,
)
from wattrag.answering.extractive.arithmetic.phrases import asked
from wattrag.answering.extractive.question import analyse
from wattrag.answering.extractive.reader import ExtractiveReader
from wattrag.answering.reader import Evidence
from wattrag.retrieval.records import Cited, Hit, Scores, Snippet

REPORT = (
    "Training the Wren model used 24 MWh of electricity. "
    "Training the Tern model used 6,400 kWh of electricity. "
    "The Wren model weighs 12 kg in print."
)
ENERGY = (
    "Model: Wren; Energy (MWh): 24; Cost ($): 900\nModel: Tern; Energy (MWh): 6.4; Cost ($): 400"
)


def read(question, unit, *texts, tables=()):
    """The answer from texts, each a document of its own: a, b, c ..."""
    shown = [(text, {}) for text in texts]
    shown += [(text, {"attachment_type": "table"}) for text in tables]
    snippets = tuple(
        Snippet(node_id=f"{name}:sec0:p0", document_id=name, text=text, metadata=metadata)
        for name, (text, metadata) in zip("abcdef", shown, strict=False)
    )
    hits = tuple(
        Hit(rank=i, node_id=s.node_id, document_id=s.document_id, kind="paragraph", score=1.0,
            scores=Scores())
        for i, s in enumerate(snippets, 1)
    )  # fmt: skip
    documents = {s.document_id: Cited(title="A report") for s in snippets}
    found = Evidence(0, hits, {s.node_id: s.text for s in snippets}, snippets, documents)
    return ExtractiveReader().extract(question, unit, found)


@pytest.mark.parametrize(
    ("question", "unit", "operation", "sides"),
    [
        ("How many times more energy did A1 use than B2?", "multiplier", MULTIPLE, 2),
        ("By what factor is A1 larger than B2?", "multiplier", MULTIPLE, 2),
        ("How many times as much energy does A1 use as B2?", "multiplier", MULTIPLE, 2),
        ("What is the ratio of the cost of A1 to that of B2?", "multiplier", RATIO, 2),
        ("What percentage of the cost of B2 is A1's cost?", "percent", FRACTION, 2),
        ("By what percentage is A1 larger than B2?", "percent", MORE, 2),
        ("By what percentage did use increase from 2022 to 2023?", "percent", MORE, 2),
        ("By what percentage did emissions fall when idle nodes slept?", "percent", LESS, 0),
        ("What was the percentage reduction between 2022 and 2023?", "percent", LESS, 2),
        ("What is the percent change in cost from 2022 to 2023?", "percent", CHANGE, 2),
        ("What is the difference in cost between A1 and B2?", "USD", DIFFERENCE, 2),
        ("How much more did A1 cost than B2?", "USD", DIFFERENCE, 2),
        ("What is the combined energy of A1, B2 and C3?", "MWh", SUM, 3),
        ("How much energy do A1 and B2 use together?", "MWh", SUM, 2),
        ("What is the average energy of A1 and B2?", "MWh", AVERAGE, 2),
    ],
)
def test_phrases_name_the_operation_and_its_sides(question, unit, operation, sides):
    first = next(asked(analyse(question, unit)))
    assert (first.operation, len(first.sides)) == (operation, sides)


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How much energy did A1 use?", "MWh"),
        ("What percentage of the energy is renewable?", "MWh"),
        ("How many times more energy did A1 use than B2?", "MWh"),
        ("Between which values did the difference between A1 and B2 lie?", "MWh"),
        ("True or False: A1 used twice as much energy as B2.", ""),
    ],
)
def test_no_calculation_is_asked_for(question, unit):
    assert list(asked(analyse(question, unit))) == []


@pytest.mark.parametrize(
    ("question", "unit", "value", "calculation"),
    [
        ("How many times more electricity did training the Wren model use than training the Tern "
         "model?", "multiplier", "3.75", "24 / 6.4"),
        ("How many times less electricity did training the Tern model use than training the Wren "
         "model?", "multiplier", "3.75", "24 / 6.4"),
        ("What is the ratio of the electricity of the Tern model to that of the Wren model?",
         "multiplier", "0.26667", "6.4 / 24"),
        ("What percentage of the electricity of the Wren model is the electricity of the Tern "
         "model?", "percent", "26.667", "6.4 / 24 * 100"),
        ("By what percentage is the electricity of the Wren model higher than that of the Tern "
         "model?", "percent", "275", "(24 - 6.4) / 6.4 * 100"),
        ("By what percentage is the electricity of the Tern model lower than that of the Wren "
         "model?", "percent", "73.333", "(24 - 6.4) / 24 * 100"),
        ("What is the difference in electricity between the Wren model and the Tern model?", "MWh",
         "17.6", "24 - 6.4"),
        ("What is the difference in electricity between the Tern model and the Wren model?", "kWh",
         "17600", "24000 - 6400"),
        ("What is the combined electricity of the Wren model and the Tern model?", "MWh", "30.4",
         "24 + 6.4"),
        ("What is the average electricity of the Wren model and the Tern model?", "MWh", "15.2",
         "(24 + 6.4) / 2"),
    ],
)  # fmt: skip
def test_two_quantities_in_different_units_are_combined(question, unit, value, calculation):
    answer = read(question, unit, REPORT)
    quotient_in = {c.replace("24", "24000").replace("6.4", "6400") for c in [calculation]}
    assert answer.value == value
    assert answer.raw_value in {calculation, *quotient_in}
    assert answer.explanation == f"Math: {answer.raw_value} = {value}."
    assert "24 MWh" in answer.supporting_materials
    assert "6,400 kWh" in answer.supporting_materials


def test_operands_are_cited_from_both_documents():
    first, second = "The Wren model used 24 MWh of energy.", "The Tern model used 6 MWh of energy."
    question = "How many times more energy did the Wren model use than the Tern model?"
    answer = read(question, "multiplier", first, second)
    assert (answer.value, answer.ref_id) == ("4", ("a", "b"))
    assert answer.evidence == ("a:sec0:p0", "b:sec0:p0")


def test_operands_are_taken_from_the_same_column_of_a_table():
    question = "How many times more does Wren cost than Tern?"
    assert read(question, "multiplier", tables=[ENERGY]).raw_value == "900 / 400"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("At the Quay site emissions fell from 0.009 to 0.004 kg of CO2.", "55.556"),
        ("At the Quay site emissions were reduced: 9 g → 4 g of CO2.", "55.556"),
        ("Emissions of the Quay site dropped from 2 kg to 500 g of CO2.", "75"),
    ],
)
def test_a_change_is_read_from_one_sentence(text, value):
    question = "By what percentage did the emissions of the Quay site fall?"
    answer = read(question, "percent", text)
    assert answer.value == value
    assert answer.explanation.startswith("Math: ")


def test_a_change_is_read_from_the_parts_of_a_table_before_and_after():
    part = "Model Accuracy CO2 (kg)"
    table = (
        f"Table 1. Emissions.\n{part}\nBefore tuning\nWren 0.70 0.009\nTern 0.60 0.012\n"
        "After tuning\nWren 0.72 0.006\nTern 0.61 0.005"
    )
    question = "By what percentage did the CO2 emissions of Wren fall?"
    assert read(question, "percent", table).value == "33.333"


def test_a_change_against_the_direction_that_is_asked_for_is_not_computed():
    text = "At the Quay site emissions rose from 4 to 9 kg of CO2."
    answer = read("By what percentage did the emissions of the Quay site fall?", "percent", text)
    assert not answer.explanation.startswith("Math")


def test_a_range_is_no_change():
    text = "At the Quay site emissions range from 4 to 9 kg of CO2."
    question = "By what percentage did the emissions of the Quay site grow?"
    assert not read(question, "percent", text).explanation.startswith("Math")


@pytest.mark.parametrize(
    ("question", "unit", "stated", "value"),
    [
        ("How many times more energy did the Wren model use than the Tern model?", "multiplier",
         "The Wren model used 3.8x more energy than the Tern model.", "3.8"),
        ("By what percentage is the energy of the Wren model higher than that of the Tern model?",
         "percent", "The energy of the Wren model is 270 % higher than that of the Tern model.",
         "270"),
        ("What is the combined energy of the Wren model and the Tern model?", "MWh",
         "The energy of the Wren model and the Tern model is 31 MWh in total.", "31"),
        ("What is the difference in energy between the Wren model and the Tern model?", "MWh",
         "The energy of the Wren model is 18 MWh more than that of the Tern model.", "18"),
    ],
)  # fmt: skip
def test_a_stated_result_is_quoted(question, unit, stated, value):
    answer = read(question, unit, stated, REPORT.replace("electricity", "energy"))
    assert answer.value == value
    assert answer.explanation.startswith("Quote")


def test_what_is_stated_of_all_does_not_stand_for_one_that_is_named():
    general = "With sleeping idle nodes carbon emissions fell by 45 %."
    text = "With sleeping idle nodes the carbon emissions of Wren fell from 9 to 4 kg."
    question = "By what percentage did the carbon emissions of Wren fall with sleeping idle nodes?"
    assert read(question, "percent", general, text).value == "55.556"


@pytest.mark.parametrize(
    ("question", "unit", "text"),
    [
        # one operand only
        ("How many times more energy did the Wren model use than the Tern model?", "multiplier",
         "The Wren model used 24 MWh of energy."),
        ("What is the difference in energy between the Wren model and the Tern model?", "MWh",
         "The Wren model used 24 MWh of energy."),
        # operands of different dimensions
        ("How many times more energy did the Wren model use than the Tern model?", "multiplier",
         "The Wren model used 24 MWh of energy. The energy of the Tern model cost 6 dollars."),
        # an amount and a rate
        ("How many times more energy did the Wren model use than the Tern model?", "multiplier",
         "The Wren model used 24 MWh of energy. The Tern model used 6 MWh of energy per day."),
        # the same value on both sides
        ("How many times more energy did the Wren model use than the Tern model?", "multiplier",
         "The Wren model used 24 MWh of energy. The Tern model used 24 MWh of energy."),
        # nothing divides by zero
        ("What is the ratio of the energy of the Wren model to that of the Tern model?",
         "multiplier", "The Wren model used 24 MWh of energy, the Tern model 0 MWh of energy."),
        # what is compared is not said
        ("By what factor is the Wren model larger than the Tern model?", "multiplier",
         "The Wren model used 24 MWh of energy. The Tern model used 6 MWh of energy."),
    ],
)  # fmt: skip
def test_a_comparison_without_two_comparable_operands_is_left_blank(question, unit, text):
    assert read(question, unit, text).is_blank


def test_a_number_that_may_be_anything_is_no_operand():
    report = "The Wren model used 24 MWh of energy."
    rows = "Table 1. Energy of models.\nName Energy Layers\nTern model 11 30\nGull model 12 40"
    question = "What is the ratio of the energy of the Wren model to that of the Tern model?"
    assert read(question, "multiplier", report, rows).is_blank


def test_a_sum_needs_every_term():
    text = "The Wren model used 24 MWh of energy. The Tern model used 6 MWh of energy."
    question = "What is the combined energy of the Wren model, the Tern model and the Gull model?"
    assert not read(question, "MWh", text).explanation.startswith("Math")


@pytest.mark.parametrize(
    ("text", "unit", "value", "calculation"),
    [
        ("Training Wren took 30,000 H100 GPU hours on 96 H100s.", "days", "13",
         "30000 / 96 / 24"),
        ("Training Wren took 30,000 GPU-hours. Training Wren ran on 96 NVIDIA A100 GPUs.", "hours",
         "313", "30000 / 96"),
        ("Training Wren took 3 GPU hours on 6 GPUs.", "minutes", "30", "3 / 6 * 60"),
    ],
)  # fmt: skip
def test_device_hours_over_devices_are_a_time(text, unit, value, calculation):
    question = (
        "Given the total GPU hours and the number of GPUs used, estimate the wall-clock time of "
        f"training Wren in {unit}."
    )
    answer = read(question, unit, text)
    assert (answer.value, answer.raw_value) == (value, calculation)


@pytest.mark.parametrize(
    "text",
    [
        "Training Wren took 30,000 GPU hours on a large cluster.",
        "Training Wren took 30,000 GPU hours on 96 nodes.",
        "Training Wren ran on 96 GPUs for many hours.",
    ],
)
def test_a_time_needs_hours_and_number_of_the_same_device(text):
    question = "Given the GPU hours and the number of GPUs, how many days did training Wren take?"
    assert not read(question, "days", text).explanation.startswith("Math")


@pytest.mark.parametrize(
    ("result", "is_estimate", "value"),
    [
        ("8.720430107526881720", False, "8.7204"),
        ("13.02083333333333333", True, "13"),
        ("7770", False, "7770"),
        ("1201.34567", False, "1201.34567"),
        ("0.0009765625", False, "0.0009765625"),
    ],
)
def test_results_have_the_digits_they_need(result, is_estimate, value):
    found = Calculation("", Decimal(result), (), 1.0).rounded(is_estimate=is_estimate).result
    assert found.normalize() == Decimal(value).normalize()


positive = st.decimals(min_value="1e-30", max_value="1e30", allow_nan=False, places=30)


@given(positive, positive)
def test_operations_agree_with_each_other(a, b):
    ratio = RATIO.result((a, b))
    assert ratio > 0
    assert MULTIPLE.result((a, b)) >= 1 - Decimal("1e-30")
    if a > b:
        assert MORE.result((a, b)) > 0
        assert MORE.result((b, a)) is None
        assert LESS.result((b, a)) == CHANGE.result((b, a)).copy_negate()
        assert DIFFERENCE.result((b, a)) == DIFFERENCE.result((a, b)) == a - b


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["MWh", "percent", "x", ""]))
def test_wild_sides_never_crash(first, second, unit):
    for question in (
        f"How many times more energy did {first} use than {second}?",
        f"By what percentage did {first} fall from {second} to {first}?",
        f"What is the combined energy of {first} and {second}?",
    ):
        read(question, unit, REPORT, f"{first} used 5 MWh. {second} used 9e9 MWh.", tables=[ENERGY])


@pytest.mark.parametrize("part", ["how much ", "percent more ", "from 1 to ", "total of a and "])
def test_a_long_question_comes_to_an_end(part):
    read(part * 1000, "percent", REPORT)
    read(part * 1000, "MWh", REPORT)
