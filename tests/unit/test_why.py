"""Two specs compared, and Snakemake's words read: the parts of `wattrag why` that need no run."""

import json

from hypothesis import given
from hypothesis import strategies as st

from wattrag.study.causes import causes
from wattrag.study.difference import differences
from wattrag.study.dryrun import PlannedJob

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_a_nested_key_is_named_by_its_path():
    before = {"model": {"name": "a", "stop": ["x"]}, "run": 1}
    now = {"model": {"name": "b", "stop": ["x", "y"]}, "run": 1}

    assert differences(before, now) == ["model.name: a -> b", 'model.stop: ["x"] -> ["x","y"]']


def test_keys_that_come_and_go_are_not_null():
    assert differences({"old": None}, {"new": ""}) == ['new: (none) -> ""', "old: null -> (none)"]


def test_hashes_are_named_not_shown():
    assert differences({"code": "a", "asked": "b"}, {"code": "c", "asked": "d"}) == [
        "questions asked changed",
        "library code of this stage changed",
    ]


def test_long_values_are_cut():
    (line,) = differences({"prompt": "a" * 500}, {"prompt": "b"})

    assert line.endswith("a… -> b")
    assert len(line) < 100


@given(before=JSON, now=JSON)
def test_any_param_is_read_back_from_snakemakes_words(before, now):
    old, new = json.dumps({"key": before}), json.dumps({"key": now})
    reason = (
        "Params have changed since last execution: Union of exclusive params before and now "
        f"across all output: before: {old!r} now: {new!r} ; Code has changed since last execution"
    )
    job = PlannedJob("answer", {}, (), (), (), reason)

    found = [cause.text for cause in causes(job, {})]

    assert found == [*differences({"key": before}, {"key": now}), "script edited or touched"]
