"""The Markdown reader."""

from pathlib import Path

from wattrag.corpus.readers.markdown import read_markdown
from wattrag.corpus.readers.reading import Reading

DOCUMENT = """---
title: "Water of data centres"
---
# Water

Halls need *cooling*. It costs `water`, see [the site](https://example.org).

## Results

Table 1. Use by year.

| Year | Water (m³) |
|------|-----------|
| 2022 | 1,000 |
| 2023 | 900 |

![Monthly use](use.png)

3. third
4. fourth

```python
x = 1
```

## References

A. Author. A title. 2020.

# Appendix

More.
"""


def _read(tmp_path: Path, text: str) -> Reading:
    path = tmp_path / "a.md"
    path.write_bytes(text.encode())
    return read_markdown(path)


def test_headings_open_sections_with_their_level(tmp_path: Path) -> None:
    reading = _read(tmp_path, DOCUMENT)
    assert [(s.title, s.metadata["level"]) for s in reading.sections] == [
        ("Water", 1),
        ("Results", 2),
        ("References", 2),
        ("Appendix", 1),
    ]
    assert reading.title == "Water of data centres"


def test_markup_is_gone_and_words_are_kept(tmp_path: Path) -> None:
    first = _read(tmp_path, DOCUMENT).sections[0].paragraphs[0]
    assert first.text == "Halls need cooling. It costs water, see the site."
    assert [s.text for s in first.sentences or ()] == [
        "Halls need cooling.",
        "It costs water, see the site.",
    ]


def test_a_table_is_one_node_with_caption_and_readable_rows(tmp_path: Path) -> None:
    table = _read(tmp_path, DOCUMENT).sections[1].paragraphs[0]
    assert table.metadata["attachment_type"] == "table"
    assert [s.text for s in table.sentences or ()] == [
        "Table 1. Use by year.",
        "Year: 2022; Water (m³): 1,000",
        "Year: 2023; Water (m³): 900",
    ]
    assert table.metadata["grid"][0] == ["Year", "Water (m³)"]


def test_images_code_and_numbered_lists_are_kept(tmp_path: Path) -> None:
    paragraphs = _read(tmp_path, DOCUMENT).sections[1].paragraphs
    assert [p.text for p in paragraphs[1:]] == ["Monthly use", "3. third", "4. fourth", "x = 1"]
    assert paragraphs[1].metadata["attachment_type"] == "image"


def test_references_are_marked_up_to_the_next_heading_of_their_level(tmp_path: Path) -> None:
    sections = _read(tmp_path, DOCUMENT).sections
    assert [p.metadata.get("role") for s in sections[2:] for p in s.paragraphs] == [
        "references",
        None,
    ]


def test_a_single_top_heading_is_the_title(tmp_path: Path) -> None:
    assert _read(tmp_path, "# One\n\ntext\n").title == "One"
    assert _read(tmp_path, "# One\n\n# Two\n\ntext\n").title is None


def test_html_comes_without_its_tags(tmp_path: Path) -> None:
    reading = _read(tmp_path, "<div>Plain <b>words</b></div>\n\n<!-- hidden -->\n")
    assert [p.text for s in reading.sections for p in s.paragraphs] == ["Plain words"]
