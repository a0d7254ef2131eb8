"""How long a call waits: as the server says, in whatever words; else longer each time."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.llm.waits import backoff, hinted_wait, jittered

SAID = {
    "Limit 500000, Used 500000, Requested 193. Please try again in 23ms. Visit x": 0.023,
    "Please try again in 1m30s.": 90,
    "try again in 2.5s": 2.5,
    "Try again in 6m0s.": 360,
    "try again in 1h2m3.5s": 3723.5,
    "Please retry after 20 seconds": 20,
    "Retry in 3 minutes": 180,
    "wait 500 milliseconds": 0.5,
}


@pytest.mark.parametrize(("words", "seconds"), SAID.items())
def test_hints_are_read_from_the_words(words, seconds):
    assert hinted_wait(words, {}) == pytest.approx(seconds)


@pytest.mark.parametrize("words", ["", "busy", "try again later", "the limit is 500 requests"])
def test_no_hint_is_none(words):
    assert hinted_wait(words, {}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "150"}, 0.15),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_hints_are_read_from_the_headers(headers, seconds):
    assert hinted_wait("busy", headers) == seconds


def test_a_date_is_waited_for_and_one_that_is_over_is_not():
    then = datetime.now(UTC) + timedelta(seconds=30)
    assert 27 < hinted_wait("", {"retry-after": format_datetime(then, usegmt=True)}) <= 30
    past = format_datetime(then - timedelta(hours=1), usegmt=True)
    assert hinted_wait("", {"retry-after": past}) == 0


def test_the_longest_of_two_hints_counts():
    assert hinted_wait("try again in 23ms", {"retry-after": "2"}) == 2


def test_waits_without_a_hint_double():
    assert [backoff(attempt, 3) for attempt in range(1, 6)] == [3, 6, 12, 24, 48]


@given(seconds=st.floats(0, 1000), seed=st.integers())
def test_jitter_only_lengthens_a_wait(seconds, seed):
    assert seconds <= jittered(seconds, random.Random(seed)) <= 1.25 * seconds


@given(words=st.text(max_size=200))
def test_no_words_are_an_error(words):
    found = hinted_wait(words, {"retry-after": words})
    assert found is None or found >= 0
