"""Weights and ensembles chosen on other questions: never by the gold they are judged by."""

from itertools import combinations
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattrag.datafiles.questions import Gold, Question, QuestionFile
from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.aggregate import aggregate
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import REF_MODES, STRATEGIES, VoteOptions
from wattrag.ensemble.selection import Pool, select, select_all
from wattrag.ensemble.subsets import PER_SIZE, subsets
from wattrag.ensemble.trials import Trials
from wattrag.ensemble.unseen import unseen
from wattrag.ensemble.weights import train_weights
from wattrag.errors import InputError
from wattrag.scoring.composition import overall_of
from wattrag.scoring.rules import RULES
from wattrag.scoring.score import score

RULE = RULES["2025"]
REF = '["d"]'
VALUES = st.sampled_from(["4", "4.0", "5", "is_blank", "True", None])


def asked(gold: list[str], words: str = "Question") -> QuestionFile:
    """One question a gold value."""
    made = tuple(
        Question(
            f"q{n}", f"{words} {n}?", "", Gold("", v, "is_blank" if v == "is_blank" else "['d']")
        )
        for n, v in enumerate(gold)
    )
    return QuestionFile(Path(f"{words}.csv"), made, labelled=True, has_flags=False)


def member(name: str, values: list[str | None]) -> Member:
    """A member that answers with these values; None is no row."""
    return Member(
        name,
        [
            SubmissionRow(f"q{n}", "", "", v, "", REF, "", "", "")
            for n, v in enumerate(values)
            if v is not None
        ],
    )


@pytest.mark.parametrize(("members", "size"), [(1, 1), (5, 2), (12, 6), (13, 1), (30, 2)])
def test_subsets_are_in_order_and_all_of_them_in_small_pools(members, size):
    found = subsets(members, size)
    every = list(combinations(range(members), size))
    assert found == sorted(set(found), key=every.index)
    assert len(found) == (len(every) if members <= 12 or len(every) <= PER_SIZE else PER_SIZE)
    assert (found[0], found[-1]) == (every[0], every[-1])


@given(st.integers(13, 40), st.data())
def test_evenly_spaced_subsets_of_large_pools_are_distinct_ensembles(members, data):
    size = data.draw(st.integers(1, members))
    found = subsets(members, size)
    assert len(set(found)) == len(found) == min(PER_SIZE, comb(members, size))
    assert all(len(set(one)) == size and max(one) < members for one in found)


@settings(deadline=None)  # the first example imports statsmodels
@given(
    st.lists(st.lists(VALUES, min_size=4, max_size=4), min_size=1, max_size=4),
    st.sampled_from(STRATEGIES),
    st.sampled_from(REF_MODES),
    st.sampled_from(["first", "blank"]),
)
def test_a_trial_scores_as_the_ensemble_s_submission_does(answers, strategy, mode, tiebreak):
    questions = asked(["4", "is_blank", "5", "1"])
    members = [member(str(n), values) for n, values in enumerate(answers)]
    options = VoteOptions(strategy, mode, tiebreak=tiebreak)
    trials = Trials(members, questions, options, RULE)
    for size in range(1, len(members) + 1):
        ensembles = subsets(len(members), size)
        for ensemble, found in zip(ensembles, trials.scores(ensembles), strict=True):
            rows = aggregate([members[place] for place in ensemble], options)
            assert found == pytest.approx(overall_of(score(questions, rows, RULE).questions, RULE))


def test_questions_that_the_judged_file_asks_too_are_left_out():
    train, test = asked(["1", "2", "3"]), asked(["1"], "QUESTION ")
    assert [q.id for q in unseen(train, test).questions] == ["q1", "q2"]
    with pytest.raises(InputError, match="no question that"):
        unseen(train, train)


def test_a_weight_is_the_score_on_the_weighing_questions():
    # 2 of 4 values right, all citations: 0.75 x 0.5 + 0.15 + 0.1; a missing row earns nothing.
    questions = asked(["1", "2", "3", "4"])
    answers = {
        "half": member("half", ["1", "2", "9", "9"]).rows,
        "silent": (),
        "short": member("short", ["1", None, None, None]).rows,
    }
    found = train_weights(answers, questions, RULE)
    assert found == pytest.approx({"half": 0.625, "silent": 0.1, "short": 0.9 / 4 + 0.1})


def pools() -> tuple[Pool, Pool]:
    """A pool of three on two files: `luck` is best on train by luck, `skill` on test."""
    train, test = asked(["1", "2", "3", "4"], "Train"), asked(["5", "6", "7", "8"], "Test")
    on_train = (
        member("luck", ["1", "2", "3", "4"]),
        member("skill", ["1", "2", "3", "x"]),
        member("third", ["x", "x", "3", "4"]),
    )
    on_test = (
        member("luck", ["x", "x", "x", "8"]),
        member("skill", ["5", "6", "7", "8"]),
        member("third", ["5", "6", "x", "x"]),
    )
    return Pool("train", train, on_train), Pool("test", test, on_test)


def test_the_best_on_train_is_judged_on_test():
    train, test = pools()
    single, pair, three = select(train, test, VoteOptions(), RULE)
    assert single.members == ("luck",)
    assert single.chosen_score == pytest.approx(1)
    assert single.judged.value_accuracy.value == 0.25
    assert (pair.tried, pair.possible, pair.members) == (3, 3, ("luck", "skill"))
    assert three.members == ("luck", "skill", "third")
    assert [q.value_correct for q in three.judged.questions] == [True, True, False, True]
    assert single.mean == pytest.approx((1 + 0.8125 + 0.625) / 3)


def test_gold_of_the_judged_file_changes_no_choice():
    train, test = pools()
    other = Pool("test", asked(["x", "x", "x", "8"], "Test"), test.members)
    chosen = [one.members for one in select(train, test, VoteOptions(), RULE)]
    assert [one.members for one in select(train, other, VoteOptions(), RULE)] == chosen


def test_a_study_takes_the_members_that_both_files_have_and_their_weights():
    train, test = pools()
    fewer = Pool("train", train.questions, train.members[1:])
    found = select_all([test, fewer], VoteOptions(), RULE, {"third": 5.0})
    assert list(found) == ["train"]
    assert found["train"][1].members == ("skill", "third")
    assert [q.value_correct for q in found["train"][1].judged.questions] == [True, True] + 2 * [
        False
    ]
