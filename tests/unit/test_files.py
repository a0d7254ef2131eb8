import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag import files
from wattrag.errors import InputError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=10,
)


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "out" / "f.txt"
    files.write_text(path, "old")

    def half_write():
        with files.replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_write()
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_block_that_writes_nothing_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError), files.replacing(tmp_path / "f"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_rows_that_fail_midway_leave_no_file(tmp_path):
    def rows():
        yield {"a": 1}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        files.write_jsonl(tmp_path / "f.jsonl", rows())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/x: Not a directory; choose another folder"):
        files.write_text(tmp_path / "file/x/y.txt", "")


@given(JSON)
def test_json_is_read_back_as_written(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "f.json"
    files.write_json(path, value)
    assert files.read_json(path) == value
    files.write_jsonl(path, [value, value])
    assert files.read_jsonl(path) == [value, value]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_refused(tmp_path, value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "f.json", value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_named(tmp_path, data):
    path = tmp_path / "f.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"f.json: is not valid JSON .*; restore or rebuild it"):
        files.read_json(path)


def test_the_line_that_is_no_json_is_named(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_text('{"a": 1}\n\n{"a"\n')
    with pytest.raises(InputError, match=r"f.jsonl:3: is not valid JSON"):
        files.read_jsonl(path)


def test_equal_values_have_equal_digests_whatever_their_order():
    assert files.digest({"a": 1, "b": [2]}) == files.digest(json.loads('{"b": [2], "a": 1}'))
    assert files.digest({"a": 1}) != files.digest({"a": "1"})


def test_a_files_digest_is_that_of_its_bytes(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert files.file_digest(tmp_path / "f") == files.digest(b"abc") == files.digest("abc")


def test_a_folder_is_not_written_over(tmp_path):
    with pytest.raises(InputError, match="is a folder; name a file"):
        files.write_text(tmp_path, "text")
    assert list(tmp_path.iterdir()) == []
