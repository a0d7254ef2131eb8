"""The `fast` PDF reader on harder pages: programs, torn columns, margins, odd tables, captions."""

from pathlib import Path

import pymupdf
import pytest

from tests.unit.drawn_pages import FULL, LEFT, RIGHT, lines, paragraphs, read, texts

PROGRAM = [("mov eax, 4", "// load"), ("cmp eax, edx", "// compare"), ("jne exit", "// or leave")]


def _program(page: pymupdf.Page, y: float) -> None:
    for n, (statement, comment) in enumerate(PROGRAM * 3):
        indent = 12 if n % 3 else 0
        for x, words in ((LEFT + indent, statement), (LEFT + 120, comment)):
            page.insert_text((x, y + n * 11), words, fontsize=9, fontname="cour")


def _columns(page: pymupdf.Page, y: float) -> None:
    left = [f"left words of line number {n} and" for n in range(8)]
    right = [f"right words of line number {n} and" for n in range(8)]
    lines(page, left, LEFT, y)
    lines(page, right, RIGHT, y)


def test_a_program_keeps_its_lines_and_comments_and_tears_no_columns(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        _program(p, 100)
        _columns(p, 240)

    listing, prose = paragraphs(read(tmp_path, page))
    assert listing.metadata["role"] == "listing"
    assert listing.text.splitlines()[:3] == [
        "mov eax, 4 // load",
        "  cmp eax, edx // compare",
        "  jne exit // or leave",
    ]
    assert len(listing.sentences or ()) == 1
    assert prose.text.index("left words of line number 7") < prose.text.index("right words of")


def test_a_word_in_a_typewriter_face_makes_no_program(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        words = "Please run <code>wattrag parse --jobs 4</code> now."
        p.insert_htmlbox((LEFT, 200, 500, 300), f"<p>{words}</p>")

    (paragraph,) = paragraphs(read(tmp_path, page))
    assert "role" not in paragraph.metadata


def test_a_bold_opening_does_not_cut_a_caption(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        p.draw_rect((LEFT, 100, LEFT + 300, 180), fill=(1, 0, 0))
        for n in range(8):
            p.draw_rect((LEFT + n * 30, 120, LEFT + n * 30 + 10, 170), fill=(0, 0, 1))
        p.insert_text(
            (LEFT, 200), "Figure 1. Energy of the machines by", fontname="hebo", fontsize=10
        )
        lines(p, ["year and site, without cooling."], y=212)

    (caption,) = [p for p in paragraphs(read(tmp_path, page)) if p.metadata.get("role")]
    assert caption.text == "Figure 1. Energy of the machines by year and site, without cooling."


def test_column_names_that_stand_on_end_are_read(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        for y in (100, 180, 200, 220, 240):
            p.draw_line((LEFT, y), (LEFT + 200, y))
        for x in (0, 100, 150, 200):
            p.draw_line((LEFT + x, 100), (LEFT + x, 240))
        for column, name in enumerate(("Energy", "Water")):
            x = LEFT + 128 + column * 50
            p.insert_text((x, 170), name, fontsize=10, rotate=90)
        p.insert_text((LEFT + 4, 114), "Model", fontsize=10)
        for row, cells in enumerate((("Tern", "4", "1"), ("Heron", "24", "3"), ("Wren", "9", "2"))):
            for x, cell in zip((4, 120, 170), cells, strict=True):
                p.insert_text((LEFT + x, 194 + row * 20), cell, fontsize=10)

    (table,) = paragraphs(read(tmp_path, page))
    assert table.text.splitlines() == [
        "Model: Tern; Energy: 4; Water: 1",
        "Model: Heron; Energy: 24; Water: 3",
        "Model: Wren; Energy: 9; Water: 2",
    ]


def _grid(page: pymupdf.Page, rows: list[tuple[list[str], ...]], top: float = 100) -> None:
    """A table with rules around every row; cells are lists of lines."""
    y = top
    page.draw_line((LEFT, y), (LEFT + 300, y))
    for row in rows:
        height = 14 * max(map(len, row)) + 4
        for column, cell in enumerate(row):
            lines(page, cell, LEFT + 4 + column * 150, y + 12, 9)
        y += height
        page.draw_line((LEFT, y), (LEFT + 300, y))
    for x in (0, 150, 300):
        page.draw_line((LEFT + x, top), (LEFT + x, y))


def test_a_cell_over_two_lines_is_one_cell(tmp_path: Path) -> None:
    rows = [
        (["Register"], ["Value"]),
        (["USER or", "SESSION_USER"], ["The user of the thread."]),
        (["CLIENT_HOST"], ["The name of the host."]),
        (["CLIENT_PORT"], ["The port in use."]),
        (["ROUTINE_TYPE"], ["A letter."]),
    ]
    (table,) = paragraphs(read(tmp_path, lambda p: _grid(p, rows)))
    assert table.metadata["grid"][1] == ["USER or SESSION_USER", "The user of the thread."]
    assert len(table.metadata["grid"]) == 5


def test_the_edges_of_a_single_page_are_no_text(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, ["Journal of Power 12, 1-9 (2021)"], y=30, size=8)
        lines(p, FULL)
        lines(p, ["printed for a reader on 4 May"], y=825, size=8)

    assert texts(read(tmp_path, page)) == [" ".join(FULL)]


def test_a_footer_with_changing_chapters_is_left_out(tmp_path: Path) -> None:
    def page(number: int, chapter: str):
        def draw(p: pymupdf.Page) -> None:
            lines(p, [f"The text of sheet {chr(64 + number)} is here alone."])
            lines(p, [f"Chapter {number}. On {chapter} {number * 17}"], y=800, size=8)

        return draw

    chapters = ("energy and its many uses", "water", "carbon and air")
    pages = [page(n, words) for n, words in enumerate(chapters, start=1)]
    assert all("Chapter" not in text for text in texts(read(tmp_path, *pages)))


def test_a_bold_first_line_is_the_title_of_a_plain_document(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        p.insert_text((LEFT, 80), "The Uses of Power", fontsize=10, fontname="hebo")
        lines(p, FULL, y=110)
        p.insert_text((LEFT, 170), "In the Old Days", fontsize=11, fontname="hebo")
        lines(p, FULL, y=190)

    reading = read(tmp_path, page)
    assert reading.title == "The Uses of Power"
    assert [(s.title, s.metadata["level"]) for s in reading.sections] == [
        ("The Uses of Power", 0),
        ("In the Old Days", 1),
    ]


def test_a_section_about_references_is_no_list_of_them(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, ["1 References"], y=80, size=14)
        for n in range(4):
            lines(p, [f"There are rules for citing, and {line}" for line in FULL], y=110 + n * 60)

    found = paragraphs(read(tmp_path, page))
    assert all("role" not in p.metadata for p in found)


def test_bullets_of_a_symbol_font_begin_items(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        for n, words in enumerate(("first of the items", "second of the items")):
            p.insert_text((LEFT, 200 + n * 12), "\x02", fontsize=10)
            p.insert_text((LEFT + 14, 200 + n * 12), words, fontsize=10)

    assert texts(read(tmp_path, page)) == ["• first of the items", "• second of the items"]


def _picture(page: pymupdf.Page, box: tuple[float, ...], shade: int) -> None:
    pixels = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 80 + shade, 60), 0)
    pixels.clear_with(shade)
    page.insert_image(box, pixmap=pixels, keep_proportion=False)


@pytest.mark.parametrize("pages", [2, 5])
def test_an_image_on_many_pages_is_kept_once(tmp_path: Path, pages: int) -> None:
    def page(number: int):
        def draw(p: pymupdf.Page) -> None:
            lines(p, [f"The text of sheet {chr(65 + number)} is here alone."])
            _picture(p, (400, 100, 520, 180), 90)
            _picture(p, (72, 400, 272, 500), number)

        return draw

    found = paragraphs(read(tmp_path, *map(page, range(pages))))
    figures = [p for p in found if p.metadata.get("attachment_type") == "image"]
    assert sum(p.metadata["bbox"][0] == pytest.approx(400, abs=2) for p in figures) == 1
    assert len(figures) == pages + 1


def test_icons_rules_and_frames_are_no_figures(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        _picture(p, (72, 100, 92, 120), 90)
        p.draw_rect((60, 150, 540, 400))
        p.draw_line((72, 420), (540, 420))
        lines(p, FULL)

    assert texts(read(tmp_path, page)) == [" ".join(FULL)]


def test_text_on_a_picture_is_text(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        _picture(p, (60, 180, 540, 340), 250)
        for n in range(3):
            lines(p, FULL, y=200 + n * 40)

    assert any(FULL[0] in text for text in texts(read(tmp_path, page)))


def test_the_first_cell_of_a_boxed_row_may_be_wrapped(tmp_path: Path) -> None:
    rows = [
        (["Register"], ["Value"]),
        (["USER or", "SESSION"], ["The user of the thread"]),
        (["CURRENT"], ["The user, with what was", "adopted from others"]),
        (["SYSTEM"], ["The one who connected"]),
    ]
    (table,) = paragraphs(read(tmp_path, lambda p: _grid(p, rows)))
    assert table.metadata["grid"] == [[" ".join(cell) for cell in row] for row in rows]


def test_a_picture_beside_a_paragraph_does_not_cut_it(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        words = [f"the words of line {n} beside the portrait of the author" for n in range(8)]
        lines(p, words, 240, 200)
        pixels = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 30, 30))
        pixels.clear_with(90)
        p.insert_image((LEFT, 203, LEFT + 120, 290), pixmap=pixels)

    (prose,) = [p for p in paragraphs(read(tmp_path, page)) if "attachment_type" not in p.metadata]
    assert "line 0" in prose.text
    assert "line 7" in prose.text


def test_dots_of_a_list_of_contents_are_no_text(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, ["1.1 Water " + ". " * 40 + "2", "1.2 Power" + "." * 60 + "14"])

    assert " ".join(texts(read(tmp_path, page))) == "1.1 Water … 2 1.2 Power … 14"


def test_a_heading_larger_than_a_numbered_one_is_not_below_it(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        p.insert_text((LEFT, 90), "The Title of the Report", fontsize=40, fontname="hebo")
        p.insert_text((LEFT, 140), "By the Makers of It All", fontsize=33, fontname="hebo")
        p.insert_text((LEFT, 190), "Preface", fontsize=24, fontname="hebo")
        lines(p, FULL, y=220)
        p.insert_text((LEFT, 300), "1.1 Security fundamentals", fontsize=16, fontname="hebo")
        lines(p, FULL, y=330)

    levels = {s.title: s.metadata.get("level") for s in read(tmp_path, page).sections}
    assert levels["Preface"] == 1
    assert levels["1.1 Security fundamentals"] == 2


def test_a_statement_in_capitals_is_no_heading(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, [*FULL[:2], "The function is called in this way:"])
        lines(p, ["VERIFY_GROUP (CURRENT_USER, TELLER)"], y=260)
        lines(p, FULL, y=290)

    assert [s.title for s in read(tmp_path, page).sections] == [""]


def test_a_long_raised_mark_does_not_set_the_size_of_its_line(tmp_path: Path) -> None:
    def page(p: pymupdf.Page) -> None:
        lines(p, ["Models are of use in chemistry, as many have said and shown, but reasons for"])
        x = float(LEFT)
        words = ["what", "they", "say", "is", "of", "use", "60,66,69,73,88,104,105", "here", "is"]
        for n, word in enumerate(words):  # each in another grey: a run of its own
            size = 6 if word[0].isdigit() else 10
            p.insert_text((x, 212 - (10 - size)), word, fontsize=size, color=(n / 99,) * 3)
            x += pymupdf.get_text_length(f"{word} ", fontsize=size)
        lines(p, ["examples of them that were drawn from what we have published."], y=224)

    (text,) = texts(read(tmp_path, page))
    assert text.index("reasons for") < text.index("what they") < text.index("examples of")
