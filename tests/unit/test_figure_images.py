"""Figures cut out of PDFs: the right part, never enlarged, the same bytes, whatever the boxes."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wattrag.corpus import crops
from wattrag.corpus.crops import MAX_EDGE, crop_bounded, crop_figures, figures_of
from wattrag.corpus.images import CorpusImages, write_images
from wattrag.corpus.tree import Paragraph, Section
from wattrag.corpus.worker import Budget
from wattrag.errors import InputError

from . import made_pdfs
from .drawn_figures import BOX, drawing, picture, tree

NODE = "doc:sec0:p0"


def cropped(pdf, document=None):
    return Image.open(io.BytesIO(crop_figures(pdf, document or tree(BOX))[NODE]))


def colours(image):
    """Red and green of the middle and of the corners."""
    x, y = image.width - 1, image.height - 1
    points = [(x // 2, y // 2), (2, 2), (x - 2, 2), (2, y - 2), (x - 2, y - 2)]
    return {tuple(value > 100 for value in image.getpixel(p)[:2]) for p in points}


def test_a_figure_is_the_part_of_the_page_in_its_box(tmp_path):
    image = cropped(drawing(tmp_path / "a.pdf"))
    assert image.format == "JPEG"
    assert colours(image) == {(True, False)}
    around = cropped(drawing(tmp_path / "a.pdf"), tree([50, 150, 350, 330]))
    assert colours(around) == {(True, False), (False, True)}
    # 200 points at 200 dots per inch
    assert image.width == pytest.approx(556, abs=2)
    assert image.height == pytest.approx(222, abs=2)


def test_a_page_is_cut_as_it_was_read(tmp_path):
    # Stored upright and shown turned; the parser read it upright.
    pdf = drawing(tmp_path / "a.pdf", rotation=90)
    assert colours(cropped(pdf, tree(BOX, turned_pages={"1": 0}))) == {(True, False)}


@pytest.mark.parametrize("size", [(10_000, 10_000), (3000, 14_400)])
def test_a_large_figure_has_no_edge_longer_than_the_limit(tmp_path, size):
    pdf = drawing(tmp_path / "a.pdf", size=size)
    image = cropped(pdf, tree([0, 0, *size]))
    assert MAX_EDGE - 2 <= max(image.size) <= MAX_EDGE


def test_a_long_thin_figure_is_bounded_by_its_longest_edge(tmp_path):
    image = cropped(drawing(tmp_path / "a.pdf"), tree([0, 100, 595, 180]))
    assert max(image.size) <= MAX_EDGE
    assert image.width / image.height == pytest.approx(595 / 80, rel=0.03)


@pytest.mark.parametrize(("columns", "rows"), [(60, 24), (300, 120)])
def test_a_picture_is_not_enlarged(tmp_path, columns, rows):
    image = cropped(picture(tmp_path / "a.pdf", columns, rows))
    assert image.width <= columns + 1
    assert image.height <= rows + 1


def test_equal_files_give_equal_bytes(tmp_path):
    pdf = drawing(tmp_path / "a.pdf")
    for name in ("1.zip", "2.zip"):
        write_images(tmp_path / name, crop_figures(pdf, tree(BOX, [0, 0, 90, 90])))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


@pytest.mark.parametrize(
    "box",
    [
        None, "x", [1, 2, 3], [float("nan")] * 4, [float("inf"), 0, 1, 1], [10**400, 0, 1, 1],
        [300, 280, 100, 200], [5000, 5000, 6000, 6000], [-9, -9, 2, 2], [10, 10, 11, 500],
        {"a": 1, "b": 2, "c": 3, "d": 4},
    ],
)  # fmt: skip
def test_a_box_that_shows_nothing_is_left_out_and_the_others_stay(tmp_path, box):
    pdf = drawing(tmp_path / "a.pdf")
    assert list(crop_figures(pdf, tree(box, BOX))) == ["doc:sec0:p1"]


@pytest.mark.parametrize("page", [0, -1, 2, 10**30, "1", None, True])
def test_a_figure_on_no_page_is_left_out(tmp_path, page):
    found = crop_figures(drawing(tmp_path / "a.pdf"), tree(BOX, page=page))
    assert list(found) == ([NODE] if page is True else [])


@settings(max_examples=200)
@given(st.lists(st.floats() | st.integers() | st.text(max_size=3), max_size=6))
def test_whatever_a_box_is_it_is_read_or_left_out(box):
    assert len(figures_of(tree(box))) in {0, 1}


def test_pages_that_could_not_be_read_are_no_figures():
    scanned = {"attachment_type": "image", "page": 1, "bbox": BOX, "scanned": True}
    paragraphs = (Paragraph(text="Page 1", metadata=scanned),)
    document = tree().model_copy(update={"sections": (Section(title="", paragraphs=paragraphs),)})
    assert figures_of(document) == []


@pytest.mark.slow
def test_a_page_that_hangs_is_left_out(tmp_path):
    (tmp_path / "a.pdf").write_bytes(made_pdfs.endless_page())
    budget = Budget(seconds=60, step_seconds=1)
    first, second = (tree([50, 50, 500, 500], page=page).sections[0] for page in (1, 2))
    document = tree().model_copy(update={"sections": (first, second)})
    assert list(crop_bounded(tmp_path / "a.pdf", document, budget)) == ["doc:sec0:p0"]


def test_more_images_than_a_document_may_have_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(crops, "MAX_FIGURES", 2)
    assert len(figures_of(tree(BOX, BOX, BOX))) == 2


def test_a_broken_pdf_is_one_clear_line(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(InputError, match=r"a\.pdf: its figures cannot be drawn \(is damaged"):
        crop_bounded(tmp_path / "a.pdf", tree(BOX))


def test_images_are_found_by_document_and_node(tmp_path):
    write_images(tmp_path / "doc.v2.zip", {"doc.v2:sec0:p3": b"one", "doc.v2:sec0:p10": b"two"})
    images = CorpusImages([tmp_path / "doc.v2.zip"])
    assert images.get("doc.v2", "doc.v2:sec0:p3") == b"one"
    assert images.get("doc.v2", "doc.v2:sec0:p4") is None
    assert images.get("other", "other:sec0:p3") is None
    with zipfile.ZipFile(tmp_path / "doc.v2.zip") as archive:
        assert archive.namelist() == ["sec0-p10.jpg", "sec0-p3.jpg"]


@pytest.mark.parametrize("node", ["doc:sec0:../../x", "doc", "doc:sec0", "doc:/etc:p1", ""])
def test_an_id_never_becomes_a_path_unchecked(tmp_path, node):
    with pytest.raises(InputError, match="is no figure's id"):
        write_images(tmp_path / "doc.zip", {node: b"x"})
    assert not (tmp_path / "doc.zip").exists()


def test_a_damaged_archive_is_one_clear_line(tmp_path):
    write_images(tmp_path / "doc.zip", {NODE: b"some bytes of an image"})
    data = (tmp_path / "doc.zip").read_bytes()
    for damaged in (data.replace(b"some bytes", b"same bytes"), data[:40], b"no archive"):
        (tmp_path / "doc.zip").write_bytes(damaged)
        with pytest.raises(InputError, match=r"doc\.zip: is damaged"):
            CorpusImages([tmp_path / "doc.zip"]).get("doc", NODE)
