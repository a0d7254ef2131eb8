"""`wattrag store`: what is there, what is damaged, what pruning keeps."""

import json

import pytest

from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.completions import Completion, CompletionStore
from wattrag.store.segments import Damage, SegmentWriter, read_segments

MODEL = ModelKey("openai", "m-1", None, "api", {})


def asked(number):
    return Asked(MODEL, Request([{"role": "user", "content": f"{number}?"}], 9, 0.0))


def reply(text):
    return Completion(text=text, finish_reason="stop", input_tokens=1, output_tokens=1, seconds=0.1)


@pytest.fixture
def store(tmp_path):
    """Three replies in two files; one is stored twice."""
    for texts in ({1: "old", 2: "b"}, {1: "new", 3: "c"}):
        with CompletionStore(tmp_path) as opened:
            for number, text in texts.items():
                opened.add(asked(number), reply(text))
    return tmp_path


def shelf(wattrag, store):
    (found,) = json.loads(wattrag("store", "stats", "--store", str(store), "--json").out)
    return found


def kept(store):
    with CompletionStore(store) as opened:
        return {n: found.text for n in range(1, 4) if (found := opened.get(asked(n)))}


def damage(store):
    segment = min(store.rglob("*.segment"))
    data = bytearray(segment.read_bytes())
    data[100] ^= 1
    segment.write_bytes(bytes(data))


def test_stats_say_whose_records_there_are(wattrag, store):
    found = shelf(wattrag, store)
    assert found["model"] == "openai:m-1 (api)"
    assert (found["kind"], found["records"], found["segments"]) == ("completions", 3, 2)
    assert found["damaged"] == 0
    assert "openai:m-1" in wattrag("store", "stats", "--store", str(store)).out


def test_flipped_bytes_are_found_and_pruned_and_the_rest_stays(wattrag, store):
    assert wattrag("store", "verify", "--store", str(store)).code == 0
    damage(store)
    ended = wattrag("store", "verify", "--store", str(store))
    assert ended.code == 1
    assert "1 damaged records; `wattrag store prune` drops them" in ended.err
    before = kept(store)
    assert wattrag("store", "prune", "--store", str(store)).code == 0
    assert kept(store) == before
    found = shelf(wattrag, store)
    assert (found["segments"], found["damaged"]) == (1, 0)
    assert wattrag("store", "verify", "--store", str(store)).code == 0


def test_pruning_keeps_one_of_each_and_says_what_it_freed(wattrag, store):
    before = kept(store)
    done = json.loads(wattrag("store", "prune", "--store", str(store), "--json").out)
    assert done["freed_bytes"] > 0
    assert kept(store) == before
    assert set(before) == {1, 2, 3}


def test_pruning_leaves_the_file_of_a_living_writer_alone(wattrag, store):
    with CompletionStore(store) as living:
        living.add(asked(9), reply("d"))
        done = json.loads(wattrag("store", "prune", "--store", str(store), "--json").out)
        assert done["kept_segments"] == 1
        living.add(asked(10), reply("e"))
    with CompletionStore(store) as opened:
        assert [opened.get(asked(n)).text for n in (9, 10)] == ["d", "e"]


def test_a_reader_meets_a_merge_without_losing_a_record(tmp_path):
    for text in (b"a" * 40, b"b" * 40):
        with SegmentWriter(tmp_path) as writer:
            writer.append([text])
    reading = read_segments(tmp_path, Damage())
    first = bytes(next(reading))
    with SegmentWriter(tmp_path) as writer:
        writer.append([b"a" * 40, b"b" * 40])
    for path in tmp_path.glob("*.segment"):
        if path != writer.path:
            path.unlink()
    assert {first, *map(bytes, reading)} == {b"a" * 40, b"b" * 40}


def test_one_models_records_can_be_dropped(wattrag, store):
    key = shelf(wattrag, store)["key"]
    assert wattrag("store", "prune", "--store", str(store), "--drop", key).code == 0
    assert kept(store) == {}


def test_what_is_not_there_is_one_line(wattrag, store, tmp_path):
    ended = wattrag("store", "stats", "--store", str(tmp_path / "none"))
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    ended = wattrag("store", "prune", "--store", str(store), "--drop", "../x")
    assert ended.code == 2
    assert "has no records of '../x'" in ended.err
