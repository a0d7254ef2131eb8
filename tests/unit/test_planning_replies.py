"""Replies are read whatever their form; what holds no queries is malformed, never an error."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.retrieval.planning.prompt import planning_messages, prompt_identity
from wattrag.retrieval.planning.replies import LONGEST_QUERY, further_queries, read_reply

READABLE = {
    "as asked": '{"queries": ["a", "b"]}',
    "a list alone": '["a", "b"]',
    "fenced": 'Sure!\n```json\n{"queries": ["a", "b"]}\n```\nDone.',
    "in prose": 'Here you go [1]: {"queries": ["a", "b"]} I hope it helps.',
    "after a thought": '<think>{"queries": ["x"]}? or [1]?</think>\n{"queries": ["a", "b"]}',
    "after a thought without start": 'Let me see.</think>{"queries": ["a", "b"]}',
    "trailing commas": '{"queries": ["a", "b",],}',
    "single quotes": "{'queries': ['a', 'b']}",
    "no quotes around the key": '{queries: ["a", "b"]}',
    "cut off": '{"queries": ["a", "b"',
    "cut off in a fence": '```json\n{"queries": ["a", "b"',
    "with other values": '{"queries": ["a", 3, null, {"q": "x"}, "b"], "note": 1}',
}


@pytest.mark.parametrize("reply", READABLE.values(), ids=READABLE)
def test_queries_are_read_from_any_usual_form(reply):
    assert read_reply(reply) == ["a", "b"]


def test_no_further_query_is_a_reply_too():
    assert read_reply('{"queries": []}') == []


MALFORMED = {
    "empty": "",
    "prose": "I would search for the energy of training.",
    "a refusal in brackets": "Sorry [I cannot do that]",
    "only a cut thought": '<think>perhaps {"queries": ["x"]}',
    "another key": '{"answer": "42"}',
    "no strings": '{"queries": [1, 2]}',
    "no list": '{"queries": {"a": 1}}',
    "deep": "[" * 100_000,
    "deep and long": '{"queries": [' * 50_000,
    "a megabyte of words": "word " * 200_000,
    "a megabyte cut off": '{"queries": ["' + "word " * 200_000,
    "a megabyte of thoughts": "<think>" * 150_000,
    "a megabyte of fences": "```a\n" * 200_000,
}


@pytest.mark.parametrize("reply", MALFORMED.values(), ids=MALFORMED)
def test_a_reply_without_queries_is_malformed_and_costs_no_time(reply):
    started = time.perf_counter()
    assert read_reply(reply) is None
    assert time.perf_counter() - started < 5


@given(st.text(max_size=300) | st.text(alphabet="{}[]\"',: a\\`", max_size=200))
def test_no_text_is_an_error(reply):
    found = read_reply(reply)
    kept = further_queries(found or (), "the question", 3)
    assert len(kept) <= 3
    assert all(query.encode() and len(query) <= LONGEST_QUERY for query in kept)


def test_repeats_empty_and_overlong_queries_are_left_out():
    found = ["The  Question?", " ", "", "One\ntwo", "ONE TWO", "x" * 1001, "y" * 1000, "three"]
    assert further_queries(found, "the question?", 9) == ["One two", "y" * 1000, "three"]
    assert further_queries(found, "the question?", 1) == ["One two"]


def test_a_query_can_be_written_whatever_it_holds():
    (query,) = further_queries(read_reply('{"queries": ["a\\ud800\\u0000b"]}') or (), "q", 2)
    assert query == "a b"


def test_the_prompt_carries_question_and_count_and_has_a_version():
    question = "What does $count {cost}?"
    (message,) = planning_messages(question, 2)
    assert message["role"] == "user"
    assert f"Question: {question}\n" in message["content"]
    assert "at most 2 more" in message["content"]
    assert prompt_identity()["version"] == "query_plan_v1"
