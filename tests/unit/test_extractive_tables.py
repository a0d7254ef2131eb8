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


def columns_of(row):
    return [row.column_at(cell.start) for cell in row.cells]


def test_a_header_with_as_many_words_as_the_row_names_its_cells():
    header = "Pump Halls Rate Price ($/h) Price ($)"
    rows = flattened_rows(f"{header}\nHeron 3 1.5 0.79 30.2\nStork 4 2.5 1.67 24.1")
    assert columns_of(rows[2]) == ["Halls", "Rate", "Price ($/h)", "Price ($)"]


def test_units_at_the_end_of_a_header_belong_to_the_last_cells():
    header = "Kind Maker Energy Use (MWh) GHG Emissions (t)"
    rows = flattened_rows(f"{header}\nWren 350M 62 Quay 71 6\nTern 20M 26 Mill 24 3")
    assert columns_of(rows[1]) == ["", "", "Maker Energy Use (MWh)", "GHG Emissions (t)"]


def test_a_header_that_fits_in_no_one_way_names_no_cell():
    rows = flattened_rows("Kind of pump and what it does\nHeron 3 1.5\nStork 4 2.5")
    assert columns_of(rows[1]) == ["", ""]


TWO_TABLES = """{0}
Heron 3 1.5
Stork 4 2.5
{1}
Heron 8 9.5
Stork 7 6.5
{2}"""


def test_each_table_has_its_own_caption_above_or_below():
    first, second = "Table 1: Pumps of Quay.", "Table 2: Pumps of Mill."
    for shown in (TWO_TABLES.format("", first, second), TWO_TABLES.format(first, second, "")):
        rows = [row for row in flattened_rows(shown) if row.cells]
        assert [row.caption for row in rows] == [first, first, second, second]
