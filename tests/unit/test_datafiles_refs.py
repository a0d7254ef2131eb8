import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.refs import format_refs, parse_refs

IDS = st.lists(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,20}", fullmatch=True), unique=True)


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("['a2024']", ("a2024",)),
        ("['b','a']", ("b", "a")),
        ('["a", "b", "a"]', ("a", "b")),
        ("[ref_id=a, ref_id=b]", ("a", "b")),
        ("a", ("a",)),
        ("a, b", ("a", "b")),
        ("[a, 'b]", ("a", "b")),
        ("is_blank", ()),
        ("['Is_Blank']", ()),
        ("", ()),
        ("[]", ()),
    ],
)
def test_the_ways_people_write_citations(cell, ids):
    assert parse_refs(cell) == ids


@given(IDS)
def test_what_we_write_is_read_back(ids):
    expected = tuple(i for i in ids if i.lower() != "is_blank")
    assert parse_refs(format_refs(ids)) == expected


@given(st.text(max_size=60) | st.text("[]'\",\\x1 ", max_size=60))
def test_any_text_is_read_without_error_or_warning(cell):
    with warnings.catch_warnings(action="error"):
        assert all(parse_refs(cell))


@pytest.mark.parametrize("cell", ["[" * 100_000, "[" + "-" * 100_000, "['" + "a" * 100_000])
def test_hostile_cells_are_read_as_plain_text(cell):
    assert len(parse_refs(cell)) <= 1
