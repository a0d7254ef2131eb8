"""Which citations an ensemble gives, and the columns that go with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.refs import parse_refs
from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.aggregate import aggregate
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import VoteOptions


def row(value: str, refs: str, urls: str = "is_blank", quote: str = "is_blank") -> SubmissionRow:
    return SubmissionRow("q1", "Q?", "answer", value, "", refs, urls, quote, "because")


def elected(*rows: SubmissionRow, **options) -> SubmissionRow:
    members = [Member(f"m{n}", [r]) for n, r in enumerate(rows)]
    return aggregate(members, VoteOptions(**options))[0]


ANSWERS = [
    row("5", '["z"]'),
    row("4", '["a", "b"]'),
    row("4", "['b','c']"),
    row("4", '["b", "a"]'),
    row("6", '["z"]'),
    row("7", '["z"]'),
]


@pytest.mark.parametrize(
    ("mode", "value", "refs"),
    [
        ("union", "4", '["a", "b", "c"]'),
        ("intersection", "4", '["b"]'),
        ("answer_priority", "4", '["a", "b"]'),
        ("independent", "4", '["z"]'),
        ("ref_priority", "5", '["z"]'),
        ("all", "4", '["a", "b", "c", "z"]'),
    ],
)
def test_ref_modes(mode, value, refs):
    found = elected(*ANSWERS, ref_mode=mode)
    assert (found.answer_value, found.ref_id) == (value, refs)


@pytest.mark.parametrize("mode", ["answer_priority", "independent", "ref_priority"])
def test_empty_citation_sets_do_not_win_unless_blanks_count(mode):
    answers = [row("4", "is_blank"), row("4", "[]"), row("4", '["a"]')]
    assert elected(*answers, ref_mode=mode).ref_id == '["a"]'
    assert elected(*answers, ref_mode=mode, ignore_blank=False).ref_id == "is_blank"


def test_an_intersection_of_nothing_is_blank():
    assert elected(row("4", "['a']"), row("4", "b"), ref_mode="intersection").ref_id == "is_blank"


@pytest.mark.parametrize(
    ("cells", "refs"),
    [
        (['["is_blank"]', '["x"]'], '["x"]'),
        (["x, y", "['x']"], '["x", "y"]'),
        (["ref_id=x", "is_blank"], '["x"]'),
        (["is_blank", "[]"], "is_blank"),
    ],
)
def test_citations_are_read_as_meant(cells, refs):
    assert elected(*[row("4", cell) for cell in cells]).ref_id == refs


@pytest.mark.parametrize(
    ("cells", "refs"),
    [
        (['["is_blank"]', '["x"]'], '["is_blank", "x"]'),
        (["is_blank", '["x"]'], '["x"]'),
        (['["is_blank"]', '["is_blank"]'], '["is_blank"]'),
        (["[]", "is_blank"], "is_blank"),
        (["x,y", "['x']"], '["x", "x,y"]'),
        (["[x", "['x']"], '["[x", "x"]'),
    ],
)
def test_raw_votes_keep_citations_letter_by_letter(cells, refs):
    assert elected(*[row("4", cell) for cell in cells], raw_votes=True).ref_id == refs


def test_an_empty_raw_value_does_not_lend_its_citations_to_an_answer():
    answers = [row("", '["x"]'), row("is_blank", '["y"]'), row("6", '["z"]')]
    found = elected(*answers, raw_votes=True)
    assert (found.answer_value, found.ref_id) == ("6", '["z"]')


def test_urls_stay_in_step_with_the_merged_citations():
    found = elected(
        row("5", '["z"]', '["http://z"]'),
        row("4", '["c", "a"]', '["http://c", "http://a"]'),
        row("4", "['b','a']", "['http://b','http://other-a']"),
    )
    assert found.ref_id == '["a", "b", "c"]'
    assert found.ref_url == '["http://a", "http://b", "http://c"]'


def test_urls_that_cannot_be_assigned_are_left_out():
    found = elected(
        row("4", '["a", "b"]', "http://one-for-both"),
        row("4", '["c"]', "http://c?x=1,2"),
    )
    assert found.ref_id == '["a", "b", "c"]'
    assert found.ref_url == '["http://c?x=1,2"]'


def test_evidence_comes_from_those_whose_citations_were_taken_each_text_once():
    found = elected(
        row("5", '["z"]', quote="not this"),
        row("4", '["a"]', quote="first"),
        row("4", '["b"]', quote="second"),
        row("4", '["a"]', quote="first"),
    )
    assert found.supporting_materials == "first | second"


@pytest.mark.parametrize("mode", ["union", "all"])
@given(st.lists(st.lists(st.sampled_from("abcde"), unique=True), min_size=1, max_size=5))
def test_a_union_holds_every_voters_citation_once(mode, cited):
    found = elected(*[row("4", str(refs)) for refs in cited], ref_mode=mode)
    assert list(parse_refs(found.ref_id)) == sorted({ref for refs in cited for ref in refs})


@given(st.lists(st.sets(st.sampled_from("abc"), min_size=1), min_size=1, max_size=5), st.randoms())
def test_merged_citations_do_not_depend_on_the_members_order(cited, random):
    rows = [row("4", str(sorted(refs))) for refs in cited]
    for mode in ("union", "intersection", "all"):
        there = elected(*rows, ref_mode=mode).ref_id
        random.shuffle(rows)
        assert elected(*rows, ref_mode=mode).ref_id == there
