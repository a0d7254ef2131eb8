"""Parsing a document: the sheet's row in the tree, determinism, and files that are none."""

from pathlib import Path

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattrag.corpus.parse import parse
from wattrag.corpus.tree import nodes, write_tree
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError
from wattrag.files import file_digest

ROW = SheetRow(
    id="doc1", title="From the sheet", url="a.pdf", type="paper", year="2024", citation="A. (2024)"
)


WHOLE = Path(__file__).resolve().parents[2] / "resources/example/pdfs/harbour2023.pdf"


def _pdf(text: str = "Water is used. Power is used.", **saving: object) -> bytes:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 200), text)
        return bytes(document.tobytes(no_new_id=True, **saving))


def _file(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_the_tree_carries_the_row_and_every_node_its_place(tmp_path: Path) -> None:
    tree = parse(_file(tmp_path, "a.pdf", _pdf()), ROW)
    assert (tree.document_id, tree.title) == ("doc1", "From the sheet")
    assert tree.metadata == {
        "url": "a.pdf",
        "type": "paper",
        "year": "2024",
        "citation": "A. (2024)",
        "pages": 1,
        "sha256": file_digest(tmp_path / "a.pdf"),
    }
    assert tree.text == "Water is used. Power is used."
    leaves = [node for node in nodes(tree) if node.kind == "sentence"]
    assert [node.text for node in leaves] == ["Water is used.", "Power is used."]
    for node in leaves:
        assert node.metadata["page"] == 1
        x0, y0, x1, y1 = node.metadata["bbox"]
        assert x0 == 72
        assert y0 < 200 < y1
        assert x1 > 200


def test_equal_bytes_give_equal_files(tmp_path: Path) -> None:
    source = _file(tmp_path, "a.pdf", _pdf())
    for name in ("1.json", "2.json"):
        write_tree(tmp_path / name, parse(source, ROW))
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"<html>login</html>", "HTML page"),
        (b"plain words", "is not a PDF"),
        (b"%PDF-1.7\n", "damaged or truncated"),
        (_pdf(garbage=0)[:-30], "truncated: its end is missing"),
        (_pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret"), "encrypted"),
    ],
)
def test_an_unreadable_file_is_named_with_its_cure(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    source = _file(tmp_path, "bad.pdf", content)
    with pytest.raises(InputError) as failed:
        parse(source, ROW)
    assert str(failed.value).startswith(f"{source}: ")
    assert problem in failed.value.problem
    assert failed.value.cure


@pytest.mark.parametrize("left", [0.2, 0.5, 0.9])
def test_a_document_that_was_cut_off_is_no_shorter_document(tmp_path: Path, left: float) -> None:
    whole = WHOLE.read_bytes()
    with pytest.raises(InputError, match="truncated"):
        parse(_file(tmp_path, "cut.pdf", whole[: int(len(whole) * left)]), ROW)


def test_what_follows_the_end_of_a_document_does_not_matter(tmp_path: Path) -> None:
    followed = WHOLE.read_bytes() + b"<!-- served in 0.1 s -->\n"
    assert parse(_file(tmp_path, "followed.pdf", followed), ROW).text == parse(WHOLE, ROW).text


def test_a_bad_document_can_be_skipped_and_says_so(tmp_path: Path) -> None:
    tree = parse(_file(tmp_path, "bad.pdf", b"%PDF-1.7\n"), ROW, on_bad_document="skip")
    assert tree.error
    assert "damaged" in tree.error
    assert tree.sections == ()
    assert tree.metadata["url"] == "a.pdf"


def test_a_pdf_with_an_owner_password_only_is_read(tmp_path: Path) -> None:
    content = _pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="secret")
    assert "Water" in parse(_file(tmp_path, "a.pdf", content), ROW).text


@pytest.mark.parametrize(
    ("name", "parser", "problem"),
    [("a.docx", "fast", "unknown extension"), ("a.pdf", "magic", "is not known")],
)
def test_formats_and_parsers_that_do_not_exist_are_refused(
    tmp_path: Path, name: str, parser: str, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        parse(_file(tmp_path, name, _pdf()), ROW, parser)


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        parse(tmp_path / "none.pdf", ROW)


def test_a_page_without_text_is_marked_and_not_silently_empty(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page()
        source = _file(tmp_path, "a.pdf", document.tobytes())
    (paragraph,) = parse(source, ROW).sections[0].paragraphs
    assert paragraph.metadata["scanned"] is True
    assert paragraph.metadata["page"] == 1


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_pdfs_give_a_tree_or_a_reason(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(_pdf("Many words. " * 40, deflate=True))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(1, len(content)))
    source = _file(tmp_path, "a.pdf", bytes(content[:cut]))
    tree = parse(source, ROW, on_bad_document="skip")
    assert bool(tree.sections) != bool(tree.error)
