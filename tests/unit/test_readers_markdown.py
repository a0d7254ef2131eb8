"""The Markdown reader."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("- one\n  goes on\n  - inner\n\n    more\n- two", ["one goes on", "inner", "more", "two"]),
        ("- [ ] open\n- [x] done", ["open", "done"]),
        ("1) first\n2) second", ["1) first", "2) second"]),
        ("> quoted\nlazily", ["quoted lazily"]),
        ("a  \nb\\\nc<br>d", ["a b c d"]),
        ("an exam-\nple, long-term, long-\nterm", ["an example, long-term, long-term"]),
        ("CO<sub>2</sub>, m<sup>2</sup>, H~2~O, 10^-3^, ~~no~~", ["CO2, m^2, H2O, 10^-3, no"]),
        ("It.[^1]\n\n[^1]: In 2020.\n[^b]: Not\n    so.", ["It.[1]", "1 In 2020.", "b Not so."]),
        ("    indented\n    code ^a^\n\n~~~\nfenced\n~~~", ["indented code ^a^", "fenced"]),
        ("See `x[^1]` and `~a~`.", ["See x[^1] and ~a~."]),
        ("$$\nE = mc\n$$", ["E = mc"]),
        ("\\*plain\\* &lt;tag&gt;", ["*plain* <tag>"]),
        ("text\n\n* * *\n\nafter", ["text", "after"]),
        ("[a]: https://example.org 'T'\n\n[a] and [b][a]", ["a and b"]),
    ],
)  # fmt: skip
def test_commonmark_and_its_usual_extensions(
    tmp_path: Path, markdown: str, texts: list[str]
) -> None:
    reading = _read(tmp_path, markdown)
    assert [p.text for section in reading.sections for p in section.paragraphs] == texts


def test_footnotes_have_their_role(tmp_path: Path) -> None:
    section = _read(tmp_path, "Text.[^1]\n\n[^1]: A note.").sections[0]
    assert [p.metadata.get("role") for p in section.paragraphs] == [None, "footnote"]


def test_headings_of_every_form(tmp_path: Path) -> None:
    reading = _read(tmp_path, "One\n===\n\nTwo *b*\n---\n\n### Three ###\n\n# Four {#four .x}\n")
    found = [(s.title, s.metadata["level"]) for s in reading.sections]
    assert found == [("One", 1), ("Two b", 2), ("Three", 3), ("Four", 1)]


@pytest.mark.parametrize(
    "front", ["---\ntitle: 'T'\ntags:\n  - a\n---\n", '+++\ntitle = "T"\n+++\n']
)
def test_front_matter_gives_the_title_and_no_text(tmp_path: Path, front: str) -> None:
    reading = _read(tmp_path, front + "Body.")
    assert reading.title == "T"
    assert [p.text for p in reading.sections[0].paragraphs] == ["Body."]


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    reading = _read(tmp_path, "---\n\nKept text.\n\n---\n\nAfter.\n")
    assert [p.text for s in reading.sections for p in s.paragraphs] == ["Kept text.", "After."]


def test_escaped_pipes_and_alignment_in_tables(tmp_path: Path) -> None:
    text = "| A \\| B | C |\n|:--|--:|\n| `x\\|y` | 2 |\n| z |\n\nTable 3: Below it.\n\nText."
    table, after = _read(tmp_path, text).sections[0].paragraphs
    assert table.metadata["grid"] == [["A | B", "C"], ["x|y", "2"], ["z", ""]]
    assert table.metadata["caption"] == "Table 3: Below it."
    assert after.text == "Text."


def test_html_tables_images_and_paragraphs_are_read_and_scripts_are_not(tmp_path: Path) -> None:
    html = (
        "<table><caption>Sites</caption><tr><th>Site</th><th>kWh</th></tr>\n\n"
        "<tr><td>North</td><td>12</td></tr></table>\n\n"
        '<script>\nvar x = "<p>no</p>";\n</script>\n\n<style>p {}</style>\n\n<!-- no -->\n\n'
        '<p>One.</p><p>Two<br/>three.</p>\n\n<img src="a.png" alt="A chart">\n'
    )
    nodes = _read(tmp_path, html).sections[0].paragraphs
    kinds = [n.metadata.get("attachment_type") for n in nodes]
    assert kinds == ["table", None, None, "image"]
    assert nodes[0].metadata["grid"] == [["Site", "kWh"], ["North", "12"]]
    assert nodes[0].metadata["caption"] == "Sites"
    assert [n.text for n in nodes[1:]] == ["One.", "Two three.", "A chart"]


@given(st.text(alphabet=st.sampled_from("ab <>|-#*[]^:~$`\n&{}"), max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read(Path(folder), text)
