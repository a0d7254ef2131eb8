import pytest

from wattrag.datafiles.sheet import SheetRow, read_sheet
from wattrag.errors import InputError


def sheet(tmp_path, text):
    path = tmp_path / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_in_order_with_their_optional_columns(tmp_path):
    path = sheet(tmp_path, "url,id,title,year\nb.md,b, Two\n words,2024\n".replace("\n w", " w"))
    assert read_sheet(path) == (SheetRow(id="b", title="Two words", url="b.md", year="2024"),)


def test_a_url_keeps_its_inner_blanks(tmp_path):
    path = sheet(tmp_path, "id,title,url\na,A, my  paper.pdf \n")
    assert read_sheet(path)[0].url == "my  paper.pdf"


def test_a_limit_keeps_the_first_rows_but_all_are_checked(tmp_path):
    text = "id,title,url\na,A,a.pdf\nb,B,b.pdf\n"
    assert [row.id for row in read_sheet(sheet(tmp_path, text), limit=1)] == ["a"]
    with pytest.raises(InputError, match="duplicate id 'a'"):
        read_sheet(sheet(tmp_path, text + "a,C,c.pdf\n"), limit=1)


@pytest.mark.parametrize(
    ("url", "extension"),
    [
        ("a.pdf", "pdf"),
        ("a.PDF", "pdf"),
        ("notes/a.markdown", "md"),
        ("https://x.org/a.txt?version=2.pdf", "txt"),
        ("https://x.org/abs/1234.5678", "pdf"),
        ("file:///a%20b.md", "md"),
    ],
)
def test_the_extension_comes_from_the_path_of_the_url(url, extension):
    assert SheetRow("a", "A", url).extension == extension


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("", "metadata.csv: lists no documents; add at least one row"),
        ("a,A,\n", "metadata.csv:2: empty url; give a http(s) or file url, or a path"),
        ("a,A,https://[x/a.pdf\n", "metadata.csv:2: url 'https://[x/a.pdf' is none (Invalid "),
        ("../../etc/x,A,a.pdf\n", "metadata.csv:2: id '../../etc/x' cannot name a file; "),
        (",A,a.pdf\n", "metadata.csv:2: id '' cannot name a file; "),
        ("a,A,a.pdf\n a,B,b.pdf\n", "metadata.csv:3: duplicate id 'a' (first at "),
    ],
)
def test_a_bad_sheet_is_one_line_that_names_the_row(tmp_path, rows, expected):
    path = sheet(tmp_path, "id,title,url\n" + rows)
    with pytest.raises(InputError) as error:
        read_sheet(path)
    assert str(error.value).startswith(f"{tmp_path}/{expected}")
