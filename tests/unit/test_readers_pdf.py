"""The `fast` PDF reader, on pages made here: order, joins, headings, furniture, tables, figures."""

from pathlib import Path

import pymupdf
import pytest

from tests.unit.drawn_pages import FULL, LEFT, RIGHT, Draw, lines, paragraphs, read, texts

CLOSING = ["after these words here.", "A new sentence ends the", "column and the whole page."]
NARROW = ["Each column of this page", "holds lines of prose that", "are read from the top to"]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, [*NARROW, "the bottom, then goes on", "with the second, which is"], LEFT)
        lines(p, ["at the right side of the", "page and ends with a stop", *CLOSING], RIGHT)

    (text,) = texts(read(tmp_path, page))
    assert "bottom, then goes on with the second, which is at the right side" in text


def test_words_broken_at_a_line_end_are_mended_and_compounds_kept(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, ["A long-term plan saves elec-", "tricity, as every long-", "term plan does."])

    assert texts(read(tmp_path, page)) == [
        "A long-term plan saves electricity, as every long-term plan does."
    ]


def test_a_paragraph_goes_on_over_the_page_break_and_keeps_both_places(tmp_path: Path) -> None:
    first = lambda p: lines(p, FULL[:2])  # noqa: E731
    second = lambda p: lines(p, ["which nobody does. It ends here."])  # noqa: E731
    (paragraph,) = paragraphs(read(tmp_path, first, second))
    assert "over the years, which nobody does." in paragraph.text
    assert paragraph.metadata["page"] == 1
    assert [part["page"] for part in paragraph.metadata["continued"]] == [2]
    assert [s.metadata["page"] for s in paragraph.sentences or ()] == [1, 2]


def test_running_headers_footers_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    def page(number: int) -> Draw:
        def draw(p: pymupdf.Page) -> None:
            lines(p, ["Journal of Power, vol. 3"], y=40, size=8)
            lines(p, [f"Page {number}"], x=280, y=800, size=8)
            lines(p, [f"This is the text of sheet {chr(64 + number)} alone."])

        return draw

    found = texts(read(tmp_path, *(page(n) for n in range(1, 5))))
    assert found == [f"This is the text of sheet {c} alone." for c in "ABCD"]


def test_headings_open_sections_by_size_and_number(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, ["Energy of Machines"], y=80, size=20)
        lines(p, ["1 Introduction"], y=150, size=13)
        lines(p, FULL, y=180)
        lines(p, ["1.1 Meters"], y=240, size=11.5)
        lines(p, FULL, y=265)
        lines(p, ["References"], y=330, size=13)
        lines(
            p,
            ["[1] A. Author. A title of some length. 2020.", "[2] B. Author. Other. 2021."],
            y=350,
        )

    reading = read(tmp_path, page)
    assert reading.title == "Energy of Machines"
    assert [(s.title, s.metadata["level"]) for s in reading.sections] == [
        ("Energy of Machines", 0),
        ("1 Introduction", 1),
        ("1.1 Meters", 2),
        ("References", 1),
    ]
    references = reading.sections[-1].paragraphs
    assert [p.metadata["role"] for p in references] == ["references", "references"]


def test_footnotes_do_not_interrupt_the_text(tmp_path: Path) -> None:
    def first(p: pymupdf.Page) -> None:
        lines(p, FULL[:2], y=700)
        lines(p, ["1 Counted twice by mistake."], y=740, size=7)

    second = lambda p: lines(p, ["which nobody does. It ends here."])  # noqa: E731
    text, note = paragraphs(read(tmp_path, first, second))
    assert "over the years, which nobody does." in text.text
    assert note.metadata["role"] == "footnote"


ROWS = [
    ("Model", "Energy", "Water"),
    ("Tern", "4.2", "0.7"),
    ("Heron", "24.6", "3.1"),
    ("Wren", "0.9", "0.1"),
]


def _table(page: pymupdf.Page, *, ruled: bool) -> None:
    lines(page, FULL, y=120)
    lines(page, ["Table 1. Energy by model."], y=190)
    for n, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            page.insert_text((LEFT + column * 120, 220 + n * 14), cell, fontsize=10)
    if ruled:
        for y in (208, 223, 268):
            page.draw_line((LEFT, y), (LEFT + 300, y))
    lines(page, FULL, y=300)


@pytest.mark.parametrize("ruled", [True, False])
def test_each_row_of_a_table_can_be_read_alone(tmp_path: Path, ruled: bool) -> None:
    reading = read(tmp_path, lambda p: _table(p, ruled=ruled))
    (table,) = [p for p in paragraphs(reading) if p.metadata.get("attachment_type") == "table"]
    assert [s.text for s in table.sentences or ()] == [
        "Table 1. Energy by model.",
        "Model: Tern; Energy: 4.2; Water: 0.7",
        "Model: Heron; Energy: 24.6; Water: 3.1",
        "Model: Wren; Energy: 0.9; Water: 0.1",
    ]
    assert table.metadata["grid"] == [list(row) for row in ROWS]
    assert table.metadata["page"] == 1
    assert sum("24.6" in text for text in texts(reading)) == 1


def test_prose_between_two_rules_is_no_table(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        p.draw_line((LEFT, 180), (LEFT + 400, 180))
        lines(p, FULL)
        p.draw_line((LEFT, 240), (LEFT + 400, 240))

    (paragraph,) = paragraphs(read(tmp_path, page))
    assert "attachment_type" not in paragraph.metadata


def _chart(page: pymupdf.Page) -> None:
    for n in range(8):
        page.draw_rect((LEFT + n * 30, 300 - n * 15, LEFT + n * 30 + 20, 320), fill=(0, 0, 1))
    page.insert_text((LEFT + 2, 330), "2019", fontsize=7)
    lines(page, ["Figure 1. Energy by year (MWh)."], y=350)


def _photo(page: pymupdf.Page) -> None:
    pixels = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 40, 30), 0)
    pixels.clear_with(128)
    page.insert_image((LEFT, 200, LEFT + 200, 320), pixmap=pixels, keep_proportion=False)
    page.insert_image((LEFT, 600, LEFT + 12, 612), pixmap=pixels)
    lines(page, ["Figure 1. Energy by year (MWh)."], y=350)


@pytest.mark.parametrize("draw", [_chart, _photo])
def test_a_figure_has_a_placeholder_and_its_caption_a_paragraph(tmp_path: Path, draw: Draw) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, FULL, y=100)
        draw(p)
        lines(p, FULL, y=420)

    found = paragraphs(read(tmp_path, page))
    (figure,) = [p for p in found if p.metadata.get("attachment_type") == "image"]
    (caption,) = [p for p in found if p.metadata.get("role") == "caption"]
    assert caption.text == figure.metadata["caption"] == "Figure 1. Energy by year (MWh)."
    x0, y0, x1, y1 = figure.metadata["bbox"]
    assert x0 == pytest.approx(LEFT, abs=3)
    assert 190 < y0 < y1 < 345
    assert x1 > LEFT + 190


@pytest.mark.parametrize(("rotate", "turn"), [(90, 90), (270, 270), (180, 180)])
def test_sideways_pages_are_read_and_say_how_they_were_turned(
    tmp_path: Path, rotate: int, turn: int
) -> None:
    def page(p: pymupdf.Page) -> None:
        for n, line in enumerate(FULL):
            x, y = {90: (200 + n * 12, 700), 270: (400 - n * 12, 100), 180: (550, 700 - n * 12)}[
                rotate
            ]
            p.insert_text((x, y), line, fontsize=10, rotate=rotate)

    reading = read(tmp_path, page)
    assert texts(reading) == [" ".join(FULL)]
    assert reading.metadata["turned_pages"] == {"1": turn}
    x0, y0, x1, y1 = paragraphs(reading)[0].metadata["bbox"]
    assert x1 - x0 > 5 * (y1 - y0) > 0


def test_a_page_that_viewers_turn_is_read_as_shown(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        for n, line in enumerate(FULL):
            p.insert_text((200 + n * 12, 700), line, fontsize=10, rotate=90)
        p.set_rotation(90)

    reading = read(tmp_path, page)
    assert texts(reading) == [" ".join(FULL)]
    assert "turned_pages" not in reading.metadata


def test_raised_numbers_are_told_from_the_digits_before_them(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        p.insert_htmlbox(
            (72, 150, 500, 220), "It needs 10<sup>6</sup> litres of water.<sup>3</sup>"
        )

    assert texts(read(tmp_path, page)) == ["It needs 10^6 litres of water.[3]"]


def test_words_of_every_page_are_kept(tmp_path: Path) -> None:
    pages = [lambda p, n=n: lines(p, [f"Alpha{n} beta{n} gamma{n}."]) for n in range(12)]
    words = " ".join(texts(read(tmp_path, *pages))).replace(".", "").split()
    assert words == [f"{w}{n}" for n in range(12) for w in ("Alpha", "beta", "gamma")]
