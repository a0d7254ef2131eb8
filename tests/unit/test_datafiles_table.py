import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.decoding import decode
from wattrag.datafiles.table import check_unique, read_table, write_table
from wattrag.errors import InputError


def write(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def problem(path, required=("id", "question"), **options):
    with pytest.raises(InputError) as error:
        read_table(path, required, **options)
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "text", "repaired"),
    [
        ("Ø é".encode(), "Ø é", 0),
        ("\ufeffid".encode(), "id", 0),
        ("id,é".encode("utf-16"), "id,é", 0),
        ("CO₂ ".encode() + "é ± €".encode("cp1252"), "CO₂ é ± €", 3),
        (b"\x81", "\x81", 1),
    ],
)
def test_utf8_is_kept_and_other_bytes_are_read_as_cp1252(data, text, repaired):
    decoded = decode(data)
    assert (decoded.text, decoded.repaired_bytes) == (text, repaired)


@given(st.binary(max_size=200))
def test_any_bytes_decode_to_text_that_can_be_written_again(data):
    decode(data).text.encode()


@given(st.text(max_size=100).filter(lambda text: not text.startswith("\ufeff")))
def test_utf8_decodes_to_itself(text):
    assert decode(text.encode()).text == text


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(st.lists(st.tuples(CELLS.filter(str.strip), CELLS, CELLS), max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("table") / "t.csv"
    rows = [dict(zip(("id", "a", "b"), row, strict=True)) for row in cells]
    write_table(path, ("id", "a", "b"), rows)
    assert [dict(row.cells) for row in read_table(path, ("id",)).rows] == rows


def test_a_repaired_file_is_read_with_one_notice(tmp_path, caplog):
    path = write(tmp_path, "id,question\n1,Où ?\n".encode("latin-1"))
    with caplog.at_level(logging.WARNING):
        table = read_table(path, ("id", "question"))
    assert table.rows[0]["question"] == "Où ?"
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: 1 bytes are not UTF-8 and were read as cp1252; save the file as UTF-8 to be sure"
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", "t.csv: is empty; needs the columns id, question"),
        ("id,qestion\n", "t.csv:1: missing column 'question'; add it (is it 'qestion'?)"),
        ("ID,question\n", "t.csv:1: missing column 'id'; add it (is it 'ID'?)"),
        ("id;question\n1;a\n", "t.csv:1: separates its columns by ';'; save it with commas"),
        ("id,question,id\n", "t.csv: has the column 'id' twice; rename one"),
        ("id,question\n1,a,b\n", "t.csv:2: has 3 cells instead of 2; quote cells with commas"),
        ('id,question\n1,"a\n', "t.csv:2: broken CSV (unexpected end of data); fix it"),
        ("id,question\n1,a\0\n", "t.csv: holds NUL bytes; save it as a CSV file in UTF-8"),
    ],
)
def test_a_broken_table_is_one_line_that_names_file_and_row(tmp_path, data, expected):
    path = write(tmp_path, data)
    assert problem(path) == f"{tmp_path}/{expected}"


def test_a_missing_file_is_named(tmp_path):
    assert problem(tmp_path / "no.csv").startswith(f"{tmp_path}/no.csv: No such file")


def test_rows_are_named_by_the_line_they_begin_on(tmp_path):
    path = write(tmp_path, 'id,"que\nstion"\n1,"a\nb"\n\n2,c\n')
    assert [row.where for row in read_table(path, ("id",)).rows] == [f"{path}:3", f"{path}:6"]


def test_columns_are_read_under_our_names(tmp_path):
    path = write(tmp_path, "id,question,prompt\n1,old,new\n")
    (row,) = read_table(path, ("id", "question"), {"question": "prompt"}).rows
    assert dict(row.cells) == {"id": "1", "question": "new"}


def test_a_mapped_column_that_is_not_there_is_named_with_the_nearest(tmp_path):
    path = write(tmp_path, "id,prompts\n")
    assert problem(path, columns={"question": "prompt"}).endswith(
        "has no column 'prompt'; mend `columns:` (is it 'prompts'?)"
    )


def test_duplicates_are_found_whatever_blanks_surround_them(tmp_path):
    table = read_table(write(tmp_path, "id,q\na,1\nb,2\n a ,3\n"), ("id",))
    with pytest.raises(InputError, match=r"t.csv:4: duplicate id 'a' \(first at .*t.csv:2\)"):
        check_unique(table.rows, "id")


def test_a_binary_file_is_refused_without_a_notice_on_its_encoding(tmp_path, caplog):
    (tmp_path / "t.csv").write_bytes(b"id\xff\0\n")
    with pytest.raises(InputError, match=r"t.csv: holds NUL bytes"):
        read_table(tmp_path / "t.csv", required=("id",))
    assert caplog.records == []
