"""The plain text reader."""

from pathlib import Path

from wattrag.corpus.readers.reading import Reading
from wattrag.corpus.readers.text import read_text

DOCUMENT = """ENERGY POLICY

1. Why this matters

The price of electricity rose by a third within one year, and train-
ing of models needs a lot of it. Well-known measures exist.

2.1 Consumption

Table 1. Use by cluster.
Cluster      MWh     Share
Bittern      2,640   50 %
Dunlin       340     6 %

- first point
- second point
  goes on

References

[1] A. Author. Title. 2020.
[2] B. Author. Title. 2021.
"""


def _read(tmp_path: Path, text: str) -> Reading:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    return read_text(path)


def test_lines_that_look_like_headings_open_sections(tmp_path: Path) -> None:
    reading = _read(tmp_path, DOCUMENT)
    assert [(s.title, s.metadata["level"]) for s in reading.sections] == [
        ("ENERGY POLICY", 1),
        ("1. Why this matters", 1),
        ("2.1 Consumption", 2),
        ("References", 1),
    ]
    assert reading.title == "ENERGY POLICY"


def test_wrapped_lines_are_joined_and_broken_words_mended(tmp_path: Path) -> None:
    paragraph = _read(tmp_path, DOCUMENT).sections[1].paragraphs[0]
    assert "and training of models needs" in paragraph.text
    assert "Well-known" in paragraph.text
    assert len(paragraph.sentences or ()) == 2


def test_aligned_columns_are_a_table_with_its_caption(tmp_path: Path) -> None:
    table = _read(tmp_path, DOCUMENT).sections[2].paragraphs[0]
    assert [s.text for s in table.sentences or ()] == [
        "Table 1. Use by cluster.",
        "Cluster: Bittern; MWh: 2,640; Share: 50 %",
        "Cluster: Dunlin; MWh: 340; Share: 6 %",
    ]


def test_list_items_and_references_are_paragraphs(tmp_path: Path) -> None:
    sections = _read(tmp_path, DOCUMENT).sections
    assert [p.text for p in sections[2].paragraphs[1:]] == [
        "- first point",
        "- second point goes on",
    ]
    assert [p.metadata["role"] for p in sections[3].paragraphs] == ["references"] * 2


def test_windows_line_ends_and_latin_1_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Caf\xe9 water.\r\nMore of it.\r\n".encode("latin-1"))
    (section,) = read_text(path).sections
    assert section.paragraphs[0].text == "Café water. More of it."


def test_underlined_headings_lose_their_line(tmp_path: Path) -> None:
    reading = _read(tmp_path, "Title\n=====\n\nText here.\n\nPart\n----\nMore text.\n")
    assert [(s.title, s.metadata["level"]) for s in reading.sections] == [("Title", 1), ("Part", 2)]
    assert reading.sections[1].paragraphs[0].text == "More text."
