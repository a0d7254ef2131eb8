"""A stored completion is found by everything that determines it, or asked again."""

from dataclasses import fields, replace

import pytest

from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.completions import Completion, CompletionStore
from wattrag.store.segments import SegmentWriter

MODEL = ModelKey("openai", "m-1", None, "api", {"base_url": None})
REQUEST = Request([{"role": "user", "content": "Why?"}], 512, 0.0)
ASKED = Asked(MODEL, REQUEST)
REPLY = Completion(
    text="Because. ✓", finish_reason="stop", input_tokens=3, output_tokens=None, seconds=0.5
)


def stored(folder, asked=ASKED):
    with CompletionStore(folder) as store:
        return store.get(asked), store.damage.records


def keep(folder, *pairs):
    with CompletionStore(folder) as store:
        for asked, reply in pairs:
            store.add(asked, reply)


def test_what_was_added_is_found_by_this_store_and_the_next(tmp_path):
    with CompletionStore(tmp_path) as store:
        assert store.get(ASKED) is None
        store.add(ASKED, REPLY)
        assert store.get(ASKED) == REPLY
        assert stored(tmp_path) == (REPLY, 0)


OTHERS = [
    replace(ASKED, model=replace(MODEL, provider="other")),
    replace(ASKED, model=replace(MODEL, model_id="m-2")),
    replace(ASKED, model=replace(MODEL, revision="abc")),
    replace(ASKED, model=replace(MODEL, precision="4bit")),
    replace(ASKED, model=replace(MODEL, engine={"base_url": "http://localhost/v1"})),
    replace(ASKED, request=replace(REQUEST, messages=[{"role": "system", "content": "Why?"}])),
    replace(ASKED, request=replace(REQUEST, messages=[{"role": "user", "content": "Why not?"}])),
    replace(ASKED, request=replace(REQUEST, max_new_tokens=513)),
    replace(ASKED, request=replace(REQUEST, temperature=0.2)),
    replace(ASKED, request=replace(REQUEST, run=2)),
    replace(ASKED, request=replace(REQUEST, schema={"type": "object"})),
]


@pytest.mark.parametrize("other", OTHERS)
def test_whatever_may_change_a_reply_makes_another_key(tmp_path, other):
    keep(tmp_path, (ASKED, REPLY))
    assert other.key != ASKED.key
    assert stored(tmp_path, other) == (None, 0)


def test_every_field_of_the_key_is_tried_above():
    assert len(OTHERS) >= len(fields(ModelKey)) + len(fields(Request))


def test_keys_stay_the_same_from_version_to_version():
    assert ASKED.key.hex() == ("346a0faa71e61a47a97118ac3e70de79fe53064870d822577163a85c5c7b2ffa")


def test_a_damaged_record_is_dropped_and_counted_and_the_others_stay(tmp_path):
    other = replace(ASKED, request=replace(REQUEST, run=2))
    keep(tmp_path, (ASKED, REPLY), (other, REPLY))
    (segment,) = tmp_path.rglob("*.segment")
    data = segment.read_bytes()
    segment.write_bytes(data.replace(b"Because", b"Tampered", 1))
    assert stored(tmp_path) == (None, 1)
    assert stored(tmp_path, other)[0] == REPLY


@pytest.mark.parametrize(
    "payload", [b"", b"short", ASKED.key, ASKED.key + b"no json", ASKED.key + b'{"text": 1}']
)
def test_a_whole_record_of_another_form_is_dropped_and_counted(tmp_path, payload):
    with SegmentWriter(tmp_path / "completions" / MODEL.digest) as writer:
        writer.append([payload])
    assert stored(tmp_path) == (None, 1)
