"""Pages without a text layer: recognised where Tesseract is, a placeholder where it is not."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from wattrag.corpus.counts import count
from wattrag.corpus.parse import parse
from wattrag.corpus.readers import ocr
from wattrag.corpus.tree import DocumentTree, Paragraph
from wattrag.datafiles.sheet import SheetRow

from . import made_pdfs as made

ROW = SheetRow(id="letter", title="A Letter", url="letter.pdf")
LINES = [
    "The meters of the northern hall were read by hand in March.",
    "They showed 418 kWh more than the report of the year before.",
    "We recommend that electronic meters be installed in 2024.",
]
both_parsers = pytest.mark.parametrize("parser", ["fast", "layout"])


def _scan(path: Path, turn: int = 0, rotation: int = 0) -> Path:
    """A page of typed text and one that is only its picture, turned by `turn` degrees."""
    with pymupdf.open() as typed, pymupdf.open() as scan:
        page = typed.new_page()
        for n, line in enumerate(LINES):
            page.insert_text((72, 200 + 16 * n), line, fontsize=12)
        page.set_rotation(turn)
        picture = page.get_pixmap(dpi=200, colorspace="gray")
        scan.new_page().insert_text((72, 200), "The text layer of the first page is kept.")
        sheet = scan.new_page(width=page.rect.width, height=page.rect.height)
        sheet.insert_image(sheet.rect, pixmap=picture)
        sheet.set_rotation(rotation)
        scan.save(path)
    return path


def _on_second_page(tree: DocumentTree) -> list[Paragraph]:
    return [p for s in tree.sections for p in s.paragraphs if p.metadata["page"] == 2]


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the program."""
    monkeypatch.setenv("PATH", "")
    ocr.find_engine.cache_clear()
    yield
    ocr.find_engine.cache_clear()


@pytest.mark.ocr
@both_parsers
def test_a_scanned_page_is_recognised_and_says_so(tmp_path: Path, parser: str) -> None:
    tree = parse(_scan(tmp_path / "letter.pdf"), ROW, parser)
    paragraphs = _on_second_page(tree)
    assert " ".join(p.text for p in paragraphs) == " ".join(LINES)
    assert all(p.metadata["ocr"] for p in paragraphs)
    assert tree.metadata["scanned_pages"] == [2]
    assert tree.metadata["ocr"].startswith("tesseract ")
    first = tree.sections[0].paragraphs[0]
    assert (first.metadata["page"], "ocr" in first.metadata) == (1, False)
    assert count(tree).scanned_pages == 1
    assert count(tree).figures == 0


@pytest.mark.ocr
def test_recognised_sentences_have_their_boxes(tmp_path: Path) -> None:
    (paragraph,) = _on_second_page(parse(_scan(tmp_path / "letter.pdf"), ROW))
    for n, sentence in enumerate(paragraph.sentences or ()):
        x0, y0, x1, y1 = sentence.metadata["bbox"]
        assert x0 == pytest.approx(72, abs=3)
        assert y0 < 200 + 16 * n < y1 + 3
        assert x1 > 350


@pytest.mark.ocr
@pytest.mark.parametrize(("turn", "rotation"), [(90, 0), (180, 0), (270, 0), (0, 90), (90, 270)])
def test_turned_scans_are_read_the_right_way_up(tmp_path: Path, turn: int, rotation: int) -> None:
    tree = parse(_scan(tmp_path / "letter.pdf", turn, rotation), ROW)
    assert " ".join(p.text for p in _on_second_page(tree)) == " ".join(LINES)
    upright = (360 - turn) % 360
    assert tree.metadata.get("turned_pages", {}).get("2", rotation) == upright


@pytest.mark.ocr
def test_equal_scans_give_equal_trees(tmp_path: Path) -> None:
    path = _scan(tmp_path / "letter.pdf")
    assert parse(path, ROW) == parse(path, ROW)


@pytest.mark.usefixtures("no_engine")
@both_parsers
def test_without_tesseract_a_placeholder_stays_and_a_notice_is_given(
    tmp_path: Path, parser: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="wattrag"):
        tree = parse(_scan(tmp_path / "letter.pdf"), ROW, parser)
    (placeholder,) = _on_second_page(tree)
    assert placeholder.text == "Page 2 has no text layer."
    assert placeholder.metadata["scanned"] is True
    assert tree.metadata["scanned_pages"] == [2]
    assert "ocr" not in tree.metadata
    notice = "letter.pdf: no text layer on page 2; install tesseract to have it recognised"
    assert [record.getMessage() for record in caplog.records] == [notice]


def test_a_program_that_fails_leaves_the_placeholder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(
        '#!/bin/sh\ncase "$1" in\n--version) echo tesseract 9.9;;\n'
        "--list-langs) printf 'List:\\neng\\n';;\n*) exit 3;;\nesac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    ocr.find_engine.cache_clear()
    try:
        (placeholder,) = _on_second_page(parse(_scan(tmp_path / "letter.pdf"), ROW))
    finally:
        monkeypatch.undo()
        ocr.find_engine.cache_clear()
    assert placeholder.metadata["scanned"] is True
    assert "page 2: not recognised (tesseract ended with exit code 3)" in caplog.text


@pytest.mark.ocr
def test_a_page_that_cannot_be_drawn_leaves_the_placeholder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    huge = made.page(4).replace(b"595 842", b"14400000 14400000")
    path = tmp_path / "huge.pdf"
    path.write_bytes(made.document([5], made.stream(b"", b"0 0 100 100 re f"), huge))
    tree = parse(path, ROW)
    assert tree.metadata["scanned_pages"] == [1]
    assert tree.text == "Page 1 has no text layer."
    assert "page 1: cannot be drawn, and is not recognised" in caplog.text
