"""The `layout` PDF reader: the model's classes, with the text, order and places of `fast`."""

from pathlib import Path

import pymupdf
import pytest

from wattrag.corpus.parse import parse
from wattrag.corpus.readers.layout import read_layout
from wattrag.corpus.readers.layoutmodel import find_regions
from wattrag.corpus.tree import DocumentTree, Paragraph, nodes
from wattrag.datafiles.sheet import SheetRow

PDFS = Path(__file__).resolve().parents[2] / "resources" / "example" / "pdfs"


def _tree(name: str) -> DocumentTree:
    return parse(PDFS / f"{name}.pdf", SheetRow(name, "", f"{name}.pdf"), "layout")


@pytest.fixture(scope="module")
def tree() -> DocumentTree:
    return _tree("wattrag2024")


def _paragraphs(tree: DocumentTree) -> list[Paragraph]:
    return [p for section in tree.sections for p in section.paragraphs]


def test_headings_open_sections_with_their_level(tree: DocumentTree) -> None:
    found = [(s.title, s.metadata["level"]) for s in tree.sections]
    assert found[0] == ("Reported Training Footprints of Large Language Models: A Short Review", 0)
    assert ("2.1 Method", 2) in found
    assert found[-1] == ("References", 1)


def test_columns_and_pages_are_joined_and_headers_left_out(tree: DocumentTree) -> None:
    text = tree.text
    assert "wrong by almost two orders of magnitude" in text
    assert "the evaluation of intermediate checkpoints are not included" in text
    assert text.count("Reported Training Footprints") == 0


def test_tables_have_their_grid_header_and_caption(tree: DocumentTree) -> None:
    first, _ = [p for p in _paragraphs(tree) if p.metadata.get("attachment_type") == "table"]
    assert first.metadata["grid"][0] == ["Model", "Energy (MWh)", "Net tCO2e"]
    assert first.metadata["caption"].startswith("Table 1. Energy and net emissions")
    assert "Model: GPT-3; Energy (MWh): 1,287; Net tCO2e: 552.1" in first.text


def test_notes_and_references_have_their_roles(tree: DocumentTree) -> None:
    roles = [p.metadata.get("role") for p in _paragraphs(tree)]
    assert roles.count("footnote") == 2
    assert roles.count("references") == 4


def test_every_paragraph_and_sentence_has_page_and_box(tree: DocumentTree) -> None:
    for node in nodes(tree):
        if node.kind in {"paragraph", "sentence"}:
            x0, y0, x1, y1 = node.metadata["bbox"]
            assert node.metadata["page"] in {1, 2}
            assert 0 <= x0 < x1 <= 596
            assert 0 <= y0 < y1 <= 843


def test_drawn_figures_have_their_caption() -> None:
    figures = [
        p for p in _paragraphs(_tree("wattrag2025")) if p.metadata.get("attachment_type") == "image"
    ]
    assert [f.metadata["caption"][:9] for f in figures] == ["Figure 1."]


def test_equal_bytes_give_equal_trees(tree: DocumentTree) -> None:
    assert _tree("wattrag2024") == tree


def test_a_line_that_looks_like_a_header_is_kept_in_the_middle_of_a_page(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 300), "The only line of this page is kept.")
        document.save(tmp_path / "a.pdf")
    (section,) = read_layout(tmp_path / "a.pdf").sections
    words = section.title + " ".join(p.text for p in section.paragraphs)
    assert words == "The only line of this page is kept."


def test_regions_are_those_of_the_page_turned_to_be_read() -> None:
    with pymupdf.open(PDFS / "wattrag2025.pdf") as document:
        upright = find_regions(document[0], 0)
    with pymupdf.open(PDFS / "wattrag2025.pdf") as document:
        document[0].set_rotation(90)
        again = find_regions(document[0], 0)
    assert {r.kind for r in upright} >= {"section-header", "text", "table", "caption"}
    assert upright == again
