"""The plain text reader."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def _texts(reading: Reading) -> list[str]:
    return [p.text for section in reading.sections for p in section.paragraphs]


@pytest.mark.parametrize(
    ("text", "title", "level"),
    [
        ("Results of 2020\n===============\n\nText.", "Results of 2020", 1),
        ("Results of 2020\n---------------\n\nText.", "Results of 2020", 2),
        ("=======\nResults\n=======\n\nText.", "Results", 1),
        ("Start.\n\n## Results of it\n\nText.", "Results of it", 2),
        ("Start.\n\n2.1 Results of it\n\nText.", "2.1 Results of it", 2),
        ("Start.\n\nIV. Results of it\n\nText.", "IV. Results of it", 1),
        ("Start.\n\nAppendix B: results of it\n\nText.", "Appendix B: results of it", 1),
        ("Start.\n\nRESULTS OF IT\n\nText.", "RESULTS OF IT", 1),
    ],
)
def test_headings_of_every_form(tmp_path: Path, text: str, title: str, level: int) -> None:
    section = _read(tmp_path, text).sections[-1]
    assert (section.title, section.metadata["level"]) == (title, level)
    assert [p.text for p in section.paragraphs] == ["Text."]


@pytest.mark.parametrize(
    "line", ["It Ends.[1]", "He Asked Why?", "the meters were read", "To Wit:"]
)
def test_short_sentences_are_no_headings(tmp_path: Path, line: str) -> None:
    reading = _read(tmp_path, f"TITLE\n\nText of it.\n\n{line}\n\nMore of it.")
    assert _texts(reading) == ["Text of it.", line, "More of it."]


def test_an_indented_first_line_begins_a_paragraph(tmp_path: Path) -> None:
    text = (
        "TITLE\n\n   The meter of the hall was read by\nhand in March.\n"
        "   It showed more than the plan had\nforeseen.\n"
    )
    assert _texts(_read(tmp_path, text)) == [
        "The meter of the hall was read by hand in March.",
        "It showed more than the plan had foreseen.",
    ]


def test_nested_list_items_and_their_wrapped_lines(tmp_path: Path) -> None:
    text = (
        "TITLE\n\n  * one that is\n    wrapped\n      - inner that is\n        wrapped\n  * two\n"
    )
    assert _texts(_read(tmp_path, text)) == [
        "* one that is wrapped",
        "- inner that is wrapped",
        "* two",
    ]


def test_fields_of_a_memorandum_are_lines(tmp_path: Path) -> None:
    reading = _read(tmp_path, "MEMORANDUM\n\nTo: The board\nFrom: A. Author\n\nText.")
    assert _texts(reading) == ["To: The board", "From: A. Author", "Text."]


def test_pages_headers_and_page_numbers_are_undone(tmp_path: Path) -> None:
    pages = [
        f"RFC 99{' ' * 20}Meters\n\n{body}\n\nAuthor{' ' * 20}[Page {n}]\n"
        for n, body in enumerate(
            ["It begins\nhere and", "goes on there.", "It ends.\n\n   - 3 -"], 1
        )
    ]
    assert _texts(_read(tmp_path, "TITLE\n\nText.\n\f" + "\f".join(pages))) == [
        "Text.",
        "It begins here and goes on there.",
        "It ends.",
    ]


def test_a_caption_below_a_table_is_its_own(tmp_path: Path) -> None:
    rows = "Year  MWh\n2022  1204\n2023  1310\n"
    text = f"TITLE\n\n{rows}\nTable 1: Energy.\n\n{rows}\nText."
    first, second, after = _read(tmp_path, text).sections[0].paragraphs
    assert first.metadata["caption"] == "Table 1: Energy."
    assert second.metadata["caption"] == ""
    assert first.metadata["grid"] == second.metadata["grid"]
    assert after.text == "Text."


def test_lines_that_only_separate_are_left_out(tmp_path: Path) -> None:
    assert _texts(_read(tmp_path, "TITLE\n\nOne.\n\n* * *\n\nTwo.\n\n-----\n")) == ["One.", "Two."]


@given(st.text(alphabet=st.sampled_from("aB1 .:-=*|#[]\n\f\t"), max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _read(Path(folder), text)
