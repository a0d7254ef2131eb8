"""Segment files survive kills, damage and many writers."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.store.segments import MAX_PAYLOAD, Damage, SegmentWriter, read_segments

PAYLOADS = [b"first", b"second record", b"", b"fourth"]


def write(folder: Path, payloads: list[bytes]) -> Path:
    with SegmentWriter(folder) as writer:
        writer.append(payloads)
    return next(folder.glob("*.segment"))


def read(folder: Path) -> tuple[list[bytes], Damage]:
    damage = Damage()
    return list(read_segments(folder, damage)), damage


def test_what_was_appended_is_read_back_in_order(tmp_path):
    write(tmp_path, PAYLOADS)
    assert read(tmp_path) == (PAYLOADS, Damage())


def test_a_missing_folder_is_an_empty_store(tmp_path):
    assert list(read_segments(tmp_path / "none")) == []


def test_a_writer_that_wrote_nothing_leaves_no_file(tmp_path):
    with SegmentWriter(tmp_path / "store"):
        pass
    assert not (tmp_path / "store").exists()


def test_writers_do_not_share_a_file_and_readers_merge_all(tmp_path):
    with SegmentWriter(tmp_path) as one, SegmentWriter(tmp_path) as two:
        one.append([b"a"])
        two.append([b"b"])
        one.append([b"c"])
    assert len(list(tmp_path.glob("*.segment"))) == 2
    assert sorted(map(bytes, read_segments(tmp_path))) == [b"a", b"b", b"c"]


def test_a_record_is_readable_while_its_writer_lives(tmp_path):
    writer = SegmentWriter(tmp_path)
    writer.append([b"now"])
    assert list(read_segments(tmp_path)) == [b"now"]
    writer.close()


@given(cut=st.integers(min_value=0))
def test_cut_anywhere_the_whole_records_before_the_cut_remain(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("cut")
    segment = write(folder, PAYLOADS)
    data = segment.read_bytes()
    ends = [sum(40 + len(p) for p in PAYLOADS[:n]) for n in range(len(PAYLOADS) + 1)]
    length = cut % (len(data) + 1)
    segment.write_bytes(data[:length])
    whole = sum(end <= length for end in ends[1:])
    found, damage = read(folder)
    assert found == PAYLOADS[:whole]
    assert damage.records == (length not in ends)


@given(place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_damaged_byte_costs_one_record(tmp_path_factory, place, flip):
    folder = tmp_path_factory.mktemp("flip")
    segment = write(folder, PAYLOADS)
    data = bytearray(segment.read_bytes())
    data[place % len(data)] ^= flip
    segment.write_bytes(data)
    found, damage = read(folder)
    assert len(found) == len(PAYLOADS) - 1
    assert set(found) < set(PAYLOADS)
    assert damage.records == 1


@given(noise=st.binary(max_size=300))
def test_noise_is_no_record(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("noise")
    (folder / "x.segment").write_bytes(noise)
    assert read(folder)[0] == []


def test_a_record_over_the_limit_is_refused_before_anything_is_written(tmp_path):
    writer = SegmentWriter(tmp_path)
    with pytest.raises(ValueError, match="over the limit"):
        writer.append([b"small", bytes(MAX_PAYLOAD + 1)])
    assert list(tmp_path.iterdir()) == []


def test_a_killed_writer_loses_nothing_it_had_appended(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from wattrag.store.segments import SegmentWriter\n"
        "writer = SegmentWriter(Path(sys.argv[1]))\n"
        "for n in range(50): writer.append([str(n).encode()])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert [int(p) for p in read_segments(tmp_path)] == list(range(50))
