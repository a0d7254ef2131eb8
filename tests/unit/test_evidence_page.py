"""`wattrag evidence`: the page of a node with its boxes marked, or one line that says why not."""

import io
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from wattrag.cli.main import main
from wattrag.corpus.parse import parse
from wattrag.corpus.tree import write_tree
from wattrag.datafiles.sheet import SheetRow
from wattrag.index.build import build_index
from wattrag.store.vectors import VectorStore

from .small_index import SPEC, WordEmbedder, write_trees

FIRST = ["The meter of the hall showed more power than the plan had foreseen, and it"]
REST = ["went on to show more. Nobody had looked.", "Later they did."]


def _pdf(path: Path, rotation: int = 0) -> Path:
    with pymupdf.open() as document:
        for lines in (FIRST, REST):
            page = document.new_page(width=420, height=300)
            for n, line in enumerate(lines):
                page.insert_text((40, 150 + 12 * n), line, fontsize=10)
            page.set_rotation(rotation)
        document.save(path)
    return path


def _index(tmp_path: Path, pdf: Path) -> Path:
    tree = parse(pdf, SheetRow(id="doc", title="On Power", url=str(pdf)))
    write_tree(tmp_path / "trees" / "doc.json", tree)
    with VectorStore(tmp_path / "store") as store:
        build_index(
            [tmp_path / "trees" / "doc.json"], tmp_path / "index", SPEC, WordEmbedder(), store
        )
    return tmp_path / "index"


def _run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["evidence", *map(str, arguments)])
    return int(stopped.value.code or 0)


def _marked(image: Image.Image, dpi: int) -> tuple[float, float, float, float] | None:
    """The box around all coloured pixels, in points."""
    hue = image.convert("HSV").getchannel("S").point(lambda s: 255 if s > 20 else 0)
    box = hue.getbbox()
    return None if box is None else tuple(value * 72 / dpi for value in box)  # type: ignore[return-value]


def test_a_sentence_is_marked_where_it_stands(tmp_path: Path) -> None:
    index, target = _index(tmp_path, _pdf(tmp_path / "a.pdf")), tmp_path / "page.png"
    assert _run(index, "doc:sec0:p0:s1", "-o", target, "--dpi", 144) == 0
    image = Image.open(target)
    assert image.size == (840, 600)
    box = _marked(image, 144)
    assert box is not None
    assert box[0] == pytest.approx(40, abs=2)
    assert 135 < box[1] < 150
    assert 150 < box[3] < 180


def test_a_paragraph_over_two_pages_shows_both_side_by_side(tmp_path: Path) -> None:
    index, target = _index(tmp_path, _pdf(tmp_path / "a.pdf")), tmp_path / "page.png"
    assert _run(index, "doc:sec0:p0", "-o", target, "--dpi", 72) == 0
    image = Image.open(target)
    assert image.size == (840, 300)
    for left in (0, 420):
        assert _marked(image.crop((left, 0, left + 420, 300)), 72) is not None


def test_a_page_that_a_viewer_turns_is_shown_as_it_was_read(tmp_path: Path) -> None:
    index, target = _index(tmp_path, _pdf(tmp_path / "a.pdf", rotation=90)), tmp_path / "page.png"
    assert _run(index, "doc:sec0:p0:s1", "-o", target, "--dpi", 72) == 0
    image = Image.open(target)
    assert image.size == (420, 300)  # its text runs from left to right only unturned
    box = _marked(image, 72)
    assert box is not None
    assert box[0] == pytest.approx(40, abs=2)


def test_equal_calls_give_equal_images(tmp_path: Path) -> None:
    index = _index(tmp_path, _pdf(tmp_path / "a.pdf"))
    images = []
    for name in ("1.png", "2.png"):
        _run(index, "doc:sec0:p0", "-o", tmp_path / name)
        images.append((tmp_path / name).read_bytes())
    assert images[0] == images[1]
    assert Image.open(io.BytesIO(images[0])).format == "PNG"


def test_the_document_is_found_among_the_sources_of_the_study(tmp_path: Path) -> None:
    results = tmp_path / "results"
    pdf = _pdf(tmp_path / "a.pdf")
    index = _index(tmp_path, pdf)
    (results / "index").mkdir(parents=True)
    index = index.rename(results / "index" / "main")
    (results / "sources" / "sheet").mkdir(parents=True)
    pdf.rename(results / "sources" / "sheet" / "doc.pdf")
    assert _run(index, "doc:sec0:p0", "-o", tmp_path / "page.png") == 0


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ("doc:sec0:p99", "node 'doc:sec0:p99': does not exist"),
        ("doc:sec0", "node 'doc:sec0': has no box on a page"),
    ],
)
def test_nodes_without_a_place_are_named(
    tmp_path: Path, node: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    index = _index(tmp_path, _pdf(tmp_path / "a.pdf"))
    assert _run(index, node, "-o", tmp_path / "page.png") == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "page.png").exists()


def test_trees_of_other_programs_have_no_boxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_trees(tmp_path / "trees", {"old": [[["A sentence of old."]]]})
    with VectorStore(tmp_path / "store") as store:
        build_index(
            [tmp_path / "trees" / "old.json"], tmp_path / "index", SPEC, WordEmbedder(), store
        )
    assert _run(tmp_path / "index", "old:sec0:p0", "-o", tmp_path / "page.png") == 2
    assert "has no box on a page" in capsys.readouterr().err


def test_a_missing_or_another_pdf_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = _pdf(tmp_path / "a.pdf")
    index = _index(tmp_path, pdf)
    moved = pdf.rename(tmp_path / "moved.pdf")
    call = (index, "doc:sec0:p0", "-o", tmp_path / "page.png")
    assert _run(*call) == 2
    assert "document 'doc': its PDF is not found" in capsys.readouterr().err
    assert _run(*call, "--pdf", moved) == 0
    other = _pdf(tmp_path / "other.pdf", rotation=180)
    assert _run(*call, "--pdf", other) == 2
    assert "is not the file that document 'doc' was parsed from" in capsys.readouterr().err
    assert _run(*call, "--pdf", tmp_path / "none.pdf") == 2
    assert "none.pdf: no such file; " in capsys.readouterr().err
