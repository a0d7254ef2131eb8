"""PDFs that are damaged, endless, huge or circular: a tree or one clear line; the rest goes on."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit import made_pdfs as made
from wattrag.corpus.bounded import parse_bounded
from wattrag.corpus.parse import parse
from wattrag.corpus.pool import run_bounded
from wattrag.corpus.tree import DocumentTree
from wattrag.corpus.worker import Budget
from wattrag.datafiles.sheet import SheetRow
from wattrag.errors import InputError

EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "example" / "pdfs"
ROW = SheetRow(id="odd", title="", url="odd.pdf")
SCANNED = "meridian2023"  # recognising its last page takes seconds
QUICK = Budget(seconds=30, step_seconds=1)


def _parsed(tmp_path: Path, content: bytes, budget: Budget | None = None) -> DocumentTree:
    path = tmp_path / "odd.pdf"
    path.write_bytes(content)
    return parse_bounded(path, ROW, budget=budget)


def _error(tmp_path: Path, content: bytes, budget: Budget | None = None) -> str:
    with pytest.raises(InputError) as caught:
        _parsed(tmp_path, content, budget)
    return str(caught.value)


def _encrypted(tmp_path: Path) -> bytes:
    path = tmp_path / "locked.pdf"
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "Nobody reads this.")
        document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="a", owner_pw="b")
    return path.read_bytes()


def test_ten_thousand_pages_are_too_many(tmp_path: Path) -> None:
    assert "has 10000 pages, the limit is 5000; split it" in _error(
        tmp_path, made.many_pages(10_000)
    )


def test_hundreds_of_pages_are_read(tmp_path: Path) -> None:
    tree = _parsed(tmp_path, made.many_pages(300))
    assert tree.metadata["pages"] == 300
    assert tree.text.count("A page among very many others.") == 300


def test_a_page_without_end_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    tree = _parsed(tmp_path, made.endless_page(), QUICK)
    assert tree.text == "The first page can be read."
    assert tree.metadata["unreadable_pages"] == [2]
    assert tree.metadata["pages"] == 2


@pytest.mark.slow
def test_a_document_that_exhausts_memory_does_not_harm_the_next(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.pdf", "bomb.pdf", "c.pdf", "d.pdf")]
    for path in paths:
        path.write_bytes(made.many_pages(2))
    text = b"BT /F 9 Tf 72 700 Td (All of it is text.) Tj ET "
    paths[1].write_bytes(made.inflating_page(60, text))
    budget = Budget(seconds=60, memory_bytes=1 << 28)
    outcomes = {o.item.name: o.result for o in run_bounded(_summary, paths, budget=budget)}
    assert outcomes["a.pdf"] == outcomes["c.pdf"] == outcomes["d.pdf"]
    assert "A page among very many others." in str(outcomes["d.pdf"])
    assert "no page can be read within the limits" in str(outcomes["bomb.pdf"])


def test_a_text_that_all_pages_share_is_not_taken_for_headers_alone(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(4):
            document.new_page().insert_text((72, 60), "Nothing but this is on each page.")
        document.save(tmp_path / "odd.pdf")
    assert "Nothing but this" in parse(tmp_path / "odd.pdf", ROW).text


def test_a_document_that_uses_up_its_time_is_a_bad_one(tmp_path: Path) -> None:
    budget = Budget(seconds=2, step_seconds=60, seconds_a_step=1)
    assert "took more than 2 s and was stopped" in _error(tmp_path, made.endless_page(), budget)


def test_an_image_of_a_hundred_megapixels_is_a_figure(tmp_path: Path) -> None:
    tree = _parsed(tmp_path, made.huge_image(10_000))
    kinds = [p.metadata.get("attachment_type") for s in tree.sections for p in s.paragraphs]
    assert kinds == [None, "image"]
    assert "Text over a huge image." in tree.text


@pytest.mark.parametrize("content", [made.circular_outline(), made.circular_pages()])
def test_circles_do_not_matter(tmp_path: Path, content: bytes) -> None:
    assert "A page" in _parsed(tmp_path, content).text


def test_contents_that_inflate_beyond_measure_stay_within_the_budget(tmp_path: Path) -> None:
    budget = Budget(seconds=20, memory_bytes=1 << 29)
    content = made.inflating_page(200)
    assert len(content) < 100_000
    path = tmp_path / "odd.pdf"
    path.write_bytes(content)
    tree = parse_bounded(path, ROW, on_bad_document="skip", budget=budget)
    assert tree.error or tree.metadata["pages"] == 1


def test_a_batch_names_each_bad_file_and_goes_on(tmp_path: Path, wattrag) -> None:
    whole = (EXAMPLE / "lowland2021.pdf").read_bytes()
    files = {
        "empty.pdf": b"",
        "locked.pdf": _encrypted(tmp_path),
        "page.pdf": b"<!DOCTYPE html><html>Not found</html>",
        "noise.pdf": bytes(range(256)) * 40,
        "header.pdf": b"%PDF-1.7\n",
        "many.pdf": made.many_pages(10_000),
        "good.pdf": whole,
    }
    paths = [tmp_path / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    ended = wattrag("parse", *paths, "-o", tmp_path / "trees", "--json")
    assert ended.code == 2
    records = {Path(record["file"]).name: record for record in json.loads(ended.out)}
    assert [name for name, record in records.items() if record["error"] is None] == ["good.pdf"]
    problems = {
        "empty.pdf": "is empty (0 bytes)",
        "locked.pdf": "is encrypted with a password",
        "page.pdf": "is an HTML page, not a PDF",
        "noise.pdf": "is not a PDF",
        "header.pdf": "is damaged or truncated",
        "many.pdf": "has 10000 pages",
    }
    for name, problem in problems.items():
        (line,) = [line for line in ended.err_lines if name in line]
        assert problem in line
    assert [path.name for path in (tmp_path / "trees").iterdir()] == ["good.json"]


WRITING = {
    "hebrew": "צריכת החשמל של מרכז הנתונים גדלה. היא הגיעה ל 42 מגה ואט.",
    "chinese": "数据中心的用电量增加了。它达到42兆瓦。",
    "japanese": "データセンターの電力消費が増えた。42メガワットに達した。",
    "korean": "데이터 센터의 전력 사용량이 늘었다. 42 메가와트에 달했다.",
}


@pytest.mark.parametrize("words", WRITING.values(), ids=WRITING)
@pytest.mark.parametrize("width", [400, 120])
def test_other_scripts_are_kept_in_order(tmp_path: Path, words: str, width: int) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        direction = "rtl" if words == WRITING["hebrew"] else "ltr"
        page.insert_htmlbox((72, 72, 72 + width, 700), f'<p dir="{direction}">{words}</p>')
        document.save(tmp_path / "odd.pdf")
    tree = parse(tmp_path / "odd.pdf", ROW)
    assert tree.text == words
    (paragraph,) = tree.sections[0].paragraphs
    assert len(paragraph.sentences or ()) == 2


def _summary(path: Path) -> str:
    """The tree's text or what is wrong; runs in a worker process."""
    tree = parse(path, ROW, on_bad_document="skip")
    return tree.error or tree.text


@st.composite
def _damage(draw: st.DrawFn) -> tuple[int, float, list[tuple[float, int]]]:
    """Which file, how much of it is left, and bits that are flipped where."""
    flips = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
    left = draw(st.one_of(st.just(1.0), st.floats(0, 1)))
    return draw(st.integers(0, 50)), left, draw(st.lists(flips, max_size=40))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(_damage(), min_size=12, max_size=12))
def test_truncated_and_flipped_files_never_break_the_run(
    tmp_path_factory: pytest.TempPathFactory, damages: list
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    sources = [p for p in sorted(EXAMPLE.glob("*.pdf")) if p.stem != SCANNED]
    paths = []
    for number, (which, left, flips) in enumerate(damages):
        content = bytearray(sources[which % len(sources)].read_bytes())
        del content[int(len(content) * left) :]
        for place, bit in flips:
            if content:
                content[int(place * len(content))] ^= 1 << bit
        paths.append(folder / f"{number}.pdf")
        paths[-1].write_bytes(content)
    outcomes = list(run_bounded(_summary, paths, budget=Budget(seconds=30, step_seconds=10)))
    assert sorted(o.item for o in outcomes) == sorted(paths)
    assert all(isinstance(outcome.result, str) for outcome in outcomes), outcomes


SCRIPT = """
import hashlib, sys
from pathlib import Path
from wattrag.corpus.parse import parse
from wattrag.datafiles.sheet import SheetRow
for name in sys.argv[1:]:
    tree = parse(Path(name), SheetRow(id="a", title="", url="a.pdf"))
    print(hashlib.sha256(tree.model_dump_json().encode()).hexdigest())
"""


def test_the_same_bytes_give_the_same_tree_in_every_process() -> None:
    names = [str(EXAMPLE / f"{stem}.pdf") for stem in ("lowland2021", "portsable2024")]
    seen = set()
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-c", SCRIPT, *names]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        seen.add(hashlib.sha256(done.stdout.encode()).hexdigest())
    assert len(seen) == 1
