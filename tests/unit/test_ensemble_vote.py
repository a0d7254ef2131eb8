"""Which value an ensemble gives: strategies, blanks, ties, weights, spellings."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.aggregate import DEFAULT_OPTIONS, aggregate, lacking
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import REF_MODES, STRATEGIES, VoteOptions
from wattrag.errors import InputError

VALUES = st.sampled_from(["4", "4.0", "5", "True", "1", "is_blank", "", "n/a", "80-90", "GPT-3"])
CELLS = st.sampled_from(["is_blank", '["a"]', "['b','a']", "[]", "c", '["is_blank"]'])
OPTIONS = st.builds(
    VoteOptions,
    strategy=st.sampled_from(STRATEGIES),
    ref_mode=st.sampled_from(REF_MODES),
    ignore_blank=st.booleans(),
    tiebreak=st.sampled_from(["first", "blank"]),
    raw_votes=st.booleans(),
)


def row(
    value: str, refs: str = "is_blank", question_id: str = "q1", tag: str = ""
) -> SubmissionRow:
    blank = "is_blank"
    return SubmissionRow(question_id, "Q?", f"a{tag}", value, "", refs, blank, blank, f"e{tag}")


def voted(*values: str, options: VoteOptions = DEFAULT_OPTIONS, weights: tuple = ()) -> str:
    weights = weights or (1.0,) * len(values)
    members = [
        Member(f"m{n}", [row(value)], weight)
        for n, (value, weight) in enumerate(zip(values, weights, strict=True))
    ]
    return aggregate(members, options)[0].answer_value


@pytest.mark.parametrize(
    ("values", "winner"),
    [
        (["4", "5", "5"], "5"),
        (["4", "5"], "4"),
        (["5", "4", "4", "5"], "5"),
        (["4"], "4"),
        # blanks vote only where all abstain
        (["is_blank", "is_blank", "6"], "6"),
        (["", "N/A", "6"], "6"),
        (["", "is_blank", "n/a"], "is_blank"),
        # equal as meant
        (["0", "True", "1"], "1"),
        (["3", "2B", "2000000000"], "2000000000"),
        (["3", "4", "4.0"], "4"),
        (["3", "80-90", "[90, 80]"], "[90, 80]"),
        (["x", "gpt-3", "GPT-3"], "gpt-3"),
        (["3", "about 4", "~4"], "about 4"),
        (["3", "nan", "NaN"], "nan"),
    ],
)
def test_the_majority_wins_and_the_first_seen_in_a_tie(values, winner):
    assert voted(*values) == winner
    assert voted(*values, options=VoteOptions("answer_priority")) == winner


@pytest.mark.parametrize(
    ("values", "winner"),
    [
        (["1", "True", "True"], "True"),
        (["True", "1"], "True"),
        (["4", "4.0", "4.0"], "4.0"),
        (["", "is_blank", "6"], "6"),
        (["", ""], "is_blank"),
        (["", "is_blank", "n/a"], "is_blank"),
        (["80-90", "80\N{EN DASH}90", "80\N{EN DASH}90"], "80\N{EN DASH}90"),
        (["gpt-3", "GPT-3", "GPT-3"], "GPT-3"),
    ],
)
def test_raw_votes_count_strings_as_they_are(values, winner):
    assert voted(*values, options=VoteOptions(raw_votes=True)) == winner


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(
    ("values", "winner"),
    [(["is_blank", "", "6"], "is_blank"), (["6", "is_blank"], "6"), (["", "6", "6"], "6")],
)
def test_blanks_vote_if_they_are_not_ignored(values, winner, raw):
    assert voted(*values, options=VoteOptions(ignore_blank=False, raw_votes=raw)) == winner


@pytest.mark.parametrize(
    ("values", "winner"),
    [
        (["4", "5", "6"], "is_blank"),
        (["4", "5", "5"], "5"),
        (["4"], "4"),
        # the check comes before blanks are dropped
        (["4", "is_blank"], "is_blank"),
        (["4", "is_blank", ""], "4"),
    ],
)
def test_tiebreak_blank_abstains_where_all_differ(values, winner):
    assert voted(*values, options=VoteOptions(tiebreak="blank")) == winner


def test_an_abstention_after_a_tie_is_blank_throughout():
    members = [Member("a", [row("4", "['d']")]), Member("b", [row("5", "['e']")])]
    elected = aggregate(members, VoteOptions(tiebreak="blank"))[0]
    assert (elected.id, elected.question) == ("q1", "Q?")
    for field in ("answer", "answer_value", "ref_id", "ref_url", "explanation"):
        assert getattr(elected, field) == "is_blank"


@pytest.mark.parametrize(
    ("values", "winner"),
    [(["is_blank", "", "5", "4", "4"], "5"), (["4", "5", "5"], "4"), (["", "na"], "is_blank")],
)
def test_first_non_blank_takes_the_first_answer(values, winner):
    assert voted(*values, options=VoteOptions("first_non_blank")) == winner


def test_weights_are_votes():
    assert voted("4", "5", "5", weights=(3, 1, 1)) == "4"
    assert voted("4", "5", "5", weights=(2, 1, 1)) == "4"
    assert voted("4", "5", "5", weights=(1.9, 1, 1)) == "5"
    assert voted("4", "5", weights=(0, 1)) == "5"


def test_sums_of_weights_that_differ_by_rounding_are_a_tie():
    assert voted("4", "5", "5", weights=(0.3, 0.1, 0.2)) == "4"
    assert voted("5", "4", "5", weights=(0.1, 0.3, 0.2)) == "5"


def test_confidence_weighs_votes_and_is_one_half_where_unknown():
    sure = Member("sure", [row("4")], confidences={"q1": 0.9})
    unsure = [Member(f"m{n}", [row("5")], confidences={"q1": 0.4}) for n in range(2)]
    unknown = [Member("none", [row("5")]), Member("null", [row("5")], confidences={"q1": None})]
    options = VoteOptions("confidence")
    assert aggregate([sure, *unsure], options)[0].answer_value == "4"
    assert aggregate([sure, *unknown], options)[0].answer_value == "5"
    assert aggregate([sure, *unsure])[0].answer_value == "5"


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_an_impossible_weight_is_refused(weight):
    with pytest.raises(InputError, match="member 'm'"):
        Member("m", [], weight=weight)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_an_impossible_confidence_is_refused(confidence):
    with pytest.raises(InputError, match="question 'q1'"):
        Member("m", [], confidences={"q1": confidence})


@pytest.mark.parametrize("option", ["strategy", "ref_mode", "tiebreak"])
def test_an_unknown_option_is_refused(option):
    with pytest.raises(InputError, match="unknown 'best'"):
        VoteOptions(**{option: "best"})


def test_no_members_are_refused():
    with pytest.raises(InputError, match="no members"):
        aggregate([])


def test_members_vote_on_the_questions_they_have():
    first = Member("a", [row("4", question_id="q2"), row("is_blank", question_id="q1")])
    second = Member("b", [row("5", question_id="q3"), row("7", question_id="q2")])
    elected = aggregate([first, second], VoteOptions(ignore_blank=False))
    assert [(r.id, r.answer_value) for r in elected] == [
        ("q2", "4"),
        ("q1", "is_blank"),
        ("q3", "5"),
    ]
    assert [(member.name, count) for member, count in lacking([first, second])] == [
        ("a", 1),
        ("b", 1),
    ]


def test_texts_come_from_the_first_member_that_voted_for_the_winner():
    rows = [row("5", tag="0"), row("4", tag="1"), row("4", tag="2")]
    elected = aggregate([Member(r.answer, [r]) for r in rows])[0]
    assert (elected.answer, elected.explanation) == ("a1", "e1")


@given(VALUES, CELLS, st.integers(1, 4), OPTIONS)
def test_an_ensemble_of_identical_members_is_the_member(value, refs, count, options):
    member = row(value, refs)
    elected = aggregate([Member(f"m{n}", [member]) for n in range(count)], options)[0]
    alone = aggregate([Member("alone", [member])], replace(options, tiebreak="first"))[0]
    assert elected == alone
    assert elected.answer_value in {value, "is_blank"}


@given(st.lists(st.tuples(VALUES, CELLS), min_size=1, max_size=6), OPTIONS)
def test_an_elected_value_is_one_that_a_member_gave(answers, options):
    members = [Member(str(n), [row(value, refs)]) for n, (value, refs) in enumerate(answers)]
    given_values = {value for value, _ in answers} | {"is_blank"}
    assert aggregate(members, options)[0].answer_value in given_values


@given(st.lists(VALUES, min_size=1, max_size=6), st.randoms())
def test_an_absolute_majority_wins_in_any_order(values, random):
    winners = ["42"] * (len(values) + 1)
    mixed = values + winners
    random.shuffle(mixed)
    assert voted(*mixed) == "42"
