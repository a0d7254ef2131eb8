"""Citation overlap: how a cell is read, and the two metrics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.scoring.refs import f1, jaccard, tokens

CELLS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from("abcd")).map(str),
    st.sampled_from(["", "[]", "is_blank", "[is_blank]", "['is_blank']", "[a,b]", "[[]]"]),
)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("['smith2021b','jones2021']", {"smith2021b", "jones2021"}),
        ('["Smith2021b", "jones2021"]', {"smith2021b", "jones2021"}),
        ("['a', 'a']", {"a"}),
        ("brown2025b", {"brown2025b"}),
        ("a,b", {"a,b"}),
        ("[a,b]", {"[a,b]"}),
        ('["[ref_id=green2024]"]', {"[ref_id=green2024]"}),
        ("is_blank", {"is_blank"}),
        ('["is_blank"]', {"is_blank"}),
        ("[]", set()),
        ("", set()),
        ("  ", set()),
        ("nan", {"nan"}),
        ("[null, 3]", {"", "3"}),
        ("[" * 5000, {"[" * 5000}),
    ],
)
def test_tokens_of_a_cell(cell, read):
    assert tokens(cell) == read


@pytest.mark.parametrize(
    ("gold", "predicted", "overlap", "balanced"),
    [
        ("['a']", '["a"]', 1, 1),
        ("['a']", "A", 1, 1),
        ("['a']", '["a", "b"]', 1 / 2, 2 / 3),
        ("['a','b']", '["b", "c"]', 1 / 3, 1 / 2),
        ("['a']", '["b"]', 0, 0),
        ("['a','b']", "a,b", 0, 0),
        ("['a']", "", 0, 0),
        ("is_blank", "is_blank", 1, 1),
        ("is_blank", '["is_blank"]', 1, 1),
        ("is_blank", "[]", 0, 0),
        ("is_blank", "nan", 0, 0),
        ("is_blank", "", 0, 0),
        ("", "[]", 1, 1),
    ],
)
def test_overlap(gold, predicted, overlap, balanced):
    assert jaccard(gold, predicted) == pytest.approx(overlap)
    assert f1(gold, predicted) == pytest.approx(balanced)


@given(CELLS, CELLS)
def test_overlap_is_symmetric_and_f1_is_never_below_jaccard(a, b):
    assert 0 <= jaccard(a, b) <= f1(a, b) <= 1
    assert jaccard(a, b) == jaccard(b, a)
    assert jaccard(a, a) == f1(a, a) == 1
