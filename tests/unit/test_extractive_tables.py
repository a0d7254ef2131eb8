"""Rows of tables: named columns from our parser, flattened lines from PDF text."""

from wattrag.answering.extractive.tables import flattened_rows, named_rows

NAMED = """Table 1. Sites at a glance.
Site: Orchard; Capacity (MW): 1.8; PUE: 1.71
Site: Delta; Capacity (MW): 7.5; PUE: 1.14"""

FLATTENED = """Model Energy (MWh) Emissions
Wren 12.5 3.1
Tern 24 6.0
Table 2: What training took."""


def test_named_rows_know_label_caption_and_the_column_of_each_place():
    caption, orchard, delta = named_rows(NAMED)
    assert not caption.cells
    assert (orchard.label, delta.label) == ("Orchard", "Delta")
    assert delta.caption == "Table 1. Sites at a glance."
    assert delta.column_at(delta.text.index("7.5")) == "Capacity (MW)"
    assert delta.column_at(delta.text.index("1.14")) == "PUE"


def test_a_first_cell_without_a_column_name_is_the_label():
    [row] = named_rows("Scope 1; 2022: 187; 2023: 163")
    assert row.label == "Scope 1"
    assert row.column_at(row.text.index("163")) == "2023"


def test_flattened_rows_have_the_lines_above_as_header_and_the_caption_below():
    rows = [row for row in flattened_rows(FLATTENED) if row.cells]
    assert [row.label for row in rows] == ["Wren", "Tern"]
    assert rows[1].header == "Model Energy (MWh) Emissions"
    assert rows[1].caption == "Table 2: What training took."


def test_running_text_has_no_rows():
    text = "In 2023 it used 12 kWh a day.\nIn 2024, after the change of the pumps, it used 9."
    assert flattened_rows(text) == []
